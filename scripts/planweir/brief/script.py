"""The script of a wave: what is left of it, as one text that Claude Code runs, from which it starts the agents.

It follows from the frozen graph and the state alone: the same state gives the same bytes. `wave.js` beside this file holds what is the
same in every script; here are the tasks, in the order in which they are begun, what each is given, and how much of it has room.
"""

from __future__ import annotations

import hashlib
import json
import os
import re

from planweir.brief import scripted, sections
from planweir.brief.literal import joined, one_line, plain, size, template
from planweir.brief.models import model_for
from planweir.brief.render import principles
from planweir.brief.steps import full_name
from planweir.journal.ready import (
    CYCLE_LIMIT,
    LOST_LIMIT,
    agent_of,
    asks,
    current_wave,
    graph_task,
    role_due,
    running_tasks,
    started_tasks,
    waits_for,
    wave_tasks,
)
from planweir.plan.critical import chains
from planweir.review.schema import schema
from planweir.values import many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

IMPLEMENTER = "implementer"
REVIEWERS = ("task-reviewer", "code-reviewer")
ROLES = (IMPLEMENTER, *REVIEWERS)
LABELS = {IMPLEMENTER: "implement", "task-reviewer": "task review", "code-reviewer": "code review"}

LONGEST = 500_000  # characters as the client counts them; it takes 524,288
MOST_TASKS = 250  # the client starts 1,000 agents for one script, and a task wants three to twelve
LOOKED = 20  # tasks without room, after which no other is tried
LONGEST_TITLE = 80
LONGEST_LIST = 100  # characters of task ids in a description
LONGEST_BACK = 20_000  # characters of what came back from one review
SHARED = 1_000  # characters of the plan's context, from which on it stands in the script once

_HOLE = re.compile(r"/\*: (\w+) \*/")


class Script:
    """A wave's script. `bodies`: what each agent is told below its first line, by `T1 implementer`; `tasks`: those in it, in the order
    in which they are begun; `left`: those of the wave that had no room."""

    __slots__ = ("bodies", "left", "models", "tasks", "wave", "words")

    def __init__(self, wave: int, words: str, bodies: dict[str, str], tasks: list[str], left: list[str], models: dict[str, str]) -> None:
        self.wave = wave
        self.words = words
        self.bodies = bodies
        self.tasks = tasks
        self.left = left
        self.models = models

    @property
    def sum(self) -> str:
        return sum_of(self.words)


def sum_of(words: str) -> str:
    """The name of a script: the sha256 of its bytes."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def order(state: State, wave: int = 0) -> list[str]:
    """The tasks of `wave` (none: the current one) that a script would carry out now: those that hold up the longest chain of others
    first, then as the plan has them. Not in it: what is done, blocked, asked about, still to be planned, or in work already."""
    now = current_wave(state)
    wave = wave or now
    busy = {**running_tasks(state), **started_tasks(state)}
    found = [
        name
        for name in wave_tasks(state, wave)
        if name not in busy
        and not asks(state, name)
        and (role_due(state, name) or "") in ROLES
        and not (wave <= now and role_due(state, name) == IMPLEMENTER and waits_for(state, name))
    ]
    held = chains((row["id"], row["depends_on"], row["wires"]) for row in state["graph"]["tasks"])
    return sorted(found, key=lambda name: -held[name])


def stub(state: State, wave: int = 0) -> str:
    """The call that stands for the script, whatever it holds: a first line as the client wants it, and nothing else."""
    wave = wave or current_wave(state)
    return f"export const meta = {{name: {one_line(_name(wave))}, description: {one_line(_described(state, wave, order(state, wave)))}}}\n"


def render(state: State, places: Places | None = None, wave: int = 0) -> Script:
    """The script of `wave` (none: the current one) as it would be written now. `places`: where the project's own rules for agents lie;
    without it no brief names them."""
    wave = wave or current_wave(state)
    names = order(state, wave)
    context = _shared(state, len(names))
    room = LONGEST - size(_whole(state, wave, names, [], {}, context, names))
    parts: dict[str, _Part] = {}
    for past, name in enumerate(names):
        if len(parts) >= MOST_TASKS or past - len(parts) >= LOOKED:
            break
        part = _Part(state, name, _beside(state, places, name))
        cost = part.size(context)
        if cost <= room:
            parts[name] = part
            room -= cost
    tasks = [*parts]
    left = [name for name in names if name not in parts]
    words = _whole(state, wave, names, tasks, parts, context, left)
    bodies = {key: body for name in tasks for key, body in parts[name].bodies.items()}
    return Script(wave, words, bodies, tasks, left, {name: parts[name].model for name in tasks})


def too_long(state: State, places: Places | None = None) -> list[str]:
    """The tasks of the current wave that no script has room for, even alone: agents of the main thread do them."""
    names = order(state)
    context = _shared(state, 1)
    room = LONGEST - size(_whole(state, current_wave(state), names, [], {}, context, names))
    return [name for name in names if _Part(state, name, _beside(state, places, name)).size(context) > room]


class _Part:
    """What the script says of one task."""

    __slots__ = ("bodies", "line", "model", "phase", "title")

    def __init__(self, state: State, name: str, beside: str) -> None:
        task, text = state["tasks"][name], graph_task(state, name)
        self.title = _short(text["title"], LONGEST_TITLE)
        self.model = model_for(text["complexity"]) or ""
        self.bodies = {f"{name} {IMPLEMENTER}": plain(scripted.worker(state, name, beside))}
        self.bodies.update({f"{name} {role}": plain(scripted.reviewer(state, name, role)) for role in REVIEWERS})
        begins = role_due(state, name) or IMPLEMENTER
        detail = f"{agent_of(state, name, IMPLEMENTER)}{', ' if self.model else ''}{self.model}"
        self.phase = f"    {{title: {one_line(f'{name}: {self.title}')}, detail: {one_line(detail)}}},\n"
        tried = [task["attempts"], *(task["review_attempts"].get(role, 0) for role in REVIEWERS)]
        shown = ", ".join(f"{one_line(role)}: {count}" for role, count in zip(ROLES, tried, strict=True))
        self.line = (
            f"  {{id: {one_line(name)}, phase: {one_line(f'{name}: {self.title}')},\n"
            f"    begins: {one_line(begins)}, agent: {one_line(full_name(agent_of(state, name, IMPLEMENTER)))}, model: {one_line(self.model)},\n"
            f"    tried: {{{shown}}}, cycles: {max(1, CYCLE_LIMIT - task['cycles'])}, "
            f"lost: {task['lost'] if begins == IMPLEMENTER else task['review_losses']}}},\n"
        )

    def briefs(self, context: str) -> str:
        lines = [f"  {one_line(key)}: {joined(body, context, 'CONTEXT')},\n" for key, body in self.bodies.items()]
        return "\n" + "\n".join(lines)

    def size(self, context: str) -> int:
        return size(self.phase) + size(self.line) + size(self.briefs(context))


def _whole(
    state: State, wave: int, names: list[str], tasks: list[str], parts: dict[str, _Part], context: str, left: list[str]
) -> str:
    """The script of `tasks`. With none of them: what it is long beside them, at the most."""
    phases = "".join(parts[name].phase for name in tasks)
    meta = f"{{\n  name: {one_line(_name(wave))},\n  description: {one_line(_described(state, wave, names))},\n  phases: [\n{phases}  ],\n}}"
    holes = {
        "meta": meta,
        "head": _head(state, wave, max(1, len(tasks)), left),
        "tasks": _tasks(state, "".join(parts[name].line for name in tasks)),
        "schema": _schema(),
        "briefs": _briefs("".join(parts[name].briefs(context) for name in tasks), context),
    }
    return _HOLE.sub(lambda hole: holes[hole[1]], _template())


def _head(state: State, wave: int, count: int, left: list[str]) -> str:
    lines = [
        f"Wave {wave} of {len(state['waves'])} of the plan {_short(state['graph']['title'], LONGEST_TITLE)}: what is left of it, as Planweir wrote it.",
        "",
        "Claude Code runs this when the session that carries out the plan calls Workflow. The script starts agents and hands what",
        "reviewers found to whoever works on it next. It decides nothing else: Planweir's hooks judge each agent's calls, evidence",
        "and review, and its gate closes the wave.",
        "",
        "Only this text is let through. An edit changes nothing: the script is written anew from the plan, which a person changes",
        "with /task-planner amend, skip, allow and their like.",
        "",
        f"It holds {many(count, 'task')}, at most {state['graph']['max_parallel']} at a time: first those that the longest chain of others waits for.",
    ]
    if left:
        lines.append(f"No room here, and in the wave's next script: {_listed(left)}.")
    return "\n".join(f"// {line}".rstrip() for line in lines)


def _tasks(state: State, rows: str) -> str:
    reviewers = ", ".join(f"{one_line(role)}: {one_line(full_name(role))}" for role in REVIEWERS)
    labels = ", ".join(f"{one_line(role)}: {one_line(LABELS[role])}" for role in ROLES)
    return f"""\
const TASKS = [
{rows}]

const AT_ONCE = {state['graph']['max_parallel']}
const LOST_LIMIT = {LOST_LIMIT} // agents in a row that may end without an answer
const LONGEST_BACK = {LONGEST_BACK} // characters of one review that the next implementer reads
const AGENTS = {{{reviewers}}}
const LABELS = {{{labels}}}"""


def _schema() -> str:
    """The review's schema as JavaScript; `task` and `role` are variables."""
    return _source(schema("\0task", "\0role"), "")


def _source(value: object, indent: str, room: int = 120) -> str:
    """`value` as JavaScript: on one line where that has room, else each of its parts on a line of its own."""
    if isinstance(value, dict):
        rows, ends = [(f"{key}: ", part) for key, part in value.items()], "{}"
    elif isinstance(value, list):
        rows, ends = [("", part) for part in value], "[]"
    elif isinstance(value, str):
        return value[1:] if value.startswith("\0") else one_line(value)
    else:
        return json.dumps(value)
    short = ends[0] + ", ".join(f"{key}{_source(part, '', LONGEST)}" for key, part in rows) + ends[1]
    if len(indent) + len(short) <= room:
        return short
    inner = f"{indent}  "
    return f"{ends[0]}\n" + "".join(f"{inner}{key}{_source(part, inner)},\n" for key, part in rows) + f"{indent}{ends[1]}"


def _briefs(rows: str, context: str) -> str:
    shared = f"const CONTEXT = {template(context)}\n\n" if context else ""
    return f"{shared}const BRIEFS = {{{rows}}}"


def _shared(state: State, tasks: int) -> str:
    """The plan's context, where it is long and would stand in the script once a task; else ""."""
    words = plain(sections.context(state))
    return words if tasks > 1 and len(words) >= SHARED else ""


def _beside(state: State, places: Places | None, name: str) -> str:
    return principles(places, state, name) if places is not None else ""


def _name(wave: int) -> str:
    return f"planweir-wave-{wave}"


def _described(state: State, wave: int, names: list[str]) -> str:
    return f"Wave {wave} of {len(state['waves'])}: {_listed(names)}"


def _listed(names: list[str]) -> str:
    shown: list[str] = []
    for name in names:
        if sum(len(other) + 2 for other in shown) + len(name) > LONGEST_LIST:
            break
        shown.append(name)
    more = len(names) - len(shown)
    if not shown:
        return many(more, "task")
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _short(words: str, most: int) -> str:
    """`words` on one line that shows all of itself."""
    words = "".join(letter if letter.isprintable() else " " for letter in words)
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _template() -> str:
    with open(f"{os.path.dirname(__file__)}/wave.js", encoding="utf-8") as file:
        return file.read()
