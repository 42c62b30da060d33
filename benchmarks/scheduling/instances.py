"""Problems to measure: a seeded network of factories, and small readers for public instance files."""

from __future__ import annotations

import random
from pathlib import Path

from rongzhi.engines.scheduling import Factory, Job, Machine, Mode, Objective, Operation, Problem, Term, chain

MAKESPAN = Objective.only(Term.MAKESPAN)


def network(factories: int, operations: int, candidates: int = 4, machines: int = 8, seed: int = 1) -> Problem:
    """Return jobs of five operations, each job in one of a few candidate factories of different speed.

    Run times are 10 to 100, every operation has one to three machines in each candidate factory.
    """
    rng = random.Random(seed)
    speed = [rng.uniform(0.8, 1.25) for _ in range(factories)]
    names = [[f"F{f}M{m}" for m in range(machines)] for f in range(factories)]
    jobs, links = [], []
    for j in range(operations // 5):
        places = rng.sample(range(factories), min(candidates, factories))
        made = []
        for k in range(5):
            choice, run = rng.sample(range(machines), rng.randint(1, 3)), rng.randint(10, 100)
            modes = tuple(Mode(names[f][m], max(1, round(run / speed[f]))) for f in places for m in choice)
            made.append(Operation(f"J{j}.{k}", modes))
        jobs.append(Job(f"J{j}", tuple(made), single_factory=True))
        links.extend(chain(*made))
    return Problem(
        tuple(jobs),
        tuple(Machine(name, f"F{f}") for f in range(factories) for name in names[f]),
        tuple(Factory(f"F{f}") for f in range(factories)),
        tuple(links),
        objective=MAKESPAN,
    )


def flexible(path: Path, factories: int = 1) -> Problem:
    """Read a flexible job shop; with several factories, copy it so that every job stays in one of them."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    jobs, links = [], []
    for j in range(int(float(lines[0][0]))):
        words = [int(float(word)) for word in lines[j + 1]]
        at, made = 1, []
        for k in range(words[0]):
            pairs = [(words[at + 1 + 2 * i], words[at + 2 + 2 * i]) for i in range(words[at])]
            at += 1 + 2 * words[at]
            modes = tuple(Mode(f"F{f}M{m}", run) for f in range(factories) for m, run in pairs)
            made.append(Operation(f"{j}.{k}", modes))
        jobs.append(Job(str(j), tuple(made), single_factory=factories > 1))
        links.extend(chain(*made))
    return _shop(jobs, links, factories)


def job_shop(text: str) -> Problem:
    """Read a job shop in the standard form: per job pairs of machine and run time."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    jobs, links = [], []
    for j in range(int(lines[0][0])):
        words = [int(word) for word in lines[j + 1]]
        made = [Operation(f"{j}.{k}", (Mode(f"F0M{words[2 * k]}", words[2 * k + 1]),)) for k in range(len(words) // 2)]
        jobs.append(Job(str(j), tuple(made)))
        links.extend(chain(*made))
    return _shop(jobs, links, 1)


def _shop(jobs: list[Job], links: list[object], factories: int) -> Problem:
    used = sorted({mode.machine for job in jobs for each in job.operations for mode in each.modes})
    return Problem(
        tuple(jobs),
        tuple(Machine(code, code.split("M")[0]) for code in used),
        tuple(Factory(f"F{f}") for f in range(factories)),
        tuple(links),  # type: ignore[arg-type]
        objective=MAKESPAN,
    )
