"""Writing documents to records, one by one: owner, policy, version, change, event. Used by the actions only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from rongzhi.elements.resources import models as records
from rongzhi.elements.resources.kinds import HAS_OWN_STATE, KINDS, Kind
from rongzhi.elements.resources.policy import may_create, may_write
from rongzhi.elements.resources.refs import Refs
from rongzhi.elements.resources.uses import uses_of
from rongzhi.kernel.calendars import zone_of
from rongzhi.kernel.errors import Conflict
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.text import Text
from rongzhi.model.base import Document
from rongzhi.model.production.network import CalendarDocument, Factory
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import Verdict
from rongzhi.platform.accounts.models import Organisation, Role
from rongzhi.platform.events.log import emit


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one record: ``created``, ``updated``, ``unchanged`` or ``removed``, and which fields differ."""

    table: str
    key: str
    act: str
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


class Writer:
    """Writes documents for one actor; keeps what it looked up for the length of one action."""

    def __init__(self, actor: Actor, owner: Organisation | None = None) -> None:
        self.actor = actor
        self.refs = Refs(actor)
        self._default = owner or actor.organisation
        self._owners: dict[str, dict[int, Organisation | None]] = {}

    def lock(self) -> None:
        """Let changes of the park take turns."""
        names = {"name_zh": "园区网络", "name_en": "Park network"}
        records.Park.objects.select_for_update().get_or_create(pk=1, defaults=names)

    def existing(self, kind: Kind, keys: set[str]) -> dict[str, Any]:
        """Return the visible records with these keys, deactivated ones too."""
        rows = kind.with_keys(kind.rows(self.actor), keys)
        return {kind.key_of(record): record for record in rows}

    def plan(self, kind: Kind, document: Document, record: Any | None) -> tuple[Document, Change]:
        """Return the document as it would be kept, and what changes."""
        key = kind.key(document)
        old = kind.read(record) if record is not None else None
        document = _normal(document, old)
        if old is None or record is None:
            return document, Change(kind.table, key, "created")
        fields = differences(old, document)
        was_gone = kind.is_soft and kind.table not in HAS_OWN_STATE and not record.is_active
        if was_gone:
            return document, Change(kind.table, key, "updated", {**fields, "is_active": (False, True)})
        return document, Change(kind.table, key, "updated" if fields else "unchanged", fields)

    def judge(self, kind: Kind, document: Document, record: Any | None) -> Verdict:
        """Whether the actor may make this change: judged by the owner before and after."""
        if record is None:
            verdict = may_create(self.actor, kind)
            if not verdict:
                return verdict
        owners = [kind.owner(record)] if record is not None else []
        if not self.actor.is_operator:
            owners.append(self._new_owner(kind, document, record))
        return may_write(self.actor, kind, *owners)

    def stops(self, kind: Kind, record: Any | None, document: Document) -> Findings:
        """Return why a record cannot be switched off by this change."""
        findings = Findings()
        if record is None or kind.table not in HAS_OWN_STATE:
            return findings
        if record.is_active and not getattr(document, "is_active", True):
            uses = uses_of(kind, record)
            if uses:
                findings.extend([_in_use(kind, kind.key_of(record), uses)])
        return findings

    def write(self, kind: Kind, document: Document, record: Any | None, change: Change) -> Any:
        """Write one document; the caller has judged and checked it."""
        values = kind.values(document, self.refs)
        if kind.table in {"factories", "calendars", "changeovers", "items"}:
            values["organisation"] = self._new_owner(kind, document, record)
        if kind.is_soft and kind.table not in HAS_OWN_STATE:
            values["is_active"] = True
        values |= {"changed_by": self.actor.name, "changed_at": timezone.now()}
        if record is None:
            record = kind.model._default_manager.create(**values)
        else:
            for name, value in values.items():
                setattr(record, name, value)
            record.version += 1
            _forget_nested(record)
            record.save()
        if kind.write_children is not None:
            kind.write_children(document, record, self.refs)
        if hasattr(record, "code"):
            self.refs.add(record)
        self._owners.pop(kind.table, None)
        self.tell(kind, change, self._kept_owner(kind, record))
        return record

    def remove(self, kind: Kind, record: Any) -> None:
        """Deactivate or delete one record; refused with the list of what uses it."""
        key, owner = kind.key_of(record), self._kept_owner(kind, record)
        uses = uses_of(kind, record)
        if uses:
            finding = _in_use(kind, key, uses)
            raise Conflict(finding.message, where=f"{kind.table}/{key}", fix=finding.fix)
        change = Change(kind.table, key, "removed")
        if kind.is_soft:
            record.is_active = False
            record.version += 1
            record.changed_by, record.changed_at = self.actor.name, timezone.now()
            record.save(update_fields=["is_active", "version", "changed_by", "changed_at"])
        else:
            was = kind.read(record).model_dump(mode="json")
            change = Change(kind.table, key, "removed", {name: (value, None) for name, value in was.items()})
            record.delete()
        self.tell(kind, change, owner)

    def tell(self, kind: Kind, change: Change, owner: Organisation | None) -> None:
        """Append the event; its owner may read it."""
        fields = {name: list(pair) for name, pair in change.fields.items()}
        emit(
            self.actor,
            f"{kind.name}.{change.act}",
            f"{kind.name}/{change.key}"[:160],
            {"changes": fields},
            organisation=owner,
        )

    def _kept_owner(self, kind: Kind, record: Any) -> Organisation | None:
        """Return the owner of a written record without a query for each."""
        parent = {
            "work_centres": ("factories", "factory_id"),
            "machines": ("work_centres", "work_centre_id"),
            "open_capacity": ("work_centres", "work_centre_id"),
            "bom": ("items", "parent_id"),
            "routings": ("items", "item_id"),
        }.get(kind.table)
        if parent is None:
            return getattr(record, "organisation", None)
        return self._owner_by_pk(parent[0], getattr(record, parent[1]))

    def _owner_by_pk(self, table: str, pk: int) -> Organisation | None:
        if table not in self._owners:
            kind = KINDS[table]
            self._owners[table] = {row.pk: kind.owner(row) for row in kind.rows(self.actor)}
        return self._owners[table].get(pk)

    def _new_owner(self, kind: Kind, document: Any, record: Any | None) -> Organisation | None:
        if kind.table == "factories":
            return self.refs.organisation(document.organisation)
        if kind.table == "changeovers" and record is None:
            row = records.Changeover.objects.filter(matrix=document.matrix).select_related("organisation").first()
            if row is not None:
                found: Organisation | None = row.organisation
                return found
        if kind.table in {"calendars", "changeovers"}:
            return record.organisation if record is not None else None if self.actor.is_operator else self._default
        if kind.table == "items":
            return record.organisation if record is not None else self._default or _operating()
        fields = {
            "work_centres": ("factories", "factory"),
            "machines": ("work_centres", "work_centre"),
            "open_capacity": ("work_centres", "work_centre"),
            "bom": ("items", "parent"),
            "routings": ("items", "item"),
        }
        if kind.table not in fields:
            return None
        table, name = fields[kind.table]
        pk = self.refs.pk(KINDS[table].model, getattr(document, name), name)
        return self._owner_by_pk(table, pk)


def check_version(kind: Kind, record: Any, version: int | None) -> None:
    """Refuse a change made from an older state, and say who changed the record since."""
    if version is None or record.version == version:
        return
    when = timezone.localtime(record.changed_at)
    raise Conflict(
        Text(
            zh=f"{record.changed_by or '他人'} 已于 {when:%Y-%m-%d %H:%M} 修改了此{kind.label.zh}",
            en=f"{record.changed_by or 'somebody'} changed this {kind.label.en} at {when:%Y-%m-%d %H:%M}",
        ),
        where=f"{kind.table}/{kind.key_of(record)}",
        fix=Text(
            "重新打开后再改，以免覆盖对方的修改", "open it again and repeat your change, so as not to undo theirs"
        ),
    )


def differences(old: Document, new: Document) -> dict[str, tuple[Any, Any]]:
    """Return the fields that differ, as plain values before and after."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return {
        name: (before[name], after[name]) for name in type(new).model_fields if getattr(old, name) != getattr(new, name)
    }


def _normal(document: Document, old: Document | None) -> Document:
    """Return the document as it will be read back, so that equal ones are seen to be equal."""
    if isinstance(document, Factory) and not document.organisation and isinstance(old, Factory):
        return document.model_copy(update={"organisation": old.organisation})
    if isinstance(document, CalendarDocument):
        zone = zone_of(document.timezone)

        def local(moment: datetime) -> datetime:
            return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment

        exceptions = tuple(
            item.model_copy(update={"start": local(item.start), "end": local(item.end)}) for item in document.exceptions
        )
        return document.model_copy(update={"exceptions": exceptions})
    return document


def _operating() -> Organisation | None:
    return Organisation.objects.filter(kind=Role.OPERATOR, is_active=True).first()


def _in_use(kind: Kind, key: str, uses: list[Any]) -> Finding:
    shown = uses[:8]
    more_zh = f" 等 {len(uses)} 处" if len(uses) > len(shown) else ""
    more_en = f" and {len(uses) - len(shown)} more" if len(uses) > len(shown) else ""
    zh, en = "、".join(use.name.zh for use in shown), ", ".join(use.name.en for use in shown)
    return Finding(
        "in-use",
        "is_active",
        Text(
            zh=f"{kind.label.zh}“{key}”正被使用：{zh}{more_zh}", en=f"{kind.label.en} '{key}' is used by {en}{more_en}"
        ),
        Text(zh="先从这些地方移除或改用别的，再停用", en="take it out of these or replace it there first"),
    )


def _forget_nested(record: Any) -> None:
    getattr(record, "_prefetched_objects_cache", {}).clear()
