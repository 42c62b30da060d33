"""What happened, in words: the name of every type of event, registered by the app that emits it."""

from __future__ import annotations

from rongzhi.kernel.text import Text

_NAMES: dict[str, Text] = {}


def register(type_: str, zh: str, en: str) -> None:
    """Give a type of event (``plan.published``) its name; English names begin with a capital."""
    _NAMES[type_] = Text(zh, en)


def name_of(type_: str) -> Text:
    """Return the name of a type of event; the type itself where nobody named it (an app that is no longer there)."""
    return _NAMES.get(type_, Text(type_, type_))


def is_named(type_: str) -> bool:
    """Whether somebody named a type of event."""
    return type_ in _NAMES


for _row in (
    ("organisation.created", "单位已登记", "Organisation registered"),
    ("organisation.changed", "单位资料已更改", "Organisation changed"),
    ("organisation.closed", "单位已停用", "Organisation closed"),
    ("organisation.reopened", "单位已恢复", "Organisation reopened"),
    ("member.added", "成员已加入", "Member added"),
    ("member.changed", "成员角色已更改", "Member's role changed"),
    ("member.removed", "成员已移出", "Member removed"),
    ("person.changed", "个人设置已更改", "Personal settings changed"),
    ("person.password-changed", "密码已更改", "Password changed"),
    ("person.logged-in", "已登录", "Logged in"),
    ("token.created", "接口令牌已生成", "API token made"),
    ("token.revoked", "接口令牌已吊销", "API token revoked"),
    ("file.stored", "文件已保存", "File stored"),
    ("job.started", "作业已提交", "Job started"),
    ("job.queued", "作业排队中", "Job queued"),
    ("job.running", "作业运行中", "Job running"),
    ("job.done", "作业已完成", "Job done"),
    ("job.failed", "作业失败", "Job failed"),
    ("job.cancelled", "作业已取消", "Job cancelled"),
    ("job.cancel-asked", "已请求取消作业", "Job asked to cancel"),
    ("job.keep-asked", "已请求停止并保留结果", "Job asked to stop and keep"),
):
    register(*_row)
