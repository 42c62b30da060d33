"""The upload wizard: file, columns and findings, confirmation."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from rongzhi.adapters.spreadsheet import write_csv, write_xlsx
from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import importing
from rongzhi.business.sharing.orderfile import TABLE, Reading
from rongzhi.business.sharing.places import spoken
from rongzhi.business.sharing.queries.parties import party_named
from rongzhi.business.sharing.views.parts import BOARD, LEAF, ORDERS
from rongzhi.kernel.errors import Rejected
from rongzhi.model.production.tables import template_rows
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.accounts.models import Organisation, Role
from rongzhi.platform.i18n import current_language, say, speak
from rongzhi.platform.ui.pages import FormPage, Page

MOST_SHOWN = 200


class UploadForm(forms.Form):
    """The file, and for the operator whose orders they are."""

    file = forms.FileField(
        label=say("订单表", "Sheet of orders"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt,.tsv"}),
        help_text=say("CSV（UTF-8 或 GBK）或 XLSX，最大 20 MB", "CSV (UTF-8 or GBK) or XLSX, up to 20 MB"),
    )
    organisation = forms.ChoiceField(label=say("客户单位", "Customer's organisation"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if actor.is_operator:
            parties = Organisation.objects.filter(is_active=True, kind__in=[Role.CUSTOMER, Role.PROVIDER, Role.FACTORY])
            self.fields["organisation"].choices = [("", "—"), *((p.code, p.name) for p in parties)]  # type: ignore[attr-defined]
        else:
            del self.fields["organisation"]


class OrderUpload(FormPage):
    """First step: the file."""

    template_name = "sharing/import_upload.html"
    title = say("上传订单表", "Upload orders")
    lead = say(
        "先预览每一行，确认后才录入；有一行不对就全部不录入", "Every row is shown first; one bad row and none is taken"
    )
    leaf = LEAF
    parents = (BOARD, ORDERS)
    form_class = UploadForm
    submit = say("上传并预览", "Upload and preview")
    done = say("已读入，请核对", "Read; please check")

    def may(self, actor: Actor) -> Verdict:
        """Whoever may order."""
        return policy.may_order(actor)

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Give the form its actor."""
        return {"actor": actor}

    def act(self, actor: Actor, form: Any) -> Any:
        """Keep the file."""
        owner = party_named(actor, form.cleaned_data.get("organisation", ""))
        return importing.open_order_import(actor, form.cleaned_data["file"], organisation=owner)

    def success_url(self, result: Any) -> str:
        """Go on to the preview."""
        return reverse("sharing:order-import-draft", kwargs={"draft": result.pk})

    def form_context(self, form: forms.Form, findings: list[Any]) -> dict[str, Any]:
        """Add what the table looks like."""
        columns = [
            {"name": speak(each.heading), "key": each.key, "example": each.example, "needed": each.is_required}
            for each in TABLE.columns
        ]
        return {**super().form_context(form, findings), "columns": columns}


class OrderPreview(Page):
    """Second step: columns, findings of every row, the orders; third: confirm."""

    template_name = "sharing/import_preview.html"
    title = say("订单表预览", "Preview of the orders")
    leaf = LEAF
    parents = (BOARD, ORDERS)

    def may(self, actor: Actor) -> Verdict:
        """Whoever may order."""
        return policy.may_order(actor)

    def get_context(self) -> dict[str, Any]:
        """Return columns, findings and orders."""
        draft = importing.find_draft(self.actor, self.kwargs["draft"])
        reading = importing.preview(self.actor, draft)
        errors = reading.findings.errors
        options = [(each.key, speak(each.heading), each.is_required) for each in TABLE.columns]
        return {
            "draft": draft,
            "headers": reading.sheet.headers if reading.sheet else [],
            "columns": self._columns(reading),
            "options": options,
            "row_findings": [spoken(finding) for finding in list(reading.findings)[:MOST_SHOWN]],
            "finding_count": len(reading.findings),
            "error_count": len(errors),
            "is_clean": not errors,
            "faulty_rows": _faulty_rows(reading) if errors else [],
            "orders": [] if errors else reading.orders[:MOST_SHOWN],
            "order_count": len(reading.orders),
            "row_count": len(reading.sheet.rows) if reading.sheet else 0,
            "most": MOST_SHOWN,
        }

    def _columns(self, reading: Any) -> list[dict[str, Any]]:
        if reading.sheet is None:
            return []
        rows = reading.sheet.rows
        return [
            {
                "header": header,
                "chosen": reading.columns.get(header, ""),
                "sample": next(
                    (row[index] for _, row in rows if len(row) > index and row[index] not in (None, "")), ""
                ),
            }
            for index, header in enumerate(reading.sheet.headers)
            if header
        ]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Take the columns, or the orders."""
        draft = importing.find_draft(self.actor, self.kwargs["draft"])
        if "confirm" not in request.POST:
            known = {each.key for each in TABLE.columns}
            mapping = {
                name.removeprefix("column:"): value if value in known else ""
                for name, value in request.POST.items()
                if name.startswith("column:")
            }
            importing.map_order_import(self.actor, draft.pk, mapping)
            return HttpResponseRedirect(request.path)
        try:
            done = importing.confirm_order_import(self.actor, draft.pk)
        except Rejected:
            return self.show(self.get_context(), status=422)
        count = len(done.orders)
        messages.success(request, str(say(f"已录入 {count} 个订单", f"{count} orders taken")))
        return HttpResponseRedirect(reverse("sharing:orders"))


def _faulty_rows(reading: Reading) -> list[dict[str, Any]]:
    """Return the rows of the file as they stand, those with errors marked; at most `MOST_SHOWN`."""
    if reading.sheet is None:
        return []
    faulty: dict[int, set[str]] = {}
    for finding in reading.findings.errors:
        number, _, column = finding.where.removeprefix(f"{reading.sheet.where}:").partition(":")
        if number.isdigit():
            faulty.setdefault(int(number), set()).add(column)
    keys = [reading.columns.get(header, "") for header in reading.sheet.headers]
    return [
        {
            "number": number,
            "is_faulty": number in faulty,
            "cells": [
                {"text": "" if cell is None else cell, "is_faulty": bool(key) and key in faulty.get(number, ())}
                for key, cell in zip(keys, cells, strict=False)
            ],
        }
        for number, cells in reading.sheet.rows[:MOST_SHOWN]
    ]


class OrderTemplate(Page):
    """An empty sheet to fill in."""

    title = say("订单表模板", "Order sheet template")

    def may(self, actor: Actor) -> Verdict:
        """Whoever may order."""
        return policy.may_order(actor)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Return the file."""
        headers, example = template_rows(TABLE, current_language())
        if kwargs["form"] == "csv":
            content, kind = write_csv(headers, [example]), "text/csv; charset=utf-8"
        else:
            content = write_xlsx({"orders": (headers, [example])})
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response = HttpResponse(content, content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="orders-template.{kwargs["form"]}"'
        return response
