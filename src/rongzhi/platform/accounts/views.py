"""Log-in, profile and tokens of a person."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.errors import TooManyAttempts
from rongzhi.platform.access.middleware import CHOSEN
from rongzhi.platform.access.policy import ALLOW, Verdict
from rongzhi.platform.accounts import actions, forms, policy
from rongzhi.platform.accounts.login import log_in
from rongzhi.platform.accounts.models import ApiToken, Person
from rongzhi.platform.accounts.queries import own_organisations, tokens_for
from rongzhi.platform.accounts.samples import sample_accounts
from rongzhi.platform.address import address
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.pages import ActPage, Badge, Button, Column, Empty, FormPage, Link, ListPage

YEAR_S = 365 * 24 * 3600


def remember_language(response: HttpResponseBase, language: str) -> None:
    """Keep the language in the cookie the pages read."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_S, samesite="Lax")


class Login(FormPage):
    """Log in; a sample park offers its sample accounts."""

    template_name = "accounts/login.html"
    title = say("登录", "Log in")
    form_class = forms.LoginForm
    submit = say("登录", "Log in")
    done = say("已登录", "You are logged in")

    def may(self, actor: Actor) -> Verdict:
        """Everyone."""
        return ALLOW

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Keep where the person wanted to go."""
        return {"next": self.request.GET.get("next", "")}

    def act(self, actor: Actor, form: Any) -> Person:
        """Log in."""
        return log_in(self.request, form.cleaned_data["username"], form.cleaned_data["password"])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Log in, in the person's language; too many failures answer 429 with the form kept."""
        try:
            response = super().post(request, **kwargs)
        except TooManyAttempts as error:
            form = self.form_class(request.POST)
            form.add_error(None, f"{speak(error.message)} · {speak(error.fix)}" if error.fix else speak(error.message))
            response = self.show(self.form_context(form, []), status=429)
            response["Retry-After"] = str(error.retry_after_s)
            return response
        if isinstance(request.user, Person) and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember_language(response, request.user.language)
        return response

    def success_url(self, result: Person) -> str:
        """Go where the person wanted to go, when that is here."""
        wanted = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(wanted, {self.request.get_host()}, self.request.is_secure())
        return wanted if is_ours else settings.LOGIN_REDIRECT_URL

    def cancel_url(self) -> str:
        """Go home."""
        return "/"

    def form_context(self, form: Any, findings: list[Any]) -> dict[str, Any]:
        """Show the sample accounts beside the form."""
        return super().form_context(form, findings) | {"samples": sample_accounts()}


class Logout(ActPage):
    """Log out."""

    def may(self, actor: Actor) -> Verdict:
        """Everyone; logging out twice does no harm."""
        return ALLOW

    def act(self, actor: Actor, **kwargs: Any) -> None:
        """End the session."""
        logout(self.request)

    def done(self, result: Any) -> Any:
        """Say so."""
        return say("已退出登录", "You are logged out")

    def next_url(self, result: Any) -> str:
        """Go to the log-in page."""
        return settings.LOGIN_URL


class Switch(ActPage):
    """Act for another of one's organisations."""

    def act(self, actor: Actor, **kwargs: Any) -> str:
        """Remember the choice in the session."""
        wanted = self.request.POST.get("organisation", "")
        found = own_organisations(actor).filter(code=wanted).first()
        if found is None:
            raise NotFound(Text(f"您不属于单位“{wanted}”", f"you do not belong to '{wanted}'"), where="organisation")
        self.request.session[CHOSEN] = found.code
        return found.name

    def done(self, result: str) -> Any:
        """Say for whom one acts now."""
        return Text(f"现在代表：{result}", f"You now act for {result}")

    def next_url(self, result: Any) -> str:
        """Go home: the page before may not be visible to the other organisation."""
        return "/"


class Profile(FormPage):
    """One's own name and language."""

    title = say("个人资料", "My profile")
    form_class = forms.ProfileForm

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Show what is kept."""
        person = actor.person
        return {"display_name": person.display_name, "language": person.language} if person else {}

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Go on to password and tokens."""
        return (
            Button(say("修改口令", "Change password"), reverse("accounts:password")),
            Button(say("我的令牌", "My tokens"), reverse("accounts:tokens")),
        )

    def act(self, actor: Actor, form: Any) -> Person:
        """Change it."""
        return actions.change_profile(actor, **form.cleaned_data)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Change it, and speak the chosen language from now on."""
        response = super().post(request, **kwargs)
        if isinstance(response, HttpResponseRedirect):
            remember_language(response, request.POST["language"])
        return response

    def success_url(self, result: Any) -> str:
        """Stay."""
        return reverse("accounts:profile")


class Password(FormPage):
    """Change one's own password."""

    title = say("修改口令", "Change password")
    form_class = forms.PasswordForm
    parents = (Link(say("个人资料", "My profile"), address("accounts:profile")),)

    def act(self, actor: Actor, form: Any) -> Person:
        """Change it; other sessions of the person end, this one goes on."""
        person = actions.change_password(actor, old=form.cleaned_data["old"], new=form.cleaned_data["password"])
        update_session_auth_hash(self.request, person)
        return person

    def success_url(self, result: Any) -> str:
        """Go back to the profile."""
        return reverse("accounts:profile")


def token_state(token: ApiToken) -> Badge:
    """Return whether a token may be used."""
    if token.revoked_at is not None:
        return Badge(say("已撤销", "revoked"))
    return Badge(say("有效", "live"), "ok") if token.is_live else Badge(say("已过期", "expired"), "warn")


class Tokens(ListPage):
    """API tokens."""

    template_name = "accounts/tokens.html"
    title = say("API 令牌", "API tokens")
    lead = say(
        "供程序访问接口；只在新建时显示一次", "For programs that use the API; each is shown once, when it is made"
    )
    parents = (Link(say("个人资料", "My profile"), address("accounts:profile")),)
    create = Button(say("新建令牌", "New token"), address("accounts:token-new"), style="primary")
    file_name = "tokens"
    empty = Empty(
        say("还没有令牌", "No tokens yet"),
        say("程序用令牌代替登录。新建时选择权限和有效期。", "Programs use a token instead of logging in."),
        create,
    )
    columns = (
        Column("name", say("用途", "What for"), sort="name"),
        Column("prefix", say("开头", "Begins with")),
        Column("state", say("状态", "State"), value=token_state),
        Column("scopes", say("权限", "Scopes"), value=lambda token: ", ".join(token.scopes)),
        Column("person", say("人员", "Person"), value=lambda token: str(token.person)),
        Column("organisation", say("单位", "Organisation"), value=lambda token: str(token.organisation)),
        Column("expires_at", say("到期", "Expires"), "datetime", sort="expires_at"),
        Column("last_used_at", say("最近使用", "Last used"), "datetime", sort="last_used_at"),
    )

    def queryset(self, actor: Actor) -> QuerySet[ApiToken]:
        """Return the tokens the actor may see."""
        return tokens_for(actor)

    def intro(self, rows: Any) -> dict[str, Any]:
        """Give the live tokens the actor may revoke, with their buttons."""
        shown = tokens_for(self.actor).filter(revoked_at=None)[: self.paginate_by]
        return {"revocable": [t for t in shown if t.is_live and policy.may_revoke_token(self.actor, t)]}


class TokenNew(FormPage):
    """Make a token; its text is shown once, on the answer itself, and kept nowhere."""

    title = say("新建令牌", "New token")
    form_class = forms.TokenForm
    parents: ClassVar[Sequence[Link]] = (Link(say("API 令牌", "API tokens"), address("accounts:tokens")),)
    submit = say("新建", "Make it")

    def may(self, actor: Actor) -> Verdict:
        """People who are logged in."""
        return policy.may_make_token(actor)

    def act(self, actor: Actor, form: Any) -> tuple[ApiToken, str]:
        """Make it."""
        self.made = actions.create_token(actor, **form.cleaned_data)
        return self.made

    def success_url(self, result: Any) -> str:
        """Not used: the answer shows the token itself."""
        return reverse("accounts:tokens")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Make it and show its text."""
        response = super().post(request, **kwargs)
        if not isinstance(response, HttpResponseRedirect):
            return response
        record, secret = self.made
        shown = self.show({"record": record, "secret": secret}, template="accounts/token_made.html")
        shown["Cache-Control"] = "no-store"
        return shown


class TokenRevoke(ActPage):
    """End a token."""

    def act(self, actor: Actor, **kwargs: Any) -> ApiToken:
        """Revoke it."""
        return actions.revoke_token(actor, kwargs["token_id"])

    def done(self, result: Any) -> Any:
        """Say so."""
        return say("令牌已撤销，立即失效", "The token is revoked and no longer works")

    def next_url(self, result: Any) -> str:
        """Go back to the list."""
        return reverse("accounts:tokens")
