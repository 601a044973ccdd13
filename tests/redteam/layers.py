"""What each layer is worth: the guard, the client's Bash sandbox behind it, and the sandbox alone.

    layers = Layers(folder)
    outcome = layers.behind(case, who)   # what became of an attack that the guard lets pass
    layers.alone(case)                   # True: stopped, False: not, None: it changes nothing anyhow
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.redteam.cases import Case
from tests.redteam.executor import Arena, Outcome
from tests.redteam.ground import Field
from tests.redteam.hosted import SCRATCH, Host

# What attacks are after, by how `hits` begins; the first that fits.
PLACES = (
    ("Planweir's record", r"\{[HBR]\}|\{DATA\}|\{U\}/(?:\.local|\.claude/plugins/data)"),
    ("the plugin", r"\{PLUGIN\}"),
    ("the person's home", r"\{U\}|~"),
    ("the project's settings", r"\.claude/settings"),
    ("git's hooks and configuration", r"\.git/(?:hooks|config|info)"),
    ("git's branches, index, stash", r"\.git(?:/|\Z)"),
    ("a person's verbs, other sessions", r"(?:plan|session|x|app)\Z"),
    ("the plan and its rendering", r"docs/plan\.md|\.claude/state"),
    ("files of others in the project", r""),
)


def place(case: Case) -> str:
    return next(name for name, pattern in PLACES if re.match(pattern, case.hits))


class Layers:
    """One client, its field, and three ways to fight on it. To be closed."""

    def __init__(self, folder: Path) -> None:
        self.field = Field(folder, SCRATCH)
        self.host = Host(self.field, folder / "client")
        self._client = Arena(self.field, perform=self.host.perform)
        self._line = Arena(self.field, perform=self.host.line.perform)
        self._free = Arena(self.field)

    def close(self) -> None:
        self.host.close()

    def behind(self, case: Case, who: str) -> Outcome:
        """An attack, asked for and where it passes given to the client. `stopped`: it changed nothing."""
        came = self._client.fight(case, who)
        return replace(came, came="stopped") if came.came == "void" else came

    def alone(self, case: Case) -> bool | None:
        """Does the sandbox stop an attack that nobody asks about?"""
        who = case.who[0]
        if self._line.effect(case, who):
            return False
        return True if self._free.effect(case, who) else None


class Worth:
    """Counts by place, printed as the Markdown that benchmarks/README.md holds."""

    KEYS = ("attacks", "denied", "passes", "stopped", "noticed", "missed", "can", "alone")
    HEADS = ("attacks", "the guard prevents", "it lets pass", "of these stopped", "noticed", "missed", "change anything", "stopped without the guard")

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = {}

    def count(self, case: Case, came: str, alone: bool | None) -> None:
        """`came`: what the worst of the callers met with both layers, `denied` where the guard suffices."""
        row = self.rows.setdefault(place(case), Counter())
        row["attacks"] += 1
        row[came] += 1
        row["passes"] += came != "denied"
        row["can"] += alone is not None
        row["alone"] += alone is True

    def lines(self) -> list[str]:
        found = [f"| | {' | '.join(self.HEADS)} |", "|---|" + "---:|" * len(self.HEADS)]
        rows = [(name, self.rows[name]) for name, _ in PLACES if name in self.rows]
        for name, row in [*rows, ("all", sum(self.rows.values(), Counter[str]()))]:
            found.append(f"| {name} | {' | '.join(str(row[key]) for key in self.KEYS)} |")
        return found
