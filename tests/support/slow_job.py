"""A job that takes its time, for workers in processes of their own; ``python -m tests.support.slow_job`` works it."""

from __future__ import annotations

import time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from rongzhi.kernel.text import Text
from rongzhi.platform.jobs.run import JobContext, job_kind


@job_kind("test.slow")
def slow(context: JobContext, *, steps: int) -> dict[str, Any]:
    """Take a tenth of a second for each step."""
    done = 0
    for step in range(steps):
        if context.should_stop():
            break
        time.sleep(0.1)
        done = step + 1
        context.report(done / steps, Text(f"第 {done} 步", f"step {done}"), {"step": done})
    return {"done": done}


if __name__ == "__main__":
    from django.core.management import call_command

    call_command("worker", interval=0.1)
