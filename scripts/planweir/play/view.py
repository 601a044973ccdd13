"""Shows a play on a terminal while it happens: above where each task stands, below what happens, in the end what came of it.

What stands on the screen is a pure function of the story (`screen`); `View` keeps the lines and the clock. Nothing else
in the package needs rich.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from planweir.play.board import Board, Task
from planweir.play.closing import Closing
from planweir.play.story import Line, Story

NARROW, LOW = 60, 18  # columns and rows below which plain lines are better
LOOK_BACK = 60  # lines that are kept for the screen
WHO = 18
PICTURE = (104, 32)  # columns and rows of the picture

# tone -> style, and the seconds that a person needs to take it in
TONES: dict[str, tuple[str, float]] = {
    "head": ("bold", 1.0),
    "person": ("bold cyan", 0.3),
    "main": ("cyan", 0.05),
    "next": ("cyan", 0.05),
    "agent": ("", 0.03),
    "text": ("dim", 0.0),
    "good": ("green", 0.03),
    "bad": ("red", 0.3),
    "fails": ("yellow", 0.6),
    "denied": ("red", 0.9),
    "held": ("yellow", 0.9),
    "rejected": ("magenta", 0.9),
    "void": ("magenta", 0.9),
    "lost": ("bold red", 0.9),
}
# status -> (sign, style, words)
STATUSES = {
    "pending": ("·", "dim", "waits"),
    "in_progress": ("▶", "cyan", "at work"),
    "implemented": ("◐", "cyan", "waits for reviews"),
    "rework": ("↺", "magenta", "to be reworked"),
    "reviewed": ("●", "green", "reviewed; waits for the gate"),
    "scaffold": ("~", "yellow", "committed; nothing reaches it yet"),
    "completed": ("✓", "bold green", "committed"),
    "blocked": ("!", "bold red", "blocked"),
    "skipped": ("-", "dim", "skipped"),
}
INCIDENTS = ("denied", "held", "fails", "rejected", "void", "lost")


def fits(console: Console) -> bool:
    """Is this a place for the live view? Otherwise plain lines are."""
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") in (None, "", "dumb", "unknown")
    return console.is_terminal and not plain and console.width >= NARROW and console.height >= LOW


@dataclass(frozen=True)
class Now:
    """What of a story stands on the screen."""

    board: Board
    working: dict[str, str]
    stopped: int
    lines: tuple[Line, ...]


class View:
    """Shows lines as they come. `slow` stretches the pauses after what went wrong; 0 leaves them out. Where the console is
    no terminal nothing is shown, and a picture can still be had."""

    def __init__(self, story: Story, console: Console, slow: float = 1.0) -> None:
        self._story = story
        self._console = console
        self._slow = slow if console.is_terminal else 0.0
        self._now = self._pictured = Now(Board(), {}, 0, ())
        self._began = time.monotonic()
        self._live = Live(console=console, get_renderable=self._screen, screen=True, refresh_per_second=8)

    def __enter__(self) -> View:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, lines: Sequence[Line]) -> None:
        """One caller at a time."""
        story = self._story
        kept = (*self._now.lines, *lines)[-LOOK_BACK:]
        self._now = Now(story.board, dict(story.working), len(story.stopped), kept)
        if any(line.tone == "rejected" for line in lines):
            self._pictured = self._now
        time.sleep(self._slow * max((TONES[line.tone][1] for line in lines), default=0.0))

    def close(self, end: Closing, yours: Sequence[str]) -> None:
        """What stays on the terminal when the live view is gone."""
        self._console.print(summary(self._now.board, end, yours))

    def picture(self, path: str) -> None:
        """Write the screen as it was at the last rejection as an SVG file. Raises OSError."""
        width, height = PICTURE
        canvas = Console(record=True, width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor")
        canvas.print(screen(self._pictured, width, height))
        canvas.save_svg(path, title="task-planner demo")

    def _screen(self) -> RenderableType:
        seconds = int(time.monotonic() - self._began)
        return screen(self._now, self._console.width, self._console.height, seconds)


def screen(now: Now, width: int, height: int, seconds: int | None = None) -> RenderableType:
    """The whole screen: the board, and as many of the last lines as there is room for."""
    high = max(1, len(now.board.tasks)) + 2
    clock = "" if seconds is None else f"{seconds} s · "
    above = Panel(
        tasks(now.board, now.working, width - 4) if now.board.tasks else Text("No plan is open yet.", style="dim"),
        title=_title(now.board),
        title_align="left",
        subtitle=f"{clock}stopped so far: {now.stopped}",
        subtitle_align="right",
        border_style="cyan",
        height=high,
    )
    room = max(1, height - high - 2)
    below = Panel(
        Group(*rows(now.lines, width - 4)[-room:]), title="what happens", title_align="left", border_style="dim", height=room + 2
    )
    return Group(above, below)


def tasks(board: Board, working: Mapping[str, str], width: int) -> Table:
    """A row for each task: its wave, where it stands, who works on it and, where there is room, what it does."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=6, style="dim")
    table.add_column(width=1)
    title = min(max((len(task.title) for task in board.tasks), default=0), 24 if width < 90 else 36)
    table.add_column(width=title + 3, no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    before = 0
    for task in board.tasks:
        sign, style, _ = STATUSES.get(task.status, ("?", "", ""))
        wave = f"wave {task.wave}" if task.wave != before else ""
        before = task.wave
        table.add_row(wave, Text(sign, style=style), Text(f"{task.id} {task.title}"), _standing(task, working))
    table.expand = True
    table.width = width
    return table


def rows(lines: Sequence[Line], width: int) -> list[Text]:
    """The lines as rows of at most `width` columns; an agent's plain work gets one row."""
    out: list[Text] = []
    for line in lines:
        style = TONES[line.tone][0]
        if line.block:
            out += [_cut(Text("  " + row, style=style), width) for row in line.block.splitlines()]
            continue
        if line.tone == "head":
            out += _wrapped(Text(line.words, style=style), width)
            continue
        plain = line.tone == "agent"
        first = Text(f"{line.who:<{WHO}.{WHO}} ", style="bold" if line.tone in INCIDENTS else "dim")
        words = Text(line.words, style="" if line.tone in INCIDENTS else style)
        if line.came:
            came = Text(f" → {line.came}", style=style or "green")
            words = (_cut(words, max(20, width - WHO - 1 - came.cell_len)) if plain else words) + came
        first.append_text(words)
        out += [_cut(first, width)] if plain else _wrapped(first, width, WHO + 1)
        if line.under:
            out += _wrapped(Text(" " * (WHO + 1) + line.under, style=style), width, WHO + 1)
    return out


def summary(board: Board, end: Closing, yours: Sequence[str]) -> RenderableType:
    """What a person reads when it is over."""
    stopped = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    stopped.add_column("stopped by", no_wrap=True)
    stopped.add_column("", justify="right")
    stopped.add_column("what it was")
    for row in end.stopped:
        style = "red" if row.by.startswith("denied") else "yellow" if row.by.startswith("held") else "magenta"
        stopped.add_row(Text(row.by, style=style), str(row.times), Text("\n".join(row.what)))
    commits = Text("\n".join(end.log), no_wrap=True, overflow="ellipsis")
    return Group(
        Text(f"{_title(board)}: every wave is closed.", style="bold green"),
        stopped,
        Text("What the person comes back to (git log --oneline)", style="bold"),
        Padding(commits, (0, 2)),
        Text("The trailers of the newest", style="bold"),
        Padding(Text(end.trailers, style="dim"), (0, 2)),
        Text("With a plan of your own", style="bold"),
        Padding(Text("\n".join(yours)), (0, 2)),
        "",
        Text(end.counts),
    )


def _title(board: Board) -> str:
    if not board.tasks:
        return "Planweir"
    return f"{board.title} · wave {board.wave} of {board.waves}"


def _standing(task: Task, working: Mapping[str, str]) -> Text:
    """Who works on a task and what it does, or how it stands."""
    _, style, words = STATUSES.get(task.status, ("", "", task.status))
    busy = [(actor.partition(" ")[2], doing) for actor, doing in working.items() if actor.partition(" ")[0] == task.id]
    if busy:
        who, doing = busy[0]
        return Text.assemble((who, "bold cyan"), f"  {doing}")
    parts = [words if task.status != "completed" else f"{words} {task.commit}".rstrip()]
    if task.tests is not None and task.status not in ("pending", "rework"):
        parts.append(f"{task.tests} tests pass")
    if task.rejected:
        parts.append(f"rejected {'once' if task.rejected == 1 else f'{task.rejected} times'}")
    return Text(" · ".join(parts), style=style)


def _wrapped(text: Text, width: int, inner: int = 0) -> list[Text]:
    """`text` on rows of `width`, those after the first set in by `inner`."""
    room = max(20, width - inner)
    head, rest = text[:inner], text[inner:]
    parts = rest.wrap(_MEASURE, room) if inner else text.wrap(_MEASURE, width)
    return [
        (head if not at else Text(" " * inner)) + part if inner else part for at, part in enumerate(parts)
    ]


def _cut(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text


_MEASURE = Console(width=80, file=None)
