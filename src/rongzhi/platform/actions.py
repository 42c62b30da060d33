"""Actions: the only writers. Each runs in one transaction and is safe to repeat under an idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.apps import apps
from django.db import models, transaction

from rongzhi.kernel.errors import Conflict, Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.events.models import IdempotencyKey

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)

KEY_LENGTH = 200


def action(function: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
    """Mark a writer: policy check, change and event happen in one transaction or not at all."""

    @wraps(function)
    def run(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():
            return function(actor, *args, **kwargs)

    return cast("Callable[Concatenate[Actor, P], R]", run)


def once(actor: Actor, act: str, key: str, content: str, make: Callable[[], M]) -> M:
    """Do a creating act once per key, and give back the first result afterwards.

    Must run inside an action, so that the key and the record are kept together or not at all.

    Parameters
    ----------
    actor : Actor
    act : str
        Name of the act, such as ``create_order``.
    key : str
        The caller's idempotency key; empty means no protection was asked for.
    content : str
        Canonical text of the request; the same key with another content is a conflict.
    make : callable
        Does the act and returns the new record.
    """
    if not key:
        return make()
    _check_key(key)
    owner = actor.organisation.code if actor.organisation else actor.name
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    record, is_new = IdempotencyKey.objects.select_for_update().get_or_create(
        scope=f"{owner}:{act}"[:KEY_LENGTH],
        key=key,
        defaults={"fingerprint": fingerprint, "result_model": "", "result_pk": ""},
    )
    if not is_new:
        return cast("M", _first_result(record, fingerprint))
    made = make()
    record.result_model, record.result_pk = made._meta.label, str(made.pk)
    record.save(update_fields=["result_model", "result_pk"])
    return made


def _check_key(key: str) -> None:
    if len(key) > KEY_LENGTH or not key.isprintable():
        raise Rejected(
            [
                Finding(
                    "bad-idempotency-key",
                    "Idempotency-Key",
                    Text(
                        f"幂等键须为不超过 {KEY_LENGTH} 个可见字符",
                        f"the key is at most {KEY_LENGTH} visible characters",
                    ),
                    Text("使用一个 UUID", "use a UUID"),
                )
            ]
        )


def _first_result(record: IdempotencyKey, fingerprint: str) -> models.Model:
    if record.fingerprint != fingerprint:
        raise Conflict(
            Text("同一幂等键已用于另一请求", "this idempotency key was used for another request"),
            where="Idempotency-Key",
            fix=Text("为新请求使用新的键", "use a new key for a new request"),
        )
    found: models.Model | None = (
        apps.get_model(record.result_model)._default_manager.filter(pk=record.result_pk).first()
    )
    if found is None:
        raise Conflict(
            Text("此幂等键所建的记录已被删除", "the record made under this idempotency key was deleted since"),
            where="Idempotency-Key",
            fix=Text("为新请求使用新的键", "use a new key for a new request"),
        )
    return found
