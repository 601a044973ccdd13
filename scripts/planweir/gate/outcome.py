"""What a gate finds: one row a check, and the whole. The names of checks stand here too."""

from __future__ import annotations

from dataclasses import dataclass, field

NO_SETUP = "the plan names no `Setup:` (what a clean checkout needs before Verify; `true` if nothing)"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.gate.commands import Ran


# The checks of `complete` in their order; the plan's commands come after `tree`, each under its own name.
FINAL = (
    "journal", "plan", "document", "tasks", "gates", "running", "reviewed", "findings", "persons", "commits", "changes",
    "reach", "defects", "tree", "programs", "fewer-tests", "criteria", "meanwhile",
)  # fmt: skip
# They say whether there is finished work at all: no person can waive that.
NEVER_WAIVED = ("journal", "plan", "tasks", "gates", "running", "meanwhile")
OPEN_RESULTS = ("not yet", "not looked at", "not checked")  # neither passed nor failed: told as such


@dataclass
class Check:
    """One check. `result` is ok, fail, waived, `not yet`, `not looked at` or `not checked` (it could not be); `files` are what it blames."""

    name: str
    result: str
    said: str
    details: list[str] = field(default_factory=list)
    mend: str = ""
    files: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)  # tasks whose reviews it makes void
    persons: bool = False  # only a person can settle it
    ran: Ran | None = None

    @property
    def failed(self) -> bool:
        return self.result == "fail"

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "result": self.result,
            "said": self.said,
            "details": self.details,
            "mend": self.mend,
            "tasks": self.tasks,
            **(
                {"exit": self.ran.exit, "command": self.ran.command, "seconds": self.ran.seconds}
                if self.ran
                else {}
            ),
        }


def table(checks: list[Check]) -> list[str]:
    """One line a check, in columns no wider than what stands in them."""
    first = max((len(check.result) for check in checks), default=0)
    second = max((len(check.name) for check in checks), default=0)
    return [f"  {check.result:<{first}} {check.name:<{second}} {check.said}" for check in checks]


@dataclass
class Gate:
    """What one run of the gate found. `due` is False when it was not the gate's turn: nothing is counted then."""

    wave: int
    waves: int
    plan: str = ""
    checks: list[Check] = field(default_factory=list)
    passed: bool = False
    due: bool = True
    last: bool = False
    tree: str = ""
    swapped: list[str] = field(default_factory=list)  # files that held something else while its commands ran
    scaffold: dict[str, str] = field(default_factory=dict)  # task -> what of it nothing reaches
    wired: list[str] = field(default_factory=list)  # scaffold tasks that are reached now
    foreign: list[str] = field(default_factory=list)  # commits of others that it judged
    accepted: str = ""  # the tree that was judged, before the gate's own commands and commits
    say: str = ""
    told: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        shown = [f"Gate of wave {self.wave}/{self.waves}"]
        for check, row in zip(self.checks, table(self.checks), strict=True):
            shown.append(row)
            shown += [f"      {line}" for detail in check.details for line in detail.splitlines()]
            if check.failed and check.mend:
                shown.append(f"      Next: {' '.join(check.mend.splitlines())}")
        return [*shown, *self.told, self.say]

    def to_json(self) -> dict[str, object]:
        return {
            "wave": self.wave,
            "waves": self.waves,
            "passed": self.passed,
            "due": self.due,
            "tree": self.tree,
            "checks": [check.to_json() for check in self.checks],
            "say": self.say,
        }


LIVE = ("open", "paused", "blocked")


class NotOpen(Exception):
    """There is no open plan to gate."""
