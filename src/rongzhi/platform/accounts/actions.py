"""Verbs of accounts: organisations, members, profiles and tokens."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from rongzhi.kernel.errors import Conflict, NotFound, Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import needs_login, organisation_of
from rongzhi.platform.accounts import checks, policy
from rongzhi.platform.accounts.models import ApiToken, Membership, Organisation, Person
from rongzhi.platform.accounts.queries import membership_for, organisation_for, token_for
from rongzhi.platform.accounts.tokens import digest_of, new_secret, prefix_of
from rongzhi.platform.actions import action, once
from rongzhi.platform.events.log import emit

LANGUAGES = ("zh-hans", "en")


@action
def create_organisation(
    actor: Actor, *, code: str, name_zh: str, kind: str, name_en: str = "", idempotency_key: str = ""
) -> Organisation:
    """Enter a new organisation in the register; only the operator may."""
    policy.may_register(actor).enforce()

    def make() -> Organisation:
        checks.check_organisation(code, name_zh, name_en, kind).raise_if_any()
        made = Organisation.objects.create(code=code, name_zh=name_zh.strip(), name_en=name_en.strip(), kind=kind)
        data = {"code": code, "kind": kind, "name": name_zh}
        emit(actor, "organisation.created", f"organisation/{code}", data, organisation=made)
        return made

    content = "\n".join((code, name_zh, name_en, kind))
    return once(actor, "create_organisation", idempotency_key, content, make)


@action
def change_organisation(actor: Actor, code: str, *, name_zh: str, name_en: str, is_active: bool = True) -> Organisation:
    """Rename an organisation or close it; its people are shut out while it is closed."""
    policy.may_register(actor).enforce()
    checks.check_names(name_zh, name_en).raise_if_any()
    organisation = Organisation.objects.select_for_update().get(pk=organisation_for(actor, code).pk)
    if not is_active and actor.organisation is not None and organisation.pk == actor.organisation.pk:
        raise Conflict(Text("不能停用自己所在的单位", "one cannot close one's own organisation"), where="is_active")
    before = {"name_zh": organisation.name_zh, "name_en": organisation.name_en, "is_active": organisation.is_active}
    after = {"name_zh": name_zh.strip(), "name_en": name_en.strip(), "is_active": is_active}
    if before == after:
        return organisation
    for field, value in after.items():
        setattr(organisation, field, value)
    organisation.save(update_fields=list(after))
    kind = "organisation.changed" if is_active == before["is_active"] else "organisation.closed"
    kind = "organisation.reopened" if is_active and not before["is_active"] else kind
    emit(actor, kind, f"organisation/{code}", {"before": before, "after": after}, organisation=organisation)
    return organisation


@action
def add_member(
    actor: Actor,
    organisation_code: str,
    *,
    username: str,
    password: str = "",
    display_name: str = "",
    email: str = "",
    is_admin: bool = False,
) -> Membership:
    """Add a new person with an account of their own; only the operator adds somebody who already has one."""
    organisation = organisation_for(actor, organisation_code)
    policy.may_manage_members(actor, organisation).enforce()
    person = Person.objects.filter(username=username).first() if actor.is_operator else None
    if person is None:
        checks.check_person(username, display_name, email, password).raise_if_any()
        person = Person.objects.create_user(username, email=email, password=password, display_name=display_name)
    elif person.memberships.filter(organisation=organisation).exists():
        raise Conflict(Text(f"{username} 已是成员", f"{username} is a member already"), where="username")
    # The role is the organisation's kind: nobody can be given rights their organisation does not have.
    made = Membership.objects.create(
        person=person, organisation=organisation, role=organisation.kind, is_admin=is_admin
    )
    data = {"username": username, "role": made.role, "is_admin": is_admin}
    emit(actor, "member.added", f"organisation/{organisation.code}", data, organisation=organisation)
    return made


@action
def change_member(actor: Actor, membership_id: int, *, is_admin: bool) -> Membership:
    """Make a member administrator or not; an organisation keeps at least one."""
    membership = _locked_membership(actor, membership_id)
    if membership.is_admin == is_admin:
        return membership
    if not is_admin:
        _needs_another_admin(membership)
    membership.is_admin = is_admin
    membership.save(update_fields=["is_admin"])
    data = {"username": membership.person.username, "is_admin": is_admin}
    where = membership.organisation
    emit(actor, "member.changed", f"organisation/{where.code}", data, organisation=where)
    return membership


@action
def remove_member(actor: Actor, membership_id: int) -> None:
    """End a membership; the person's tokens for the organisation end with it."""
    membership = _locked_membership(actor, membership_id)
    if membership.is_admin:
        _needs_another_admin(membership)
    person, organisation = membership.person, membership.organisation
    membership.delete()
    now = timezone.now()
    if not person.memberships.filter(organisation=organisation).exists():
        ApiToken.objects.filter(person=person, organisation=organisation, revoked_at=None).update(revoked_at=now)
    data = {"username": person.username}
    emit(actor, "member.removed", f"organisation/{organisation.code}", data, organisation=organisation)


def _locked_membership(actor: Actor, membership_id: int) -> Membership:
    membership = membership_for(actor, membership_id)
    policy.may_manage_members(actor, membership.organisation).enforce()
    # All changes of one organisation's members take turns, so that two cannot remove the last two administrators.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    found = Membership.objects.select_related("person", "organisation").filter(pk=membership_id).first()
    if found is None:
        raise NotFound(Text("成员已被移除", "the member was removed meanwhile"), where=f"member/{membership_id}")
    return found


def _needs_another_admin(membership: Membership) -> None:
    admins = Membership.objects.filter(organisation=membership.organisation_id, is_admin=True)
    if not admins.exclude(pk=membership.pk).exists():
        raise Conflict(
            Text("这是本单位唯一的管理员", "this is the organisation's only administrator"),
            where=f"member/{membership.pk}",
            fix=Text("先指定另一位管理员", "make somebody else administrator first"),
        )


@action
def change_profile(actor: Actor, *, display_name: str, language: str) -> Person:
    """Change one's own shown name and language."""
    person = _own_person(actor)
    if language not in LANGUAGES or len(display_name) > 120:
        known = ", ".join(LANGUAGES)
        message = Text("姓名超过 120 个字符，或语言未知", "the name is over 120 characters, or the language unknown")
        fix = Text(f"语言可用：{known}", f"languages: {known}")
        raise Rejected([Finding("bad-profile", "language", message, fix)])
    person.display_name, person.language = display_name.strip(), language
    person.save(update_fields=["display_name", "language"])
    emit(actor, "person.changed", f"person/{person.username}", {"language": language})
    return person


@action
def change_password(actor: Actor, *, old: str, new: str) -> Person:
    """Change one's own password; the old one is asked for, and by token it is not possible."""
    person = _own_person(actor)
    policy.may_make_token(actor).enforce()
    if not person.check_password(old):
        message, fix = (
            Text("原口令不对", "the old password is wrong"),
            Text("重新输入原口令", "enter the old password again"),
        )
        raise Rejected([Finding("wrong-password", "old", message, fix)])
    checks.check_password(new, person).raise_if_any()
    person.set_password(new)
    person.save(update_fields=["password"])
    emit(actor, "person.password-changed", f"person/{person.username}")
    return person


def _own_person(actor: Actor) -> Person:
    needs_login(actor).enforce()
    if actor.person is None:
        raise NotFound(Text("系统没有个人资料", "the system has no profile"))
    return Person.objects.select_for_update().get(pk=actor.person.pk)


@action
def create_token(actor: Actor, *, name: str, scopes: list[str], days: int) -> tuple[ApiToken, str]:
    """Make a token for the organisation one acts for, and give its text, which is shown this once."""
    policy.may_make_token(actor).enforce()
    checks.check_token(name, scopes, days).raise_if_any()
    secret = new_secret()
    token = ApiToken.objects.create(
        person=_own_person(actor),
        organisation=organisation_of(actor),
        name=name.strip(),
        prefix=prefix_of(secret),
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + timedelta(days=days),
    )
    data = {"name": token.name, "scopes": token.scopes, "expires_at": token.expires_at}
    emit(actor, "token.created", f"token/{token.prefix}", data)
    return token, secret


@action
def revoke_token(actor: Actor, token_id: int) -> ApiToken:
    """End a token at once; revoking it again changes nothing."""
    seen = token_for(actor, token_id)
    policy.may_revoke_token(actor, seen).enforce()
    token = ApiToken.objects.select_for_update().get(pk=seen.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        emit(actor, "token.revoked", f"token/{token.prefix}", {"name": token.name}, organisation=token.organisation)
    return token
