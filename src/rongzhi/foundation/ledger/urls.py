"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from rongzhi.foundation.ledger.views import books, entries, imports, posting, reports

app_name = "ledger"

urlpatterns = [
    path("", entries.Lines.as_view(), name="lines"),
    path("entries/", entries.Entries.as_view(), name="entries"),
    path("entries/new/", posting.EntryNew.as_view(), name="entry-new"),
    path("entries/<str:code>/", entries.EntryPage.as_view(), name="entry"),
    path("entries/<str:code>/reverse/", entries.Reverse.as_view(), name="reverse"),
    path("trial-balance/", reports.TrialBalancePage.as_view(), name="trial-balance"),
    path("service-share/", reports.ServiceSharePage.as_view(), name="service-share"),
    path("periods/", books.Periods.as_view(), name="periods"),
    path("periods/<str:period>/close/", books.ClosePeriod.as_view(), name="period-close"),
    path("periods/<str:period>/reopen/", books.ReopenPeriod.as_view(), name="period-reopen"),
    path("import/", imports.Upload.as_view(), name="import"),
    path("import/template.<str:form>", imports.Template.as_view(), name="import-template"),
    path("import/<uuid:draft>/", imports.Preview.as_view(), name="import-draft"),
    path("grants/", books.Grants.as_view(), name="grants"),
    path("grants/new/", books.GrantNew.as_view(), name="grant-new"),
    path("grants/<int:grant_id>/revoke/", books.GrantRevoke.as_view(), name="grant-revoke"),
    path("chart/", books.ChartPage.as_view(), name="chart"),
]
