"""Reasons in words: what the scheduling engine says of waiting, with durations and names a person knows.

Every row carries a sentence with names (for the operator) and can be said again without them (for everybody else).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rongzhi.kernel.text import Text
from rongzhi.platform.ui.format import duration

if TYPE_CHECKING:
    from rongzhi.engines.scheduling import Step

MOST_NAMED = 4

WITHOUT_NAMES: Mapping[str, Text] = {
    "machine": Text("设备先做其他工作", "the machine does other work first"),
    "closed": Text("等开班", "waits for the next shift"),
    "break": Text("加工中遇停班", "closed during the work"),
    "changeover": Text("换型", "changeover"),
    "resource": Text("等资源", "waits for a resource"),
    "short-gap": Text("其间的空档放不下", "the free time in between is too short"),
    "held-back": Text("与相连工序衔接而留空", "held back for the operations linked to it"),
    "transport": Text("运输", "transport"),
    "lag": Text("工艺规定的等待", "a wait the process prescribes"),
    "release": Text("等来料或最早开工时间", "waits for material or its earliest start"),
    "earliest-start": Text("等来料或最早开工时间", "waits for material or its earliest start"),
    "not-before": Text("按要求不早于此时开工", "may not start earlier, as asked"),
    "predecessor": Text("等前道工序", "waits for the operation before"),
    "start": Text("可以立即开工", "can start at once"),
    "fixed": Text("已开工或已冻结", "has begun or is frozen"),
    "work": Text("加工", "work"),
}

HELPS: Mapping[str, Text] = {
    "use-gaps": Text("用同样机床上现有的空档", "use free time on the same machines"),
    "other-machines": Text("换机床", "use other machines"),
    "extra-shift": Text("加班", "an extra shift"),
    "earlier-release": Text("来料提前", "have the material earlier"),
}

CHOSEN: Mapping[str, Text] = {
    "only": Text("只有这一种做法可行", "no other way is possible"),
    "fixed": Text("已开工或已冻结", "it has begun or is frozen"),
    "pinned": Text("机床已指定", "the machine is prescribed"),
    "cheapest": Text("费用最低", "it is the cheapest"),
    "earliest": Text("最早完成", "it ends earliest"),
    "least-transport": Text("运输最少", "it needs the least transport"),
    "earliest-completion": Text("换到别处，订单也不会更早完成", "elsewhere the order would not end earlier"),
    "one-factory": Text("须在同一工厂完成", "it must stay in one factory"),
    "balance": Text(
        "单独看没有优势，与其他订单一起权衡的结果", "best in nothing alone; weighed against the other orders"
    ),
}


def named(codes: Iterable[str]) -> Text:
    """Return a few codes, and that there are more."""
    found = list(dict.fromkeys(codes))
    shown, more = found[:MOST_NAMED], len(found) > MOST_NAMED
    return Text(
        "、".join(shown) + (f" 等 {len(found)} 项" if more else ""),
        ", ".join(shown) + (f" and {len(found) - MOST_NAMED} more" if more else ""),
    )


def reason_row(kind: str, minutes: int, machine: str, codes: Iterable[str] = ()) -> dict[str, Any]:
    """Return one reason as plain data: its kind, its length, its sentence with names, and without."""
    bare = WITHOUT_NAMES[kind]
    full = bare
    who = named(codes)
    if kind == "machine" and who.zh:
        full = Text(f"设备 {machine} 先做 {who.zh}", f"machine {machine} does {who.en} first")
    elif kind in {"closed", "break", "changeover"}:
        full = Text(f"设备 {machine} {bare.zh}", f"{bare.en} ({machine})")
    elif kind == "resource" and who.zh:
        full = Text(f"等资源 {who.zh}", f"waits for resource {who.en}")
    return {
        "kind": kind,
        "minutes": minutes,
        "zh": full.zh,
        "en": full.en,
        "bare_zh": bare.zh,
        "bare_en": bare.en,
    }


def condensed(step: Step) -> Iterator[dict[str, Any]]:
    """Yield why an operation of a quote starts when it starts: when it was ready, then its waits by kind.

    The minutes of all rows but the first add up to the time between being ready and the start.
    """
    ready = step.ready
    row = reason_row(ready.kind, 0, step.assignment.machine)
    if ready.predecessor:
        text = Text(f"{row['zh']} {ready.predecessor}", f"{row['en']}, {ready.predecessor}")
        if ready.transport:
            spent = duration(ready.transport)
            text = Text(f"{text.zh}，运输 {spent.zh}", f"{text.en}, then {spent.en} of transport")
        row |= {"zh": text.zh, "en": text.en, "bare_zh": text.zh, "bare_en": text.en}
    yield row
    totals: dict[str, int] = {}
    codes: dict[str, list[str]] = {}
    for wait in step.waits:
        totals[wait.kind] = totals.get(wait.kind, 0) + wait.until - wait.since
        codes.setdefault(wait.kind, []).extend(wait.codes)
    for kind, minutes in totals.items():
        yield reason_row(kind, minutes, step.assignment.machine, codes[kind])


def without_names(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reason as it is told to those who may not know machines and other orders."""
    kept = {key: value for key, value in row.items() if key not in {"bare_zh", "bare_en", "codes", "orders", "machine"}}
    return kept | {"zh": row.get("bare_zh", ""), "en": row.get("bare_en", "")}


BOUNDS: Mapping[str, Text] = {
    "job-length": Text("最长工艺路线", "longest routing"),
    "machine-load": Text("机床负荷", "machine load"),
    "pooled-capacity": Text("总产能", "pooled capacity"),
    "cp-sat": Text("约束规划证明", "constraint programming"),
}


def bound_name(name: str) -> Text:
    """Return what a lower bound was computed from."""
    return BOUNDS.get(name, Text(name, name))


def both(text: Text) -> str:
    """Return both languages side by side, for the terminal."""
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"
