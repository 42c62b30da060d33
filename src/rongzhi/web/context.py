"""What the frame around every page needs: the tree, the path, running jobs, organisations, theme. All read lazily."""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from rongzhi.platform.access.actor import PUBLIC, Actor
from rongzhi.platform.accounts.models import Organisation, Role
from rongzhi.platform.jobs.models import Job, JobState
from rongzhi.platform.ui.parts import Link
from rongzhi.web.framework import Framework, Leaf, framework

COUNTS_KEPT_S = 15
MAX_JOBS = 5
ROUTES = {
    "login": "accounts:login",
    "logout": "accounts:logout",
    "switch": "accounts:switch",
    "profile": "accounts:profile",
    "tokens": "accounts:tokens",
    "organisations": "accounts:organisations",
    "jobs": "platform:jobs",
    "job": "platform:job",
    "events": "platform:events",
}
"""Names of the platform's own pages that the frame links to."""
THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the actor and the frame for templates."""
    return {"actor": getattr(request, "actor", PUBLIC), "frame": Frame(request)}


class Frame:
    """The frame around one page; nothing is queried before the template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor = getattr(request, "actor", PUBLIC)

    @cached_property
    def room(self) -> tuple[str, str]:
        """The leaf and address of the room this page stands in: the one whose address begins this page's."""
        rooms = [(page.url, leaf.number) for leaf in framework().leaves.values() for page in leaf.pages]
        fitting = [room for room in rooms if self.request.path.startswith(room[0])]
        url, number = max(fitting, key=lambda room: len(room[0]), default=("", ""))
        return number, url

    @cached_property
    def leaf(self) -> str:
        """The leaf of this page: that of its room, else the one the page names."""
        return self.room[0] or getattr(getattr(self.request, "page", None), "leaf", "")

    @property
    def theme(self) -> str:
        """The chosen theme, or nothing to follow the system."""
        chosen = self.request.COOKIES.get("rongzhi_theme", "")
        return chosen if chosen in THEMES else ""

    @property
    def csrf(self) -> bool:
        """Whether pages send acts; the public sends none besides its forms."""
        return not self.actor.is_public

    @property
    def routes(self) -> dict[str, str]:
        """Names of the pages the frame links to."""
        return ROUTES

    @property
    def roles(self) -> str:
        """The actor's roles in words."""
        return " · ".join(str(Role(role).label) for role in sorted(self.actor.roles))

    @property
    def version(self) -> str:
        """The version of the platform."""
        return _version()

    @cached_property
    def tree(self) -> list[dict[str, Any]]:
        """Floors with their leaves, grouped, with counts; the leaf of this page shows its rooms."""
        known, counts = framework(), counts_for(self.actor)
        here = self.leaf.split(".", maxsplit=1)[0]
        return [
            {
                "floor": floor,
                "is_open": floor.number == here or any(leaf.state != "none" for leaf in known.of_floor(floor.number)),
                "leaves": self._entries(known, floor.number, counts),
            }
            for floor in known.floors
        ]

    def _entries(self, known: Framework, floor: str, counts: dict[str, int]) -> list[dict[str, Any]]:
        entries, last_group = [], ""
        for leaf in known.of_floor(floor):
            heading = known.groups.get(leaf.group) if leaf.group != last_group else None
            last_group = leaf.group
            is_here = leaf.number == self.leaf
            rooms = leaf.pages_for(self.actor) if is_here and not self.actor.is_public else []
            entries.append(
                {
                    "leaf": leaf,
                    "heading": heading,
                    "count": counts.get(leaf.number),
                    "is_here": is_here,
                    "rooms": [(room, room.url == self.room[1]) for room in rooms],
                }
            )
        return entries

    @cached_property
    def crumbs(self) -> list[Link]:
        """The framework's own path to the leaf of this page, then the page's own parents."""
        known, trail = framework(), []
        if self.leaf in known.leaves:
            trail = [Link(f"{step.number} {step.name}", _crumb_url(step)) for step in known.path(self.leaf)]
        passed = {link.url for link in trail}
        parents = getattr(getattr(self.request, "page", None), "parents", ())
        return trail + [link for link in parents if str(link.url) not in passed]

    @cached_property
    def jobs(self) -> list[Job]:
        """Jobs under way that the actor may see."""
        if self.actor.is_public:
            return []
        open_states = (JobState.QUEUED, JobState.RUNNING)
        return list(Job.objects.visible_to(self.actor).filter(state__in=open_states)[:MAX_JOBS])

    @cached_property
    def organisations(self) -> list[Organisation]:
        """Organisations the person may act for."""
        if self.actor.person is None:
            return []
        return list(
            Organisation.objects.filter(memberships__person=self.actor.person, is_active=True)
            .distinct()
            .order_by("code")
        )


def _version() -> str:
    try:
        return version("rongzhi")
    except PackageNotFoundError:
        return ""


def _crumb_url(step: Any) -> str:
    return step.url if isinstance(step, Leaf) else f"/#floor-{step.number.split('.')[0]}"


def counts_for(actor: Actor, *, fresh: bool = False) -> dict[str, int]:
    """Return the live count of every counted leaf; for the tree kept a few seconds, for the map fresh."""
    owner = "all" if actor.is_operator else actor.organisation.pk if actor.organisation else "public"
    key = f"leaf-counts:{owner}"
    found: dict[str, int] | None = None if fresh else cache.get(key)
    if found is None:
        found = {}
        for leaf in framework().leaves.values():
            count = leaf.count(actor)
            if count is not None:
                found[leaf.number] = count
        cache.set(key, found, COUNTS_KEPT_S)
    return found
