"""Reading organisations, members and tokens, for whom."""

from __future__ import annotations

from django.db.models import QuerySet

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import ApiToken, Membership, Organisation


def organisations_for(actor: Actor) -> QuerySet[Organisation]:
    """Return the whole register for the operator, else the person's own organisations."""
    if actor.is_operator:
        return Organisation.objects.all()
    if actor.organisation is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(pk=actor.organisation.pk)


def own_organisations(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations the person may act for."""
    if actor.person is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__person=actor.person, is_active=True).distinct()


def organisation_for(actor: Actor, code: str) -> Organisation:
    """Return one organisation the actor may see."""
    found = organisations_for(actor).filter(code=code).first()
    if found is None:
        raise NotFound(Text(f"没有单位“{code}”", f"no organisation '{code}'"), where=f"organisation/{code}")
    return found


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    """Return the members of an organisation."""
    return Membership.objects.filter(organisation=organisation).select_related("person").order_by("person__username")


def membership_for(actor: Actor, membership_id: int) -> Membership:
    """Return one membership in an organisation the actor may see."""
    seen = Membership.objects.filter(organisation__in=organisations_for(actor))
    found = seen.select_related("person", "organisation").filter(pk=membership_id).first()
    if found is None:
        raise NotFound(Text(f"没有成员 {membership_id}", f"no member {membership_id}"), where=f"member/{membership_id}")
    return found


def tokens_for(actor: Actor) -> QuerySet[ApiToken]:
    """Return the person's own tokens; those of the whole organisation for its administrators, all for the operator."""
    tokens = ApiToken.objects.select_related("person", "organisation")
    if actor.is_operator:
        return tokens
    if actor.organisation is None:
        return tokens.none()
    if actor.is_admin:
        return tokens.filter(organisation=actor.organisation)
    return tokens.filter(person=actor.person, organisation=actor.organisation)


def token_for(actor: Actor, token_id: int) -> ApiToken:
    """Return one token the actor may see."""
    found = tokens_for(actor).filter(pk=token_id).first()
    if found is None:
        raise NotFound(Text(f"没有令牌 {token_id}", f"no token {token_id}"), where=f"token/{token_id}")
    return found
