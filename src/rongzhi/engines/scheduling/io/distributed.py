"""Distributed flexible job shops after De Giovanni and Pezzella: one shop, copied to several equal factories.

References
----------
De Giovanni, L., Pezzella, F. (2010). An improved genetic algorithm for the distributed and flexible job-shop
scheduling problem. European Journal of Operational Research 200, 395-408.
"""

from __future__ import annotations

from dataclasses import replace

from rongzhi.engines.scheduling.io.fjs import read_fjs
from rongzhi.engines.scheduling.model import Factory, Mode, Problem
from rongzhi.kernel.errors import Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text


def distribute(problem: Problem, factories: int) -> Problem:
    """Copy the machines of a shop into equal factories; each job is done in one of them.

    Parameters
    ----------
    problem : Problem
        With one factory.
    factories : int
        How many, at least 1; codes are ``F1``, ``F2`` ..., machines ``F1-M1`` ...

    Returns
    -------
    Problem

    Raises
    ------
    Rejected
        If the problem already has several factories, or pins.
    """
    if factories < 1 or len(problem.factories) != 1 or problem.pins:
        raise Rejected([_cannot(problem, factories)])
    plants = [f"F{number}" for number in range(1, factories + 1)]
    jobs = []
    for job in problem.jobs:
        operations = tuple(
            replace(
                operation,
                modes=tuple(replace(mode, machine=_copy(plant, mode)) for plant in plants for mode in operation.modes),
            )
            for operation in job.operations
        )
        jobs.append(replace(job, operations=operations, single_factory=True))
    return replace(
        problem,
        jobs=tuple(jobs),
        factories=tuple(Factory(plant, problem.factories[0].place) for plant in plants),
        machines=tuple(
            replace(machine, code=f"{plant}-{machine.code}", factory=plant)
            for plant in plants
            for machine in problem.machines
        ),
        name=f"{problem.name} x{factories}",
    )


def read_distributed(text: str, factories: int, name: str = "dfjsp") -> Problem:
    """Read a flexible job shop in the FJSPLIB format and copy it into equal factories.

    Raises
    ------
    Rejected
        With line numbers, if the text does not keep the format.
    """
    return distribute(read_fjs(text, name), factories)


def _copy(plant: str, mode: Mode) -> str:
    return f"{plant}-{mode.machine}"


def _cannot(problem: Problem, factories: int) -> Finding:
    return Finding(
        "cannot-be-distributed",
        "factories",
        Text(
            zh=f"只能把单工厂、无固定工序的问题复制到至少 1 个工厂（现有 {len(problem.factories)}，要 {factories}）",
            en=f"only a problem with one factory and no pins is copied, to at least one factory "
            f"(it has {len(problem.factories)}, {factories} are asked for)",
        ),
        Text(zh="从单工厂问题开始", en="begin with a problem of one factory"),
    )
