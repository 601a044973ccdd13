"""The real client on the stage of a demonstration."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from planweir.places import Places
from planweir.play.client import fetch
from planweir.play.client.cast import Script
from planweir.play.client.namespace import namespace_command
from planweir.play.client.player import ClientPlayer
from planweir.play.client.world import ClientWorld
from planweir.play.recording import Recording
from planweir.play.seen import Seen

# Of the stage's environment only these reach the client; the rest of it is the person's.
KEPT = ("PLANWEIR_HOME", "PLANWEIR_ENGINE", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "NO_COLOR")


def have_client(tell: Callable[[str], None]) -> None:
    """The client and a namespace for it are to be had when this returns. Raises fetch.Unavailable."""
    namespace_command()
    wanted = fetch.version()
    if not fetch.cached(wanted).is_file():
        tell(f"Fetching Claude Code {wanted} with npm, once, to {fetch.cached(wanted).parent} (some 300 MB) ...")
    fetch.client(wanted)


def client_player(
    plugin: str,
    folder: str,
    project: str,
    env: Mapping[str, str],
    recording: Recording,
    tell: Callable[[Seen], None],
    script: Script | None = None,
) -> ClientPlayer:
    """A player of `recording` in `project`; what the client keeps goes to `folder`."""
    root = Path(folder)
    home = root / "home"
    for place in (home, root / "tmp"):
        place.mkdir(parents=True, exist_ok=True)
    world = ClientWorld(
        root,
        home,
        Path(project),
        Path(plugin),
        env.get("PATH", os.defpath),
        {key: env[key] for key in KEPT if key in env},
    )
    return ClientPlayer(world, Places(env["PLANWEIR_HOME"], project), recording, tell, script)
