"""What the pages of every kind of record share: addresses, forms that make and change, and the acts on a record."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from rongzhi.elements.resources import actions
from rongzhi.elements.resources.forms import FORMS, DocumentForm
from rongzhi.elements.resources.kinds import Kind, kind_of
from rongzhi.elements.resources.policy import may_create, may_read, may_write
from rongzhi.elements.resources.queries import read_for
from rongzhi.elements.resources.uses import effects
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.plain import whole
from rongzhi.platform.ui.pages import ActPage, Badge, Button, FormPage, Link, ListPage, RecordPage
from rongzhi.platform.ui.parts import Label

LEAF = "2.2.1"
HAS_PAGE = frozenset({"places", "calendars", "factories", "work_centres", "machines", "items", "routings"})


def titled(words: Text) -> Text:
    """Return the name of a kind as a title begins."""
    return Text(words.zh, words.en[:1].upper() + words.en[1:])


def page_url(table: str, key: str = "", verb: str = "") -> str:
    """Return the address of a list, of a record, or of something done to it."""
    if not key:
        return reverse(f"resources:{table}{'_' + verb if verb else ''}")
    return reverse(f"resources:{kind_of(table).name}{'_' + verb if verb else ''}", args=[key])


HOME = say("园区资源", "Resources")


class OfKind:
    """A page of one kind of record."""

    table: ClassVar[str] = ""
    leaf: ClassVar[str] = LEAF
    kwargs: dict[str, Any]
    actor: Actor

    @cached_property
    def what(self) -> Kind:
        """The kind the page is about."""
        return kind_of(self.table)

    @property
    def parents(self) -> Any:
        """The resources, and the list the record stands in."""
        home = Link(HOME, reverse("resources:home"))
        return (home, Link(titled(self.what.plural), list_url(self.table)))


def list_url(table: str) -> str:
    """Return the list a record stands in; items hold their bills and routings, work centres what they open."""
    return page_url({"bom": "items", "open_capacity": "work_centres"}.get(table, table))


class KindList(OfKind, ListPage):
    """The list of one table: add, import, download as it is imported."""

    order = ""
    template_name = "resources/list.html"

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The resources."""
        return (Link(HOME, reverse("resources:home")),)

    @property
    def title(self) -> Label:  # type: ignore[override]
        """The name of the table."""
        return titled(self.what.plural)

    @property
    def file_name(self) -> str:  # type: ignore[override]
        """The name of the table."""
        return self.table

    def may(self, actor: Actor) -> Verdict:
        """Whoever may read the table."""
        return may_read(actor, self.what)

    def page_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return add, and import where the actor may."""
        buttons = list(self.more_buttons(actor))
        if may_create(actor, self.what):
            buttons.append(
                Button(
                    say(f"新建{self.what.label.zh}", f"New {self.what.label.en}"),
                    page_url(self.table, verb="new"),
                    style="primary",
                )
            )
        return buttons

    def more_buttons(self, actor: Actor) -> Sequence[Button]:
        """Return the buttons before it."""
        return transfer_buttons(actor, self.table)

    def queryset(self, actor: Actor) -> Any:
        """Return the rows the actor may see."""
        return self.what.rows(actor)


def transfer_buttons(actor: Actor, table: str) -> list[Button]:
    """Return import and export of a table, for whoever may."""
    kind = kind_of(table)
    buttons = []
    if may_write(actor, kind, actor.organisation):
        buttons.append(Button(say("导入", "Import"), reverse("resources:import", args=[table])))
    if may_read(actor, kind):
        buttons.append(Button(say("导出", "Export"), reverse("resources:export", args=[table, "xlsx"])))
    return buttons


class KindRecord(OfKind, RecordPage):  # type: ignore[override]
    """One record."""

    template_name = "resources/record.html"

    @property
    def kind(self) -> Label:  # type: ignore[override]
        """The name of the kind."""
        return self.what.label

    def may(self, actor: Actor) -> Verdict:
        """Whoever may read the table."""
        return may_read(actor, self.what)

    def get_object(self, actor: Actor, **kwargs: Any) -> Any:
        """Return the record if the actor may see it."""
        return self.what.find(self.what.rows(actor), kwargs["key"])

    def title_of(self, obj: Any) -> Label:
        """Return name and code."""
        name = getattr(obj, "name", "")
        return f"{name} {obj.code}" if name else str(obj.code)

    def state(self, obj: Any) -> Badge | None:
        """Return whether it is in use."""
        if getattr(obj, "is_active", True):
            return None
        return Badge(say("已停用", "deactivated"), "warn")

    def subject(self, obj: Any) -> str:
        """Return the subject of its events."""
        return f"{self.what.name}/{self.what.key_of(obj)}"

    def buttons(self, obj: Any, actor: Actor) -> Sequence[Button]:
        """Return change, and deactivate or restore."""
        return record_buttons(actor, self.what, obj)


def record_buttons(actor: Actor, kind: Kind, record: Any) -> list[Button]:
    """Return change, and deactivate or restore, for whoever may."""
    verdict, key = may_write(actor, kind, kind.owner(record)), kind.key_of(record)
    if not verdict and not (verdict.reason.zh and kind.table == "calendars"):
        return []
    fields = {"version": record.version}
    if not getattr(record, "is_active", True):
        url = page_url(kind.table, key, "restore")
        return [Button(say("恢复使用", "Take into use again"), url, "post", "primary", verdict, fields=fields)]
    stop, question = (
        (say("停用", "Deactivate"), say("停用后不再参与新的计划，确定吗？", "It will not be planned any more. Go on?"))
        if kind.is_soft
        else (say("删除", "Delete"), say("确定删除吗？", "Delete it?"))
    )
    return [
        Button(say("修改", "Edit"), page_url(kind.table, key, "edit"), style="primary", verdict=verdict),
        Button(stop, page_url(kind.table, key, "remove"), "post", "danger", verdict, question, fields),
    ]


class KindForm(OfKind, FormPage):  # type: ignore[override]
    """A form of one kind of record; carries the version it was opened at."""

    template_name = "resources/form.html"
    fields_of = {
        "name.zh": "name_zh",
        "name.en": "name_en",
        "name": "name_zh",
        "zh": "name_zh",
    }

    @property
    def form_class(self) -> type[DocumentForm]:  # type: ignore[override]
        """The form of the kind."""
        return FORMS[self.table]

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Give the form the actor, whose choices it offers."""
        return {"actor": actor}

    def success_url(self, result: Any) -> str:
        """Return the record's page, or the list it stands in."""
        kind = self.what
        if self.table == "bom":
            return page_url("items", result.parent.code) + "?tab=bill"
        if self.table == "open_capacity":
            return page_url("work_centres", result.work_centre.code)
        key = kind.key_of(kind.rows(self.actor).get(pk=result.pk))
        return page_url(self.table, key) if self.table in HAS_PAGE else list_url(self.table)

    def _field_of(self, where: str) -> str:
        """Nested places stand at the rows they are in."""
        head = where.split("[", 1)[0].split(".", 1)[0]
        if head in self.form_class.base_fields:
            return head
        return super()._field_of(where)


class NewRecord(KindForm):
    """Adding a record."""

    @property
    def title(self) -> Label:  # type: ignore[override]
        """New, and of which kind."""
        return say(f"新建{self.what.label.zh}", f"New {self.what.label.en}")

    def may(self, actor: Actor) -> Verdict:
        """Whoever may create records of the kind."""
        return may_create(actor, self.what)

    def act(self, actor: Actor, form: Any) -> Any:
        """Create it."""
        return actions.create_record(actor, self.table, form.document(), idempotency_key=self.idempotency_key)

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Begin with the park's time zone and the next step number."""
        start: dict[str, Any] = {"timezone": "Asia/Shanghai", "version": "1"}
        if actor.organisation is not None:
            start["organisation"] = actor.organisation.code
        return start


class EditRecord(KindForm):
    """Changing a record, from the version the form was opened at."""

    record: Any

    @property
    def title(self) -> Label:  # type: ignore[override]
        """Change, and which record."""
        return say(
            f"修改{self.what.label.zh} {self.kwargs['key']}", f"Change {self.what.label.en} {self.kwargs['key']}"
        )

    def prepare(self, actor: Actor) -> None:
        """Find the record and whether the actor may change it."""
        self.record = self.what.find(self.what.rows(actor), self.kwargs["key"])
        may_write(actor, self.what, self.what.owner(self.record)).enforce()

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Keep the key fields as they are."""
        return {"actor": actor, "is_new": False}

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Begin with the record as it is."""
        return self.form_class.initial_of(read_for(actor, self.what, self.record))

    def form_context(self, form: forms.Form, findings: list[Any]) -> dict[str, Any]:
        """Add the version to the form."""
        seen: QueryDict | dict[str, Any] = self.request.POST
        return {
            **super().form_context(form, findings),
            "record_version": seen.get("record_version", self.record.version),
        }

    def cancel_url(self) -> str:
        """Return the record's page."""
        return page_url(self.table, self.kwargs["key"]) if self.table in HAS_PAGE else list_url(self.table)

    def act(self, actor: Actor, form: Any) -> Any:
        """Change it."""
        version = self.request.POST.get("record_version", "")
        record = actions.update_record(
            actor,
            self.table,
            self.kwargs["key"],
            form.document(),
            version=whole(version),
        )
        if self.table in {"calendars", "machines", "open_capacity"} and actor.is_operator:
            for words in effects():
                messages.warning(self.request, speak(words))
        return record


class RemoveRecord(OfKind, ActPage):  # type: ignore[override]
    """Deactivating or deleting a record."""

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Do it."""
        actions.deactivate_record(actor, self.table, kwargs["key"], version=self.version)

    @property
    def version(self) -> int | None:
        """The version the person saw."""
        given = self.request.POST.get("version", "")
        return whole(given)

    def done(self, result: Any) -> Label:
        """Say so."""
        return say("已停用", "Deactivated") if self.what.is_soft else say("已删除", "Deleted")

    def next_url(self, result: Any) -> str:
        """Return the record, or the list when it is gone."""
        if self.what.is_soft and self.table in HAS_PAGE:
            return page_url(self.table, self.kwargs["key"])
        if self.table == "bom":
            return page_url("items", self.kwargs["key"].split("~")[0]) + "?tab=bill"
        if self.table == "open_capacity":
            return page_url("work_centres", self.kwargs["key"])
        return super().next_url(result)


class RestoreRecord(RemoveRecord):
    """Taking a record into use again."""

    def act(self, actor: Actor, **kwargs: Any) -> Any:
        """Do it."""
        actions.restore_record(actor, self.table, kwargs["key"], version=self.version)

    def done(self, result: Any) -> Label:
        """Say so."""
        return say("已恢复使用", "In use again")
