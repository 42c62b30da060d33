"""The base of all pages: who may see it, where it stands, and what happens when something goes wrong."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected, RongzhiError, Unavailable
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, needs_login
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.parts import Button, Label, Link

STATUS = {NotFound: 404, Denied: 403, Conflict: 409, Unavailable: 503, Rejected: 422}
_HEADINGS = {
    400: say("这个请求看不懂", "The request could not be read"),
    403: say("没有权限", "Not allowed"),
    404: say("找不到这一页", "Not found"),
    409: say("状态已经变了", "Somebody else was first"),
    413: say("文件太大", "The file is too large"),
    422: say("没有通过检查", "Did not pass the checks"),
    500: say("程序出错了", "Something broke on our side"),
    503: say("暂时用不了", "Not available at the moment"),
}


class Page(View):
    """A page in the shell.

    Class attributes
    ----------------
    title : Label
    lead : Label
        One sentence under the title: what this page is for.
    leaf : str
        Number of the framework leaf it belongs to (``"3.4"``): gives the breadcrumb and marks the tree.
    parents : sequence of Link
        Pages between the leaf and this one.
    """

    title: ClassVar[Label] = ""
    lead: ClassVar[Label] = ""
    leaf: ClassVar[str] = ""
    parents: ClassVar[Sequence[Link]] = ()
    template_name: ClassVar[str] = "ui/page.html"
    request: HttpRequest

    @property
    def actor(self) -> Actor:
        """Who looks."""
        return self.request.actor  # type: ignore[attr-defined, no-any-return]

    def may(self, actor: Actor) -> Verdict:
        """Who may open the page; everyone who is logged in, unless a subclass says otherwise."""
        return needs_login(actor)

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return the buttons at the right of the title."""
        return ()

    def get_context(self) -> dict[str, Any]:
        """Return what the template needs; subclasses extend it."""
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the page."""
        return self.show(self.get_context())

    def show(self, context: Mapping[str, Any], *, status: int = 200, template: str = "") -> HttpResponse:
        """Write the page with its title, buttons and the given context."""
        base = {
            "page": self,
            "page_title": plain(self.title),
            "page_lead": plain(self.lead) if self.lead else "",
            "buttons": self.page_buttons(self.actor),
        }
        return render(self.request, template or self.template_name, {**base, **context}, status=status)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the policy, then serve; errors raised on purpose become pages with their reason."""
        request.page = self  # type: ignore[attr-defined]
        try:
            verdict = self.may(self.actor)
            if not verdict and self.actor.is_public:
                return to_login(request)
            verdict.enforce()
            return super().dispatch(request, *args, **kwargs)
        except RongzhiError as error:
            return self.failed(error)

    def failed(self, error: RongzhiError) -> HttpResponseBase:
        """Answer an error raised on purpose."""
        return error_page(self.request, error)


def to_login(request: HttpRequest) -> HttpResponse:
    """Send the public to the log-in page and back here afterwards."""
    target = f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def error_page(request: HttpRequest, error: RongzhiError) -> HttpResponse:
    """Return the page for an error: what happened, where, and what to do."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    return status_page(request, status, error.message, where=error.where, fix=error.fix, findings=_findings(error))


def status_page(
    request: HttpRequest,
    status: int,
    message: Text | None = None,
    *,
    where: str = "",
    fix: Text | None = None,
    findings: Sequence[Any] = (),
) -> HttpResponse:
    """Return the designed page of an HTTP status."""
    context = {
        "status": status,
        "page_title": str(_HEADINGS.get(status, _HEADINGS[400])),
        "message": speak(message) if message else "",
        "where": where,
        "fix": speak(fix) if fix else "",
        "findings": findings,
        "back": safe_back(request),
    }
    return render(request, "ui/error.html", context, status=status)


def _findings(error: RongzhiError) -> list[Any]:
    return list(error.findings) if isinstance(error, Rejected) else []


def safe_back(request: HttpRequest, default: str = "/") -> str:
    """Return the page the person came from when it is ours, else the default."""
    referer = request.headers.get("referer", "")
    try:
        request.get_host()
    except DisallowedHost:
        return default
    is_ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if is_ours else default


class ActPage(Page):
    """An address that does one thing when posted to, says so, and goes on to a page.

    Subclasses implement `act`; errors raised on purpose become a message on the page the person came from.
    """

    http_method_names = ["post", "options"]

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Do it, through an action; return what `done` and `next_url` get."""
        raise NotImplementedError

    def done(self, result: Any) -> Label:
        """Return what to say afterwards."""
        return say("已完成", "Done")

    def next_url(self, result: Any) -> str:
        """Return where to go afterwards; the page the person came from by default."""
        return safe_back(self.request)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Do it."""
        result = self.act(self.actor, **kwargs)
        with contextlib.suppress(messages.MessageFailure):
            messages.success(request, plain(self.done(result)))
        return _go(request, self.next_url(result))

    def failed(self, error: RongzhiError) -> HttpResponseBase:
        """Say why not on the page the person came from; what is not there stays a 404."""
        if isinstance(error, NotFound | Denied) or not self.request.headers.get("referer"):
            return error_page(self.request, error)
        words = speak(error.message) + (f" · {speak(error.fix)}" if error.fix else "")
        messages.error(self.request, words)
        return _go(self.request, safe_back(self.request))


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
