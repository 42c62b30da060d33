"""Reading score packs from TOML, with every fault reported at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, TypeVar

from rongzhi.engines.scoring.model import CapRule, Criterion, Grade, Pack, Source, Threshold
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

T = TypeVar("T")
ZERO = Decimal(0)


def pack_codes() -> tuple[str, ...]:
    """Return the codes of the packs that come with the engine."""
    folder = files("rongzhi.engines.scoring") / "packs"
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")))


@cache
def load_pack(code: str) -> Pack:
    """Return a pack that comes with the engine.

    Raises
    ------
    NotFound
        If there is none of that code.
    """
    if code not in pack_codes():
        known = ", ".join(pack_codes())
        raise NotFound(
            Text(f"没有评分包“{code}”", f"there is no score pack '{code}'"),
            where="pack",
            fix=Text(f"请使用：{known}", f"use one of: {known}"),
        )
    path = files("rongzhi.engines.scoring") / "packs" / f"{code}.toml"
    return read_pack(path.read_text(encoding="utf-8"))


def read_pack(text: str) -> Pack:
    """Return the pack written in a TOML text.

    Raises
    ------
    Rejected
        With everything that is wrong at once.
    """
    findings = Findings()
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        findings.error(
            "not-toml",
            "pack",
            Text(f"不是 TOML 文本：{error}", f"not a TOML text: {error}"),
            Text("改正该行", "mend the line"),
        )
        findings.raise_if_any()
    table = _Table(data, "", findings)
    scale, window, evidence = table.table("scale"), table.table("window"), table.table("evidence")
    pack = Pack(
        code=table.text("code"),
        version=table.text("version"),
        since=table.day("since"),
        title=table.table("title").words(),
        status=table.table("status").words(),
        note=table.table("note").words(),
        sources=table.rows("sources", lambda row: Source(row.text("title"), row.text("address"), row.day("noted"))),
        least=scale.number("least"),
        most=scale.number("most"),
        decimals=scale.whole("decimals"),
        days=window.whole("days"),
        jobs=window.whole("jobs"),
        longest_days=window.whole("longest_days"),
        jobs_needed=evidence.whole("jobs"),
        needs=tuple(str(each) for each in evidence.data.get("needs", ())),
        criteria=table.rows("criteria", _criterion),
        rules=table.rows("rules", _rule),
        grades=table.rows("grades", lambda row: Grade(row.text("code"), row.number("at_least"))),
        thresholds=table.rows("thresholds", _threshold),
    )
    findings.raise_if_any()
    check_pack(pack).raise_if_any()
    return pack


def check_pack(pack: Pack) -> Findings:
    """Check a pack: a source, a scale, criteria once with weights, curves and rules that fit, falling grades."""
    findings = Findings()
    keys = [each.key for each in pack.criteria]
    for is_good, where, message, fix in _statements(pack, keys):
        if not is_good:
            findings.error("pack", where, message, fix)
    for index, each in enumerate(pack.criteria):
        _check_criterion(pack, each, f"criteria[{index}]", findings)
    for where, name in [
        *((f"evidence.needs[{at}]", name) for at, name in enumerate(pack.needs)),
        *((f"rules[{at}].criterion", rule.criterion) for at, rule in enumerate(pack.rules)),
    ]:
        if name not in keys:
            findings.error(
                "unknown-criterion",
                where,
                Text(f"没有指标 {name}", f"there is no criterion {name}"),
                Text(f"请使用：{'、'.join(keys)}", f"use one of: {', '.join(keys)}"),
            )
    return findings


def _statements(pack: Pack, keys: Sequence[str]) -> Iterator[tuple[bool, str, Text, Text]]:
    """Yield what must hold: whether it does, the place, the message and the mend."""
    yield from [
        (
            bool(pack.sources),
            "sources",
            Text("没有来源", "there is no source"),
            Text("注明出处和日期", "name source and date"),
        ),
        (
            pack.least < pack.most,
            "scale",
            Text("分值范围为空", "the scale is empty"),
            Text("most 大于 least", "most above least"),
        ),
        (bool(keys), "criteria", Text("没有指标", "there is no criterion"), Text("至少一项", "add at least one")),
        (
            len(set(keys)) == len(keys),
            "criteria",
            Text("指标重复", "a criterion comes twice"),
            Text("改名", "rename it"),
        ),
        (
            0 < pack.days <= pack.longest_days,
            "window",
            Text("窗口的天数不对", "the days of the window do not fit"),
            Text("0 < days ≤ longest_days", "0 < days ≤ longest_days"),
        ),
        (
            pack.jobs_needed >= 1,
            "evidence.jobs",
            Text("没有交付也会有分", "a party would be scored without a delivery"),
            Text("至少要求 1 单", "ask for 1 job or more"),
        ),
        (
            all(a.at_least > b.at_least for a, b in pairwise(pack.grades)),
            "grades",
            Text("等级没有从高到低", "grades do not fall"),
            Text("从高到低排列", "order them from the highest"),
        ),
    ]


def _check_criterion(pack: Pack, criterion: Criterion, where: str, findings: Findings) -> None:
    if criterion.weight <= 0:
        findings.error(
            "weight",
            f"{where}.weight",
            Text(f"权重 {criterion.weight} 不是正数", f"the weight {criterion.weight} is not above 0"),
            Text("填正数", "enter a number above 0"),
        )
    shares = [share for share, _ in criterion.curve]
    reaches = bool(shares) and shares[0] == 0 and shares[-1] == 1
    rises = all(a < b for a, b in pairwise(shares))
    fits = all(pack.least <= points <= pack.most for _, points in criterion.curve)
    if not (reaches and rises and fits):
        findings.error(
            "curve",
            f"{where}.curve",
            Text("折算线须从 0 到 1 递增且分值在范围内", "a curve runs from 0 to 1 with points on the scale"),
            Text("例如 [[0, 0], [1, 100]]", "such as [[0, 0], [1, 100]]"),
        )


def _criterion(row: _Table) -> Criterion:
    curve = tuple((row.pair(each, 0), row.pair(each, 1)) for each in row.data.get("curve", ()))
    return Criterion(row.text("key"), row.words(), row.text("measure"), row.number("weight"), curve)


def _rule(row: _Table) -> CapRule:
    least, most = row.maybe("at_least"), row.maybe("at_most")
    if (least is None) == (most is None):
        row.wrong("at_least", "at_least / at_most")
    points = row.number("points_at_most")
    return CapRule(row.words(), row.text("measure"), row.per(), least, most, row.text("criterion"), points)


def _threshold(row: _Table) -> Threshold:
    above, below = row.maybe("above"), row.maybe("below")
    if (above is None) == (below is None):
        row.wrong("above", "above / below")
    return Threshold(row.words(), row.text("measure"), row.per(), above, below)


class _Table:
    """A TOML table that notes what is missing or of the wrong kind."""

    def __init__(self, data: Mapping[str, Any], where: str, findings: Findings) -> None:
        self.data, self.where, self.findings = data, where, findings

    def wrong(self, name: str, value: object) -> None:
        self.findings.error(
            "missing" if value is None else "wrong-kind",
            f"{self.where}{name}",
            Text(f"{name} 缺失或类型不对：{value}", f"{name} is missing or of the wrong kind: {value}"),
            Text("补上或改正", "add or mend it"),
        )

    def text(self, name: str) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or not value.strip():
            self.wrong(name, value)
            return ""
        return value

    def words(self) -> Text:
        """Return a text in both languages; lines broken in the file are joined."""
        return Text("".join(self.text("zh").splitlines()), " ".join(self.text("en").split()))

    def maybe(self, name: str) -> Decimal | None:
        return self.number(name) if name in self.data else None

    def number(self, name: str) -> Decimal:
        value = self.data.get(name)
        if not isinstance(value, Decimal | int) or isinstance(value, bool) or not Decimal(value).is_finite():
            self.wrong(name, value)
            return ZERO
        return Decimal(value)

    def pair(self, value: object, at: int) -> Decimal:
        if not isinstance(value, list) or len(value) != 2 or not isinstance(value[at], Decimal | int):
            self.wrong("curve", value)
            return ZERO
        return Decimal(value[at])

    def whole(self, name: str) -> int:
        value = self.data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.wrong(name, value)
            return 0
        return value

    def day(self, name: str) -> date:
        value = self.data.get(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(name, value)
            return date.min
        return value

    def per(self) -> Any:
        value = self.text("per")
        if value not in {"records", "jobs"}:
            self.wrong("per", value)
        return value

    def table(self, name: str) -> _Table:
        value = self.data.get(name)
        if not isinstance(value, dict):
            self.wrong(name, value)
            value = {}
        return _Table(value, f"{self.where}{name}.", self.findings)

    def rows(self, name: str, build: Callable[[_Table], T]) -> tuple[T, ...]:
        rows = self.data.get(name, [])
        return tuple(
            build(_Table(row, f"{self.where}{name}[{index}].", self.findings)) for index, row in enumerate(rows)
        )
