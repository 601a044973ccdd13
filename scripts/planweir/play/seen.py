"""What a player tells of a play, and how it says that a recording and a run disagree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from planweir.play.host import Called
from planweir.play.recording import Json

_RULE = re.compile(r"Planweir \[([a-z-]+)\]")


class Disagreement(Exception):
    """The recording and the run say different things; the text says where, what was wanted and what came."""


@dataclass(frozen=True)
class Seen:
    """Something that happened, for who watches.

    `kind`: typed (a person's command), answer (what they were told), call (`called` says how it ended), next (what
    `task-planner next` said), started, ended (`text` is the last message), held (the same, and `reason` why it goes on),
    cut (the client was killed when `actor` stood there), resumed (`text` is what the session is told at its start).
    """

    kind: str
    actor: str
    text: str = ""
    tool: str = ""
    given: Mapping[str, Json] = field(default_factory=dict)
    called: Called | None = None
    reason: str = ""
    note: str = ""


def rule_of(reason: str) -> str:
    """The rule that a denial names; empty where it names none."""
    found = _RULE.search(reason)
    return found[1] if found else ""
