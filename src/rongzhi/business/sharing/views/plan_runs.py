"""Starting a planning run and watching it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import planning
from rongzhi.business.sharing.models import Plan, PlanningPreference
from rongzhi.business.sharing.queries import plans as queries
from rongzhi.business.sharing.queries.orders import order_counts
from rongzhi.business.sharing.views.parts import BOARD, LEAF, PLANS, plan_url
from rongzhi.business.sharing.weights import DEFAULTS, WEIGHTS
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.jobs.queries import job_for
from rongzhi.platform.jobs.views import show_kind_at
from rongzhi.platform.ui.pages import (
    Button,
    Figure,
    FormPage,
    RunPage,
    field,
)


class PlanForm(forms.Form):
    """Weights, time, seed, and what stays frozen."""

    time_limit_s = field(
        forms.FloatField(label=say("搜索时限", "Search time"), min_value=0, max_value=3600),
        unit=say("秒", "s"),
    )
    frozen_until = forms.DateTimeField(
        label=say("此前开工的工序不动", "Operations that start before this stay"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    seed = forms.IntegerField(
        label=say("随机种子", "Seed"), min_value=0, max_value=2**31 - 1,
        help_text=say("相同种子与迭代次数得到相同计划", "The same seed and iterations give the same plan"),
    )  # fmt: skip
    remember = forms.BooleanField(label=say("记住这些权重", "Remember these weights"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rest = dict(self.fields)
        self.fields.clear()
        for each in WEIGHTS:
            made = forms.FloatField(label=speak(each.name), min_value=0, max_value=1e6)
            self.fields[each.key] = field(made, unit=each.unit)
        self.fields.update(rest)


class NewPlan(FormPage):
    """Start a planning run."""

    template_name = "sharing/plan_new.html"
    title = say("多工厂排产", "Plan over all factories")
    lead = say(
        "新订单先自动分解；结果是草案，核验通过才保存",
        "New orders are decomposed first; only a verified plan is kept, as a draft",
    )
    leaf = LEAF
    parents = (BOARD, PLANS)
    form_class = PlanForm
    submit = say("开始排产", "Start planning")
    done = say("排产已开始", "Planning has started")

    def may(self, actor: Actor) -> Verdict:
        """The operator."""
        return policy.may_plan(actor)

    def initial(self, actor: Actor) -> dict[str, Any]:
        """The operator's preference."""
        kept = PlanningPreference.objects.filter(organisation=actor.organisation).first()
        start = {**DEFAULTS, **(kept.weights if kept else {})}
        start |= {"time_limit_s": kept.time_limit_s if kept else 20, "seed": kept.seed if kept else 1}
        if self.request.GET.get("again"):
            params = job_for(actor, self.request.GET["again"]).params
            start |= params.get("weights", {}) | {key: params[key] for key in ("time_limit_s", "seed") if key in params}
        return start

    def act(self, actor: Actor, form: PlanForm) -> Job:
        """Start it."""
        data = form.cleaned_data
        weights = {each.key: data[each.key] for each in WEIGHTS}
        if data["remember"]:
            planning.set_preference(actor, weights=weights, time_limit_s=data["time_limit_s"], seed=data["seed"])
        return planning.start_planning(
            actor,
            weights=weights,
            time_limit_s=data["time_limit_s"],
            seed=data["seed"],
            frozen_until=data["frozen_until"],
            idempotency_key=self.idempotency_key,
        )

    def success_url(self, result: Job) -> str:
        """Watch it."""
        return reverse("sharing:plan-run", kwargs={"job_id": result.pk})

    def form_context(self, form: forms.Form, findings: list[Any]) -> dict[str, Any]:
        """Add what will be planned, and against which plan."""
        return {
            **super().form_context(form, findings),
            "counts": order_counts(self.actor),
            "base": queries.published(self.actor),
            "weight_names": [each.key for each in WEIGHTS],
            "running": Job.objects.filter(kind="sharing.plan", state__in=[JobState.QUEUED, JobState.RUNNING]).first(),
        }


show_kind_at("sharing.plan", "sharing:plan-run")


class PlanRun(RunPage):
    """A planning run, live."""

    leaf = LEAF
    parents = (BOARD, PLANS)
    result_template = "sharing/plan_result.html"

    def get_job(self, actor: Actor, **kwargs: Any) -> Job:
        """Return the job."""
        return job_for(actor, kwargs["job_id"])

    def best(self, job: Job) -> Sequence[Figure]:
        """Objective, bound, gap."""
        best, bound = job.best.get("objective"), job.best.get("bound")
        if best is None:
            return ()
        first = next((point["objective"] for point in job.trace if point.get("objective")), None)
        values = tuple(point["objective"] for point in job.trace if point.get("objective"))
        figures = [
            Figure(
                say("目标值", "Objective"), best, "number", trend=values[-60:],
                note=say(f"首个计划 {first:,.0f}", f"first plan {first:,.0f}") if first else "",
            ),
            Figure(say("下界", "Lower bound"), bound, "number"),
        ]  # fmt: skip
        if bound:
            figures.append(Figure(say("差距", "Gap"), max(0.0, best / bound - 1), "percent"))
        return figures

    def stop_buttons(self, job: Job) -> Sequence[Button]:
        """Stop and keep, or cancel."""
        if job.wish:
            return ()
        keep = Button(
            say("停止并保留", "Stop and keep"), reverse("platform:job-keep", args=[job.pk]), "post", "primary"
        )
        cancel = Button(
            say("取消", "Cancel"), reverse("platform:job-cancel", args=[job.pk]), "post", "danger",
            confirm=say("取消后不保留结果。确定取消？", "Nothing is kept. Cancel?"),
        )  # fmt: skip
        return (keep, cancel) if job.state == JobState.RUNNING else (cancel,)

    def next_buttons(self, job: Job) -> Sequence[Button]:
        """Open the draft, run what failed once more as it was, or plan again from the same weights."""
        again = Button(say("再排一次", "Plan again"), f"{reverse('sharing:plan-new')}?again={job.pk}")
        if job.state in {JobState.FAILED, JobState.CANCELLED}:
            retry = reverse("platform:job-retry", args=[job.pk])
            return (again, Button(say("重试", "Try again"), retry, "post", "primary"))
        code = job.result.get("plan")
        if not code or not Plan.objects.filter(code=code).exists():
            return (again,)
        return (again, Button(say("查看草案", "Open the draft"), plan_url(code), style="primary"))
