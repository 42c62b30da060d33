"""The framework registry: every leaf with its state, its page and its live count, read from ``framework.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.module_loading import import_string

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Role
from rongzhi.platform.i18n import speak
from rongzhi.platform.ui.page import Page
from rongzhi.platform.ui.parts import Link

State = Literal["working", "part", "none"]
FILE = Path(__file__).with_name("framework.toml")
STATES: dict[str, Text] = {
    "working": Text("已可用", "working"),
    "part": Text("部分可用", "in part"),
    "none": Text("尚未开始", "not yet"),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One room of the product."""

    number: str
    title: Text
    state: State
    aim: Text
    now: Text
    roles: tuple[str, ...]
    url_name: str
    count_path: str
    unit: Text
    rooms: tuple[tuple[str, Text], ...] = ()

    @property
    def pages(self) -> list[Link]:
        """The pages of the leaf that are installed."""
        found = []
        for url_name, title in self.rooms:
            try:
                found.append(Link(title, reverse(url_name)))
            except NoReverseMatch:
                continue
        return found

    def pages_for(self, actor: Actor) -> list[Link]:
        """Return the pages the actor may open, by the pages' own policies."""
        return [link for link in self.pages if _may_open(link.url, actor)]

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return speak(self.title)

    @property
    def state_words(self) -> str:
        """The state in words."""
        return speak(STATES[self.state])

    @property
    def tone(self) -> str:
        """The tone of the state."""
        return {"working": "ok", "part": "info", "none": "neutral"}[self.state]

    @property
    def own_url(self) -> str:
        """The leaf's own page, which says what is there and what is not yet."""
        return reverse("web:leaf", args=[self.number])

    @property
    def url(self) -> str:
        """The page that a click opens: the working page when there is one, else the leaf's own."""
        if self.url_name:
            try:
                return reverse(self.url_name)
            except NoReverseMatch:
                pass
        return self.own_url

    @property
    def group(self) -> str:
        """Number of the group it stands in: ``1.2`` for ``1.2.1``, nothing for ``3.4``."""
        return self.number.rpartition(".")[0] if self.number.count(".") == 2 else ""

    def count(self, actor: Actor) -> int | None:
        """Return the live count for the actor; None when nothing is counted."""
        if not self.count_path:
            return None
        query: Callable[[Actor], int | None] = import_string(self.count_path)
        return query(actor)


def _may_open(url: str, actor: Actor) -> bool:
    page = getattr(resolve(url).func, "view_class", None)
    return not (isinstance(page, type) and issubclass(page, Page)) or bool(page().may(actor))


@dataclass(frozen=True, slots=True)
class Heading:
    """A floor, or a group of leaves within a floor."""

    number: str
    title: Text
    about: Text

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return speak(self.title)

    @property
    def words(self) -> str:
        """What it is about, in the language of the request."""
        return speak(self.about)


@dataclass(frozen=True, slots=True)
class Framework:
    """The whole framework in its official order."""

    floors: tuple[Heading, ...]
    groups: dict[str, Heading]
    leaves: dict[str, Leaf]

    def of_floor(self, number: str) -> list[Leaf]:
        """Return the leaves of a floor."""
        return [leaf for leaf in self.leaves.values() if leaf.number.split(".")[0] == number]

    def path(self, number: str) -> Iterator[Heading | Leaf]:
        """Return floor, group and leaf on the way to a leaf."""
        leaf = self.leaves[number]
        yield next(floor for floor in self.floors if floor.number == number.split(".", maxsplit=1)[0])
        if leaf.group in self.groups:
            yield self.groups[leaf.group]
        yield leaf


@cache
def framework() -> Framework:
    """Return the registry; the file is read once."""
    return read(tomllib.loads(FILE.read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> Framework:
    """Return the registry of a parsed file."""
    return Framework(
        floors=tuple(_heading(row) for row in data["floor"]),
        groups={row["number"]: _heading(row) for row in data["group"]},
        leaves={row["number"]: _leaf(row) for row in data["leaf"]},
    )


def _heading(row: dict[str, str]) -> Heading:
    return Heading(row["number"], Text(row["zh"], row["en"]), Text(row.get("about_zh", ""), row.get("about_en", "")))


def _leaf(row: dict[str, Any]) -> Leaf:
    return Leaf(
        number=row["number"],
        title=Text(row["zh"], row["en"]),
        state=row["state"],
        aim=Text(row["aim_zh"], row["aim_en"]),
        now=Text(row.get("now_zh", ""), row.get("now_en", "")),
        roles=tuple(row["roles"]),
        url_name=row.get("url", ""),
        count_path=row.get("count", ""),
        unit=Text(row.get("unit_zh", ""), row.get("unit_en", "")),
        rooms=tuple((page[0], Text(page[1], page[2])) for page in row.get("pages", ())),
    )


def check(found: Framework) -> Findings:
    """Return everything that is wrong with the registry, with its place and mend."""
    findings = Findings()
    known_roles = {*Role.values, "public"}
    for leaf in found.leaves.values():
        where = f"leaf[{leaf.number}]"
        if leaf.state not in STATES:
            findings.error(
                "unknown-state",
                f"{where}.state",
                Text(f"未知状态“{leaf.state}”", f"unknown state {leaf.state!r}"),
                Text("用 working、part 或 none", "use working, part or none"),
            )
        if (leaf.state == "none") == bool(leaf.now.zh or leaf.now.en) or bool(leaf.now.zh) != bool(leaf.now.en):
            findings.error(
                "state-without-words",
                f"{where}.now",
                Text("状态与“现已可用”的文字不符", "state and the words on what works now disagree"),
                Text("可用的写明什么可用，未开始的留空", "say what works, or leave it empty when nothing does"),
            )
        if unknown := set(leaf.roles) - known_roles:
            findings.error(
                "unknown-role",
                f"{where}.roles",
                Text(f"未知角色 {sorted(unknown)}", f"unknown roles {sorted(unknown)}"),
                Text(f"可用：{sorted(known_roles)}", f"known: {sorted(known_roles)}"),
            )
        _check_page(leaf, where, findings)
        if leaf.number.count(".") == 2 and leaf.group not in found.groups:
            findings.error(
                "unknown-group",
                where,
                Text(f"没有分组 {leaf.group}", f"no group {leaf.group}"),
                Text("在 [[group]] 中加入", "add it under [[group]]"),
            )
    return findings


def _check_page(leaf: Leaf, where: str, findings: Findings) -> None:
    if leaf.url_name:
        try:
            reverse(leaf.url_name)
        except NoReverseMatch:
            findings.error(
                "unknown-page",
                f"{where}.url",
                Text(f"没有名为“{leaf.url_name}”的页面", f"no page is named {leaf.url_name!r}"),
                Text("改为 urls.py 中的名称", "use a name from urls.py"),
            )
    if leaf.count_path:
        try:
            import_string(leaf.count_path)
        except ImportError as error:
            findings.error(
                "unknown-count",
                f"{where}.count",
                Text(f"找不到计数函数：{error}", f"no such count: {error}"),
                Text("写查询函数的完整路径", "give the full path of the query"),
            )
