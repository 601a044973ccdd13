#!/usr/bin/env python3
"""Draws docs/pictures/: a run of the example as a person sees it. Run it again when the product's words change.

It plays the demonstration's recording through the real hooks and keeps what they answered; nothing is typed by hand. What
differs from run to run (seconds, commits) is left out, so that the pictures change only when the product does. The
pictures fetch nothing: no font, no script.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rich.console import Console
from rich.text import Text

from planweir.attempt.client_settings import Client
from planweir.cli.demo import EXAMPLE
from planweir.play import board
from planweir.play.closing import Row, rows
from planweir.play.hooks_player import Player, Seen, rule_of
from planweir.play.stage import Stage
from planweir.play.story import Story
from planweir.verbs.offer import check_plan

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WIDTH = 116
SHOWN = ("main-thread-edits", "out-of-turn", "scope")  # the denials that are drawn, the first of each

# Only what is on every machine; rich's own template fetches its font.
TEMPLATE = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
 font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""

_SECONDS = re.compile(r",? \d+\.\d s\b")
_COMMIT = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b")
COLOURS = (
    (re.compile(r"^(  fail |Failed)"), "bold red"),
    (re.compile(r"^\s*denied"), "red"),
    (re.compile(r"^(\[✓\]|  ok )"), "green"),
    (re.compile(r"^(\[[→◐]\])"), "yellow"),
    (re.compile(r"^(>|Plan:|What was stopped)"), "bold"),
    (re.compile(r"^(Next:|Type )"), "cyan"),
)


class Witness:
    """Keeps what the pictures need from a play."""

    def __init__(self, stage: Stage, story: Story) -> None:
        self._stage, self._story = stage, story
        self.offer: tuple[str, str] = ("", "")
        self.denials: dict[str, tuple[str, str]] = {}
        self.status = ""
        self._rejected = False

    def tell(self, seen: Seen) -> None:
        self._story.lines(seen)
        if seen.kind == "typed" and not self.offer[0]:
            self.offer = (seen.text, "")
        if seen.kind == "answer" and not self.offer[1]:
            self.offer = (self.offer[0], seen.text)
        if seen.kind == "ended" and seen.text.startswith("FILED fail"):
            self._rejected = True
        if seen.kind == "next" and self._rejected and not self.status:  # no agent runs now: the same in every run
            self.status = self._stage.host.person_runs("task-planner status").text
        if seen.kind == "call" and seen.called is not None and seen.called.denied is not None:
            rule = rule_of(seen.called.denied)
            self.denials.setdefault(rule, (f"{seen.actor}: {_what(seen)}", seen.called.denied))


def _what(seen: Seen) -> str:
    given = seen.given
    what = given.get("file_path") or given.get("command") or given.get("prompt") or ""
    return f"{seen.tool} {' '.join(str(what).split())}"


def pictures() -> dict[str, list[str]]:
    """Name -> lines of each picture, from one run. Raises what the stage and the player raise."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="planweir-pictures-"))
    try:
        stage = Stage(EXAMPLE, folder, lambda words: print(words, file=sys.stderr))
        story = Story(stage.project, lambda: board.read(stage.project))
        witness = Witness(stage, story)
        player = Player(stage.host, stage.recording, witness.tell)
        try:
            player.play()
            stage.host.end_session()
        finally:
            stage.host.cut()
        log = [line.partition(" ")[2] for line in stage.git("log", "--oneline").splitlines()]
        inside = stage.project + "/"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    typed, answer = witness.offer
    denied = [
        line for rule in SHOWN for line in (f"> {witness.denials[rule][0]}", f"  denied: {witness.denials[rule][1]}", "")
    ]
    made = {
        "offer": [f"> {typed}", *_as_installed(answer.splitlines())],
        "denials": denied[:-1],
        "status": ["> /task-planner --status", *witness.status.splitlines()],
        "end": ["What was stopped, and by what", *_stopped(rows(story.stopped)), "", "> git log --format=%s", *log],
    }
    return {name: list(_fitting(line.replace(inside, "") for line in lines)) for name, lines in made.items()}


def _as_installed(offer: list[str]) -> list[str]:
    """The offer of a client that nobody has set up: the recording is of one that is told to start agents itself."""
    said = next(line for line in checked().splitlines() if line.startswith("Engine: "))
    return [said if line.startswith("Engine: ") else line for line in offer]


def checked() -> str:
    """What `check` says of the example's plan to a client without settings."""
    example = FOLDER.parents[1] / "examples" / EXAMPLE
    return check_plan(str(example / "docs" / "plan.md"), str(example), client=Client(str(example), os.devnull, {})).text


def _stopped(table: tuple[Row, ...]) -> list[str]:
    """In an order of their own: agents run side by side, and who is first differs."""
    return [f"  {row.times} × {row.by}" for row in sorted(table, key=lambda row: (not row.by.startswith("denied"), row.by))]


def _fitting(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        words = _COMMIT.sub("…", _SECONDS.sub("", line)).rstrip()
        inner = " " * (len(words) - len(words.lstrip()) + 2)
        yield from textwrap.wrap(words, WIDTH - 1, subsequent_indent=inner, break_on_hyphens=False) or [""]


def svg(name: str, lines: list[str]) -> str:
    """The lines as a terminal's picture."""
    console = Console(record=True, width=WIDTH, height=100, file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)
    style = ""
    for line in lines:
        if not line.startswith("    ") or style not in ("red", "bold"):
            style = next((colour for pattern, colour in COLOURS if pattern.search(line)), "")
        console.print(Text(line, style=style), soft_wrap=True)
    return console.export_svg(title="", code_format=TEMPLATE, unique_id=f"planweir-{name}")


def shown(picture: str) -> list[str]:
    """The lines that a picture shows, without spaces: what a test compares, whoever drew it."""
    found: dict[float, str] = {}
    for y, words in re.findall(r'<text [^>]*y="([\d.]+)"[^>]*>([^<]*)</text>', picture):
        found[float(y)] = found.get(float(y), "") + re.sub(r"\s", "", html.unescape(words))
    return [found[y] for y in sorted(found) if found[y]]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, lines in pictures().items():
        (FOLDER / f"{name}.svg").write_text(svg(name, lines), "utf-8")
        print(f"docs/pictures/{name}.svg")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
