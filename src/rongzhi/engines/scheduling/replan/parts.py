"""Events of divided lots, said of their parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rongzhi.engines.scheduling.replan.events import Event, LateMaterial, LongerRun, Scrap
from rongzhi.engines.scheduling.result import Plan


def of_parts(plan: Plan, events: Sequence[Event]) -> list[Event]:
    """Return events of divided operations for their parts.

    Late material is late for every part; a longer run and scrap are those of the part that ends last.
    """
    if not plan.is_divided:
        return list(events)
    found: list[Event] = []
    for event in events:
        parts = plan.parts(event.operation) if isinstance(event, LateMaterial | LongerRun | Scrap) else ()
        if isinstance(event, LateMaterial) and parts:
            found += [replace(event, operation=row.code) for row in parts]
            continue
        own = event
        if isinstance(own, LongerRun | Scrap) and parts:
            own = replace(own, operation=max(parts, key=lambda row: (row.end, row.part)).code)
        if isinstance(own, Scrap):
            redo = tuple(name for code in own.redo for name in ([row.code for row in plan.parts(code)] or [code]))
            own = replace(own, redo=redo)
        found.append(own)
    return found
