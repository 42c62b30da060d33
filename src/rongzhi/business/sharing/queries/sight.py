"""What of work and plans an actor sees: machines are named to the operator and their factory only."""

from __future__ import annotations

from typing import Any

from rongzhi.business.sharing.models import PlanAssignment
from rongzhi.business.sharing.queries.reasons import why_here
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Role
from rongzhi.platform.i18n import current_language


def sees_machines(actor: Actor) -> bool:
    """Whether machines are named to the actor: to the operator and to factories (of their own rows)."""
    return actor.is_operator or actor.has_role(Role.FACTORY)


def sees_machine_of(actor: Actor, row: PlanAssignment) -> bool:
    """Whether the machine of one assignment is named to the actor."""
    return actor.is_operator or (row.organisation_id is not None and row.organisation == actor.organisation)


def seen_work(actor: Actor, lot: Any) -> dict[str, Any]:
    """Return a lot (with ``steps``) as plain data, as far as the actor may see it."""
    tongue = current_language()
    operations = []
    for row in lot.steps:
        planned = row.planned
        operations.append(
            {
                "code": row.code,
                "step": row.step,
                "name": row.name,
                "process": row.process,
                "quantity": row.quantity,
                "state": row.state,
                "good_quantity": row.good_quantity,
                "scrap_quantity": row.scrap_quantity,
                "actual_start": row.actual_start,
                "actual_end": row.actual_end,
                "is_stuck": row.is_stuck,
                "candidates": row.candidates if actor.is_operator else factory_choices(row.candidates),
                "refusals": [
                    {
                        "resource": each["resource"] if actor.is_operator else each["factory"],
                        "factory": each["factory"],
                        "code": each["code"],
                        "reason": each[tongue],
                    }
                    for each in row.refusals
                ],
                "why": why_here(actor, planned),
                "factory": planned.factory_code if planned else None,
                "machine": planned.machine_code if planned and sees_machine_of(actor, planned) else None,
                "start": planned.start if planned else None,
                "end": planned.end if planned else None,
            }
        )
    return {
        "code": lot.code,
        "line": lot.line,
        "item": lot.item.code,
        "quantity": lot.quantity,
        "release_at": lot.release_at,
        "due": lot.due,
        "feeds": lot.feeds,
        "operations": operations,
    }


def factory_choices(candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return candidates by factory, each with its lowest price and shortest time, without the machines."""
    found: dict[str, dict[str, Any]] = {}
    for each in candidates:
        row = found.setdefault(
            each["factory"], {"factory": each["factory"], "cost": each["cost"], "minutes": 10**12, "machines": 0}
        )
        row["cost"] = min(row["cost"], each["cost"], key=float)
        row["minutes"] = min(row["minutes"], each["setup_min"] + each["run_min"])
        row["machines"] += 1
    return list(found.values())
