"""Shows a play as plain lines, for pipes, logs and small terminals."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import click

from planweir.play.closing import Closing
from planweir.play.story import Line

WHO = 21  # columns for who does something
WIDTH = 110
GAP = " " * (WHO + 1)
INSET = "    "


class Narrator:
    """Prints lines as they come."""

    def show(self, lines: Sequence[Line]) -> None:
        for line in lines:
            for row in plain(line):
                click.echo(row)

    def close(self, end: Closing, yours: Sequence[str]) -> None:
        click.echo("\nWhat was stopped, and by what")
        for row in end.stopped:
            click.echo(f"{INSET}{row.times} × {row.by}")
            for what in row.what:
                for part in _wrapped(what, WIDTH - 12, "  "):
                    click.echo(f"{INSET}{INSET}{part}")
        click.echo("\ngit log --oneline")
        click.echo(textwrap.indent("\n".join(end.log), INSET))
        click.echo("\nThe trailers of the newest")
        click.echo(textwrap.indent(end.trailers, INSET))
        click.echo("\nWith a plan of your own")
        click.echo(textwrap.indent("\n".join(yours), INSET))
        click.echo(f"\n{end.counts}")


def plain(line: Line) -> list[str]:
    """A line as the rows that are printed."""
    if line.tone == "head":
        return ["", line.words]
    if line.block:
        return [INSET + part for row in line.block.splitlines() for part in _set_in(row, line.tone)]
    whole = f"{line.who:<{WHO}} {line.words}"
    out = ["", whole] if line.tone == "next" else [whole]
    if line.came and len(whole) + len(line.came) + 4 <= WIDTH:
        out[-1] = f"{whole}  → {line.came}"
    elif line.came:
        out += [GAP + part for part in _wrapped(f"→ {line.came}", WIDTH - len(GAP))]
    return [*out, *(GAP + part for part in _wrapped(line.under, WIDTH - len(GAP)))]


def _set_in(row: str, tone: str) -> list[str]:
    """Long rows of an answer are wrapped; a gate's own stay as they are."""
    inner = " " * (len(row) - len(row.lstrip()) + 2)
    return _wrapped(row, WIDTH - len(INSET), inner) if tone == "text" and row.strip() else [row]


def _wrapped(words: str, width: int, inner: str = "") -> list[str]:
    return textwrap.wrap(words, width, subsequent_indent=inner, break_on_hyphens=False, break_long_words=False)
