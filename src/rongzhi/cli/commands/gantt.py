"""``rongzhi gantt``: a plan as a picture, machines under their factories, late orders in red."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rongzhi.cli import planfile
from rongzhi.cli.speech import console, language, say
from rongzhi.engines.scheduling import Plan, Problem, to_html, to_png, to_svg
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text

ENDINGS = (".svg", ".png", ".html")


def run(plan_path: Path, output: Path) -> None:
    """Draw a plan file; the ending of the output says how."""
    from rongzhi.adapters.spreadsheet import write_whole

    check_ending(output)
    loaded = planfile.load(plan_path)
    title = loaded.file.network.name.text.in_(language())
    write_whole(output, picture(_named(loaded), loaded.plan, output, loaded.file.origin, title))
    console().print(say(f"已写入 {output}", f"written to {output}"), soft_wrap=True)


def check_ending(output: Path) -> None:
    """Raise unless the ending is one that can be drawn.

    Raises
    ------
    NotFound
    """
    if output.suffix.lower() not in ENDINGS:
        raise NotFound(
            Text(zh=f"不能画 {output.suffix or '无扩展名'} 图", en=f"there is no drawing as '{output.suffix}'"),
            where=str(output),
            fix=Text(zh="用 .svg、.png 或 .html", en="use .svg, .png or .html"),
        )


def picture(problem: Problem, plan: Plan, output: Path, origin: datetime | None = None, title: str = "") -> bytes:
    """Return a plan as the picture that the ending of ``output`` asks for.

    Raises
    ------
    Unavailable
        A PNG is asked for and ``resvg-py`` is not installed.
    """
    ending = output.suffix.lower()
    if ending == ".html":
        return to_html(problem, plan, origin=origin, title=title, language=language()).encode()
    if ending == ".png":
        return to_png(problem, plan, origin=origin, title=title)
    return to_svg(problem, plan, origin=origin, title=title).encode()


def _named(loaded: planfile.Loaded) -> Problem:
    """Return the problem of a plan file with names in the language spoken."""
    network, problem = loaded.file.network, loaded.built.problem
    machines = {each.code: each.name.text.in_(language()) for each in network.machines}
    factories = {each.code: each.name.text.in_(language()) for each in network.factories}
    work = {each.code: each.name.in_(language()) for each in loaded.built.work.operations}
    return replace(
        problem,
        factories=tuple(replace(each, name=_label(each.code, factories[each.code])) for each in problem.factories),
        machines=tuple(replace(each, name=_label(each.code, machines[each.code])) for each in problem.machines),
        jobs=tuple(
            replace(job, operations=tuple(replace(each, name=work[each.code]) for each in job.operations))
            for job in problem.jobs
        ),
    )


def _label(code: str, name: str) -> str:
    return name if name.startswith(code) else f"{code} {name}".strip()
