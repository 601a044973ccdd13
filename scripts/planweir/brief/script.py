"""The script of a wave. (A stand-in: three plain words of it, until the generator is merged.)"""

from __future__ import annotations

import hashlib
import json
import os
import re

from planweir.brief.render import implementer, principles
from planweir.journal.ready import Due, current_wave, for_script, next_attempt
from planweir.places import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State
    from planweir.places import Places

LONGEST_LIST = 200
FRAME = re.compile(r"\[Workflow harness . computed task\][^\n]*\n")


def stub(state: State) -> str:
    wave, waves = current_wave(state), len(state["waves"])
    names = ", ".join(row.task for row in for_script(state))
    if len(names) > LONGEST_LIST:
        names = names[:LONGEST_LIST].rpartition(",")[0] + " …"
    return f"export const meta = {{name: 'planweir-wave-{wave}', description: 'Wave {wave} of {waves}: {names}'}}\n"


def script(places: Places, state: State) -> str:
    bodies = {}
    for row in for_script(state):
        due = Due(row.task, "implementer", next_attempt(state, row.task, "implementer"))
        bodies[row.task] = implementer(state, due, principles(places, state, row.task)).partition("\n\n")[2]
    return stub(state) + "const bodies = " + json.dumps(bodies) + "\n"


def keep(places: Places, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_whole(path(places, digest), text)
    return digest


def path(places: Places, digest: str) -> str:
    return f"{places.artifacts}/scripts/{digest}.js"


def recognised(places: Places, digest: str, message: str) -> tuple[str, str] | None:
    if not os.path.exists(path(places, digest)):
        return None
    framed = FRAME.match(message)
    if framed:
        lines = message[framed.end() :].split("\n")
        if any(line and not line.startswith("  ") for line in lines):
            return None
        message = "\n".join(line[2:] for line in lines)
    match = re.match(r"\*\*Task ID:\*\* (\S+) \| role: (\S+) \| attempt: \d+\n\n", message)
    with open(path(places, digest), encoding="utf-8") as file:
        bodies = json.loads(file.read().partition("const bodies = ")[2])
    if match is None or match[1] not in bodies:
        return None
    if match[2] == "implementer":
        rest, _, _ = message[match.end() :].partition("\n\n## What came back\n")
        if rest != bodies[match[1]].rstrip("\n") and rest != bodies[match[1]]:
            return None
    return match[1], match[2]
