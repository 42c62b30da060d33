"""The plan file: a plan with everything needed to check it, promise beside it and read it, in one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from rongzhi.engines.decomposition import decompose
from rongzhi.engines.scheduling import Assignment, Plan, Result, WorkProblem, build_problem, line_rows, plan_rows
from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document
from rongzhi.model.production import Network, OrderBook
from rongzhi.model.production.reading import read_json

MOST_BYTES = 1_000_000_000


class AssignmentDocument(Document):
    """One operation in a plan, minutes after the origin."""

    operation: str
    machine: str
    start: int
    setup_end: int
    end: int
    changeover: int = 0


class PlanFile(Document):
    """A plan and where it comes from; ``rows`` and ``lines`` repeat it for readers that know no scheduling."""

    format: Literal["rongzhi.plan"] = "rongzhi.plan"
    version: Literal[1] = 1
    origin: AwareDatetime
    seed: int = 0
    status: str = ""
    total: float | None = None
    bound: float | None = None
    seconds: float = 0
    values: dict[str, float] = Field(default_factory=dict)
    weights: dict[str, float] | None = None
    horizon_days: int = 60
    network: Network
    book: OrderBook
    assignments: tuple[AssignmentDocument, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    lines: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Loaded:
    """A plan file with the problem rebuilt from its documents."""

    file: PlanFile
    built: WorkProblem
    plan: Plan


def build(
    network: Network, book: OrderBook, origin: datetime, horizon_days: int, weights: Mapping[str, float] | None
) -> WorkProblem:
    """Decompose a book over its network and make the scheduling problem of it."""
    work = decompose(network, book, origin=origin)
    return build_problem(work, network, horizon_days=horizon_days, weights=weights)


def plan_file(
    network: Network,
    book: OrderBook,
    built: WorkProblem,
    result: Result,
    *,
    weights: Mapping[str, float] | None,
    horizon_days: int,
) -> PlanFile:
    """Return a solved problem as a plan file."""
    plan = result.plan or Plan.of([])
    return PlanFile(
        origin=built.work.origin,
        seed=result.seed,
        status=str(result.status),
        total=result.total if result.plan is not None else None,
        bound=result.bound.value if result.bound else None,
        seconds=round(result.seconds, 3),
        values={name: float(value) for name, value in result.values.items()},
        weights=dict(weights) if weights is not None else None,
        horizon_days=horizon_days,
        network=network,
        book=book,
        assignments=tuple(_assignment(item) for item in plan),
        rows=tuple(_readable(asdict(row)) for row in plan_rows(plan, built)),
        lines=tuple(_readable(asdict(row)) for row in line_rows(plan, built)),
    )


def save(file: PlanFile, path: Path) -> None:
    """Write a plan file whole or not at all."""
    from rongzhi.adapters.spreadsheet import write_whole

    write_whole(path, file.model_dump_json(indent=1, exclude_unset=False, exclude_defaults=True).encode())


def load(path: Path) -> Loaded:
    """Read a plan file and rebuild its problem.

    Raises
    ------
    NotFound
        If there is no such file.
    Rejected
        If it is not a plan file, or its documents do not give the operations of its plan.
    """
    if not path.exists():
        raise NotFound(
            Text("没有这个文件", "there is no such file"), where=str(path), fix=Text("检查路径", "check the path")
        )
    text = path.read_bytes()
    findings = Findings()
    if len(text) > MOST_BYTES or not text.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        _not_a_plan(findings, path.name)
    if b'"rongzhi.scheduling.plan"' in text[:200]:
        _bare_plan(findings, path.name)
    findings.raise_if_any()
    file = read_json(PlanFile, text.decode("utf-8-sig", errors="replace"), path.name)
    if isinstance(file, Findings):
        raise Rejected(list(file))
    built = build(file.network, file.book, file.origin, file.horizon_days, file.weights)
    return Loaded(file, built, _plan(file, built))


def _plan(file: PlanFile, built: WorkProblem) -> Plan:
    findings = Findings()
    rows = []
    for index, item in enumerate(file.assignments):
        machines = [candidate.machine for candidate in built.candidates.get(item.operation, ())]
        if item.machine not in machines:
            findings.error(
                "unknown-assignment",
                f"assignments[{index}]",
                Text(
                    zh=f"工序 {item.operation} 不能在机床 {item.machine} 上做",
                    en=f"operation {item.operation} cannot be done on machine {item.machine}",
                ),
                Text(zh="重新排产", en="plan again"),
            )
            continue
        mode = machines.index(item.machine)
        rows.append(
            Assignment(item.operation, item.machine, mode, item.start, item.setup_end, item.end, item.changeover)
        )
    findings.raise_if_any()
    return Plan.of(rows)


def _assignment(item: Assignment) -> AssignmentDocument:
    return AssignmentDocument(
        operation=item.operation,
        machine=item.machine,
        start=item.start,
        setup_end=item.setup_end,
        end=item.end,
        changeover=item.changeover,
    )


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON knows it."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value if _is_plain(value) else str(value)
        for key, value in row.items()
    }


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool, dict, list, tuple))


def _bare_plan(findings: Findings, name: str) -> None:
    findings.error(
        "plan-without-problem",
        name,
        Text(
            zh="这是 rongzhi solve 写出的计划，不含它的问题", en="this plan of rongzhi solve does not hold its problem"
        ),
        Text(
            zh="rongzhi solve 写出前已检验；要画图，用 rongzhi solve 文件 -o plan.svg",
            en="rongzhi solve checked it before writing; to draw it, rongzhi solve FILE -o plan.svg",
        ),
    )


def _not_a_plan(findings: Findings, name: str) -> None:
    findings.error(
        "not-a-plan",
        name,
        Text(zh="这不是计划文件", en="this is not a plan file"),
        Text(zh="使用 rongzhi plan 写出的文件", en="use a file that rongzhi plan wrote"),
    )
