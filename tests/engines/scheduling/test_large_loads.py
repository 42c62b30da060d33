"""Networks of many jobs: even loads, modes of a problem as a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rongzhi.engines import scheduling as s
from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling.compile import compile_problem
from rongzhi.engines.scheduling.first_dispatch import spread
from rongzhi.engines.scheduling.kernel_assign import even_loads
from rongzhi.engines.scheduling.native import native
from tests.engines.scheduling.test_large_shops import network


def test_even_loads_keep_jobs_together_and_lower_the_largest_load() -> None:
    t = compile_problem(network(6, 200, seed=3)).tables
    chosen = spread(t)
    work = t.mode[:, a.M_SETUP] + t.mode[:, a.M_RUN]
    before = np.bincount(t.mode[chosen, a.M_MACHINE], work[chosen], len(t.machine))
    aim = np.full(len(t.machine), 0.98 * before.mean())
    rng = np.array([3, 5], dtype=np.uint64)
    load = even_loads(native(t), chosen, aim, 20_000.0, 10.0, 200_000, 0.5, rng)
    after = np.bincount(t.mode[chosen, a.M_MACHINE], work[chosen], len(t.machine))
    assert load.tolist() == after.tolist()
    assert after.max() < before.max()
    assert (t.op[:, a.O_MODE0] <= chosen).all()
    assert (chosen < t.op[:, a.O_MODE1]).all()
    factory = t.mode[chosen, a.M_FACTORY].reshape(-1, 4)
    assert (factory == factory[:, :1]).all()


def test_modes_are_left_out_under_pins_allowed_factories_and_the_one_factory_rule() -> None:
    modes = tuple(s.Mode(code, 3) for code in ("a1", "a2", "b1", "c1"))
    first, second = s.Operation("1", modes), s.Operation("2", modes[:3])
    problem = s.Problem(
        (s.Job("j", (first, second)),),
        tuple(s.Machine(code, code[0]) for code in ("a1", "a2", "b1", "c1")),
        tuple(s.Factory(code) for code in "abc"),
    )

    def kept(problem: s.Problem) -> list[list[int]]:
        t = compile_problem(problem).tables
        return [t.mode[row[a.O_MODE0] : row[a.O_MODE1], a.M_INDEX].tolist() for row in t.op]

    def job(**changes: object) -> s.Problem:
        return replace(problem, jobs=(replace(problem.jobs[0], **changes),))

    assert kept(problem) == [[0, 1, 2, 3], [0, 1, 2]]
    assert kept(job(single_factory=True)) == [[0, 1, 2], [0, 1, 2]]
    assert kept(job(factories=("b", "c"))) == [[2, 3], [2]]
    assert kept(job(single_factory=True, factories=("a",))) == [[0, 1], [0, 1]]
    pinned = replace(job(single_factory=True), pins=(s.Pin("1", "a2"),))
    assert kept(pinned) == [[1], [0, 1]]
