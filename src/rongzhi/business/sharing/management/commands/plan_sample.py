"""``manage.py plan_sample``: the main job in the foreground, with a summary a person can read."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rongzhi.business.sharing.actions.decomposition import decompose_orders
from rongzhi.business.sharing.actions.planning import keep_draft
from rongzhi.business.sharing.actions.promising import ask_promise
from rongzhi.business.sharing.actions.publishing import publish_plan
from rongzhi.business.sharing.clock import park_now, plan_origin
from rongzhi.business.sharing.exports import plan_document
from rongzhi.business.sharing.models import Order, Plan
from rongzhi.business.sharing.planner import live_orders, prepare, verified
from rongzhi.business.sharing.queries.plans import published
from rongzhi.business.sharing.weights import DEFAULTS
from rongzhi.engines import scheduling
from rongzhi.kernel.errors import RongzhiError
from rongzhi.platform.access.actor import SYSTEM
from rongzhi.platform.accounts.models import Organisation, Role


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

    def _plan(self, time_limit_s: float, seed: int, former: Plan | None) -> Plan:
        self.stdout.write("1/5 按工序分解 / decomposing by process step")
        done = decompose_orders(SYSTEM)
        if done.orders:
            self.stdout.write(f"    {done.orders} 个订单 orders → {done.operations} 道工序 operations")
        self.stdout.write(
            "2/5 准备排产问题（首次编译约一分钟）/ preparing (compiles for about a minute the first time)"
        )
        scheduling.warm_up()
        task = prepare(live_orders(), origin=plan_origin(), weights=DEFAULTS, base=former)
        operations, machines = task.problem.operation_count, len(task.problem.machines)
        self.stdout.write(f"    {operations} 道工序 operations, {machines} 台机床 machines")
        self.stdout.write(f"3/5 多工厂排产，{time_limit_s:g} 秒 / planning over the factories, {time_limit_s:g} s")
        result = scheduling.solve(
            task.problem, time_limit_s=time_limit_s, seed=seed, callbacks=_Printer(self), former=task.former
        )
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
        bound = "—" if plan.bound_value is None else f"{plan.bound_value:,.0f} ({plan.bound_name})"
        path = self._write(plan)
        for zh, en, value in (
            ("计划", "plan", f"{plan.code} ({plan.origin:%Y-%m-%d} → {plan.horizon_end:%Y-%m-%d})"),
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
            f"  承诺 promise: {line.quantity.normalize():f} × {line.item.code} → {promise.date:%Y-%m-%d %H:%M}, "
            f"{promise.currency} {promise.cost:,.2f} ({time.perf_counter() - started:.2f} s)"
        )


def _moves(figures: dict[str, Any]) -> str:
    money = f"{figures['currency']} {float(figures['transport_cost']):,.2f}"
    return f"{figures['transports']:,} 次 shipments, {money}"


class _Printer(scheduling.Callbacks):
    def __init__(self, command: Command) -> None:
        self.command, self.next = command, 0.0

    def on_progress(self, fraction: float, best: float, bound: float) -> None:
        """Print at most once a tenth of the way."""
        if fraction >= self.next:
            self.next = fraction + 0.1
            self.command.stdout.write(f"    {fraction * 100:3.0f} %  最优 best {best:,.0f}  下界 bound {bound:,.0f}")
