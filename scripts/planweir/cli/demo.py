"""`task-planner demo`: a recording of agents played through the real hooks, in a repository of its own."""

from __future__ import annotations

import os
import sys
import tempfile

import click

from planweir import runtime
from planweir.play.hooks_player import Disagreement, Player
from planweir.play.hooksfile import BadHooks
from planweir.play.narrator import Narrator
from planweir.play.recording import BadRecording
from planweir.play.stage import NoStage, Stage

EXAMPLE = "link-shortener"


@click.command()
def demo() -> None:
    """Play a small plan with recorded agents: hooks, tests, gates and commits are real."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="planweir-demo-"))
    try:
        _play(folder)
    except (NoStage, runtime.NoRuntime) as error:
        click.echo(f"The demo cannot be played here: {error}.", err=True)
        sys.exit(3)
    except (Disagreement, BadRecording, BadHooks) as error:
        click.echo(f"\nThe run is not what was recorded. {error}\nEverything is left in {folder}.", err=True)
        sys.exit(1)


def _play(folder: str) -> None:
    """Play the example in `folder`. Raises what the stage and the player raise."""
    click.echo(
        f"""Planweir's demo: a plan of three tasks, carried out in a repository of its own.
What the agents say and call comes from a recording, their mistakes included. The rest is real: the hooks that
judge each call, the tests, the gates, the commits. Everything is written to {folder}."""
    )
    stage = Stage(EXAMPLE, folder, click.echo)
    narrator = Narrator(stage.project)
    player = Player(stage.host, stage.recording, narrator.tell)
    stage.host.start_session()
    narrator.head("A person types the plan's name, sees what it is, and starts it")
    player.type(f"/implement-plan {stage.recording.plan}")
    player.type("/implement-plan go")
    player.finish()
    narrator.head("Every wave is closed: task-planner status")
    narrator.block(stage.host.person_runs("task-planner status").text, wrap=False)
    narrator.head("A person ends the plan")
    told = player.type("/task-planner --complete")
    stage.host.end_session()
    narrator.head("git log --oneline")
    log = stage.git("log", "--oneline")
    narrator.block(log)
    commits = [line for line in log.splitlines() if line.split()[1].rstrip(":") in ("T1", "T2", "T3")]
    if "done: " not in told or len(commits) != 3:
        raise Disagreement(f"the plan was not ended with three commits: {told}")
    seen = player.counts
    click.echo(f"\nThe repository is left for you to look at: {stage.project}")
    click.echo(f"Rules that denied a call: {', '.join(sorted(narrator.rules))}")
    click.echo(
        f"Seen, all as recorded: {_many(seen['started'], 'agent')}, {_many(seen['denied'], 'denied call')}, "
        f"{_many(seen['held'], 'held end')}, {_many(seen['rejected'], 'failed review')}, "
        f"{_many(seen['failed gate'], 'failed gate')}, {_many(seen['passed gate'], 'passed gate')}, "
        f"{_many(len(commits), 'commit')}."
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
