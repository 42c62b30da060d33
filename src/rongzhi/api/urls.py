"""Addresses of the API; include under ``api/v1/``."""

from __future__ import annotations

from django.urls import path

from rongzhi.api.v1 import api

urlpatterns = [path("", api.urls)]
