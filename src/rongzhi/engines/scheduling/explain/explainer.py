"""The questions one may ask about a plan."""

from __future__ import annotations

from rongzhi.engines.scheduling.explain import advice, choice, helping, lateness
from rongzhi.engines.scheduling.explain.advice import Advice
from rongzhi.engines.scheduling.explain.choice import MachineChoice
from rongzhi.engines.scheduling.explain.helping import Help
from rongzhi.engines.scheduling.explain.lateness import LateReason
from rongzhi.engines.scheduling.explain.subject import Subject
from rongzhi.engines.scheduling.lots import as_parts
from rongzhi.engines.scheduling.model import Problem
from rongzhi.engines.scheduling.promise.reasons import When
from rongzhi.engines.scheduling.result import Plan


class Explainer:
    """Answers many questions about one plan; building it costs a pass over the plan.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        Complete and valid.
    when : callable, optional
        Writes a moment (time units) for people; numbers by default.
    """

    def __init__(self, problem: Problem, plan: Plan, *, when: When = str) -> None:
        self._subject = Subject(problem, plan, when)

    def why_late(self, job: str) -> LateReason:
        """Return the chain of causes that decides when a job ends."""
        return lateness.explain(self._subject, job)

    def why_machine(self, operation: str) -> MachineChoice:
        """Return why an operation is on its machine, with every alternative tried."""
        return choice.explain(self._subject, operation)

    def what_would_help(self, job: str) -> tuple[Help, ...]:
        """Return single changes that would end a job earlier, most helpful first."""
        return helping.explain(self._subject, job)

    def advice(self, job: str, *, time_limit_s: float = 5.0) -> Advice:
        """Return every kind of change that would end a job earlier, most helpful first, or why nothing helps.

        Beyond `what_would_help`: overtime, factories the job may not use, the lot in two halves, and the job before
        all others, with what that does to them.

        Parameters
        ----------
        job : str
        time_limit_s : float
            No further kind of change is tried after so many seconds.
        """
        return advice.advise(self._subject, job, time_limit_s)


def why_late(problem: Problem, plan: Plan, job: str, *, when: When = str) -> LateReason:
    """Return the chain of causes that decides when a job ends; see `Explainer` for many questions."""
    return Explainer(problem, plan, when=when).why_late(job)


def why_machine(problem: Problem, plan: Plan, operation: str, *, when: When = str) -> MachineChoice:
    """Return why an operation is on its machine (and so in its factory), with every alternative tried."""
    return Explainer(problem, plan, when=when).why_machine(operation)


def why_factory(problem: Problem, plan: Plan, job: str, *, when: When = str) -> tuple[MachineChoice, ...]:
    """Return why each operation of a job is in its factory."""
    explainer = Explainer(problem, plan, when=when)
    found = next((each for each in as_parts(problem, plan)[0].jobs if each.code == job), None)
    return tuple(explainer.why_machine(each.code) for each in found.operations) if found else ()


def what_would_help(problem: Problem, plan: Plan, job: str, *, when: When = str) -> tuple[Help, ...]:
    """Return single changes that would end a job earlier, most helpful first."""
    return Explainer(problem, plan, when=when).what_would_help(job)


def advise(problem: Problem, plan: Plan, job: str, *, when: When = str, time_limit_s: float = 5.0) -> Advice:
    """Return every kind of change that would end a job earlier, each tried out, or why nothing helps."""
    return Explainer(problem, plan, when=when).advice(job, time_limit_s=time_limit_s)
