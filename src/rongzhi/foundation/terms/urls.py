"""Addresses of the glossary."""

from __future__ import annotations

from django.urls import path

from rongzhi.foundation.terms import views

app_name = "terms"

urlpatterns = [
    path("", views.Glossary.as_view(), name="list"),
    path("skos.<str:form>", views.Skos.as_view(), name="skos"),
    path("propose/", views.Propose.as_view(), name="propose"),
    path("proposals/", views.Proposals.as_view(), name="proposals"),
    path("proposals/<int:pk>/", views.ProposalPage.as_view(), name="proposal"),
    path("proposals/<int:pk>/accept/", views.Accept.as_view(), name="accept"),
    path("proposals/<int:pk>/refuse/", views.Refuse.as_view(), name="refuse"),
    path("proposals/<int:pk>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
    path("<str:key>/", views.TermPage.as_view(), name="detail"),
]
