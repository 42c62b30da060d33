"""The far side of searches side by side: what runs in another process, or on another machine.

A problem is sent once, as bytes; every process keeps the last few it has seen, compiled. A slice of search starts from
the rows of a plan and gives back the rows of a better one, so that what travels is small.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import tempfile
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from rongzhi.engines.scheduling.arrays import Ints
from rongzhi.engines.scheduling.compile import Compiled, compile_problem
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.result import Callbacks, Plan

KEPT = 3
_seen: OrderedDict[str, Compiled] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Parcel:
    """A problem with the plan before it, as bytes, and its name.

    Parameters
    ----------
    name : str
        Equal for equal content.
    data : bytes or None
        None where the receiver is thought to have it.
    """

    name: str
    data: bytes | None

    @classmethod
    def of(cls, problem: Problem, former: Plan | None) -> Parcel:
        """Pack a problem."""
        data = pickle.dumps((problem, former), protocol=pickle.HIGHEST_PROTOCOL)
        return cls(hashlib.sha256(data).hexdigest(), data)

    @property
    def label(self) -> Parcel:
        """The parcel without its content."""
        return Parcel(self.name, None)

    def open(self) -> Compiled | None:
        """Return the compiled problem, None if this process has not got it."""
        with _lock:
            known = _seen.get(self.name)
            if known is None and self.data is not None:
                problem, former = pickle.loads(self.data)  # noqa: S301 - our own bytes, from our own process
                known = _seen[self.name] = compile_problem(problem, former)
                while len(_seen) > KEPT:
                    _seen.popitem(last=False)
            return known


@dataclass(frozen=True)
class Slice:
    """A piece of search.

    Parameters
    ----------
    seed : int
    seconds : float or None
    iterations : int or None
    rows : ndarray (n, 4) or None
        The plan to begin with; None only gets ready.
    beacon : str
        Address of a file that exists as long as the caller wants the search; where it cannot be seen, the slice runs
        to its end.
    bound : float
        Proven bound on the total; a plan that meets it ends the search.
    """

    seed: int
    seconds: float | None
    iterations: int | None
    rows: Ints | None
    beacon: str
    bound: float = 0.0


@dataclass(frozen=True)
class Found:
    """What a slice gives back.

    Parameters
    ----------
    is_missing : bool
        The process has not got the problem.
    rows : ndarray (n, 4) or None
    total : float
    """

    is_missing: bool = False
    rows: Ints | None = None
    total: float = float("inf")


class Beacon(Callbacks):
    """Stops a search when its beacon goes out.

    Parameters
    ----------
    address : str
        Of a `Lit`.
    """

    def __init__(self, address: str) -> None:
        node, _, path = address.partition(":")
        self._path = Path(path)
        self._is_seen = node == platform.node() or self._path.exists()

    def should_stop(self) -> bool:
        """Return whether the beacon can be seen from this machine and is gone."""
        return self._is_seen and not self._path.exists()


class Lit:
    """A beacon that burns until it is put out."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rongzhi-")
        self._path = Path(self._folder.name) / "beacon"
        self._path.touch()

    @property
    def address(self) -> str:
        """The beacon's file with the machine it stands on."""
        return f"{platform.node()}:{self._path}"

    def put_out(self) -> None:
        """Tell every search that sees the beacon to stop; harmless when it is out."""
        self._path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Put the beacon out and take its folder away."""
        self.put_out()
        self._folder.cleanup()


def search(parcel: Parcel, piece: Slice) -> Found:
    """Search for a slice of time or iterations; runs in another process and must be importable there."""
    from rongzhi.engines.scheduling.budget import Budget
    from rongzhi.engines.scheduling.result import Bound
    from rongzhi.engines.scheduling.run import Run

    started = time.perf_counter()
    compiled = parcel.open()
    if compiled is None:
        return Found(is_missing=True)
    if piece.rows is None:
        return Found()
    if compiled.problem.objective.order:  # aiming at one term after the other changes the tables
        compiled = compile_problem(compiled.problem, compiled.former)
    budget = Budget(started, piece.seconds, piece.iterations)
    run = Run(
        compiled.problem, seed=piece.seed, budget=budget, callbacks=Beacon(piece.beacon), former=compiled.former,
        compiled=compiled,
    )  # fmt: skip
    run.take(piece.rows)
    if piece.bound > run.bound.value:
        run.bound = Bound("given", piece.bound)
    run.search_only()
    return Found(rows=run.best, total=run.best_total)
