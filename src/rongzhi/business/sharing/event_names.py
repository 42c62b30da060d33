"""Names of the events of shared manufacturing."""

from __future__ import annotations

from rongzhi.platform.events.names import register


def register_names() -> None:
    """Register them."""
    for row in (
        ("order.created", "订单已录入", "Order taken"),
        ("order.changed", "订单已更改", "Order changed"),
        ("order.submitted", "订单已提交", "Order placed"),
        ("order.cancelled", "订单已取消", "Order cancelled"),
        ("order.promised", "已接受承诺并下单", "Promise accepted, order placed"),
        ("orders.imported", "订单已导入", "Orders imported"),
        ("orders.decomposed", "订单已按工序分解", "Orders decomposed"),
        ("orders.planned", "订单已排入计划", "Orders planned"),
        ("plan.made", "计划草案已生成", "Plan drafted"),
        ("plan.published", "计划已发布", "Plan published"),
        ("plan.discarded", "计划草案已丢弃", "Plan discarded"),
        ("planning.preference_set", "排产偏好已保存", "Planning preference kept"),
        ("promise.offered", "交期与成本已报出", "Date and cost offered"),
        ("work.dispatched", "工序已下达工厂", "Work dispatched"),
        ("operation.started", "工序已开工", "Operation started"),
        ("operation.counted", "工序已报数", "Quantity reported"),
        ("operation.corrected", "报工已更正", "Report corrected"),
        ("operation.completed", "工序已完工", "Operation completed"),
        ("sample.loaded", "样例园区已载入", "Sample park loaded"),
    ):
        register(*row)
