"""Pages of the register: organisations and their members."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, needs_role
from rongzhi.platform.accounts import actions, forms, policy
from rongzhi.platform.accounts.models import Membership, Organisation, Role
from rongzhi.platform.accounts.queries import members_of, organisation_for, organisations_for
from rongzhi.platform.address import address
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.pages import (
    ActPage,
    Badge,
    Button,
    Column,
    Empty,
    Fact,
    Filter,
    FormPage,
    Link,
    ListPage,
    RecordPage,
    Tab,
    YesNo,
)

REGISTER = Link(say("单位名录", "Organisations"), address("accounts:organisations"))


def _page_of(organisation: Organisation) -> str:
    return reverse("accounts:organisation", args=[organisation.code])


def open_state(organisation: Organisation) -> Badge:
    """Return whether an organisation is open."""
    return Badge(say("启用", "open"), "ok") if organisation.is_active else Badge(say("停用", "closed"), "warn")


class Organisations(ListPage):
    """The register of organisations."""

    title = say("单位名录", "Organisations")
    lead = say("平台上的各方；由平台运营方登记", "The parties on the platform, registered by the operator")
    create = Button(say("登记单位", "Register an organisation"), address("accounts:organisation-new"), style="primary")
    search_fields = ("code", "name_zh", "name_en")
    order = "code"
    file_name = "organisations"
    empty = Empty(
        say("还没有单位", "No organisations yet"), say("先登记成员工厂和客户", "Register factories and customers")
    )
    filters = (Filter("kind", say("类型", "Kind"), Role.choices), YesNo("is_active", say("启用", "Open")))
    columns = (
        Column("code", say("编号", "Code"), link=_page_of, sort="code"),
        Column("name", say("名称", "Name"), sort="name_zh"),
        Column("kind", say("类型", "Kind"), "badge", sort="kind"),
        Column("people", say("成员", "Members"), "int", sort="people"),
        Column("state", say("状态", "State"), value=open_state),
        Column("created_at", say("登记时间", "Registered"), "datetime", sort="created_at"),
    )

    def may(self, actor: Actor) -> Verdict:
        """Only the operator keeps the register."""
        return needs_role(actor, Role.OPERATOR)

    def queryset(self, actor: Actor) -> QuerySet[Organisation]:
        """Return every organisation."""
        return organisations_for(actor).annotate(people=Count("memberships"))


class OrganisationNew(FormPage):
    """Register an organisation."""

    title = say("登记单位", "Register an organisation")
    form_class = forms.OrganisationForm
    parents = (REGISTER,)
    submit = say("登记", "Register")

    def may(self, actor: Actor) -> Verdict:
        """Only the operator's administrators."""
        return policy.may_register(actor)

    def act(self, actor: Actor, form: Any) -> Organisation:
        """Register it."""
        return actions.create_organisation(actor, **form.cleaned_data, idempotency_key=self.idempotency_key)

    def success_url(self, result: Organisation) -> str:
        """Go to the new organisation."""
        return _page_of(result)


class OrganisationPage(RecordPage):
    """One organisation and its members."""

    kind = say("单位", "Organisation")

    def get_object(self, actor: Actor, **kwargs: Any) -> Organisation:
        """Return the organisation."""
        return organisation_for(actor, kwargs["code"])

    def title_of(self, obj: Organisation) -> str:
        """Return its name."""
        return obj.name

    def state(self, obj: Organisation) -> Badge:
        """Return whether it is open."""
        return open_state(obj)

    def facts(self, obj: Organisation) -> Sequence[Fact]:
        """Return what it is."""
        return (
            Fact(say("编号", "Code"), obj.code),
            Fact(say("类型", "Kind"), obj.get_kind_display()),
            Fact(say("登记时间", "Registered"), obj.created_at, "datetime"),
        )

    def tabs(self, obj: Organisation, actor: Actor) -> Sequence[Tab]:
        """Show the members."""
        return (Tab("members", say("成员", "Members"), "accounts/_members.html", self._members),)

    def _members(self, obj: Organisation, actor: Actor) -> dict[str, Any]:
        may = policy.may_manage_members(actor, obj)
        return {"members": [(row, _member_buttons(row) if may else ()) for row in members_of(obj)]}

    def buttons(self, obj: Organisation, actor: Actor) -> Sequence[Button]:
        """Return what may be done."""
        manage, register = policy.may_manage_members(actor, obj), policy.may_register(actor)
        change = Button(
            say("修改", "Change"), reverse("accounts:organisation-change", args=[obj.code]), verdict=register
        )
        add = Button(
            say("添加成员", "Add a member"),
            reverse("accounts:member-new", args=[obj.code]),
            style="primary",
            verdict=manage,
        )
        return (change, add) if actor.is_operator else (add,)

    def subject(self, obj: Organisation) -> str:
        """Show its events."""
        return f"organisation/{obj.code}"


def _member_buttons(row: Membership) -> tuple[Button, ...]:
    to = say("取消管理员", "Not administrator") if row.is_admin else say("设为管理员", "Make administrator")
    return (
        Button(
            to,
            reverse("accounts:member-change", args=[row.pk]),
            method="post",
            fields={"is_admin": "0" if row.is_admin else "1"},
        ),
        Button(
            say("移除", "Remove"),
            reverse("accounts:member-remove", args=[row.pk]),
            method="post",
            style="danger",
            confirm=say("移除后其令牌立即失效。确定移除？", "The person's tokens end at once. Remove?"),
        ),
    )


class OrganisationChange(FormPage):
    """Rename or close an organisation."""

    title = say("修改单位", "Change an organisation")
    form_class = forms.OrganisationChangeForm
    parents = (REGISTER,)

    def may(self, actor: Actor) -> Verdict:
        """Only the operator's administrators."""
        return policy.may_register(actor)

    def prepare(self, actor: Actor) -> None:
        """Find the organisation."""
        self.organisation = organisation_for(actor, self.kwargs["code"])

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Show what is kept."""
        found = self.organisation
        return {"name_zh": found.name_zh, "name_en": found.name_en, "is_active": found.is_active}

    def act(self, actor: Actor, form: Any) -> Organisation:
        """Change it."""
        return actions.change_organisation(actor, self.organisation.code, **form.cleaned_data)

    def success_url(self, result: Organisation) -> str:
        """Go back to it."""
        return _page_of(result)

    def cancel_url(self) -> str:
        """Go back to it."""
        return _page_of(self.organisation)


class MemberNew(FormPage):
    """Add a member."""

    title = say("添加成员", "Add a member")
    form_class = forms.MemberForm
    submit = say("添加", "Add")

    def prepare(self, actor: Actor) -> None:
        """Find the organisation; whoever may not manage it sees why."""
        self.organisation = organisation_for(actor, self.kwargs["code"])
        policy.may_manage_members(actor, self.organisation).enforce()

    def act(self, actor: Actor, form: Any) -> Membership:
        """Add the person."""
        return actions.add_member(actor, self.organisation.code, **form.cleaned_data)

    def success_url(self, result: Any) -> str:
        """Go back to the members."""
        return _page_of(self.organisation)

    def cancel_url(self) -> str:
        """Go back to the members."""
        return _page_of(self.organisation)


class MemberChange(ActPage):
    """Make a member administrator, or not."""

    def act(self, actor: Actor, **kwargs: Any) -> Membership:
        """Change it."""
        return actions.change_member(actor, kwargs["member_id"], is_admin=self.request.POST.get("is_admin") == "1")


class MemberRemove(ActPage):
    """End a membership."""

    def act(self, actor: Actor, **kwargs: Any) -> None:
        """Remove the member."""
        actions.remove_member(actor, kwargs["member_id"])

    def done(self, result: Any) -> Any:
        """Say so."""
        return say("成员已移除", "The member was removed")

    def next_url(self, result: Any) -> str:
        """Go to one's own organisation when it was oneself who left, else stay."""
        return super().next_url(result)
