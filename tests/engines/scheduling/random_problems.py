"""Small random problems that use every feature the solver supports, for tests that hold for any problem."""

from __future__ import annotations

import random

from rongzhi.engines.scheduling import (
    Batch,
    Calendar,
    Changeover,
    Factory,
    Job,
    Link,
    Machine,
    Mode,
    Need,
    Objective,
    Operation,
    Overtime,
    Precedence,
    Problem,
    Resource,
    Split,
    Transport,
)

FAMILIES = ("red", "green", "blue")


def random_problem(seed: int, jobs: int = 6, factories: int = 2) -> Problem:
    """Return a problem with all features: calendars and overtime, changeovers, batches, transport, resources, links."""
    rng = random.Random(seed)
    machines = tuple(_machine(rng, f, k) for f in range(factories) for k in range(3))
    made = [_job(rng, j, machines) for j in range(jobs)]
    links = [link for job in made for link in _routing(rng, job)]
    links.extend(  # the last operation of one job is needed in the next
        Precedence(made[j].operations[-1].code, made[j + 1].operations[-1].code) for j in range(0, jobs - 1, 3)
    )
    size = factories
    times = tuple(tuple(0 if a == b else rng.randint(0, 15) for b in range(size)) for a in range(size))
    costs = tuple(tuple(float(value) for value in row) for row in times)
    return Problem(
        jobs=tuple(made),
        machines=machines,
        factories=tuple(Factory(f"F{f}", f"P{f}") for f in range(factories)),
        precedences=tuple(links),
        calendars=(
            Calendar("day", ((5, 30), (34, 60)), cycle=60, until=70, overtime=(Overtime(50, 65, 1.5),)),
            Calendar(
                "week",
                ((0, 50), (60, 110), (120, 200)),
                cycle=80,
                until=210,
                overtime=(Overtime(40, 62, 0.5), Overtime(150, 160, 2.0), Overtime(190, 200, 0.5)),
            ),
            Calendar("tools", ((0, 90), (100, 190)), cycle=100, until=200),
        ),
        changeovers=(
            Changeover(
                "paint", FAMILIES, tuple(tuple(0 if a == b else rng.randint(1, 9) for b in FAMILIES) for a in FAMILIES)
            ),
        ),
        resources=(Resource("tool", 1, "tools"), Resource("people", 2)),
        transport=Transport(tuple(f"P{f}" for f in range(size)), times, costs),
        objective=_objective(rng),
    )


def _objective(rng: random.Random) -> Objective:
    return rng.choice(
        (
            Objective(),
            Objective(weighted_tardiness=1.0, makespan=1.0, cost=0.5, transport_cost=0.5, changeover_time=0.5),
            Objective(weighted_tardiness=0.0, makespan=1.0),
            Objective(late_jobs=50.0, flow_time=0.1, moved_starts=0.1, moved_machines=5.0),
            Objective(makespan=1.0, cost=0.2, overtime_cost=1.0),
        )
    )


def _machine(rng: random.Random, f: int, k: int) -> Machine:
    table = "paint" if k == 0 else None
    batch = Batch(rng.randint(1, 4), k == 0 or rng.random() < 0.5) if k < 2 and rng.random() < 0.35 else None
    return Machine(
        f"F{f}M{k}",
        f"F{f}",
        calendar=rng.choice((None, "day", "week")),
        changeover=table,
        initial_family=rng.choice((None, *FAMILIES)) if table else None,
        is_unlimited=k == 2 and rng.random() < 0.3,
        batch=batch,
    )


def _job(rng: random.Random, j: int, machines: tuple[Machine, ...]) -> Job:
    single = rng.random() < 0.3
    operations = tuple(_operation(rng, f"J{j}.{k}", machines, single) for k in range(rng.randint(1, 4)))
    return Job(
        f"J{j}",
        operations,
        release=rng.choice((0, 0, rng.randint(0, 40))),
        due=rng.choice((None, rng.randint(20, 150))),
        weight=float(rng.randint(1, 4)),
        single_factory=single,
    )


def _operation(rng: random.Random, code: str, machines: tuple[Machine, ...], single: bool) -> Operation:
    family = rng.choice((None, *FAMILIES))
    chosen = [rng.choice(machines[:3])] if single else []  # so that one factory can do the whole job
    chosen += rng.sample(machines, rng.randint(1, 3))
    modes = tuple(
        Mode(
            machine.code,
            rng.choice((0, rng.randint(1, 20), rng.randint(1, 20))),
            rng.choice((0, 0, 3)),
            float(rng.randint(0, 9)),
            _needs(rng),
        )
        for machine in dict.fromkeys(chosen)
    )
    return Operation(
        code,
        modes,
        family=family,
        may_span_breaks=rng.random() < 0.6,
        resume_loss=rng.choice((0, 0, 2)),
        earliest_start=rng.choice((0, 0, rng.randint(0, 30))),
        split=Split(rng.randint(2, 3), rng.randint(1, 6))
        if rng.random() < 0.2 and not any(machine.batch for machine in chosen)
        else None,
        size=min([rng.randint(1, 2), *(machine.batch.capacity for machine in chosen if machine.batch)]),
    )


def _needs(rng: random.Random) -> tuple[Need, ...]:
    return rng.choice(
        ((), (), (), (Need("tool"),), (Need("people"),), (Need("people", 2),), (Need("tool"), Need("people")))
    )


def _routing(rng: random.Random, job: Job) -> list[Precedence]:
    found = []
    for before, after in zip(job.operations, job.operations[1:], strict=False):
        kind = rng.random()
        if kind < 0.5:
            found.append(Precedence(before.code, after.code, lag=rng.choice((0, 0, 5))))
        elif kind < 0.65:
            found.append(Precedence(before.code, after.code, Link.OVERLAP, share=rng.choice((0.1, 0.25, 0.5, 1.0))))
        elif kind < 0.75:
            found.append(Precedence(before.code, after.code, Link.START_START, lag=3))
        elif kind < 0.85:
            found.append(Precedence(before.code, after.code, Link.FINISH_FINISH, lag=4))
        else:
            found.append(Precedence(before.code, after.code, max_lag=rng.choice((0, 10, 60))))
    return found
