"""Why a machine was chosen: every alternative is tried against the rest of the plan as it stands."""

from __future__ import annotations

from dataclasses import dataclass

from rongzhi.engines.scheduling.explain.subject import Subject
from rongzhi.engines.scheduling.promise.board import Way
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to do an operation if nothing else moved but what follows it in its job.

    Parameters
    ----------
    machine, factory : str
    mode : int
        Index into `Operation.modes`.
    is_chosen : bool
    cost : float
        Money of the mode.
    transport, transport_cost
        Time units and money of all moves to and from the operation.
    start, end : int or None
        None if it fits nowhere.
    completion : int or None
        End of the job.
    text : Text
    """

    machine: str
    factory: str
    mode: int
    is_chosen: bool
    cost: float
    transport: int
    transport_cost: float
    start: int | None
    end: int | None
    completion: int | None
    text: Text


@dataclass(frozen=True, slots=True)
class MachineChoice:
    """Why an operation is on its machine.

    Parameters
    ----------
    operation, machine, factory : str
    reasons : tuple of str
        Of ``only``, ``fixed``, ``pinned``, ``cheapest``, ``earliest``, ``least-transport``, ``earliest-completion``,
        ``one-factory``; empty if another way is better in everything that was looked at.
    alternatives : tuple of Choice
        The chosen one first, then by end.
    text : Text
    """

    operation: str
    machine: str
    factory: str
    reasons: tuple[str, ...]
    alternatives: tuple[Choice, ...]
    text: Text


_REASONS = {
    "only": Text("只有这一种做法可行", "no other way is possible"),
    "fixed": Text("已开工或已冻结", "it has begun or is frozen"),
    "pinned": Text("设备已指定", "the machine is prescribed"),
    "cheapest": Text("费用最低", "it is the cheapest"),
    "earliest": Text("最早完成", "it ends earliest"),
    "least-transport": Text("运输最少", "it needs the least transport"),
    "earliest-completion": Text("换到别处作业也不会更早完成", "elsewhere the job would not end earlier"),
    "one-factory": Text("作业须在一个工厂完成", "the job must stay in one factory"),
}


def explain(subject: Subject, code: str) -> MachineChoice:
    """Return why an operation is on its machine."""
    row, job = subject.row(code), subject.job_of[code]
    planned, _, _ = subject.placed(code)
    ways = [planned] if code in subject.board.fixed else subject.ways(job, code)
    if job.single_factory and len(job.operations) > 1:
        ways = [way for way in ways if way.factory == planned.factory]
    chosen = _option(subject, code, planned, (row.start, row.end, subject.completion(job)), is_chosen=True)
    others = []
    later = [each for each in _downstream(subject, code) if each not in subject.board.fixed]
    with subject.without([code, *later]):
        for way in ways:
            if way.index != row.mode:
                found = subject.again(job, [code, *later], {code: [way]})
                times = None
                if found is not None:
                    rest = [subject.row(each.code).end for each in job.operations if each.code not in found]
                    times = found[code][1], found[code][2], max([*(each[2] for each in found.values()), *rest])
                others.append(_option(subject, code, way, times, is_chosen=False))
    others = [_against(chosen, each) for each in others]
    others.sort(key=lambda each: (each.end is None, each.end or 0, each.cost))
    why = _reasons(subject, code, chosen, others)
    zh, en = "；".join(_REASONS[each].zh for each in why), "; ".join(_REASONS[each].en for each in why)
    if not why:
        best = min((each for each in others if each.end is not None), key=lambda each: (each.end or 0, each.cost))
        zh, en = f"没有单独的优势；{best.text.zh}", f"it is best in nothing alone; {best.text.en}"
    text = Text(f"工序 {code} 排在 {row.machine}：{zh}", f"{code} is on {row.machine}: {en}")
    return MachineChoice(code, row.machine, planned.factory, why, (chosen, *others), text)


def _downstream(subject: Subject, code: str) -> list[str]:
    """Return the operations of the same job that follow, directly or not."""
    job, seen, stack = subject.job_of[code], list[str](), [code]
    while stack:
        for link in subject.after.get(stack.pop(), ()):
            if subject.job_of[link.after] is job and link.after not in seen:
                seen.append(link.after)
                stack.append(link.after)
    return seen


def _option(subject: Subject, code: str, way: Way, times: tuple[int, int, int] | None, *, is_chosen: bool) -> Choice:
    moves = [subject.board.move(subject.placed(link.before)[0], way) for link in subject.before.get(code, ())]
    moves += [subject.board.move(way, subject.placed(link.after)[0]) for link in subject.after.get(code, ())]
    start, end, completion = times if times is not None else (None, None, None)
    machine = way.mode.machine
    return Choice(
        machine,
        way.factory,
        way.index,
        is_chosen,
        way.mode.cost,
        sum(move[0] for move in moves),
        sum(move[1] for move in moves),
        start,
        end,
        completion,
        Text(f"{machine}（已选）", f"{machine} (chosen)") if is_chosen else Text(machine, machine),
    )


def _against(chosen: Choice, other: Choice) -> Choice:
    """Return an alternative with the sentence that compares it with the chosen one."""
    if other.end is None or other.completion is None or chosen.end is None or chosen.completion is None:
        text = Text(f"{other.machine} 放不下", f"it does not fit on {other.machine}")
    else:
        zh, en = _signed(other.end - chosen.end, ("晚", "早", "同时"), ("later", "earlier", "at the same time"))
        money = other.cost + other.transport_cost - chosen.cost - chosen.transport_cost
        zh_money = f"贵 {money:.2f}" if money > 0 else f"省 {-money:.2f}" if money < 0 else "费用相同"
        en_money = f"{money:.2f} dearer" if money > 0 else f"{-money:.2f} cheaper" if money < 0 else "the same cost"
        zh_job, en_job = _signed(
            other.completion - chosen.completion, ("晚", "早", "不变"), ("later", "earlier", "unchanged")
        )
        text = Text(
            f"{other.machine}：完成{zh}，{zh_money}，作业{zh_job}",
            f"{other.machine}: ends {en}, {en_money}, the job {en_job}",
        )
    return Choice(
        other.machine,
        other.factory,
        other.mode,
        other.is_chosen,
        other.cost,
        other.transport,
        other.transport_cost,
        other.start,
        other.end,
        other.completion,
        text,
    )


def _signed(amount: int, zh: tuple[str, str, str], en: tuple[str, str, str]) -> tuple[str, str]:
    if not amount:
        return zh[2], en[2]
    row = 0 if amount > 0 else 1
    return f"{zh[row]} {abs(amount)}", f"{abs(amount)} {en[row]}"


def _reasons(subject: Subject, code: str, chosen: Choice, others: list[Choice]) -> tuple[str, ...]:
    if code in subject.board.fixed:
        return ("fixed",)
    if code in subject.pinned:
        return ("pinned",)
    possible = [each for each in others if each.end is not None]
    job, found = subject.job_of[code], []
    is_bound = job.single_factory and len(job.operations) > 1 and len(subject.ways(job, code)) > len(others) + 1
    if is_bound:
        found.append("one-factory")
    if not possible:
        return (*found, "only")
    if all(chosen.cost + chosen.transport_cost <= each.cost + each.transport_cost for each in possible):
        found.append("cheapest")
    if all((chosen.end or 0) <= (each.end or 0) for each in possible):
        found.append("earliest")
    elif all((chosen.completion or 0) <= (each.completion or 0) for each in possible):
        found.append("earliest-completion")
    if all(chosen.transport <= each.transport for each in possible) and any(each.transport for each in possible):
        found.append("least-transport")
    return tuple(found)
