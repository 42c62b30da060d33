"""Score packs, the evidence that goes in and the card that comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from rongzhi.kernel.text import Text

Per = Literal["records", "jobs"]
"""A share is the mean of the records' values, or their sum over the delivered jobs."""

DELIVERED = "delivered"
"""The measure whose records count the jobs."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was published.

    Parameters
    ----------
    title, address : str
    noted : date
        Day on which the practice was noted; it may have changed since.
    """

    title: str
    address: str
    noted: date


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a pack.

    Parameters
    ----------
    key : str
    title : Text
    measure : str
        Records it looks at.
    weight : Decimal
    curve : tuple of (Decimal, Decimal)
        Shares (0..1) and points; straight lines between them.
    """

    key: str
    title: Text
    measure: str
    weight: Decimal
    curve: tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class CapRule:
    """A rule that limits the points of a criterion.

    Parameters
    ----------
    title : Text
    measure : str
    per : {"records", "jobs"}
    at_least, at_most : Decimal or None
        The rule bites when the share is at least, or at most, so much.
    criterion : str
    points_at_most : Decimal
    """

    title: Text
    measure: str
    per: Per
    at_least: Decimal | None
    at_most: Decimal | None
    criterion: str
    points_at_most: Decimal


@dataclass(frozen=True, slots=True)
class Threshold:
    """Something shown beside the score that does not change it.

    Parameters
    ----------
    title : Text
    measure : str
    per : {"records", "jobs"}
    above, below : Decimal or None
        Met when the share is strictly above, or below.
    """

    title: Text
    measure: str
    per: Per
    above: Decimal | None
    below: Decimal | None


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade.

    Parameters
    ----------
    code : str
    at_least : Decimal
        Score as shown.
    """

    code: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Pack:
    """A version of the rules by which parties are scored.

    Parameters
    ----------
    code, version : str
    since : date
        From which the version holds.
    title, status, note : Text
        ``status`` says whose rules these are.
    sources : tuple of Source
    least, most : Decimal
        Ends of the scale.
    decimals : int
        Digits after the point of a score, rounded half up.
    days, jobs, longest_days : int
        The window reaches back so many days, and on until it holds so many delivered jobs, but no further than the
        longest.
    jobs_needed : int
        Without so many delivered jobs in the window there is no score.
    needs : tuple of str
        Criteria without which there is no score.
    criteria : tuple of Criterion
    rules : tuple of CapRule
    grades : tuple of Grade
        Highest first; may be empty.
    thresholds : tuple of Threshold
    """

    code: str
    version: str
    since: date
    title: Text
    status: Text
    note: Text
    sources: tuple[Source, ...]
    least: Decimal
    most: Decimal
    decimals: int
    days: int
    jobs: int
    longest_days: int
    jobs_needed: int
    needs: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    rules: tuple[CapRule, ...] = ()
    grades: tuple[Grade, ...] = ()
    thresholds: tuple[Threshold, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact about a party, taken from an event.

    Parameters
    ----------
    code : str
        Names the record, such as the event it was taken from.
    subject : str
        The party.
    job : str
    measure : str
        ``delivered``, ``on_time``, ``accepted``, ``answered``, ``engaged``, ``packed``, ``claim`` ...
    at : datetime
        Aware.
    value : Decimal
        0..1, 1 for yes.
    set_aside : str
        Why the record does not count, such as an appeal that was upheld; empty if it counts.
    """

    code: str
    subject: str
    job: str
    measure: str
    at: datetime
    value: Decimal = Decimal(1)
    set_aside: str = ""


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """What a criterion came to.

    Parameters
    ----------
    criterion : Criterion
    records : tuple of Evidence
        Every record that counts.
    share : Decimal or None
        Mean of their values, rounded to 6 digits for showing; None without a record.
    points : Decimal or None
        After the rules, rounded to 6 digits for showing.
    weight : Decimal
        Part of the score after spreading the weights of criteria without records, 0..1, rounded to 6 digits.
    caps : tuple of Text
        Rules that bit.
    words : Text
    """

    criterion: Criterion
    records: tuple[Evidence, ...]
    share: Decimal | None
    points: Decimal | None
    weight: Decimal
    caps: tuple[Text, ...]
    words: Text


@dataclass(frozen=True, slots=True)
class ThresholdResult:
    """Whether a threshold is met.

    Parameters
    ----------
    threshold : Threshold
    share : Decimal or None
    is_met : bool or None
        None without evidence.
    """

    threshold: Threshold
    share: Decimal | None
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A record that was not used.

    Parameters
    ----------
    evidence : Evidence
    reason : Text
    """

    evidence: Evidence
    reason: Text


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """The score of one party, with everything it was computed from.

    Parameters
    ----------
    pack : Pack
    subject : str
    at : datetime
        Moment for which it was computed.
    begins : datetime
        Begin of the window.
    jobs : tuple of str
        Delivered jobs in the window.
    criteria : tuple of CriterionScore
    score : Decimal or None
        None when there is not enough evidence: never a good score by default.
    grade : str
        Empty without a score, below the lowest grade, or if the pack has none.
    reason : Text
        How the score came about, or why there is none.
    thresholds : tuple of ThresholdResult
    excluded : tuple of Excluded
    digest : str
        SHA-256 over the pack, the moment and every record of the subject: equal inputs have equal digests.
    """

    pack: Pack
    subject: str
    at: datetime
    begins: datetime
    jobs: tuple[str, ...]
    criteria: tuple[CriterionScore, ...]
    score: Decimal | None
    grade: str
    reason: Text
    thresholds: tuple[ThresholdResult, ...]
    excluded: tuple[Excluded, ...]
    digest: str
