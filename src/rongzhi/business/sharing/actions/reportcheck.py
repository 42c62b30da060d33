"""What a report from the shop floor must be to be taken: possible in itself, and beside what is already reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from rongzhi.business.sharing.clock import park_now
from rongzhi.business.sharing.models import ProgressKind, ProgressReport, WorkOperation
from rongzhi.business.sharing.orderbook import LARGEST
from rongzhi.elements.resources.models import Machine
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

KEY_LENGTH, NOTE_LENGTH = 200, 300
CLOCKS_DIFFER = timedelta(minutes=5)  # shop-floor clocks may run ahead of ours by so much
_TURN = {ProgressKind.START: 0, ProgressKind.QUANTITY: 1, ProgressKind.COMPLETE: 2}
_NAMES = {
    ProgressKind.START: Text("开工", "start"),
    ProgressKind.QUANTITY: Text("报数", "count"),
    ProgressKind.COMPLETE: Text("完工", "completion"),
}
_CORRECT = Text("若原报有误，请更正原来的那次报工", "if the earlier report is wrong, correct that report")


@dataclass(frozen=True, slots=True)
class Wish:
    """A report somebody wants to make; quantities as they were typed."""

    kind: str
    at: datetime
    good: Any = 0
    scrap: Any = 0
    machine: str = ""
    key: str = ""
    note: str = ""

    def amounts(self) -> tuple[Decimal, Decimal]:
        """Return good and scrap; raises `Rejected` with everything that is wrong with the report itself."""
        findings = Findings()
        for name, text, most in (("key", self.key, KEY_LENGTH), ("note", self.note, NOTE_LENGTH)):
            if len(text) > most:
                findings.error(
                    "too-long",
                    name,
                    Text(f"有 {len(text)} 个字符，最多 {most} 个", f"{len(text)} characters, at most {most} are kept"),
                    Text("写短一些", "make it shorter"),
                )
        if self.kind not in ProgressKind.values:
            findings.error(
                "not-an-option",
                "kind",
                Text(f"“{self.kind}”不是报工类型", f"'{self.kind}' is not a kind of report"),
                Text("用 start、quantity 或 complete", "use start, quantity or complete"),
            )
        if self.at > park_now() + CLOCKS_DIFFER:
            findings.error(
                "in-the-future",
                "at",
                Text(f"报工时间 {_when(self.at)} 还没有到", f"{_when(self.at)} is yet to come"),
                Text("填写实际发生的时间", "give the time at which it happened"),
            )
        good, scrap = (_amount(value, name, findings) for name, value in (("good", self.good), ("scrap", self.scrap)))
        findings.raise_if_any()
        return good, scrap


def check_beside(
    operation: WorkOperation, wish: Wish, amounts: tuple[Decimal, Decimal], others: Sequence[ProgressReport], own: str
) -> None:
    """Refuse what cannot be true beside the other valid reports of the operation; ``own`` is the planned machine."""
    findings = Findings()
    _check_machine(operation, wish.machine, own, findings)
    _check_turn(wish, others, findings)
    _check_sum(operation, amounts, others, findings)
    findings.raise_if_any()


def _check_machine(operation: WorkOperation, machine: str, own: str, findings: Findings) -> None:
    able = [str(each["machine"]) for each in operation.candidates]
    if not machine or machine == own or machine in able:
        return
    fix = Text(
        f"能做的机床：{'、'.join(able) or '无'}；若这台确实能做，请先登记它的工艺能力",
        f"machines that can: {', '.join(able) or 'none'}; if this one can, record its capability first",
    )
    if Machine.objects.filter(code=machine).exists():
        words = Text(
            f"机床“{machine}”不能做工序 {operation.code}",
            f"machine '{machine}' cannot do operation {operation.code}",
        )
        findings.error("cannot-do", "machine", words, fix)
    else:
        words = Text(f"没有机床“{machine}”", f"there is no machine '{machine}'")
        findings.error("unknown-machine", "machine", words, fix)


def _check_turn(wish: Wish, others: Sequence[ProgressReport], findings: Findings) -> None:
    """A start comes before every count, a completion after it; both are reported once."""
    kind = ProgressKind(wish.kind)
    turn, mine = _TURN[kind], _NAMES[kind]
    for other in others:
        theirs, when = _TURN[ProgressKind(other.kind)], _when(other.at)
        if theirs == turn != 1:
            words = Text(f"已在 {when} 报过{mine.zh}", f"the {mine.en} is already reported, at {when}")
            findings.error("already-reported", "kind", words, _CORRECT)
        elif (turn < theirs and wish.at > other.at) or (turn > theirs and wish.at < other.at):
            side = Text("晚于", "after") if turn < theirs else Text("早于", "before")
            name = _NAMES[ProgressKind(other.kind)]
            words = Text(
                f"{mine.zh}时间 {_when(wish.at)} {side.zh}已报的{name.zh}时间 {when}",
                f"the {mine.en} at {_when(wish.at)} would be {side.en} the {name.en} reported at {when}",
            )
            findings.error(
                "out-of-turn", "at", words, Text(f"改正时间；{_CORRECT.zh}", f"mend the time; {_CORRECT.en}")
            )
            return


def _check_sum(
    operation: WorkOperation, amounts: tuple[Decimal, Decimal], others: Sequence[ProgressReport], findings: Findings
) -> None:
    before = sum((each.good + each.scrap for each in others), Decimal(0))
    left = max(Decimal(0), operation.quantity - before)
    now = sum(amounts)
    if not now or now <= left:
        return
    lot = operation.quantity
    findings.error(
        "too-many",
        "good" if amounts[0] else "scrap",
        Text(
            f"本工序共 {_number(lot)} 件，已报 {_number(before)} 件（合格加报废），这次又报 {_number(now)} 件",
            f"the operation has {_number(lot)} in all; {_number(before)} good and scrap are reported, "
            f"this adds {_number(now)}",
        ),
        Text(f"最多还能报 {_number(left)} 件；{_CORRECT.zh}", f"at most {_number(left)} are left; {_CORRECT.en}"),
    )


def _amount(value: Any, name: str, findings: Findings) -> Decimal:
    try:
        number = Decimal(str(value or 0))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or number > LARGEST:
        findings.error(
            "bad-quantity",
            name,
            Text(f"数量 {value} 无效", f"the quantity {value} is not valid"),
            Text("填写不小于 0 的数", "enter 0 or more"),
        )
        return Decimal(0)
    return number.quantize(Decimal("0.000001"))


def _number(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}"


def _when(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
