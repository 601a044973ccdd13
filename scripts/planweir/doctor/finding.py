"""What a check found. "Could not check" is a state of its own and never reads as ok."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARN, BAD, UNKNOWN = "ok", "warn", "bad", "unknown"
STATES = (OK, WARN, BAD, UNKNOWN)


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what is so and why it matters, and what to type. `name` is the check's."""

    state: str
    what: str
    mend: str = ""
    name: str = ""

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "state": self.state, "what": self.what, "mend": self.mend}


def ok(what: str) -> list[Finding]:
    return [Finding(OK, what)]


def warn(what: str, mend: str) -> Finding:
    return Finding(WARN, what, mend)


def bad(what: str, mend: str) -> Finding:
    return Finding(BAD, what, mend)


def unknown(what: str, mend: str = "") -> Finding:
    return Finding(UNKNOWN, what, mend)
