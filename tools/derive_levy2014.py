"""Derive the facts of the levy2014 sample from the real production log.

    python tools/derive_levy2014.py SOURCE_CSV OUT_FOLDER

Reads the reconstructed log (Levy 2014, DOI 10.4121/uuid:68726926-5ac5-4fab-b873-ee76ea412399) and writes small CSV
files with derived facts only. Every rule is stated in docs/reference/sample-park.md under the same heading as the
function that applies it. The output depends on the source alone: a second run gives byte-identical files.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import mean, median

MONDAY = datetime(2012, 1, 2)  # noqa: DTZ001  (the log has wall time without a zone)
WEEK = 7 * 1440
LOG_END = 13 * WEEK - 1440  # Sunday 1 April 2012 is not in the log
FACTORS = (1.3, 1.5, 1.7)
BY_LOT_BELOW = 0.3
MIN_FIT = 5
MIN_CHANGES = 20
STATION_SHARE = 0.05

# Log activity (without its machine) -> step key, taxonomy process. OFF_ROUTE repairs or alters; no routing has it.
STEPS = {
    "Turning & Milling": ("turn_mill", "turn_milling"),
    "SETUP Turning & Milling": ("turn_mill", "turn_milling"),
    "Setup": ("turn_mill", "turn_milling"),
    "Turn & Mill. & Screw Assem": ("turn_mill_screw", "turn_milling"),
    "Turning": ("turn", "turning"),
    "Milling": ("mill", "milling"),
    "Change Version": ("change_version", "milling"),
    "Wire Cut": ("wire_cut", "wire_edm"),
    "Stress Relief": ("stress_relief", "stress_relief"),
    "Lapping": ("lap", "lapping"),
    "Round Grinding": ("round_grind", "cylindrical_grinding"),
    "Round Grinding - Manual": ("round_grind_manual", "cylindrical_grinding"),
    "Flat Grinding": ("flat_grind", "surface_grinding"),
    "Deburring - Manual": ("deburr", "deburring"),
    "Laser Marking": ("mark", "laser_marking"),
    "Turning & Milling Q.C.": ("turn_mill_check", "inspection"),
    "Turning Q.C.": ("turn_check", "inspection"),
    "Milling Q.C.": ("mill_check", "inspection"),
    "Round Grinding - Q.C.": ("grind_check", "inspection"),
    "Round Q.C.": ("grind_check", "inspection"),
    "Nitration Q.C.": ("nitriding_check", "inspection"),
    "Final Inspection Q.C.": ("final_check", "inspection"),
    "Final Inspection - Weighting": ("final_check", "inspection"),
    "Packing": ("pack", "packing"),
}
OFF_ROUTE = {
    "Grinding Rework": ("rework_grind", "cylindrical_grinding"),
    "Turning Rework": ("rework_turn", "turning"),
    "Rework Milling": ("rework_mill", "milling"),
    "Fix EDM": ("fix_edm", "sinker_edm"),
    "Fix": ("fix", ""),
}
GROUP_OF_PROCESS = {
    "turn_milling": "turn_milling", "turning": "turning", "milling": "milling", "wire_edm": "edm_heat",
    "sinker_edm": "edm_heat", "stress_relief": "edm_heat", "lapping": "surface", "surface_grinding": "surface",
    "laser_marking": "surface", "cylindrical_grinding": "grinding", "deburring": "finishing",
    "inspection": "inspection", "packing": "finishing",
}  # fmt: skip
OWN_CALENDAR = ("turn_milling", "grinding", "surface", "inspection")


@dataclass
class Report:
    """One row of the log; ``worked`` is the minutes the machine or person really gave it."""

    row: int
    case: int
    activity: str
    machine: str
    start: int | None
    end: int | None
    booked: int
    span: int
    quantity: int
    part: str
    worker: str
    kind: str
    completed: int
    rejected: int
    mrb: int
    worked: float = 0.0

    @property
    def units(self) -> int:
        return self.completed + self.rejected

    @property
    def is_flat(self) -> bool:
        """Booked with a flat 60 or 75 minutes: the log's own span column says nothing was measured."""
        return self.start is not None and self.end is not None and self.span == 0

    @property
    def step(self) -> tuple[str, str]:
        return STEPS.get(self.activity) or OFF_ROUTE[self.activity]

    @property
    def is_off_route(self) -> bool:
        return self.activity in OFF_ROUTE

    @property
    def is_setup(self) -> bool:
        return self.kind == "S" or "setup" in self.activity.lower() or (self.kind == "B" and not self.units)


@dataclass
class Step:
    """One pass of a work order through one step."""

    key: str
    number_of_pass: int
    reports: list[Report]
    place: int = 0

    @property
    def name(self) -> tuple[str, int]:
        return (self.key, self.number_of_pass)

    def minutes(self, *, setup: bool) -> float:
        return sum(report.worked for report in self.reports if report.is_setup is setup)

    @property
    def productive(self) -> list[Report]:
        return [report for report in self.reports if report.units and report.start is not None]


@dataclass
class WorkOrder:
    case: int
    part: str
    quantity: int
    reports: list[Report]
    steps: list[Step] = field(default_factory=list)
    item: str = ""

    @property
    def release(self) -> int:
        return min(report.start for report in self.reports if report.start is not None)


def read(path: Path) -> list[Report]:
    """Read the log; instants become minutes after the log's first Monday."""
    reports = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            activity = re.sub(r"\s+", " ", row["activity"])
            activity = re.sub(r" - Machine \d+M?$", "", activity)
            start, end = _minute(row["start"]), _minute(row["complete"])
            reports.append(
                Report(
                    int(row["row"]),
                    int(row["case_id"].split()[1]),
                    activity,
                    row["machine"],
                    start,
                    end,
                    int(row["duration_min"] or 0),
                    int(row["span_column_min"] or 0),
                    int(row["work_order_qty"]),
                    row["part"],
                    row["worker"],
                    row["report_type"],
                    int(row["qty_completed"]),
                    int(row["qty_rejected"]),
                    int(row["qty_mrb"]),
                )
            )
    share_minutes(reports)
    return reports


def share_minutes(reports: Iterable[Report]) -> None:
    """Worked minutes: overlapping timed reports share the time; untimed ones keep the span column; flat ones get 0."""
    crews: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        if report.start is None or report.end is None:
            report.worked = float(report.span)
        elif not report.is_flat:
            by_person = report.machine.startswith("Quality")
            crews[report.machine, report.worker if by_person else ""].append(report)
    for crew in crews.values():
        spans = [(report.start or 0, report.end or 0, report) for report in crew]
        instants = sorted({moment for start, end, _ in spans for moment in (start, end)})
        for begin, finish in itertools.pairwise(instants):
            running = [report for start, end, report in spans if start <= begin and end >= finish]
            for report in running:
                report.worked += (finish - begin) / len(running)


def machine_code(log_name: str) -> str:
    """M04 for the log's numbered machines, a word for the rest."""
    number = re.search(r"Machine (\d+)", log_name)
    if number:
        return f"M{int(number.group(1)):02d}"
    return {"Quality Check 1": "QC1", "Quality Check 2": "QC2", "Packing": "PACK", "Oven": "OVEN"}.get(
        log_name, "DEBURR"
    )


def stations_of(reports: Iterable[Report]) -> dict[str, str]:
    """Stations: "Quality Check 1" is as many places as people with 5 % of its reports; the others use the first."""
    people = Counter(report.worker for report in reports if report.machine == "Quality Check 1")
    total = sum(people.values())
    ranked = sorted(people, key=lambda worker: (-people[worker], worker))
    usual = [worker for worker in ranked if people[worker] >= STATION_SHARE * total]
    return {worker: f"QC1-{usual.index(worker) + 1 if worker in usual else 1}" for worker in ranked}


def build_orders(reports: Iterable[Report]) -> list[WorkOrder]:
    """Group reports into work orders, cut them into steps and give orders of one route one item."""
    by_case: dict[int, list[Report]] = defaultdict(list)
    for report in reports:
        by_case[report.case].append(report)
    orders = [WorkOrder(case, rows[0].part, rows[0].quantity, rows) for case, rows in sorted(by_case.items())]
    for order in orders:
        order.steps = cut_steps(order)
    name_items(orders)
    return orders


def cut_steps(order: WorkOrder) -> list[Step]:
    """Steps: units reported at a process over the order's quantity, rounded, are its passes (at least 1).

    A pass stands in the route where half of its units were reported.
    """
    on_route = [report for report in order.reports if not report.is_off_route]
    by_key: dict[str, list[Report]] = defaultdict(list)
    for report in on_route:
        by_key[report.step[0]].append(report)
    steps: list[Step] = []
    for key, rows in by_key.items():
        total = sum(row.units for row in rows)
        passes = max(1, math.floor(total / order.quantity + 0.5))
        cut = [Step(key, number + 1, []) for number in range(passes)]
        before = 0
        for row in rows:
            cut[min(passes - 1, before * passes // total) if total else 0].reports.append(row)
            before += row.units
        steps.extend(step for step in cut if step.reports)
    for step in steps:
        step.place = _half_done(step.reports)
    return sorted(steps, key=lambda step: (step.place, step.key, step.number_of_pass))


def name_items(orders: Sequence[WorkOrder]) -> None:
    """Items: orders of one part with the same passes are one item; variants are numbered by orders, then steps."""
    groups: dict[tuple[str, tuple[tuple[str, int], ...]], list[WorkOrder]] = defaultdict(list)
    for order in orders:
        groups[order.part, tuple(sorted(step.name for step in order.steps))].append(order)
    numbers: Counter[str] = Counter()
    for (part, _), members in sorted(groups.items(), key=lambda entry: (entry[0][0], -len(entry[1]), entry[0][1])):
        numbers[part] += 1
        code = f"{re.sub(r'[^A-Z0-9]+', '-', part.upper())}-{numbers[part]:02d}"
        for order in members:
            order.item = code


def elasticities(orders: Sequence[WorkOrder]) -> dict[str, tuple[int, float]]:
    """Elasticity: Theil-Sen slope of log run minutes on log quantity per step; below 0.3 it is 0 (time per lot)."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for order in orders:
        for step in order.steps:
            run = step.minutes(setup=False)
            if run > 0:
                points[step.key].append((math.log(order.quantity), math.log(run)))
    fitted = {}
    for key in sorted({step.key for order in orders for step in order.steps}):
        pairs = itertools.combinations(points[key], 2)
        slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs if abs(a[0] - b[0]) > 1e-9]
        slope = min(1.0, max(0.0, median(slopes))) if len(points[key]) >= MIN_FIT and slopes else 1.0
        fitted[key] = (len(points[key]), 0.0 if slope < BY_LOT_BELOW else round(slope, 2))
    return fitted


def changeovers(reports: Sequence[Report]) -> list[dict[str, object]]:
    """Changeovers: mean set-up minutes when a machine goes to another order of the same part, and of another part."""
    runs: dict[str, list[list[object]]] = defaultdict(list)
    for report in sorted((r for r in reports if r.start is not None), key=lambda r: (r.start, r.row)):
        key = report.step[0]
        if key not in ("turn_mill", "round_grind"):
            continue
        line = runs[report.machine]
        if not line or line[-1][0] != report.case:
            line.append([report.case, report.part, 0.0, key])
        line[-1][2] += report.worked if report.is_setup else 0.0  # type: ignore[operator]
    rows: list[dict[str, object]] = []
    for key in ("turn_mill", "round_grind"):
        pairs = [pair for line in runs.values() for pair in itertools.pairwise(line) if pair[1][3] == key]
        same = [float(b[2]) for a, b in pairs if a[1] == b[1]]  # type: ignore[arg-type]
        other = [float(b[2]) for a, b in pairs if a[1] != b[1]]  # type: ignore[arg-type]
        gain = mean(other) - mean(same) if min(len(same), len(other)) >= MIN_CHANGES else 0.0
        rows.append(
            {
                "step": key,
                "same_part_changes": len(same),
                "same_part_setup_min": f"{mean(same):.1f}",
                "other_part_changes": len(other),
                "other_part_setup_min": f"{mean(other):.1f}",
                "changeover_min": max(0, 5 * round(gain / 5)),
                "expected_min": f"{max(0.0, gain) * len(other) / len(pairs):.1f}",
            }
        )
    return rows


def standard_times(
    orders: Sequence[WorkOrder], slopes: dict[str, tuple[int, float]], expected: dict[str, float]
) -> dict[tuple[str, str, int], dict[str, float]]:
    """Standard times: medians per part, step and pass; the run time is split by the step's elasticity."""
    found: dict[tuple[str, str, int], list[tuple[WorkOrder, Step]]] = defaultdict(list)
    for order in orders:
        for step in order.steps:
            found[order.part, step.key, step.number_of_pass].append((order, step))
    by_key: dict[str, list[float]] = defaultdict(list)
    for order, step in (pair for pairs in found.values() for pair in pairs):
        if step.minutes(setup=False) > 0:
            by_key[step.key].append(step.minutes(setup=False) / order.quantity ** slopes[step.key][1])
    times = {}
    for (part, key, number), pairs in found.items():
        slope = slopes[key][1]
        measured = [(o.quantity, s.minutes(setup=False)) for o, s in pairs if s.minutes(setup=False) > 0]
        typical = median(q for q, _ in measured) if measured else median(o.quantity for o, _ in pairs)
        if measured:
            run = median(minutes for _, minutes in measured)
        elif by_key[key]:
            run = median(by_key[key]) * typical**slope
        else:  # never measured anywhere: the log's flat booking, once per lot
            run, slope = median(r.booked for _, s in pairs for r in s.reports if r.booked), 0.0
        setup = median(s.minutes(setup=True) for _, s in pairs)
        fixed = max(0.0, setup - expected.get(key, 0.0)) + (1 - slope) * run
        times[part, key, number] = {
            "orders": len(pairs),
            "measured": len(measured),
            "setup": fixed,
            "per_unit": slope * run / typical,
        }
    return times


def routing_rows(
    orders: Sequence[WorkOrder], times: dict[tuple[str, str, int], dict[str, float]]
) -> list[dict[str, object]]:
    """Routings: the passes of an item in the order of their mean rank over its work orders."""
    rows: list[dict[str, object]] = []
    for item, members in _by_item(orders).items():
        ranks = {
            name: mean(next(i for i, step in enumerate(order.steps) if step.name == name) for order in members)
            for name in [step.name for step in members[0].steps]
        }
        names = sorted(ranks, key=lambda name: (ranks[name], name))
        for index, (key, number) in enumerate(names):
            part = members[0].part
            standard = times[part, key, number]
            following = names[index + 1] if index + 1 < len(names) else None
            rows.append(
                {
                    "item": item,
                    "part": part,
                    "item_orders": len(members),
                    "step": 10 * (index + 1),
                    "key": key,
                    "pass": number,
                    "process": _process(key),
                    "setup_min": f"{standard['setup']:.1f}",
                    "run_min_per_unit": f"{standard['per_unit']:.4f}",
                    "based_on_orders": int(standard["orders"]),
                    "measured_orders": int(standard["measured"]),
                    "transfer_batch": transfer_batch(members, (key, number), following),
                }
            )
    return rows


def transfer_batch(members: Sequence[WorkOrder], name: tuple[str, int], following: tuple[str, int] | None) -> str:
    """Overlap: if the next step began before this one ended in at least half of the orders, move the median report."""
    seen, overlapping = 0, 0
    sizes: list[int] = []
    for order in members:
        steps = {step.name: step.productive for step in order.steps}
        mine, following_reports = steps[name], steps.get(following, []) if following else []
        ends = [report.end for report in mine if report.end is not None]
        sizes.extend(report.units for report in mine)
        if ends and following_reports:
            seen += 1
            overlapping += min(report.start or 0 for report in following_reports) < max(ends)
    return str(max(1, math.floor(median(sizes)))) if seen and 2 * overlapping >= seen else ""


def machine_rows(reports: Sequence[Report]) -> list[dict[str, object]]:
    """Machines: capabilities are the processes of their activities; the most frequent one gives the group."""
    by_machine: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_machine[report.machine].append(report)
    rows: list[dict[str, object]] = []
    for log_name, mine in sorted(by_machine.items(), key=lambda entry: machine_code(entry[0])):
        usual = Counter(r.step[1] for r in mine if r.step[1] and not r.is_off_route)
        repair = Counter(r.step[1] for r in mine if r.step[1])
        # "Machine 25 - Grinding" has one report, a fix: its name is all the log says about it.
        processes = usual or repair or Counter(["cylindrical_grinding"])
        if log_name == "Quality Check 1":
            processes = Counter(["inspection"])  # one lapping report booked on it is a slip
        first = min(processes, key=lambda code: (-processes[code], code))
        workers = Counter(r.worker for r in mine)
        group = GROUP_OF_PROCESS[first]
        rows.append(
            {
                "machine": machine_code(log_name),
                "log_name": log_name,
                "group": group,
                "processes": ";".join(sorted(processes)),
                "stations": len(set(stations_of(mine).values())) or 1,
                "reports": len(mine),
                "workers": len(workers),
                "worked_min": round(sum(r.worked for r in mine)),
                "flat_reports": sum(r.is_flat for r in mine),
                "untimed_reports": sum(r.start is None or r.end is None for r in mine),
                "calendar": group if group in OWN_CALENDAR else "inspection" if first == "packing" else "grinding",
            }
        )
    return rows


def calendar_rows(reports: Sequence[Report], machines: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Calendars: an hour of the week is working time if the group worked half of it in at least half of the weeks."""
    group = {str(row["log_name"]): str(row["group"]) for row in machines}
    busy: dict[str, set[int]] = defaultdict(set)
    for report in reports:
        if report.start is not None and report.end is not None and not report.is_flat:
            busy[group[report.machine]].update(range(report.start, report.end))
    rows: list[dict[str, object]] = []
    for name in OWN_CALENDAR:
        worked = Counter(minute // 60 for minute in busy[name])
        for day in range(7):
            weeks = 12 if day == 6 else 13
            counts = [sum(worked[(week * 7 + day) * 24 + hour] >= 30 for week in range(13)) for hour in range(24)]
            is_open = [2 * count >= weeks for count in counts]
            for opened, hours in itertools.groupby(range(24), key=lambda hour: is_open[hour]):
                span = list(hours)
                if opened:
                    rows.append(
                        {
                            "calendar": name,
                            "day": day + 1,
                            "start": f"{span[0]:02d}:00",
                            "end": f"{(span[-1] + 1) % 24:02d}:00",
                        }
                    )
    return rows


def order_rows(
    orders: Sequence[WorkOrder], routings: Sequence[dict[str, object]], calendars: Sequence[dict[str, object]]
) -> list[dict[str, object]]:
    """Orders: release is the first report; due is release + f * (work content by calendar + waiting allowance)."""
    open_minutes = _open_minutes(calendars)
    waits = median(wait for order in orders for wait in _waits(order))
    steps: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in routings:
        steps[str(row["item"])].append(row)
    rows: list[dict[str, object]] = []
    for rank, order in enumerate(sorted(orders, key=lambda o: (o.release, o.case))):
        factor = FACTORS[rank % len(FACTORS)]
        content, moment = 0, order.release
        for row in steps[order.item]:
            minutes = math.ceil(float(str(row["setup_min"])) + order.quantity * float(str(row["run_min_per_unit"])))
            content += minutes
            moment = _advance(moment, minutes, open_minutes[_calendar_of(str(row["process"]))])
        flow = moment - order.release + waits * (len(steps[order.item]) - 1)
        known = [value for r in order.reports for value in (r.start, r.end) if value is not None]
        rows.append(
            {
                "order": f"LV-{order.case:03d}",
                "part": order.part,
                "item": order.item,
                "quantity": order.quantity,
                "release_min": order.release,
                "factor": factor,
                "work_content_min": content,
                "flow_allowance_min": round(flow),
                "due_min": 60 * math.ceil((order.release + factor * flow) / 60),
                "log_end_min": max(known),
                "is_packed_in_log": int(any(r.activity == "Packing" and r.completed for r in order.reports)),
            }
        )
    return rows


def replay_rows(
    orders: Sequence[WorkOrder], routings: Sequence[dict[str, object]], stations: dict[str, str]
) -> list[dict[str, object]]:
    """Replay: reports of one order, step and machine become one fact; step 0 is work outside the routing."""
    number = {(str(row["item"]), str(row["key"]), int(str(row["pass"]))): int(str(row["step"])) for row in routings}
    rows: list[dict[str, object]] = []
    for order in orders:
        step_of = {r.row: number[(order.item, *step.name)] for step in order.steps for r in step.reports}
        groups: dict[tuple[int, str, str], list[Report]] = defaultdict(list)
        for report in order.reports:
            code = machine_code(report.machine)
            place = stations[report.worker] if code == "QC1" else code
            groups[step_of.get(report.row, 0), report.step[0], place].append(report)
        for (step, key, machine), mine in groups.items():
            start, end, is_timed = _times_of(order, mine)
            rows.append(
                {
                    "order": f"LV-{order.case:03d}",
                    "step": step,
                    "key": key,
                    "machine": machine,
                    "start_min": start,
                    "end_min": end,
                    "is_timed": int(is_timed),
                    "worked_min": round(sum(r.worked for r in mine)),
                    "reports": len(mine),
                    "completed": sum(r.completed for r in mine),
                    "rejected": sum(r.rejected for r in mine),
                    "mrb": sum(r.mrb for r in mine),
                }
            )
    return sorted(rows, key=lambda row: [row[name] for name in ("start_min", "end_min", "order", "step", "machine")])


def process_rows(orders: Sequence[WorkOrder], slopes: dict[str, tuple[int, float]]) -> list[dict[str, object]]:
    """Rates: units, rejects and repair minutes of every step key over the whole log."""
    mine: dict[str, list[Report]] = defaultdict(list)
    for order in orders:
        for report in order.reports:
            mine[report.step[0]].append(report)
    rows: list[dict[str, object]] = []
    for key, reports in sorted(mine.items()):
        completed, rejected = sum(r.completed for r in reports), sum(r.rejected for r in reports)
        fitted, slope = slopes.get(key, (0, 1.0))
        rows.append(
            {
                "key": key,
                "process": _process(key),
                "is_off_route": int(all(r.is_off_route for r in reports)),
                "reports": len(reports),
                "orders": len({r.case for r in reports}),
                "completed": completed,
                "rejected": rejected,
                "mrb": sum(r.mrb for r in reports),
                "reject_rate": f"{rejected / (completed + rejected):.5f}" if completed + rejected else "",
                "worked_min": round(sum(r.worked for r in reports)),
                "fitted_orders": fitted,
                "elasticity": slope,
                "machines": ";".join(sorted({machine_code(r.machine) for r in reports})),
            }
        )
    return rows


def derive(source: Path) -> dict[str, list[dict[str, object]]]:
    """Return all derived tables by file name."""
    reports = read(source)
    orders = build_orders(reports)
    slopes = elasticities(orders)
    changes = changeovers(reports)
    expected = {str(row["step"]): float(str(row["expected_min"])) for row in changes}
    machines = machine_rows(reports)
    calendars = calendar_rows(reports, machines)
    routings = routing_rows(orders, standard_times(orders, slopes, expected))
    return {
        "machines": machines,
        "calendars": calendars,
        "processes": process_rows(orders, slopes),
        "changeovers": changes,
        "routings": routings,
        "orders": order_rows(orders, routings, calendars),
        "replay": replay_rows(orders, routings, stations_of(reports)),
    }


def write(tables: dict[str, list[dict[str, object]]], folder: Path) -> None:
    """Write the tables as CSV with Unix line ends."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _minute(text: str) -> int | None:
    if not text:
        return None
    return int((datetime.strptime(text, "%Y-%m-%d %H:%M") - MONDAY).total_seconds() // 60)  # noqa: DTZ007


def _half_done(reports: Sequence[Report]) -> int:
    half = sum(report.units for report in reports) / 2
    done = 0
    for report in reports:
        done += report.units
        if half and done >= half:
            return report.row
    return reports[0].row


def _process(key: str) -> str:
    return next(process for known, process in (*STEPS.values(), *OFF_ROUTE.values()) if known == key)


def _by_item(orders: Sequence[WorkOrder]) -> dict[str, list[WorkOrder]]:
    found: dict[str, list[WorkOrder]] = defaultdict(list)
    for order in sorted(orders, key=lambda o: (o.item, o.case)):
        found[order.item].append(order)
    return found


def _calendar_of(process: str) -> str:
    group = GROUP_OF_PROCESS.get(process, "grinding")
    return group if group in OWN_CALENDAR else "inspection" if process == "packing" else "grinding"


def _open_minutes(calendars: Sequence[dict[str, object]]) -> dict[str, list[bool]]:
    week = {name: [False] * WEEK for name in OWN_CALENDAR}
    for row in calendars:
        start, end = int(str(row["start"])[:2]), int(str(row["end"])[:2]) or 24
        offset = (int(str(row["day"])) - 1) * 1440
        for minute in range(offset + start * 60, offset + end * 60):
            week[str(row["calendar"])][minute] = True
    return week


def _advance(moment: int, minutes: int, is_open: Sequence[bool]) -> int:
    while minutes:
        minutes -= is_open[moment % WEEK]
        moment += 1
    return moment


def _waits(order: WorkOrder) -> Iterable[int]:
    for before, after in itertools.pairwise(order.steps):
        ends = [r.end for r in before.productive if r.end is not None]
        starts = [r.start for r in after.productive if r.start is not None]
        if ends and starts:
            yield max(0, min(starts) - max(ends))


def _times_of(order: WorkOrder, mine: Sequence[Report]) -> tuple[int, int, bool]:
    """Start and end of a fact; where no report is timed, between the order's timed neighbours."""
    starts = [r.start for r in mine if r.start is not None]
    if starts:
        return min(starts), max([*starts, *(r.end for r in mine if r.end is not None)]), True
    first, last = mine[0].row, mine[-1].row
    before = [r.end for r in order.reports if r.row < first and r.end is not None]
    after = [r.start for r in order.reports if r.row > last and r.start is not None]
    worked = round(sum(r.worked for r in mine))
    start = max(before) if before else (min(after) - worked)
    return start, max(start, min(after) if after else start + worked), False


def main(arguments: Sequence[str]) -> int:
    """Run the tool."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    tables = derive(Path(arguments[0]))
    write(tables, Path(arguments[1]))
    for name, rows in tables.items():
        print(f"{name}.csv: {len(rows)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
