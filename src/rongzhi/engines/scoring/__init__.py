"""Scoring: versioned score packs as data, evidence in, a score anyone can recompute out."""

from rongzhi.engines.scoring.loading import check_pack, load_pack, pack_codes, read_pack
from rongzhi.engines.scoring.model import (
    DELIVERED,
    CapRule,
    Criterion,
    CriterionScore,
    Evidence,
    Excluded,
    Grade,
    Pack,
    ScoreCard,
    Source,
    Threshold,
    ThresholdResult,
)
from rongzhi.engines.scoring.score import check_evidence, digest, score, window_begin

__all__ = [
    "DELIVERED",
    "CapRule",
    "Criterion",
    "CriterionScore",
    "Evidence",
    "Excluded",
    "Grade",
    "Pack",
    "ScoreCard",
    "Source",
    "Threshold",
    "ThresholdResult",
    "check_evidence",
    "check_pack",
    "digest",
    "load_pack",
    "pack_codes",
    "read_pack",
    "score",
    "window_begin",
]
