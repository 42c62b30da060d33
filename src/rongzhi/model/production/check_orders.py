"""Checks of orders, and of everything a plan needs at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production.check_items import check_items, check_unit
from rongzhi.model.production.check_network import check_network
from rongzhi.model.production.items import Item, Routing
from rongzhi.model.production.naming import duplicate, unknown
from rongzhi.model.production.network import Network
from rongzhi.model.production.orders import Order, OrderBook, OrderLine
from rongzhi.model.production.processes import process_covers

_ITEM = Text("物料", "item")
_FACTORY = Text("工厂", "factory")
_MACHINE = Text("机床", "machine")
LARGEST_LOTS = 5_000  # lots one order line may split into


def check_orders(orders: Sequence[Order], items: Sequence[Item], network: Network, now: datetime) -> Findings:
    """Return everything wrong or doubtful in orders, each with its place and its fix.

    Parameters
    ----------
    orders : sequence of Order
    items : sequence of Item
        What may be ordered.
    network : Network
    now : datetime
        Aware; due dates before it are in the past.
    """
    findings = Findings()
    known = {item.code: item for item in items}
    factories = {factory.code for factory in network.factories}
    held = {certificate.code for factory in network.factories for certificate in factory.certificates}
    seen: dict[str, int] = {}
    for index, order in enumerate(orders):
        where = f"orders[{index}]"
        if order.code in seen:
            duplicate(findings, f"{where}.code", Text("订单", "order"), order.code, f"orders[{seen[order.code]}]")
        seen.setdefault(order.code, index)
        numbers: dict[int, int] = {}
        for at, line in enumerate(order.lines):
            place = f"{where}.lines[{at}]"
            if line.number in numbers:
                first = f"{where}.lines[{numbers[line.number]}]"
                duplicate(findings, f"{place}.number", Text("行号", "line number"), str(line.number), first)
            numbers.setdefault(line.number, at)
            if not unknown(findings, f"{place}.item", _ITEM, line.item, known):
                check_unit(findings, f"{place}.unit", line.unit, known[line.item].unit)
                _check_lots(findings, place, line, known[line.item])
            _check_dates(findings, place, line, now)
        _check_factories(findings, where, order, factories)
        for at, code in enumerate(order.required_certificates):
            if code not in held:
                findings.warning(
                    "no-certificate-holder",
                    f"{where}.required_certificates[{at}]",
                    Text(zh=f"没有工厂持有证书“{code}”", en=f"no factory holds the certificate '{code}'"),
                    Text(zh="登记持证工厂或取消该要求", en="record who holds it, or drop the requirement"),
                )
    return findings


def check_book(book: OrderBook, network: Network, now: datetime) -> Findings:
    """Return everything the network, the items and the orders have to say together."""
    findings = check_network(network)
    findings.extend(check_items(book.items, book.bom, book.routings))
    findings.extend(check_steps(book.routings, network))
    findings.extend(check_orders(book.orders, book.items, network, now))
    return findings


def check_steps(routings: Sequence[Routing], network: Network) -> Findings:
    """Return the steps that name unknown machines, and those no active machine of the network can do."""
    findings = Findings()
    machines = {machine.code: machine for machine in network.machines}
    able = {item.process for machine in network.machines if machine.is_active for item in machine.capabilities}
    for index, routing in enumerate(routings):
        if not routing.is_active:
            continue
        for number, step in enumerate(routing.steps):
            where = f"routings[{index}].steps[{number}]"
            for at, other in enumerate(step.alternatives):
                unknown(findings, f"{where}.alternatives[{at}].machine", _MACHINE, other.machine, machines)
            listed = any(machines[other.machine].is_active for other in step.alternatives if other.machine in machines)
            found = not step.only_listed and any(process_covers(process, step.process) for process in able)
            if not listed and not found:
                findings.warning(
                    "nobody-can",
                    f"{where}.process",
                    Text(
                        zh=f"“{routing.item}”的工序 {step.number} {step.name.zh}（{step.process}）没有机床能做",
                        en=f"step {step.number} {step.name.text.en} ({step.process}) of '{routing.item}': "
                        "no active machine can do it",
                    ),
                    Text(
                        zh="给机床登记该工艺，或引入能做的工厂",
                        en="add the process to a machine, or a factory that can",
                    ),
                )
    return findings


def _check_lots(findings: Findings, place: str, line: OrderLine, item: Item) -> None:
    if item.max_lot is None or line.quantity <= item.max_lot * LARGEST_LOTS:
        return
    findings.error(
        "too-many-lots",
        f"{place}.quantity",
        Text(
            zh=f"数量 {line.quantity:f} 按最大批量 {item.max_lot:f} 要拆成 {LARGEST_LOTS} 批以上",
            en=f"the quantity {line.quantity:f} makes more than {LARGEST_LOTS} lots of at most {item.max_lot:f}",
        ),
        Text(zh="减少数量，或放大物料的最大批量", en="order less, or raise the item's largest lot"),
    )


def _check_dates(findings: Findings, place: str, line: OrderLine, now: datetime) -> None:
    due = _shown(line.due, now)
    if line.due <= now:
        findings.error(
            "due-in-the-past",
            f"{place}.due",
            Text(zh=f"交期 {due} 已过", en=f"the due date {due} is in the past"),
            Text(zh=f"填写 {_shown(now, now)} 之后的时间", en=f"give a time after {_shown(now, now)}"),
        )
    if line.earliest_start is not None and line.due <= line.earliest_start:
        start = _shown(line.earliest_start, now)
        findings.error(
            "due-before-start",
            f"{place}.due",
            Text(
                zh=f"交期 {due} 不晚于最早开工 {start}",
                en=f"the due date {due} is not after the earliest start {start}",
            ),
            Text(zh="改正交期或最早开工时间", en="correct the due date or the earliest start"),
        )


def _check_factories(findings: Findings, where: str, order: Order, factories: set[str]) -> None:
    for field in ("preferred_factories", "excluded_factories"):
        for at, code in enumerate(getattr(order, field)):
            unknown(findings, f"{where}.{field}[{at}]", _FACTORY, code, factories)
    for code in sorted(set(order.preferred_factories) & set(order.excluded_factories)):
        findings.error(
            "preferred-and-excluded",
            f"{where}.preferred_factories",
            Text(zh=f"工厂“{code}”既优先又排除", en=f"factory '{code}' is both preferred and excluded"),
            Text(zh="从其中一处删除", en="remove it from one of the two"),
        )
    if factories and factories <= set(order.excluded_factories):
        findings.error(
            "all-excluded",
            f"{where}.excluded_factories",
            Text(zh="排除了全部工厂", en="every factory is excluded"),
            Text(zh="至少留下一家工厂", en="leave at least one factory"),
        )


def _shown(moment: datetime, now: datetime) -> str:
    """Return an instant in the zone planning happens in."""
    return f"{moment.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
