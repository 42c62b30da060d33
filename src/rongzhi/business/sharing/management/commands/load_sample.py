"""``manage.py load_sample``: the sample park, once, all or nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from rongzhi.business.sharing.actions.sampling import load_sample
from rongzhi.platform.access.actor import SYSTEM


class Command(BaseCommand):
    """Load the sample park."""

    help = "装入样例园区（只做一次，要么全部要么不做）/ load the sample park (once, all or nothing)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--limit``."""
        parser.add_argument("--limit", type=int, default=None, help="只取前 N 个订单 / only the first N orders")

    def handle(self, *_: Any, **options: Any) -> None:
        """Load and say what is there."""
        sample = load_sample(SYSTEM, lambda text: self.stdout.write(f"  {text}"), limit=options["limit"])
        state = "已装入 / loaded" if sample.is_new else "早已装入 / already there"
        self.stdout.write(
            f"样例园区{state}: {sample.factories} 家工厂 factories, {sample.machines} 个工位 machines, "
            f"{sample.items} 种物料 items, {sample.orders} 个订单 orders"
        )
