"""Getting ready: compile the kernels, or load them from the cache, before the first clock starts."""

from __future__ import annotations

from rongzhi.engines.scheduling.model import (
    Calendar,
    Changeover,
    Factory,
    Job,
    Link,
    Machine,
    Mode,
    Objective,
    Operation,
    Precedence,
    Problem,
    Transport,
)
from rongzhi.engines.scheduling.solve import solve

TABU_ITERATIONS = 1_000  # until the tabu search has begun afresh once

_ready: set[str] = set()


def warm_up(*, makespan: bool = False) -> None:
    """Solve a handful of operations, so that no later run spends its time limit on compilation.

    The first call on a machine compiles for up to a minute of one core and keeps the machine code on disk; later
    processes need two to three seconds, a second call in the same process nothing.

    Parameters
    ----------
    makespan : bool
        Also get ready for plain makespan problems (no calendars, changeovers or due dates), which have a search of
        their own.
    """
    if "orders" not in _ready:
        first = solve(_orders(), iteration_limit=2)
        solve(_orders(), iteration_limit=2, former=first.plan)
        _seldom(_orders())
        _ready.add("orders")
    if makespan and "makespan" not in _ready:
        for is_bound in (False, True):
            solve(_shops(is_bound=is_bound), iteration_limit=TABU_ITERATIONS)
        _seldom(_shops(is_bound=True), is_makespan=True)
        _dispatch(_shops(is_bound=False))
        _ready.add("makespan")


def _seldom(problem: Problem, *, is_makespan: bool = False) -> None:
    """Call once, with nothing to do, what a search calls only now and then."""
    import numpy as np

    from rongzhi.engines.scheduling import construct, kernel_search
    from rongzhi.engines.scheduling.compile import compile_problem
    from rongzhi.engines.scheduling.native import native

    compiled = compile_problem(problem)
    t = native(compiled.tables)
    state = construct.start_state(compiled, np.zeros((0, 4), dtype=np.int64), 0)
    kernel_search.compact(t, native(state), np.zeros(0, dtype=np.int64))
    if is_makespan:
        kernel_search.transfer(t, native(state), construct.topological_places(compiled.tables), 0, 0, 0)


def _dispatch(problem: Problem) -> None:
    """Call once what only very large shops need."""
    import numpy as np

    from rongzhi.engines.scheduling import arrays
    from rongzhi.engines.scheduling.compile import compile_problem
    from rongzhi.engines.scheduling.first_shop import FORWARD, Site
    from rongzhi.engines.scheduling.kernel_assign import even_loads
    from rongzhi.engines.scheduling.native import native
    from rongzhi.engines.scheduling.seeds import random_words

    t = compile_problem(problem).tables
    mode = t.op[:, arrays.O_MODE0].copy()
    even_loads(native(t), mode, np.zeros(len(t.machine)), 1.0, 0.5, 1, 0.5, random_words(0, 0))
    site = Site(t, t.op[:, arrays.O_MODE0].copy(), t.op[:, arrays.O_JOB] * 0)
    start, _ = site.dispatch(FORWARD, site.rules()[0][1])
    site.turned(start)


def _orders() -> Problem:
    """Orders that are late in two factories, with calendars, changeovers, transport and transfer batches."""
    jobs, links = [], []
    for number in range(4):
        first, second = f"{number}-1", f"{number}-2"
        family = ("red", "blue")[number % 2]
        operations = (
            Operation(first, (Mode("a1", 30, 5, cost=2.0), Mode("b1", 40, 5, cost=1.0)), family=family),
            Operation(second, (Mode("a2", 20, cost=1.0), Mode("b2", 25, cost=1.0)), may_span_breaks=number % 2 == 0),
        )
        jobs.append(Job(str(number), operations, due=10))
        links.append(Precedence(first, second, Link.OVERLAP if number else Link.FINISH_START, share=0.5))
    return Problem(
        tuple(jobs),
        tuple(Machine(code, code[0].upper(), "day", "paint") for code in ("a1", "a2", "b1", "b2")),
        (Factory("A", "west"), Factory("B", "east")),
        tuple(links),
        calendars=(Calendar("day", ((0, 60),), cycle=100, until=100),),
        changeovers=(Changeover("paint", ("red", "blue"), ((0, 7), (9, 0))),),
        transport=Transport(("west", "east"), ((0, 30), (30, 0)), ((0.0, 4.0), (4.0, 0.0))),
        objective=Objective(cost=0.1, transport_cost=0.1, changeover_time=0.1, moved_machines=1.0, moved_starts=0.01),
    )


def _shops(*, is_bound: bool) -> Problem:
    """Plain shops in two factories; ``is_bound`` keeps each job in one of them."""
    jobs, links = [], []
    for number in range(30):
        codes = [f"{number}-{step}" for step in range(3)]
        jobs.append(
            Job(
                str(number),
                tuple(
                    Operation(
                        code,
                        tuple(
                            Mode(f"{factory}{(number + step) % 3}", 10 + (7 * number + 5 * step) % 9)
                            for factory in "AB"
                        ),
                    )
                    for step, code in enumerate(codes)
                ),
                single_factory=is_bound,
            )
        )
        links += [Precedence(codes[0], codes[1]), Precedence(codes[1], codes[2])]
    return Problem(
        tuple(jobs),
        tuple(Machine(f"{factory}{line}", factory) for factory in "AB" for line in range(3)),
        (Factory("A"), Factory("B")),
        tuple(links),
        objective=Objective(weighted_tardiness=0.0, makespan=1.0),
    )
