"""What apps put on the first screen of the home page: figures of the park, tasks of the day, next acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.ui.parts import Button, Figure, Task


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """The figures, tasks and next acts an actor sees first."""

    figures: list[Figure] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    acts: list[Button] = field(default_factory=list)


Make = Callable[[Actor], FirstScreen]

_CONTRIBUTIONS: dict[str, tuple[int, Make]] = {}
MAX_FIGURES, MAX_TASKS, MAX_ACTS = 6, 8, 4


def contribute(name: str, make: Make, *, order: int = 50) -> None:
    """Let an app put something on the first screen; called in ``AppConfig.ready``. Lower orders stand first."""
    _CONTRIBUTIONS[name] = (order, make)


def first_screen(actor: Actor) -> FirstScreen:
    """Return what the actor sees first, from every app in order."""
    parts = [make(actor) for _, make in sorted(_CONTRIBUTIONS.values(), key=lambda pair: pair[0])]
    return FirstScreen(
        [figure for part in parts for figure in part.figures][:MAX_FIGURES],
        [task for part in parts for task in part.tasks][:MAX_TASKS],
        [act for part in parts for act in part.acts][:MAX_ACTS],
    )
