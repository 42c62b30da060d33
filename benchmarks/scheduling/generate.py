"""Generated problems: a network of factories without a public peer, and a park with all its calendars."""

from __future__ import annotations

import random

import numpy as np

from rongzhi.engines.scheduling import Factory, Job, Machine, Mode, Objective, Operation, Problem, Term, chain

OPERATIONS_PER_JOB = 5
FROM_RUN, TO_RUN = 10, 100
FROM_SPEED, TO_SPEED = 0.8, 1.25


def network(factories: int, machines: int, operations: int, candidates: int = 4, seed: int = 0) -> Problem:
    """Return jobs that each stay in one of their candidate factories.

    Five operations a job, run times 10 to 100 on one to three machines of each candidate factory, factories 0.8 to
    1.25 times as slow as the nominal time; the makespan is to be small.

    Parameters
    ----------
    factories, machines : int
        Machines are counted in each factory.
    operations : int
        Rounded up to whole jobs.
    candidates : int
        Factories each job may choose from.
    seed : int
    """
    draw = random.Random(seed)
    pace = [draw.uniform(FROM_SPEED, TO_SPEED) for _ in range(factories)]
    jobs, links = [], []
    for number in range(-(-operations // OPERATIONS_PER_JOB)):
        places = draw.sample(range(factories), min(candidates, factories))
        steps = [_step(f"J{number}-{step}", draw, places, machines, pace) for step in range(1, OPERATIONS_PER_JOB + 1)]
        jobs.append(Job(f"J{number}", tuple(steps), single_factory=True))
        links.extend(chain(*steps))
    return Problem(
        jobs=tuple(jobs),
        machines=tuple(Machine(f"F{f}-M{m}", f"F{f}") for f in range(factories) for m in range(machines)),
        factories=tuple(Factory(f"F{f}") for f in range(factories)),
        precedences=tuple(links),
        objective=Objective.only(Term.MAKESPAN),
        name=f"network-{factories}x{machines}-{operations}",
    )


def _step(code: str, draw: random.Random, places: list[int], machines: int, pace: list[float]) -> Operation:
    run = draw.randint(FROM_RUN, TO_RUN)
    chosen = draw.sample(range(machines), draw.randint(1, min(3, machines)))
    modes = [Mode(f"F{f}-M{m}", max(1, round(run * pace[f]))) for f in places for m in chosen]
    return Operation(code, tuple(modes))


def pooled_bound(problem: Problem) -> float:
    """Return the bound of a linear programme: work spread over each factory's machines as if they were one pool.

    Computed here with HiGHS, apart from the bounds the engine states.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    factory_of = {machine.code: machine.factory for machine in problem.machines}
    index = {factory.code: number for number, factory in enumerate(problem.factories)}
    size = {code: sum(machine.factory == code for machine in problem.machines) for code in index}
    rows, columns, works, owners = [], [], [], []
    for number, job in enumerate(problem.jobs):
        least: dict[str, int] = {}
        for operation in job.operations:
            best: dict[str, int] = {}
            for mode in operation.modes:
                place = factory_of[mode.machine]
                best[place] = min(best.get(place, mode.run), mode.run)
            least = {place: least.get(place, 0) + run for place, run in best.items()}
        for place, work in least.items():
            rows.append(index[place])
            columns.append(len(columns))
            works.append(work / size[place])
            owners.append(number)
    count, last = len(columns), len(columns)
    load = csr_array(
        (
            np.array([*works, *([-1.0] * len(index))]),
            (np.array([*rows, *range(len(index))]), np.array([*columns, *([last] * len(index))])),
        ),
        shape=(len(index), count + 1),
    )
    whole = csr_array((np.ones(count), (np.array(owners), np.arange(count))), shape=(len(problem.jobs), count + 1))
    cost = np.zeros(count + 1)
    cost[last] = 1.0
    solved = linprog(cost, A_ub=load, b_ub=np.zeros(len(index)), A_eq=whole, b_eq=np.ones(len(problem.jobs)))
    return float(solved.fun)


def park(operations: int, seed: int = 0) -> Problem:
    """Return the work of a synthetic park: shifts, holidays, changeovers, transport, weighted tardiness.

    Parameters
    ----------
    operations : int
        About so many; orders are added until the work is at least as large.
    seed : int
    """
    from datetime import datetime, time, timedelta, timezone

    from rongzhi.engines.decomposition import decompose
    from rongzhi.engines.scheduling.from_work import build_problem
    from rongzhi.samples import synthetic

    factories = max(4, operations // 500)
    orders = max(10, operations // 60)
    origin = datetime.combine(synthetic.DEFAULT_START, time(), timezone(timedelta(hours=8)))
    while True:
        net, book = synthetic.park(factories, 8, 60, orders, seed, approved=6)
        work = decompose(net, book, origin=origin)
        if len(work.operations) >= operations:
            break
        orders = int(orders * max(1.02, 1.01 * operations / max(1, len(work.operations))))
    weights = {str(Term.TARDINESS): 1.0}
    return build_problem(work, net, weights=weights, name=f"park-{operations}").problem
