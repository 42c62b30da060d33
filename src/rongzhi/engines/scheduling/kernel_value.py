# mypy: disable-error-code="no-any-return"

"""What a plan is worth: the terms of the objective, per job so that a search can update them."""

from __future__ import annotations

from rongzhi.engines.scheduling._jit import entry, kernel
from rongzhi.engines.scheduling.arrays import (
    E_AFTER,
    E_BEFORE,
    E_LAG,
    E_LINK,
    E_MAX_LAG,
    FINISH_FINISH,
    FINISH_START,
    J_DEADLINE,
    J_DUE,
    J_OP0,
    J_OP1,
    J_RELEASE,
    K_PLACE,
    M_CALENDAR,
    M_MACHINE,
    M_RUN,
    NONE,
    O_FIXED,
    O_FORMER_MACHINE,
    O_FORMER_START,
    O_PRED0,
    O_PRED1,
    S_END,
    S_MODE,
    S_START,
    START_START,
    V_CHANGEOVER,
    V_COST,
    V_COUNT,
    V_FLOW,
    V_HARD,
    V_LATE,
    V_MAKESPAN,
    V_MOVED_MACHINES,
    V_MOVED_STARTS,
    V_OVERTIME,
    V_TARDINESS,
    V_TRANSPORT,
    Floats,
    State,
    Tables,
)
from rongzhi.engines.scheduling.kernel_calendar import after_work
from rongzhi.engines.scheduling.kernel_timeline import first_batch_done, share_of, transport


@kernel
def edge_excess(p: Tables, s: State, edge: int) -> int:
    """Return by how much a placed precedence into a fixed operation, or a largest wait, is broken (0 if kept)."""
    b, a = p.edge[edge, E_BEFORE], p.edge[edge, E_AFTER]
    mode_b, mode_a = s.op[b, S_MODE], s.op[a, S_MODE]
    if mode_b < 0 or mode_a < 0 or (p.op[b, O_FIXED] != 0 and p.op[a, O_FIXED] != 0):
        return 0
    way = transport(p, p.mode[mode_b, M_MACHINE], p.mode[mode_a, M_MACHINE])
    excess = 0
    if p.edge[edge, E_MAX_LAG] >= 0:
        excess = max(0, s.op[a, S_START] - s.op[b, S_END] - way - p.edge[edge, E_MAX_LAG])
    if p.op[a, O_FIXED] != 0:
        way += p.edge[edge, E_LAG]
        link = p.edge[edge, E_LINK]
        if link == FINISH_START:
            excess += max(0, s.op[b, S_END] + way - s.op[a, S_START])
        elif link == START_START:
            excess += max(0, s.op[b, S_START] + way - s.op[a, S_START])
        elif link == FINISH_FINISH:
            excess += max(0, s.op[b, S_END] + way - s.op[a, S_END])
        else:
            excess += max(0, first_batch_done(p, s, edge) + way - s.op[a, S_START])
            rest = share_of(p.mode[mode_a, M_RUN], p.edge_share[edge])
            last = after_work(p.calendar, p.interval, p.mode[mode_a, M_CALENDAR], s.op[b, S_END] + way, rest)
            excess += max(0, last - s.op[a, S_END])
    return excess


@kernel
def edge_cost(p: Tables, s: State, edge: int) -> float:
    """Return the transport cost of one placed precedence."""
    mode_b, mode_a = s.op[p.edge[edge, E_BEFORE], S_MODE], s.op[p.edge[edge, E_AFTER], S_MODE]
    if mode_b < 0 or mode_a < 0:
        return 0.0
    x = p.machine[p.mode[mode_b, M_MACHINE], K_PLACE]
    y = p.machine[p.mode[mode_a, M_MACHINE], K_PLACE]
    if x < 0 or y < 0:
        return 0.0
    return p.place_cost[x, y]


@kernel
def add_job(p: Tables, s: State, j: int, sign: float, value: Floats) -> None:
    """Add (or take away) what one completely placed job contributes, all but changeovers, overtime and makespan."""
    end = NONE
    cost = carried = 0.0
    hard = moved = shifted = 0
    for o in range(p.job[j, J_OP0], p.job[j, J_OP1]):
        mode = s.op[o, S_MODE]
        end = max(end, s.op[o, S_END])
        cost += p.mode_cost[mode]
        for edge in range(p.op[o, O_PRED0], p.op[o, O_PRED1]):
            carried += edge_cost(p, s, edge)
            hard += edge_excess(p, s, edge)
        if p.op[o, O_FORMER_START] != NONE:
            shifted += abs(s.op[o, S_START] - p.op[o, O_FORMER_START])
            moved += p.mode[mode, M_MACHINE] != p.op[o, O_FORMER_MACHINE]
    if end == NONE:
        return
    s.job_end[j] = end
    late = max(0, end - p.job[j, J_DUE])
    value[V_TARDINESS] += sign * p.job_weight[j] * late
    value[V_LATE] += sign * (late > 0)
    value[V_FLOW] += sign * (end - p.job[j, J_RELEASE])
    value[V_COST] += sign * cost
    value[V_TRANSPORT] += sign * carried
    value[V_MOVED_MACHINES] += sign * moved
    value[V_MOVED_STARTS] += sign * shifted
    value[V_HARD] += sign * (hard + max(0, end - p.job[j, J_DEADLINE]))


@kernel
def latest_end(s: State) -> int:
    """Return the makespan from the jobs' ends."""
    end = 0
    for j in range(len(s.job_end)):
        end = max(end, s.job_end[j])
    return end


@entry
def evaluate(p: Tables, s: State, value: Floats) -> float:
    """Fill in all values of a complete plan and return the weighted total (hard rules included)."""
    changeovers, overtime = s.value[V_CHANGEOVER], s.value[V_OVERTIME]  # kept up to date at every insertion
    for i in range(V_COUNT):
        value[i] = 0.0
    value[V_CHANGEOVER], value[V_OVERTIME] = changeovers, overtime
    for j in range(len(p.job)):
        add_job(p, s, j, 1.0, value)
    value[V_MAKESPAN] = latest_end(s)
    return total_of(p, value)


@kernel
def total_of(p: Tables, value: Floats) -> float:
    """Return the weighted sum of the values."""
    total = 0.0
    for i in range(V_COUNT):
        if p.weight[i] != 0.0:
            total += p.weight[i] * value[i]
    return total
