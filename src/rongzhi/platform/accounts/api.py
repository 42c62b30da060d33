"""Accounts over the API: who am I, organisations, members, tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from rongzhi.platform.accounts import actions, queries
from rongzhi.platform.accounts.models import ApiToken, Membership
from rongzhi.platform.rest import Page, Paging, idempotency_key, needs, page_of

router = Router(tags=["accounts"])


class OrganisationOut(Schema):
    """An organisation."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    is_active: bool


class Me(Schema):
    """Who asks, for which organisation, with which roles and scopes (null: a log-in, everything the roles allow)."""

    username: str
    display_name: str
    language: str
    organisation: OrganisationOut | None
    organisations: list[OrganisationOut]
    roles: list[str]
    is_admin: bool
    scopes: list[str] | None


@router.get("/me", response=Me, summary="我是谁 / Who am I")
def me(request: HttpRequest) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    return {
        "username": actor.person.username,
        "display_name": actor.person.display_name,
        "language": actor.person.language,
        "organisation": actor.organisation,
        "organisations": list(queries.own_organisations(actor)),
        "roles": sorted(actor.roles),
        "is_admin": actor.is_admin,
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
    }


class ProfileIn(Schema):
    """What a person may change of their profile."""

    display_name: str = Field("", max_length=120)
    language: str = "zh-hans"


@router.put("/me", response=Me, summary="修改个人资料 / Change my profile")
def change_me(request: HttpRequest, body: ProfileIn) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    person = actions.change_profile(actor, display_name=body.display_name, language=body.language)
    return me(request) | {"display_name": person.display_name, "language": person.language}


@router.get("/organisations", response=Page[OrganisationOut], summary="单位名录 / Register of organisations")
def organisations(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    return page_of(queries.organisations_for(request.actor), paging)  # type: ignore[attr-defined]


class OrganisationIn(Schema):
    """A new organisation."""

    code: str = Field(max_length=40)
    name_zh: str = Field(max_length=120)
    name_en: str = Field("", max_length=120)
    kind: str


@router.post(
    "/organisations",
    response={201: OrganisationOut},
    auth=needs("admin"),
    summary="登记单位 / Register an organisation",
)
def create_organisation(request: HttpRequest, body: OrganisationIn) -> Status[Any]:
    key = idempotency_key(request)
    made = actions.create_organisation(request.actor, **body.model_dump(), idempotency_key=key)  # type: ignore[attr-defined]
    return Status(201, made)


@router.get("/organisations/{code}", response=OrganisationOut, summary="单位 / One organisation")
def organisation(request: HttpRequest, code: str) -> Any:
    return queries.organisation_for(request.actor, code)  # type: ignore[attr-defined]


class OrganisationChange(Schema):
    """The names of an organisation, and whether it is open."""

    name_zh: str = Field(max_length=120)
    name_en: str = Field("", max_length=120)
    is_active: bool = True


@router.put(
    "/organisations/{code}", response=OrganisationOut, auth=needs("admin"), summary="修改单位 / Change an organisation"
)
def change_organisation(request: HttpRequest, code: str, body: OrganisationChange) -> Any:
    return actions.change_organisation(request.actor, code, **body.model_dump())  # type: ignore[attr-defined]


class MemberOut(Schema):
    """A member of an organisation."""

    id: int
    username: str
    display_name: str
    role: str
    is_admin: bool
    created_at: datetime

    @staticmethod
    def resolve_username(obj: Membership) -> str:
        return obj.person.username

    @staticmethod
    def resolve_display_name(obj: Membership) -> str:
        return obj.person.display_name


class MemberIn(Schema):
    """A new member; the password is needed unless the person has an account."""

    username: str = Field(max_length=150)
    password: str = Field("", max_length=200)
    display_name: str = Field("", max_length=120)
    email: str = Field("", max_length=254)
    is_admin: bool = False


class MemberChange(Schema):
    """Whether a member administers the organisation."""

    is_admin: bool


@router.get("/organisations/{code}/members", response=Page[MemberOut], summary="成员 / Members")
def members(request: HttpRequest, code: str, paging: Query[Paging]) -> dict[str, Any]:
    found = queries.organisation_for(request.actor, code)  # type: ignore[attr-defined]
    return page_of(queries.members_of(found), paging)


@router.post(
    "/organisations/{code}/members",
    response={201: MemberOut},
    auth=needs("admin"),
    summary="添加成员 / Add a member",
)
def add_member(request: HttpRequest, code: str, body: MemberIn) -> Status[Any]:
    return Status(201, actions.add_member(request.actor, code, **body.model_dump()))  # type: ignore[attr-defined]


@router.put("/members/{member_id}", response=MemberOut, auth=needs("admin"), summary="修改成员 / Change a member")
def change_member(request: HttpRequest, member_id: int, body: MemberChange) -> Any:
    return actions.change_member(request.actor, member_id, is_admin=body.is_admin)  # type: ignore[attr-defined]


@router.delete("/members/{member_id}", response={204: None}, auth=needs("admin"), summary="移除成员 / Remove a member")
def remove_member(request: HttpRequest, member_id: int) -> Status[None]:
    actions.remove_member(request.actor, member_id)  # type: ignore[attr-defined]
    return Status(204, None)


class TokenOut(Schema):
    """A token, without its text."""

    id: int
    name: str
    prefix: str
    username: str
    organisation: str
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    is_live: bool

    @staticmethod
    def resolve_username(obj: ApiToken) -> str:
        return obj.person.username

    @staticmethod
    def resolve_organisation(obj: ApiToken) -> str:
        return obj.organisation.code


class TokenIn(Schema):
    """A new token."""

    name: str = Field(max_length=80)
    scopes: list[str]
    days: int = Field(90, ge=1, le=365, description="有效天数 / days it lives")


class NewToken(Schema):
    """A new token with its text, which is shown this once."""

    token: str
    record: TokenOut


@router.get("/tokens", response=Page[TokenOut], summary="令牌 / Tokens")
def tokens(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    return page_of(queries.tokens_for(request.actor), paging)  # type: ignore[attr-defined]


@router.post("/tokens", response={201: NewToken}, summary="新建令牌 / Make a token")
def create_token(request: HttpRequest, body: TokenIn) -> Status[Any]:
    record, secret = actions.create_token(request.actor, **body.model_dump())  # type: ignore[attr-defined]
    return Status(201, {"token": secret, "record": record})


@router.delete("/tokens/{token_id}", response=TokenOut, summary="撤销令牌 / Revoke a token")
def revoke_token(request: HttpRequest, token_id: int) -> Any:
    return actions.revoke_token(request.actor, token_id)  # type: ignore[attr-defined]
