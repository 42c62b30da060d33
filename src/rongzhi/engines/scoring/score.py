"""From evidence to a score: the same records always give the same card, and without evidence there is no score."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

from rongzhi.engines.scoring.model import (
    DELIVERED,
    CapRule,
    Criterion,
    CriterionScore,
    Evidence,
    Excluded,
    Pack,
    Per,
    ScoreCard,
    Threshold,
    ThresholdResult,
)
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text


def score(pack: Pack, subject: str, evidence: Iterable[Evidence], at: datetime) -> ScoreCard:
    """Return the score card of a party at a moment.

    Parameters
    ----------
    pack : Pack
    subject : str
        Records of others are not looked at.
    evidence : iterable of Evidence
        In any order.
    at : datetime
        Aware; records after it do not count.

    Raises
    ------
    Rejected
        If a record of the subject cannot be: a value outside 0..1, a time without zone, one code twice.
    """
    own = sorted((each for each in evidence if each.subject == subject), key=lambda each: (str(each.at), each.code))
    check_evidence(own, at).raise_if_any()
    begins = window_begin(pack, own, at)
    used, excluded = _sieve(pack, own, begins, at)
    jobs = tuple(sorted({each.job for each in used if each.measure == DELIVERED and each.value > 0}))
    exact = [_exact(pack, each, used, jobs) for each in pack.criteria]
    weights = _weights(pack, [points for _, points, _ in exact])
    criteria = tuple(
        _criterion_score(each, used, found, weight)
        for each, found, weight in zip(pack.criteria, exact, weights, strict=True)
    )
    lacking = _lacking(pack, jobs, criteria)
    value = None if lacking else _total(pack, exact, weights)
    grade = next((each.code for each in pack.grades if value is not None and value >= each.at_least), "")
    return ScoreCard(
        pack=pack,
        subject=subject,
        at=at,
        begins=begins,
        jobs=jobs,
        criteria=criteria,
        score=value,
        grade=grade,
        reason=lacking or _reason(pack, criteria, value, grade),
        thresholds=tuple(_threshold(each, used, jobs) for each in pack.thresholds),
        excluded=excluded,
        digest=digest(pack, subject, own, at),
    )


def window_begin(pack: Pack, evidence: Sequence[Evidence], at: datetime) -> datetime:
    """Return where the window begins: the days of the pack, then back until enough jobs, at most the longest days."""
    latest: dict[str, datetime] = {}
    for each in evidence:
        if each.measure == DELIVERED and each.value > 0 and each.at <= at and not each.set_aside:
            latest[each.job] = max(each.at, latest.get(each.job, each.at))
    moments = sorted(latest.values(), reverse=True)
    begins = at - timedelta(days=pack.days)
    if moments and len(moments) >= pack.jobs > 0:
        begins = min(begins, moments[pack.jobs - 1])
    elif moments:
        begins = min(begins, moments[-1])
    return max(begins, at - timedelta(days=pack.longest_days))


def digest(pack: Pack, subject: str, evidence: Sequence[Evidence], at: datetime) -> str:
    """Return a SHA-256 over everything a card depends on."""
    rows = sorted(
        [each.code, each.job, each.measure, each.at.isoformat(), str(each.value.normalize()), each.set_aside]
        for each in evidence
    )
    body = json.dumps([repr(pack), subject, at.isoformat(), rows], ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def check_evidence(evidence: Sequence[Evidence], at: datetime) -> Findings:
    """Check the records of a party: values between 0 and 1, times with a zone, codes once."""
    findings = Findings()
    seen: set[str] = set()
    if at.tzinfo is None:
        _no_zone("at", findings)
    for each in evidence:
        where = f"evidence[{each.code}]"
        if not each.value.is_finite() or not 0 <= each.value <= 1:
            findings.error(
                "value",
                f"{where}.value",
                Text(f"值 {each.value} 不在 0 与 1 之间", f"the value {each.value} is not between 0 and 1"),
                Text("是填 1，否填 0", "1 for yes, 0 for no"),
            )
        if each.at.tzinfo is None:
            _no_zone(f"{where}.at", findings)
        if each.code in seen:
            findings.error(
                "twice",
                where,
                Text(f"记录 {each.code} 出现两次", f"the record {each.code} comes twice"),
                Text("一个事件只算一次", "count an event once"),
            )
        seen.add(each.code)
    return findings


def _no_zone(where: str, findings: Findings) -> None:
    findings.error(
        "no-zone", where, Text("时间没有时区", "the time has no zone"), Text("注明时区", "give the time with its zone")
    )


def _sieve(
    pack: Pack, own: Sequence[Evidence], begins: datetime, at: datetime
) -> tuple[tuple[Evidence, ...], tuple[Excluded, ...]]:
    """Return the records that count, and the others with the reason."""
    asked = {DELIVERED, *(each.measure for each in pack.criteria), *(each.measure for each in pack.rules)}
    asked |= {each.measure for each in pack.thresholds}
    used, excluded = [], []
    for each in own:
        reason = None
        if each.set_aside:
            reason = Text(f"已撤除：{each.set_aside}", f"set aside: {each.set_aside}")
        elif each.measure not in asked:
            reason = Text(f"评分包不看 {each.measure}", f"the pack does not look at {each.measure}")
        elif each.at > at:
            reason = Text("晚于评分时刻", "after the moment of the score")
        elif each.at < begins:
            reason = Text("早于窗口", "before the window")
        if reason is None:
            used.append(each)
        else:
            excluded.append(Excluded(each, reason))
    return tuple(used), tuple(excluded)


def _share(measure: str, per: Per, used: Sequence[Evidence], jobs: Sequence[str]) -> Fraction | None:
    values = [Fraction(each.value) for each in used if each.measure == measure]
    if per == "records":
        return sum(values, Fraction(0)) / len(values) if values else None
    with_record = {each.job for each in used if each.measure == measure and each.value > 0 and each.job in jobs}
    return Fraction(len(with_record), len(jobs)) if jobs else None


_Exact = tuple[Fraction | None, Fraction | None, tuple[Text, ...]]


def _exact(pack: Pack, criterion: Criterion, used: Sequence[Evidence], jobs: Sequence[str]) -> _Exact:
    """Return share, points after the rules, and the rules that bit."""
    share = _share(criterion.measure, "records", used, jobs)
    if share is None:
        return None, None, ()
    points, caps = _points(criterion, share), []
    for rule in pack.rules:
        if rule.criterion == criterion.key and _bites(rule, used, jobs) and points > rule.points_at_most:
            points = Fraction(rule.points_at_most)
            caps.append(rule.title)
    return share, points, tuple(caps)


def _points(criterion: Criterion, share: Fraction) -> Fraction:
    curve = [(Fraction(x), Fraction(y)) for x, y in criterion.curve]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if share <= x1:
            return y0 + (y1 - y0) * (share - x0) / (x1 - x0)
    return curve[-1][1]


def _bites(rule: CapRule, used: Sequence[Evidence], jobs: Sequence[str]) -> bool:
    share = _share(rule.measure, rule.per, used, jobs)
    if share is None:
        return False
    if rule.at_least is not None:
        return share >= Fraction(rule.at_least)
    return rule.at_most is not None and share <= Fraction(rule.at_most)


def _weights(pack: Pack, points: Sequence[Fraction | None]) -> list[Fraction]:
    """Return the weights after spreading those of criteria without records."""
    present = [
        Fraction(each.weight) if found is not None else Fraction(0)
        for each, found in zip(pack.criteria, points, strict=True)
    ]
    whole = sum(present, Fraction(0))
    return [each / whole if whole else Fraction(0) for each in present]


def _total(pack: Pack, exact: Sequence[_Exact], weights: Sequence[Fraction]) -> Decimal:
    total = sum((weight * (points or 0) for (_, points, _), weight in zip(exact, weights, strict=True)), Fraction(0))
    return _shown(total, pack.decimals)


def _shown(value: Fraction, digits: int) -> Decimal:
    """Return a fraction rounded half up, exactly."""
    scaled = value * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-digits)


def _criterion_score(criterion: Criterion, used: Sequence[Evidence], found: _Exact, weight: Fraction) -> CriterionScore:
    share, points, caps = found
    records = tuple(each for each in used if each.measure == criterion.measure)
    if share is None or points is None:
        words = Text("没有记录，权重分给其他指标", "no record, its weight goes to the others")
        return CriterionScore(criterion, (), None, None, Decimal(0), (), words)
    shown = f"{_shown(share * 100, 1)} %"
    zh = f"{len(records)} 条记录，平均 {shown}，{_shown(points, 2)} 分"
    en = f"{len(records)} record{'s' if len(records) > 1 else ''}, {shown} on average, {_shown(points, 2)} points"
    for cap in caps:
        zh, en = f"{zh}；{cap.zh}", f"{en}; {cap.en}"
    return CriterionScore(
        criterion, records, _shown(share, 6), _shown(points, 6), _shown(weight, 6), caps, Text(zh, en)
    )


def _lacking(pack: Pack, jobs: Sequence[str], criteria: Sequence[CriterionScore]) -> Text | None:
    """Return why there is no score, or None if there is enough evidence."""
    if len(jobs) < pack.jobs_needed:
        return Text(
            f"窗口内只交付 {len(jobs)} 单，至少 {pack.jobs_needed} 单才有分",
            f"{len(jobs)} delivered in the window, a score needs {pack.jobs_needed}",
        )
    missing = [each.criterion.title for each in criteria if each.share is None and each.criterion.key in pack.needs]
    if missing:
        zh, en = "、".join(each.zh for each in missing), ", ".join(each.en for each in missing)
        return Text(f"缺少 {zh} 的记录，没有分", f"no score without records of {en}")
    return None


def _reason(pack: Pack, criteria: Sequence[CriterionScore], value: Decimal | None, grade: str) -> Text:
    parts = [each for each in criteria if each.points is not None]
    sums = " + ".join(f"{each.weight.normalize():f} × {_trim(each.points)}" for each in parts)
    tail = Text("", "")
    if pack.grades:
        lowest = pack.grades[-1].code
        tail = Text(f"，等级 {grade}", f", grade {grade}") if grade else Text(f"，低于 {lowest}", f", below {lowest}")
    return Text(f"{sums} = {value}{tail.zh}", f"{sums} = {value}{tail.en}")


def _trim(points: Decimal | None) -> str:
    return f"{(points or Decimal(0)).quantize(Decimal('0.01'), ROUND_HALF_UP)}"


def _threshold(threshold: Threshold, used: Sequence[Evidence], jobs: Sequence[str]) -> ThresholdResult:
    share = _share(threshold.measure, threshold.per, used, jobs)
    if share is None:
        return ThresholdResult(threshold, None, None)
    above, below = threshold.above, threshold.below
    is_met = share > Fraction(above) if above is not None else below is not None and share < Fraction(below)
    return ThresholdResult(threshold, _shown(share, 6), is_met)
