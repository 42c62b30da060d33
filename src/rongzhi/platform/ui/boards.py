"""Board, report and run: figures and what needs me today; a document that prints; a long job under way."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import current_language, say
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.ui.format import minutes
from rongzhi.platform.ui.page import Page
from rongzhi.platform.ui.parts import Badge, Button, Empty, Fact, Figure, Link, Task


class BoardPage(Page):
    """A board: 3-6 figures with trend, then what needs me today, then pictures (block ``board`` of the template)."""

    template_name: ClassVar[str] = "ui/board.html"
    calm: ClassVar[Empty] = Empty(say("今天没有要处理的事", "Nothing needs you today"))

    def figures(self, actor: Actor) -> Sequence[Figure]:
        """Return the figures."""
        return ()

    def tasks(self, actor: Actor) -> Sequence[Task]:
        """Return what needs the actor today, the most urgent first."""
        return ()

    def get_context(self) -> dict[str, Any]:
        """Return figures and tasks."""
        return {"figures": self.figures(self.actor), "tasks": self.tasks(self.actor), "calm": self.calm}


class ReportPage(Page):
    """A document: reads from top to bottom, prints well, opens its figures to their evidence.

    The template extends ``ui/report.html`` and fills the block ``document``.
    """

    template_name: ClassVar[str] = "ui/report.html"

    def get_document(self, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the document."""
        return {}

    def facts(self) -> Sequence[Fact]:
        """Return what the head of the document says: subject, period, method, source."""
        return ()

    def downloads(self) -> Sequence[Link]:
        """Return the document in other forms."""
        return ()

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the document."""
        document = self.get_document(self.actor, **kwargs)
        return self.show({**document, "facts": self.facts(), "downloads": self.downloads()})


MAX_TREND = 60
BEST_WORDS = {
    "objective": say("目标值", "Objective"),
    "bound": say("下界", "Lower bound"),
    "late_orders": say("迟交订单", "Late orders"),
    "cost": say("成本", "Cost"),
    "tardiness_min": say("总延迟（分）", "Total tardiness (min)"),
    "makespan_min": say("完工跨度（分）", "Makespan (min)"),
}
JOB_TONES = {JobState.FAILED: "bad", JobState.DONE: "ok", JobState.RUNNING: "info", JobState.CANCELLED: "warn"}


class RunPage(Page):
    """A long job: what it does, how far it is, the best so far; stop and keep, cancel; then its result.

    Subclasses implement `get_job`; the page refreshes itself while the job is open. ``result_template`` shows the
    result of a finished job.
    """

    template_name: ClassVar[str] = "ui/run.html"
    result_template: ClassVar[str] = ""

    def get_job(self, actor: Actor, **kwargs: Any) -> Job:
        """Return the job; raise NotFound for what the actor may not see."""
        raise NotImplementedError

    def best(self, job: Job) -> Sequence[Figure]:
        """Return the best figures so far; every number the job reported by default."""
        numbers = {key: value for key, value in job.best.items() if isinstance(value, int | float)}
        return [
            Figure(BEST_WORDS.get(key, key), value, "number", trend=_trend(job, key)) for key, value in numbers.items()
        ]

    def stop_buttons(self, job: Job) -> Sequence[Button]:
        """Return the buttons that stop the job (posts to the platform's own addresses)."""
        return ()

    def next_buttons(self, job: Job) -> Sequence[Button]:
        """Return where to go once it is done."""
        return ()

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the job, or only its moving part; once it has ended, the whole page again, without what it said then."""
        job = self.get_job(self.actor, **kwargs)
        is_part = request.headers.get("HX-Target") == "run"
        if is_part and not job.is_open:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        is_english = current_language() == "en"
        context = {
            "job": job,
            "page_title": job.title_en if is_english else job.title_zh,
            "message": job.message_en if is_english else job.message_zh,
            "state": Badge(str(JobState(job.state).label), JOB_TONES.get(JobState(job.state), "neutral")),  # type: ignore[arg-type]
            "best": self.best(job),
            "error": _error_words(job.error, is_english=is_english),
            "buttons": self.stop_buttons(job) if job.is_open else self.next_buttons(job),
            "result_template": self.result_template if job.state == JobState.DONE else "",
            "poll_url": request.get_full_path(),
            "elapsed": _elapsed(job),
        }
        if job.state == JobState.FAILED:  # "started" is no longer true
            context["messages"] = [each for each in messages.get_messages(request) if each.level != messages.SUCCESS]
        return self.show(context, template="ui/_run.html" if is_part else "")


def _elapsed(job: Job) -> str:
    """Return how long the job has worked, to the second below an hour."""
    if job.started_at is None:
        return ""
    seconds = max(0, int(((job.finished_at or timezone.now()) - job.started_at).total_seconds()))
    if seconds >= 3600:
        return minutes(seconds / 60)
    whole, rest = divmod(seconds, 60)
    words = [str(say(f"{whole} 分", f"{whole} min"))] if whole else []
    return " ".join([*words, str(say(f"{rest} 秒", f"{rest} s"))])


def _trend(job: Job, key: str) -> tuple[float, ...]:
    return tuple(float(step[key]) for step in job.trace[-MAX_TREND:] if isinstance(step.get(key), int | float))


def _error_words(error: dict[str, Any], *, is_english: bool) -> dict[str, Any]:
    if not error:
        return {}
    tongue = "en" if is_english else "zh"
    return {
        "message": error.get(tongue, ""),
        "where": error.get("where", ""),
        "fix": error.get(f"fix_{tongue}", ""),
        "detail": error.get("detail", ""),
        "findings": [{"where": f.get("where", ""), "message": f.get(tongue, "")} for f in error.get("findings", [])],
    }
