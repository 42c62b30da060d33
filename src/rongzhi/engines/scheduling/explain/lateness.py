"""Why a job is late: the chain of causes from its last operation back to a release or the start of planning.

The causes follow each other without gap from the beginning of the chain to the job's completion, so that they sum to
it exactly. Of these, work, transport, prescribed waits and the release could not have been avoided on this chain;
everything else is waiting. With ``slack = due - begin - unavoidable`` it always holds that
``lateness = waiting - slack``: waiting eats up the slack first, and what is left is the lateness. A negative slack
means that the due date could not have been kept on this chain even without any waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rongzhi.engines.scheduling.explain.subject import Subject
from rongzhi.engines.scheduling.model import Job, Link, Precedence
from rongzhi.engines.scheduling.promise import reasons
from rongzhi.engines.scheduling.promise.board import after_limits
from rongzhi.engines.scheduling.promise.quote import Ready, ReadyKind, Wait
from rongzhi.kernel.text import Text

UNAVOIDABLE = frozenset({"work", "transport", "lag", "release", "earliest-start"})

_IDLE = frozenset({"held-back", "short-gap"})  # the machine stands free

NAMES = {
    "work": Text("加工", "work"),
    "break": Text("加工中遇停工", "breaks during the work"),
    "closed": Text("等开工", "waiting for working time"),
    "machine": Text("等设备", "waiting for machines"),
    "changeover": Text("换型", "changeovers"),
    "resource": Text("等资源", "waiting for resources"),
    "short-gap": Text("空档放不下", "free time too short"),
    "held-back": Text("计划留空", "time left unused"),
    "batch": Text("等同炉", "waiting for the batch"),
    "transport": Text("运输", "transport"),
    "lag": Text("工艺等待", "prescribed waits"),
    "release": Text("投料前", "before release"),
    "earliest-start": Text("最早开工前", "before the earliest start"),
    "fixed": Text("冻结", "frozen as it was"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What a stretch of the chain went to.

    Parameters
    ----------
    kind : str
        A key of `NAMES`.
    operation : str
        The operation of the chain that worked or waited.
    since, until : int
        Time units.
    codes : tuple of str
        Operations that kept the machine busy, resources in use, or the predecessor.
    text : Text
    """

    kind: str
    operation: str
    since: int
    until: int
    codes: tuple[str, ...]
    text: Text

    @property
    def amount(self) -> int:
        """Length, time units."""
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Blocker:
    """Work of another job that went first on a machine the chain waited for.

    Parameters
    ----------
    operation, job : str
    amount : int
        Time units the chain waited while it was worked on.
    weight : float
        Priority of its job.
    due : int or None
    text : Text
        How its priority and due date compare.
    """

    operation: str
    job: str
    amount: int
    weight: float
    due: int | None
    text: Text


@dataclass(frozen=True, slots=True)
class LateReason:
    """Why a job ends when it ends.

    Parameters
    ----------
    job : str
    begin, completion : int
        The causes reach from ``begin`` (0, or the earlier start of running work) to ``completion``.
    due : int or None
    lateness : int
        ``completion - due``; 0 without a due date.
    causes : tuple of Cause
        In order of time; sum to ``completion - begin``.
    totals : mapping of str to int
        Sum by kind.
    waiting, slack : int
        ``lateness = waiting - slack``.
    least : int
        Release plus the shortest possible work along the route; later than due means impossible in any plan.
    blockers : tuple of Blocker
        Largest first.
    text : Text
    """

    job: str
    begin: int
    completion: int
    due: int | None
    lateness: int
    causes: tuple[Cause, ...]
    totals: Mapping[str, int]
    waiting: int
    slack: int
    least: int
    blockers: tuple[Blocker, ...]
    text: Text

    @property
    def is_impossible(self) -> bool:
        """Whether the due date is shorter than the pure processing time."""
        return self.due is not None and self.least > self.due


def explain(subject: Subject, code: str) -> LateReason:
    """Return why a job ends when it ends."""
    job = subject.job(code)
    completion = subject.completion(job)
    causes = _chain(subject, job)[::-1]
    begin = causes[0].since if causes else completion
    totals: dict[str, int] = {}
    for cause in causes:
        totals[cause.kind] = totals.get(cause.kind, 0) + cause.amount
    waiting = sum(amount for kind, amount in totals.items() if kind not in UNAVOIDABLE)
    due = job.due if job.due is not None else completion
    slack = due - begin - sum(amount for kind, amount in totals.items() if kind in UNAVOIDABLE)
    least = _least(subject, job)
    return LateReason(
        job=code,
        begin=begin,
        completion=completion,
        due=job.due,
        lateness=completion - due,
        causes=tuple(causes),
        totals=totals,
        waiting=waiting,
        slack=slack,
        least=least,
        blockers=_blockers(subject, job, causes),
        text=_summary(subject, job, causes, totals, least),
    )


def _chain(subject: Subject, job: Job) -> list[Cause]:
    """Return the causes from the completion back to the beginning."""
    if not job.operations:
        return []
    code: str | None = max((each.code for each in job.operations), key=lambda each: subject.row(each).end)
    until, found = subject.completion(job), list[Cause]()
    seen = set[str]()
    while code is not None and code not in seen:
        seen.add(code)
        code, until = _step(subject, code, until, found)
    if until > 0 and found and code is None:
        found.append(Cause("held-back", found[-1].operation, 0, until, (), NAMES["held-back"]))
    return found


def _step(subject: Subject, code: str, until: int, found: list[Cause]) -> tuple[str | None, int]:
    """Add the causes of one operation up to a moment; return the operation before it in the chain and from when."""
    way, start, end = subject.placed(code)
    tight = _tight_end(subject, code) if until == end else None
    if tight is not None:
        link, before_end = tight
        _moved(subject, link, before_end, end, found)
        return link.before, before_end
    mates = _mates(subject, code)
    if until > start:
        until = _inside(subject, code, until, mates, found)
        gaps = [gap for gap in way.wish.clock.gaps(start, until) if gap[1] > gap[0]] if way.wish.work else []
        found += _worked(subject, code, start, until, gaps)
    if code in subject.board.fixed:
        if start > 0:
            text = Text(f"工序 {code} 冻结在 {subject.when(start)} 开始", f"{code} is frozen at {subject.when(start)}")
            found.append(Cause("fixed", code, 0, start, (), text))
        return None, 0
    ready = _ready(subject, code)
    moment = min(ready.moment, start)
    with subject.without([code]):
        waits = reasons.waits(way, moment, start, subject.when)
    found += [_cause(code, _for_batch(wait, mates) if mates else wait) for wait in reversed(waits)]
    if ready.kind == "predecessor":
        link = next(link for link in subject.before[code] if link.before == ready.predecessor)
        _moved(subject, link, ready.origin, moment, found)
        return ready.predecessor, ready.origin
    if moment > 0:
        kind = "release" if ready.kind == "release" else "earliest-start"
        found.append(Cause(kind, code, 0, moment, (), ready.text))
    return None, 0


def _mates(subject: Subject, code: str) -> tuple[str, ...]:
    """Return the other operations of an operation's batch."""
    way, start, end = subject.placed(code)
    if way.lane.machine.batch is None or end == start:
        return ()
    group = way.lane.groups[way.lane.find(subject.board.member(way.operation, subject.row(code)))]
    return tuple(member.code for member in group if member.code != code)


def _inside(subject: Subject, code: str, until: int, mates: tuple[str, ...], found: list[Cause]) -> int:
    """Add the time an operation that is done waits in its batch; return when it was done."""
    way, start, _ = subject.placed(code)
    wish = way.wish
    done = wish.clock.finish(start, wish.work, may_span=wish.may_span, resume_loss=wish.loss) if mates else None
    if done is None or done >= until or code in subject.board.fixed:
        return until
    text = Text(
        f"{code} 于 {subject.when(done)} 做完，同炉到 {subject.when(until)}",
        f"{code} is done at {subject.when(done)}, its batch at {subject.when(until)}",
    )
    found.append(Cause("batch", code, done, until, mates, text))
    return done


def _for_batch(wait: Wait, mates: tuple[str, ...]) -> Wait:
    """Return a wait in which the machine stood free as what it was: waiting for the others of the batch."""
    if wait.kind not in _IDLE:
        return wait
    names = ", ".join(mates[:4])
    return replace(wait, codes=mates, text=Text(f"等同炉的 {names}", f"waiting for {names} of its batch"))


def _worked(subject: Subject, code: str, start: int, until: int, gaps: list[tuple[int, int]]) -> list[Cause]:
    """Return work and breaks of an operation, latest first."""
    when, found, moment = subject.when, list[Cause](), start
    for since, close in [*gaps, (until, until)]:
        if since > moment:
            text = Text(
                f"{when(moment)} 至 {when(since)} 加工 {code}", f"{code} is worked from {when(moment)} to {when(since)}"
            )
            found.append(Cause("work", code, moment, since, (), text))
        if close > since:
            text = Text(f"{when(since)} 至 {when(close)} 停工", f"closed from {when(since)} until {when(close)}")
            found.append(Cause("break", code, since, close, (), text))
        moment = close
    return found[::-1]


def _tight_end(subject: Subject, code: str) -> tuple[Precedence, int] | None:
    """Return the link that fixes the end of an operation rather than its start, if one does."""
    way, _, end = subject.placed(code)
    for link in subject.before.get(code, ()):
        before = subject.placed(link.before)
        if (
            link.link is Link.FINISH_FINISH
            and end > before[2]
            and after_limits(subject.board, link, before, way)[2] == end
        ):
            return link, before[2]
    return None


def _moved(subject: Subject, link: Precedence, since: int, until: int, found: list[Cause]) -> None:
    """Add transport and prescribed wait between two operations, latest first."""
    when = subject.when
    transport = subject.board.move(subject.placed(link.before)[0], subject.placed(link.after)[0])[0]
    arrival = min(since + transport, until)
    if until > arrival:
        text = Text(f"{link.before} 之后等待 {until - arrival}", f"a wait of {until - arrival} after {link.before}")
        found.append(Cause("lag", link.after, arrival, until, (link.before,), text))
    if arrival > since:
        text = Text(
            f"{link.before} 之后运输，{when(arrival)} 到", f"transport after {link.before}, arriving at {when(arrival)}"
        )
        found.append(Cause("transport", link.after, since, arrival, (link.before,), text))


def _ready(subject: Subject, code: str) -> Ready:
    job, operation = subject.job_of[code], subject.board.operations[code]
    base: list[tuple[ReadyKind, int]] = [
        ("start", 0),
        ("release", job.release),
        ("earliest-start", operation.earliest_start),
    ]
    before = [(link, subject.placed(link.before)) for link in subject.before.get(code, ())]
    return reasons.ready(subject.board, subject.placed(code)[0], base, before, subject.when)


def _cause(code: str, wait: Wait) -> Cause:
    kind = "batch" if wait.kind in _IDLE and wait.codes else wait.kind
    return Cause(kind, code, wait.since, wait.until, wait.codes, wait.text)


def _blockers(subject: Subject, job: Job, causes: list[Cause]) -> tuple[Blocker, ...]:
    amounts: dict[str, int] = {}
    for cause in causes:
        for code in cause.codes if cause.kind == "machine" else ():
            row = subject.row(code)
            amount = max(0, min(row.end, cause.until) - max(row.start, cause.since))
            amounts[code] = amounts.get(code, 0) + amount
    found = []
    for code, amount in sorted(amounts.items(), key=lambda each: -each[1]):
        other = subject.job_of[code]
        if other.code != job.code:
            found.append(Blocker(code, other.code, amount, other.weight, other.due, _compared(subject, job, other)))
    return tuple(found)


def _compared(subject: Subject, job: Job, other: Job) -> Text:
    """Return how another job's claim compares."""
    if other.weight != job.weight:
        zh, en = ("高", "higher") if other.weight > job.weight else ("低", "lower")
        return Text(
            f"作业 {other.code} 优先级更{zh}（{other.weight:g} 对 {job.weight:g}）",
            f"job {other.code} has {en} priority ({other.weight:g} against {job.weight:g})",
        )
    dues = [subject.when(each.due) if each.due is not None else "-" for each in (other, job)]
    return Text(
        f"作业 {other.code} 优先级相同，交期 {dues[0]} 对 {dues[1]}",
        f"job {other.code} has equal priority, due {dues[0]} against {dues[1]}",
    )


def _least(subject: Subject, job: Job) -> int:
    """Return release plus the longest chain of shortest work; no calendar, machine or transport can beat it."""
    own, ends = {each.code: each for each in job.operations}, dict[str, int]()

    def end(code: str) -> int:
        if code not in ends:
            operation, begin = own[code], max(job.release, own[code].earliest_start, 0)
            for link in subject.before.get(code, ()):
                if link.before in own and link.link is Link.FINISH_START:
                    begin = max(begin, end(link.before) + link.lag)
            ends[code] = begin + min(mode.setup + mode.run for mode in operation.modes)
        return ends[code]

    for code in sorted(own, key=lambda each: subject.row(each).start):
        end(code)
    return max(ends.values(), default=job.release)


def _summary(subject: Subject, job: Job, causes: list[Cause], totals: Mapping[str, int], least: int) -> Text:
    when, completion = subject.when, subject.completion(job)
    zh, en = f"作业 {job.code} 于 {when(completion)} 完成", f"job {job.code} ends at {when(completion)}"
    if job.due is not None and completion > job.due:
        zh, en = f"{zh}，晚 {completion - job.due}", f"{en}, {completion - job.due} late"
    elif job.due is not None:
        zh, en = f"{zh}，没有晚", f"{en}, not late"
    if job.due is not None and least > job.due:
        zh += f"；交期短于纯加工时间（最早 {when(least)}），任何计划都做不到"
        en += f"; no plan can keep the due date, which is shorter than the pure work (earliest {when(least)})"
    waits = sorted(((amount, kind) for kind, amount in totals.items() if kind not in UNAVOIDABLE), reverse=True)[:3]
    zh_parts, en_parts = [], []
    for amount, kind in waits:
        largest = max((cause for cause in causes if cause.kind == kind), key=lambda each: each.amount)
        zh_parts.append(f"{NAMES[kind].zh} {amount}（{largest.operation}：{largest.text.zh}）")
        en_parts.append(f"{NAMES[kind].en} {amount} ({largest.operation}: {largest.text.en})")
    if zh_parts:
        zh, en = f"{zh}；主要是{'，'.join(zh_parts)}", f"{en}; mainly {', '.join(en_parts)}"
    return Text(zh, en)
