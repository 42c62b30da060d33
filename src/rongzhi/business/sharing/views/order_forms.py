"""The order form with several lines: rows are added and taken away without losing what was typed."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions import orders as actions
from rongzhi.business.sharing.models import Order
from rongzhi.business.sharing.places import place_of, sentence, spoken
from rongzhi.business.sharing.queries import orders as queries
from rongzhi.business.sharing.queries.parties import party_named
from rongzhi.business.sharing.views.parts import BOARD, LEAF, ORDERS, order_url
from rongzhi.elements.resources.models import Factory, Item
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.units import UNITS
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.accounts.models import Organisation, Role
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.plain import whole
from rongzhi.platform.ui.pages import FormPage, field

MOST_LINES = 200
LINE_FIELDS = ("item", "quantity", "unit", "due", "earliest_start")
_LINE = re.compile(r"lines\[(\d+)\]\.(\w+)")


class OrderForm(forms.Form):
    """The head of an order; the lines are read beside it."""

    organisation = forms.ChoiceField(label=say("客户单位", "Customer's organisation"), required=False)
    code = field(forms.CharField(label=say("订单号", "Order number"), required=False, max_length=60,
                 help_text=say("留空由平台编号", "Left empty, the platform gives the next number")))  # fmt: skip
    customer_label = forms.CharField(label=say("客户参考号", "Customer's reference"), required=False, max_length=120)
    priority = field(
        forms.IntegerField(
            label=term_label("priority"), initial=5, min_value=1, max_value=9,
            help_text=say("1 最急，9 最缓；每高一级，拖期代价加倍", "1 first, 9 last; a step up doubles the weight"),
        ),
        term="priority",
    )  # fmt: skip
    preferred_factories = forms.MultipleChoiceField(label=say("优先工厂", "Preferred factories"), required=False)
    excluded_factories = forms.MultipleChoiceField(label=say("排除工厂", "Excluded factories"), required=False)
    required_certificates = forms.CharField(
        label=say("要求证书", "Required certificates"),
        required=False,
        help_text=say("证书代码，用逗号分开", "Codes of certificates, separated by commas"),
    )
    is_single_factory = forms.BooleanField(
        label=say("全部工序在同一工厂完成", "All operations in one factory"), required=False
    )
    note = forms.CharField(
        label=say("备注", "Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, actor: Actor, fixed: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        factories = [(each.code, f"{each.code} {each.name}") for each in Factory.objects.listed_for(actor)]
        for name in ("preferred_factories", "excluded_factories"):
            self.fields[name].choices = factories  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["size"] = min(5, max(2, len(factories)))
        if actor.is_operator and fixed is None:
            parties = Organisation.objects.filter(
                is_active=True, kind__in=[Role.CUSTOMER, Role.PROVIDER, Role.FACTORY, Role.OPERATOR]
            )
            self.fields["organisation"].choices = [("", "—"), *((p.code, p.name) for p in parties)]  # type: ignore[attr-defined]
        else:
            del self.fields["organisation"]
        if fixed is not None:
            del self.fields["code"]
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)

    def head(self) -> dict[str, Any]:
        """Return the cleaned head as the action takes it."""
        data = {key: value for key, value in self.cleaned_data.items() if key not in {"organisation", "version"}}
        text = data.get("required_certificates", "")
        data["required_certificates"] = [part for part in re.split(r"[\s,，;；、]+", text) if part]
        return data


class LinesPage(FormPage):
    """A form page with order lines."""

    template_name = "sharing/order_form.html"
    form_class = OrderForm
    leaf = LEAF
    parents = (BOARD, ORDERS)

    def may(self, actor: Actor) -> Verdict:
        """Whoever may order."""
        return policy.may_order(actor)

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Give the form its actor."""
        return {"actor": actor}

    def first_lines(self) -> list[dict[str, str]]:
        """Return the lines the form begins with."""
        return [{"unit": "pcs", "item": self.request.GET.get("item", "")}]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Add or take away a row, or check and act."""
        if "add" in request.POST or "remove" in request.POST:
            self.prepare(self.actor)
            form = self.form_class(request.POST, **self.form_kwargs(self.actor))
            form.errors.clear()
            return self.show(self.form_context(form, []))
        return super().post(request, **kwargs)

    def lines(self) -> list[dict[str, str]]:
        """Return the rows as typed; with one more or one less when that was asked for."""
        if self.request.method != "POST":
            return self.first_lines()
        count = whole(self.request.POST.get("line_count", "")) or 0
        rows = [
            {name: self.request.POST.get(f"line-{index}-{name}", "").strip() for name in LINE_FIELDS}
            for index in range(min(count, MOST_LINES))
        ]
        gone = whole(self.request.POST.get("remove", ""))
        if gone is not None and gone < len(rows):
            rows.pop(gone)
        if "add" in self.request.POST and len(rows) < MOST_LINES:
            rows.append({"unit": "pcs", "due": rows[-1]["due"] if rows else ""})
        return rows or self.first_lines()

    def data_lines(self) -> list[dict[str, Any]]:
        """Return the rows as the action takes them; times without a zone are the park's."""
        return [
            {
                "number": index,
                "item": row.get("item", ""),
                "quantity": row.get("quantity", "").replace(",", ""),
                "unit": row.get("unit") or "pcs",
                "due": aware(row.get("due", "")),
                "earliest_start": aware(row.get("earliest_start", "")),
            }
            for index, row in enumerate(self.lines(), start=1)
        ]

    def _spread(self, form: forms.Form, findings: list[Finding]) -> list[Finding]:
        """Put findings of lines into their cells."""
        self.line_errors: dict[tuple[int, str], str] = {}
        rest = []
        for finding in findings:
            found = _LINE.fullmatch(finding.where)
            if found and finding.severity == "error" and found[2] in LINE_FIELDS:
                words = speak(sentence(finding))
                key = (int(found[1]), found[2])
                before = self.line_errors.get(key)
                self.line_errors[key] = f"{before}{say('。', '. ')}{words}" if before else words
                form.add_error(None, f"{speak(place_of(finding.where))}{say('：', ': ')}{words}")
            else:
                rest.append(spoken(finding) if finding.where.startswith("lines") else finding)
        return super()._spread(form, rest)

    def form_context(self, form: forms.Form, findings: list[Finding]) -> dict[str, Any]:
        """Add the rows with their errors, and what may be chosen."""
        errors = getattr(self, "line_errors", {})
        rows = [
            {
                "index": index,
                "number": index + 1,
                "cells": {name: row.get(name, "") for name in LINE_FIELDS},
                "errors": {name: errors.get((index, name), "") for name in LINE_FIELDS},
            }
            for index, row in enumerate(self.lines())
        ]
        items = Item.objects.visible_to(self.actor).filter(is_active=True).order_by("code")
        choices = list(items.values_list("code", "name_zh")[:1000])
        return {
            **super().form_context(form, findings),
            "rows": rows,
            "items": choices,
            "units": list(UNITS),
            "now": timezone.localtime(),
        }


def aware(text: str) -> str:
    """Return a typed time with its zone; what is no time stays as it was typed, for the check to name."""
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else timezone.make_aware(moment)).isoformat()


class NewOrder(LinesPage):
    """Place an order."""

    title = say("新建订单", "New order")
    lead = say("填写一行或几行；提交后由运营方排产", "One line or several; the operator plans it once placed")
    submit = say("提交订单", "Place order")
    done = say("订单已提交", "Order placed")

    def act(self, actor: Actor, form: OrderForm) -> Order:
        """Place it, or keep it as a draft."""
        data = {**form.head(), "lines": self.data_lines()}
        return actions.create_order(
            actor,
            data,
            organisation=party_named(actor, form.cleaned_data.get("organisation", "")),
            is_draft="draft" in self.request.POST,
            idempotency_key=self.idempotency_key,
        )

    def success_url(self, result: Order) -> str:
        """Go to the order."""
        return order_url(result.code)


class EditOrder(LinesPage):
    """Change an order."""

    submit = say("保存更改", "Save changes")
    done = say("已保存；下次排产时生效", "Saved; takes effect at the next planning")

    @property
    def title(self) -> Any:  # type: ignore[override]
        """Change, and which."""
        code = self.kwargs["code"]
        return say(f"更改订单 {code}", f"Change order {code}")

    def prepare(self, actor: Actor) -> None:
        """Load the order."""
        self.order = queries.find_order(actor, self.kwargs["code"])
        policy.may_edit_order(actor, self.order).enforce()

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Give the form its order."""
        return {"actor": actor, "fixed": self.order}

    def initial(self, actor: Actor) -> dict[str, Any]:
        """What the order says now."""
        names = ("customer_label", "priority", "preferred_factories", "excluded_factories", "is_single_factory", "note")
        certificates = ", ".join(self.order.required_certificates)
        head = {name: getattr(self.order, name) for name in names}
        return {**head, "version": self.order.version, "required_certificates": certificates}

    def first_lines(self) -> list[dict[str, str]]:
        """The order's lines."""
        return [
            {
                "item": line.item.code,
                "quantity": f"{line.quantity:f}".rstrip("0").rstrip(".")
                if "." in f"{line.quantity:f}"
                else f"{line.quantity:f}",
                "unit": line.unit,
                "due": _typed(line.due),
                "earliest_start": _typed(line.earliest_start),
            }
            for line in self.order.lines.all()
        ]

    def act(self, actor: Actor, form: OrderForm) -> Order:
        """Change it, from the version that was opened."""
        data = {**form.head(), "lines": self.data_lines()}
        return actions.update_order(actor, self.order, data, version=form.cleaned_data["version"])

    def success_url(self, result: Order) -> str:
        """Go to the order."""
        return order_url(result.code)

    def cancel_url(self) -> str:
        """Back to the order."""
        return order_url(self.kwargs["code"])


def _typed(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" if moment else ""
