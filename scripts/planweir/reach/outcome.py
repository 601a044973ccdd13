"""What is asked about (a module, or a definition in an old one) and what was found of it."""

from __future__ import annotations

from dataclasses import dataclass

# `wired`: a way leads there. `exempt`: the plan says why none does. `orphan`: none does. The last two are no answer.
WIRED, EXEMPT, ORPHAN, UNSUPPORTED, ERROR = "wired", "exempt", "orphan", "unsupported", "error"
UNKNOWN = (UNSUPPORTED, ERROR)


@dataclass(frozen=True)
class Asked:
    """A file that a task changed; `before`: its text when the task began, None where the task added it."""

    path: str
    before: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What was found of one module (`name` is empty) or of one definition in it."""

    path: str
    word: str
    detail: str
    name: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line} {self.name}" if self.name else self.path
        return f"{place}: {self.detail}"


class TooLong(Exception):
    """The time that the question may take is over."""
