"""The chart of accounts: versioned data with its source; the date of an entry says which version holds."""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.model import glossary

FOLDER = Path(__file__).parent / "data"


class AccountKind(StrEnum):
    """What an account holds."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    COST = "cost"
    STATISTICAL = "statistical"


KIND_NAMES = {
    AccountKind.ASSET: Text("资产", "asset"),
    AccountKind.LIABILITY: Text("负债", "liability"),
    AccountKind.EQUITY: Text("权益", "equity"),
    AccountKind.REVENUE: Text("收入", "revenue"),
    AccountKind.COST: Text("成本", "cost"),
    AccountKind.STATISTICAL: Text("统计", "statistical"),
}
TAGGED = frozenset({AccountKind.REVENUE, AccountKind.COST, AccountKind.STATISTICAL})
"""Kinds whose lines must say goods or service."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account; ``is_mutual`` lets the other party of a line see it, ``input`` groups costs for value added."""

    code: str
    name: Text
    kind: AccountKind
    about: Text
    is_mutual: bool = False
    input: str = ""
    like: str = ""

    @property
    def is_tagged(self) -> bool:
        """Whether its lines must say goods or service."""
        return self.kind in TAGGED


@dataclass(frozen=True, slots=True)
class Chart:
    """One version of the chart, in force from ``since`` until the next."""

    version: str
    since: dt.date
    dated: dt.date
    status: str
    source: Text
    accounts: dict[str, Account] = field(default_factory=dict)

    def account(self, code: str) -> Account:
        """Return an account of this version.

        Raises
        ------
        NotFound
            The nearest accounts are named.
        """
        if code in self.accounts:
            return self.accounts[code]
        near = difflib.get_close_matches(code, self.accounts, n=3, cutoff=0.5) or list(self.accounts)[:3]
        names = [self.accounts[each] for each in near]
        raise NotFound(
            Text(f"科目表 {self.version} 没有科目“{code}”", f"chart {self.version} has no account '{code}'"),
            fix=Text(
                "可用：" + "、".join(f"{each.code} {each.name.zh}" for each in names),
                "use one of: " + ", ".join(f"{each.code} {each.name.en}" for each in names),
            ),
        )


@cache
def charts() -> tuple[Chart, ...]:
    """Return every version, the oldest first."""
    found = [_read(path) for path in FOLDER.glob("chart-*.toml")]
    return tuple(sorted(found, key=lambda chart: chart.since))


def chart_on(day: dt.date) -> Chart:
    """Return the version in force on a day; before the first version, the first."""
    return next((chart for chart in reversed(charts()) if chart.since <= day), charts()[0])


def newest_chart() -> Chart:
    """Return the newest version."""
    return charts()[-1]


def account_named(code: str) -> Account | None:
    """Return an account by its code from the newest version that has it."""
    return next((chart.accounts[code] for chart in reversed(charts()) if code in chart.accounts), None)


@cache
def codes_of(*kinds: str) -> tuple[str, ...]:
    """Return the codes of all accounts of some kinds, in any version."""
    return tuple(sorted({each.code for chart in charts() for each in chart.accounts.values() if each.kind in kinds}))


@cache
def mutual_codes() -> tuple[str, ...]:
    """Return the codes of accounts whose lines both parties see, in any version."""
    return tuple(sorted({each.code for chart in charts() for each in chart.accounts.values() if each.is_mutual}))


@cache
def business_types() -> dict[str, Text]:
    """Return the ten business types by their number in the official framework (3.1 to 3.10)."""
    return {f"3.{number}": glossary.term_for_leaf(f"3.{number}").label for number in range(1, 11)}


def _read(path: Path) -> Chart:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    accounts = {
        row["code"]: Account(
            row["code"],
            Text(row["zh"], row["en"]),
            AccountKind(row["kind"]),
            Text(row["about_zh"], row["about_en"]),
            row.get("mutual", False),
            row.get("input", ""),
            row.get("like", ""),
        )
        for row in data["account"]
    }
    source = Text(data["source_zh"], data["source_en"])
    return Chart(data["version"], data["since"], data["dated"], data["status"], source, accounts)
