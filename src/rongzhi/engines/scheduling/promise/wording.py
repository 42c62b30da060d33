"""Sentences of promises."""

from __future__ import annotations

from rongzhi.engines.scheduling.model import Job
from rongzhi.engines.scheduling.promise.quote import Order
from rongzhi.engines.scheduling.promise.reasons import When
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text


def promise(completion: int, due: int | None, lateness: int, when: When) -> Text:
    """Return the date and how it stands to the due date."""
    zh, en = f"可于 {when(completion)} 完成", f"can be done by {when(completion)}"
    if due is not None and lateness > 0:
        return Text(f"{zh}，晚于交期 {lateness}", f"{en}, {lateness} after the due date")
    if due is not None:
        return Text(f"{zh}，比交期早 {-lateness}", f"{en}, {-lateness} before the due date")
    return Text(zh, en)


def alternative(kind: str, factory: str, delay: int, price: float) -> Text:
    """Return how an alternative stands to the quote."""
    heads = {
        "fastest": Text("最快方案", "the fastest way"),
        "cheapest": Text("最省方案", "the cheapest way"),
        "factory": Text(f"全部在工厂 {factory}", f"all in factory {factory}"),
    }
    head = heads[kind]
    zh_time = f"晚 {delay}" if delay > 0 else f"早 {-delay}" if delay < 0 else "日期相同"
    en_time = f"{delay} later" if delay > 0 else f"{-delay} earlier" if delay < 0 else "the same date"
    zh_cost = f"贵 {price:.2f}" if price > 0 else f"省 {-price:.2f}" if price < 0 else "费用相同"
    en_cost = f"{price:.2f} dearer" if price > 0 else f"{-price:.2f} cheaper" if price < 0 else "the same cost"
    return Text(f"{head.zh}：{zh_time}，{zh_cost}", f"{head.en}: {en_time}, {en_cost}")


def turn(number: int, order: Order, count: int, when: When) -> Text:
    """Return why an order was served at its turn."""
    due_zh = "无交期" if order.due is None else f"交期 {when(order.due)}"
    due_en = "no due date" if order.due is None else f"due {when(order.due)}"
    return Text(
        f"第 {number}/{count} 个分配：优先级 {order.priority:g}，{due_zh}",
        f"served {number} of {count}: priority {order.priority:g}, {due_en}",
    )


def displaced(completion: int, gain: int, jobs: list[str], cost: float, when: When) -> Text:
    """Return what going before others would gain and cost."""
    zh_jobs, en_jobs = "、".join(jobs) or "无", ", ".join(jobs) or "nobody"
    return Text(
        f"若排在 {zh_jobs} 之前，可于 {when(completion)} 完成，早 {gain}；他人加权误期增加 {cost:g}",
        f"going before {en_jobs} it could end at {when(completion)}, {gain} earlier; "
        f"others' weighted tardiness grows by {cost:g}",
    )


def circle() -> Finding:
    """Return that operations wait for each other."""
    return Finding(
        "cycle",
        "precedences",
        Text("先后关系成环", "the operations wait for each other in a circle"),
        Text("去掉一条先后关系", "remove one of the precedences"),
    )


def no_factory(code: str, job: Job) -> Finding:
    """Return that no mode of an operation is in an allowed factory."""
    allowed = ", ".join(job.factories or ())
    return Finding(
        "factory-not-allowed",
        code,
        Text(f"工序“{code}”在允许的工厂（{allowed}）都不能做", f"operation '{code}' has no mode in {allowed}"),
        Text("增加可选工厂", "allow more factories"),
    )


def deadline(job: Job, end: int, when: When) -> Finding:
    """Return that a deadline cannot be kept, and what could."""
    limit = when(job.deadline or 0)
    return Finding(
        "deadline-missed",
        job.code,
        Text(
            f"不移动已排工序时，作业“{job.code}”最早 {when(end)} 完成，晚于最后期限 {limit}",
            f"without moving planned work job '{job.code}' ends at {when(end)}, after its deadline {limit}",
        ),
        Text("放宽最后期限，或重新排产", "extend the deadline or plan anew"),
    )


def waits_too_long(code: str) -> Finding:
    """Return that a largest wait cannot be kept."""
    return Finding(
        "waits-too-long",
        code,
        Text(f"工序“{code}”接不上前序的最长等待", f"operation '{code}' cannot follow within its largest wait"),
        Text("放宽最长等待", "allow a longer wait"),
    )


def no_room(code: str) -> Finding:
    """Return that an operation fits nowhere."""
    return Finding(
        "no-working-time",
        code,
        Text(f"工序“{code}”在任何可用设备上都放不下", f"operation '{code}' fits on none of its machines"),
        Text("延长班次、允许跨班次加工或增加设备", "lengthen the shifts, let it span breaks or add machines"),
    )
