"""Checks of items, bills of materials and routings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.kernel.units import unit
from rongzhi.model.production.check_network import check_process
from rongzhi.model.production.items import BomLine, Item, Routing, RoutingStep
from rongzhi.model.production.naming import duplicate, said, unknown

K = TypeVar("K", bound=Hashable)

# Ten years; a longer step is a slip of the unit, and would not fit the planner's whole minutes.
LONGEST_MIN = 5_256_000
_ITEM = Text("物料", "item")


def check_items(items: Sequence[Item], bom: Sequence[BomLine], routings: Sequence[Routing]) -> Findings:
    """Return everything wrong or doubtful in items, bills and routings, each with its place and its fix."""
    findings = Findings()
    known: dict[str, Item] = {}
    for index, item in enumerate(items):
        if item.code in known:
            first = next(at for at, other in enumerate(items) if other.code == item.code)
            duplicate(findings, f"items[{index}].code", _ITEM, item.code, f"items[{first}]")
        known.setdefault(item.code, item)
        check_unit(findings, f"items[{index}].unit", item.unit)
    made = {routing.item for routing in routings if routing.is_active}
    for index, item in enumerate(items):
        if item.is_made and item.code not in made:
            findings.error(
                "no-routing",
                f"items[{index}]",
                Text(zh=f"自制件“{item.code}”没有有效工艺路线", en=f"made item '{item.code}' has no active routing"),
                Text(zh="添加工艺路线，或改为外购", en="add a routing, or mark the item as bought"),
            )
    _check_bom(findings, bom, known, routings)
    _check_routings(findings, routings, known)
    return findings


def check_unit(findings: Findings, where: str, symbol: str, wanted: str | None = None) -> None:
    """Add a finding if a unit is unknown or measures another thing than the wanted unit (if that one is known)."""
    try:
        source = unit(symbol)
    except NotFound as error:
        said(findings, "unknown-unit", where, error)
        return
    try:
        target = unit(wanted or symbol)
    except NotFound:
        return  # said where the wanted unit is written
    if source.dimension != target.dimension:
        findings.error(
            "unit-of-another-kind",
            where,
            Text(zh=f"单位 {symbol} 不能换算为 {wanted}", en=f"unit {symbol} cannot become {wanted}"),
            Text(zh=f"请用 {wanted} 的同类单位", en=f"use a unit of the same kind as {wanted}"),
        )


def find_loops(edges: Mapping[K, Iterable[K]]) -> list[list[K]]:
    """Return one loop for every place where a directed graph closes on itself, first node repeated at the end."""
    state: dict[K, int] = {}
    loops: list[list[K]] = []
    for root in edges:
        if root in state:
            continue
        path: list[K] = [root]
        stack = [iter(edges.get(root, ()))]
        state[root] = 1
        while stack:
            step = next(stack[-1], None)
            if step is None:
                state[path.pop()] = 2
                stack.pop()
            elif state.get(step) == 1:
                loops.append([*path[path.index(step) :], step])
            elif step not in state:
                state[step] = 1
                path.append(step)
                stack.append(iter(edges.get(step, ())))
    return loops


def _check_bom(
    findings: Findings, bom: Sequence[BomLine], known: Mapping[str, Item], routings: Sequence[Routing]
) -> None:
    steps: dict[str, set[int]] = defaultdict(set)
    for routing in routings:
        steps[routing.item] |= {step.number for step in routing.steps}
    seen: dict[tuple[str, str, int], int] = {}
    at: dict[tuple[str, str], int] = {}
    for index, line in enumerate(bom):
        where = f"bom[{index}]"
        unknown(findings, f"{where}.parent", _ITEM, line.parent, known)
        if not unknown(findings, f"{where}.component", _ITEM, line.component, known):
            check_unit(findings, f"{where}.unit", line.unit, known[line.component].unit)
        key = (line.parent, line.component, line.at_step)
        if key in seen:
            shown = f"{line.parent} / {line.component}"
            duplicate(findings, where, Text("物料清单行", "bill line"), shown, f"bom[{seen[key]}]")
        seen.setdefault(key, index)
        at.setdefault(key[:2], index)
        _check_at_step(findings, where, line, steps[line.parent])
    edges: dict[str, list[str]] = defaultdict(list)
    for line in bom:
        edges[line.parent].append(line.component)
    for loop in find_loops(edges):
        chain = " → ".join(loop)
        findings.error(
            "bill-loop",
            f"bom[{at[loop[-2], loop[-1]]}].component",
            Text(zh=f"物料清单成环：{chain}", en=f"the bill of materials loops: {chain}"),
            Text(zh="删除环中的一行", en="remove one line of the loop"),
        )


def _check_at_step(findings: Findings, where: str, line: BomLine, steps: set[int]) -> None:
    if not steps or line.at_step == 0 or line.at_step in steps:
        return
    shown = ", ".join(map(str, sorted(steps)))
    message = Text(
        zh=f"“{line.parent}”没有工序 {line.at_step}", en=f"'{line.parent}' has no routing step {line.at_step}"
    )
    if line.at_step < 0 or line.at_step > max(steps):
        findings.error("unknown-step", f"{where}.at_step", message, Text(zh=f"可用：{shown}", en=f"use one of {shown}"))
    else:
        later = min(number for number in steps if number > line.at_step)
        fix = Text(zh=f"将在其后的工序 {later} 投料", en=f"it will be used at the next step, {later}")
        findings.warning("unknown-step", f"{where}.at_step", message, fix)


def _check_routings(findings: Findings, routings: Sequence[Routing], known: Mapping[str, Item]) -> None:
    seen: dict[tuple[str, str], int] = {}
    ranks: dict[tuple[str, int], int] = {}
    kind = Text("工艺路线", "routing")
    for index, routing in enumerate(routings):
        where = f"routings[{index}]"
        unknown(findings, f"{where}.item", _ITEM, routing.item, known)
        key = (routing.item, routing.version)
        if key in seen:
            duplicate(findings, f"{where}.version", kind, " / ".join(key), f"routings[{seen[key]}]")
        elif routing.is_active and (routing.item, routing.rank) in ranks:
            findings.warning(
                "equal-rank",
                f"{where}.rank",
                Text(
                    zh=f"与 routings[{ranks[routing.item, routing.rank]}] 优先级相同，将取版本号靠前者",
                    en=f"same rank as routings[{ranks[routing.item, routing.rank]}]; the earlier version is used",
                ),
                Text(zh="给每个版本不同的优先级", en="give each version a rank of its own"),
            )
        seen.setdefault(key, index)
        ranks.setdefault((routing.item, routing.rank), index)
        _check_steps(findings, where, routing)


def _check_steps(findings: Findings, where: str, routing: Routing) -> None:
    numbers: dict[int, int] = {}
    for index, step in enumerate(routing.steps):
        place = f"{where}.steps[{index}]"
        if step.number in numbers:
            kind = Text("工序号", "step number")
            duplicate(findings, f"{place}.number", kind, str(step.number), f"{where}.steps[{numbers[step.number]}]")
        numbers.setdefault(step.number, index)
    for index, step in enumerate(routing.steps):
        place = f"{where}.steps[{index}]"
        check_process(findings, f"{place}.process", step.process)
        _check_step(findings, place, step)
        for other in step.after or ():
            if other not in numbers:
                shown = ", ".join(map(str, sorted(numbers)))
                findings.error(
                    "unknown-step",
                    f"{place}.after",
                    Text(zh=f"没有工序 {other}", en=f"there is no step {other}"),
                    Text(zh=f"可用：{shown}", en=f"use one of {shown}"),
                )
    edges = {step.number: [other for other in step.after or () if other in numbers] for step in routing.steps}
    for number, before in _implied(routing.steps).items():
        edges[number].append(before)
    for loop in find_loops(edges):
        chain = " → ".join(map(str, reversed(loop)))
        findings.error(
            "routing-loop",
            f"{where}.steps[{numbers[loop[0]]}].after",
            Text(zh=f"工序先后成环：{chain}", en=f"the steps wait for each other: {chain}"),
            Text(zh="改正前序工序", en="correct what the step comes after"),
        )


def _implied(steps: Sequence[RoutingStep]) -> dict[int, int]:
    """Return for every step that does not say what it follows the step before it by number."""
    ordered = sorted({step.number for step in steps})
    before = dict(zip(ordered[1:], ordered, strict=False))
    return {step.number: before[step.number] for step in steps if step.after is None and step.number in before}


def _check_step(findings: Findings, place: str, step: RoutingStep) -> None:
    times = [("setup_min", step.setup_min), ("run_min_per_unit", step.run_min_per_unit)]
    for number, other in enumerate(step.alternatives):
        times += [(f"alternatives[{number}].setup_min", other.setup_min or 0)]
        times += [(f"alternatives[{number}].run_min_per_unit", other.run_min_per_unit or 0)]
    for field, value in times:
        if value > LONGEST_MIN:
            findings.error(
                "time-too-long",
                f"{place}.{field}",
                Text(zh=f"{value:g} 分钟超过十年", en=f"{value:g} minutes is more than ten years"),
                Text(zh="检查单位是否为分钟", en="check that the figure is in minutes"),
            )
    if step.only_listed and not step.alternatives:
        findings.error(
            "no-listed-machine",
            f"{place}.alternatives",
            Text(zh="只许用列出的机床，但没有列出任何机床", en="only listed machines are allowed, but none is listed"),
            Text(zh="列出机床，或取消该限制", en="list machines or lift the limit"),
        )
    if step.max_wait_min is not None and step.max_wait_min < step.wait_min:
        findings.error(
            "wait-too-short",
            f"{place}.max_wait_min",
            Text(
                zh=f"最长等待 {step.max_wait_min} 分钟小于最短等待 {step.wait_min} 分钟",
                en=f"the longest wait of {step.max_wait_min} min is below the least wait of {step.wait_min} min",
            ),
            Text(zh="改正等待时间", en="correct the waiting times"),
        )
