"""Random problems and orders with every feature, made from one seed."""

from __future__ import annotations

import random

from rongzhi.engines.scheduling.model import (
    Batch,
    Calendar,
    Changeover,
    Factory,
    Job,
    Link,
    Machine,
    Mode,
    Need,
    Operation,
    Pin,
    Precedence,
    Problem,
    Resource,
    Transport,
)
from rongzhi.engines.scheduling.result import Assignment, Plan

FAMILIES = ("red", "green", "blue")


def base_case(rng: random.Random) -> tuple[Problem, Plan]:
    """Return a small network with two running operations and one frozen one, and nothing else planned."""
    factories = tuple(Factory(f"F{row}", rng.choice(("P0", "P1", "P2", None))) for row in range(3))
    machines = tuple(_machine(rng, row) for row in range(7))
    pinned = Operation("fixed-1", (Mode("m0", 25),), family="red"), Operation("fixed-2", (Mode("m1", 30),))
    late = Operation("fixed-3", (Mode("m0", 10, needs=(Need("tool"),)),), family="blue")
    rows = (
        Assignment("fixed-1", "m0", 0, -5, -5, 20),
        Assignment("fixed-2", "m1", 0, -10, -10, 20),
        Assignment("fixed-3", "m0", 0, 60, 60, 70),
    )
    pins = tuple(Pin(row.operation, row.machine, row.start, row.end, is_started=row.start < 0) for row in rows)
    times = tuple(tuple(0 if i == j else rng.randint(1, 25) for j in range(3)) for i in range(3))
    problem = Problem(
        jobs=(Job("fixed", (*pinned, late)),),
        machines=machines,
        factories=factories,
        calendars=(
            Calendar("day", ((5, 45), (55, 80)), cycle=100, until=100),
            Calendar("late", ((0, 30), (60, 100)), cycle=120, until=120),
            Calendar("night", ((0, 60), (90, 100)), cycle=100, until=100),
        ),
        changeovers=(
            Changeover(
                "paint", FAMILIES, tuple(tuple(0 if i == j else rng.randint(0, 20) for j in range(3)) for i in range(3))
            ),
        ),
        resources=(Resource("tool", 1), Resource("people", 3, "day")),
        transport=Transport(("P0", "P1", "P2"), times, tuple(tuple(cell / 2 for cell in line) for line in times)),
        pins=pins,
    )
    return problem, Plan.of(rows)


def _machine(rng: random.Random, row: int) -> Machine:
    plain = row < 2
    return Machine(
        f"m{row}",
        f"F{row % 3}",
        calendar=None if plain else rng.choice((None, "day", "late", "night")),
        changeover=rng.choice((None, "paint")),
        initial_family=rng.choice((None, "red")),
        place=rng.choice((None, None, "P1")),
        is_unlimited=row == 5,
        batch=Batch(3, rng.random() < 0.7) if row == 6 else None,
    )


def random_order(rng: random.Random, name: str, planned: list[str]) -> tuple[list[Job], list[Precedence]]:
    """Return one to two lots with random routes, assembly, links of all kinds and largest waits."""
    jobs = []
    for lot in range(rng.choice((1, 1, 2))):
        operations = tuple(_operation(rng, f"{name}-{lot}-{row}") for row in range(rng.randint(1, 4)))
        jobs.append(
            Job(
                f"{name}-{lot}",
                operations,
                release=rng.choice((0, 0, 40)),
                due=rng.choice((None, 300, 600)),
                deadline=5000 if rng.random() < 0.1 else None,
                single_factory=rng.random() < 0.2,
                factories=("F0", "F1") if rng.random() < 0.15 else None,
            )
        )
    codes = [operation.code for job in jobs for operation in job.operations]
    links = []
    for row in range(1, len(codes)):
        some = rng.sample(codes[:row], k=min(row, rng.choice((0, 1, 1, 2))))
        links += [_link(rng, before, codes[row]) for before in some]
    if planned and rng.random() < 0.3:
        links.append(Precedence(rng.choice(planned), codes[0]))
    return jobs, links


def _operation(rng: random.Random, code: str) -> Operation:
    modes = []
    for machine in rng.sample(range(7), k=rng.randint(1, 3)):
        needs = rng.choice(((), (), (Need("tool"),), (Need("people", 2),), (Need("people"), Need("tool"))))
        modes.append(Mode(f"m{machine}", rng.randint(1, 30), rng.choice((0, 0, 5)), float(rng.randint(0, 50)), needs))
    return Operation(
        code,
        tuple(modes),
        family=rng.choice((*FAMILIES, None)),
        may_span_breaks=rng.random() < 0.7,
        resume_loss=rng.choice((0, 0, 0, 2)),
        earliest_start=rng.choice((0, 0, 30)),
        size=rng.randint(1, 2),
    )


def _link(rng: random.Random, before: str, after: str) -> Precedence:
    kind = rng.choice((Link.FINISH_START, Link.FINISH_START, Link.START_START, Link.FINISH_FINISH, Link.OVERLAP))
    lag = rng.choice((0, 0, 7))
    if kind is Link.FINISH_START and rng.random() < 0.4:
        return Precedence(before, after, kind, lag, max_lag=lag + rng.choice((0, 10, 50)))
    return Precedence(before, after, kind, lag, share=0.25 if kind is Link.OVERLAP else 1.0)
