"""From the codes documents use to the keys of records, one query a table."""

from __future__ import annotations

from typing import Any

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Organisation

_LABELS = {
    "Place": Text("地点", "place"),
    "Calendar": Text("日历", "calendar"),
    "Factory": Text("工厂", "factory"),
    "WorkCentre": Text("工作中心", "work centre"),
    "Machine": Text("机床", "machine"),
    "Item": Text("物料", "item"),
}


class Refs:
    """Looks codes up among the records the actor may see, so that nobody refers to what they do not know."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._known: dict[str, dict[str, int]] = {}

    def pk(self, model: Any, code: str, where: str = "") -> int:
        """Return the key of a record by its code; an unknown code is `Rejected` with its place."""
        name = model.__name__
        if name not in self._known:
            self._known[name] = dict(model.objects.visible_to(self.actor).values_list("code", "pk"))
        found = self._known[name].get(code)
        if found is None:
            label = _LABELS[name]
            findings = Findings()
            findings.error(
                f"unknown-{label.en.replace(' ', '-')}",
                where,
                Text(zh=f"没有{label.zh}“{code}”", en=f"there is no {label.en} '{code}'"),
                Text(zh=f"先添加{label.zh}", en=f"add the {label.en} first"),
            )
            findings.raise_if_any()
        assert found is not None
        return found

    def maybe(self, model: Any, code: str, where: str = "") -> int | None:
        """Return the key of a record, or None for an empty code."""
        return self.pk(model, code, where) if code else None

    def add(self, record: Any) -> None:
        """Remember a record made meanwhile."""
        name = type(record).__name__
        if name in self._known:
            self._known[name][record.code] = record.pk

    def organisation(self, code: str) -> Organisation | None:
        """Return an organisation by its code."""
        known: dict[str, Organisation] = self.__dict__.setdefault("_organisations", {})
        if not known:
            known.update({item.code: item for item in Organisation.objects.all()})
        return known.get(code)
