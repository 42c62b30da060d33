"""``rongzhi gantt``: a plan as a picture, machines under their factories, a colour for each order, late ones in red."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from rongzhi.cli import planfile
from rongzhi.cli.speech import console, language, say
from rongzhi.engines.scheduling.from_work import PlanRow, plan_rows
from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text

LANE, BAR, LEFT, TOP, WIDTH = 22, 16, 210, 40, 1400
GOLDEN_ANGLE = 137.508  # degrees; hues of neighbouring orders lie far apart
LATE = "#d92d20"


def run(plan_path: Path, output: Path) -> None:
    """Draw a plan file; the ending of the output says how."""
    from rongzhi.adapters.spreadsheet import write_whole

    if output.suffix.lower() not in (".svg", ".html"):
        raise NotFound(
            Text(zh=f"不能画 {output.suffix or '无扩展名'} 图", en=f"there is no drawing as '{output.suffix}'"),
            where=str(output),
            fix=Text(zh="用 .svg 或 .html", en="use .svg or .html"),
        )
    loaded = planfile.load(plan_path)
    rows = plan_rows(loaded.plan, loaded.built)
    network = loaded.file.network
    names = {machine.code: machine.name.text.in_(language()) for machine in network.machines}
    names |= {factory.code: factory.name.text.in_(language()) for factory in network.factories}
    picture = draw(rows, names)
    if output.suffix.lower() == ".html":
        picture = page(picture, network.name.text.in_(language()))
    write_whole(output, picture.encode())
    console().print(say(f"已写入 {output}", f"written to {output}"), soft_wrap=True)


def draw(rows: list[PlanRow], names: dict[str, str]) -> str:
    """Return rows as an SVG picture; hovering over a bar tells the operation."""
    lanes: dict[str, dict[str, list[PlanRow]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda row: (row.factory, row.machine, row.start)):
        lanes[row.factory][row.machine].append(row)
    height = TOP + LANE * (len(lanes) + sum(map(len, lanes.values()))) + 10
    body = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    scale = Scale(rows) if rows else None
    if scale is None:
        return "\n".join([*body, f'<text x="8" y="20">{say("计划为空", "the plan is empty")}</text>', "</svg>\n"])
    body += _days(scale, height)
    hues = {code: at * GOLDEN_ANGLE % 360 for at, code in enumerate(dict.fromkeys(row.order for row in rows))}
    y = TOP
    for factory, machines in lanes.items():
        body.append(f'<text x="8" y="{y + 15}" font-weight="bold">{_label(factory, names)}</text>')
        y += LANE
        for machine, bars in machines.items():
            body.append(f'<text x="20" y="{y + 15}">{_label(machine, names)}</text>')
            body.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y + LANE - 1}" y2="{y + LANE - 1}" stroke="#eee"/>')
            body += [_bar(row, scale, y, hues[row.order]) for row in bars]
            y += LANE
    return "\n".join([*body, "</svg>\n"])


def page(picture: str, title: str) -> str:
    """Return the picture as a page that needs nothing else."""
    return (
        f'<!doctype html>\n<html lang="{"en" if language() == "en" else "zh-Hans"}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n<body><h1>{escape(title)}</h1>\n{picture}</body></html>\n"
    )


class Scale:
    """Where a moment stands in the picture."""

    def __init__(self, rows: list[PlanRow]) -> None:
        self.start = min(row.start for row in rows)
        self.end = max(row.end for row in rows)

    def x(self, moment: datetime) -> float:
        """Return the abscissa of a moment."""
        share = (moment - self.start) / max(self.end - self.start, timedelta(minutes=1))
        return round(LEFT + (WIDTH - LEFT - 10) * share, 2)


def _days(scale: Scale, height: int) -> list[str]:
    """Return a line at midnight of every day, or of every so many if they would stand too close."""
    step = timedelta(days=max(1, round((scale.end - scale.start).days / 20)))
    day = scale.start.replace(hour=0, minute=0) + timedelta(days=1)
    marks = []
    while day <= scale.end:
        x = scale.x(day)
        marks.append(f'<line x1="{x}" x2="{x}" y1="{TOP - 12}" y2="{height - 8}" stroke="#ddd"/>')
        marks.append(f'<text x="{x + 3}" y="{TOP - 16}" fill="#555">{day:%m-%d}</text>')
        day += step
    return marks


def _bar(row: PlanRow, scale: Scale, y: int, hue: float) -> str:
    """Return an operation as a bar, its set-up paler, framed in red if its order is late."""
    left, run, right = scale.x(row.start), scale.x(row.run_start), scale.x(row.end)
    frame = f' stroke="{LATE}" stroke-width="2"' if row.late_min else ""
    told = say(
        f"{row.order}-{row.line} {row.name.zh} {row.quantity:f}：{row.start:%m-%d %H:%M} 至 {row.end:%m-%d %H:%M}",
        f"{row.order}-{row.line} {row.name.en} {row.quantity:f}: {row.start:%m-%d %H:%M} to {row.end:%m-%d %H:%M}",
    )
    if row.late_min:
        told += say(f"，误期 {row.late_min} 分钟", f", {row.late_min} min late")
    colour = f"hsl({hue:.0f} 55% 62%)"
    return (
        f'<g><title>{escape(told)}</title><rect x="{left}" y="{y + 3}" width="{max(right - left, 1):.2f}" '
        f'height="{BAR}" rx="2" fill="{colour}"{frame}/>'
        + (
            f'<rect x="{left}" y="{y + 3}" width="{run - left:.2f}" height="{BAR}" fill="white" opacity="0.5"/>'
            if run > left
            else ""
        )
        + "</g>"
    )


def _label(code: str, names: dict[str, str]) -> str:
    name = names.get(code, "")
    return escape((name if name.startswith(code) else f"{code} {name}".strip())[:30])
