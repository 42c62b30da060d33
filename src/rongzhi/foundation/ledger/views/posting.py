"""Posting an entry by hand: a head and some lines, balanced or refused with everything that is wrong."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone

from rongzhi.foundation.ledger import actions
from rongzhi.foundation.ledger.chart import business_types, newest_chart
from rongzhi.foundation.ledger.drafts import EntryDraft, LineDraft
from rongzhi.foundation.ledger.models import Entry, EntryKind, Nature, account_label, business_type_label
from rongzhi.foundation.ledger.policy import may_keep_books
from rongzhi.foundation.ledger.views.parts import ENTRIES, LEAF, LEDGER
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict, organisation_of
from rongzhi.platform.i18n import say, speak, term_label
from rongzhi.platform.ui.pages import FormPage

ROWS = 8
_PLACE = re.compile(r"lines\[(\d+)\]\.?(\w*)")
COLUMNS = (
    ("account", term_label("ledger_account")),
    ("debit", term_label("debit")),
    ("credit", term_label("credit")),
    ("nature", say("性质", "Nature")),
    ("business_type", term_label("business_type")),
    ("party", say("往来单位代码", "Other party (code)")),
    ("contract", term_label("contract")),
    ("order", term_label("order")),
    ("quantity", term_label("quantity")),
    ("unit", say("计量单位", "Unit")),
)


def _amount() -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"step": "0.01", "min": "0"})
    return forms.DecimalField(required=False, max_digits=15, decimal_places=2, min_value=0, widget=widget)


def _fields() -> dict[str, forms.Field]:
    """Return the controls of one line."""
    none = ("", "—")
    accounts = [none, *((code, speak(account_label(code))) for code in newest_chart().accounts)]
    types = [none, *((each, speak(name)) for each in business_types() if (name := business_type_label(each)))]
    return {
        "account": forms.ChoiceField(required=False, choices=accounts),
        "debit": _amount(),
        "credit": _amount(),
        "nature": forms.ChoiceField(required=False, choices=[none, *Nature.choices]),
        "business_type": forms.ChoiceField(required=False, choices=types),
        "party": forms.CharField(required=False, max_length=40),
        "contract": forms.CharField(required=False, max_length=60),
        "order": forms.CharField(required=False, max_length=60),
        "quantity": forms.DecimalField(required=False, max_digits=15, decimal_places=3),
        "unit": forms.CharField(required=False, max_length=10),
    }


class EntryForm(forms.Form):
    """The head of an entry, and `ROWS` lines; empty lines are left out."""

    date = forms.DateField(label=say("日期", "Date"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=say("种类", "Kind"), choices=[each for each in EntryKind.choices if each[0] != EntryKind.REVERSAL]
    )
    subject = forms.CharField(
        label=say("事由", "About"), max_length=120, help_text=say("写成 voucher/记-12 的形式", "Such as voucher/J-12")
    )
    memo = forms.CharField(label=say("摘要", "Memo"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(ROWS):
            for name, made in _fields().items():
                label = str(dict(COLUMNS)[name])
                made.widget.attrs["aria-label"] = str(say(f"第 {row + 1} 行 {label}", f"line {row + 1} {label}"))
                self.fields[f"line{row}_{name}"] = made

    def head(self) -> list[forms.BoundField]:
        """Return the controls of the head."""
        return [self[name] for name in ("date", "kind", "subject", "memo")]

    def rows(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """Return the controls of each line with its number."""
        for row in range(ROWS):
            yield row + 1, [self[f"line{row}_{name}"] for name, _ in COLUMNS]

    def filled(self) -> list[int]:
        """Return the rows anything was written in."""
        given = self.cleaned_data
        return [row for row in range(ROWS) if any(given[f"line{row}_{name}"] not in {"", None} for name, _ in COLUMNS)]

    def draft(self, organisation: str) -> EntryDraft:
        """Return the entry as it was written, for the books of an organisation."""
        given = self.cleaned_data
        lines = []
        for row in self.filled():
            values = {name: given[f"line{row}_{name}"] for name, _ in COLUMNS}
            kept = {name: value for name, value in values.items() if value not in {"", None}}
            lines.append(LineDraft.model_validate({"account": "", **kept, "organisation": organisation}))
        head = {name: given[name] for name in ("date", "kind", "subject", "memo")}
        return EntryDraft.model_validate({**head, "lines": lines})


class EntryNew(FormPage):
    """Post an entry by hand into the own books."""

    template_name = "ledger/entry_new.html"
    title = say("手工记账", "Post an entry by hand")
    lead = say(
        "记入本单位的账；借贷须平，记后不能更改，只能冲销",
        "Into your own books; debits equal credits; once posted it is reversed, never changed",
    )
    leaf = LEAF
    parents = (LEDGER, ENTRIES)
    form_class = EntryForm
    submit = say("记账", "Post")
    done = say("已记账", "Posted")

    def may(self, actor: Actor) -> Verdict:
        """Whoever keeps books."""
        return may_keep_books(actor)

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Begin with today."""
        return {"date": timezone.localdate(), "kind": EntryKind.ADJUSTMENT}

    def act(self, actor: Actor, form: Any) -> Entry:
        """Post it."""
        self.filled = form.filled()
        draft = form.draft(organisation_of(actor).code)
        return actions.post_by_hand(actor, draft, idempotency_key=self.idempotency_key)

    def form_context(self, form: forms.Form, findings: list[Any]) -> dict[str, Any]:
        """Add the headings of the lines."""
        return {**super().form_context(form, findings), "columns": [label for _, label in COLUMNS]}

    def _field_of(self, where: str) -> str:
        found = _PLACE.fullmatch(where)
        if found is None or int(found[1]) >= len(self.filled):
            return super()._field_of(where)
        return f"line{self.filled[int(found[1])]}_{found[2] or 'account'}"
