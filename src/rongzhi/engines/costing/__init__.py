"""Costing: the cost build-up of an order line by line, quantity breaks, and alternatives side by side."""

from rongzhi.engines.costing.breaks import (
    Alternative,
    Break,
    Compared,
    compare,
    price_breaks,
    shop_rate,
)
from rongzhi.engines.costing.build import COST_KINDS, ROUNDING, Build, Input, Line, build_cost, pieces_entering
from rongzhi.engines.costing.checks import check_job, check_terms
from rongzhi.engines.costing.model import Charge, Job, Leg, Material, Operation, Outside, Terms

__all__ = [
    "COST_KINDS",
    "ROUNDING",
    "Alternative",
    "Break",
    "Build",
    "Charge",
    "Compared",
    "Input",
    "Job",
    "Leg",
    "Line",
    "Material",
    "Operation",
    "Outside",
    "Terms",
    "build_cost",
    "check_job",
    "check_terms",
    "compare",
    "pieces_entering",
    "price_breaks",
    "shop_rate",
]
