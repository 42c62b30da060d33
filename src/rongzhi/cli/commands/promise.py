"""``rongzhi promise``: a date and a cost for new orders beside a plan that stays as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rongzhi.cli import inputs, planfile
from rongzhi.cli.commands.plan import late_text, needed_days
from rongzhi.cli.speech import console, language, plain, say, show_findings, show_table
from rongzhi.engines.scheduling import Assignment, Job, Plan, Precedence, Problem, Promiser, Quote, WorkProblem
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model.production import Order, OrderBook
from rongzhi.model.production.checks import check_orders
from rongzhi.model.production.reading import read_json


@dataclass(frozen=True, slots=True)
class _Told:
    """The answer for one order: ``end`` is None when there is none, and ``reasons`` says why."""

    order: Order
    quote: Quote
    end: int | None
    late_min: int
    reasons: tuple[Finding, ...]


def run(order_path: Path, plan_path: Path, output: Path | None, *, is_cheapest: bool) -> None:
    """Quote every order of the file, each beside the plan and those before it."""
    loaded = planfile.load(plan_path)
    orders = _read_orders(order_path)
    file = loaded.file
    network, origin = file.network, file.origin
    findings = check_orders((*file.book.orders, *orders), file.book.items, network, origin)
    new_places = tuple(f"orders[{len(file.book.orders) + at}]" for at in range(len(orders)))
    inputs.refuse_or_show(Findings(finding for finding in findings if finding.where.startswith(new_places)))
    book = file.book.model_copy(update={"orders": (*file.book.orders, *orders)})
    days = max(file.horizon_days, needed_days(book, origin))
    built = planfile.build(network, book, origin, days, file.weights)
    promiser = Promiser(*_beside(built, loaded.plan), when=lambda at: f"{origin + timedelta(minutes=at):%m-%d %H:%M}")
    answers = []
    for order in orders:
        told = _told(promiser, built, order, is_cheapest=is_cheapest)
        if told.end is not None and told.quote.assignments:
            promiser.book(told.quote)
        answers.append(_answer(told, origin))
        _show(told, origin)
    if output is not None:
        from rongzhi.adapters.spreadsheet import write_whole

        write_whole(output, json.dumps(answers, ensure_ascii=False, indent=1).encode())
    if not all(answer["is_feasible"] for answer in answers):
        _refuse(answers)


def _read_orders(path: Path) -> tuple[Order, ...]:
    """Read orders from a table, an order book, or a JSON file of one order."""
    if path.suffix.lower() == ".json" and path.exists():
        text = path.read_text(encoding="utf-8-sig")
        book = read_json(OrderBook, text, path.name)
        if isinstance(book, OrderBook):
            return book.orders
        order = read_json(Order, text, path.name)
        if isinstance(order, Order):
            return (order,)
        raise Rejected(list(order if '"lines"' in text and '"orders"' not in text else book))
    return inputs.read_book(path).orders


def _beside(built: WorkProblem, plan: Plan) -> tuple[Problem, Plan]:
    """Return the problem without the new orders, on all machines, and the plan in its modes."""
    planned = {item.operation for item in plan}
    jobs = tuple(job for job in built.problem.jobs if all(each.code in planned for each in job.operations))
    kept = {each.code for job in jobs for each in job.operations}
    links = tuple(link for link in built.problem.precedences if link.before in kept and link.after in kept)
    rows = []
    for item in plan:
        machines = [candidate.machine for candidate in built.candidates[item.operation]]
        mode = machines.index(item.machine)
        rows.append(
            Assignment(item.operation, item.machine, mode, item.start, item.setup_end, item.end, item.changeover)
        )
    return replace(built.problem, jobs=jobs, precedences=links), Plan.of(rows)


def _told(promiser: Promiser, built: WorkProblem, order: Order, *, is_cheapest: bool) -> _Told:
    codes = {code for line, jobs in built.jobs_of_line.items() if line[0] == order.code for code in jobs}
    jobs = [job for job in built.problem.jobs if job.code in codes]
    inside = {each.code for job in jobs for each in job.operations}
    links = [link for link in built.problem.precedences if link.after in inside]
    quote = _best(promiser, jobs, links, is_cheapest=is_cheapest)
    mine = f"orders.{order.code}.lines."
    left_out = [finding for finding in built.findings if finding.where.startswith(mine)]
    lots = [lot for lot in built.work.lots if lot.order == order.code]
    supplied = max((lot.release_min for lot in lots if not lot.operations), default=0)
    is_feasible = quote.is_feasible and not left_out
    end = max(quote.completion or 0, supplied) if is_feasible else None
    late = max([quote.lateness] + [lot.release_min - lot.due_min for lot in lots if lot.due_min and not lot.operations])
    return _Told(order, quote, end, late, (*left_out, *quote.explanation))


def _best(promiser: Promiser, jobs: list[Job], links: list[Precedence], *, is_cheapest: bool) -> Quote:
    """Return the quote wanted; neither wish gives one that the other's answer beats in date and in cost."""
    quotes = [promiser.quote(jobs, links, prefer=prefer) for prefer in ("fastest", "cheapest")]
    if not all(quote.is_feasible for quote in quotes):
        return quotes[0]

    def wanted(quote: Quote) -> tuple[float, ...]:
        end, cost = quote.completion or 0, quote.cost.total
        return (max(0, quote.lateness), cost, end) if is_cheapest else (end, cost)

    return min(quotes, key=wanted)


def _answer(told: _Told, origin: datetime) -> dict[str, Any]:
    def at(minutes: int) -> str:
        return (origin + timedelta(minutes=minutes)).isoformat()

    quote = told.quote
    return {
        "order": told.order.code,
        "is_feasible": told.end is not None,
        "promise": at(told.end) if told.end is not None else None,
        "due": max(line.due for line in told.order.lines).isoformat(),
        "late_min": max(0, told.late_min) if told.end is not None else None,
        "cost": round(quote.cost.total, 2),
        "operations": [
            {
                "operation": step.assignment.operation,
                "machine": step.assignment.machine,
                "factory": step.factory,
                "start": at(step.assignment.start),
                "end": at(step.assignment.end),
                "zh": step.text.zh,
                "en": step.text.en,
            }
            for step in quote.steps
        ],
        "alternatives": [
            {"kind": each.kind, "factory": each.factory, "promise": at(each.completion), "cost": each.cost.total}
            for each in quote.alternatives
        ],
        "explanation": [finding.as_dict(language()) for finding in told.reasons],
    }


def _show(told: _Told, origin: datetime) -> None:
    out = console()
    quote, code = told.quote, told.order.code
    if told.end is None:
        show_findings(told.reasons)
        return
    end = origin + timedelta(minutes=told.end)
    late = late_text(told.late_min)
    tail = say(f"，比交期晚 {late}", f", {late} after the due date") if late else ""
    out.print(
        say(
            f"{code}：可于 {end:%Y-%m-%d %H:%M} 交付，费用 {quote.cost.total:,.2f}{tail}",
            f"{code}: can be done by {end:%Y-%m-%d %H:%M} for {quote.cost.total:,.2f}{tail}",
        )
    )
    if not quote.steps:
        return
    show_table(
        [say("工序", "operation"), say("机床", "machine"), say("工厂", "factory"), say("起", "from"), say("止", "to")],
        [
            [
                step.assignment.operation,
                step.assignment.machine,
                step.factory,
                f"{origin + timedelta(minutes=step.assignment.start):%m-%d %H:%M}",
                f"{origin + timedelta(minutes=step.assignment.end):%m-%d %H:%M}",
            ]
            for step in quote.steps
        ],
    )
    for each in quote.alternatives:
        out.print(plain("  " + each.text.in_(language())))


def _refuse(answers: list[dict[str, Any]]) -> None:
    findings = Findings()
    for answer in answers:
        if not answer["is_feasible"]:
            findings.error(
                "no-promise",
                str(answer["order"]),
                Text(zh="不能答复交期", en="no date can be promised"),
                Text(zh="见上面的原因", en="see the reasons above"),
            )
    findings.raise_if_any()
