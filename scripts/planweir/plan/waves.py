"""Which tasks run together: dependencies first, then the files they claim."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from planweir.plan.globs import compiled, expand, literal_prefix, tidy
from planweir.plan.model import Plan, Task
from planweir.plan.wiring import orders

# What a task without Files waits for: a wave of its own.
_ALONE = ""


@dataclass(frozen=True)
class Move:
    """A task that would have fitted into wave `wave` (from 1) but for the file that it shares with
    `other`."""

    task: str
    other: str
    path: str
    wave: int


@dataclass(frozen=True)
class Schedule:
    """The waves, each in document order, and what file conflicts moved."""

    waves: list[list[str]]
    moves: list[Move]


def waves(plan: Plan) -> list[list[str]]:
    """The ids of each wave, in document order. A task comes after everything it depends on, two tasks whose
    Files conflict are never together (the later in the document waits), a task without Files is alone. Raises
    ValueError when the graph has a cycle, or a duplicate or unknown id."""
    return [list(wave) for wave in schedule(plan).waves]


# The tasks that were scheduled last: checking and showing one plan asks four times. They are a tuple of frozen rows.
_last: list[tuple[tuple[Task, ...], Schedule]] = []


def schedule(plan: Plan) -> Schedule:
    """`waves`, with the reasons why tasks were moved."""
    if not _last or _last[0][0] is not plan.tasks:
        _last[:] = [(plan.tasks, _schedule(plan.tasks))]
    return _last[0][1]


def _schedule(tasks: tuple[Task, ...]) -> Schedule:
    after, missing = _edges(tasks)
    claims = _Claims(tasks)
    ready = [n for n, count in enumerate(missing) if count == 0]
    waiting: dict[str, list[int]] = {}
    origin: dict[int, str] = {}
    moves: dict[int, Move] = {}
    result: list[list[str]] = []
    left = len(tasks)
    while left:
        # Of those that wait for one file only the first can get it, so only the first is tried: that keeps
        # ten thousand tasks on one file from being tried ten thousand times each.
        for key in list(waiting):
            _release(waiting, key, ready, origin)
        if not ready:
            raise ValueError("the plan has a cycle")
        placed: list[int] = []
        claims.clear()
        while ready:
            n = heapq.heappop(ready)
            if not claims.atoms[n]:
                if placed:
                    heapq.heappush(waiting.setdefault(_ALONE, []), n)
                    continue
                placed.append(n)
                break
            blocked = claims.blocked(n)
            if blocked is None:
                claims.hold(n)
                placed.append(n)
                continue
            atom, other = blocked
            moves.setdefault(n, Move(tasks[n].id, tasks[other].id, atom, len(result) + 1))
            came_from = origin.pop(n, None)
            heapq.heappush(waiting.setdefault(atom, []), n)
            if came_from is not None and came_from != atom:
                _release(waiting, came_from, ready, origin)
        result.append([tasks[n].id for n in placed])
        left -= len(placed)
        for n in placed:
            for later in after[n]:
                missing[later] -= 1
                if missing[later] == 0:
                    heapq.heappush(ready, later)
    return Schedule(result, [moves[n] for n in sorted(moves)])


def _release(waiting: dict[str, list[int]], key: str, ready: list[int], origin: dict[int, str]) -> None:
    """Let the first of those that wait for `key` try again."""
    queue = waiting.get(key)
    if not queue:
        waiting.pop(key, None)
        return
    n = heapq.heappop(queue)
    origin[n] = key
    heapq.heappush(ready, n)
    if not queue:
        del waiting[key]


def _edges(tasks: tuple[Task, ...]) -> tuple[list[list[int]], list[int]]:
    """For each task, by position: who waits for it, and for how many it waits."""
    index = {task.id: n for n, task in enumerate(tasks)}
    if len(index) != len(tasks):
        raise ValueError("the plan has a duplicate task id")
    after: list[list[int]] = [[] for _ in tasks]
    missing = [0] * len(tasks)
    order = orders([(task.id, task.depends_on, task.wires) for task in tasks])
    for n, task in enumerate(tasks):
        for name in order[task.id]:
            if name not in index:
                raise ValueError(f"{task.id} depends on {name}, which is no task")
            after[index[name]].append(n)
            missing[n] += 1
    return after, missing


class _Claims:
    """Who holds which paths in the wave being filled. Asking and holding cost a few look-ups, however many
    tasks there are: paths by name, folders by the folders above them, two globs by their literal prefixes."""

    def __init__(self, tasks: tuple[Task, ...]) -> None:
        self.atoms = [list(dict.fromkeys(a for f in task.files for a in expand(tidy(f)))) for task in tasks]
        names = {atom for atoms in self.atoms for atom in atoms}
        self.prefix = {name: literal_prefix(name) for name in names if name.endswith("/") or _wild(name)}
        literals = names - self.prefix.keys()
        by_prefix: dict[str, list[str]] = {}
        for glob in sorted(self.prefix):
            by_prefix.setdefault(self.prefix[glob], []).append(glob)
        below_folder: dict[str, list[str]] = {}
        for glob, prefix in sorted(self.prefix.items()):
            for folder in _folders(prefix):
                if folder in literals:
                    below_folder.setdefault(folder, []).append(glob)
        # Of each literal path: the literals that are folders above it, and the globs that conflict with it.
        self.above = {name: [f for f in _folders(name) if f in literals] for name in literals}
        self.globs: dict[str, list[str]] = {}
        for name in literals if by_prefix else ():
            near = [g for end in range(len(name) + 1) for g in by_prefix.get(name[:end], ())]
            found = [g for g in near if compiled(g).fullmatch(name)] + below_folder.get(name, [])
            if found:
                self.globs[name] = found
        self.clear()

    def clear(self) -> None:
        """Begin a wave."""
        self.held: dict[str, int] = {}
        self.held_below: dict[str, int] = {}
        self.glob_hit: dict[str, int] = {}
        self.glob_at: dict[str, int] = {}
        self.glob_below: dict[str, int] = {}

    def hold(self, n: int) -> None:
        """Task `n` is in the wave."""
        for atom in self.atoms[n]:
            self.held[atom] = n
            if atom in self.prefix:
                prefix = self.prefix[atom]
                self.glob_at[prefix] = n
                for end in range(len(prefix) + 1):
                    self.glob_below[prefix[:end]] = n
            else:
                for folder in self.above[atom]:
                    self.held_below[folder] = n
                for glob in self.globs.get(atom, ()):
                    self.glob_hit[glob] = n

    def blocked(self, n: int) -> tuple[str, int] | None:
        """The first pattern of task `n` that a task in the wave holds, and that task."""
        for atom in self.atoms[n]:
            by = self.held.get(atom)
            if by is None:
                by = self._glob_blocked(atom) if atom in self.prefix else self._path_blocked(atom)
            if by is not None:
                return atom, by
        return None

    def _path_blocked(self, path: str) -> int | None:
        by = self.held_below.get(path)
        if by is not None:
            return by
        return next(
            (self.held[o] for o in (*self.above[path], *self.globs.get(path, ())) if o in self.held), None
        )

    def _glob_blocked(self, glob: str) -> int | None:
        prefix = self.prefix[glob]
        by = self.glob_hit.get(glob)
        if by is None:
            by = self.glob_below.get(prefix)
        if by is None and self.glob_at:
            by = next(
                (self.glob_at[prefix[:e]] for e in range(len(prefix)) if prefix[:e] in self.glob_at), None
            )
        return by


def _wild(name: str) -> bool:
    return literal_prefix(name) != name


def _folders(path: str) -> list[str]:
    """`a/b/c` -> `a`, `a/b`."""
    found, at = [], path.find("/")
    while at >= 0:
        found.append(path[:at])
        at = path.find("/", at + 1)
    return found
