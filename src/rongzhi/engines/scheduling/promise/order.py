"""What is asked: the operations of a new order as a graph, cut into groups that are placed one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rongzhi.engines.scheduling.model import Job, Operation, Precedence
from rongzhi.engines.scheduling.promise.board import Board, Way
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

_FIX = Text("改正后重新询价", "mend the order and ask again")


@dataclass(frozen=True)
class Route:
    """The operations of an order with their links.

    Parameters
    ----------
    jobs : tuple of Job
    operations : mapping of str to Operation
        In an order in which every operation comes after those it waits for.
    job_of : mapping of str to Job
    before : mapping of str to tuple of Precedence
        What each operation waits for, within the order and in the plan.
    after : mapping of str to tuple of Precedence
    """

    jobs: tuple[Job, ...]
    operations: Mapping[str, Operation]
    job_of: Mapping[str, Job]
    before: Mapping[str, tuple[Precedence, ...]]
    after: Mapping[str, tuple[Precedence, ...]]

    @classmethod
    def of(cls, jobs: Sequence[Job], precedences: Sequence[Precedence]) -> Route | None:
        """Sort an order's operations; None when they wait for each other in a circle."""
        operations = {operation.code: operation for job in jobs for operation in job.operations}
        before: dict[str, list[Precedence]] = {code: [] for code in operations}
        after: dict[str, list[Precedence]] = {code: [] for code in operations}
        for link in precedences:
            before.setdefault(link.after, []).append(link)
            after.setdefault(link.before, []).append(link)
        waiting = {code: sum(link.before in operations for link in before[code]) for code in operations}
        ready, order = [code for code in operations if not waiting[code]], list[str]()
        while ready:
            code = ready.pop()
            order.append(code)
            for link in after[code]:
                if link.after in waiting:
                    waiting[link.after] -= 1
                    if not waiting[link.after]:
                        ready.append(link.after)
        if len(order) < len(operations):
            return None
        return cls(
            tuple(jobs),
            {code: operations[code] for code in order},
            {operation.code: job for job in jobs for operation in job.operations},
            {code: tuple(links) for code, links in before.items()},
            {code: tuple(links) for code, links in after.items()},
        )

    def groups(self) -> list[tuple[list[str], bool]]:
        """Return operations to be placed together, in order, and whether they must stay in one factory.

        Jobs that may split over factories and hang together form one group, so that transport onwards counts; a job
        bound to one factory is a group of its own unless a largest wait or a circle ties it to another.
        """
        leader = {job.code: job.code for job in self.jobs}

        def find(code: str) -> str:
            while leader[code] != code:
                code = leader[code]
            return code

        pairs = []
        for link in (link for links in self.before.values() for link in links):
            if link.before not in self.job_of or link.after not in self.job_of:
                continue
            first, second = self.job_of[link.before], self.job_of[link.after]
            pairs.append((first.code, second.code))
            if link.max_lag is not None or not (first.single_factory or second.single_factory):
                leader[find(first.code)] = find(second.code)
        for circle in _circles({(find(first), find(second)) for first, second in pairs}):
            for code in circle:
                leader[find(code)] = find(circle[0])
        members: dict[str, list[str]] = {}
        for code in self.operations:
            members.setdefault(find(self.job_of[code].code), []).append(code)
        order = _sorted(list(members), {(find(first), find(second)) for first, second in pairs})
        return [(members[code], any(self.job_of[each].single_factory for each in members[code])) for code in order]


def _sorted(codes: list[str], pairs: set[tuple[str, str]]) -> list[str]:
    left, order = list(codes), list[str]()
    while left:
        free = [code for code in left if not any(b in left and a == code and b != a for b, a in pairs)]
        order += free or left
        left = [code for code in left if code not in order]
    return order


def _circles(pairs: set[tuple[str, str]]) -> Iterator[list[str]]:
    """Yield groups of codes that reach each other."""
    reach: dict[str, set[str]] = {}
    for first, second in pairs:
        reach.setdefault(first, set()).add(second)
    for code in list(reach):
        seen, stack = set[str](), [code]
        while stack:
            for other in reach.get(stack.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        circle = sorted(other for other in seen if other != code and _reaches(reach, other, code))
        if circle:
            yield [code, *circle]


def _reaches(reach: dict[str, set[str]], origin: str, goal: str) -> bool:
    seen, stack = {origin}, [origin]
    while stack:
        for other in reach.get(stack.pop(), ()):
            if other == goal:
                return True
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return False


def usable_ways(board: Board, job: Job, operation: Operation) -> list[Way]:
    """Return the modes an operation may use under the job's allowed factories."""
    ways = [board.way(operation, index) for index in range(len(operation.modes))]
    return [way for way in ways if job.factories is None or way.factory in job.factories]


def check_order(board: Board, jobs: Sequence[Job], precedences: Sequence[Precedence]) -> Findings:
    """Return what keeps an order from being asked at all."""
    findings, seen = Findings(), set[str]()
    jobs_seen = set[str]()
    for number, job in enumerate(jobs):
        where = f"jobs[{number}]"
        if job.code in board.jobs or job.code in jobs_seen:
            findings.error(
                "duplicate-job", where, Text(f"作业“{job.code}”重号", f"job '{job.code}' exists twice"), _FIX
            )
        jobs_seen.add(job.code)
        for place, operation in enumerate(job.operations):
            here = f"{where}.operations[{place}]"
            if operation.code in seen or operation.code in board.operations:
                message = Text(f"工序“{operation.code}”重号", f"operation '{operation.code}' exists twice")
                findings.error("duplicate-operation", here, message, _FIX)
            seen.add(operation.code)
            _check_modes(board, operation, here, findings)
    for number, link in enumerate(precedences):
        unknown = {code for code in (link.before, link.after) if code not in seen and code not in board.planned}
        if unknown or link.after not in seen:
            names = ", ".join(sorted(unknown or {link.after}))
            message = Text(
                f"先后关系涉及未知或已排定的工序：{names}", f"precedence to unknown or planned work: {names}"
            )
            findings.error("unknown-operation", f"precedences[{number}]", message, _FIX)
    return findings


def _check_modes(board: Board, operation: Operation, where: str, findings: Findings) -> None:
    if not operation.modes:
        message = Text(f"工序“{operation.code}”没有加工方式", f"operation '{operation.code}' has no mode")
        findings.error("no-mode", where, message, _FIX)
    for place, mode in enumerate(operation.modes):
        if mode.machine not in board.lanes:
            message = Text(f"没有设备“{mode.machine}”", f"there is no machine '{mode.machine}'")
            findings.error("unknown-machine", f"{where}.modes[{place}]", message, _FIX)
        if mode.run < 0 or mode.setup < 0:
            message = Text("时间不能为负", "times may not be negative")
            findings.error("negative-time", f"{where}.modes[{place}]", message, _FIX)
        for need in mode.needs:
            if need.resource not in board.resources:
                message = Text(f"没有资源“{need.resource}”", f"there is no resource '{need.resource}'")
                findings.error("unknown-resource", f"{where}.modes[{place}]", message, _FIX)
