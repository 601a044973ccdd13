"""Prints a play as it happens, in a line or two for each thing: who, what, what Planweir said."""

from __future__ import annotations

import re
import textwrap
from collections import Counter

import click

from planweir.play.hooks_player import Seen, rule_of

WHO = 21  # columns for who does something
WIDTH = 110
GAP = " " * (WHO + 1)
INSET = "    "

# What is worth a line of a command's output: its last line, for these commands.
_TOLD = re.compile(r"\bpytest\b|^task-planner file\b")
_GATE_COLOURS = {"  ok ": "green", "  fail ": "red", "Passed": "green", "Failed": "red"}
_SHA = re.compile(r"\b[0-9a-f]{64}\b")


class Narrator:
    """`tell` is for a player; `rules` counts the denials that were printed, by rule."""

    def __init__(self, project: str) -> None:
        self.rules: Counter[str] = Counter()
        # Only where a path begins: the project's path is also a part of other paths.
        self._inside = re.compile(r"(?<![\w/.-])" + re.escape(project) + "/")
        self._answered: set[str] = set()
        self._next = ""

    def head(self, words: str) -> None:
        click.echo("\n" + click.style(words, bold=True))

    def block(self, text: str, wrap: bool = True) -> None:
        """A longer text, set in."""
        for line in self._short(text).splitlines():
            inner = " " * (len(line) - len(line.lstrip()) + 2)
            rows = _wrapped(line, WIDTH - len(INSET), inner) if wrap else [line]
            for row in rows or [""]:
                click.echo(INSET + click.style(row, fg=None if wrap else _gate_colour(row)))

    def tell(self, seen: Seen) -> None:
        {
            "typed": self._typed,
            "answer": self._answer,
            "next": self._asked,
            "started": self._started,
            "ended": self._ended,
            "held": self._held,
            "call": self._call,
        }[seen.kind](seen)

    # --- what is told ----------------------------------------------------------------------------------------------

    def _typed(self, seen: Seen) -> None:
        self._line(seen.actor, f"types {seen.text}", "cyan")

    def _answer(self, seen: Seen) -> None:
        """An answer whole, but for the lines that an earlier one has shown already."""
        lines = seen.text.splitlines()
        fresh = [line for line in lines if line not in self._answered]
        self.block("\n".join([*fresh, *(["… (and the plan, as above)"] if len(fresh) < len(lines) else [])]))
        self._answered.update(lines)

    def _asked(self, seen: Seen) -> None:
        self._next = seen.text
        click.echo()
        self._line(seen.actor, f"asks `task-planner next`: {seen.text.partition(' with the Agent calls')[0]}", "cyan")

    def _started(self, seen: Seen) -> None:
        self._line(seen.actor, "starts, with the brief that Planweir wrote for it")

    def _ended(self, seen: Seen) -> None:
        if seen.text == self._next:
            self._line(seen.actor, "ends its turn")
            return
        first, _, rest = seen.text.partition("\n")
        why = rest.partition("\n")[0] if first.startswith("FILED") else ""
        self._line(seen.actor, f"ends: {first}" + (f" ({why})" if why else ""))

    def _held(self, seen: Seen) -> None:
        self._line(seen.actor, f"ends: {seen.text.partition(chr(10))[0]}" + _noted(seen))
        self._under(f"held: {_told(seen.reason)}", "yellow")

    def _call(self, seen: Seen) -> None:
        called = seen.called
        if called is None:
            return
        what = self._what(seen) + _noted(seen)
        if called.denied is not None:
            rule = rule_of(called.denied)
            self._line(seen.actor, what)
            if rule:
                self.rules[rule] += 1
                self._under(f"denied [{rule}]: {_told(self._short(called.denied))}", "red")
            else:  # the agent does not have the tool
                self._under("refused by the client: it has no such tool", "red")
            return
        if called.result is None:
            return
        command = str(seen.given.get("command", ""))
        if command.startswith("task-planner gate"):
            self._line(seen.actor, what, "cyan")
            self.block(str(called.result.response.get("stdout", "")), wrap=False)
            return
        lines = [line for line in called.result.text.splitlines() if line.strip()]
        if _TOLD.search(command) and lines:
            said = _SHA.sub("", lines[-1]).replace("Filed :", "filed:").strip()
            self._line(seen.actor, what, said=("" if called.ok else "fails: ") + said, colour=None if called.ok else "yellow")
        else:
            self._line(seen.actor, what)

    # --- how -------------------------------------------------------------------------------------------------------

    def _what(self, seen: Seen) -> str:
        if seen.tool == "Bash":
            command, _, rest = str(seen.given.get("command", "")).partition("\n")
            return f"runs {self._short(command).removesuffix(' <<' + chr(39) + 'JSON' + chr(39))}" + (" …" if rest else "")
        if seen.tool == "Agent":
            return f"starts an agent: {seen.given.get('prompt')}"
        return f"{seen.tool.lower()}s {self._short(str(seen.given.get('file_path', '')))}"

    def _line(self, who: str, words: str, colour: str | None = None, said: str = "") -> None:
        whole = f"{who:<{WHO}} {words}"
        if not said:
            click.echo(click.style(whole, fg=colour))
        elif len(whole) + len(said) + 4 <= WIDTH:
            click.echo(f"{whole}  → " + click.style(said, fg=colour))
        else:
            click.echo(whole)
            self._under(f"→ {said}", colour)

    def _under(self, words: str, colour: str | None) -> None:
        for row in _wrapped(words, WIDTH - len(GAP)):
            click.echo(GAP + click.style(row, fg=colour))

    def _short(self, text: str) -> str:
        return self._inside.sub("", text)


def _wrapped(words: str, width: int, inner: str = "") -> list[str]:
    return textwrap.wrap(
        words, width, subsequent_indent=inner, break_on_hyphens=False, break_long_words=False
    )


def _gate_colour(line: str) -> str | None:
    """Of one line of a gate's output; what its commands printed is set in further and keeps its own."""
    return next((colour for start, colour in _GATE_COLOURS.items() if line.startswith(start)), None)


def _noted(seen: Seen) -> str:
    return f"  ({seen.note})" if seen.note else ""


def _told(reason: str) -> str:
    """A reason without its heading and without what the rule is for: what, and the next legal step."""
    words = reason.partition("]: ")[2] or reason.removeprefix("Planweir: ")
    before, mark, step = words.rpartition(" Next: ")
    return f"{before.partition('. ')[0]}. Next: {step}" if mark else words
