"""Groups of operations that must be placed together because a largest wait ties them."""

from __future__ import annotations


def group(n: int, pairs: list[tuple[int, int]], tied: list[tuple[int, int]]) -> list[list[int]]:
    """Return groups of operations, each in order of precedence, and the groups themselves in such an order.

    Tied operations share a group; groups that would have to wait for each other are joined.

    Parameters
    ----------
    n : int
        Number of operations.
    pairs : list of (before, after)
        All precedences; acyclic.
    tied : list of (before, after)
        Those with a largest wait.
    """
    leader = list(range(n))

    def find(x: int) -> int:
        while leader[x] != x:
            leader[x] = leader[leader[x]]
            x = leader[x]
        return x

    for before, after in tied:
        leader[find(after)] = find(before)
    while True:
        order = _components([(find(b), find(f)) for b, f in pairs], [find(x) for x in range(n)])
        joined = False
        for component in order:
            for member in component[1:]:
                leader[find(member)] = find(component[0])
                joined = True
        if not joined:
            break
    rank = {o: place for place, o in enumerate(_topological(n, pairs))}
    members: dict[int, list[int]] = {}
    for o in range(n):
        members.setdefault(find(o), []).append(o)
    return [sorted(members[component[0]], key=rank.__getitem__) for component in order]


def _topological(n: int, pairs: list[tuple[int, int]]) -> list[int]:
    return [component[0] for component in _components(pairs, list(range(n)))]


def _components(pairs: list[tuple[int, int]], nodes: list[int]) -> list[list[int]]:
    """Return strongly connected components over the distinct nodes in topological order (Tarjan, iterative)."""
    after: dict[int, list[int]] = {node: [] for node in dict.fromkeys(nodes)}
    for b, f in pairs:
        if b != f:
            after[b].append(f)
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    found: list[list[int]] = []
    for root, children in after.items():
        if root in index:
            continue
        work = [(root, iter(children))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    found.append(component)
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(after[child])))
            elif child in on_stack:
                low[node] = min(low[node], index[child])
    return found[::-1]


def cycle(n: int, pairs: list[tuple[int, int]]) -> list[int]:
    """Return the operations of one cycle of precedences, or nothing."""
    if all(b < f for b, f in pairs):
        return []  # the usual case, at once
    for component in _components(pairs, list(range(n))):
        if len(component) > 1:
            return sorted(component)
    return next(([b] for b, f in pairs if b == f), [])
