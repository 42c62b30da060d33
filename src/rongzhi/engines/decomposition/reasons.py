"""Reasons for refusing: a stable code and the sentence, one function for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from rongzhi.kernel.text import Text
from rongzhi.model.production import PROCESSES

Verdict = tuple[str, Text]


@lru_cache(maxsize=1024)
def process_missing(code: str) -> Verdict:
    """Say that the process is not among the capabilities."""
    name = _process(code)
    return "process", Text(zh=f"没有{name.zh}能力", en=f"cannot do {name.en}")


def too_large(label: Text, value: float, limit: float, unit: str) -> Verdict:
    """Say which dimension of the part exceeds which limit."""
    return "size", Text(
        zh=f"工件{label.zh} {value:g} {unit} 超过上限 {limit:g} {unit}",
        en=f"part {label.en} {value:g} {unit} exceeds the limit of {limit:g} {unit}",
    )


def tolerance(wanted: float, closest: float) -> Verdict:
    """Say that the machine cannot hold the tolerance."""
    return "tolerance", Text(
        zh=f"要求公差 {wanted:g} mm，最高只能保证 {closest:g} mm",
        en=f"tolerance {wanted:g} mm is asked, {closest:g} mm is the closest it holds",
    )


def material(wanted: str, known: Sequence[str]) -> Verdict:
    """Say that the machine does not work the material."""
    shown = ", ".join(known)
    return "material", Text(zh=f"不加工材料 {wanted}（只加工 {shown}）", en=f"does not work {wanted} (only {shown})")


def certificate_missing(code: str) -> Verdict:
    """Say that the factory does not hold a certificate."""
    return "certificate-missing", Text(zh=f"没有证书 {code}", en=f"does not hold the certificate {code}")


def certificate_expired(code: str, until: date, due: date) -> Verdict:
    """Say that a certificate ends before the due date."""
    return "certificate-expired", Text(
        zh=f"证书 {code} 有效期至 {until}，早于交期 {due}",
        en=f"the certificate {code} holds until {until}, before the due date {due}",
    )


@lru_cache(maxsize=1024)
def inactive() -> Verdict:
    """Say that the machine is out of use."""
    return "inactive", Text(zh="已停用", en="is out of use")


@lru_cache(maxsize=1024)
def not_open() -> Verdict:
    """Say that the owner opens nothing here."""
    return "not-open", Text(zh="未向网络开放产能", en="no capacity is open to the network")


@lru_cache(maxsize=1024)
def process_not_open(code: str) -> Verdict:
    """Say that the owner opens other processes only."""
    name = _process(code)
    return "process-not-open", Text(zh=f"未向网络开放{name.zh}", en=f"{name.en} is not open to the network")


@lru_cache(maxsize=1024)
def customer_excluded(code: str) -> Verdict:
    """Say that the owner does not work for this customer."""
    return "customer-excluded", Text(zh=f"不接客户 {code} 的订单", en=f"takes no orders of customer {code}")


@lru_cache(maxsize=1024)
def factory_excluded() -> Verdict:
    """Say that the order excludes the factory."""
    return "factory-excluded", Text(zh="订单排除了该工厂", en="the order excludes this factory")


def no_working_time(days: int) -> Verdict:
    """Say that the calendar opens nothing in sight."""
    return "no-working-time", Text(zh=f"{days} 天内没有工作时间", en=f"has no working time within {days} days")


def too_long(minutes: int, most_min: int) -> Verdict:
    """Say that an operation would take longer than anybody plans ahead."""
    days, most = minutes / 1440, most_min // 1440
    return "too-long", Text(
        zh=f"需连续加工 {days:,.0f} 天，超过上限 {most} 天",
        en=f"would take {days:,.0f} days without a pause, more than {most}",
    )


def not_listed() -> Verdict:
    """Say that the step allows other machines only."""
    return "not-listed", Text(zh="不在工序指定的机床之列", en="is not among the machines the step allows")


def not_common(step: int, operation: Text) -> Verdict:
    """Say that operations which must stay together cannot all be done here."""
    return "not-common", Text(
        zh=f"须在同一工厂完成的工序中，{operation.zh}（{step}）不能在此完成",
        en=f"the operations must stay in one factory, and {operation.en} ({step}) cannot be done here",
    )


def _process(code: str) -> Text:
    return PROCESSES[code].name if code in PROCESSES else Text(code, code)
