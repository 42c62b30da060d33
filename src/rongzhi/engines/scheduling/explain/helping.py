"""What would help a job: single changes, each tried with everything else standing as planned, best first."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from rongzhi.engines.scheduling.clock import opened
from rongzhi.engines.scheduling.explain import lateness
from rongzhi.engines.scheduling.explain.subject import Subject
from rongzhi.engines.scheduling.model import Calendar, Job
from rongzhi.engines.scheduling.promise.board import Board, Way
from rongzhi.engines.scheduling.promise.placing import Placed
from rongzhi.engines.scheduling.replan.stability import Shifted
from rongzhi.kernel.text import Text

_SHIFTS = 3  # how many closed stretches of the chain are tried as extra shifts


@dataclass(frozen=True, slots=True)
class Help:
    """One change and what it would do to a job while no other job moves.

    Parameters
    ----------
    kind : str
        ``use-gaps`` (same machines, earlier free time), ``other-machines``, ``extra-shift``, ``earlier-release``; in
        advice also ``overtime``, ``other-factory``, ``split-lot``, ``higher-priority``.
    completion : int
        End of the job with the change, time units.
    gain : int
        Time units earlier than planned.
    cost : float
        Money more (or, negative, less) for the operations' modes.
    machine : str
        For an extra shift.
    since, until : int
        The extra shift, time units.
    moves : tuple of (operation, machine)
        Operations that would change machines.
    text : Text
    shifted : tuple of Shifted
        Other jobs that would end at another time.
    tardiness : float
        Change of weighted tardiness of all jobs, where it was computed (weight times time units, negative is better).
    """

    kind: str
    completion: int
    gain: int
    cost: float
    machine: str
    since: int
    until: int
    moves: tuple[tuple[str, str], ...]
    text: Text
    shifted: tuple[Shifted, ...] = ()
    tardiness: float = 0.0


def explain(subject: Subject, code: str) -> tuple[Help, ...]:
    """Return the changes that help, most helpful first; none if no single change does."""
    job = subject.job(code)
    free = subject.free_operations(job)
    causes = lateness.explain(subject, code).causes
    shifts = sorted((cause for cause in causes if cause.kind in {"closed", "break"}), key=lambda each: -each.amount)[
        :_SHIFTS
    ]
    found = []
    with subject.without(free):
        found.append(_help(subject, job, "use-gaps", subject.again(job, free)))
        ways = _all_ways(subject, job, free)
        found.append(_help(subject, job, "other-machines", subject.again(job, free, ways)))
        found += [extra_shift(subject, job, free, cause) for cause in shifts]
        if job.release > 0 or any(each.earliest_start > 0 for each in job.operations):
            found.append(_help(subject, job, "earlier-release", _released(subject, job, free)))
    real = [each for each in found if each is not None and each.gain > 0]
    base = next((each.gain for each in real if each.kind == "use-gaps"), 0)
    real = [each for each in real if each.kind == "use-gaps" or each.gain > base]
    return tuple(sorted(real, key=lambda each: (-each.gain, each.cost)))


def _all_ways(subject: Subject, job: Job, free: list[str]) -> dict[str, list[Way]]:
    """Return every way of the free operations that agrees with what cannot be moved any more."""
    stays = {subject.placed(each.code)[0].factory for each in job.operations if each.code not in free}
    ways = {code: subject.ways(job, code) for code in free}
    if job.single_factory and stays:
        ways = {code: [way for way in some if way.factory in stays] for code, some in ways.items()}
    return ways


def _released(subject: Subject, job: Job, free: list[str]) -> dict[str, Placed] | None:
    early = dataclasses.replace(
        job,
        release=0,
        operations=tuple(dataclasses.replace(each, earliest_start=0) for each in job.operations),
    )
    return subject.again(early, free)


def extra_shift(subject: Subject, job: Job, free: list[str], cause: lateness.Cause) -> Help | None:
    """Return what a job gains if a machine works through a closed stretch; its free operations are off the board."""
    machine = subject.row(cause.operation).machine
    calendar = subject.board.machines[machine].calendar
    if calendar is None:
        return None
    with_shift = opened(subject.board.calendars[calendar], cause.since, cause.until)
    board = subject.board
    ways = {each: [_on(board, subject.placed(each)[0], machine, with_shift)] for each in free}
    lane, usual = board.lanes[machine], board.lanes[machine].clock
    lane.clock = board.own_clock(with_shift)
    try:
        found = subject.again(job, free, ways)
    finally:
        lane.clock = usual
    return _help(subject, job, "extra-shift", found, (machine, cause.since, cause.until))


def _on(board: Board, way: Way, machine: str, calendar: Calendar) -> Way:
    """Return a way under another calendar of its machine."""
    if way.mode.machine != machine:
        return way
    others = [board.resources[need.resource].calendar for need in way.mode.needs]
    clock = board.own_clock(calendar, tuple(each for each in others if each is not None))
    return dataclasses.replace(way, wish=dataclasses.replace(way.wish, clock=clock))


def _help(
    subject: Subject,
    job: Job,
    kind: str,
    found: dict[str, Placed] | None,
    shift: tuple[str, int, int] = ("", 0, 0),
) -> Help | None:
    if found is None:
        return None
    planned = subject.completion(job)
    rest = [subject.row(each.code).end for each in job.operations if each.code not in found]
    completion = max([*(placed[2] for placed in found.values()), *rest], default=planned)
    moves = tuple(
        (code, way.mode.machine) for code, (way, _, _) in found.items() if way.index != subject.row(code).mode
    )
    cost = sum(way.mode.cost - subject.placed(code)[0].mode.cost for code, (way, _, _) in found.items())
    gain, when = planned - completion, subject.when
    zh_moves, en_moves = (comma.join(f"{code} → {machine}" for code, machine in moves) for comma in ("、", ", "))
    heads = {
        "use-gaps": Text("用现有空档提前", "using free time on the same machines"),
        "other-machines": Text(f"换设备（{zh_moves}）", f"other machines ({en_moves})"),
        "extra-shift": Text(
            f"设备 {shift[0]} 在 {when(shift[1])} 至 {when(shift[2])} 加班",
            f"an extra shift on {shift[0]} from {when(shift[1])} to {when(shift[2])}",
        ),
        "earlier-release": Text("从一开始就投料", "releasing the material at once"),
    }
    text = Text(
        f"{heads[kind].zh}：{when(completion)} 完成，早 {gain}",
        f"{heads[kind].en}: ends at {when(completion)}, {gain} earlier",
    )
    return Help(kind, completion, gain, cost, *shift, moves, text)
