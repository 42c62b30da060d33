"""Who may do what with the records of the park."""

from __future__ import annotations

from rongzhi.elements.resources.kinds import Kind
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import ALLOW, Verdict, all_of, deny, needs_login, needs_scope
from rongzhi.platform.accounts.models import Organisation, Role

_SHARED = deny(
    "这是园区公用数据，只有平台运营方可以更改；可另建本厂自己的一份",
    "this is shared by the whole park and only the operator changes it; make a copy of your own",
)
_NOT_OWN = deny("只能更改本单位的数据", "you may change only what belongs to your own organisation")


def may_write(actor: Actor, kind: Kind, *owners: Organisation | None) -> Verdict:
    """The operator changes everything, a factory what hangs on its own factories, a member its own items."""
    basic = all_of(needs_login(actor), needs_scope(actor, "write"))
    if not basic or actor.is_operator:
        return basic
    allowed = (Role.FACTORY, Role.PROVIDER, Role.CUSTOMER) if kind.is_item else (Role.FACTORY,)
    if not actor.has_role(*allowed):
        return deny(f"您的角色不能更改{kind.plural.zh}", f"your role does not allow changing {kind.plural.en}")
    if any(owner is None for owner in owners):
        return _SHARED
    return ALLOW if all(owner == actor.organisation for owner in owners) else _NOT_OWN


def may_create(actor: Actor, kind: Kind) -> Verdict:
    """Whether the actor may create any record of a kind: factories, places and transports are the operator's to add."""
    if kind.table in {"factories", "places", "transports"} and not actor.is_operator:
        return all_of(
            needs_login(actor),
            deny(f"只有平台运营方可以添加{kind.plural.zh}", f"only the operator adds {kind.plural.en}"),
        )
    return may_write(actor, kind, actor.organisation)


def may_read_network(actor: Actor) -> Verdict:
    """The network with calendars and rates is for the operator and, each its own part, for member factories."""
    basic = all_of(needs_login(actor), needs_scope(actor, "read"))
    if not basic or actor.is_operator or actor.has_role(Role.FACTORY):
        return basic
    return deny(
        "设备、日历与价格只对本厂和平台运营方开放，请使用工厂名录",
        "machines, calendars and rates are shown to their factory and the operator only; use the directory",
    )


def may_read(actor: Actor, kind: Kind) -> Verdict:
    """Items, places and one's own factories are every member's to read; other tables the operator's and factories'."""
    if kind.is_item or kind.table in {"places", "factories"}:
        return all_of(needs_login(actor), needs_scope(actor, "read"))
    return may_read_network(actor)


def may_see_cost(actor: Actor, owner: Organisation | None) -> Verdict:
    """Cost is shown to the owner and the operator only."""
    if actor.is_operator or (owner is not None and owner == actor.organisation):
        return ALLOW
    return deny("成本只对所属单位和平台运营方显示", "cost is shown to its owner and the operator only")


def may_import(actor: Actor) -> Verdict:
    """Whoever may change records may import them; each row is judged like a single change."""
    basic = all_of(needs_login(actor), needs_scope(actor, "write"))
    if not basic or actor.has_role(Role.OPERATOR, Role.FACTORY, Role.PROVIDER, Role.CUSTOMER):
        return basic
    return deny("您的角色不能导入数据", "your role does not allow importing")
