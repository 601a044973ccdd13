"""`task-planner`: the group, what every command shares, and the exit status.

0 done, 1 the answer is no, 2 usage, 3 our own fault.
"""

from __future__ import annotations

import sys

import click

from planweir import __version__
from planweir.cli import artifacts, check, demo, discard, doctor, file, gate, log, next_, person, status, work


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
    log.log,
    artifacts.artifacts,
    artifacts.summary,
    doctor.doctor,
    demo.demo,
    *person.COMMANDS,
    *work.COMMANDS,
):
    task_planner.add_command(command)


def main() -> None:
    try:
        task_planner(prog_name="task-planner")
    except Exception as error:  # noqa: BLE001 - the last boundary: a traceback helps nobody who typed a command
        click.echo(
            f"task-planner: something of ours failed: {type(error).__name__}: {error}. `task-planner doctor` looks for the cause.",
            err=True,
        )
        sys.exit(3)
