"""What `engines.py` has carried out: the demonstration's plan, and a made-up one of any number of tasks and waves.

A `Workload` is what every executor is given alike: the project's files, the tasks, and for each attempt the calls that its implementer
makes. How a plan is written, who reviews it and how differs from one executor to the next, and stands with each of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
EXAMPLE = TOP / "examples" / "link-shortener"

# The made-up plan is an office's: each wave makes the next layer of each thing.
THINGS = ("invoice", "customer", "product", "payment", "delivery", "contract", "account", "reminder")
LAYERS = ("model", "store", "view", "report")

# What T4's imports are in the recording, for the last gate to find, and what they should be.
_UNTIDY = (
    "from shortener.database import rows\nfrom shortener.codes import decode\n",
    "from shortener.codes import decode\nfrom shortener.database import rows\n",
)
_TASK = re.compile(r"^### (T\d+): (.*)\n((?:- .*\n)+)\n([\s\S]*?)(?=^### |\Z)", re.MULTILINE)
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Finding:
    """Why the first review sends a task back."""

    path: str
    line: int
    what: str


@dataclass(frozen=True)
class Task:
    """`attempts` are the calls of each implementer in turn, without the check that follows them; with a `finding` the first
    is sent back by the task's reviewer, and the second passes."""

    name: str
    title: str
    needs: tuple[str, ...]
    files: tuple[str, ...]
    check: str
    says: str
    done: tuple[str, ...]
    attempts: tuple[tuple[dict[str, Any], ...], ...]
    finding: Finding | None = None

    @property
    def number(self) -> int:
        return int(self.name[1:])


@dataclass(frozen=True)
class Workload:
    """`head` is what the plan says before its tasks, `everything` the check of the whole."""

    name: str
    title: str
    head: str
    everything: str
    tasks: tuple[Task, ...]
    files: dict[str, str]
    new_tests: bool = True

    @property
    def waves(self) -> int:
        depth: dict[str, int] = {}
        for task in self.tasks:
            depth[task.name] = 1 + max((depth[need] for need in task.needs), default=0)
        return max(depth.values())


def synthetic(tasks: int = 24, waves: int = 3) -> Workload:
    """A plan whose checks cost next to nothing: each wave has as many tasks, each of which needs two of the wave before (or
    one, where a wave has one)."""
    wide = tasks // waves
    if wide * waves != tasks or waves > len(LAYERS):
        raise ValueError(f"{tasks} tasks do not make {waves} equal waves of at most {len(LAYERS)} layers")
    made = tuple(_part(wave, place, wide) for wave in range(waves) for place in range(wide))
    return Workload(f"synthetic-{tasks}", "Build the office", "Goal: The office's parts are there.\n", "true", made, {}, new_tests=False)


def _part(wave: int, place: int, wide: int) -> Task:
    thing = THINGS[place % len(THINGS)] + (str(place // len(THINGS) + 1) if place >= len(THINGS) else "")
    layer = LAYERS[wave]
    name, path = f"{thing}_{layer}", f"office/{thing}_{layer}.py"
    needs = sorted({place, (place + 1) % wide}) if wave else []
    content = f'"""The {layer} of each {thing}."""\n\n\ndef {name}(key: str) -> str:\n    return f"{thing} {{key}}"\n'
    return Task(
        f"T{wave * wide + place + 1}",
        f"Write the {thing}'s {layer}",
        tuple(f"T{(wave - 1) * wide + other + 1}" for other in needs),
        (path,),
        f"grep -q 'def {name}' {path}",
        f"`{name}(key)` returns the {thing} of that key, as a text.",
        (f"{name} takes a key and returns a text",),
        ((_write(path, content),),),
    )


def demonstration() -> Workload:
    """The demonstration's plan and the work that its recording holds, without what goes wrong there on purpose: no call that is
    denied, no end that is held, no gate that is red, no power cut. What stays is the one review that sends a task (T3) back."""
    text = (EXAMPLE / "docs" / "plan.md").read_text()
    actors: dict[str, list[dict[str, Any]]] = json.loads((EXAMPLE / "recording.json").read_text())["actors"]
    files = {
        str(path.relative_to(EXAMPLE)): path.read_text()
        for path in sorted(EXAMPLE.rglob("*"))
        if path.is_file() and path.suffix in (".py", ".toml", ".md") and path.name != "plan.md"
    }
    head, _, rest = text.partition("## Tasks\n")
    title, _, head = head.partition("\n\n")
    tasks = tuple(_recorded(match, actors) for match in _TASK.finditer(rest))
    return Workload("demonstration", title.removeprefix("# Plan: "), head, "python3 -m pytest -q", tasks, files)


def _recorded(match: re.Match[str], actors: dict[str, list[dict[str, Any]]]) -> Task:
    name, title, keys, body = match.groups()
    given = dict(line[2:].split(": ", 1) for line in keys.splitlines())
    files = tuple(_QUOTED.findall(given["Files"]))
    says, _, done = body.partition("#### Done when\n")
    attempts = [
        tuple(_honest(step, files) for step in steps if _honest(step, files))
        for actor, steps in actors.items()
        if actor.startswith(f"{name} implementer")
    ]
    finding = next((found for found in map(_sent_back, actors[f"{name} task-reviewer 1"]) if found), None)
    if finding is None:
        attempts = [tuple(call for attempt in attempts for call in attempt)]
    return Task(
        name,
        title,
        tuple(re.findall(r"T\d+", given["Depends on"])),
        files,
        _QUOTED.findall(given["Verify"])[0],
        says.strip(),
        tuple(line[2:] for line in done.strip().splitlines()),
        tuple(attempts),
        finding,
    )


def _honest(step: dict[str, Any], files: tuple[str, ...]) -> dict[str, Any]:
    """The step's call, if it writes a file of the task."""
    call: dict[str, Any] = step.get("call", {})
    given: dict[str, Any] = call.get("input", {})
    if given.get("file_path") not in files:
        return {}
    if "content" in given:
        given = {**given, "content": given["content"].replace(*_UNTIDY)}
    return {"call": {**call, "input": given}}


def _sent_back(step: dict[str, Any]) -> Finding | None:
    command = str(step.get("call", {}).get("input", {}).get("command", ""))
    if not command.startswith("task-planner file"):
        return None
    findings = json.loads(command.split("\n", 1)[1].rsplit("\n", 1)[0])["findings"]
    major = [found for found in findings if found["severity"] != "minor"]
    return Finding(major[0]["path"], major[0]["line"], major[0]["what"]) if major else None


def _write(path: str, content: str) -> dict[str, Any]:
    return {"call": {"tool": "Write", "input": {"file_path": path, "content": content}}}
