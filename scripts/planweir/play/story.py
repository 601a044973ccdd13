"""A play in plain words: what happened, in a line or two for each thing, for whatever shows them.

Who tried what, what a hook said to it, what a gate found; and at the end everything that was stopped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from planweir.play.board import Board, set_back, task_of
from planweir.play.recording import MAIN
from planweir.play.seen import Seen, rule_of

PLANWEIR = "Planweir"

# What is worth a line of a command's output: its last line, for these commands.
_TOLD = re.compile(r"\bpytest\b|^task-planner file\b|\btools/")
_GATE_TONES = {"  ok ": "good", "  fail ": "bad", "Passed": "good", "Failed": "bad"}
_SHA = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Line:
    """`who` does `words`; `came` is what came of it, in few words; `under` what Planweir said to it; `block` a longer text,
    set in. `tone` says what it is: head, person, main, agent, next, denied, held, fails, rejected, void, lost, good, bad, text."""

    who: str = ""
    words: str = ""
    tone: str = "agent"
    came: str = ""
    under: str = ""
    block: str = ""


@dataclass(frozen=True)
class Stopped:
    """Something that did not get through: `by` a rule, a reviewer or a check, and what it was."""

    by: str
    who: str
    what: str


class Story:
    """Turns what a player tells into lines. `read` gives the board as it is now, None where there is none."""

    def __init__(self, project: str, read: Callable[[], Board | None] = lambda: None) -> None:
        self.board = Board()
        self.working: dict[str, str] = {}  # the actors that run, and what each is doing
        self.stopped: list[Stopped] = []
        self._read = read
        # Only where a path begins: the project's path is also a part of other paths.
        self._inside = re.compile(r"(?<![\w/.-])" + re.escape(project) + "/")
        self._answered: set[str] = set()
        self._next = ""

    def lines(self, seen: Seen) -> list[Line]:
        lines = {
            "typed": self._typed,
            "answer": self._answer,
            "next": self._asked,
            "started": self._started,
            "ended": self._ended,
            "held": self._held,
            "call": self._call,
            "cut": self._cut,
            "resumed": self._resumed,
        }[seen.kind](seen)
        self._now(seen, lines)
        after = self._read()
        if after is None:
            return lines
        before, self.board = self.board, after
        # What the board shows has happened before what the player tells of it: `next` looks, then answers.
        return [*self._set_back(before, after), *lines]

    def short(self, text: str) -> str:
        """Paths in the project without where the project lies."""
        return self._inside.sub("", text)

    # --- what is told ----------------------------------------------------------------------------------------------

    def _typed(self, seen: Seen) -> list[Line]:
        return [*_heading(seen.note), Line(seen.actor, f"types {seen.text}", "person")]

    def _answer(self, seen: Seen) -> list[Line]:
        """An answer whole, but for the lines that an earlier one has shown already."""
        lines = self.short(seen.text).splitlines()
        fresh = [line for line in lines if line not in self._answered]
        self._answered.update(lines)
        more = ["… (the rest as above)"] if len(fresh) < len(lines) else []
        return [Line(tone="text", block="\n".join([*fresh, *more]))]

    def _asked(self, seen: Seen) -> list[Line]:
        self._next = seen.text
        words = seen.text.partition(" with the Agent calls")[0].partition(" Tell the person")[0]
        return [Line(seen.actor, f"asks `task-planner next`: {words}", "next")]

    def _started(self, seen: Seen) -> list[Line]:
        return [Line(seen.actor, "starts, with the brief that Planweir wrote for it")]

    def _ended(self, seen: Seen) -> list[Line]:
        if seen.text == self._next:
            return [Line(seen.actor, "ends its turn")]
        first, _, rest = seen.text.partition("\n")
        why = rest.partition("\n")[0] if first.startswith("FILED") else ""
        words = f"ends: {first}" + (f" ({why})" if why else "")
        if first.startswith("FILED fail"):
            role = seen.actor.split()[1] if " " in seen.actor else "review"
            self.stopped.append(Stopped(role, seen.actor, why or first))
            return [Line(seen.actor, words, "rejected", under=f"rejected: {task_of(seen.actor)} goes to rework.")]
        return [Line(seen.actor, words)]

    def _held(self, seen: Seen) -> list[Line]:
        first = seen.text.partition("\n")[0]
        by = rule_of(seen.reason) or ("stop" if seen.actor == MAIN else "held")
        self.stopped.append(Stopped(by, seen.actor, seen.note or f"ends: {first}"))
        return [Line(seen.actor, f"ends: {first}" + _noted(seen), "held", under=f"held: {_told(self.short(seen.reason))}")]

    def _cut(self, seen: Seen) -> list[Line]:
        return [Line(seen.actor, seen.note or "the client is killed", "lost", under="the session is gone; no hook heard of it.")]

    def _resumed(self, seen: Seen) -> list[Line]:
        told = "the hook at the session's start tells the model where the plan stands."
        return [*_heading(seen.note), Line(seen.actor, "resumes the session", "person", under=told if seen.text else "")]

    def _call(self, seen: Seen) -> list[Line]:
        called = seen.called
        if called is None:
            return []
        what = self._what(seen)
        if called.denied is not None:
            rule = rule_of(called.denied)
            self.stopped.append(Stopped(rule or "no tool", seen.actor, seen.note or what))
            words = f"denied [{rule}]: {_told(self.short(called.denied))}" if rule else "refused: this agent has no such tool."
            return [Line(seen.actor, what + _noted(seen), "denied", under=words)]
        if called.result is None:
            return []
        command = str(seen.given.get("command", ""))
        if command.startswith("task-planner gate"):
            out = str(called.result.response.get("stdout", ""))
            if not called.ok:
                self.stopped.append(Stopped("gate", seen.actor, out.rstrip().rpartition("\n")[2]))
            return [Line(seen.actor, what, "main"), *gate_lines(self.short(out))]
        tone = "main" if seen.actor == MAIN else "agent"
        lines = [line for line in called.result.text.splitlines() if line.strip()]
        if not _TOLD.search(command) or not lines:
            return [Line(seen.actor, what + _noted(seen), tone)]
        said = _SHA.sub("", lines[-1]).replace("Filed :", "filed:").strip()
        if called.ok:
            return [Line(seen.actor, what + _noted(seen), tone, came=said)]
        self.stopped.append(Stopped("tests", seen.actor, f"{said} ({command})"))
        return [Line(seen.actor, what + _noted(seen), "fails", came=f"fails: {said}")]

    def _what(self, seen: Seen) -> str:
        if seen.tool == "Bash":
            command, _, rest = str(seen.given.get("command", "")).partition("\n")
            return f"runs {self.short(command).removesuffix(' <<' + chr(39) + 'JSON' + chr(39))}" + (" …" if rest else "")
        if seen.tool == "Agent":
            return f"starts an agent: {seen.given.get('prompt')}"
        return f"{seen.tool.lower()}s {self.short(str(seen.given.get('file_path', '')))}"

    # --- the board -------------------------------------------------------------------------------------------------

    def _now(self, seen: Seen, lines: list[Line]) -> None:
        if seen.kind == "cut":
            self.working.clear()
        elif seen.kind == "ended":
            self.working.pop(seen.actor, None)
        elif task_of(seen.actor) and lines:
            self.working[seen.actor] = lines[0].words

    def _set_back(self, before: Board, after: Board) -> list[Line]:
        found: list[Line] = []
        for name, what, why in set_back(before, after):
            if what == "void":
                self.stopped.append(Stopped("void review", name, why))
                found.append(Line(PLANWEIR, f"voids the reviews of {name}: {why}", "void"))
            else:
                self.stopped.append(Stopped("lost attempt", name, why))
                found.append(Line(PLANWEIR, f"takes {name} back: {why}", "void"))
        return found


def gate_lines(text: str) -> list[Line]:
    """A gate's output, each line by itself. What its commands printed is set in further."""
    return [
        Line(tone=next((tone for start, tone in _GATE_TONES.items() if row.startswith(start)), "text"), block=row)
        for row in text.splitlines()
    ]


def _heading(note: str) -> list[Line]:
    return [Line(tone="head", words=note)] if note else []


def _noted(seen: Seen) -> str:
    return f"  ({seen.note})" if seen.note else ""


def _told(reason: str) -> str:
    """A reason without its heading and without what the rule is for: what, and the next legal step."""
    words = reason.partition("]: ")[2] or reason.removeprefix("Planweir: ")
    before, mark, step = words.rpartition(" Next: ")
    return f"{before.partition('. ')[0]}. Next: {step}" if mark else words
