"""Every event that is emitted anywhere has a name in both languages, and pages show the name."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from django.db import transaction

import rongzhi
from rongzhi.elements.resources.kinds import KINDS
from rongzhi.foundation.terms.models import Proposal
from rongzhi.platform.events.log import emit
from rongzhi.platform.events.names import is_named, name_of
from rongzhi.platform.jobs.models import JobState

ROOT = Path(inspect.getfile(rongzhi)).parent
COMPUTED = {  # where the type is put together, and everything it can become
    "platform/jobs/run.py": {f"job.{state}" for state in JobState.values},
    "platform/accounts/actions.py": {"organisation.changed", "organisation.closed", "organisation.reopened"},
    "foundation/terms/actions.py": {f"term.{state}" for state in Proposal.State.values},
    "foundation/ledger/actions/posting.py": {"ledger.posted", "ledger.reversed"},
    "elements/resources/writing.py": {
        f"{kind.name}.{act}" for kind in KINDS.values() for act in ("created", "updated", "removed")
    },
    "business/sharing/actions/progress.py": {
        "operation.started",
        "operation.counted",
        "operation.completed",
        "operation.corrected",
    },
}


def emitted() -> dict[str, set[str]]:
    """Return the types every module emits; None stands for one that is put together."""
    found: dict[str, set[str]] = {}
    for path in ROOT.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "emit(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "emit" or len(node.args) < 2:
                continue
            name = str(path.relative_to(ROOT))
            kind = node.args[1]
            types = {kind.value} if isinstance(kind, ast.Constant) else COMPUTED[name]
            found.setdefault(name, set()).update(types)
    return found


def test_every_emitted_type_has_a_name():
    every = emitted()
    assert len(every) > 15
    assert set(COMPUTED) <= set(every)
    assert sorted({kind for kinds in every.values() for kind in kinds if not is_named(kind)}) == []
    for kinds in every.values():
        for kind in kinds:
            name = name_of(kind)
            assert name.en[0].isupper()
            assert name.zh != name.en


@pytest.mark.django_db
def test_pages_and_api_show_the_name_and_ten_of_many(operator, factory_actor, client_for):
    with transaction.atomic():
        for _ in range(12):
            emit(operator, "plan.published", "organisation/factory-a")
    page = client_for(operator, language="en").get("/accounts/organisations/factory-a/").content.decode()
    assert page.count('<span class="timeline-what">Plan published</span>') == 10
    assert "/platform/events/?q=organisation%2Ffactory-a" in page
    everything = client_for(operator).get("/platform/events/?q=organisation%2Ffactory-a").content.decode()
    assert everything.count("计划已发布") >= 12
    api = client_for(operator).get("/api/v1/events?type=plan.published&limit=1").json()
    assert (api["items"][0]["label"], api["items"][0]["type"]) == ("计划已发布", "rongzhi.plan.published")
