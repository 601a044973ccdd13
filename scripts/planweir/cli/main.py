"""`task-planner`: the group, what every command shares, and the exit status.

0 done, 1 the answer is no, 2 usage, 3 our own fault.
"""

from __future__ import annotations

import importlib
import sys

import click

from planweir import __version__
from planweir.attempt.tending import REPAIR
from planweir.cli import (
    artifacts,
    check,
    discard,
    doctor,
    file,
    gate,
    insight,
    log,
    next_,
    person,
    request_scope,
    status,
    thread,
    work,
)
from planweir.host import Unusable
from planweir.journal.lines import Damaged

# What stages, players and packages need is dear to import, and `next` and `gate` run often.
LATE = {"script": "planweir.cli.script", "done": "planweir.cli.done", "package": "planweir.cli.package", "demo": "planweir.cli.demo", "record": "planweir.cli.record", "play": "planweir.cli.record"}


class _Group(click.Group):
    """A group whose commands in LATE are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *LATE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LATE:
            found: click.Command = getattr(importlib.import_module(LATE[cmd_name]), cmd_name)
            return found
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="task-planner")
def task_planner() -> None:
    """Carry out an implementation plan. In Claude Code a person types /implement-plan PLAN."""


for command in (
    check.check,
    status.status,
    next_.next_,
    gate.gate,
    file.file,
    discard.discard,
    request_scope.request_scope,
    insight.insight,
    log.log,
    artifacts.artifacts,
    artifacts.summary,
    doctor.doctor,
    thread.take,
    thread.report,
    *person.COMMANDS,
    *work.COMMANDS,
):
    task_planner.add_command(command)


def main() -> None:
    try:
        task_planner(prog_name="task-planner")
    except (Damaged, Unusable) as error:
        words = str(error) if isinstance(error, Unusable) else f"{error}. {REPAIR}"
        click.echo(f"task-planner: {words}.", err=True)
        sys.exit(3)
    except Exception as error:  # noqa: BLE001 - the last boundary: a traceback helps nobody who typed a command
        click.echo(
            f"task-planner: something of ours failed: {type(error).__name__}: {error}. `task-planner doctor` looks for the cause.",
            err=True,
        )
        sys.exit(3)
