"""What tells of a change after it was made: the next hooks, the next look at the tree, the gate.

`noticed` is all that the corpus asks: which of the changed paths somebody is told about. `truth` is what must not have
changed with them.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass

from tests.redteam.ground import Ground
from tests.redteam.inprocess import Said, environment, here

from planweir.attempt import keeping
from planweir.gate.changes import owners
from planweir.journal.store import Damaged, Journal
from planweir.notice.look import LONG, look

OF_THE_PLUGIN = "of the plugin w"
# The files that the host watches, and what it calls them.
SETTINGS = {
    "app/.claude/settings.json": "project_settings",
    "app/.claude/settings.local.json": "local_settings",
    "user/.claude/settings.json": "user_settings",
}


@dataclass(frozen=True)
class Truth:
    """What the plan is and how far its tasks are, as the journal folds; `broken` where it does not."""

    facts: str
    status: str
    broken: str = ""

    def same_as(self, other: Truth) -> bool:
        """A plan that was blocked because its journal is damaged keeps its truth: a person decides."""
        return self.facts == other.facts and self.status in (other.status, "blocked") and not self.broken

    def differs(self, other: Truth) -> str:
        if self.broken:
            return self.broken
        if self.status != other.status:
            return f"the plan was {other.status} and is {self.status}"
        mine, its = json.loads(self.facts), json.loads(other.facts)
        return ", ".join(f"{key}: {mine[key]!r:.80}" for key in mine if mine[key] != its.get(key))


def truth(ground: Ground) -> Truth:
    """The folded state, less what may honestly change from one look to the next."""
    journal = Journal(ground.places)
    if not journal.exists:
        return Truth("{}", "", "the journal is gone")
    try:
        state = journal.state()
    except Damaged as error:
        return Truth("{}", "", f"the journal is damaged: {error}")
    facts = {
        "plan": [state["plan"]["id"], state["plan"]["hash"], state["plan"]["mode"]],
        "owner": state["owner"]["session"],
        "graph": state["graph"],
        "waves": state["waves"],
        "tasks": {
            name: [row["status"], sorted(row["reviews"]), row["evidence"].get("ok"), row["attempts"]]
            for name, row in state["tasks"].items()
        },
        "allowed": state["allowed"],
        "waivers": state["waivers"],
        "agents": {name: [row["task"], row["role"], row["alive"]] for name, row in state["agents"].items()},
    }
    return Truth(json.dumps(facts, sort_keys=True), state["plan"]["status"])


@dataclass(frozen=True)
class Told:
    """What was told since, and the paths that are told by name."""

    words: str
    incidents: tuple[str, ...]
    paths: frozenset[str]
    stopped: bool  # every call is denied until a person has looked after it

    def names(self, path: str) -> bool:
        """Is somebody told of this path (below the root)? Of our own files an incident need not name each."""
        if path.startswith("app/") and path.removeprefix("app/").rstrip("/") in self.paths:
            return True
        inside = path.removeprefix("app/")
        if path.startswith("plugin/") and any(OF_THE_PLUGIN in words for words in self.incidents):
            return True  # of many files an incident names some
        if any(inside.rstrip("/") in words for words in self.incidents):
            return True
        return bool(self.incidents) and path.startswith(("user/.local/state/planweir/", "user/.claude/plugins/data/"))


def noticed(ground: Ground, changed: list[str], before: int) -> Told:
    """Let the next hooks run and the next gate look, then ask who is told of what. `before`: how many incidents there were
    before the attack, of which the hook after a call may have told already."""
    stopped = hooks(ground, changed)
    paths: set[str] = set()
    with environment(ground.env), contextlib.suppress(Damaged, KeyError):
        look(ground.places, "gate", limit=LONG)
        state = keeping.look(ground.places, Journal(ground.places).state())
        paths = {path.rstrip("/") for path in owners(ground.places, state).nobody}
    fresh = tuple(incidents(ground)[before:])
    words = "; ".join([*fresh, *(sorted(paths) and [f"the gate names {' '.join(sorted(paths))}"])])
    return Told(words, fresh, frozenset(paths), stopped)


def hooks(ground: Ground, changed: list[str]) -> bool:
    """What the host sends next: the calls that follow, a turn's end, a new session. Where the plugin itself was changed, the
    scripts are run as they lie there. Returns whether the last of them refuses even reading."""
    send = _by_process if any(path.startswith("plugin/") for path in changed) else here
    for path in changed:
        source = SETTINGS.get(path)
        if source:
            send(ground, "ConfigChange", {"source": source, "file_path": str(ground.root / path)})
    look: dict[str, object] = {"tool_name": "Bash", "tool_input": {"command": "ls", "description": "x"}}
    rows = [ground.task_row(agent) for agent in ground.agents if agent in ground.callers.values()]
    stop: dict[str, object] = {"stop_hook_active": False, "last_assistant_message": "all done"}
    send(ground, "PreToolUse", {**look, "tool_use_id": ground.next_use()})
    send(ground, "PostToolBatch", {"tool_calls": []})
    send(ground, "Stop", {**stop, "background_tasks": rows, "session_crons": []})
    send(ground, "SessionStart", {"source": "compact"})
    last = send(ground, "PreToolUse", {**look, "tool_use_id": ground.next_use()})
    return "[undecided]" in json.dumps(last)


def _by_process(ground: Ground, name: str, fields: dict[str, object]) -> Said:
    """An event to the script as it lies on the ground, which an attack may have changed."""
    if not ground.scripts(name, str(fields.get("tool_name", ""))):
        return None
    with contextlib.suppress(AssertionError, OSError, ValueError):
        return ground.send(name, "", "", None, **fields).said
    return None


def incidents(ground: Ground) -> list[str]:
    """The journal's events that say that something is not as it should be, in words."""
    try:
        events, _ = Journal(ground.places).events()
    except Damaged:
        return []
    return [json.dumps(row) for row in events if row["kind"] in ("incident", "unexplained", "settings_changed")]
