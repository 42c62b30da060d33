"""Names of the events of resources: every kind of record created, changed or taken out."""

from __future__ import annotations

from rongzhi.platform.events.names import register

ACTS = (("created", "已新建", "created"), ("updated", "已更改", "changed"), ("removed", "已停用或移除", "taken out"))


def register_names() -> None:
    """Register them."""
    from rongzhi.elements.resources.kinds import KINDS

    for kind in KINDS.values():
        for act, zh, en in ACTS:
            label = kind.label.en
            register(f"{kind.name}.{act}", f"{kind.label.zh}{zh}", f"{label[0].upper()}{label[1:]} {en}")
    register("mapping.remembered", "列对应关系已记住", "Column mapping remembered")
    register("resources.imported", "资源已导入", "Resources imported")
