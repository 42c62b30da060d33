"""Between records and documents: items, bills of materials, routings with their steps and alternatives."""

from __future__ import annotations

from typing import Any

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.codec_network import name_of, name_values
from rongzhi.elements.resources.refs import Refs
from rongzhi.model.production import items

_ITEM = (
    "code", "unit", "is_made", "lead_time_min", "unit_cost", "length_mm", "width_mm", "height_mm", "diameter_mm",
    "mass_kg", "material", "max_lot",
)  # fmt: skip
_STEP = (
    "number", "process", "setup_min", "run_min_per_unit", "family", "only_listed", "transfer_batch", "minimum_batch",
    "wait_min", "max_wait_min", "is_subcontractable", "may_span_breaks", "tolerance_mm",
)  # fmt: skip


def read_item(record: records.Item) -> items.Item:
    """Return an item as document."""
    return items.Item(name=name_of(record), **{field: getattr(record, field) for field in _ITEM})


def item_values(document: items.Item, _: Refs) -> dict[str, Any]:
    """Return the fields of an item."""
    return {**name_values(document.name), **{field: getattr(document, field) for field in _ITEM}}


def read_bom_line(record: records.BomLine) -> items.BomLine:
    """Return a bill line as document."""
    return items.BomLine(
        parent=record.parent.code,
        component=record.component.code,
        quantity=record.quantity,
        unit=record.unit,
        scrap_rate=record.scrap_rate,
        at_step=record.at_step,
    )


def bom_line_values(document: items.BomLine, refs: Refs) -> dict[str, Any]:
    """Return the fields of a bill line."""
    return {
        "parent_id": refs.pk(records.Item, document.parent, "parent"),
        "component_id": refs.pk(records.Item, document.component, "component"),
        "quantity": document.quantity,
        "unit": document.unit,
        "scrap_rate": document.scrap_rate,
        "at_step": document.at_step,
    }


def read_routing(record: records.Routing) -> items.Routing:
    """Return a routing as document."""
    return items.Routing.model_construct(
        item=record.item.code,
        version=record.version_name,
        rank=record.rank,
        is_active=record.is_active,
        steps=tuple(_read_step(step) for step in record.steps.all()),
    )


def _read_step(step: records.RoutingStep) -> items.RoutingStep:
    return items.RoutingStep(
        name=name_of(step),
        after=None if step.after is None else tuple(step.after),
        certificates=tuple(step.certificates),
        alternatives=tuple(
            items.StepAlternative(
                machine=item.machine.code, setup_min=item.setup_min, run_min_per_unit=item.run_min_per_unit
            )
            for item in step.alternatives.all()
        ),
        **{field: getattr(step, field) for field in _STEP},
    )


def routing_values(document: items.Routing, refs: Refs) -> dict[str, Any]:
    """Return the fields of a routing's head."""
    return {
        "item_id": refs.pk(records.Item, document.item, "item"),
        "version_name": document.version,
        "rank": document.rank,
        "is_active": document.is_active,
    }


def write_steps(document: items.Routing, record: records.Routing, refs: Refs) -> None:
    """Replace a routing's steps and their alternatives."""
    record.steps.all().delete()
    made = records.RoutingStep.objects.bulk_create(
        records.RoutingStep(
            routing=record,
            position=position,
            **name_values(step.name),
            after=None if step.after is None else list(step.after),
            certificates=list(step.certificates),
            **{field: getattr(step, field) for field in _STEP},
        )
        for position, step in enumerate(document.steps)
    )
    records.StepAlternative.objects.bulk_create(
        records.StepAlternative(
            step=row,
            position=position,
            machine_id=refs.pk(records.Machine, item.machine, f"steps[{number}].alternatives[{position}].machine"),
            setup_min=item.setup_min,
            run_min_per_unit=item.run_min_per_unit,
        )
        for number, (row, step) in enumerate(zip(made, document.steps, strict=True))
        for position, item in enumerate(step.alternatives)
    )
