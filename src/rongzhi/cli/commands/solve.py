"""``rongzhi solve``: a scheduling problem in any of the field's formats in, a checked plan with bound and gap out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rongzhi.cli.commands import gantt
from rongzhi.cli.solving import Effort, solve_visibly
from rongzhi.cli.speech import console, language, say, show_findings, show_values
from rongzhi.engines.scheduling import Problem, Result, Status, check, read_problem, write_plan, write_plan_csv
from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Source:
    """How the file is to be read; empty where it shows that itself."""

    format_: str = ""
    member: str = ""
    origin: str = ""

    def moment(self) -> datetime | None:
        """Return time 0, None if none is given.

        Raises
        ------
        NotFound
        """
        if not self.origin:
            return None
        try:
            return datetime.fromisoformat(self.origin)
        except ValueError as error:
            message = Text(f"“{self.origin}”不是时间", f"'{self.origin}' is not a time")
            fix = Text("写成 2026-03-02T08:00", "write it as 2026-03-02T08:00")
            raise NotFound(message, where="--origin", fix=fix) from error


def run(path: Path, output: Path | None, effort: Effort, source: Source) -> None:
    """Solve a problem file, say what is known, and write the plan if a file is named."""
    if output is not None and output.suffix.lower() not in {".json", ".csv"}:
        gantt.check_ending(output)
    if not path.exists():
        raise NotFound(
            Text("没有这个文件", "there is no such file"), where=str(path), fix=Text("检查路径", "check the path")
        )
    origin = source.moment()
    problem = read_problem(path, member=source.member or None, format_=source.format_ or None, origin=origin)
    result = solve_visibly(problem, effort)
    if result.plan is None:
        raise Rejected(list(result.explanation))
    verification = check(problem, result.plan)
    if not verification.is_valid:
        raise Rejected([*result.explanation, *(violation.as_finding() for violation in verification.violations)])
    show_findings(result.explanation)
    _tell(problem, result)
    if output is not None:
        from rongzhi.adapters.spreadsheet import write_whole

        write_whole(output, _written(problem, result, output, origin))
        console().print(say(f"已写入 {output}", f"written to {output}"), soft_wrap=True)


def _written(problem: Problem, result: Result, output: Path, origin: datetime | None) -> bytes:
    assert result.plan is not None
    if output.suffix.lower() == ".json":
        return write_plan(result.plan, indent=1).encode()
    if output.suffix.lower() == ".csv":
        return write_plan_csv(result.plan).encode()
    return gantt.picture(problem, result.plan, output, origin)


def _tell(problem: Problem, result: Result) -> None:
    """Print size, status, value, bound, gap and every term that is not 0."""
    size = len(problem.jobs), problem.operation_count, len(problem.machines), len(problem.factories)
    status = {Status.OPTIMAL: Text("已证明最优", "proven optimal"), Status.FEASIBLE: Text("可行", "feasible")}
    known = status.get(result.status, Text(str(result.status), str(result.status))).in_(language())
    out = console()
    out.print(
        say("{} 个作业，{} 道工序，{} 台机床，{} 个工厂", "{} jobs, {} operations, {} machines, {} factories").format(
            *(f"{number:,}" for number in size)
        )
    )
    bound = f"{result.bound.value:,.6g} ({result.bound.name})" if result.bound else "-"
    gap = f"{result.gap:.2%}" if result.gap is not None else "-"
    out.print(
        say(
            f"{known}：目标 {result.total:,.6g}，下界 {bound}，差距 {gap}，用时 {result.seconds:.1f} 秒",
            f"{known}: objective {result.total:,.6g}, bound {bound}, gap {gap}, in {result.seconds:.1f} s",
        )
    )
    show_values(result.values, say("秒", "s") if problem.time_unit == "s" else "")
