"""`task-planner record`: a recording of a run, for a report of a bug; `task-planner play` plays one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile

import click

from planweir import runtime
from planweir.cli.common import places, refuse
from planweir.journal.store import Damaged, Journal
from planweir.places import Places
from planweir.play import board
from planweir.play.client.fetch import Unavailable
from planweir.play.client.player import ClientPlayer
from planweir.play.client.staged import client_player, have_client
from planweir.play.hooks_player import Player
from planweir.play.hooksfile import BadHooks
from planweir.play.narrator import Narrator
from planweir.play.record.redact import redacted
from planweir.play.record.retell import NoRun, Retold, retell
from planweir.play.recording import BadRecording, load
from planweir.play.seen import Disagreement, Seen
from planweir.play.stage import PLUGIN, NoStage, Stage
from planweir.play.story import Story

SHOWN = 8  # files that are named where some are left out


@click.command()
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True), help="Write it to this file; else RECORDING.json here.")
@click.option("--plan", "plan_id", default="", help="The archived plan with this id (or its beginning), not the open or newest one.")
@click.option("--no-files", is_flag=True, help="Leave the repository's files out; it can then be read, not played.")
@click.option("--redact", is_flag=True, help="Leave out what was written, said and run; for reading alone.")
@click.option("--transcripts", type=click.Path(file_okay=False), help="The client's folder, where that is not ~/.claude.")
def record(output: str | None, plan_id: str, no_files: bool, redact: bool, transcripts: str | None) -> None:
    """Make a recording of the open plan's run, or of the one that ended last."""
    found = places()
    config = transcripts or os.environ.get("CLAUDE_CONFIG_DIR") or os.path.expanduser("~/.claude")
    try:
        made = retell(_chosen(found, plan_id), os.path.abspath(config), with_files=not (no_files or redact))
    except (NoRun, Damaged) as error:
        refuse(f"No recording was made: {error}.", False)
    except subprocess.CalledProcessError as error:
        refuse(f"No recording was made: the commit where the plan began is not to be had ({error}).", False)
    path = output or "RECORDING.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(redacted(made.recording) if redact else made.recording, file, indent=1, ensure_ascii=False)
        file.write("\n")
    for line in told(path, made, redact, no_files):
        click.echo(line)


def told(path: str, made: Retold, redact: bool, no_files: bool) -> list[str]:
    """What a person must know before they give the file to somebody."""
    actors = made.recording["actors"]
    count = len(actors) if isinstance(actors, dict) else 0
    lines = [f"{path}: a recording of {count - 1} agents and the main thread."]
    if redact:
        lines.append("Who called which tool on which file, in what order and with which end is in it; contents are not. It is for reading.")
    else:
        lines.append(
            "THIS FILE HOLDS YOUR CODE AND WORDS: all that agents wrote, ran and said, the plan"
            + ("" if no_files else f", and {len(made.files.texts)} files of the repository as it was when the plan began")
            + ". Look through it before you give it to anybody; --redact leaves contents out."
        )
    if made.files.left:
        names = sorted(made.files.left)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        lines.append("Files left out: " + ", ".join(f"{name} ({made.files.left[name]})" for name in names[:SHOWN]) + more)
    if made.left.calls:
        lines.append("Calls left out: " + ", ".join(f"{n} × {tool}" for tool, n in sorted(made.left.calls.items())))
    lines += [f"Note: {words}." for words in dict.fromkeys(made.left.words)]
    if not redact and not no_files:
        lines.append(f"`task-planner play {path}` plays it.")
    return lines


def _chosen(found: Places, plan_id: str) -> Places:
    """The open plan's journal, or the archived one that is asked for, or the newest. Raises NoRun."""
    if not plan_id and Journal(found).exists:
        return found
    folders = sorted(os.listdir(found.archive)) if os.path.isdir(found.archive) else []
    fitting = [name for name in folders if name.startswith(plan_id)]
    if not fitting:
        raise NoRun(f"no plan {plan_id} is kept here" if plan_id else "no plan is open here, and none has ended")
    archived = Places(found.home, found.project)
    archived.base = f"{found.archive}/{fitting[-1]}"
    return archived


@click.command()
@click.argument("recording", type=click.Path(exists=True, dir_okay=False))
@click.option("--client", type=click.Choice(["claude"]), help="Play it through the real Claude Code, fetched once with npm.")
@click.option("--keep", is_flag=True, help="Leave the repository to be looked at.")
def play(recording: str, client: str | None, keep: bool) -> None:
    """Play RECORDING in a repository of its own, and say where the run is not what was recorded.

    What it holds is run on this machine as commands: play only what you have looked through."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="planweir-play-"))
    status = 0
    try:
        _play(recording, folder, client)
        click.echo("\nThe run is what was recorded.")
    except (BadRecording, NoStage, runtime.NoRuntime, Unavailable) as error:
        click.echo(f"It cannot be played here: {error}.", err=True)
        status = 3
    except (Disagreement, BadHooks) as error:
        click.echo(f"\nThe run is not what was recorded. {error}", err=True)
        status = 1
    if keep:
        click.echo(f"Everything is left in {folder}.")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)


def _play(recording: str, folder: str, client: str | None) -> None:
    """Raises what the stage and the players raise."""
    if client is not None:
        have_client(click.echo)
    stage = Stage("project", folder, click.echo, load(recording))
    story = Story(stage.project, lambda: board.read(stage.project))
    lines = Narrator()

    def tell(seen: Seen) -> None:
        lines.show(story.lines(seen))

    player: Player | ClientPlayer = Player(stage.host, stage.recording, tell)
    if client is not None:
        player = client_player(PLUGIN, f"{folder}/claude", stage.project, stage.env, stage.recording, tell)
    try:
        player.play()
    finally:
        stage.host.cut()
