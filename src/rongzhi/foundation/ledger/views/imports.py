"""The upload of accounting data: file, columns, accounts and findings, confirmation."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from rongzhi.adapters.spreadsheet import write_csv, write_xlsx
from rongzhi.foundation.ledger.actions import importing
from rongzhi.foundation.ledger.chart import newest_chart
from rongzhi.foundation.ledger.models import LedgerImport, account_label
from rongzhi.foundation.ledger.policy import may_keep_books
from rongzhi.foundation.ledger.sheets import TABLE, Reading
from rongzhi.foundation.ledger.views.parts import LEAF, LEDGER
from rongzhi.kernel.errors import NotFound, Rejected
from rongzhi.kernel.text import Text
from rongzhi.model.production.tables import template_rows
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.address import address
from rongzhi.platform.i18n import current_language, say, speak
from rongzhi.platform.ui.export import XLSX
from rongzhi.platform.ui.pages import FormPage, Link, Page

MOST_SHOWN = 100
IMPORT = Link(say("导入账目", "Import"), address("ledger:import"))


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=say("账目表", "Sheet of entries"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=say("CSV（UTF-8 或 GBK）或 XLSX，最大 20 MB", "CSV (UTF-8 or GBK) or XLSX, up to 20 MB"),
    )


class Upload(FormPage):
    """First step: the file."""

    template_name = "ledger/import_upload.html"
    title = say("导入期初余额和会计数据", "Import opening balances and accounting data")
    lead = say(
        "先预览每一行，确认后才记账；有一行不对就全部不记",
        "Every row is shown first; one bad row and nothing is posted",
    )
    leaf = LEAF
    parents = (LEDGER,)
    form_class = UploadForm
    submit = say("上传并预览", "Upload and preview")
    done = say("已读入，请核对", "Read; please check")

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def act(self, actor: Actor, form: Any) -> Any:
        """Keep the file."""
        return importing.open_import(actor, form.cleaned_data["file"])

    def success_url(self, result: Any) -> str:
        """Go on to the preview."""
        return reverse("ledger:import-draft", kwargs={"draft": result.pk})

    def form_context(self, form: forms.Form, findings: list[Any]) -> dict[str, Any]:
        """Add what the table looks like, and what was taken before."""
        columns = [
            {"name": speak(each.heading), "key": each.key, "example": each.example, "needed": each.is_required}
            for each in TABLE.columns
        ]
        taken = LedgerImport.objects.visible_to(self.actor).filter(organisation=self.actor.organisation)[:20]
        return {**super().form_context(form, findings), "columns": columns, "taken": taken}


class Preview(Page):
    """Second step: columns, accounts, findings of every row; third: confirm."""

    template_name = "ledger/import_preview.html"
    title = say("账目表预览", "Preview of the entries")
    leaf = LEAF
    parents = (LEDGER, IMPORT)

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def get_context(self) -> dict[str, Any]:
        """Return columns, accounts, findings and entries."""
        draft = importing.find_draft(self.actor, self.kwargs["draft"])
        reading = importing.preview(self.actor, draft)
        errors = reading.findings.errors
        drafts = list(reading.drafts.items())
        return {
            "draft": draft,
            "columns": _columns(reading),
            "options": [(each.key, speak(each.heading), each.is_required) for each in TABLE.columns],
            "accounts": sorted(reading.accounts.items()),
            "account_options": [(code, speak(account_label(code))) for code in newest_chart().accounts],
            "row_findings": list(reading.findings)[:MOST_SHOWN],
            "finding_count": len(reading.findings),
            "error_count": len(errors),
            "is_clean": not errors,
            "entries": []
            if errors
            else [(code, each, sum(row.debit for row in each.lines)) for code, each in drafts[:MOST_SHOWN]],
            "entry_count": len(drafts),
            "line_count": reading.line_count,
            "row_count": len(reading.sheet.rows) if reading.sheet else 0,
            "most": MOST_SHOWN,
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Take the columns and accounts, or the entries."""
        draft = importing.find_draft(self.actor, self.kwargs["draft"])
        if "drop" in request.POST:
            importing.drop_import(self.actor, draft.pk)
            return HttpResponseRedirect(reverse("ledger:import"))
        if "confirm" not in request.POST:
            importing.map_import(self.actor, draft.pk, _told(request, "column:"), _told(request, "account:"))
            return HttpResponseRedirect(request.path)
        try:
            done = importing.confirm_import(self.actor, draft.pk)
        except Rejected:
            return self.show(self.get_context(), status=422)
        count = len(done.entries)
        messages.success(request, str(say(f"已记账 {count} 笔", f"{count} entries posted")))
        return HttpResponseRedirect(reverse("ledger:lines"))


def _told(request: HttpRequest, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name.startswith(prefix)}


def _columns(reading: Reading) -> list[dict[str, Any]]:
    if reading.sheet is None:
        return []
    rows = reading.sheet.rows
    return [
        {
            "header": header,
            "chosen": reading.columns.get(header, ""),
            "sample": next((row[at] for _, row in rows if len(row) > at and row[at] not in (None, "")), ""),
        }
        for at, header in enumerate(reading.sheet.headers)
        if header
    ]


class Template(Page):
    """An empty sheet to fill in."""

    title = say("账目表模板", "Entry sheet template")

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Return the file."""
        form = kwargs["form"]
        headers, example = template_rows(TABLE, current_language())
        if form == "csv":
            content, kind = write_csv(headers, [example]), "text/csv; charset=utf-8"
        elif form == "xlsx":
            content, kind = write_xlsx({"ledger": (headers, [example])}), XLSX
        else:
            raise NotFound(Text(f"没有格式“{form}”", f"there is no format '{form}'"), where=form)
        response = HttpResponse(content, content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="ledger-template.{form}"'
        return response
