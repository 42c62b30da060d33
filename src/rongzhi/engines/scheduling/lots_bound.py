"""What a problem with divisible lots cannot beat, however they are divided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rongzhi.engines.scheduling import arrays as a
from rongzhi.engines.scheduling import bounds, lots
from rongzhi.engines.scheduling.compile import compile_problem
from rongzhi.engines.scheduling.model import Operation, Problem
from rongzhi.engines.scheduling.result import Bound


def loosest(problem: Problem) -> Problem:
    """Return the problem with divisible lots as short as the longest part of the most parts can be."""
    return _with(problem, _longest_part)


def lower_bound(problem: Problem) -> Bound:
    """Return a bound for every division: parts as short as may be for the jobs, whole runs for the machines' load."""
    from rongzhi.engines.scheduling.fixed import fixed_rows
    from rongzhi.engines.scheduling.kernel_bounds import load_end
    from rongzhi.engines.scheduling.native import native

    compiled = compile_problem(loosest(problem))
    found = bounds.quick(compiled, fixed_rows(compiled))
    weight = float(compiled.tables.weight[a.V_MAKESPAN])
    if weight > 0:
        load = weight * int(load_end(native(compile_problem(_with(problem, _whole)).relaxed)))
        if load > found.value:
            return Bound("machine-load", load)
    return found


def _with(problem: Problem, shortened: Callable[[Operation], Operation]) -> Problem:
    free = {operation.code for _, operation in lots.divisible(problem)}
    if not free:
        return problem
    jobs = tuple(
        replace(job, operations=tuple(shortened(each) if each.code in free else each for each in job.operations))
        for job in problem.jobs
    )
    return replace(problem, jobs=jobs)


def _longest_part(operation: Operation) -> Operation:
    assert operation.split is not None
    parts = operation.split.max_parts
    return replace(operation, modes=tuple(replace(mode, run=-(-mode.run // parts)) for mode in operation.modes))


def _whole(operation: Operation) -> Operation:
    """Return the operation with the least run and the least set-up of its modes in every mode."""
    run, setup = min(mode.run for mode in operation.modes), min(mode.setup for mode in operation.modes)
    return replace(operation, modes=tuple(replace(mode, run=run, setup=setup) for mode in operation.modes))
