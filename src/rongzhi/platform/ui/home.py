"""What apps put on the first screen of the home page: figures of the park, tasks of the day, next acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.ui.parts import Button, Figure, Task


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """The figures, tasks and next acts an actor sees first."""

    figures: list[Figure] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    acts: list[Button] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one app puts there, each part a function of the actor; lower orders stand first."""

    figures: Callable[[Actor], Iterable[Figure]] | None = None
    tasks: Callable[[Actor], Iterable[Task]] | None = None
    acts: Callable[[Actor], Iterable[Button]] | None = None
    order: int = 50


_CONTRIBUTIONS: dict[str, Contribution] = {}
MAX_FIGURES, MAX_TASKS, MAX_ACTS = 6, 8, 4


def contribute(name: str, contribution: Contribution) -> None:
    """Put something on the first screen; called in ``AppConfig.ready``. The same name replaces."""
    _CONTRIBUTIONS[name] = contribution


def first_screen(actor: Actor) -> FirstScreen:
    """Return what the actor sees first, from every app in order."""
    screen = FirstScreen()
    for part in sorted(_CONTRIBUTIONS.values(), key=lambda c: c.order):
        screen.figures.extend(part.figures(actor) if part.figures else ())
        screen.tasks.extend(part.tasks(actor) if part.tasks else ())
        screen.acts.extend(part.acts(actor) if part.acts else ())
    return FirstScreen(screen.figures[:MAX_FIGURES], screen.tasks[:MAX_TASKS], screen.acts[:MAX_ACTS])
