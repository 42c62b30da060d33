"""Jobs: progress, cancel, stop and keep, retry, and what happens when a worker dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import PUBLIC, SYSTEM
from rongzhi.platform.accounts.models import Membership
from rongzhi.platform.events.models import Event
from rongzhi.platform.jobs import context as context_module
from rongzhi.platform.jobs.actions import cancel_job, keep_best, recover_lost_jobs, retry_job
from rongzhi.platform.jobs.context import JobContext
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.jobs.queries import job_for
from rongzhi.platform.jobs.run import _KINDS, Cancelled, job_kind, run_job, start_job

TITLE = Text("试算", "trial")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr("rongzhi.platform.jobs.run._KINDS", dict(_KINDS))

    @job_kind("test.double")
    def double(context: JobContext, *, n: int) -> dict:
        context.report(0.5, Text("一半", "half"), {"n": n})
        return {"n": n * 2}

    @job_kind("test.who")
    def who(context: JobContext) -> dict:
        return {"roles": sorted(context.actor.roles), "name": context.actor.name}

    @job_kind("test.bad")
    def bad(context: JobContext) -> dict:
        raise ZeroDivisionError("secret detail")

    @job_kind("test.rejected")
    def rejected(context: JobContext) -> dict:
        raise Rejected([Finding("late", "orders[1]", Text("晚", "late"), Text("改", "mend"))])

    @job_kind("test.odd")
    def odd(context: JobContext) -> dict:
        context.report(7, Text("x" * 400, "y"), {"gap": float("inf")})
        return {"gap": float("nan"), "text": "a\x00b"}


def queued(actor, kind: str = "test.double", **params) -> Job:
    """Queue a job without running it: the test's transaction never commits."""
    return start_job(actor, kind, TITLE, params)


def ran(job: Job) -> Job:
    run_job.func(str(job.pk))
    return Job.objects.get(pk=job.pk)


def test_runs_after_commit_and_keeps_its_result(factory_actor, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = queued(factory_actor, n=21)
    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.result, done.progress) == ("done", {"n": 42}, 1.0)
    assert done.best == {"n": 21}
    assert done.trace == [{"n": 21}]
    assert (done.title, done.message) == ("试算", "一半")
    assert [e.type for e in Event.objects.order_by("sequence")] == ["job.started", "job.done"]


def test_never_twice(factory_actor):
    job = queued(factory_actor, n=1)
    assert ran(job).state == "done"
    Job.objects.filter(pk=job.pk).update(result={"n": "kept"})
    assert ran(job).result == {"n": "kept"}


def test_unknown_kind_starts_nothing(factory_actor):
    with pytest.raises(KeyError):
        queued(factory_actor, "test.nothing")
    assert Job.objects.count() == 0


def test_the_public_starts_nothing(db):
    with pytest.raises(Denied):
        queued(PUBLIC)


def test_system_jobs_need_somebody_who_may_see_them(operator):
    with pytest.raises(ValueError, match="organisation"):
        queued(SYSTEM, n=1)
    job = start_job(SYSTEM, "test.who", TITLE, {}, organisation=operator.organisation)
    assert ran(job).result["name"] == "system"


def test_failure_is_told_without_its_inside(factory_actor):
    job = queued(factory_actor, "test.bad")
    with pytest.raises(ZeroDivisionError):
        run_job.func(str(job.pk))
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error_message == "程序内部错误，已记录"
    assert "secret detail" not in str(job.error)


def test_rejection_keeps_its_findings(factory_actor):
    done = ran(queued(factory_actor, "test.rejected"))
    assert done.error["findings"][0]["where"] == "orders[1]"
    assert done.error["code"] == "rejected"


def test_odd_numbers_and_text_are_stored(factory_actor):
    done = ran(queued(factory_actor, "test.odd"))
    assert done.result == {"gap": None, "text": "a\ufffdb"}
    assert done.best == {"gap": None}
    assert len(done.message_zh) == 300


def test_job_acts_with_the_roles_still_held(factory_actor):
    job = queued(factory_actor, "test.who")
    Membership.objects.all().delete()
    assert ran(job).result == {"roles": [], "name": "factory-a-person"}


def test_cancel_while_queued_is_at_once(factory_actor):
    job = queued(factory_actor, n=1)
    assert cancel_job(factory_actor, job.pk).state == JobState.CANCELLED
    assert ran(job).state == "cancelled"
    with pytest.raises(Conflict):
        cancel_job(factory_actor, job.pk)


def running(actor) -> tuple[Job, JobContext]:
    job = queued(actor, n=1)
    Job.objects.filter(pk=job.pk).update(state="running", worker="here:1", heartbeat_at=timezone.now())
    job.refresh_from_db()
    return job, JobContext(job, actor)


def test_cancel_while_running_is_heard(factory_actor):
    job, context = running(factory_actor)
    assert context.should_stop() is False
    cancel_job(factory_actor, job.pk)
    context._next_read = 0
    with pytest.raises(Cancelled):
        context.should_stop()


def test_keep_is_heard_and_not_after_cancel(factory_actor):
    job, context = running(factory_actor)
    keep_best(factory_actor, job.pk)
    assert context.should_stop() is True
    cancel_job(factory_actor, job.pk)
    with pytest.raises(Conflict):
        keep_best(factory_actor, job.pk)


def test_keep_needs_a_running_job(factory_actor):
    with pytest.raises(Conflict):
        keep_best(factory_actor, queued(factory_actor, n=1).pk)


def test_asking_often_does_not_swallow_reports(factory_actor, monkeypatch):
    """A handler that asks `should_stop` before every report still shows its progress."""
    now = [100.0]
    monkeypatch.setattr(context_module.time, "monotonic", lambda: now[0])
    job, context = running(factory_actor)
    seen = []
    for step in range(10):
        now[0] += 0.31
        context.should_stop()
        context.report(step / 10, Text("步", "step"), {"step": step})
        seen.append(Job.objects.get(pk=job.pk).best.get("step"))
    assert seen == list(range(10))


def test_quick_reports_are_written_seldom_and_none_is_lost(factory_actor, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(context_module.time, "monotonic", lambda: 100.0)
    job, context = running(factory_actor)
    with django_assert_num_queries(1):
        for step in range(50):
            context.report(0.5, Text("步", "step"), {"step": step})
    context.flush()
    job.refresh_from_db()
    assert [entry["step"] for entry in job.trace] == list(range(50))


def test_silent_worker_is_given_up_and_cannot_end_the_job_later(factory_actor, settings):
    job, context = running(factory_actor)
    assert recover_lost_jobs() == []
    late = timezone.now() - timedelta(seconds=settings.JOB_LOST_AFTER_S + 1)
    Job.objects.update(heartbeat_at=late)
    assert [lost.pk for lost in recover_lost_jobs()] == [job.pk]
    assert recover_lost_jobs() == []
    job.refresh_from_db()
    assert (job.state, job.error["code"]) == ("failed", "worker-lost")
    assert "中断" in job.error_message
    assert "重试" in job.error_fix
    assert Event.objects.filter(type="job.failed").count() == 1
    context._next_read = 0
    with pytest.raises(Cancelled):
        context.should_stop()
    context.report(1, Text("完", "done"), {"late": True})
    job.refresh_from_db()
    assert (job.state, job.best) == ("failed", {})


def test_retry_is_a_new_job_once(factory_actor):
    job = queued(factory_actor, n=4)
    with pytest.raises(Conflict):
        retry_job(factory_actor, job.pk)
    cancel_job(factory_actor, job.pk)
    again = retry_job(factory_actor, job.pk)
    assert retry_job(factory_actor, job.pk) == again
    assert (again.retry_of, again.params, again.state) == (job, {"n": 4}, "queued")
    assert ran(again).result == {"n": 8}


def test_only_own_jobs_and_the_operator_all(factory_actor, other_factory, operator):
    job = queued(factory_actor, n=1)
    for act in (job_for, cancel_job, keep_best, retry_job):
        with pytest.raises(NotFound):
            act(other_factory, job.pk)
    assert job_for(operator, job.pk) == job
    with pytest.raises(NotFound):
        job_for(operator, "no-uuid")
    assert cancel_job(operator, job.pk).state == "cancelled"


def test_page_polls_while_open_and_offers_what_can_be_done(client_for, factory_actor, other_factory):
    job, _ = running(factory_actor)
    client, address = client_for(factory_actor), f"/platform/jobs/{job.pk}/"
    page = client.get(address).content.decode()
    assert "every 1s" in page
    assert f"{address}cancel/" in page
    assert f"{address}keep/" in page
    assert client_for(other_factory).get(address).status_code == 404
    client.post(f"{address}keep/")
    Job.objects.update(state="failed", error={"zh": "坏了", "en": "broken", "fix_zh": "重试", "fix_en": "retry"})
    page = client.get(address).content.decode()
    assert "every 1s" not in page
    assert "坏了" in page
    assert client.post(f"{address}retry/").status_code == 302
    assert Job.objects.count() == 2


def test_a_failed_job_says_its_number_and_the_log_and_keeps_no_good_news(client_for, factory_actor):
    job, _ = running(factory_actor)
    client, address = client_for(factory_actor, language="en"), f"/platform/jobs/{job.pk}/"
    client.post(f"{address}keep/")  # leaves "Asked to stop and keep ..." for the next page
    Job.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    part = client.get(address, headers={"HX-Request": "true", "HX-Target": "run"})
    assert (part.status_code, "elapsed 2 min" in part.content.decode()) == (200, True)
    Job.objects.update(state="failed", finished_at=timezone.now(), error={"en": "broken", "fix_en": "mend it"})
    part = client.get(address, headers={"HX-Request": "true", "HX-Target": "run"})
    assert (part.status_code, part["HX-Refresh"]) == (204, "true")
    page = client.get(address).content.decode()
    assert "notice-success" not in page
    assert all(words in page for words in ("broken", "mend it", f"<code>{job.pk}</code>", "terminal that started"))
    assert f'action="{address}retry/"' in page


def test_a_kind_with_its_own_page_is_shown_there(client_for, operator):
    job, _ = running(operator)
    Job.objects.update(kind="sharing.plan")
    answer = client_for(operator).get(f"/platform/jobs/{job.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/sharing/plans/runs/{job.pk}/")
    answer = client_for(operator).post(f"/platform/jobs/{job.pk}/keep/")
    assert answer["Location"] == f"/sharing/plans/runs/{job.pk}/"


def test_api_lists_and_steers(client_for, factory_actor, other_factory):
    job = queued(factory_actor, n=1)
    client = client_for(factory_actor)
    assert client.get("/api/v1/jobs?state=queued").json()["total"] == 1
    assert client.get("/api/v1/jobs?state=done").json()["total"] == 0
    assert client_for(other_factory).get("/api/v1/jobs").json()["total"] == 0
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{job.pk}/retry").status_code == 201


def test_a_job_is_queued_in_the_transaction_that_made_it(operator, settings):
    """Nothing can be lost between the two: a process killed after the commit leaves a job that a worker finds."""
    from django_tasks_db.models import DBTaskResult

    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

    job = queued(operator, n=1)
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.all()] == [[str(job.pk)]]


def test_only_jobs_really_in_hand_show_life(operator):
    """A job whose end could not be written must not look alive for as long as its worker lives."""
    from rongzhi.platform.jobs.heartbeat import Heartbeat
    from rongzhi.platform.jobs.run import IN_HAND, worker_name

    old = timezone.now() - timedelta(hours=1)
    left, held = queued(operator, n=1), queued(operator, n=2)
    Job.objects.update(state=JobState.RUNNING, worker=worker_name(), heartbeat_at=old)
    IN_HAND.add(str(held.pk))
    try:
        Heartbeat().beat()
    finally:
        IN_HAND.discard(str(held.pk))
    assert Job.objects.get(pk=held.pk).heartbeat_at > old
    lost = Job.objects.get(pk=left.pk)
    assert (lost.state, lost.error["code"]) == (JobState.FAILED, "worker-lost")
    assert not IN_HAND


def test_a_locked_database_delays_a_worker_and_does_not_end_it(db, monkeypatch):
    from django.db import OperationalError

    from rongzhi.platform.jobs.management.commands import worker as command

    class Worker:
        rounds = 0

        def run(self):
            self.rounds += 1
            if self.rounds < 3:
                raise OperationalError("database is locked")

    monkeypatch.setattr(command, "PAUSE_S", 0)
    monkeypatch.setattr(command.connection, "close", lambda: None)
    busy = Worker()
    command._run(busy)
    assert busy.rounds == 3
