"""Settling: an invoice divided by contract rules to the cent, and joint orders divided by the Shapley value."""

from rongzhi.engines.settling.apportion import apportion, to_cents
from rongzhi.engines.settling.contract import (
    Contract,
    Defects,
    Fee,
    Lateness,
    Price,
    check_contract,
    read_contract,
)
from rongzhi.engines.settling.games import EXACT_PLAYERS, Game, Objection, game_from_table, has_core, objections
from rongzhi.engines.settling.settle import Delivered, Part, Settlement, Share, settle
from rongzhi.engines.settling.shapley import (
    RULES,
    JointShare,
    JointSplit,
    Shapley,
    allocate,
    compare_rules,
    exact_shapley,
    sampled_shapley,
    shapley,
    split_jointly,
)

__all__ = [
    "EXACT_PLAYERS",
    "RULES",
    "Contract",
    "Defects",
    "Delivered",
    "Fee",
    "Game",
    "JointShare",
    "JointSplit",
    "Lateness",
    "Objection",
    "Part",
    "Price",
    "Settlement",
    "Shapley",
    "Share",
    "allocate",
    "apportion",
    "check_contract",
    "compare_rules",
    "exact_shapley",
    "game_from_table",
    "has_core",
    "objections",
    "read_contract",
    "sampled_shapley",
    "settle",
    "shapley",
    "split_jointly",
    "to_cents",
]
