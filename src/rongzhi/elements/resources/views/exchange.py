"""Import and export: upload, columns, findings and preview, confirmation; files of every table."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from rongzhi.elements.resources import actions
from rongzhi.elements.resources.actions.imports import content_of, draft_for, remembered, try_import
from rongzhi.elements.resources.exchange import ALL, CONTENT, export, sheets_of, template
from rongzhi.elements.resources.kinds import KINDS, kind_of
from rongzhi.elements.resources.policy import may_import, may_read, may_read_network
from rongzhi.elements.resources.views.base import HOME, LEAF, list_url, titled
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.text import Text
from rongzhi.model.production.table_specs import TABLES
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.i18n import current_language, say, speak
from rongzhi.platform.ui.pages import FormPage, Link, Page
from rongzhi.platform.ui.parts import Label

MOST_SHOWN = 200


def table_words(table: str) -> Text:
    """Return the name of a table, or of all of them."""
    return Text("整个园区", "the whole park") if table == ALL else kind_of(table).plural


def back_to(table: str) -> str:
    """Return the page an import was begun from."""
    return reverse("resources:home") if table == ALL else list_url(table)


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=say("文件", "File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.zip,.txt,.tsv"}),
        help_text=say(
            "CSV（UTF-8 或 GBK）、XLSX，或几个 CSV 的 ZIP", "CSV (UTF-8 or GBK), XLSX, or a ZIP of CSV files"
        ),
    )


class Upload(FormPage):
    """First step: the file. Nothing is imported before the last."""

    form_class = UploadForm
    template_name = "resources/import_upload.html"
    submit: ClassVar[Label] = say("上传并预览", "Upload and preview")
    done: ClassVar[Label] = say("已读入，请确认列对应", "Read; please confirm the columns")
    leaf = LEAF

    @property
    def title(self) -> Label:  # type: ignore[override]
        """Import, and of what."""
        words = table_words(self.kwargs["table"])
        return say(f"导入{words.zh}", f"Import {words.en}")

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The resources, and the list."""
        table = self.kwargs["table"]
        sheets_of(table)
        home = Link(HOME, reverse("resources:home"))
        return (home,) if table == ALL else (home, Link(titled(table_words(table)), back_to(table)))

    def may(self, actor: Actor) -> Verdict:
        """Whoever may import."""
        return may_import(actor)

    def act(self, actor: Actor, form: Any) -> Any:
        """Keep the file and open the import."""
        return actions.open_import(actor, self.kwargs["table"], form.cleaned_data["file"])

    def success_url(self, result: Any) -> str:
        """Go on to the preview."""
        return reverse("resources:import_draft", args=[result.pk])

    def form_context(self, form: forms.Form, findings: list[Any]) -> dict[str, Any]:
        """Add what the table looks like, and an empty one to fill in."""
        table = self.kwargs["table"]
        sheets = [
            {
                "name": speak(TABLES[key].label),
                "key": key,
                "columns": [
                    {
                        "name": speak(column.heading),
                        "key": column.key,
                        "example": column.example,
                        "needed": column.is_required,
                    }
                    for column in TABLES[key].columns
                ],
            }
            for key in sheets_of(table)
        ]
        return {
            **super().form_context(form, findings),
            "sheets": sheets,
            "template_url": reverse("resources:export", args=[table, "xlsx"]) + "?template=1",
        }


class Preview(Page):
    """Second step: columns, every finding of every row, what would change; third: confirm."""

    template_name = "resources/import_preview.html"
    title = say("导入预览", "Import preview")
    leaf = LEAF

    @property
    def parents(self) -> Sequence[Link]:  # type: ignore[override]
        """The resources."""
        return (Link(HOME, reverse("resources:home")),)

    def may(self, actor: Actor) -> Verdict:
        """Whoever may import."""
        return may_import(actor)

    def get_context(self) -> dict[str, Any]:
        """Return the columns, the findings and the changes."""
        draft = draft_for(self.actor, self.kwargs["draft"])
        table, mode = draft.sheets["table"], draft.sheets["mode"]
        mappings = {**remembered(self.actor), **draft.mapping}
        trial = try_import(self.actor, table, content_of(draft), draft.name, mappings=mappings, mode=mode)
        changes = [change for change in trial.result.changes if change.act != "unchanged"]
        words = table_words(table)
        return {
            "draft": draft,
            "table_name": speak(words),
            "mode": mode,
            "sheets": [self._sheet(item) for item in trial.reading.sheets],
            "row_findings": list(trial.findings),
            "error_count": len(trial.findings.errors),
            "is_clean": trial.findings.is_clean,
            "counts": [
                (speak(KINDS[key].plural), row) for key, row in trial.result.tables.items() if any(row.values())
            ],
            "changes": [self._change(change) for change in changes[:MOST_SHOWN]],
            "change_count": len(changes),
            "most": MOST_SHOWN,
            "back": back_to(table),
            "again": reverse("resources:import", args=[table]),
        }

    def _sheet(self, item: Any) -> dict[str, Any]:
        columns = TABLES[item.key].columns
        options = [(column.key, speak(column.heading), column.is_required) for column in columns]
        lines = []
        for index, header in enumerate(item.sheet.headers):
            if header:
                sample = next((row[index] for _, row in item.sheet.rows if len(row) > index and row[index] != ""), "")
                lines.append({"header": header, "index": index, "chosen": item.columns[header], "sample": sample})
        return {
            "key": item.key,
            "name": speak(TABLES[item.key].label),
            "where": item.sheet.where,
            "count": len(item.sheet.rows),
            "lines": lines,
            "options": options,
        }

    def _change(self, change: Any) -> dict[str, Any]:
        words = {
            "created": Text("新增", "new"),
            "updated": Text("修改", "changed"),
            "removed": Text("停用", "taken out"),
        }
        fields = [(name, before, after) for name, (before, after) in change.fields.items()]
        return {
            "table": speak(KINDS[change.table].label),
            "key": change.key,
            "act": speak(words[change.act]),
            "tone": {"created": "ok", "updated": "info", "removed": "warn"}[change.act],
            "fields": [
                f"{_column_words(change.table, name)}: {_short(before)} → {_short(after)}"
                for name, before, after in fields
                if change.act == "updated"
            ],
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Take the columns, or import."""
        draft = draft_for(self.actor, self.kwargs["draft"])
        if "confirm" not in request.POST:
            actions.map_import(self.actor, draft.pk, self._mappings(request, draft), self._mode(request))
            return HttpResponseRedirect(request.path)
        table = draft.sheets["table"]
        try:
            result = actions.confirm_import(self.actor, draft.pk)
        except Rejected:
            return self.show(self.get_context(), status=422)
        added, changed, removed = (result.count(act) for act in ("created", "updated", "removed"))
        messages.success(
            request,
            str(
                say(
                    f"导入完成：新增 {added}，修改 {changed}，停用 {removed}",
                    f"Imported: {added} new, {changed} changed, {removed} taken out",
                )
            ),
        )
        return HttpResponseRedirect(back_to(table))

    @staticmethod
    def _mode(request: HttpRequest) -> Any:
        return "replace" if request.POST.get("mode") == "replace" else "merge"

    def _mappings(self, request: HttpRequest, draft: Any) -> dict[str, dict[str, str]]:
        mappings: dict[str, dict[str, str]] = {}
        for name, value in request.POST.items():
            parts = name.split(":", 2)
            if len(parts) == 3 and parts[0] == "column" and parts[1] in TABLES:
                known = {column.key for column in TABLES[parts[1]].columns}
                mappings.setdefault(parts[1], {})[parts[2]] = value if value in known else ""
        return mappings


def _column_words(table: str, name: str) -> str:
    for key in sheets_of(table):
        for column in TABLES[key].columns:
            if column.key in {name, f"{name}_zh"}:
                return speak(column.label)
    parts = {"capabilities": "capabilities", "exceptions": "calendar_exceptions", "steps": "routing_steps"}
    return speak(TABLES[parts[name]].label) if name in parts else name


def _short(value: Any) -> str:
    if isinstance(value, dict) and "zh" in value:
        value = " / ".join(part for part in (value["zh"], value["en"]) if part)
    if isinstance(value, list):
        value = len(value)
    text = "—" if value in (None, "") else str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


class Export(Page):
    """A table, or everything, as a file; ``template=1`` gives an empty one with an example."""

    title = say("导出", "Export")
    leaf = LEAF

    def may(self, actor: Actor) -> Verdict:
        """Whoever may read the table."""
        table = self.kwargs["table"]
        sheets_of(table)
        return may_read_network(actor) if table == ALL else may_read(actor, kind_of(table))

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Return the file."""
        table, form = kwargs["table"], kwargs["form"]
        if request.GET.get("template"):
            content, stem = template(table, form, current_language()), f"{table}-template"
        else:
            content, stem = (
                export(self.actor, table, form, current_language()),
                f"{table}-{timezone.localdate():%Y%m%d}",
            )
        return file_response(content, f"{stem}.{form}", form)


def file_response(content: bytes, name: str, form: str) -> HttpResponse:
    """Return bytes as a download."""
    response = HttpResponse(content, content_type=CONTENT[form])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
