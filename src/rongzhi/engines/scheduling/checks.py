"""What is wrong with a problem before anybody plans it: everything found, reported once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rongzhi.engines.scheduling.checks_kinds import check_kinds
from rongzhi.engines.scheduling.checks_network import check_network
from rongzhi.engines.scheduling.checks_turns import check_losses, check_turns
from rongzhi.engines.scheduling.checks_work import check_links, check_pins, check_work
from rongzhi.engines.scheduling.model import Link, Problem
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.findings import Finding, Findings, Severity
from rongzhi.kernel.text import Text

if TYPE_CHECKING:
    from rongzhi.engines.scheduling.arrays import Ints
    from rongzhi.engines.scheduling.compile import Compiled


def check_problem(problem: Problem) -> Findings:
    """Return everything that is wrong or doubtful about a problem.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Findings
        Errors reject the problem; warnings name deadlines no plan can keep.
    """
    findings = check_structure(problem)
    if findings.is_clean:
        for obstacle in obstacles_of(problem):
            findings.warning(obstacle.code, obstacle.where, obstacle.message, obstacle.fix)
    return findings


def check_structure(problem: Problem) -> Findings:
    """Return what can be found without computing any times."""
    findings = Findings()
    check_kinds(problem, findings)
    if not findings.is_clean:
        return findings
    check_network(problem, findings)
    check_work(problem, findings)
    if findings.is_clean:
        check_links(problem, findings)
        check_pins(problem, findings)
        check_turns(problem, findings)
    if findings.is_clean:
        check_losses(problem, findings)
    return findings


def obstacles_of(problem: Problem) -> list[Finding]:
    """Return why no plan can exist, however lots are divided."""
    from rongzhi.engines.scheduling.compile import compile_problem
    from rongzhi.engines.scheduling.fixed import fixed_rows
    from rongzhi.engines.scheduling.lots_bound import loosest

    compiled = compile_problem(loosest(problem))
    return find_obstacles(compiled, fixed_rows(compiled))


def find_obstacles(compiled: Compiled, fixed: Ints) -> list[Finding]:
    """Return why no plan can exist: operations that fit nowhere, deadlines that even an empty network misses."""
    from rongzhi.engines.scheduling import arrays as a
    from rongzhi.engines.scheduling.kernel_bounds import earliest_ends
    from rongzhi.engines.scheduling.native import native

    ends = earliest_ends(native(compiled.tables), fixed).tolist()
    found = []
    row = 0
    for number, job in enumerate(compiled.problem.jobs):
        last, last_code, is_stuck = job.release, "", False
        for place, operation in enumerate(job.operations):
            end = ends[row]
            row += 1
            if end >= a.NEVER // 2:
                if not is_stuck:
                    found.append(_no_room(f"jobs[{number}].operations[{place}]", operation.code))
                is_stuck = True
            elif end > last:
                last, last_code = end, operation.code
        if job.deadline is not None and last > job.deadline and not is_stuck:
            found.append(_too_late(f"jobs[{number}].deadline", job.code, job.deadline, last, last_code))
    return found


def _no_room(where: str, code: str) -> Finding:
    return Finding(
        "no-working-time",
        where,
        Text(
            zh=f"工序“{code}”在任何可用机器的日历里都放不下", en=f"operation '{code}' fits into no machine's calendar"
        ),
        Text(zh="延长班次，或允许跨班次加工", en="lengthen the shifts or let the operation span breaks"),
        Severity.ERROR,
    )


def _too_late(where: str, code: str, deadline: int, earliest: int, operation: str) -> Finding:
    return Finding(
        "deadline-unreachable",
        where,
        Text(
            zh=f"作业“{code}”最早 {earliest} 才能完成（工序“{operation}”），晚于最后期限 {deadline}",
            en=f"job '{code}' cannot end before {earliest} (operation '{operation}'), after its deadline {deadline}",
        ),
        Text(zh="放宽最后期限或提前投料", en="extend the deadline or release the job earlier"),
        Severity.ERROR,
    )


def broken_rules(problem: Problem, plan: Plan) -> list[Finding]:
    """Return the hard rules a plan had to break: deadlines, largest waits, fixed successors."""
    found = []
    ends = plan.completion(problem)
    for number, job in enumerate(problem.jobs):
        if job.deadline is not None and ends[job.code] > job.deadline:
            found.append(_missed(f"jobs[{number}].deadline", job.code, job.deadline, ends[job.code]))
    fixed = {pin.operation for pin in problem.pins if pin.start is not None or pin.is_started}
    for number, link in enumerate(problem.precedences):
        if link.after not in fixed or link.before in fixed:
            continue
        before, after = plan[link.before], plan[link.after]
        is_late = before.start > after.start if link.link is Link.START_START else before.end > after.end
        if is_late or (link.link is Link.FINISH_START and before.end + link.lag > after.start):
            found.append(_pressed(f"precedences[{number}]", link.before, link.after, before.end, after.start))
    if not found:
        found.append(no_plan_found())
    return found


def _missed(where: str, code: str, deadline: int, end: int) -> Finding:
    return Finding(
        "deadline-missed",
        where,
        Text(
            zh=f"没有找到让作业“{code}”在 {deadline} 前完成的计划，最好为 {end}",
            en=f"no plan found that ends job '{code}' by {deadline}; the best ends it at {end}",
        ),
        Text(
            zh="放宽最后期限、增加班次或给更多计算时间", en="extend the deadline, add shifts or allow more search time"
        ),
    )


def _pressed(where: str, before: str, after: str, end: int, start: int) -> Finding:
    return Finding(
        "fixed-too-early",
        where,
        Text(
            zh=f"工序“{after}”固定在 {start} 开始，而其前序“{before}”最早 {end} 完成",
            en=f"operation '{after}' is fixed at {start} but '{before}' before it ends at {end}",
        ),
        Text(zh="解除固定，或把固定时间推后", en="unpin the operation or fix it later"),
    )


def no_plan_found() -> Finding:
    """Return the finding for a search that could not keep a largest wait (all other rules can always be placed)."""
    return Finding(
        "wait-too-long",
        "precedences",
        Text(zh="没有找到满足全部最长等待的计划", en="no plan found that keeps every largest wait"),
        Text(zh="放宽最长等待或解除固定", en="allow longer waits or unpin operations"),
    )
