"""Why an operation starts when it starts: every time unit between being ready and the start has one cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rongzhi.engines.scheduling.model import Link, Precedence
from rongzhi.engines.scheduling.promise.board import Board, Way, after_limits
from rongzhi.engines.scheduling.promise.lane import Limits
from rongzhi.engines.scheduling.promise.quote import Ready, ReadyKind, Wait, WaitKind
from rongzhi.kernel.text import Text

When = Callable[[int], str]
Before = tuple[Precedence, tuple[Way, int, int]]


def ready(
    board: Board, way: Way, base: Iterable[tuple[ReadyKind, int]], before: Iterable[Before], when: When = str
) -> Ready:
    """Return the latest of what an operation had to wait for before it could start.

    Parameters
    ----------
    base : iterable of (kind, moment)
        Release, earliest start and the like.
    before : iterable of (Precedence, (Way, start, end))
    when : callable
        Writes a moment for people.
    """
    kind, moment = max(base, key=lambda each: each[1], default=("start", 0))
    found = Ready(kind, moment, moment, "", 0, 0, _base_text(kind, moment, when))
    for link, known in before:
        earliest, _, _ = after_limits(board, link, known, way)
        if earliest > found.moment:
            transport = board.move(known[0], way)[0]
            origin = earliest - transport - link.lag
            text = _predecessor_text(link, origin, transport, when)
            found = Ready("predecessor", earliest, origin, link.before, transport, link.lag, text)
    return found


def waits(way: Way, since: int, start: int, when: When = str) -> tuple[Wait, ...]:
    """Return the causes of ``[since, start)``, without gaps or overlaps, in order of time.

    The operation itself must not be on its lane while this is asked.
    """
    lane, found, moment = way.lane, list[Wait](), since
    change = _change_from(way, start)
    if not lane.machine.is_unlimited:
        for group in lane.between(since, start):
            busy = max(group[0].start, moment), min(group[0].end, start)
            if busy[0] >= busy[1]:
                continue
            found += _idle(way, (moment, busy[0]), change, when)
            codes = tuple(member.code for member in group)
            found.append(_wait("machine", busy, codes, lane.machine.code, when))
            moment = busy[1]
    found += _idle(way, (moment, start), change, when)
    return tuple(_joined(found, lane.machine.code, when))


def _change_from(way: Way, start: int) -> int:
    """Return when the changeover directly before a start begins, at the latest."""
    lane = way.lane
    wanted = 0 if lane.machine.is_unlimited else lane.changeover(lane.family_before(start), way.wish.family)
    return lane.clock.back(start, wanted)


def _idle(way: Way, span: tuple[int, int], change: int, when: When) -> list[Wait]:
    """Return the causes of a span in which the machine has no work."""
    found, machine = [], way.lane.machine.code
    moment = span[0]
    for closed in [*way.wish.clock.gaps(*span), (span[1], span[1])]:
        if moment < min(closed[0], change):
            found += _open_idle(way, (moment, min(closed[0], change)), when)
        if max(moment, change) < closed[0]:
            found.append(_wait("changeover", (max(moment, change), closed[0]), (), machine, when))
        if closed[0] < closed[1]:
            found.append(_wait("closed", closed, (), machine, when))
        moment = closed[1]
    return found


def _open_idle(way: Way, span: tuple[int, int], when: When) -> list[Wait]:
    """Return why a machine that is open and idle was not used: resources, or too little time, or no need."""
    found, machine = [], way.lane.machine.code
    since, until = span
    while since < until:
        named = list(zip(_resources(way), way.wish.needs, strict=True))
        blocked = {code: profile.free_from(since, since + 1, amount) for code, (profile, amount) in named}
        end = min(until, max(blocked.values(), default=since))
        if end > since:
            codes = tuple(code for code, moment in blocked.items() if moment > since)
            found.append(_wait("resource", (since, end), codes, machine, when))
        else:
            end = min([until, *(profile.busy_from(since, amount) for _, (profile, amount) in named)])
            spot = way.lane.fit(way.wish, Limits(since, end - 1))
            fits = spot.start if spot is not None else end
            if since < fits:
                found.append(_wait("short-gap", (since, fits), (), machine, when))
            if fits < end:
                found.append(_wait("held-back", (fits, end), (), machine, when))
        since = end
    return found


def _resources(way: Way) -> list[str]:
    return list(dict.fromkeys(need.resource for need in way.mode.needs))


def _joined(waits_: list[Wait], machine: str, when: When) -> Iterable[Wait]:
    last: Wait | None = None
    for each in waits_:
        if last is not None and last.kind == each.kind and last.until == each.since:
            codes = tuple(dict.fromkeys(last.codes + each.codes))
            last = _wait(each.kind, (last.since, each.until), codes, machine, when)
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last


def _wait(kind: WaitKind, span: tuple[int, int], codes: tuple[str, ...], machine: str, when: When) -> Wait:
    since, until = when(span[0]), when(span[1])
    zh_names, en_names = _named(codes, "、"), _named(codes, ", ")
    texts = {
        "machine": Text(
            f"设备 {machine} 到 {until} 在加工 {zh_names}", f"machine {machine} is busy with {en_names} until {until}"
        ),
        "closed": Text(f"{since} 至 {until} 停工", f"closed from {since} until {until}"),
        "changeover": Text(
            f"设备 {machine} 从 {since} 到 {until} 换型", f"machine {machine} changes over from {since} until {until}"
        ),
        "resource": Text(f"资源 {zh_names} 到 {until} 才有空", f"resource {en_names} is in use until {until}"),
        "short-gap": Text(f"{since} 至 {until} 的空档放不下", f"the free time from {since} until {until} is too short"),
        "held-back": Text(
            f"{since} 起本可开工，与相连工序衔接而留到 {until}",
            f"could start at {since} but is held until {until} for the operations linked to it",
        ),
    }
    return Wait(kind, span[0], span[1], codes, texts[kind])


def _named(codes: tuple[str, ...], comma: str) -> str:
    return comma.join(codes[:3]) + (f" +{len(codes) - 3}" if len(codes) > 3 else "")


def _base_text(kind: ReadyKind, moment: int, when: When) -> Text:
    words = {
        "start": Text("计划开始即可开工", "ready at the start of planning"),
        "release": Text(f"{when(moment)} 投料", f"released at {when(moment)}"),
        "earliest-start": Text(f"最早 {when(moment)} 可开工", f"may not start before {when(moment)}"),
        "not-before": Text(f"按要求不早于 {when(moment)}", f"asked for not before {when(moment)}"),
    }
    return words[kind]


def _predecessor_text(link: Precedence, origin: int, transport: int, when: When) -> Text:
    zh_event, en_event = {
        Link.START_START: ("开始", "starts"),
        Link.OVERLAP: ("首批完成", "has its first batch done"),
    }.get(link.link, ("完成", "ends"))
    zh, en = f"前序 {link.before} 于 {when(origin)} {zh_event}", f"{link.before} before it {en_event} at {when(origin)}"
    if transport:
        zh, en = f"{zh}，运输 {transport}", f"{en}, transport takes {transport}"
    if link.lag:
        zh, en = f"{zh}，等待 {link.lag}", f"{en}, then a wait of {link.lag}"
    return Text(zh, en)
