"""Actions are whole or not at all, and safe to repeat under a key."""

from __future__ import annotations

import pytest

from rongzhi.kernel.errors import Conflict, Rejected
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit
from rongzhi.platform.events.models import Event, IdempotencyKey


@action
def found(actor, code: str, *, idempotency_key: str = "", fail: bool = False) -> Organisation:
    def make() -> Organisation:
        made = Organisation.objects.create(code=code, name_zh=code, kind="factory")
        emit(actor, "organisation.founded", f"organisation/{code}")
        if fail:
            raise RuntimeError("late")
        return made

    return once(actor, "found", idempotency_key, code, make)


def test_failure_leaves_nothing_behind(operator):
    with pytest.raises(RuntimeError, match="late"):
        found(operator, "new", idempotency_key="k", fail=True)
    assert not Organisation.objects.filter(code="new").exists()
    assert (Event.objects.count(), IdempotencyKey.objects.count()) == (0, 0)


def test_second_try_gives_the_first_result(operator):
    first = found(operator, "new", idempotency_key="k")
    assert found(operator, "new", idempotency_key="k") == first
    assert Event.objects.count() == 1


def test_same_key_for_another_request_is_a_conflict(operator):
    found(operator, "new", idempotency_key="k")
    with pytest.raises(Conflict):
        found(operator, "other", idempotency_key="k")
    assert not Organisation.objects.filter(code="other").exists()


def test_keys_of_two_organisations_do_not_meet(operator, factory_actor):
    found(operator, "new", idempotency_key="k")
    assert found(factory_actor, "other", idempotency_key="k").code == "other"


def test_result_deleted_since_is_a_conflict(operator):
    made = found(operator, "new", idempotency_key="k")
    IdempotencyKey.objects.update(result_pk=str(made.pk + 1000))
    with pytest.raises(Conflict):
        found(operator, "new", idempotency_key="k")


@pytest.mark.parametrize("key", ["x" * 201, "line\nbreak"])
def test_bad_key_is_rejected(operator, key):
    with pytest.raises(Rejected) as caught:
        found(operator, "new", idempotency_key=key)
    assert caught.value.findings[0].where == "Idempotency-Key"
    assert not Organisation.objects.filter(code="new").exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_two_processes_with_one_key_make_one_record(house):
    code = """
from rongzhi.platform.access.actor import SYSTEM
from rongzhi.platform.accounts.models import Organisation
from rongzhi.platform.actions import action, once
@action
def make(actor, code):
    create = Organisation.objects.create
    return once(actor, 'make', 'one-key', 'same', lambda: create(code=code, kind='lab', name_zh='x'))
import sys
print(make(SYSTEM, sys.argv[1]).code)
"""
    import subprocess
    import sys

    commands = [[sys.executable, "-c", f"import django; django.setup()\n{code}", name] for name in ("first", "second")]
    running = [subprocess.Popen(c, env=house.environment, cwd=house.folder, stdout=subprocess.PIPE) for c in commands]
    said = {process.communicate(timeout=60)[0].decode().strip() for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(said) == 1
