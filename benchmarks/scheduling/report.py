"""Tables of results: one set on the terminal, all saved sets as a page of the documentation.

    python -m benchmarks.scheduling.report

writes docs/reference/scheduling/benchmarks.md from the saved results.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results"
PAGE = ROOT / "docs/reference/scheduling/benchmarks.md"
AIMS = {
    "network": "first plan checked within 5 s, at most 2 % over the bound at 60 s, below 1 GB",
    "network-small": "at most 2 % over the bound at 30 s",
    "dacol-teppan": "tai_1000_100 within 1.008 and dct-short-1000-100000 within 1.003 of the bound at 60 s",
    "brandimarte": "mean gap at most 1 % at 60 s",
    "hurink-edata": "mean gap at most 1 % at 60 s",
    "hurink-rdata": "mean gap at most 1 % at 60 s",
    "hurink-vdata": "mean gap at most 1 % at 60 s",
    "behnke": "mean gap at most 1 % at 60 s",
    "dfjsp-69": "no value above the best known, proven or met within 10 s where it is closed",
    "fattahi-sdst": "level with what CP-SAT proves, better elsewhere at 30 s",
    "bffmor": "level with what CP-SAT proves, better elsewhere at 30 s",
    "park-late": "15 % below the best of ten dispatching rules",
    "psplib-j30": "all optimal within 10 s",
    "psplib-j60": "mean gap at most 1 % at 10 s",
}
"""What each set is meant to show; missing it is seen in the table."""
MANY = 40
"""Sets with more instances show their summary only."""


def methods(records: list[dict[str, Any]]) -> list[str]:
    """Return the methods of a set in the order of their first use."""
    return list(dict.fromkeys(each["method"] for record in records for each in record["outcomes"]))


def value(record: dict[str, Any], method: str) -> float | None:
    """Return the mean value of a method over its seeds, None unless every seed found a valid plan."""
    found = [each for each in record["outcomes"] if each["method"] == method]
    values = [each["value"] for each in found if each["value"] is not None and not each["broken"]]
    return statistics.fmean(values) if values and len(values) == len(found) else None


def reference(record: dict[str, Any]) -> tuple[float, str] | None:
    """Return what gaps are measured against: the best known value, else the best bound known."""
    if record["best"]:
        return record["best"], "best known"
    bounds = [each["bound"] for each in record["outcomes"] if each["bound"]]
    best = max([*bounds, record["lower"] or 0.0], default=0.0)
    return (best, "bound") if best > 0 else None


def gap(record: dict[str, Any], method: str) -> float | None:
    """Return the gap of a method to the reference, 0.01 for one per cent."""
    base, found = reference(record), value(record, method)
    return None if base is None or found is None else found / base[0] - 1


def table(saved: dict[str, Any], *, is_short: bool = False) -> str:
    """Return a set's results as Markdown."""
    records = saved["records"]
    names = [name for name in methods(records) if not name.startswith("rule:")]
    lines = [_summary(records, names)]
    if not (is_short and len(records) > MANY):
        lines += ["", *_rows(records, names)]
    wrong = [
        f"- **{record['instance']}, {each['method']}, seed {each['seed']}**: {'; '.join(each['broken'])}"
        for record in records
        for each in record["outcomes"]
        if each["broken"]
    ]
    if wrong:
        lines += ["", "Wrong plans:", "", *wrong]
    return "\n".join(lines)


def _summary(records: list[dict[str, Any]], names: list[str]) -> str:
    lines = [
        "| method | plans | mean gap | worst gap | at the reference | first plan, s |",
        "|---|---|---|---|---|---|",
    ]
    for name in names:
        gaps = [each for record in records if (each := gap(record, name)) is not None]
        solved = sum(value(record, name) is not None for record in records)
        firsts = [
            e["first_s"] for r in records for e in r["outcomes"] if e["method"] == name and e["first_s"] is not None
        ]
        lines.append(
            f"| {name} | {solved}/{len(records)} | {_percent(statistics.fmean(gaps) if gaps else None)} "
            f"| {_percent(max(gaps, default=None))} | {sum(each <= 1e-9 for each in gaps)} "
            f"| {f'{statistics.median(firsts):.2f}' if firsts else '-'} |"
        )
    return "\n".join(lines)


def _rows(records: list[dict[str, Any]], names: list[str]) -> list[str]:
    cited = list(dict.fromkeys(name for record in records for name in record["published"]))
    has_rules = any(each["method"].startswith("rule:") for record in records for each in record["outcomes"])
    heads = ["instance", "operations", "reference", "bound", *names, *(["best rule"] if has_rules else []), *cited]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for record in records:
        base = reference(record)
        bounds = [e["bound"] for e in record["outcomes"] if e["method"] == "rongzhi" and e["bound"]]
        cells = [record["instance"], f"{record['operations']:,}"]
        cells.append(f"{base[0]:,.0f} ({base[1]})" if base else "-")
        cells.append(f"{min(bounds):,.0f}" if bounds else "-")
        cells += [_cell(record, name) for name in names]
        if has_rules:
            cells.append(_best_rule(record))
        cells += [f"{record['published'][name]:,.0f}" if name in record["published"] else "-" for name in cited]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _cell(record: dict[str, Any], name: str) -> str:
    found = value(record, name)
    if found is not None:
        return f"{found:,.0f} ({_percent(gap(record, name))})"
    notes = [each["note"] or each["status"] for each in record["outcomes"] if each["method"] == name]
    is_wrong = any(each["broken"] for each in record["outcomes"] if each["method"] == name)
    return "wrong plan" if is_wrong else (next(filter(None, notes), "none").lower() if notes else "-")


def _best_rule(record: dict[str, Any]) -> str:
    found = [
        (each["value"], each["method"].removeprefix("rule: "))
        for each in record["outcomes"]
        if each["method"].startswith("rule:") and each["value"] is not None and not each["broken"]
    ]
    if not found:
        return "-"
    best, name = min(found)
    own = value(record, "rongzhi")
    better = f"; ours {1 - own / best:.1%} less" if own is not None and best > 0 else ""
    return f"{best:,.0f} ({name}{better})"


def _percent(number: float | None) -> str:
    return "-" if number is None else f"{number:.2%}"


def page() -> str:
    """Return the page of all saved results."""
    lines = [
        "# Scheduling benchmarks",
        "",
        "Made by `python -m benchmarks.scheduling.report` from the saved results of",
        "`python -m benchmarks.scheduling.run --set NAME ...`; do not edit.",
        "",
        "**Protocol.** Every plan of every method is held against the independent checker, and the value is the one",
        "the checker recomputes. Time is wall time per instance and method, with model building; the compilation of",
        "the engine's kernels is done before. The gap is value over reference minus one; the reference is the best",
        "value known to the literature, or, where there is none, the best lower bound any method proved. Values of",
        "several seeds are averaged. Peers run on the same machine one after the other, with the same time and cores.",
        "Columns with minutes in their name are cited from other machines. Public instances lie beside the repository.",
        "Where not all instances of a set were run, they are every n-th in the set's own order. Runs shorter than the",
        "time an aim names are shown as they are; a negative gap is a plan better than the best value cited.",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        saved = json.loads(path.read_text(encoding="utf-8"))
        how = saved["protocol"]
        versions = ", ".join(f"{name} {version}" for name, version in how["versions"].items())
        run = (
            f"{how['time_s']:g} s per instance, seeds {how['seeds']}, {how['cores']} cores ({how['cpu']}), "
            f"workers {how['workers']}, load at start {how['load_at_start']}, Python {how['python']}, {versions}, "
            f"commit {how['commit']}, {how['date']}; {len(saved['records'])} of {how['instances']} instances, "
            f"peak memory {how['peak_mb']} MB."
        )
        if how["load_at_start"] > 1.5:
            run += " **The machine was busy with other work: run it again before quoting.**"
        aim = [f"**Aim:** {AIMS[path.stem]}.", ""] if path.stem in AIMS else []
        lines += ["", f"## {path.stem}", "", *aim, run, "", table(saved, is_short=True)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
