"""Addresses of the account pages; included under ``accounts/``."""

from __future__ import annotations

from django.urls import path

from rongzhi.platform.accounts import register, views

app_name = "accounts"

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("switch/", views.Switch.as_view(), name="switch"),
    path("profile/", views.Profile.as_view(), name="profile"),
    path("password/", views.Password.as_view(), name="password"),
    path("tokens/", views.Tokens.as_view(), name="tokens"),
    path("tokens/new/", views.TokenNew.as_view(), name="token-new"),
    path("tokens/<int:token_id>/revoke/", views.TokenRevoke.as_view(), name="token-revoke"),
    path("organisations/", register.Organisations.as_view(), name="organisations"),
    path("organisations/new/", register.OrganisationNew.as_view(), name="organisation-new"),
    path("organisations/<slug:code>/", register.OrganisationPage.as_view(), name="organisation"),
    path("organisations/<slug:code>/change/", register.OrganisationChange.as_view(), name="organisation-change"),
    path("organisations/<slug:code>/members/new/", register.MemberNew.as_view(), name="member-new"),
    path("members/<int:member_id>/change/", register.MemberChange.as_view(), name="member-change"),
    path("members/<int:member_id>/remove/", register.MemberRemove.as_view(), name="member-remove"),
]
