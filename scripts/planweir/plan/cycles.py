"""Tasks that depend on each other in a circle."""

from __future__ import annotations

from planweir.plan.model import Plan


def cycles(plan: Plan) -> list[list[str]]:
    """One shortest cycle of each knot of tasks that depend on each other, first id repeated at the end."""
    edges: dict[str, list[str]] = {}
    for task in plan.tasks:
        edges.setdefault(task.id, []).extend((*task.depends_on, *task.wires))
    for name, targets in edges.items():
        edges[name] = [target for target in targets if target in edges]
    found = []
    for knot in _knots(edges):
        members = set(knot)
        start = next(task.id for task in plan.tasks if task.id in members)
        found.append(_shortest_cycle(edges, members, start))
    return found


def _shortest_cycle(edges: dict[str, list[str]], members: set[str], start: str) -> list[str]:
    came: dict[str, str] = {}
    ring = [start]
    while ring:
        following = []
        for name in ring:
            for target in edges[name]:
                if target == start:
                    path = [name]
                    while path[-1] != start:
                        path.append(came[path[-1]])
                    return [*reversed(path), start]
                if target in members and target not in came:
                    came[target] = name
                    following.append(target)
        ring = following
    raise AssertionError("a member of a knot reaches itself")


def _knots(edges: dict[str, list[str]]) -> list[list[str]]:
    """The strongly connected components that hold a cycle (Tarjan's algorithm, without recursion: a chain of
    ten thousand tasks is deeper than Python's stack)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in edges:
        if root in number:
            continue
        walk = [(root, iter(edges[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while walk:
            name, targets = walk[-1]
            deeper = next((t for t in targets if t not in number or t in on_stack), None)
            if deeper is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[name])
                if low[name] == number[name]:
                    cut = stack.index(name) if stack[-1] != name else len(stack) - 1
                    knot = stack[cut:]
                    del stack[cut:]
                    on_stack.difference_update(knot)
                    if len(knot) > 1 or name in edges[name]:
                        found.append(knot)
            elif deeper in number:
                low[name] = min(low[name], number[deeper])
            else:
                number[deeper] = low[deeper] = len(number)
                stack.append(deeper)
                on_stack.add(deeper)
                walk.append((deeper, iter(edges[deeper])))
    return found
