"""Operations that must stay in one factory: candidates outside the factories that can do them all are dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rongzhi.engines.decomposition import reasons
from rongzhi.model.production import Lot, Operation, Refusal


def keep_together(operations: Sequence[Operation], lots: Sequence[Lot], alone: frozenset[str]) -> list[Operation]:
    """Return the operations with candidates only in factories that can do all that must stay together.

    Parameters
    ----------
    operations, lots : sequences
    alone : frozenset of str
        Orders that go to a single factory.

    Notes
    -----
    Operations hang together if one stays with the other or if their order goes to a single factory. An operation
    nobody can do is left out of the count, so that the others keep their own reasons.
    """
    if not alone and not any(operation.stays_with for operation in operations):
        return list(operations)
    order_of = {lot.code: lot.order for lot in lots}
    root: dict[str, str] = {}

    def find(code: str) -> str:
        while root.setdefault(code, code) != code:
            root[code] = root[root[code]]
            code = root[code]
        return code

    for operation in operations:
        if operation.stays_with:
            root[find(operation.code)] = find(operation.stays_with)
        if order_of[operation.lot] in alone:
            root[find(operation.code)] = find(f"order {order_of[operation.lot]}")
    groups: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        groups[find(operation.code)].append(operation)
    changed: dict[str, Operation] = {}
    for members in groups.values():
        if len(members) > 1:
            changed |= _narrow(members)
    return [changed.get(operation.code, operation) for operation in operations]


def _narrow(members: Sequence[Operation]) -> dict[str, Operation]:
    able = {member.code: {candidate.factory for candidate in member.candidates} for member in members}
    hindering: dict[str, Operation] = {}
    for factory in sorted(set().union(*able.values())):
        cannot = next((member for member in members if member.candidates and factory not in able[member.code]), None)
        if cannot is not None:
            hindering[factory] = cannot
    changed: dict[str, Operation] = {}
    for member in members:
        dropped = sorted(able[member.code] & set(hindering))
        if dropped:
            kept = tuple(candidate for candidate in member.candidates if candidate.factory not in hindering)
            against = tuple(
                Refusal(factory, factory, *reasons.not_common(hindering[factory].step, hindering[factory].name))
                for factory in dropped
            )
            changed[member.code] = replace(member, candidates=kept, refusals=member.refusals + against)
    return changed
