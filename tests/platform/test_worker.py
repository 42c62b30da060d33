"""A real worker in a process of its own: progress, cancel, stop and keep, and being killed in the middle."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator

import pytest

from tests.support.processes import House, Shell, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

WORKER = (sys.executable, "-m", "tests.support.slow_job")
MAKE = """
import tests.support.slow_job
from rongzhi.kernel.text import Text
from rongzhi.platform.access.middleware import actor_for
from rongzhi.platform.accounts.models import Membership, Organisation, Person
from rongzhi.platform.jobs.actions import cancel_job, keep_best, retry_job, start_job
from rongzhi.platform.jobs.models import Job
o, _ = Organisation.objects.get_or_create(code='f', defaults={'kind': 'factory', 'name_zh': '厂'})
p, _ = Person.objects.get_or_create(username='p')
Membership.objects.get_or_create(person=p, organisation=o, role='factory')
actor = actor_for(p)
"""


class Park:
    """An installation whose jobs are asked for from outside, as a site would."""

    def __init__(self, house: House, shell: Shell) -> None:
        self.house = house
        self.shell = shell

    def do(self, code: str) -> str:
        return self.shell.do(code)

    def start(self, steps: int) -> str:
        return self.do(f"print(start_job(actor, 'test.slow', Text('慢', 'slow'), {{'steps': {steps}}}).pk)")

    def look(self, job: str) -> dict:
        fields = "'state', 'progress', 'best', 'result', 'error', 'worker'"
        return json.loads(
            self.do(f"import json; print(json.dumps(Job.objects.filter(pk='{job}').values({fields}).get()))")
        )

    def state(self, job: str, *wanted: str):
        return wait_for(lambda: (seen := self.look(job))["state"] in wanted and seen, 30)


@pytest.fixture
def park(house: House) -> Iterator[Park]:
    house.extra["RONGZHI_JOB_LOST_AFTER_S"] = "2"
    with house.shell() as shell:
        shell.do(MAKE)
        yield Park(house, shell)


def test_progress_cancel_and_keep(park):
    with park.house.started(*WORKER):
        done = park.start(3)
        assert park.state(done, "done")["result"] == {"done": 3}
        kept = park.start(400)
        seen = park.state(kept, "running")
        wait_for(lambda: park.look(kept)["progress"] > seen["progress"])
        park.do(f"keep_best(actor, '{kept}')")
        best = park.state(kept, "done")
        assert 0 < best["result"]["done"] < 400
        assert best["best"] == {"step": best["result"]["done"]}
        cancelled = park.start(400)
        park.state(cancelled, "running")
        park.do(f"cancel_job(actor, '{cancelled}')")
        assert park.state(cancelled, "cancelled")["result"] == {}
    assert "whole" in park.house.manage("verify_events").stdout


def test_killed_in_the_middle_is_recovered_once_and_may_be_retried(park):
    with park.house.started(*WORKER) as worker:
        job = park.start(600)
        park.state(job, "running")
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=10)
    assert park.look(job)["state"] == "running", "nobody is there yet to notice"
    with park.house.started(*WORKER), park.house.started(*WORKER):
        lost = park.state(job, "failed")
        assert lost["error"]["code"] == "worker-lost"
        again = park.do(
            f"Job.objects.filter(pk='{job}').update(params={{'steps': 2}}); print(retry_job(actor, '{job}').pk)"
        )
        assert park.state(again, "done")["result"] == {"done": 2}
        assert park.look(job)["state"] == "failed", "the lost job is never run again by itself"
    events = park.do(
        "from rongzhi.platform.events.models import Event\n"
        "print(sorted(Event.objects.filter(subject__startswith='job/').values_list('type', flat=True)))"
    )
    assert events == "['job.done', 'job.failed', 'job.started', 'job.started']"
    assert "whole" in park.house.manage("verify_events").stdout


def test_two_workers_share_the_jobs_and_none_runs_twice(park):
    ids = json.loads(
        park.do(
            "import json\n"
            "make = lambda: str(start_job(actor, 'test.slow', Text('慢', 'slow'), {'steps': 2}).pk)\n"
            "print(json.dumps([make() for _ in range(8)]))"
        )
    )
    with park.house.started(*WORKER), park.house.started(*WORKER):
        wait_for(lambda: park.do("print(Job.objects.filter(state='done').count())") == "8", 30)
    counts = park.do(
        "from collections import Counter\n"
        "from rongzhi.platform.events.models import Event\n"
        "types = Event.objects.filter(subject__startswith='job/').values_list('type', flat=True)\n"
        "print(sorted(Counter(types).items()))"
    )
    assert counts == "[('job.done', 8), ('job.started', 8)]"
    assert len(set(ids)) == 8


def test_long_silent_work_is_not_taken_for_lost(park):
    """The worker shows life by itself, even when the handler says nothing for longer than the limit."""
    code = """
import django; django.setup()
import time
from rongzhi.platform.jobs.run import job_kind
@job_kind('test.slow')
def mute(context, *, steps):
    time.sleep(steps / 10)
    return {'done': steps}
from django.core.management import call_command
call_command('worker', interval=0.1)
"""
    with park.house.started(sys.executable, "-c", code):
        job = park.start(50)
        assert park.state(job, "done", "failed")["result"] == {"done": 50}


def test_interrupted_worker_finishes_its_job_first(park):
    with park.house.started(*WORKER) as worker:
        job = park.start(15)
        park.state(job, "running")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    assert park.look(job)["state"] == "done"
