"""Pages of background jobs."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import OwnedQuerySet
from rongzhi.platform.address import address
from rongzhi.platform.i18n import current_language, say
from rongzhi.platform.jobs import actions
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.jobs.queries import job_for, jobs_for
from rongzhi.platform.ui.pages import ActPage, Button, Column, Empty, Filter, Link, ListPage, RunPage

TONES = {"failed": "bad", "done": "ok", "running": "info", "cancelled": "warn"}


_PAGES: dict[str, str] = {}


def show_kind_at(kind: str, route: str) -> None:
    """Let jobs of a kind have a page of their own (a route with ``job_id``)."""
    _PAGES[kind] = route


def page_of(job: Job) -> str:
    """Return a job's address: the page of its kind where there is one."""
    return reverse(_PAGES.get(job.kind, "platform:job"), kwargs={"job_id": job.pk})


class Jobs(ListPage):
    """Background jobs."""

    title = say("后台任务", "Background jobs")
    lead = say(
        "排产、导入、仿真等耗时工作的进度与结果", "Progress and results of planning, imports and other long work"
    )
    columns = (
        Column("title", say("任务", "Job"), link=page_of),
        Column("state", say("状态", "State"), "badge", tones=TONES, sort="state"),  # type: ignore[arg-type]
        Column("progress", say("进度", "Progress"), "percent", sort="progress"),
        Column("person", say("发起人", "Started by"), value=lambda job: str(job.person or say("系统", "system"))),
        Column("organisation", say("单位", "Organisation"), value=lambda job: str(job.organisation)),
        Column("created_at", say("发起时间", "Asked"), "datetime", sort="created_at"),
        Column("finished_at", say("结束时间", "Ended"), "datetime", sort="finished_at"),
        Column("kind", say("类别", "Kind"), is_hidden=True, sort="kind"),
        Column("subject", say("对象", "Subject"), is_hidden=True, sort="subject"),
    )
    search_fields = ("title_zh", "title_en", "subject")
    filters = (Filter("state", say("状态", "State"), JobState.choices),)
    order = "-created_at"
    file_name = "jobs"
    empty = Empty(
        say("还没有后台任务", "No background jobs yet"),
        say("发起排产或导入后，进度在这里", "Start a plan or an import and watch it here"),
    )

    def queryset(self, actor: Actor) -> OwnedQuerySet:
        """Return the jobs the actor may see."""
        return jobs_for(actor).defer("trace", "best", "result", "params")


class JobPage(RunPage):
    """One job, live while it is open."""

    parents = (Link(say("后台任务", "Background jobs"), address("platform:jobs")),)

    def get_job(self, actor: Actor, **kwargs: Any) -> Job:
        """Return the job."""
        return job_for(actor, kwargs["job_id"])

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the job, on the page of its kind where there is one."""
        url = page_of(self.get_job(self.actor, **kwargs))
        return super().get(request, **kwargs) if url == request.path else HttpResponseRedirect(url)

    def stop_buttons(self, job: Job) -> Sequence[Button]:
        """Stop and keep what was found, or cancel; once asked, say so instead."""
        if job.wish:
            return ()
        keep = Button(
            say("停止并保留", "Stop and keep"), reverse("platform:job-keep", args=[job.pk]), "post", "primary"
        )
        cancel = Button(
            say("取消", "Cancel"),
            reverse("platform:job-cancel", args=[job.pk]),
            "post",
            "danger",
            confirm=say("取消后不保留结果。确定取消？", "Nothing is kept. Cancel?"),
        )
        return (keep, cancel) if job.state == JobState.RUNNING else (cancel,)

    def next_buttons(self, job: Job) -> Sequence[Button]:
        """Retry what failed; go on to what was made."""
        buttons = []
        result = job.result.get("url")
        if isinstance(result, str) and result.startswith("/") and not result.startswith("//"):
            buttons.append(Button(say("查看结果", "Open the result"), result, style="primary"))
        if job.state in {JobState.FAILED, JobState.CANCELLED}:
            buttons.append(
                Button(say("重试", "Try again"), reverse("platform:job-retry", args=[job.pk]), "post", "primary")
            )
        return buttons


class _Steer(ActPage):
    def next_url(self, result: Job) -> str:
        """Go to the job."""
        return page_of(result)


class JobCancel(_Steer):
    """Cancel a job."""

    def act(self, actor: Actor, **kwargs: Any) -> Job:
        """Ask for it."""
        return actions.cancel_job(actor, kwargs["job_id"])

    def done(self, result: Job) -> Any:
        """Say so."""
        if result.state == JobState.CANCELLED:
            return say("任务已取消", "The job is cancelled")
        return say("已要求取消，任务即将停止", "Asked to cancel; the job ends soon")


class JobKeep(_Steer):
    """Stop a job and keep its best."""

    def act(self, actor: Actor, **kwargs: Any) -> Job:
        """Ask for it."""
        return actions.keep_best(actor, kwargs["job_id"])

    def done(self, result: Job) -> Any:
        """Say so."""
        return say("已要求停止并保留当前最好结果", "Asked to stop and keep the best so far")


class JobRetry(_Steer):
    """Start a failed job again."""

    def act(self, actor: Actor, **kwargs: Any) -> Job:
        """Start it."""
        return actions.retry_job(actor, kwargs["job_id"])

    def done(self, result: Job) -> Any:
        """Say so."""
        title = result.title_en if current_language() == "en" else result.title_zh
        return say(f"已重新发起：{title}", f"Started again: {title}")
