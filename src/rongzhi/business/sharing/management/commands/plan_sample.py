"""``manage.py plan_sample``: the main job in the foreground, with a summary a person can read."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rongzhi.business.sharing.actions.decomposition import decompose_orders
from rongzhi.business.sharing.actions.planning import keep_draft
from rongzhi.business.sharing.actions.promising import ask_promise
from rongzhi.business.sharing.actions.publishing import publish_plan
from rongzhi.business.sharing.clock import park_now, plan_origin
from rongzhi.business.sharing.exports import plan_document
from rongzhi.business.sharing.models import Order, Plan
from rongzhi.business.sharing.queries.plans import published
from rongzhi.business.sharing.weights import DEFAULTS
from rongzhi.business.sharing.words import both, bound_name
from rongzhi.kernel.errors import RongzhiError
from rongzhi.platform.access.actor import SYSTEM
from rongzhi.platform.accounts.models import Organisation, Role

if TYPE_CHECKING:
    from rongzhi.engines.scheduling import Callbacks


class Command(BaseCommand):
    """Decompose, plan, verify, publish, promise, and say what came out."""

    help = "分解订单、多工厂排产、核验、发布、承诺 / decompose, plan over the factories, verify, publish, promise"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--time-limit``, ``--seed``, ``--again``."""
        parser.add_argument("--time-limit", type=float, default=15, help="搜索时限（秒）/ search time, seconds")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--again", action="store_true", help="已有计划时重新排产 / plan again when there is a plan")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do the main job; with a published plan only its summary is shown."""
        plan = published()
        if plan is None or options["again"]:
            plan = self._plan(options["time_limit"], options["seed"], plan)
            self._summary(plan)
            self._promise()
            return
        self.stdout.write("  已有现行计划 / there is a published plan (--again: 重新排产 / plan again)")
        self._summary(plan)

    def _plan(self, time_limit_s: float, seed: int, former: Plan | None) -> Plan:
        from rongzhi.business.sharing.planner import live_orders, prepare, verified
        from rongzhi.engines import scheduling

        self.stdout.write("1/5 按工序分解 / decomposing by process step")
        done = decompose_orders(SYSTEM)
        if done.orders:
            self.stdout.write(f"    {done.orders} 个订单 orders → {done.operations} 道工序 operations")
        self.stdout.write(
            "2/5 装载求解器，准备排产问题（首次编译约一分钟）/ "
            "loading the solver, preparing the problem (compiles for about a minute the first time)"
        )
        scheduling.warm_up()
        task = prepare(live_orders(), origin=plan_origin(), weights=DEFAULTS, base=former)
        operations, machines = task.problem.operation_count, len(task.problem.machines)
        self.stdout.write(f"    {operations} 道工序 operations, {machines} 台机床 machines")
        self.stdout.write(f"3/5 多工厂排产，{time_limit_s:g} 秒 / planning over the factories, {time_limit_s:g} s")
        result = scheduling.solve(
            task.problem, time_limit_s=time_limit_s, seed=seed, callbacks=_printer(self), former=task.former
        )
        self.stdout.write(f"    {result.iterations:,} 次迭代 iterations, {result.seconds:.1f} s")
        self.stdout.write("4/5 独立核验 / verifying independently")
        values = verified(task, result)
        owner = Organisation.objects.filter(kind=Role.OPERATOR).order_by("pk").first()
        if owner is None:
            msg = "没有运营方，先运行 load_sample / there is no operator; run load_sample first"
            raise CommandError(msg)
        fields = {"weights": DEFAULTS, "seed": seed, "time_limit_s": time_limit_s, "base_plan": former}
        plan = keep_draft(SYSTEM, task, result, values, organisation=owner, fields=fields)
        self.stdout.write("5/5 发布 / publishing")
        return publish_plan(SYSTEM, plan)

    def _summary(self, plan: Plan) -> None:
        figures = plan.figures
        gap = "—" if plan.gap is None else f"{plan.gap * 100:.1f} %"
        bound = "—" if plan.bound_value is None else f"{plan.bound_value:,.0f} ({both(bound_name(plan.bound_name))})"
        path = self._write(plan)
        for zh, en, value in (
            (
                "计划",
                "plan",
                f"{plan.code} ({_day(plan.origin)} → {_day(plan.horizon_end)})",
            ),
            ("订单", "orders", f"{figures['orders']:,}"),
            ("工序", "operations", f"{figures['operations']:,}"),
            ("工厂 / 机床", "factories / machines", f"{figures['factories']} / {figures['machines']}"),
            ("拖期订单", "late orders", f"{figures['late_orders']} ({figures['tardiness_min'] / 60:,.0f} h)"),
            ("加工成本", "processing cost", f"{figures['currency']} {float(figures['cost']):,.2f}"),
            ("运输", "transport", _moves(figures)),
            ("目标值", "objective", f"{plan.total:,.0f}"),
            ("下界", "lower bound", bound),
            ("差距", "gap", gap),
            ("核验", "checker", "无违反 / no violation"),
            ("文件", "file", str(path)),
        ):
            self.stdout.write(f"  {zh} {en}: {value}")

    def _write(self, plan: Plan) -> Path:
        folder = Path(settings.DATA_DIR) / "plans"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{plan.code}.json"
        if path.exists() and path.stat().st_mtime > (plan.published_at or plan.created_at).timestamp():
            return path
        path.write_text(json.dumps(plan_document(SYSTEM, plan), ensure_ascii=False, indent=1), encoding="utf-8")
        return path

    def _promise(self) -> None:
        """Ask what could be promised for one more order like the newest."""
        order = Order.objects.prefetch_related("lines__item").order_by("-pk").first()
        if order is None:
            return
        line = order.lines.all()[0]
        due = (park_now() + timedelta(days=21)).isoformat()
        wish = {"lines": [{"item": line.item.code, "quantity": str(line.quantity), "unit": line.unit, "due": due}]}
        started = time.perf_counter()
        try:
            promise = ask_promise(SYSTEM, wish, organisation=order.organisation)
        except RongzhiError as error:
            self.stdout.write(f"  承诺 promise: {error.message}")
            return
        self.stdout.write(
            f"  承诺 promise: {line.quantity.normalize():f} × {line.item.code} → "
            f"{_minute(promise.date)}, "
            f"{promise.currency} {promise.cost:,.2f} ({time.perf_counter() - started:.2f} s)"
        )


def _moves(figures: dict[str, Any]) -> str:
    money = f"{figures['currency']} {float(figures['transport_cost']):,.2f}"
    return f"{figures['transports']:,} 次 shipments, {money}"


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}"


def _minute(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _printer(command: Command) -> Callbacks:
    from rongzhi.engines.scheduling import Callbacks

    class Printer(Callbacks):
        next = 0.0

        def on_progress(self, fraction: float, best: float, bound: float) -> None:
            """Print at most once a tenth of the way."""
            if fraction >= self.next:
                self.next = fraction + 0.1
                command.stdout.write(f"    {fraction * 100:3.0f} %  最优 best {best:,.0f}  下界 bound {bound:,.0f}")

    return Printer()
