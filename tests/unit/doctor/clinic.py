"""A project with a plan that is well, and the session in it that asks the doctor; tests break one thing of it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from tests.unit.gate.shop import TOP, TWO, Shop

from planweir.attempt import turns
from planweir.doctor.checks import one
from planweir.doctor.finding import Finding
from planweir.doctor.world import World

VERSION = "2.1.329"


class Clinic:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.places = shop.places
        self.tools = shop.folder / "tools"
        self.tools.mkdir()
        self.config = shop.folder / "person" / ".claude"
        self.managed = shop.folder / "managed"
        self.program("claude", f"echo '{VERSION} (Claude Code)'")
        self.env = {
            "PATH": f"{TOP / 'bin'}:{self.tools}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
            "HOME": str(shop.folder / "person"),
            "PLANWEIR_HOME": shop.places.home,
            "PLANWEIR_PROJECT": str(shop.root),
            "CLAUDECODE": "1",
            "CLAUDE_CODE_SESSION_ID": "s1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def open(self, document: str = TWO) -> None:
        """A plan is open and a hook of its session was seen."""
        self.shop.open(document)
        turns.touch(self.places, "s1")

    def program(self, name: str, body: str) -> Path:
        """A program in a folder of PATH."""
        return script(self.tools / name, body)

    def settings(self, where: str, words: str) -> str:
        """A settings file: `user`, `project`, `local` or `managed`."""
        path = {
            "user": self.config / "settings.json",
            "project": self.shop.root / ".claude" / "settings.json",
            "local": self.shop.root / ".claude" / "settings.local.json",
            "managed": self.managed / "managed-settings.json",
        }[where]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
        return str(path)

    def world(
        self,
        *,
        typed: bool = False,
        agent: bool = False,
        clock: Callable[[], float] | None = None,
        drop: tuple[str, ...] = (),
        **env: str,
    ) -> World:
        kept = {name: value for name, value in self.env.items() if name not in drop}
        world = World(self.places, {**kept, **env}, typed=typed, agent=agent, managed=(str(self.managed),))
        if clock is not None:
            world.clock = clock
        return world

    def findings(self, name: str, world: World | None = None) -> list[Finding]:
        return one(world or self.world(), name)

    def only(self, name: str, world: World | None = None) -> Finding:
        found = self.findings(name, world)
        assert len(found) == 1, found
        return found[0]


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
