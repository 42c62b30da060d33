"""Actions: the only writers. Each runs in one transaction and is safe to repeat under an idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.apps import apps
from django.db import models, transaction

from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.events.models import IdempotencyKey

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)


def action(function: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
    """Mark a writer: policy check, change and event happen in one transaction or not at all."""

    @wraps(function)
    def run(actor: Actor, *args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():
            return function(actor, *args, **kwargs)

    return run


def once(actor: Actor, act: str, key: str, content: str, make: Callable[[], M]) -> M:
    """Do a creating act once per key, and give back the first result afterwards.

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
    owner = actor.organisation.code if actor.organisation else actor.name
    fingerprint = hashlib.sha256(content.encode()).hexdigest()
    record, is_new = IdempotencyKey.objects.select_for_update().get_or_create(
        scope=f"{owner}:{act}", key=key, defaults={"fingerprint": fingerprint, "result_model": "", "result_pk": ""}
    )
    if not is_new:
        if record.fingerprint != fingerprint:
            raise Conflict(
                Text("同一幂等键已用于另一请求", "this idempotency key was used for another request"),
                where="Idempotency-Key",
                fix=Text("为新请求使用新的键", "use a new key for a new request"),
            )
        model = apps.get_model(record.result_model)
        return model._default_manager.get(pk=record.result_pk)  # type: ignore[return-value]
    made = make()
    record.result_model, record.result_pk = made._meta.label, str(made.pk)
    record.save(update_fields=["result_model", "result_pk"])
    return made
