"""Small instances written by hand, one problem with every feature, and where public instances may lie."""

from __future__ import annotations

from pathlib import Path

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
    Pin,
    Precedence,
    Problem,
    Resource,
    Split,
    Term,
    Transport,
)

PUBLIC = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "scheduling"
"""Public instances beside the repository; they are not part of it and may be absent."""

FJS = """2 3 1.5
2 1 1 5 2 2 3 3 4
1 2 1 6 3 2
"""

JOBSHOP = """# two jobs, three machines
2 3
0 3 1 2 2 2
2 4 0 1
"""

TAILLARD = """Nb of jobs, Nb of Machines
2 2
Times
5 6
7 8
Machines
1 2
2 1
"""

ASSEMBLY = """5 3 2
0 2
1 2
3 4
1 0 5
1 1 4
2 0 3 1 6
1 0 2
1 1 2
"""

SETUPS = """2 2 1
2 1 1 5 1 2 4
1 2 1 3 2 6

9 1 2
3 9 4
5 6 9
0 7 8
1 0 2
3 4 0
"""

PATTERSON = """4 2
3 2
0 0 0 2 2 3
4 2 0
1 4
3 1 2 1 4
0 0 0 0
"""

PSPLIB = """************************************************************************
jobs (incl. supersource/sink ):  4
horizon                       :  7
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        2          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     4       2    0
         2     6       1    0
  3      1     3       1    2
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    3    2
************************************************************************
"""

EVERYTHING = Problem(
    name="every feature",
    time_unit="s",
    jobs=(
        Job(
            "J,1",
            (
                Operation(
                    "a",
                    (Mode("M1", 10, 3, 1.25, (Need("tool"), Need("smith", 2))), Mode("M2", 7)),
                    family="red",
                    may_span_breaks=False,
                    resume_loss=2,
                    earliest_start=4,
                    size=3,
                    split=Split(4, 5),
                    name="车 “A”",
                ),
                Operation("b", (Mode("M3", 0),), family="blue"),
            ),
            release=5,
            due=-7,
            deadline=900,
            weight=0.1,
            single_factory=True,
            factories=("F2", "F1"),
            name="订单",
        ),
        Job("J2", (Operation("c", (Mode("M2", 8),)),)),
        Job("J3", ()),
    ),
    machines=(
        Machine("M1", "F1", "day", "paint", "red", "P2"),
        Machine("M2", "F1", name="铣床"),
        Machine("M3", "F2", is_unlimited=True),
        Machine("M4", "F2", batch=Batch(4, is_family_pure=False)),
    ),
    factories=(Factory("F1", "P1", "一厂"), Factory("F2")),
    precedences=(
        Precedence("a", "b", lag=2, max_lag=5),
        Precedence("b", "c", Link.OVERLAP, share=1 / 3),
    ),
    calendars=(
        Calendar("day", ((0, 8), (10, 20)), 24, 24, (Overtime(6, 8, 1.5), Overtime(18, 20, 2.25))),
        Calendar("night", ((-5, 30),)),
    ),
    changeovers=(Changeover("paint", ("red", "blue"), ((0, 6), (4, 0))),),
    resources=(Resource("tool", 1), Resource("smith", 3, "night")),
    transport=Transport(("P1", "P2"), ((0, 9), (8, 0)), ((0.0, 2.5), (2.0, 0.0))),
    pins=(Pin("c", "M2", -3, is_started=True, remaining=4), Pin("a", "M1")),
    objective=Objective(makespan=2.5, order=(Term.LATE_JOBS, Term.MAKESPAN)),
)
