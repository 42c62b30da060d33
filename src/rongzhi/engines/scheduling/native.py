"""The tables and the state as compiled functions see them: by reference, so that calls between them cost nothing."""
# ruff: noqa: PLR0917 - one argument for each array

from __future__ import annotations

from typing import Any, TypeVar, cast

from numba import types
from numba.experimental import structref

from rongzhi.engines.scheduling._jit import entry
from rongzhi.engines.scheduling.arrays import Scratch, State, Tables

Record = TypeVar("Record", Tables, State)


@structref.register
class TablesType(types.StructRef):
    """Type of a reference to `Tables`."""


@structref.register
class StateType(types.StructRef):
    """Type of a reference to `State`."""


class TablesRef(structref.StructRefProxy):
    """Reference to the arrays of `Tables`."""


class StateRef(structref.StructRefProxy):
    """Reference to the arrays of `State`."""


structref.define_proxy(TablesRef, TablesType, list(Tables._fields))  # type: ignore[no-untyped-call]
structref.define_proxy(StateRef, StateType, list(State._fields))  # type: ignore[no-untyped-call]


@structref.register
class ScratchType(types.StructRef):
    """Type of a reference to `Scratch`."""


class ScratchRef(structref.StructRefProxy):
    """Reference to the arrays of `Scratch`."""


structref.define_proxy(ScratchRef, ScratchType, list(Scratch._fields))  # type: ignore[no-untyped-call]
make_scratch: type[Scratch] = cast("type[Scratch]", ScratchRef)


@entry
def _tables(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any, i: Any, j: Any, k: Any,
            m: Any, n: Any, o: Any, p: Any, q: Any, r: Any, s: Any, t: Any, u: Any, v: Any, w: Any) -> Any:  # fmt: skip
    return TablesRef(a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w)  # type: ignore[no-untyped-call]


@entry
def _state(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any, i: Any, j: Any, k: Any, m: Any) -> Any:
    return StateRef(a, b, c, d, e, f, g, h, i, j, k, m)  # type: ignore[no-untyped-call]


def native(record: Record) -> Record:
    """Return a reference to the arrays of a record; only compiled functions can use it."""
    made = _tables(*record) if isinstance(record, Tables) else _state(*record)
    return cast("Record", made)
