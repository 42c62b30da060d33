"""The list page: search, filters, sorting, pages, columns to choose, bulk acts, CSV and XLSX."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from django.contrib import messages
from django.core.paginator import Page as Slice
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language, override

from rongzhi.kernel.errors import NotFound, RongzhiError
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import ALLOW, Verdict
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.export import csv_response, exact, xlsx_response
from rongzhi.platform.ui.filters import Filter, chosen
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.page import Page
from rongzhi.platform.ui.parts import Button, Empty, Label
from rongzhi.platform.ui.tables import Cell, Column

Rows = QuerySet[Any, Any]
MAX_BULK = 500


@dataclass(frozen=True, slots=True)
class Bulk:
    """Something done to the chosen rows at once: ``act(actor, rows) -> what to say``."""

    key: str
    label: Label
    act: Callable[[Actor, list[Any]], Label]
    style: Literal["plain", "danger"] = "plain"
    confirm: Label = ""
    may: Callable[[Actor], Verdict] = lambda _: ALLOW

    @property
    def name(self) -> str:
        """The verb in the language of the request."""
        return plain(self.label)

    @property
    def question(self) -> str:
        """The question asked first, or nothing."""
        return plain(self.confirm) if self.confirm else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    pk: Any
    cells: list[Cell]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column heading with the address that sorts by it."""

    column: Column
    url: str
    direction: Literal["", "ascending", "descending"]


class ListPage(Page):
    """A list of records.

    Subclasses give ``title``, ``columns`` and ``queryset(actor)``; the rest is optional.

    Class attributes
    ----------------
    columns : sequence of Column
    search_fields : sequence of str
        ORM paths the free text is looked for in (case-insensitive, every word must be found somewhere).
    filters : sequence of Filter
    empty : Empty
        Shown when there is nothing at all; when only the filter finds nothing, the page says that instead.
    order : str
        ORM path the list is ordered by at first (``-created_at``).
    paginate_by : int
    create : Button or None
        Primary button, such as 新建订单.
    bulk : sequence of Bulk
    file_name : str
        Name of downloads, without ending.
    """

    template_name: ClassVar[str] = "ui/list.html"
    columns: ClassVar[Sequence[Column]] = ()
    search_fields: ClassVar[Sequence[str]] = ()
    search_hint: ClassVar[Label] = say("在本列表中查找", "Find in this list")
    filters: ClassVar[Sequence[Filter]] = ()
    empty: ClassVar[Empty] = Empty(say("这里还没有记录", "Nothing here yet"))
    order: ClassVar[str] = ""
    paginate_by: ClassVar[int] = 50
    create: ClassVar[Button | None] = None
    bulk: ClassVar[Sequence[Bulk]] = ()
    file_name: ClassVar[str] = "list"

    def queryset(self, actor: Actor) -> Rows:
        """Return all rows the actor may see, with what the columns need (select_related, annotate)."""
        raise NotImplementedError

    def tone(self, row: Any) -> str:
        """Return the tone that marks the whole row (``bad`` for a late order), or nothing."""
        return ""

    def intro(self, rows: Rows) -> dict[str, Any]:
        """Return extra context above the table, such as figures of the filtered rows."""
        return {}

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return the create button."""
        return (self.create,) if self.create else ()

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the list, or hand it over as a file."""
        rows = self.sorted(self.narrowed(self.queryset(self.actor)))
        wanted = request.GET.get("format")
        if wanted in {"csv", "xlsx"}:
            return self.download(rows, wanted)
        part = "ui/_list.html" if request.headers.get("HX-Target") == "list" else ""
        return self.show(self.list_context(rows), template=part)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Do a bulk act on the chosen rows, or remember the chosen columns."""
        here = HttpResponseRedirect(request.get_full_path())
        if "columns" in request.POST:
            request.session[self._columns_key] = request.POST.getlist("columns")
            return here
        bulk = next((item for item in self.bulk if item.key == request.POST.get("bulk")), None)
        if bulk is None:
            raise NotFound(Text("没有这个操作", "no such act"), where="bulk")
        bulk.may(self.actor).enforce()
        rows = list(self.queryset(self.actor).filter(pk__in=request.POST.getlist("pk")[:MAX_BULK]))
        if not rows:
            messages.warning(request, str(say("先勾选要处理的行", "Tick the rows first")))
            return here
        try:
            messages.success(request, plain(bulk.act(self.actor, rows)))
        except RongzhiError as error:
            messages.error(request, speak(error.message))
        return here

    # -- narrowing and ordering -------------------------------------------------------------------------------------

    def narrowed(self, rows: Rows) -> Rows:
        """Return the rows the filters and the free text leave."""
        for item, value in chosen(self.filters, self.request.GET):
            rows = item.narrow(rows, value, self.actor)
        for word in self.request.GET.get("q", "").split()[:8]:
            found = Q()
            for path in self.search_fields:
                found |= Q(**{f"{path}__icontains": word})
            rows = rows.filter(found)
        return rows

    def sorted(self, rows: Rows) -> Rows:
        """Return the rows in the chosen order; the primary key settles ties, so that pages never overlap."""
        wanted = self.request.GET.get("sort", "")
        column = next((c for c in self.columns if c.key == wanted.removeprefix("-") and c.sort), None)
        if column is None:
            return rows.order_by(self.order, "pk") if self.order else rows if rows.ordered else rows.order_by("pk")
        return rows.order_by(("-" if wanted.startswith("-") else "") + str(column.sort), "pk")

    # -- what the template gets -------------------------------------------------------------------------------------

    def list_context(self, rows: Rows) -> dict[str, Any]:
        """Return the context of the list."""
        columns = self.shown_columns()
        named = [(column, column.name) for column in columns]
        page = Paginator(rows, self.paginate_by).get_page(self.request.GET.get("page"))
        is_narrowed = bool(self.request.GET.get("q") or chosen(self.filters, self.request.GET))
        bulk = [item for item in self.bulk if item.may(self.actor)]
        return {
            "heads": [self._head(column) for column in columns],
            "rows": [self._row(named, row) for row in page],
            "slice": page,
            "pages": self._pages(page),
            "controls": [(f, f.choices(self.actor), self.request.GET.get(f.key, "")) for f in self.filters],
            "chips": self._chips(),
            "query": self.request.GET.get("q", ""),
            "sort": self.request.GET.get("sort", ""),
            "has_search": bool(self.search_fields),
            "search_hint": plain(self.search_hint),
            "is_narrowed": is_narrowed,
            "empty": self.empty,
            "bulk": bulk,
            "all_columns": [(column, column in columns) for column in self.columns],
            "csv_url": self.url(format="csv", page=None),
            "xlsx_url": self.url(format="xlsx", page=None),
            **self.intro(rows),
        }

    def url(self, **changes: Any) -> str:
        """Return this list's address with some of the query changed; None removes."""
        query = self.request.GET.copy()
        for key, value in changes.items():
            query.pop(key, None)
            if value is not None:
                query[key] = str(value)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @property
    def _columns_key(self) -> str:
        return f"columns:{type(self).__module__}.{type(self).__qualname__}"

    def shown_columns(self) -> list[Column]:
        """Return the columns the person chose, in our order; the first is always there."""
        wanted = self.request.session.get(self._columns_key)
        if not wanted:
            return [column for column in self.columns if not column.is_hidden]
        return [column for i, column in enumerate(self.columns) if i == 0 or column.key in wanted]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, "", "")
        wanted = self.request.GET.get("sort", "")
        is_up, is_down = wanted == column.key, wanted == f"-{column.key}"
        url = self.url(sort=f"-{column.key}" if is_up else column.key, page=None)
        return Head(column, url, "ascending" if is_up else "descending" if is_down else "")

    def _row(self, columns: list[tuple[Column, str]], row: Any) -> Row:
        cells = [column.cell(row, name=name, is_first=i == 0) for i, (column, name) in enumerate(columns)]
        return Row(row.pk, cells, self.tone(row))

    def _chips(self) -> list[tuple[str, str, str]]:
        chips = [
            (f.name, f.words(v, self.actor), self.url(**{f.key: None, "page": None}))
            for f, v in chosen(self.filters, self.request.GET)
        ]
        if self.request.GET.get("q"):
            chips.insert(0, (str(say("查找", "Find")), self.request.GET["q"], self.url(q=None, page=None)))
        return chips

    def _pages(self, page: Slice[Any]) -> list[tuple[str, str, bool]]:
        gap = str(page.paginator.ELLIPSIS)
        numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        return [(str(n), "" if str(n) == gap else self.url(page=n), n == page.number) for n in numbers]

    # -- files ------------------------------------------------------------------------------------------------------

    def download(self, rows: Rows, kind: str) -> HttpResponseBase:
        """Return all rows of the current filter in the chosen columns."""
        columns = self.shown_columns()
        heads = [column.heading for column in columns]
        name = f"{self.file_name}-{timezone.localdate():%Y%m%d}"
        lines = self._lines(rows, columns, get_language())
        if kind == "csv":
            return csv_response(name, heads, lines)
        return xlsx_response(name, plain(self.title), heads, lines)

    def _lines(self, rows: Rows, columns: list[Column], language: str | None) -> Iterator[list[Any]]:
        for row in rows.iterator(chunk_size=1000):
            with override(language):  # the body is streamed after the request's language is gone
                line = [exact(column.plain(row)) for column in columns]
            yield line
