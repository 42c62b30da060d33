"""The findings every check shares: codes given twice and references to nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from rongzhi.kernel.errors import RongzhiError
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

NEAR = 0.6
"""How like a code must be to be suggested, from 0 to 1."""


def duplicate(findings: Findings, where: str, kind: Text, code: str, first: str) -> None:
    """Add the finding that a code is given twice; ``first`` is the place where it stands already."""
    findings.error(
        "duplicate",
        where,
        Text(zh=f"{kind.zh}“{code}”重复，已见于 {first}", en=f"{kind.en} '{code}' is given twice, first at {first}"),
        Text(zh="删除其中一个或改用别的代码", en="remove one or give it another code"),
    )


def unknown(findings: Findings, where: str, kind: Text, code: str, known: Iterable[str]) -> bool:
    """Add the finding that a reference points nowhere, with the nearest known codes; return whether it did."""
    if code in known:
        return False
    options = near(code, known)
    findings.error(
        f"unknown-{kind.en.replace(' ', '-')}",
        where,
        Text(zh=f"没有{kind.zh}“{code}”", en=f"there is no {kind.en} '{code}'"),
        Text(zh=f"添加它，或改用：{options}", en=f"add it, or use one of: {options}")
        if options
        else Text(zh=f"检查代码，或先添加{kind.zh}", en=f"check the code, or add the {kind.en} first"),
    )
    return True


def near(code: str, known: Iterable[str], count: int = 3) -> str:
    """Return the known codes much like one, for a hint; none if none is."""
    others = {each.casefold(): each for each in sorted(set(known) - {code, ""})}
    return ", ".join(others[each] for each in difflib.get_close_matches(code.casefold(), others, count, NEAR))


def said(findings: Findings, code: str, where: str, error: RongzhiError) -> None:
    """Add an error somebody raised as a finding of this place."""
    findings.error(code, where, error.message, error.fix or Text(zh="改正该值", en="correct the value"))
