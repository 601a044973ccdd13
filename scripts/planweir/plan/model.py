"""The task graph: what a plan is once it has been read, whatever it was written in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from planweir.plan.forms import (
    PlanFormError,
    flag_of,
    list_of,
    number_of,
    object_of,
    one_of,
    take,
    text_of,
    texts_of,
)
from planweir.plan.requirements import Requirement, requirements_from_json

Commit = Literal["per task", "none", "no-verify"]
Grants = Literal["default", "none"]
Scope = Literal["ask", "warn"]
AcceptedBy = Literal["person", "task-reviewer"]
Engine = Literal["auto", "workflow", "agents"]
ENGINES = ("auto", "workflow", "agents")
Level = Literal["error", "notice", "warning"]

DEFAULT_AGENT = "implementer"
AT_ONCE = 6  # tasks at once, where a plan does not say
MOST_AT_ONCE = 16  # the client runs no more agents of one script at a time (2.1.329)
ID_PATTERN = r"[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*"
ID_LENGTH = 64
MAX_BYTES = 20 * 1024 * 1024
MAX_TASKS = 20_000
MAX_LINES = 500_000
# Of one line outside code fences: what no person writes, and what keeps every pattern quick on hostile input.
MAX_LINE = 10_000
MAX_VALUE = 100_000


@dataclass(frozen=True)
class Criterion:
    """One thing that must hold when a task is done; `by_hand`: only a person can tell."""

    text: str
    by_hand: bool = False


@dataclass(frozen=True)
class Task:
    """One task. `files` empty: it may change anything and runs alone. `agent` empty: the plan names none. `serves`: requirements
    and criteria; `wires`: tasks whose code it connects to an entry point. `not_reached`, `fewer_tests`: why its code needs no
    entry point, why fewer tests may pass after it. `line`: where it stands, not compared."""

    id: str
    title: str
    depends_on: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    agent: str = ""
    complexity: int | None = None
    new_tests: bool = True
    plan_first: bool = False
    serves: tuple[str, ...] = ()
    wires: tuple[str, ...] = ()
    not_reached: str = ""
    fewer_tests: str = ""
    description: str = ""
    done_when: tuple[Criterion, ...] = ()
    line: int | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, object]:
        """The task with exactly its field names, `line` included."""
        return {
            "id": self.id,
            "title": self.title,
            "depends_on": list(self.depends_on),
            "files": list(self.files),
            "also": list(self.also),
            "verify": list(self.verify),
            "agent": self.agent,
            "complexity": self.complexity,
            "new_tests": self.new_tests,
            "plan_first": self.plan_first,
            "serves": list(self.serves),
            "wires": list(self.wires),
            "not_reached": self.not_reached,
            "fewer_tests": self.fewer_tests,
            "description": self.description,
            "done_when": [{"text": c.text, "by_hand": c.by_hand} for c in self.done_when],
            "line": self.line,
        }


@dataclass(frozen=True)
class Plan:
    """A whole plan, its tasks in document order."""

    title: str
    goal: str = ""
    setup: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    verify_at_end: tuple[str, ...] = ()
    commit: Commit = "per task"
    grants: Grants = "default"
    scope: Scope = "ask"
    plans_accepted_by: AcceptedBy = "person"
    engine: Engine = "auto"
    max_parallel: int = AT_ONCE
    entry_points: tuple[str, ...] = ()
    context: str = ""
    requirements: tuple[Requirement, ...] = ()
    tasks: tuple[Task, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The JSON form of plan.schema.json."""
        return {
            "title": self.title,
            "goal": self.goal,
            "setup": list(self.setup),
            "verify": list(self.verify),
            "verify_at_end": list(self.verify_at_end),
            "commit": self.commit,
            "grants": self.grants,
            "scope": self.scope,
            "plans_accepted_by": self.plans_accepted_by,
            "engine": self.engine,
            "max_parallel": self.max_parallel,
            "entry_points": list(self.entry_points),
            "context": self.context,
            "requirements": [row.to_json() for row in self.requirements],
            "tasks": [task.to_json() for task in self.tasks],
        }


@dataclass(frozen=True)
class Problem:
    """What is wrong (`message`), what to do about it (`mend`) and where. Only an error keeps a plan from
    starting."""

    level: Level
    code: str
    message: str
    mend: str
    line: int | None = None
    task: str | None = None

    def to_json(self) -> dict[str, object]:
        """The problem with exactly its field names."""
        return {
            "level": self.level,
            "code": self.code,
            "message": self.message,
            "mend": self.mend,
            "line": self.line,
            "task": self.task,
        }


_YOUNGER = ("serves", "wires", "not_reached", "fewer_tests")


def task_hash(task: Task) -> str:
    """sha256 (hex) of the task's canonical JSON. Where the task stands in its file does not count, nor do keys younger than
    the first release that it does not use: a plan frozen before them keeps its hashes."""
    return row_hash(task.to_json())


def row_hash(row: Mapping[str, object]) -> str:
    """As `task_hash`, of the task's JSON form as it was frozen."""
    counted = {key: value for key, value in row.items() if key != "line" and (value or key not in _YOUNGER)}
    text = json.dumps(counted, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def at_once_of(obj: object, path: str) -> int:
    number = number_of(obj, path)
    if number is None or not 1 <= number <= MOST_AT_ONCE:
        raise PlanFormError(path, "is no number of tasks at once", f"write a whole number from 1 to {MOST_AT_ONCE}")
    return number


def plan_from_json(obj: object) -> Plan:
    """The plan that to_json gave. Raises PlanFormError on anything that is not of that form."""
    got = object_of(obj, "$", _PLAN_FIELDS, ("title", "tasks"))
    tasks = list_of(got["tasks"], "$.tasks")
    return Plan(
        title=text_of(got["title"], "$.title"),
        goal=take(got, "$", "goal", text_of, ""),
        setup=take(got, "$", "setup", texts_of, ()),
        verify=take(got, "$", "verify", texts_of, ()),
        verify_at_end=take(got, "$", "verify_at_end", texts_of, ()),
        commit=cast(
            Commit, one_of(got.get("commit", "per task"), "$.commit", ("per task", "none", "no-verify"))
        ),
        grants=cast(Grants, one_of(got.get("grants", "default"), "$.grants", ("default", "none"))),
        scope=cast(Scope, one_of(got.get("scope", "ask"), "$.scope", ("ask", "warn"))),
        plans_accepted_by=cast(
            AcceptedBy,
            one_of(got.get("plans_accepted_by", "person"), "$.plans_accepted_by", ("person", "task-reviewer")),
        ),
        engine=cast(Engine, one_of(got.get("engine", "auto"), "$.engine", ENGINES)),
        max_parallel=take(got, "$", "max_parallel", at_once_of, AT_ONCE),
        entry_points=take(got, "$", "entry_points", texts_of, ()),
        context=take(got, "$", "context", text_of, ""),
        requirements=take(got, "$", "requirements", requirements_from_json, ()),
        tasks=tuple(_task(row, f"$.tasks[{n}]") for n, row in enumerate(tasks)),
    )


_PLAN_FIELDS = (
    "title",
    "goal",
    "setup",
    "verify",
    "verify_at_end",
    "commit",
    "grants",
    "scope",
    "plans_accepted_by",
    "engine",
    "max_parallel",
    "entry_points",
    "context",
    "requirements",
    "tasks",
    "$schema",
)
_TASK_FIELDS = (
    "id", "title", "depends_on", "files", "also", "verify", "agent", "complexity", "new_tests", "plan_first",
    "serves", "wires", "not_reached", "fewer_tests", "description", "done_when", "line",
)  # fmt: skip
_CRITERION_FIELDS = ("text", "by_hand")


def _task(obj: object, path: str) -> Task:
    got = object_of(obj, path, _TASK_FIELDS, ("id", "title"))
    criteria = list_of(got.get("done_when", []), f"{path}.done_when")
    return Task(
        id=text_of(got["id"], f"{path}.id"),
        title=text_of(got["title"], f"{path}.title"),
        depends_on=take(got, path, "depends_on", texts_of, ()),
        files=take(got, path, "files", texts_of, ()),
        also=take(got, path, "also", texts_of, ()),
        verify=take(got, path, "verify", texts_of, ()),
        agent=take(got, path, "agent", text_of, ""),
        complexity=take(got, path, "complexity", number_of, None),
        new_tests=take(got, path, "new_tests", flag_of, True),
        plan_first=take(got, path, "plan_first", flag_of, False),
        serves=take(got, path, "serves", texts_of, ()),
        wires=take(got, path, "wires", texts_of, ()),
        not_reached=take(got, path, "not_reached", text_of, ""),
        fewer_tests=take(got, path, "fewer_tests", text_of, ""),
        description=take(got, path, "description", text_of, ""),
        done_when=tuple(_criterion(row, f"{path}.done_when[{n}]") for n, row in enumerate(criteria)),
        line=take(got, path, "line", number_of, None),
    )


def _criterion(obj: object, path: str) -> Criterion:
    got = object_of(obj, path, _CRITERION_FIELDS, ("text",))
    return Criterion(text_of(got["text"], f"{path}.text"), take(got, path, "by_hand", flag_of, False))
