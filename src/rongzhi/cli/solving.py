"""Solving beside a person at the terminal: progress is shown, and Ctrl-C is heard at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

from rongzhi.cli.speech import console, say
from rongzhi.engines.scheduling import Callbacks, Problem, Result, solve, warm_up

HEARD_S = 0.1

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search."""

    time_limit_s: float = 10
    iteration_limit: int | None = None
    seed: int = 0


class _Listener(Callbacks):
    def __init__(self, show: Callable[[float, float], None]) -> None:
        self.show, self.has_plan, self.is_stopped = show, False, False

    def on_progress(self, fraction: float, best: float, bound: float) -> None:
        del bound  # shown with the result
        self.has_plan = self.has_plan or best < float("inf")
        self.show(fraction, best)

    def should_stop(self) -> bool:
        return self.is_stopped


def solve_visibly(problem: Problem, effort: Effort) -> Result:
    """Solve with a progress bar; the first Ctrl-C keeps the best plan, the second one (or one too early) ends all.

    Raises
    ------
    KeyboardInterrupt
        While there is no plan to keep, or at the second Ctrl-C.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[best]}"), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(say("排产", "planning"), total=1.0, best="")

        def show(fraction: float, best: float) -> None:
            shown = say(f"目标 {best:,.0f}", f"best {best:,.0f}") if best < float("inf") else ""
            progress.update(task, completed=fraction, best=shown)

        listener = _Listener(show)

        def interrupted() -> None:
            if listener.is_stopped or not listener.has_plan:
                raise KeyboardInterrupt
            listener.is_stopped = True
            progress.console.print(
                say(
                    "正在停止，保留最好的计划；再按 Ctrl-C 则放弃", "stopping with the best plan; Ctrl-C again gives up"
                )
            )

        def search() -> Result:
            progress.update(task, description=say("编译（首次约一分钟）", "compiling, first time about a minute"))
            warm_up(makespan=not problem.calendars)
            progress.update(task, description=say("排产", "planning"))
            return solve(
                problem,
                time_limit_s=effort.time_limit_s if effort.iteration_limit is None else None,
                iteration_limit=effort.iteration_limit,
                seed=effort.seed,
                callbacks=listener,
            )

        return _beside(search, interrupted)


def _beside(work: Callable[[], _Answer], interrupted: Callable[[], None]) -> _Answer:
    """Return what ``work`` returns, done in a thread of its own so that compiled code delays no interrupt."""
    if threading.current_thread() is not threading.main_thread():
        return work()  # only the main thread may listen
    answers: list[_Answer] = []
    failures: list[BaseException] = []

    def done() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001  (raised again by the main thread)
            failures.append(error)

    thread = threading.Thread(target=done, daemon=True)
    with _listening(interrupted) as listen:
        thread.start()
        while thread.is_alive():
            thread.join(HEARD_S)
            listen()
    if failures:
        raise failures[0]
    return answers[0]


@contextmanager
def _listening(interrupted: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Call ``interrupted`` at Ctrl-C; yield what must be called often, as CP-SAT takes the signal to itself."""

    def heard(number: int, frame: FrameType | None) -> None:
        del number, frame
        interrupted()

    def listen() -> None:
        signal.signal(signal.SIGINT, heard)

    former = signal.getsignal(signal.SIGINT)
    listen()
    try:
        yield listen
    finally:
        signal.signal(signal.SIGINT, former)
