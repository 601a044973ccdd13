"""A recording: what a person typed, and what each agent of a run said and called, in one JSON format for several players.

    {"format": 1, "title": "...", "plan": "docs/plan.md",
     "actors": {"main": [STEP, ...], "T1 implementer 1": [STEP, ...], "T1 task-reviewer 1": [...]}}

A STEP is one of

    {"calls": [{"tool", "input"}, ...]}   one assistant message; `call` for a single one
    {"say": text}                         the last text of a turn
    {"cut": true}                         the client is killed here, with every agent that runs in it; an agent's last step
    {"follow": true}                      main alone: ask `task-planner next` and make the calls that it prints, until it
                                          asks for a person or is done
    {"type": text}                        main alone: a person types this, and a turn begins (or a hook answers at once)
    {"resume": true}                      main alone, after a cut: the person opens the same session again

Each may carry `note` for the reader, `after` (an actor: the step waits until that one has ended; where agents run side
by side this is what settles the order) and `expect`, which players verify: `{"denied": rule}`, `{"held": true}`,
`{"passes": true}`, `{"fails": true}` (the calls are made and at least one of them ends with an error), and of a typed step
`{"told": text}` (the answer has this text in it). docs/recording.md tells it at length.

In a call's input, a relative `file_path` or `notebook_path` lies in the project, `${project}` is its path and
`${agent:T1 implementer 1}` is the id of that actor's agent.

A recording that stands alone holds its repository too: `files` (path -> text, as the first commit has it) and `executable`
(those of them that can be run). `redacted` says that contents were taken out: it is for reading, and no player plays it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypedDict

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

FORMAT = 1
MAIN = "main"
NEXT_COMMAND = "task-planner next --json"

# Blanks before it: a client that puts the prompt of a script's agent into words of its own indents it.
_BRIEF = re.compile(r"^ *\*\*Task ID:\*\* (\S+) \| role: (\S+) \| attempt: (\d+)\s*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\$\{(project|agent:([^}]+))\}")
_PATH_KEYS = ("file_path", "notebook_path")
_KINDS = ("calls", "call", "say", "cut", "follow", "type", "resume")
_OF_MAIN = ("follow", "type", "resume")
_STEP_KEYS = {*_KINDS, "note", "after", "expect"}
_TOP_KEYS = {"format", "title", "plan", "files", "executable", "redacted", "actors"}


class BadRecording(ValueError):
    """The recording does not have the format; the text names the place and what is wrong there."""


@dataclass(frozen=True)
class Call:
    """One tool call as the model would make it, placeholders not yet filled."""

    tool: str
    input: dict[str, Json]


@dataclass(frozen=True)
class Expect:
    """What must come of a step. `denied` names the rule; the others are true where they are asked for."""

    denied: str | None = None
    held: bool = False
    passes: bool = False
    fails: bool = False
    told: str = ""


@dataclass(frozen=True)
class Step:
    """Exactly one of `calls`, `say`, `cut`, `follow`, `type` and `resume` is given."""

    calls: tuple[Call, ...] = ()
    say: str | None = None
    cut: bool = False
    follow: bool = False
    type: str | None = None
    resume: bool = False
    note: str = ""
    after: str = ""
    expect: Expect = Expect()


@dataclass(frozen=True)
class Recording:
    title: str
    plan: str
    actors: dict[str, tuple[Step, ...]]
    files: dict[str, str] = field(default_factory=dict)
    executable: tuple[str, ...] = ()


def actor_of(prompt: str) -> str | None:
    """The actor whose brief this is ("T1 implementer 1"), None for any other prompt."""
    found = _BRIEF.search(prompt)
    return " ".join(found.groups()) if found else None


def load(path: str) -> Recording:
    """Reads a recording. Raises BadRecording, and OSError where the file cannot be read."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        obj: Json = json.loads(text)
    except ValueError as problem:
        raise BadRecording(f"{path}: not JSON: {problem}") from None
    return from_json(obj)


def from_json(obj: Json) -> Recording:
    """Raises BadRecording."""
    top = _object(obj, "recording", _TOP_KEYS)
    if top.get("format") != FORMAT:
        raise BadRecording(f"recording: format is {top.get('format')!r}; this player knows {FORMAT}")
    actors = top.get("actors")
    if not isinstance(actors, dict):
        raise BadRecording("recording: actors must be an object of actor -> steps")
    read: dict[str, tuple[Step, ...]] = {}
    for actor, steps in actors.items():
        if not isinstance(steps, list):
            raise BadRecording(f"{actor}: must be a list of steps")
        read[actor] = tuple(step_from_json(step, actor, number) for number, step in enumerate(steps, 1))
    _in_order(read)
    if top.get("redacted"):
        raise BadRecording("recording: its contents were taken out, so it is for reading and cannot be played")
    return Recording(
        title=_text(top.get("title", ""), "title"),
        plan=_text(top.get("plan", ""), "plan"),
        actors=read,
        **_repository(top),
    )


class _Repository(TypedDict):
    files: dict[str, str]
    executable: tuple[str, ...]


def _repository(top: Mapping[str, Json]) -> _Repository:
    files, executable = top.get("files", {}), top.get("executable", [])
    if not isinstance(files, dict) or not isinstance(executable, list):
        raise BadRecording("recording: files must be an object of path -> text, executable a list of paths")
    for path in files:
        if not path or path.startswith("/") or ".." in path.split("/") or path.split("/")[0] == ".git":
            raise BadRecording(f"recording: {path!r} is no path inside the project")
    unknown = [path for path in executable if path not in files]
    if unknown:
        raise BadRecording(f"recording: {unknown[0]!r} can be run, and is not among the files")
    return {
        "files": {path: _text(content, path) for path, content in files.items()},
        "executable": tuple(_text(path, "executable") for path in executable),
    }


def _in_order(actors: Mapping[str, tuple[Step, ...]]) -> None:
    """What one step alone does not show. Raises BadRecording."""
    for actor, steps in actors.items():
        for number, step in enumerate(steps, 1):
            where = f"{actor}, step {number}"
            if step.after and step.after not in actors:
                raise BadRecording(f"{where}: it waits for {step.after!r}, and that is no actor of the recording")
            if step.cut and actor != MAIN and number < len(steps):
                raise BadRecording(f"{where}: an agent does nothing after a cut")


def step_from_json(obj: Json, actor: str = MAIN, number: int = 1) -> Step:
    """Raises BadRecording."""
    where = f"{actor}, step {number}"
    step = _object(obj, where, _STEP_KEYS)
    kinds = [kind for kind in _KINDS if kind in step]
    if len(kinds) != 1:
        raise BadRecording(f"{where}: give exactly one of {', '.join(_KINDS)} (there: {kinds or 'none'})")
    (kind,) = kinds
    if kind in _OF_MAIN and actor != MAIN:
        raise BadRecording(f"{where}: {kind} is for {MAIN} only")
    calls: tuple[Call, ...] = ()
    if kind in ("calls", "call"):
        given = step["calls"] if kind == "calls" else [step["call"]]
        if not isinstance(given, list) or not given:
            raise BadRecording(f"{where}: calls must be a list of at least one call")
        calls = tuple(call_from_json(call, where) for call in given)
    if kind in ("cut", "follow", "resume") and step[kind] is not True:
        raise BadRecording(f"{where}: {kind} is true")
    expect = _expect(step.get("expect"), where)
    if expect.told and kind != "type":
        raise BadRecording(f"{where}, expect: told is for what a person types")
    return Step(
        calls=calls,
        say=_text(step["say"], where) if kind == "say" else None,
        cut=kind == "cut",
        follow=kind == "follow",
        type=_text(step["type"], where) if kind == "type" else None,
        resume=kind == "resume",
        note=_text(step.get("note", ""), where),
        after=_text(step.get("after", ""), where),
        expect=expect,
    )


def call_from_json(obj: Json, where: str) -> Call:
    """Raises BadRecording."""
    call = _object(obj, where, {"tool", "input"})
    tool, given = call.get("tool"), call.get("input", {})
    if not isinstance(tool, str) or not tool:
        raise BadRecording(f"{where}: a call needs the name of its tool")
    if not isinstance(given, dict):
        raise BadRecording(f"{where}: the input of {tool} must be an object")
    return Call(tool, given)


def to_json(recording: Recording) -> dict[str, Json]:
    """The inverse of from_json."""
    actors: dict[str, Json] = {
        actor: [step_to_json(step) for step in steps] for actor, steps in recording.actors.items()
    }
    out: dict[str, Json] = {"format": FORMAT, "title": recording.title, "plan": recording.plan}
    if recording.files:
        out["files"] = {**recording.files}
    if recording.executable:
        out["executable"] = [*recording.executable]
    return {**out, "actors": actors}


def step_to_json(step: Step) -> dict[str, Json]:
    out: dict[str, Json] = {}
    if step.calls:
        out["calls"] = [{"tool": call.tool, "input": call.input} for call in step.calls]
    elif step.type is not None:
        out["type"] = step.type
    elif step.cut or step.follow or step.resume:
        out["cut" if step.cut else "follow" if step.follow else "resume"] = True
    else:
        out["say"] = step.say or ""
    for key, words in (("note", step.note), ("after", step.after)):
        if words:
            out[key] = words
    expect: dict[str, Json] = {}
    if step.expect.denied is not None:
        expect["denied"] = step.expect.denied
    if step.expect.held:
        expect["held"] = True
    if step.expect.passes:
        expect["passes"] = True
    if step.expect.fails:
        expect["fails"] = True
    if step.expect.told:
        expect["told"] = step.expect.told
    if expect:
        out["expect"] = expect
    return out


def fill(given: Mapping[str, Json], project: str, agent_id: Callable[[str], str]) -> dict[str, Json]:
    """A call's input for this project: placeholders replaced, file paths absolute. `agent_id` maps an actor."""

    def filled(value: Json) -> Json:
        if isinstance(value, str):
            return _PLACEHOLDER.sub(lambda m: agent_id(m[2]) if m[2] else project, value)
        if isinstance(value, list):
            return [filled(item) for item in value]
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return value

    out = {key: filled(value) for key, value in given.items()}
    for key in _PATH_KEYS:
        path = out.get(key)
        if isinstance(path, str) and not path.startswith("/"):
            out[key] = f"{project}/{path}"
    return out


def _expect(obj: Json, where: str) -> Expect:
    if obj is None:
        return Expect()
    given = _object(obj, f"{where}, expect", {"denied", "held", "passes", "fails", "told"})
    denied = given.get("denied")
    if denied is not None and not isinstance(denied, str):
        raise BadRecording(f"{where}, expect: denied is the name of the rule")
    for key in ("held", "passes", "fails"):
        if key in given and given[key] is not True:
            raise BadRecording(f"{where}, expect: {key} is true or left out")
    return Expect(
        denied=denied,
        held="held" in given,
        passes="passes" in given,
        fails="fails" in given,
        told=_text(given.get("told", ""), f"{where}, expect: told"),
    )


def _object(obj: Json, where: str, keys: set[str]) -> dict[str, Json]:
    if not isinstance(obj, dict):
        raise BadRecording(f"{where}: must be an object")
    unknown = sorted(set(obj) - keys)
    if unknown:
        raise BadRecording(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(keys))}")
    return obj


def _text(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise BadRecording(f"{where}: must be text")
    return value
