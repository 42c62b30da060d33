"""What would help a job most: every kind of change there is, each tried out, best first, or why nothing helps."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from rongzhi.engines.scheduling.explain import helping, lateness
from rongzhi.engines.scheduling.explain.helping import Help
from rongzhi.engines.scheduling.explain.lateness import LateReason
from rongzhi.engines.scheduling.explain.subject import Subject
from rongzhi.engines.scheduling.model import Job, Operation
from rongzhi.engines.scheduling.promise.board import Way
from rongzhi.engines.scheduling.promise.order import Route
from rongzhi.engines.scheduling.promise.placing import FASTEST, Placed, Placer
from rongzhi.engines.scheduling.result import Plan
from rongzhi.kernel.text import Text

OVERTIME = {"min": 120, "s": 7200}
"""Overtime that is tried after a shift: two hours, time units."""
_CLOSED = frozenset({"closed", "break"})
_SHIFTS = 3


@dataclass(frozen=True, slots=True)
class Advice:
    """What would help a job.

    Parameters
    ----------
    job : str
    helps : tuple of Help
        Largest gain first; empty if nothing helps.
    text : Text
        The best change, or why nothing helps.
    """

    job: str
    helps: tuple[Help, ...]
    text: Text


def advise(subject: Subject, code: str, time_limit_s: float = 5.0) -> Advice:
    """Try out every kind of change for a job; kinds that are not reached within the time (seconds) are left out."""
    until = time.monotonic() + time_limit_s
    job, found = subject.job(code), list(helping.explain(subject, code))
    tries: list[Callable[[Subject, Job], list[Help]]] = [_overtime, _other_factory, _divided]
    reason = lateness.explain(subject, code)
    is_on_time = reason.due is not None and reason.lateness <= 0
    if not is_on_time:  # other jobs are not put back for one that needs nothing
        tries.append(_first)
    for each in tries:
        if time.monotonic() < until and subject.free_operations(job):
            found += each(subject, job)
    base = max((each.gain for each in found if each.kind == "use-gaps"), default=0)
    real = [each for each in found if each.gain > base or each.kind == "use-gaps"]
    helps = tuple(sorted(real, key=lambda each: (-each.gain, each.tardiness, each.cost, each.kind)))
    if not helps:
        return Advice(code, helps, _why_nothing(subject, job))
    return Advice(code, helps, _said_on_time(subject, reason, helps[0].text) if is_on_time else helps[0].text)


def _said_on_time(subject: Subject, reason: LateReason, text: Text) -> Text:
    due = subject.when(reason.due if reason.due is not None else reason.completion)
    return Text(f"已按期（交期 {due}）；若要更早：{text.zh}", f"it is on time (due {due}); to be earlier: {text.en}")


def _overtime(subject: Subject, job: Job) -> list[Help]:
    """Two hours more after shifts in which the job had to stop or wait."""
    most = OVERTIME[subject.problem.time_unit]
    closed = [cause for cause in lateness.explain(subject, job.code).causes if cause.kind in _CLOSED]
    longest = sorted((cause for cause in closed if cause.amount > most), key=lambda each: -each.amount)[:_SHIFTS]
    free, found = subject.free_operations(job), list[Help]()
    with subject.without(free):
        for cause in longest:
            help_ = helping.extra_shift(subject, job, free, dataclasses.replace(cause, until=cause.since + most))
            if help_ is not None and help_.gain > 0:
                head = Text(
                    f"设备 {help_.machine} 延时到 {subject.when(help_.until)}",
                    f"overtime on {help_.machine} until {subject.when(help_.until)}",
                )
                found.append(
                    dataclasses.replace(help_, kind="overtime", text=_text(subject, head, help_.completion, help_.gain))
                )
    return found


def _other_factory(subject: Subject, job: Job) -> list[Help]:
    """Factories the job may not use today, or several instead of one."""
    if job.factories is None and not job.single_factory:
        return []
    free = subject.free_operations(job)
    open_job = dataclasses.replace(job, factories=None, single_factory=False)
    ways = {code: subject.ways(open_job, code) for code in free}
    with subject.without(free):
        placed = subject.again(open_job, free, ways)
    moves = _moves(subject, placed or {})
    zh, en = "、".join(f"{c} → {m}" for c, m in moves), ", ".join(f"{c} → {m}" for c, m in moves)
    head = Text(f"允许其他工厂（{zh}）", f"allowing other factories ({en})")
    return _made(subject, job, "other-factory", placed, head, moves) if moves else []


def _divided(subject: Subject, job: Job) -> list[Help]:
    """The longest operation in two halves on different machines at once."""
    free = subject.free_operations(job)
    some = [subject.board.operations[code] for code in free if code not in subject.pinned]
    some = [each for each in some if len({mode.machine for mode in each.modes}) > 1 and _run(subject, each) > 1]
    if not some:
        return []
    whole = max(some, key=lambda each: (_run(subject, each), each.code))
    halves = tuple(_half(whole, number) for number in (1, 2))
    names = {whole.code: tuple(each.code for each in halves)}
    operations = tuple(
        part
        for each in job.operations
        if each.code in free
        for part in (halves if each.code == whole.code else (each,))
    )
    links = [
        dataclasses.replace(link, before=before, after=after)
        for code in free
        for link in subject.before.get(code, ())
        for before in names.get(link.before, (link.before,))
        for after in names.get(link.after, (link.after,))
    ]
    route = Route.of([dataclasses.replace(job, operations=operations)], links)
    if route is None:
        return []
    with subject.without(free):
        placer = Placer(subject.board, route, 0)
        for code in free:
            if code != whole.code:
                placer.ways[code] = [subject.placed(code)[0]]
        placement = placer.place(FASTEST)
        placed = dict(placement.placed)
        placer.undo(placement)
    if placement.stuck is not None or not _keeps(subject, placed, names):
        return []
    machines = [placed[half.code][0].mode.machine for half in halves]
    moves = tuple(zip((half.code for half in halves), machines, strict=True))
    head = Text(
        f"工序 {whole.code} 分两批（{'、'.join(machines)}）", f"{whole.code} in two halves ({', '.join(machines)})"
    )
    return _made(subject, job, "split-lot", placed, head, moves)


def _half(whole: Operation, number: int) -> Operation:
    modes = tuple(
        dataclasses.replace(mode, run=math.ceil(mode.run / 2) if number == 1 else mode.run // 2, cost=mode.cost / 2)
        for mode in whole.modes
    )
    return dataclasses.replace(whole, code=f"{whole.code}#{number}", modes=modes, split=None)


def _first(subject: Subject, job: Job) -> list[Help]:
    """The job before all others on its machines, by a repair of the whole plan."""
    from rongzhi.engines.scheduling.replan import Expedite, repair

    highest = max(each.weight for each in subject.problem.jobs)
    result = repair(subject.problem, Plan.of(subject.board.planned.values()), 0, [Expedite(job.code, highest)])
    if result.explanation:
        return []
    completion, planned = result.plan.completion(result.problem)[job.code], subject.completion(job)
    others = tuple(each for each in result.stability.shifted if each.job != job.code)
    more = sum(_late(each.after, each.due) * subject.jobs[each.job].weight for each in others)
    more -= sum(_late(each.before, each.due) * subject.jobs[each.job].weight for each in others)
    more += job.weight * (_late(completion, job.due) - _late(planned, job.due))
    late = [each for each in others if each.delay > 0]
    names = ", ".join(f"{each.job} +{each.delay}" for each in late[:4])
    head = Text(
        f"提到最高优先级{f'（推迟 {names}）' if late else ''}",
        f"highest priority{f' (delays {names})' if late else ''}",
    )
    if completion >= planned:
        return []
    text = _text(subject, head, completion, planned - completion)
    return [Help("higher-priority", completion, planned - completion, 0.0, "", 0, 0, (), text, others, more)]


def _made(  # noqa: PLR0917
    subject: Subject,
    job: Job,
    kind: str,
    placed: dict[str, Placed] | None,
    head: Text,
    moves: tuple[tuple[str, str], ...],
) -> list[Help]:
    if placed is None:
        return []
    planned, free = subject.completion(job), set(subject.free_operations(job))
    rest = [subject.row(each.code).end for each in job.operations if each.code not in free]
    completion = max([*(each[2] for each in placed.values()), *rest])
    before = sum(subject.placed(code)[0].mode.cost for code in free)
    cost = sum(way.mode.cost for way, _, _ in placed.values()) - before
    gain = planned - completion
    change = job.weight * (_late(completion, job.due) - _late(planned, job.due))
    text = _text(subject, head, completion, gain)
    return [Help(kind, completion, gain, cost, "", 0, 0, moves, text, (), change)] if gain > 0 else []


def _keeps(subject: Subject, placed: dict[str, Placed], names: dict[str, tuple[str, ...]]) -> bool:
    """Return whether what stays is still late enough after what was placed."""
    whole = {part: code for code, parts in names.items() for part in parts}
    return all(
        subject.keeps_followers({whole.get(code, code): each}, set(placed) | set(names))
        for code, each in placed.items()
    )


def _moves(subject: Subject, placed: dict[str, Placed]) -> tuple[tuple[str, str], ...]:
    return tuple((code, way.mode.machine) for code, (way, _, _) in placed.items() if _is_other(subject, code, way))


def _is_other(subject: Subject, code: str, way: Way) -> bool:
    return way.index != subject.row(code).mode


def _run(subject: Subject, operation: Operation) -> int:
    return operation.modes[subject.row(operation.code).mode].run


def _late(end: int, due: int | None) -> int:
    return 0 if due is None else max(0, end - due)


def _text(subject: Subject, head: Text, completion: int, gain: int) -> Text:
    return Text(
        f"{head.zh}：{subject.when(completion)} 完成，早 {gain}",
        f"{head.en}: ends at {subject.when(completion)}, {gain} earlier",
    )


def _why_nothing(subject: Subject, job: Job) -> Text:
    """Return why no single change helps."""
    if not subject.free_operations(job):
        return Text("工序都已开工或冻结，改不了", "nothing helps: all its operations have begun or are frozen")
    reason = lateness.explain(subject, job.code)
    if reason.least >= reason.completion:
        return Text("没有等待，加工本身就要这么久", "nothing helps: there is no waiting, the work alone takes so long")
    kinds = [kind for kind, _ in sorted(reason.totals.items(), key=lambda each: -each[1])[:3]]
    zh, en = "、".join(lateness.NAMES[kind].zh for kind in kinds), ", ".join(lateness.NAMES[kind].en for kind in kinds)
    return Text(f"单独改一处都不会更早；时间花在{zh}", f"no single change ends it earlier; the time goes to {en}")
