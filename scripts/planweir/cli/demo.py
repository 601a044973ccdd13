"""`task-planner demo`: a recording of agents played through the real hooks, in a repository of its own."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from planweir import runtime
from planweir.play import board
from planweir.play.client.fetch import Unavailable
from planweir.play.client.player import ClientPlayer
from planweir.play.client.staged import client_player, have_client
from planweir.play.closing import closing, yours
from planweir.play.hooks_player import Player
from planweir.play.hooksfile import BadHooks
from planweir.play.narrator import Narrator
from planweir.play.recording import BadRecording
from planweir.play.seen import Disagreement, Seen
from planweir.play.stage import PLUGIN, NoStage, Stage, settle
from planweir.play.story import Story

if TYPE_CHECKING:
    from planweir.play.view import View

EXAMPLE = "link-shortener"
INTERRUPTED = 130  # the exit status that shells know

INTRODUCTION = (
    "Planweir's demo: a plan of six tasks in three waves, carried out in a repository of its own. What the agents say and "
    "call comes from a recording, their mistakes included. The rest is real: the hooks that judge each call, the tests, "
    "the gates, the commits."
)
WITH_CLIENT = (
    "The client is real too: Claude Code, in a network of its own with nothing in it but a scripted model, with a home of "
    "its own and a made-up key. It reaches nobody and nothing of yours."
)
WITHOUT_CLIENT = (
    "It needs Linux with network namespaces (unshare), and npm once, to fetch it. It is never started without a network of "
    "its own. `task-planner demo` plays the same recording through the hooks alone."
)


@click.command()
@click.option("--keep", is_flag=True, help="Leave the repository to be looked at.")
@click.option("--plain", is_flag=True, help="Print lines, also on a terminal.")
@click.option("--slow", type=float, default=1.0, help="Stretch the pauses of the live view; 0 leaves them out.")
@click.option("--svg", type=click.Path(dir_okay=False, writable=True), help="Write a picture of the live view to this file.")
@click.option("--client", type=click.Choice(["claude"]), help="Play it through the real Claude Code, fetched once with npm.")
def demo(keep: bool, plain: bool, slow: float, svg: str | None, client: str | None) -> None:
    """Play a small plan with recorded agents: hooks, tests, gates and commits are real.

    On a terminal it shows each task and what happens to it; anywhere else it prints lines."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="planweir-demo-"))
    left = keep
    try:
        _play(folder, plain, slow, svg, keep, client)
    except KeyboardInterrupt:
        left = False
        click.echo("\nStopped. Nothing is left of it.", err=True)
        sys.exit(INTERRUPTED)
    except Unavailable as error:
        click.echo(f"The real client cannot be played with here: {error}.\n{WITHOUT_CLIENT}", err=True)
        sys.exit(3)
    except (NoStage, runtime.NoRuntime) as error:
        click.echo(f"The demo cannot be played here: {error}.", err=True)
        sys.exit(3)
    except (Disagreement, BadRecording, BadHooks) as error:
        left = True
        click.echo(f"\nThe run is not what was recorded. {error}\nEverything is left in {folder}.", err=True)
        sys.exit(1)
    finally:
        if not left:
            shutil.rmtree(folder, ignore_errors=True)


def _play(folder: str, plain: bool, slow: float, svg: str | None, keep: bool, client: str | None) -> None:
    """Play the example in `folder`. Raises what the stage and the player raise."""
    width = min(110, shutil.get_terminal_size((110, 24)).columns)
    click.echo(click.wrap_text(INTRODUCTION if client is None else f"{INTRODUCTION} {WITH_CLIENT}", width))
    if client is not None:
        have_client(click.echo)
    stage = Stage(EXAMPLE, folder, click.echo)
    story = Story(stage.project, lambda: board.read(stage.project))
    view, live = _view(story, plain, slow, svg)
    lines = Narrator()

    def tell(seen: Seen) -> None:
        fresh = story.lines(seen)
        if view is not None:
            view.show(fresh)
        if not live:
            lines.show(fresh)

    player: Player | ClientPlayer = Player(stage.host, stage.recording, tell)
    if client is not None:
        player = client_player(PLUGIN, f"{folder}/claude", stage.project, stage.env, stage.recording, tell)
    try:
        with view or nullcontext():
            player.play()
        stage.host.end_session()
    finally:
        stage.host.cut()
        settle(stage.places)
    trailers = stage.git("log", "-1", "--format=%(trailers)")
    end = closing(story.stopped, player.counts, stage.git("log", "--oneline"), trailers)
    if len(end.log) != 1 + len(story.board.tasks):
        raise Disagreement(f"the plan did not end with a commit for each task: {end.log}")
    (view if view is not None and live else lines).close(end, yours(PLUGIN))
    if view is not None and svg is not None:
        view.picture(svg)
    if keep:
        click.echo(f"The repository is left for you to look at: {stage.project}")


def _view(story: Story, plain: bool, slow: float, svg: str | None) -> tuple[View | None, bool]:
    """The live view, and whether it is shown: not where there is no terminal for it, or a person wants plain lines."""
    try:
        from rich.console import Console

        from planweir.play.view import View, fits
    except ImportError:  # an environment of the person's own, without rich
        return None, False
    console = Console()
    live = not plain and fits(console)
    if live or svg is not None:
        return View(story, console if live else Console(file=io.StringIO()), slow), live
    return None, False
