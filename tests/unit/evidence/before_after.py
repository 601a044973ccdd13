"""A small repository whose files are written twice: as a task found them, and as it leaves them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from planweir.evidence import newtests, stubs
from planweir.evidence.newtests import Changes
from planweir.evidence.stubs import Fact


class BeforeAfter:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._git("init", "-q")
        self._git("config", "user.name", "A")
        self._git("config", "user.email", "a@example.org")
        self.tree = ""

    def _git(self, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True, text=True).stdout.strip()

    def before(self, files: dict[str, str]) -> None:
        self._write(files)
        self._git("add", "-A")
        self.tree = self._git("write-tree")

    def _write(self, files: dict[str, str]) -> None:
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)

    def after(self, files: dict[str, str], gone: tuple[str, ...] = ()) -> Changes:
        if not self.tree:
            self.before({})
        self._write(files)
        for path in gone:
            (self.root / path).unlink()
        self.paths = [*files, *gone]
        return newtests.changes(str(self.root), self.tree, self.paths)

    def facts(self, *, shapes: bool = False, fewer: str = "") -> list[Fact]:
        return stubs.facts(str(self.root), self.tree, self.paths, shapes=shapes, fewer=fewer)

    def severe(self, *, shapes: bool = False, fewer: str = "") -> list[str]:
        return [fact.what for fact in self.facts(shapes=shapes, fewer=fewer) if fact.severe]
