"""How long a promise takes against plans of different sizes.

Run ``python -m benchmarks.scheduling.promise``. The plan is packed at random (each operation goes to one of four
candidate machines, as soon as machine and predecessor allow), which leaves gaps of every size. Orders have three to
seven operations with four candidate factories each; a third asks for the cheapest way on time.
"""

from __future__ import annotations

import argparse
import gc
import random
import time

import numpy as np

from rongzhi.engines.scheduling.checker import check
from rongzhi.engines.scheduling.clock import Clock
from rongzhi.engines.scheduling.model import (
    Calendar,
    Changeover,
    Factory,
    Job,
    Machine,
    Mode,
    Operation,
    Precedence,
    Problem,
    Transport,
    chain,
)
from rongzhi.engines.scheduling.promise import Promiser
from rongzhi.engines.scheduling.result import Assignment, Plan

FAMILIES = ("a", "b", "c", "d")
SHIFTS = Calendar("two-shifts", ((480, 720), (780, 1200)), cycle=1440, until=1440)


def new_job(rng: random.Random, code: str, factories: int, due: int | None = None) -> Job:
    """Return an order of three to seven operations with four candidate factories each."""
    operations = []
    for row in range(rng.randint(3, 7)):
        kind = rng.randrange(8)
        run = rng.randint(10, 120)
        modes = tuple(
            Mode(f"F{factory}-m{kind}", int(run * rng.uniform(0.8, 1.25)), rng.choice((0, 15)), rng.uniform(10, 100))
            for factory in rng.sample(range(factories), 4)
        )
        operations.append(Operation(f"{code}-{row}", modes, family=rng.choice(FAMILIES)))
    return Job(code, tuple(operations), due=due)


def park(rng: random.Random, factories: int, operations: int) -> tuple[Problem, Plan]:
    """Return a network with a randomly packed valid plan."""
    spots = [(rng.uniform(0, 300), rng.uniform(0, 300)) for _ in range(factories)]
    times = tuple(tuple(int(abs(a[0] - b[0]) + abs(a[1] - b[1])) for b in spots) for a in spots)
    table = Changeover("t", FAMILIES, tuple(tuple(0 if i == j else 10 + 3 * j for j in range(4)) for i in range(4)))
    machines = tuple(
        Machine(f"F{factory}-m{kind}", f"F{factory}", "two-shifts" if kind % 2 else None, "t")
        for factory in range(factories)
        for kind in range(8)
    )
    jobs, links, count = [], list[Precedence](), 0
    while count < operations:
        jobs.append(new_job(rng, f"J{len(jobs)}", factories))
        links += chain(*jobs[-1].operations)
        count += len(jobs[-1].operations)
    problem = Problem(
        tuple(jobs),
        machines,
        tuple(Factory(f"F{row}", f"P{row}") for row in range(factories)),
        tuple(links),
        (SHIFTS,),
        (table,),
        transport=Transport(tuple(f"P{row}" for row in range(factories)), times),
    )
    return problem, packed(rng, problem)


def packed(rng: random.Random, problem: Problem) -> Plan:
    """Return a plan in which each operation goes behind what its machine has."""
    machines = {machine.code: machine for machine in problem.machines}
    free = dict.fromkeys(machines, 0)
    family: dict[str, str | None] = dict.fromkeys(machines)
    clocks = {None: Clock(None), "two-shifts": Clock(SHIFTS)}
    table, times = problem.changeovers[0], problem.transport.times
    rows = []
    for job in rng.sample(problem.jobs, len(problem.jobs)):
        end, place = rng.randint(0, 2000), None
        for operation in job.operations:
            index = min(range(4), key=lambda row: free[operation.modes[row].machine] + rng.randint(0, 2000))
            mode = operation.modes[index]
            clock, here = clocks[machines[mode.machine].calendar], int(machines[mode.machine].factory[1:])
            before, change = family[mode.machine], 0
            if before is not None:
                change = table.times[FAMILIES.index(before)][FAMILIES.index(operation.family or "a")]
            ready = end + (times[place][here] if place is not None else 0)
            start = clock.open_from(max(ready, clock.after(free[mode.machine], change)))
            end = clock.finish(start, mode.setup + mode.run) or 0
            done = clock.finish(start, mode.setup) or 0
            rows.append(Assignment(operation.code, mode.machine, index, start, done, end, change))
            free[mode.machine], family[mode.machine], place = end, operation.family, here
    return Plan.of(rows)


def measure(factories: int, operations: int, quotes: int) -> None:
    """Print one row of the table and check the plan with all bookings."""
    rng = random.Random(1)
    problem, plan = park(rng, factories, operations)
    begun = time.perf_counter()
    promiser = Promiser(problem, plan)
    built = time.perf_counter() - begun
    gc.collect()
    gc.freeze()  # the plan is there to stay; sweeping over it again and again would be measured otherwise
    spent, worked, bookings = [], [], []
    for number in range(quotes):
        job = new_job(rng, f"new-{number}", factories, due=rng.randint(2000, 20_000))
        prefer = "cheapest" if number % 3 == 0 else "fastest"
        begun, begun_cpu = time.perf_counter(), time.process_time()
        quote = promiser.quote([job], chain(*job.operations), prefer=prefer, not_before=rng.randint(0, 3000))
        spent.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - begun_cpu))
        begun = time.perf_counter()
        promiser.book(quote)
        bookings.append(1000 * (time.perf_counter() - begun))
    gc.unfreeze()
    verdict = "valid" if check(*promiser.plan_with()).is_valid else "BROKEN"
    p50, p99 = np.percentile(spent, [50, 99])
    print(
        f"{factories:9} {problem.operation_count:10} {quotes:6} {built:8.2f} {p50:8.2f} {p99:8.2f} {max(spent):8.2f}"
        f" {np.percentile(worked, 99):8.2f} {np.percentile(bookings, 99):8.2f}  {verdict}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=500)
    count = parser.parse_args().quotes
    print("factories operations quotes  build s   p50 ms   p99 ms   max ms  cpu p99 book p99  plan with bookings")
    for factories, operations in ((20, 2_000), (100, 20_000), (100, 100_000)):
        measure(factories, operations, count)


if __name__ == "__main__":
    main()
