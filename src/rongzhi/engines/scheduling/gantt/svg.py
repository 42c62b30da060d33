"""A Gantt chart as one SVG picture, drawn to be read at a thousand operations and by colour-blind eyes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from rongzhi.engines.scheduling.gantt import axis
from rongzhi.engines.scheduling.gantt.data import gantt_data
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Plan

COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#CC79A7", "#8C8C5A", "#6A51A3", "#B8A100")
"""Told apart with any colour vision; red is kept for late work."""
LATE = "#C8281E"
PALE = frozenset({"#56B4E9", "#E69F00", "#CC79A7", "#B8A100"})
_LEFT, _TOP, _BOTTOM, _HEADER, _RIGHT = 168, 66, 22, 20, 18
_LABEL = 70
_ARROWS = 400  # more arrows than this hide what they should show

_STYLE = (
    "text{font-family:'Noto Sans','Noto Sans CJK SC','Source Han Sans SC',sans-serif;font-size:11px;fill:#1f2933}"
    ".t{font-size:15px;font-weight:600}.f{font-weight:600}.a{fill:#52606d;font-size:10px}.b{font-size:10px}"
    ".w{fill:#fff}.g{fill:#e4e7eb}.h{fill:#f5f7fa}.l{stroke:#d5dae0;stroke-width:1}.m{stroke:#eef1f4;stroke-width:1}"
    ".s{fill:#000;fill-opacity:.28}.p{fill:#e4e7eb;fill-opacity:.66}.c{fill:url(#hatch)}.x{stroke:#52606d;stroke-width:1;fill:none;opacity:.55}"
)
_DEFINITIONS = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#fff"/><rect width="2.2" height="6" fill="#3e4c59"/></pattern>'
    '<marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto">'
    '<path d="M0 0L6 3L0 6z" fill="#52606d"/></marker></defs>'
)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where moments and rows lie in the picture."""

    start: int
    scale: float
    tops: list[float]
    heads: list[tuple[float, str]]
    lane: float
    width: float
    height: float

    def x(self, moment: int) -> float:
        return round(_LEFT + (moment - self.start) * self.scale, 2)


def to_svg(
    problem: Problem,
    plan: Plan,
    *,
    origin: datetime | None = None,
    jobs: Collection[str] | None = None,
    machines: Collection[str] | None = None,
    width: int | None = None,
    title: str = "",
) -> str:
    """Return a plan as an SVG document.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    origin : datetime, optional
        Moment 0; the axis shows dates then.
    jobs, machines : collection of str, optional
        Only these.
    width : int, optional
        Picture width in pixels; by default wide enough to tell the bars apart (1,280 to 6,000).
    title : str, optional
    """
    data = gantt_data(problem, plan, jobs=jobs, machines=machines)
    frame = _frame(data, width)
    colours = {job["code"]: COLOURS[place % len(COLOURS)] for place, job in enumerate(data["jobs"])}
    size = f'viewBox="0 0 {frame.width:g} {frame.height:g}" width="{frame.width:g}" height="{frame.height:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="甘特图 / Gantt chart">',
        f"<style>{_STYLE}</style>",
        _DEFINITIONS,
        f'<rect width="{frame.width:g}" height="{frame.height:g}" fill="#fff"/>',
        *_legend(data, title or problem.name),
        *_rows(data, frame),
        *_axis(data, frame, origin),
        *(_arrow(arrow, data, frame) for arrow in data["arrows"] if len(data["arrows"]) <= _ARROWS),
        *(_bar(bar, frame, colours, origin, problem.time_unit) for bar in data["bars"]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(data: dict[str, Any], width: int | None) -> _Frame:
    span, bars = data["end"] - data["start"], data["bars"]
    if width is None:
        lengths = sorted(max(1, bar["end"] - bar["start"]) for bar in bars) or [span]
        width = round(min(6000, max(1280, 24 * span / lengths[len(lengths) // 4] + _LEFT + _RIGHT)))
    lane = 20.0 if len(data["rows"]) <= 60 else 14.0
    y, tops, heads, factory = float(_TOP), list[float](), list[tuple[float, str]](), None
    for row in data["rows"]:
        if row["factory"] != factory:
            factory = row["factory"]
            heads.append((y, row["factory_name"]))
            y += _HEADER
        tops.append(y)
        y += row["lanes"] * lane + 4
    return _Frame(data["start"], (width - _LEFT - _RIGHT) / span, tops, heads, lane, width, y + _BOTTOM)


def _legend(data: dict[str, Any], title: str) -> Iterator[str]:
    late = sum(job["lateness"] > 0 for job in data["jobs"])
    facts = f"{len(data['bars']):,} 道工序 operations · {len(data['jobs']):,} 个作业 jobs · {late:,} 个误期 late"
    yield f'<text class="t" x="14" y="24">{escape(title or "排产计划 Plan")}</text>'
    yield f'<text class="a" x="14" y="42">{facts}</text>'
    x = 470
    for kind, name in (
        ("run", "加工 run"),
        ("setup", "准备 set-up"),
        ("late", "误期作业 late job"),
        ("change", "换型 changeover"),
        ("gap", "停工 closed"),
        ("move", "运输 transport"),
    ):
        if kind == "move":
            yield f'<path class="x" d="M{x} 20H{x + 22}" marker-end="url(#tip)"/>'
        elif kind == "gap":
            yield f'<rect class="g" x="{x}" y="12" width="22" height="14" stroke="#cbd2d9"/>'
        elif kind == "change":
            yield f'<rect class="c" x="{x}" y="12" width="22" height="14" stroke="#3e4c59"/>'
        else:
            colour = LATE if kind == "late" else COLOURS[0]
            yield f'<rect x="{x}" y="12" width="22" height="14" rx="2" fill="{colour}"/>'
        if kind == "setup":
            yield f'<rect class="s" x="{x}" y="12" width="22" height="14"/>'
        yield f'<text x="{x + 28}" y="23">{name}</text>'
        x += 40 + 7 * len(name) + 6 * sum(ord(letter) > 0x2E80 for letter in name)


def _rows(data: dict[str, Any], frame: _Frame) -> Iterator[str]:
    right = frame.width - _RIGHT
    for y, name in frame.heads:
        yield f'<rect class="h" x="0" y="{y:g}" width="{frame.width:g}" height="{_HEADER - 2}"/>'
        yield f'<text class="f" x="14" y="{y + 13:g}">{escape(_short(name, 40))}</text>'
    for row, top in zip(data["rows"], frame.tops, strict=True):
        height = row["lanes"] * frame.lane
        path = "".join(
            f"M{frame.x(a):g} {top:g}H{frame.x(b):g}V{top + height:g}H{frame.x(a):g}z" for a, b in row["gaps"]
        )
        if path:
            yield f'<path class="g" d="{path}"/>'
        name, short = escape(row["name"]), escape(_short(row["name"], 19))
        yield f'<text x="26" y="{top + height / 2 + 4:g}">{short}<title>{name}</title></text>'
        yield f'<path class="m" d="M{_LEFT} {top + height + 2:g}H{right:g}"/>'


def _axis(data: dict[str, Any], frame: _Frame, origin: datetime | None) -> Iterator[str]:
    count = max(2, int((frame.width - _LEFT - _RIGHT) / (92 if origin else 70)))
    size = axis.step(data["end"] - data["start"], data["unit"], count)
    for moment in axis.ticks(data["start"], data["end"], data["unit"], count):
        x = frame.x(moment)
        yield f'<path class="l" d="M{x:g} {_TOP - 4}V{frame.height - _BOTTOM:g}"/>'
        text = axis.label(moment, data["unit"], origin, size)
        is_last = x + _LABEL / 2 > frame.width  # the middle of a label at the edge would put half of it outside
        anchor, place = ("end", frame.width - 2) if is_last else ("middle", x)
        yield f'<text class="a" text-anchor="{anchor}" x="{place:g}" y="{_TOP - 8}">{text}</text>'
    unit = {"min": "分钟 min", "s": "秒 s"}[data["unit"]]
    if origin is None:
        yield f'<text class="a" x="14" y="{_TOP - 8}">时间 time / {unit}</text>'


def _arrow(arrow: dict[str, Any], data: dict[str, Any], frame: _Frame) -> str:
    y = [frame.tops[arrow[key]] + data["rows"][arrow[key]]["lanes"] * frame.lane / 2 for key in ("from_row", "to_row")]
    x1, x2, arrival = frame.x(arrow["start"]), frame.x(arrow["end"]), frame.x(arrow["arrival"])
    text = escape(f"{arrow['before']} → {arrow['after']}: {arrow['transport']}")
    return (
        f'<path class="x" d="M{x1:g} {y[0]:g}L{arrival:g} {y[1]:g}H{max(x2, arrival):g}" marker-end="url(#tip)">'
        f"<title>{text}</title></path>"
    )


def _bar(bar: dict[str, Any], frame: _Frame, colours: dict[str, str], origin: datetime | None, unit: str) -> str:
    y = frame.tops[bar["row"]] + bar["lane"] * frame.lane + 1
    height, x, end = frame.lane - 2, frame.x(bar["start"]), frame.x(bar["end"])
    colour = LATE if bar["is_late"] else colours[bar["job"]]
    width = max(0.8, end - x)
    parts = [f'<g data-operation="{escape(bar["operation"])}">']
    if bar["changeover"]:
        begin = frame.x(bar["changeover_start"])
        parts.append(f'<rect class="c" x="{begin:g}" y="{y:g}" width="{x - begin:.2f}" height="{height:g}"/>')
    parts.append(
        f'<rect x="{x:g}" y="{y:g}" width="{width:.2f}" height="{height:g}" rx="1.5" fill="{colour}" '
        f'stroke="#fff" stroke-width=".6"/>'
    )
    if bar["setup_end"] > bar["start"]:
        parts.append(
            f'<rect class="s" x="{x:g}" y="{y:g}" width="{frame.x(bar["setup_end"]) - x:.2f}" height="{height:g}"/>'
        )
    for since, until in bar["breaks"]:
        a = frame.x(since)
        parts.append(f'<rect class="p" x="{a:g}" y="{y:g}" width="{frame.x(until) - a:.2f}" height="{height:g}"/>')
    room = int(width / 6.3)
    if room >= 4:
        shade = "b" if colour in PALE or any(until > bar["start"] for _, until in bar["breaks"]) else "b w"
        text = escape(_short(bar["name"], room))
        parts.append(f'<text class="{shade}" x="{x + 3:g}" y="{y + height / 2 + 3.5:g}">{text}</text>')
    times = [axis.label(bar[key], unit, origin, 1) for key in ("start", "end")]
    parts.append(f"<title>{escape(bar['name'])} · {escape(bar['job_name'])} · {times[0]} – {times[1]}</title></g>")
    return "".join(parts)


def _short(name: str, room: int) -> str:
    """Return a name cut to about so many Latin letters; a Chinese character is as wide as two."""
    used = 0
    for place, letter in enumerate(name):
        used += 2 if ord(letter) > 0x2E80 else 1
        if used > room:
            return name[: max(1, place - 1)] + "…"
    return name
