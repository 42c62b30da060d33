"""Sentences about work: who can do an operation, who cannot and why."""

from __future__ import annotations

from rongzhi.kernel.text import Text
from rongzhi.model.production import Operation, Work


def explain_operation(operation: Operation) -> Text:
    """Return in a few sentences who can do an operation and at what price, and why the others cannot."""
    head = Text(
        zh=f"{operation.code} {operation.name.zh}（{operation.quantity} 个单位）",
        en=f"{operation.code} {operation.name.en} ({operation.quantity} units)",
    )
    parts = [head, _choice(operation), *explain_refusals(operation)]
    return Text(zh="；".join(part.zh for part in parts), en="; ".join(part.en for part in parts))


def explain_refusals(operation: Operation) -> tuple[Text, ...]:
    """Return one sentence for each refusal."""
    return tuple(
        Text(zh=f"{item.resource}：{item.reason.zh}", en=f"{item.resource}: {item.reason.en}")
        for item in operation.refusals
    )


def explain_work(work: Work) -> Text:
    """Return how much work there is and what is stuck."""
    counts = len(work.lots), len(work.operations), len(work.stuck)
    stuck = ", ".join(operation.code for operation in work.stuck[:5])
    return Text(
        zh=f"{counts[0]} 批，{counts[1]} 道工序" + (f"；{counts[2]} 道无人能做：{stuck}" if counts[2] else ""),
        en=f"{counts[0]} lots, {counts[1]} operations" + (f"; nobody can do {counts[2]}: {stuck}" if counts[2] else ""),
    )


def _choice(operation: Operation) -> Text:
    if not operation.candidates:
        return Text(zh="没有机床能做", en="no machine can do it")
    factories = sorted({candidate.factory for candidate in operation.candidates})
    best = min(operation.candidates, key=lambda candidate: (candidate.cost, candidate.machine))
    fast = min(operation.candidates, key=lambda candidate: (candidate.setup_min + candidate.run_min, candidate.machine))
    return Text(
        zh=f"{len(operation.candidates)} 台机床可做（{'、'.join(factories)}）；最便宜 {best.machine} {best.cost}，"
        f"最快 {fast.machine} {fast.setup_min + fast.run_min} 分钟",
        en=f"{len(operation.candidates)} machine(s) can do it ({', '.join(factories)}); cheapest {best.machine} at "
        f"{best.cost}, fastest {fast.machine} in {fast.setup_min + fast.run_min} min",
    )
