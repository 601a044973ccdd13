"""A run as a recording: the journal says who was who and what a person typed, the transcripts what was said and called."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from planweir.journal.store import Journal
from planweir.places import Places
from planweir.plan.model import plan_from_json
from planweir.plan.write import to_markdown
from planweir.play.record import files, steps
from planweir.play.record.person import typed
from planweir.play.record.steps import Left, Paths, Steps
from planweir.play.record.transcript import Message, read
from planweir.play.recording import FORMAT, MAIN, Json
from planweir.values import sub, text, text_or

BOUND = ("bound", "reviewer_bound")
ENDS = ("implemented", "stuck", "task_review_passed", "code_review_passed", "review_failed", "lost", "reviewer_lost")
LOST = ("lost", "reviewer_lost")
GONE = "its client is gone"
PLAN = "plan.md"  # where the document goes that lay outside the project

Event = dict[str, object]


class NoRun(Exception):
    """There is no run to make a recording of; the text says why."""


@dataclass
class Retold:
    """The recording as JSON, and what is to be told about it."""

    recording: dict[str, Json]
    left: Left = field(default_factory=Left)
    files: files.Files = field(default_factory=files.Files)


def transcripts(config: str, session: str, agent: str = "") -> str | None:
    """The path of a session's or an agent's transcript in the host's folder `config`."""
    name = f"{session}.jsonl" if not agent else f"{session}/subagents/agent-{agent}.jsonl"
    return next(iter(glob.glob(f"{glob.escape(config)}/projects/*/{glob.escape(name)}")), None)


def retell(places: Places, config: str, with_files: bool = True) -> Retold:
    """The run whose journal lies at `places`. Raises NoRun."""
    events, _end = Journal(places).events()
    opened = next((event for event in events if event["kind"] == "opened"), None)
    if opened is None:
        raise NoRun("the journal has no plan in it")
    left = Left()
    paths = Paths(places.project, {f"{config}/": "~/.claude/", os.path.expanduser("~/"): "~/"})
    actors: dict[str, Json] = {}
    cuts = _cuts(events)
    bound = [event for event in events if event["kind"] in BOUND]
    known: set[str] = set()
    for event in bound:
        agent = text(event, "agent")
        if agent in known:
            left.words.append("an agent that was sent a message goes on under its first attempt's name")
            continue
        known.add(agent)
        path = transcripts(config, text(event, "session"), agent)
        if path is None:
            raise NoRun(f"the transcript of {_actor(event)} (agent {agent}) is not in {config}/projects any more")
        end = "cut" if agent in cuts or not _has_ended(events, agent) else ""
        made = steps.of_agent(read(path), end, paths, left)
        if cuts.get(agent):
            made[-1] = {"cut": True, "after": cuts[agent]}
        actors[_actor(event)] = made
    relative, found = _files(places, opened, left, with_files)
    actors = {MAIN: _main(events, opened, relative, config, paths, left), **actors}
    recording: dict[str, Json] = {"format": FORMAT, "title": text(sub(opened, "graph"), "title"), "plan": relative}
    if found.texts:
        recording["files"] = {path: found.texts[path] for path in sorted(found.texts)}
    if found.executable:
        recording["executable"] = [*sorted(found.executable)]
    recording["actors"] = actors
    return Retold(recording, left, found)


def _actor(event: Mapping[str, object]) -> str:
    return f"{event['task']} {event['role']} {event['attempt']}"


def _has_ended(events: Sequence[Event], agent: str) -> bool:
    return any(event["kind"] in ENDS and event.get("agent") == agent for event in events)


def _cuts(events: Sequence[Event]) -> dict[str, str]:
    """The agents whose client was killed, each with the actor that had ended last before it."""
    names = {text(event, "agent"): _actor(event) for event in events if event["kind"] in BOUND}
    ended, found = "", {}
    for event in events:
        agent = text_or(event, "agent")
        if event["kind"] in LOST and event.get("why") == GONE:
            found[agent] = ended
        elif event["kind"] in ENDS and agent in names:
            ended = names[agent]
    return found


# --- the main thread -------------------------------------------------------------------------------------------


def _main(
    events: Sequence[Event], opened: Event, plan: str, config: str, paths: Paths, left: Left
) -> Steps:
    """Begins with the line that shows and starts the plan, whatever the person typed to come there."""
    start = _at(opened)
    messages: list[Message] = []
    for session in dict.fromkeys(text_or(event, "session") for event in events if event["kind"] in ("opened", "resumed")):
        path = transcripts(config, session)
        if path is None:
            left.words.append(f"the transcript of session {session} is not there: what its main thread did is left out")
            continue
        messages += read(path)
    lines: list[tuple[float, str, Steps]] = []
    for person, turn in steps.turns(sorted(messages, key=lambda message: message.at)):
        if person.at >= start and not person.text.startswith("/task-planner"):
            lines.append((person.at, str(paths.plain(person.text)), steps.of_turn(turn, paths, left)))
    if lines and lines[0][1].startswith("/implement-plan"):
        lines[0] = (start, f"/implement-plan {plan} --yes", lines[0][2])
    else:
        lines.insert(0, (start, f"/implement-plan {plan} --yes", []))
    before: Event = {}
    for event in events:
        line = typed(event, before)
        before = event
        if line == "":
            left.words.append(f"what a person did is left out: {event['kind']}")
        elif line is not None:
            lines.append((_at(event), line, []))
    cut = [_at(event) for event in events if event["kind"] in LOST and event.get("why") == GONE]
    made: Steps = []
    for at, line, turn_steps in sorted(lines, key=lambda row: row[0]):
        if cut and at >= cut[0]:
            made.append({"resume": True})
            cut = [later for later in cut if later > at]
        made += [{"type": line}, *turn_steps]
    return made


def _at(event: Mapping[str, object]) -> float:
    return datetime.fromisoformat(text(event, "at").replace("Z", "+00:00")).timestamp()


# --- the repository --------------------------------------------------------------------------------------------


def _files(places: Places, opened: Event, left: Left, wanted: bool) -> tuple[str, files.Files]:
    """The plan's path in the recording and the files as they were; the plan's document is always there."""
    path = text(opened, "file")
    relative = os.path.relpath(path, places.project) if path.startswith(places.project + "/") else PLAN
    found = files.tracked(places.project, text(opened, "head"))
    document = files.plan_text(places.project, path, text(opened, "hash"), found.texts.get(relative))
    if document is None:
        left.words.append("the plan's document has changed since; it is written anew from what was started")
        document = to_markdown(plan_from_json(sub(opened, "graph")))
    if not wanted:
        found = files.Files()
    elif sub(sub(opened, "baseline"), "dirty"):
        left.words.append("files that were changed and not committed at the start are as they were committed")
    found.texts[relative] = document
    return relative, found
