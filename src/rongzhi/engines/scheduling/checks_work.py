"""Checks of the work itself: jobs, operations, modes, precedences, pins."""

from __future__ import annotations

from itertools import pairwise

from rongzhi.engines.scheduling.checks_lots import check_lots
from rongzhi.engines.scheduling.checks_network import in_range, is_weight, known, price, unique
from rongzhi.engines.scheduling.model import Job, Link, Mode, Operation, Pin, Precedence, Problem, Term
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

MAX_TOTAL = 10**14
LEAST_SHARE = 1e-6  # smaller ones are lost in rounding


class Network:
    """What the work refers to, for quick look-up."""

    def __init__(self, problem: Problem) -> None:
        tables = {each.code: set(each.families) for each in problem.changeovers}
        self.factory_of = {each.code: each.factory for each in problem.machines}
        self.families_of = {each.code: tables.get(each.changeover) for each in problem.machines if each.changeover}
        self.capacity_of = {each.code: each.capacity for each in problem.resources}
        self.factories = {each.code for each in problem.factories}


def check_work(problem: Problem, findings: Findings) -> None:
    """Check jobs, operations, modes and the objective."""
    network = Network(problem)
    unique(findings, "jobs", [job.code for job in problem.jobs])
    unique(findings, "operations", [operation.code for _, operation in problem.operations()])
    total = 0
    for row, job in enumerate(problem.jobs):
        where = f"jobs[{row}]"
        _job(job, where, network, findings)
        for place, operation in enumerate(job.operations):
            total += _operation(operation, f"{where}.operations[{place}]", network, findings)
    if total > MAX_TOTAL:
        findings.error(
            "time-out-of-range",
            "jobs",
            Text(zh=f"全部加工时间之和 {total} 太大", en=f"the sum of all work, {total}, is too large"),
            Text(zh="改用更粗的时间单位", en="use a coarser time unit"),
        )
    check_lots(problem, findings)
    _objective(problem, findings)


def _objective(problem: Problem, findings: Findings) -> None:
    for term in Term:
        weight = problem.objective.weight(term)
        if not is_weight(weight):
            findings.error(
                "bad-weight",
                f"objective.{term}",
                Text(zh=f"权重 {weight} 为负、太大或不是数", en=f"weight {weight} is negative, too large or no number"),
                Text(zh="权重取 0 或正数", en="use 0 or a positive weight"),
            )


def _job(job: Job, where: str, network: Network, findings: Findings) -> None:
    in_range(findings, f"{where}.release", job.release)
    for name, value in (("due", job.due), ("deadline", job.deadline)):
        if value is not None:
            in_range(findings, f"{where}.{name}", value, low=-(10**12))
    if not is_weight(job.weight):
        findings.error(
            "bad-weight",
            f"{where}.weight",
            Text(
                zh=f"权重 {job.weight} 为负、太大或不是数",
                en=f"weight {job.weight} is negative, too large or no number",
            ),
            Text(zh="权重取 0 或正数", en="use 0 or a positive weight"),
        )
    for row, factory in enumerate(job.factories or ()):
        known(findings, f"{where}.factories[{row}]", Text(zh="工厂", en="factory"), factory, network.factories)


def _operation(operation: Operation, where: str, network: Network, findings: Findings) -> int:
    """Check one operation; return its longest work."""
    if not operation.modes:
        findings.error(
            "no-mode",
            f"{where}.modes",
            Text(zh=f"工序“{operation.code}”没有可用机器", en=f"operation '{operation.code}' has no mode"),
            Text(zh="至少给出一种加工方式", en="give at least one mode"),
        )
    if operation.earliest_start or operation.resume_loss:
        in_range(findings, f"{where}.earliest_start", operation.earliest_start)
        in_range(findings, f"{where}.resume_loss", operation.resume_loss)
    longest = 0
    for row, mode in enumerate(operation.modes):
        if mode.machine not in network.factory_of:
            known(findings, f"{where}.modes[{row}].machine", Text(zh="机器", en="machine"), mode.machine, ())
        if mode.run < 0 or mode.setup < 0 or mode.run + mode.setup > 10**12:
            in_range(findings, f"{where}.modes[{row}].run", mode.run)
            in_range(findings, f"{where}.modes[{row}].setup", mode.setup)
        longest = max(longest, mode.run + mode.setup)
        if operation.family is not None and mode.machine in network.families_of:
            families = network.families_of[mode.machine]
            if families is not None and operation.family not in families:
                known(findings, f"{where}.family", Text(zh="产品族", en="family"), operation.family, families)
        if mode.needs or mode.cost:
            _mode_extras(mode, f"{where}.modes[{row}]", network, findings)
    return longest


def _mode_extras(mode: Mode, where: str, network: Network, findings: Findings) -> None:
    price(findings, f"{where}.cost", mode.cost)
    asked: dict[str, int] = {}
    for row, need in enumerate(mode.needs):
        if not known(
            findings, f"{where}.needs[{row}]", Text(zh="资源", en="resource"), need.resource, network.capacity_of
        ):
            continue
        asked[need.resource] = asked.get(need.resource, 0) + need.amount
        capacity = network.capacity_of[need.resource]
        if need.amount < 1 or asked[need.resource] > capacity:
            findings.error(
                "need-exceeds-capacity",
                f"{where}.needs[{row}].amount",
                Text(
                    zh=f"需要资源“{need.resource}”{asked[need.resource]} 个，能力为 {capacity}",
                    en=f"needs {asked[need.resource]} of resource '{need.resource}', capacity {capacity}",
                ),
                Text(zh="需要量在 1 与能力之间", en="ask for at least 1 and at most the capacity"),
            )


def check_links(problem: Problem, findings: Findings) -> None:
    """Check precedences: references, lags, cycles; and that one-factory jobs have a factory."""
    from rongzhi.engines.scheduling.units import cycle

    at = {operation.code: row for row, (_, operation) in enumerate(problem.operations())}
    kind = Text(zh="工序", en="operation")
    pairs = []
    for row, link in enumerate(problem.precedences):
        where = f"precedences[{row}]"
        if link.before not in at or link.after not in at:
            known(findings, f"{where}.before", kind, link.before, at)
            known(findings, f"{where}.after", kind, link.after, at)
            continue
        pairs.append((at[link.before], at[link.after]))
        if link.lag or link.max_lag is not None or link.link is not Link.FINISH_START:
            _link(link, where, findings)
    loop = cycle(len(at), pairs)
    if loop:
        codes = list(at)
        names = ", ".join(codes[row] for row in loop[:8])
        findings.error(
            "cycle",
            "precedences",
            Text(zh=f"工序互相等待：{names}", en=f"operations wait for each other: {names}"),
            Text(zh="去掉循环中的一条先后关系", en="take out one precedence of the loop"),
        )


def _link(link: Precedence, where: str, findings: Findings) -> None:
    in_range(findings, f"{where}.lag", link.lag)
    if link.max_lag is not None and (link.link is not Link.FINISH_START or link.max_lag < link.lag):
        findings.error(
            "bad-wait",
            f"{where}.max_lag",
            Text(
                zh=f"最长等待 {link.max_lag} 只用于“完成—开始”关系，且不小于最短等待 {link.lag}",
                en=f"a largest wait ({link.max_lag}) needs finish-start and must not be below the least ({link.lag})",
            ),
            Text(zh="改正等待时间", en="correct the waits"),
        )
    if not LEAST_SHARE <= link.share <= 1:
        findings.error(
            "bad-share",
            f"{where}.share",
            Text(
                zh=f"转移批比例 {link.share} 不在 {LEAST_SHARE} 到 1 之间",
                en=f"transfer share {link.share} is not between {LEAST_SHARE} and 1",
            ),
            Text(zh="取转移批量除以批量", en="use transfer batch over lot"),
        )


def check_pins(problem: Problem, findings: Findings) -> None:
    """Check pins, and that every operation keeps a usable mode."""
    operations = {operation.code: operation for _, operation in problem.operations()}
    unique(findings, "pins", [pin.operation for pin in problem.pins])
    for row, pin in enumerate(problem.pins):
        where = f"pins[{row}]"
        if known(findings, f"{where}.operation", Text(zh="工序", en="operation"), pin.operation, operations):
            _pin(pin, operations[pin.operation], where, findings)
    if findings.is_clean:
        _usable(problem, findings)
        _overlaps(problem, operations, findings)


def _pin(pin: Pin, operation: Operation, where: str, findings: Findings) -> None:
    machines = [mode.machine for mode in operation.modes]
    is_fixed = pin.start is not None or pin.is_started
    if pin.machine is not None and pin.machine not in machines:
        findings.error(
            "pin-machine",
            f"{where}.machine",
            Text(
                zh=f"工序“{operation.code}”不能在机器“{pin.machine}”上做",
                en=f"operation '{operation.code}' has no mode on machine '{pin.machine}'",
            ),
            Text(zh="为该机器加一种加工方式，或改正固定", en="add a mode for the machine or correct the pin"),
        )
    if is_fixed and pin.machine is None and len(machines) > 1:
        findings.error(
            "pin-without-machine",
            f"{where}.machine",
            Text(zh=f"固定工序“{operation.code}”缺少机器", en=f"fixed operation '{operation.code}' names no machine"),
            Text(zh="写明机器", en="name the machine"),
        )
    start = pin.start if pin.start is not None else 0
    is_odd = (pin.end is not None and (pin.start is None or pin.end < start)) or (pin.remaining or 0) < 0
    if is_odd or (pin.is_started and start > 0) or not -(10**12) <= start <= 10**12:
        findings.error(
            "pin-times",
            where,
            Text(
                zh=f"固定时间不成立：开始 {pin.start}，结束 {pin.end}，剩余 {pin.remaining}",
                en=f"impossible times: start {pin.start}, end {pin.end}, remaining {pin.remaining}",
            ),
            Text(
                zh="开始不晚于结束，剩余不为负，已开工的开始不晚于 0",
                en="start <= end, remaining >= 0, started work starts by 0",
            ),
        )


def _usable(problem: Problem, findings: Findings) -> None:
    from rongzhi.engines.scheduling.compile import common_factories, usable_modes

    factory_of = {machine.code: machine.factory for machine in problem.machines}
    pins = {pin.operation: pin for pin in problem.pins}
    for row, job in enumerate(problem.jobs):
        if job.factories is None and not job.single_factory:
            continue
        common = common_factories(job, factory_of, pins)
        if common and not (pins and any(operation.code in pins for operation in job.operations)):
            continue
        for place, operation in enumerate(job.operations):
            if not usable_modes(job, operation, factory_of, pins.get(operation.code), common):
                findings.error(
                    "no-factory",
                    f"jobs[{row}].operations[{place}]",
                    Text(
                        zh=f"工序“{operation.code}”在作业“{job.code}”允许的工厂里做不了",
                        en=f"operation '{operation.code}' cannot be done in a factory job '{job.code}' may use",
                    ),
                    Text(zh="放宽工厂限制或增加加工方式", en="allow more factories or add modes"),
                )
                break


def _overlaps(problem: Problem, operations: dict[str, Operation], findings: Findings) -> None:
    """Report fixed operations with known ends that overlap after time 0 on a machine."""
    unlimited = {machine.code for machine in problem.machines if machine.is_unlimited}
    ordered = {machine.code for machine in problem.machines if machine.changeover is not None or machine.batch}
    ovens = {machine.code for machine in problem.machines if machine.batch is not None}
    spans: dict[str, list[tuple[int, int, str, int]]] = {}
    ends = {pin.operation: pin.end for pin in problem.pins}
    for row, pin in enumerate(problem.pins):
        if pin.start is None:
            continue
        machine = pin.machine or operations[pin.operation].modes[0].machine
        end = pin.end if pin.end is not None else max(pin.start, 0) + (pin.remaining or 1)
        mode = next(mode for mode in operations[pin.operation].modes if mode.machine == machine)
        if machine in ordered and not mode.setup and not mode.run:
            continue  # what takes no time has no place in the row
        if pin.end is None and pin.remaining is None:
            end = pin.start + mode.setup + mode.run
        if machine not in unlimited and end > 0:
            spans.setdefault(machine, []).append((pin.start, end, pin.operation, row))
    for machine, lane in spans.items():
        lane.sort()
        for (begin, end, before, _), (start, close, after, row) in pairwise(lane):
            if machine in ovens and begin == start and (end == close or ends[before] is None or ends[after] is None):
                continue  # one batch
            if start < end:
                findings.error(
                    "fixed-overlap",
                    f"pins[{row}]",
                    Text(
                        zh=f"固定工序“{before}”与“{after}”在机器“{machine}”上重叠（{start} < {end}）",
                        en=f"fixed '{before}' and '{after}' overlap on machine '{machine}' ({start} < {end})",
                    ),
                    Text(zh="推后其中一个或解除固定", en="move one of them or unpin it"),
                )
