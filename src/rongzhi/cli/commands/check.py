"""``rongzhi check``: the problem is rebuilt from the documents in the plan file, and the plan held against it."""

from __future__ import annotations

from pathlib import Path

from rongzhi.cli import planfile
from rongzhi.cli.speech import console, say, show_findings, show_values
from rongzhi.engines.scheduling import check
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text

TOLERANCE = 1e-6


def run(path: Path) -> int:
    """Check a plan file; return 0 if it keeps every rule and is worth what it says, 1 if not."""
    loaded = planfile.load(path)
    verification = check(loaded.built.problem, loaded.plan)
    findings = Findings(violation.as_finding() for violation in verification.violations)
    if verification.is_valid:
        findings.extend(_misstated(dict(loaded.file.values), dict(verification.values)))
    show_findings(findings)
    if not findings.is_clean:
        return 1
    count = len(loaded.plan)
    console().print(say(f"有效：{count} 道工序，未违反任何规则", f"valid: {count} operations, no rule is broken"))
    show_values(verification.values, currency=loaded.file.network.currency)
    total, bound = loaded.file.total, loaded.file.bound
    if total is not None and bound is not None and (bound > 0 or total <= bound):
        gap = max(0.0, total / bound - 1) if bound > 0 else 0.0
        console().print(say(f"  与下界差：{gap:.1%}", f"  over the bound: {gap:.1%}"))
    return 0


def _misstated(stated: dict[str, float], found: dict[str, float]) -> list[Finding]:
    findings = Findings()
    for name, value in stated.items():
        real = found.get(name)
        if real is not None and abs(real - value) > TOLERANCE * max(1.0, abs(real)):
            findings.error(
                "value-misstated",
                f"values.{name}",
                Text(zh=f"文件说 {value:g}，实为 {real:g}", en=f"the file says {value:g}, the plan is worth {real:g}"),
                Text(zh="重新排产", en="plan again"),
            )
    return list(findings)
