"""A wave's script as it was let run: kept beside what its agents are known by. What an agent was started for follows from its first
message, held byte for byte against what the script gives an agent; anything else is no agent of it.

Where a person's own words began the run, the client (2.1.329) relays them in a message of its own before that one
(`[Workflow harness — user request] …`): whoever reads a transcript holds each message before the agent's first word against this.
"""

from __future__ import annotations

import hashlib
import json
import re

from planweir.brief import script
from planweir.places import write_whole
from planweir.values import number, rows, sub, table, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.brief.script import Script
    from planweir.journal.types import State
    from planweir.places import Places

CAME_BACK = "\n\n## What came back\n"

_HEADER = re.compile(r"\*\*Task ID:\*\* (\S+) \| role: (\S+) \| attempt: (\d{1,9})\n\n")
# The host's words before a prompt that a script computed, since 2.1.329. Where nobody started the run, a line of that comes first.
_FRAME = re.compile(r"(?:\[Workflow harness \S automated trigger\][^\n]*\n)?\[Workflow harness \S computed task\][^\n]* follows:\n")


def write(places: Places, state: State) -> Script:
    """The script of the current wave, kept: as a file that a person can read, and as what its agents are recognised by."""
    made = script.render(state, places)
    known = {
        key: {"sum": _sum(body), "size": len(body), "model": made.models[key.partition(" ")[0]] if key.endswith(f" {script.IMPLEMENTER}") else ""}
        for key, body in made.bodies.items()
    }
    write_whole(shown_path(places, made.wave), made.words)
    write_whole(kept_path(places, made.sum), json.dumps({"wave": made.wave, "tasks": made.tasks, "left": made.left, "agents": known}, indent=1) + "\n")
    return made


def shown_path(places: Places, wave: int) -> str:
    """Where a person finds the script of `wave`, as it was written last."""
    return f"{places.artifacts}/waves/wave-{wave}.js"


def kept_path(places: Places, sum: str) -> str:
    return f"{places.artifacts}/waves/{sum}.json"


def recognised(places: Places, sum: str, message: str) -> tuple[str, str, int] | None:
    """Task, role and attempt of the agent that the script `sum` started with `message`; None if it started none so."""
    words = prompt_in(message)
    header = _HEADER.match(words) if words is not None else None
    if words is None or header is None or not re.fullmatch(r"[0-9a-f]{64}", sum):
        return None
    try:
        with open(kept_path(places, sum), encoding="utf-8") as file:
            known = sub(sub(table(json.load(file)), "agents"), f"{header[1]} {header[2]}")
        body = words[header.end() : header.end() + number(known, "size")]
        rest = words[header.end() + len(body) :]
        if _sum(body) != text(known, "sum"):
            return None
    except (OSError, ValueError):  # not written, or not as it was: then nobody is recognised by it (Malformed is one)
        return None
    if rest and not (header[2] == script.IMPLEMENTER and rest.startswith(CAME_BACK)):
        return None
    return header[1], header[2], int(header[3])


def prompt_in(message: str) -> str | None:
    """The prompt that a script gave, out of an agent's first message: as it stands, or out of the host's frame, where each of its
    lines is indented by two blanks. What the host adds below, after an empty line and not indented, is none of it."""
    frame = _FRAME.match(message)
    if frame is None:
        return message
    lines = message[frame.end() :].split("\n")
    own = next((at for at, line in enumerate(lines) if not line.startswith("  ")), len(lines))
    if own < len(lines) and lines[own]:
        return None
    return "\n".join(line[2:] for line in lines[:own])


def tasks_of(places: Places, sum: str) -> tuple[list[str], list[str]]:
    """The tasks that the script `sum` held, and those of its wave that had no room; both empty where nothing is known of it."""
    try:
        with open(kept_path(places, sum), encoding="utf-8") as file:
            known = table(json.load(file))
        return [str(name) for name in rows(known, "tasks")], [str(name) for name in rows(known, "left")]
    except (OSError, ValueError):
        return [], []


def _sum(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
