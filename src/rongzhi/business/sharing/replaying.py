"""The log's facts as reports on the park's operations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from rongzhi.business.sharing.models import ProgressKind, ProgressReport, ProgressSource, WorkOperation
from rongzhi.elements.resources.models import Machine
from rongzhi.platform.access.actor import Actor


def facts_as_reports(actor: Actor, start: date, until: datetime) -> Iterator[ProgressReport]:
    """Yield the reports the log gives up to a moment, in the order of time; work outside the routing is left out."""
    from rongzhi.samples import levy2014

    operations = {
        (row.lot.order.code, row.step): row
        for row in WorkOperation.objects.filter(is_current=True, lot__feeds="", lot__order__code__startswith="LV-")
        .select_related("lot__order__organisation")
        .defer("candidates", "refusals")
        .order_by("-lot__position")
    }
    owners = {
        machine.code: machine.work_centre.factory.organisation
        for machine in Machine.objects.select_related("work_centre__factory__organisation")
    }
    found: list[ProgressReport] = []
    for fact in levy2014.replay(start):
        operation = operations.get((fact.order, fact.step))
        if operation is None or fact.start > until:
            continue
        common = {
            "organisation": owners.get(fact.machine, operation.lot.order.organisation),
            "operation": operation,
            "machine_code": fact.machine,
            "source": ProgressSource.REPLAY,
            "reported_by": actor.name,
        }
        mark = f"levy2014:{fact.machine}:{fact.start:%Y%m%d%H%M}"
        found.append(ProgressReport(kind=ProgressKind.START, at=fact.start, key=f"{mark}:start", **common))
        if fact.end <= until:
            found.append(
                ProgressReport(
                    kind=ProgressKind.COMPLETE,
                    at=fact.end,
                    key=f"{mark}:complete",
                    good=Decimal(max(0, fact.completed)),
                    scrap=Decimal(max(0, fact.rejected)),
                    **common,
                )
            )
    found.sort(key=lambda report: report.at)
    yield from found
