"""Where everything is."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from rongzhi.web import views

own = [
    path("", views.Home.as_view(), name="home"),
    path("search", views.Search.as_view(), name="search"),
    path("jobs-now", views.JobsNow.as_view(), name="jobs-now"),
    path("framework/<str:number>/", views.LeafPage.as_view(), name="leaf"),
]
PARTS = (
    ("accounts/", "rongzhi.platform.accounts.urls"),
    ("platform/", "rongzhi.platform.urls"),
    ("terms/", "rongzhi.foundation.terms.urls"),
    ("ledger/", "rongzhi.foundation.ledger.urls"),
    ("resources/", "rongzhi.elements.resources.urls"),
    ("sharing/", "rongzhi.business.sharing.urls"),
    ("api/v1/", "rongzhi.api.urls"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((own, "web"))),
    path("i18n/", include("django.conf.urls.i18n")),
    *(path(prefix, include(module)) for prefix, module in PARTS),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
