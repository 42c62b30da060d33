"""The rules of a problem that may stand in each other's way, each with a name, and the problem without some of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from rongzhi.engines.scheduling.model import Job, Machine, Mode, Operation, Problem
from rongzhi.kernel.text import Text

Kind = Literal["factories", "resource", "calendar", "machine", "pin", "wait", "deadline"]
KINDS: tuple[Kind, ...] = ("factories", "resource", "calendar", "pin", "wait", "machine", "deadline")
"""In the order in which they are left out, those people would rather not read about first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule by name.

    Parameters
    ----------
    kind : str
    key : str
        Code of the job, calendar, resource, machine or operation; number of the precedence.
    where : str
        Place in the problem.
    """

    kind: Kind
    key: str
    where: str


def rules_of(problem: Problem) -> list[Rule]:
    """Return every rule a plan might be impossible for."""
    found = [
        Rule("deadline", job.code, f"jobs[{n}].deadline")
        for n, job in enumerate(problem.jobs)
        if job.deadline is not None
    ]
    found += [
        Rule("factories", job.code, f"jobs[{n}].factories")
        for n, job in enumerate(problem.jobs)
        if job.factories is not None or job.single_factory
    ]
    found += [
        Rule("wait", str(n), f"precedences[{n}].max_lag")
        for n, link in enumerate(problem.precedences)
        if link.max_lag is not None
    ]
    found += [Rule("pin", pin.operation, f"pins[{n}]") for n, pin in enumerate(problem.pins)]
    used = {machine.calendar for machine in problem.machines} | {each.calendar for each in problem.resources}
    found += [
        Rule("calendar", each.code, f"calendars[{n}]") for n, each in enumerate(problem.calendars) if each.code in used
    ]
    found += [Rule("resource", each.code, f"resources[{n}]") for n, each in enumerate(problem.resources)]
    found += [
        Rule("machine", each.code, f"machines[{n}]")
        for n, each in enumerate(problem.machines)
        if not each.is_unlimited and each.batch is None
    ]
    return found


def without(problem: Problem, rules: Collection[Rule]) -> Problem:
    """Return the problem with some rules left out."""
    gone: dict[str, set[str]] = {kind: {rule.key for rule in rules if rule.kind == kind} for kind in KINDS}
    return replace(
        problem,
        jobs=tuple(_job(job, gone) for job in problem.jobs),
        machines=tuple(_machine(machine, gone) for machine in problem.machines),
        resources=tuple(
            replace(each, calendar=None) if each.calendar in gone["calendar"] else each for each in problem.resources
        ),
        precedences=tuple(
            replace(link, max_lag=None) if str(n) in gone["wait"] else link
            for n, link in enumerate(problem.precedences)
        ),
        pins=tuple(pin for pin in problem.pins if pin.operation not in gone["pin"]),
    )


def _job(job: Job, gone: dict[str, set[str]]) -> Job:
    is_free = job.code in gone["factories"]
    return replace(
        job,
        deadline=None if job.code in gone["deadline"] else job.deadline,
        single_factory=job.single_factory and not is_free,
        factories=None if is_free else job.factories,
        operations=tuple(_operation(each, gone) for each in job.operations) if gone["resource"] else job.operations,
    )


def _operation(operation: Operation, gone: dict[str, set[str]]) -> Operation:
    def mode(each: Mode) -> Mode:
        return replace(each, needs=tuple(need for need in each.needs if need.resource not in gone["resource"]))

    return replace(operation, modes=tuple(mode(each) for each in operation.modes))


def _machine(machine: Machine, gone: dict[str, set[str]]) -> Machine:
    return replace(
        machine,
        calendar=None if machine.calendar in gone["calendar"] else machine.calendar,
        is_unlimited=machine.is_unlimited or machine.code in gone["machine"],
        changeover=None if machine.code in gone["machine"] else machine.changeover,
    )


def words(problem: Problem, rule: Rule) -> tuple[Text, Text]:
    """Return what a rule says, with its times, and what would loosen it."""
    if rule.kind == "deadline":
        job = next(each for each in problem.jobs if each.code == rule.key)
        return (
            Text(f"作业“{job.code}”须在 {job.deadline} 前完成", f"job '{job.code}' must end by {job.deadline}"),
            Text("放宽最后期限或提前投料", "extend the deadline or release the job earlier"),
        )
    if rule.kind == "wait":
        link = problem.precedences[int(rule.key)]
        return (
            Text(
                f"工序“{link.after}”最迟须在“{link.before}”完成后 {link.max_lag} 内开始",
                f"operation '{link.after}' must start at most {link.max_lag} after '{link.before}' ends",
            ),
            Text("放宽最长等待", "allow a longer wait"),
        )
    if rule.kind == "pin":
        return _pin_words(problem, rule)
    plain = {
        "calendar": (
            Text(f"日历“{rule.key}”的工作时间", f"the working time of calendar '{rule.key}'"),
            Text("延长班次或加班", "lengthen the shifts or work overtime"),
        ),
        "machine": (
            Text(f"设备“{rule.key}”一次只能加工一道工序", f"machine '{rule.key}' works on one operation at a time"),
            Text("增加可选设备或外协", "allow another machine or outside work"),
        ),
        "factories": (
            Text(f"作业“{rule.key}”限定的工厂", f"the factories job '{rule.key}' is bound to"),
            Text("允许其他工厂或跨厂加工", "allow other factories, or several for the job"),
        ),
    }
    if rule.kind in plain:
        return plain[rule.kind]
    capacity = next(each.capacity for each in problem.resources if each.code == rule.key)
    return (
        Text(f"资源“{rule.key}”只有 {capacity} 个", f"there are only {capacity} of resource '{rule.key}'"),
        Text("增加资源数量", "provide more of the resource"),
    )


def _pin_words(problem: Problem, rule: Rule) -> tuple[Text, Text]:
    pin = next(each for each in problem.pins if each.operation == rule.key)
    fix = Text("解除固定或改到别处", "unpin the operation or pin it elsewhere")
    if pin.start is not None:
        machine = pin.machine or ""
        return (
            Text(
                f"工序“{pin.operation}”固定在 {pin.start} 开始{f'（设备“{machine}”）' if machine else ''}",
                f"operation '{pin.operation}' is fixed at {pin.start}{f' on {machine!r}' if machine else ''}",
            ),
            fix,
        )
    if pin.is_started:
        return Text(f"工序“{pin.operation}”已开工", f"operation '{pin.operation}' has begun"), fix
    return (
        Text(
            f"工序“{pin.operation}”指定设备“{pin.machine}”", f"operation '{pin.operation}' is bound to '{pin.machine}'"
        ),
        fix,
    )
