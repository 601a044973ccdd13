"""The task graph: what a plan is once it has been read, whatever it was written in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, TypeVar, cast

Commit = Literal["per task", "none", "no-verify"]
Grants = Literal["default", "none"]
AcceptedBy = Literal["person", "task-reviewer"]
Level = Literal["error", "notice", "warning"]

DEFAULT_AGENT = "implementer"
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
    """One task. `files` empty: it may change anything and runs alone. `line`: where it stands, not
    compared."""

    id: str
    title: str
    depends_on: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    agent: str = DEFAULT_AGENT
    complexity: int | None = None
    new_tests: bool = True
    plan_first: bool = False
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
    plans_accepted_by: AcceptedBy = "person"
    context: str = ""
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
            "plans_accepted_by": self.plans_accepted_by,
            "context": self.context,
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


def task_hash(task: Task) -> str:
    """sha256 (hex) of the task's canonical JSON. Where the task stands in its file does not count."""
    row = task.to_json()
    del row["line"]
    text = json.dumps(row, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class PlanFormError(ValueError):
    """A value that is no plan in JSON form: where (`path`, such as `$.tasks[2].files`), what and the mend."""

    def __init__(self, path: str, what: str, mend: str) -> None:
        super().__init__(f"{path}: {what}; {mend}")
        self.path = path
        self.what = what
        self.mend = mend


def plan_from_json(obj: object) -> Plan:
    """The plan that to_json gave. Raises PlanFormError on anything that is not of that form."""
    got = _object(obj, "$", _PLAN_FIELDS, ("title", "tasks"))
    tasks = _list(got["tasks"], "$.tasks")
    return Plan(
        title=_text(got["title"], "$.title"),
        goal=_take(got, "$", "goal", _text, ""),
        setup=_take(got, "$", "setup", _texts, ()),
        verify=_take(got, "$", "verify", _texts, ()),
        verify_at_end=_take(got, "$", "verify_at_end", _texts, ()),
        commit=cast(
            Commit, _one_of(got.get("commit", "per task"), "$.commit", ("per task", "none", "no-verify"))
        ),
        grants=cast(Grants, _one_of(got.get("grants", "default"), "$.grants", ("default", "none"))),
        plans_accepted_by=cast(
            AcceptedBy,
            _one_of(got.get("plans_accepted_by", "person"), "$.plans_accepted_by", ("person", "task-reviewer")),
        ),
        context=_take(got, "$", "context", _text, ""),
        tasks=tuple(_task(row, f"$.tasks[{n}]") for n, row in enumerate(tasks)),
    )


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word that `word` most likely stands for, if any comes near."""
    found = get_close_matches(word.casefold(), [k.casefold() for k in known], 1, 0.6)
    return next((k for k in known if found and k.casefold() == found[0]), None)


_PLAN_FIELDS = (
    "title",
    "goal",
    "setup",
    "verify",
    "verify_at_end",
    "commit",
    "grants",
    "plans_accepted_by",
    "context",
    "tasks",
    "$schema",
)
_TASK_FIELDS = (
    "id", "title", "depends_on", "files", "also", "verify", "agent", "complexity", "new_tests", "plan_first",
    "description", "done_when", "line",
)  # fmt: skip
_CRITERION_FIELDS = ("text", "by_hand")

_T = TypeVar("_T")


def _task(obj: object, path: str) -> Task:
    got = _object(obj, path, _TASK_FIELDS, ("id", "title"))
    criteria = _list(got.get("done_when", []), f"{path}.done_when")
    return Task(
        id=_text(got["id"], f"{path}.id"),
        title=_text(got["title"], f"{path}.title"),
        depends_on=_take(got, path, "depends_on", _texts, ()),
        files=_take(got, path, "files", _texts, ()),
        also=_take(got, path, "also", _texts, ()),
        verify=_take(got, path, "verify", _texts, ()),
        agent=_take(got, path, "agent", _text, DEFAULT_AGENT),
        complexity=_take(got, path, "complexity", _number, None),
        new_tests=_take(got, path, "new_tests", _flag, True),
        plan_first=_take(got, path, "plan_first", _flag, False),
        description=_take(got, path, "description", _text, ""),
        done_when=tuple(_criterion(row, f"{path}.done_when[{n}]") for n, row in enumerate(criteria)),
        line=_take(got, path, "line", _number, None),
    )


def _criterion(obj: object, path: str) -> Criterion:
    got = _object(obj, path, _CRITERION_FIELDS, ("text",))
    return Criterion(_text(got["text"], f"{path}.text"), _take(got, path, "by_hand", _flag, False))


def _take(got: dict[str, object], path: str, key: str, read: Callable[[object, str], _T], default: _T) -> _T:
    return read(got[key], f"{path}.{key}") if key in got else default


def _object(obj: object, path: str, known: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(obj, dict):
        raise PlanFormError(path, f"is {_kind(obj)}, not an object", "write { … }")
    for key in obj:
        if key not in known:
            near = nearest(str(key), known)
            mend = (
                f"did you mean `{near}`?"
                if near
                else "its keys are " + ", ".join(k for k in known if k[0] != "$")
            )
            raise PlanFormError(path, f"has the unknown key `{key}`", mend)
    for key in needed:
        if key not in obj:
            raise PlanFormError(path, f"lacks `{key}`", f'add "{key}"')
    return obj


def _list(obj: object, path: str) -> list[object]:
    if not isinstance(obj, list):
        raise PlanFormError(path, f"is {_kind(obj)}, not a list", "write [ … ]")
    return obj


def _text(obj: object, path: str) -> str:
    if not isinstance(obj, str):
        raise PlanFormError(path, f"is {_kind(obj)}, not a string", "write it in double quotes")
    return obj


def _texts(obj: object, path: str) -> tuple[str, ...]:
    return tuple(_text(item, f"{path}[{n}]") for n, item in enumerate(_list(obj, path)))


def _flag(obj: object, path: str) -> bool:
    if not isinstance(obj, bool):
        raise PlanFormError(path, f"is {_kind(obj)}, not a boolean", "write true or false")
    return obj


def _number(obj: object, path: str) -> int | None:
    if obj is None:
        return None
    # JSON has one kind of number: 3.0 is the integer 3.
    if isinstance(obj, float) and obj.is_integer():
        return int(obj)
    if isinstance(obj, bool) or not isinstance(obj, int):
        raise PlanFormError(path, f"is {_kind(obj)}, not a whole number", "write a whole number or null")
    return obj


def _one_of(obj: object, path: str, known: tuple[str, ...]) -> str:
    text = _text(obj, path)
    if text not in known:
        raise PlanFormError(path, f"is {text!r}", "write one of " + ", ".join(f'"{k}"' for k in known))
    return text


def _kind(obj: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return "null" if obj is None else names.get(type(obj), type(obj).__name__)
