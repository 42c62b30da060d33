"""The sample park: who is in it, and when its log begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rongzhi.kernel.text import Text
from rongzhi.platform.accounts.models import Role

PASSWORD = "rongzhi-sample"  # noqa: S105 - shown on the log-in page of the sample park, and only there
OPERATOR = "park"
CUSTOMERS = 8


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation of the sample with its one sample account."""

    code: str
    name: Text
    role: str
    username: str


def members(factories: list[tuple[str, Text]]) -> list[Member]:
    """Return the members of the sample park: operator, the given factories, customers, one of each other kind."""
    found = [Member(OPERATOR, Text("样例园区运营方", "Operator of the sample park"), Role.OPERATOR, "operator")]
    found += [Member(code, name, Role.FACTORY, code) for code, name in factories]
    found += [
        Member(f"customer-{n}", Text(f"样例客户 {n}", f"Sample customer {n}"), Role.CUSTOMER, f"customer-{n}")
        for n in range(1, CUSTOMERS + 1)
    ]
    others = (
        ("provider", "样例服务提供商", "Sample provider", Role.PROVIDER),
        ("lab", "样例检测机构", "Sample laboratory", Role.LAB),
        ("financier", "样例金融机构", "Sample financier", Role.FINANCIER),
        ("evaluator", "样例评价机构", "Sample evaluator", Role.EVALUATOR),
    )
    found += [Member(code, Text(zh, en), role, code) for code, zh, en, role in others]
    return found


def log_start(now: datetime) -> date:
    """Return the Monday on which the sample's log begins: today if it is one, else the next."""
    today = now.date()
    return today + timedelta(days=-today.weekday() % 7)
