"""What a part must fit: sizes, mass, tolerance and material of a capability."""

from __future__ import annotations

from rongzhi.engines.decomposition import reasons
from rongzhi.engines.decomposition.reasons import Verdict
from rongzhi.kernel.text import Text
from rongzhi.model.production import Capability, Item, RoutingStep

Limits = tuple[tuple[float | None, ...], float | None, tuple[str, ...]]
"""Largest sizes (mm) and mass (kg) in the order of `_SIZES`, closest tolerance (mm), materials (empty: all)."""

_SIZES: tuple[tuple[str, str, str, Text], ...] = (
    ("length_mm", "max_length_mm", "mm", Text("长度", "length")),
    ("width_mm", "max_width_mm", "mm", Text("宽度", "width")),
    ("height_mm", "max_height_mm", "mm", Text("高度", "height")),
    ("diameter_mm", "max_diameter_mm", "mm", Text("直径", "diameter")),
    ("mass_kg", "max_mass_kg", "kg", Text("质量", "mass")),
)


def limits_of(capability: Capability) -> Limits:
    """Return the limits of a capability; equal ones are compared with a part only once."""
    sizes = tuple(getattr(capability, field) for _, field, _, _ in _SIZES)
    return sizes, capability.tolerance_mm, capability.materials


def broken_limit(limits: Limits, item: Item, step: RoutingStep) -> Verdict | None:
    """Return the first limit the part breaks; what is unknown breaks none."""
    sizes, closest, materials = limits
    for (field, _, unit, label), limit in zip(_SIZES, sizes, strict=True):
        value = getattr(item, field) if limit is not None else None
        if value is not None and limit is not None and value > limit:
            return reasons.too_large(label, value, limit, unit)
    if step.tolerance_mm is not None and closest is not None and step.tolerance_mm < closest:
        return reasons.tolerance(step.tolerance_mm, closest)
    if item.material and materials and item.material not in materials:
        return reasons.material(item.material, materials)
    return None
