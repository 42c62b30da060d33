"""The form page, and how findings find their fields."""

# ruff: noqa: ARG002 - hooks name their arguments for the classes that override them

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from rongzhi.kernel.errors import Conflict, Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.format import plain
from rongzhi.platform.ui.page import Page, safe_back
from rongzhi.platform.ui.parts import Label

KEY_FIELD = "idempotency_key"


def field(made: forms.Field, *, unit: Label = "", term: str = "", wide: bool = False) -> Any:
    """Return a form field with its unit beside it and its glossary term behind a help mark.

    Parameters
    ----------
    made : forms.Field
    unit : Label
        件, kg, min ...
    term : str
        Glossary key; gives the definition under the help mark, and the label when the field has none.
    wide : bool
        Whether the control takes the full width.
    """
    made.unit, made.term, made.wide = unit, term, wide  # type: ignore[attr-defined]
    return made


class FormPage(Page):
    """A form that does one act.

    Subclasses give ``title``, ``form_class`` and implement ``act(actor, form)``, which calls an action. Findings of a
    `Rejected` action stand beside their fields and summed on top; whatever was typed stays.
    ``self.idempotency_key`` is new for each opened form, so that sending twice makes one thing.
    """

    template_name: ClassVar[str] = "ui/form.html"
    form_class: ClassVar[type[forms.Form]]
    submit: ClassVar[Label] = say("保存", "Save")
    done: ClassVar[Label] = say("已保存", "Saved")
    fields_of: ClassVar[Mapping[str, str]] = {}
    """Place in findings -> form field, where the last name of the place is not the field's own."""

    def act(self, actor: Actor, form: Any) -> Any:
        """Call the action with the cleaned data; return what `success_url` gets."""
        raise NotImplementedError

    def prepare(self, actor: Actor) -> None:
        """Load what the form is about (from ``self.kwargs``), raising NotFound or Denied."""

    def initial(self, actor: Actor) -> dict[str, Any]:
        """Return the values the form begins with."""
        return {}

    def form_kwargs(self, actor: Actor) -> dict[str, Any]:
        """Return further arguments of the form class."""
        return {}

    def success_url(self, result: Any) -> str:
        """Return where to go afterwards: the result's own page when it has one."""
        return str(result.get_absolute_url()) if hasattr(result, "get_absolute_url") else safe_back(self.request)

    def cancel_url(self) -> str:
        """Return where the cancel link goes."""
        return self.parents[-1].url if self.parents else safe_back(self.request)

    @property
    def idempotency_key(self) -> str:
        """The key of this opened form."""
        return self.request.POST.get(KEY_FIELD, "")[:200] or uuid.uuid4().hex

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Show the empty form."""
        self.prepare(self.actor)
        given = {key: value for key, value in request.GET.items() if key in self.form_class.base_fields}
        form = self.form_class(initial={**self.initial(self.actor), **given}, **self.form_kwargs(self.actor))
        return self.show(self.form_context(form, []))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Check, act, go on; or show everything that is wrong at once."""
        self.prepare(self.actor)
        form = self.form_class(
            request.POST, request.FILES, initial=self.initial(self.actor), **self.form_kwargs(self.actor)
        )
        findings: list[Finding] = []
        if form.is_valid():
            try:
                result = self.act(self.actor, form)
            except Rejected as error:
                findings = self._spread(form, error.findings)
            except Conflict as error:
                form.add_error(None, _words(error.message, error.fix))
            else:
                messages.success(request, plain(self.done))
                return HttpResponseRedirect(self.success_url(result))
        return self.show(self.form_context(form, findings), status=422)

    def form_context(self, form: forms.Form, findings: list[Finding]) -> dict[str, Any]:
        """Return the context of the form."""
        return {
            "form": form,
            "findings": findings,
            "submit": plain(self.submit),
            "cancel": self.cancel_url(),
            "key": self.idempotency_key,
            "key_field": KEY_FIELD,
        }

    def _spread(self, form: forms.Form, findings: list[Finding]) -> list[Finding]:
        """Put each finding beside its field; return those that have none."""
        rest = []
        for finding in findings:
            name = self._field_of(finding.where)
            if finding.severity == "error" and name in form.fields:
                form.add_error(name, _words(finding.message, finding.fix))
            else:
                rest.append(finding)
        return rest

    def _field_of(self, where: str) -> str:
        if where in self.fields_of:
            return self.fields_of[where]
        last = re.split(r"[.:/]", where)[-1]
        name = re.sub(r"\[.*?\]", "", last)
        return self.fields_of.get(name, name)


def _words(message: Text, fix: Text | None) -> str:
    return speak(message) + (f"{say('。', '. ')}{speak(fix)}" if fix and speak(fix) else "")
