"""The home page, the leaves' own pages, search, and the pages of HTTP errors."""

# ruff: noqa: ARG001, ARG002 - Django fixes the arguments of views and handlers

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import PUBLIC, Actor
from rongzhi.platform.access.policy import ALLOW, Verdict
from rongzhi.platform.accounts.models import Role
from rongzhi.platform.i18n import say
from rongzhi.platform.ui import search
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.home import first_screen
from rongzhi.platform.ui.page import Page, status_page
from rongzhi.web.context import counts_for
from rongzhi.web.framework import STATES, framework

TRIP = (
    (say("接单", "Take the order"), say("表单、表格或接口", "by form, table or API")),
    (say("按工序分解", "Break it down"), say("清单展开，工序到设备", "bills exploded, steps to machines")),
    (
        say("多工厂排程", "Plan over factories"),
        say("产能、换型、运输、交期", "capacity, changeover, transport"),
    ),
    (say("承诺交期", "Promise"), say("说得出理由的日期与成本", "a date and a cost with reasons")),
    (say("跟踪到交付", "Follow to delivery"), say("偏差出现即重排", "replan when reality differs")),
)
"""The order's trip, as the public home page tells it."""


class PublicPage(Page):
    """A page everyone may open."""

    def may(self, actor: Actor) -> Verdict:
        """Everyone."""
        return ALLOW


class Home(PublicPage):
    """The live map of the framework; above it, for people who are logged in, where they stand and what needs them."""

    template_name = "web/home.html"
    title = say("首页", "Home")

    def get_context(self) -> dict[str, Any]:
        """Return the map with fresh counts, and the first screen."""
        known, counts = framework(), counts_for(self.actor, fresh=True)
        floors = [
            {
                "floor": floor,
                "tiles": [{"leaf": leaf, "count": counts.get(leaf.number)} for leaf in known.of_floor(floor.number)],
            }
            for floor in known.floors
        ]
        states = [
            (key, words, sum(leaf.state == key for leaf in known.leaves.values())) for key, words in STATES.items()
        ]
        context: dict[str, Any] = {"floors": floors, "states": states, "total": len(known.leaves)}
        if self.actor.is_public:
            context["trip"] = TRIP
        else:
            context["screen"] = first_screen(self.actor)
        return context


class LeafPage(PublicPage):
    """What a leaf is for, what works today and what does not yet."""

    template_name = "web/leaf.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the leaf."""
        number = kwargs["number"]
        leaf = framework().leaves.get(number)
        if leaf is None:
            raise NotFound(Text(f"框架中没有编号“{number}”", f"the framework has no leaf {number}"), where=number)
        self.leaf = number  # type: ignore[misc]
        siblings = framework().of_floor(number.split(".")[0])
        context = {
            "found": leaf,
            "count": leaf.count(self.actor),
            "roles": [plain(say("公众", "public")) if r == "public" else str(Role(r).label) for r in leaf.roles],
            "siblings": siblings,
            "pages": () if self.actor.is_public else leaf.pages_for(self.actor),
            "page_title": leaf.name,
        }
        return self.show(context)


class JobsNow(PublicPage):
    """The running jobs in the top bar, refreshed while there are any."""

    template_name = "ui/shell/jobs.html"


class Search(PublicPage):
    """Search over everything the person may see; as JSON for the Ctrl-K palette."""

    template_name = "web/search.html"
    title = say("搜索", "Search")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show what was found, or return it as JSON."""
        text, kind = request.GET.get("q", ""), request.GET.get("kind", "")
        as_json = request.GET.get("format") == "json"
        groups = search.find(self.actor, text, 6 if as_json else 50 if kind else 12, [kind] if kind else ())
        if as_json:
            return JsonResponse({"query": text, "groups": [_as_json(group) for group in groups]})
        return self.show({"query": text, "kind": kind, "groups": groups})


def _as_json(group: search.Group) -> dict[str, Any]:
    hits = [{"label": hit.name, "url": hit.url, "detail": hit.words} for hit in group.hits]
    return {"kind": group.kind, "name": group.name, "hits": hits}


def _with_actor(request: HttpRequest) -> HttpRequest:
    if not hasattr(request, "actor"):
        request.actor = PUBLIC  # type: ignore[attr-defined]
    return request


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 when an upload was too large."""
    if getattr(request, "upload_too_large", False):
        return too_large(request)
    fix = Text("检查地址和表单后再试", "check the address and the form, and try again")
    return status_page(_with_actor(request), 400, fix=fix)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer 413 with the limit."""
    from django.conf import settings

    limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
    return status_page(
        _with_actor(request),
        413,
        Text(f"上传的文件超过 {limit} MB", f"the upload is larger than {limit} MB"),
        fix=Text("拆成几个较小的文件再传", "split it into smaller files"),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return status_page(
        _with_actor(request),
        403,
        Text("您的角色不能打开这一页", "your role may not open this page"),
        fix=Text("换一个单位或账号，或请管理员授权", "switch organisation or account, or ask your administrator"),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return status_page(
        _with_actor(request),
        404,
        Text(
            "地址有误，或内容已移走，或不对您开放", "the address is wrong, or the page has moved or is not open to you"
        ),
        fix=Text("从首页或搜索再找", "look for it from the home page or the search"),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database."""
    from django.template import loader

    return HttpResponse(loader.render_to_string("web/500.html"), status=500)
