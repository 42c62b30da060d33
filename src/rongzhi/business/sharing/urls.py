"""Addresses of shared manufacturing."""

from __future__ import annotations

from django.urls import path

from rongzhi.business.sharing.views import imports, order_forms, orders, plan_compare, plan_runs, plans, promises, work

app_name = "sharing"

urlpatterns = [
    path("", work.Board.as_view(), name="board"),
    path("orders/", orders.Orders.as_view(), name="orders"),
    path("orders/new/", order_forms.NewOrder.as_view(), name="order-new"),
    path("orders/stuck/", orders.Stuck.as_view(), name="stuck"),
    path("orders/import/", imports.OrderUpload.as_view(), name="order-import"),
    path("orders/import/template.<str:form>", imports.OrderTemplate.as_view(), name="order-template"),
    path("orders/import/<uuid:draft>/", imports.OrderPreview.as_view(), name="order-import-draft"),
    path("orders/<str:code>/", orders.OrderPage.as_view(), name="order"),
    path("orders/<str:code>/edit/", order_forms.EditOrder.as_view(), name="order-edit"),
    path("orders/<str:code>/submit/", orders.OrderSubmit.as_view(), name="order-submit"),
    path("orders/<str:code>/cancel/", orders.OrderCancel.as_view(), name="order-cancel"),
    path("orders/<str:code>/decompose/", orders.OrderDecompose.as_view(), name="order-decompose"),
    path("plans/", plans.Plans.as_view(), name="plans"),
    path("plans/new/", plan_runs.NewPlan.as_view(), name="plan-new"),
    path("plans/compare/", plan_compare.PlanCompare.as_view(), name="plan-compare"),
    path("plans/runs/<uuid:job_id>/", plan_runs.PlanRun.as_view(), name="plan-run"),
    path("plans/<str:code>/", plans.PlanPage.as_view(), name="plan"),
    path("plans/<str:code>/publish/", plans.PlanPublish.as_view(), name="plan-publish"),
    path("plans/<str:code>/discard/", plans.PlanDiscard.as_view(), name="plan-discard"),
    path("plans/<str:code>/data/<str:kind>.json", plans.PlanData.as_view(), name="plan-data"),
    path("plans/<str:code>/download.<str:form>", plans.PlanDownload.as_view(), name="plan-download"),
    path("promises/", promises.Promises.as_view(), name="promises"),
    path("promises/new/", promises.NewPromise.as_view(), name="promise-new"),
    path("promises/<uuid:promise_id>/", promises.PromisePage.as_view(), name="promise"),
    path("promises/<uuid:promise_id>/accept/", promises.PromiseAccept.as_view(), name="promise-accept"),
    path("work/", work.Work.as_view(), name="work"),
    path("work/<str:code>/", work.Report.as_view(), name="report"),
    path("load/", work.LoadPage.as_view(), name="load"),
    path("replay/", work.Replay.as_view(), name="replay"),
    path("replay/start/", work.ReplayStart.as_view(), name="replay-start"),
]
