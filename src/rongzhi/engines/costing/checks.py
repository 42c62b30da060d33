"""Checks of jobs and terms, all findings at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from decimal import Decimal

from rongzhi.engines.costing.model import Charge, Job, Leg, Material, Operation, Outside, Terms
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

_BELOW_ONE = frozenset({"scrap"})


def check_job(job: Job) -> Findings:
    """Check a job: a quantity, at least one thing that costs, numbers exact and not negative, codes once."""
    findings = Findings()
    if isinstance(job.quantity, bool) or not isinstance(job.quantity, int) or job.quantity < 1:
        findings.error(
            "quantity",
            "quantity",
            Text(f"数量 {job.quantity} 不是正整数", f"the quantity {job.quantity} is not a whole number above 0"),
            Text("填至少 1 件", "enter 1 piece or more"),
        )
    if not (job.materials or job.operations or job.charges):
        findings.error(
            "nothing-to-cost",
            "operations",
            Text("没有材料、工序或费用", "there is no material, operation or charge"),
            Text("至少给出一项", "give at least one"),
        )
    for name in ("materials", "operations", "legs", "charges"):
        rows = getattr(job, name)
        for index, row in enumerate(rows):
            _check_numbers(row, f"{name}[{index}]", findings)
        for code, count in Counter(row.code for row in rows).items():
            if count > 1:
                findings.error(
                    "twice",
                    name,
                    Text(f"代号 {code} 出现 {count} 次", f"the code {code} is given {count} times"),
                    Text("每项用不同代号", "give each its own code"),
                )
    for index, operation in enumerate(job.operations):
        _check_operation(operation, f"operations[{index}]", findings)
    return findings


def check_terms(terms: Terms) -> Findings:
    """Check terms: shares not negative, a fee on the price below 1, a step above 0."""
    findings = Findings()
    _check_numbers(terms, "terms", findings)
    if terms.fee_on not in {"price", "cost"}:
        findings.error(
            "unknown-basis",
            "terms.fee_on",
            Text(f"没有计费基数“{terms.fee_on}”", f"there is no basis '{terms.fee_on}'"),
            Text("请使用 price 或 cost", "use price or cost"),
        )
    if terms.fee_on == "price" and terms.fee >= 1:
        findings.error(
            "fee-too-large",
            "terms.fee",
            Text(f"平台费占价格的 {terms.fee:%}", f"the fee is {terms.fee:%} of the price"),
            Text("小于 1", "keep it below 1"),
        )
    if terms.step <= 0:
        findings.error(
            "step",
            "terms.step",
            Text(f"最小金额 {terms.step} 不是正数", f"the smallest amount {terms.step} is not positive"),
            Text("人民币用 0.01", "use 0.01 for most currencies"),
        )
    return findings


def _check_operation(operation: Operation, where: str, findings: Findings) -> None:
    if operation.batch < 0:
        findings.error(
            "batch",
            f"{where}.batch",
            Text(f"批量 {operation.batch} 为负", f"the batch {operation.batch} is negative"),
            Text("整单一次调整填 0", "0 means one set-up for the order"),
        )
    if operation.outside is not None:
        _check_numbers(operation.outside, f"{where}.outside", findings)
        _check_breaks(operation.outside, f"{where}.outside.breaks", findings)
        if operation.setup_min or operation.run_min:
            findings.error(
                "priced-twice",
                where,
                Text(f"工序 {operation.code} 既有工时又有外协价", f"operation {operation.code} has times and a price"),
                Text("二者取一", "give one of them"),
            )
    elif (operation.setup_min or operation.run_min) and not operation.rate:
        findings.warning(
            "no-rate",
            f"{where}.rate",
            Text(f"工序 {operation.code} 的小时费率为 0", f"the hourly rate of operation {operation.code} is 0"),
            Text("确认是否免费", "make sure that it is free"),
        )


def _check_breaks(outside: Outside, where: str, findings: Findings) -> None:
    quantities = [quantity for quantity, _ in outside.breaks]
    if quantities != sorted(set(quantities)) or any(
        not isinstance(price, Decimal) or not price.is_finite() or price < 0 for _, price in outside.breaks
    ):
        findings.error(
            "breaks",
            where,
            Text("数量档须递增，价格为非负数", "quantities must grow and prices must be 0 or more"),
            Text("按数量从小到大排列", "order the breaks by quantity"),
        )


def _check_numbers(row: Material | Operation | Outside | Leg | Charge | Terms, where: str, findings: Findings) -> None:
    """Check every number of a row: exact, finite, not negative; shares lost below 1."""
    for each in fields(row):
        value = getattr(row, each.name)
        place = f"{where}.{each.name}"
        if each.type == "Decimal" and not isinstance(value, Decimal):
            findings.error(
                "not-exact",
                place,
                Text(f"{value} 不是 Decimal", f"{value} is not a Decimal"),
                Text("用 Decimal 写金额和数量", "write amounts and quantities as Decimal"),
            )
        elif isinstance(value, Decimal) and (not value.is_finite() or value < 0):
            findings.error(
                "negative",
                place,
                Text(f"{value} 不是非负数", f"{value} is not a number of 0 or more"),
                Text("填 0 或正数", "enter 0 or more"),
            )
        elif isinstance(value, Decimal) and each.name in _BELOW_ONE and value >= 1:
            findings.error(
                "share-too-large",
                place,
                Text(f"损耗 {value:%} 不小于 100 %", f"a loss of {value:%} leaves nothing"),
                Text("写成小于 1 的小数，如 0.05", "write a share below 1, such as 0.05"),
            )
