"""bin/task-planner: finds itself and its Python from anywhere, and says plainly what it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.gate.shop import TOP, TWO, Shop

LAUNCHER = TOP / "bin" / "task-planner"
TOOLS = ("dirname", "readlink", "git", "bash", "sh", "env", "cat")


@pytest.fixture
def bare(shop: Shop) -> Path:
    """A folder for PATH with the few tools that the launcher may use, and no Python."""
    folder = shop.folder / "bare bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(0o755)


def launch(
    shop: Shop, path: Path, *words: str, launcher: Path = LAUNCHER, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(launcher), *words],
        cwd=cwd or shop.root,
        env={**os.environ, "PATH": str(path), **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def ready(bare: Path) -> Path:
    """The same with a Python that has our dependencies."""
    program(bare, "python3", f'exec {sys.executable} "$@"')
    return bare


class TestWhereItLies:
    @pytest.mark.parametrize("link", ["absolute", "relative", "chain"])
    def test_works_through_links(self, shop: Shop, ready: Path, link: str) -> None:
        folder = shop.folder / "my tools"
        folder.mkdir()
        target = folder / "planner"
        if link == "absolute":
            target.symlink_to(LAUNCHER)
        elif link == "relative":
            target.symlink_to(os.path.relpath(LAUNCHER, folder))
        else:
            (folder / "first").symlink_to(LAUNCHER)
            target.symlink_to("first")
        done = launch(shop, ready, "--version", launcher=target)
        assert (done.returncode, done.stderr) == (0, "")

    def test_works_from_any_folder_and_in_a_copy_whose_path_has_spaces(self, shop: Shop, ready: Path) -> None:
        copy = shop.folder / "a copy with 'quotes'"
        copy.mkdir()
        for name in ("bin", "scripts"):
            shutil.copytree(TOP / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(TOP / "pyproject.toml", copy)
        done = launch(shop, ready, "--version", launcher=copy / "bin" / "task-planner", cwd=Path("/"))
        assert (done.returncode, done.stderr) == (0, "")

    def test_works_when_path_finds_it(self, shop: Shop, ready: Path) -> None:
        (ready / "task-planner").symlink_to(LAUNCHER)
        done = subprocess.run(
            ["sh", "-c", "task-planner --version"],
            cwd=shop.root,
            env={**os.environ, "PATH": str(ready)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def test_passes_words_and_exit_status_on(self, shop: Shop, ready: Path) -> None:
        plan = shop.folder / "two words.md"
        plan.write_text(TWO)
        assert launch(shop, ready, "check", str(plan)).returncode == 0
        assert launch(shop, ready, "check", "no such plan.md").returncode == 1
        assert launch(shop, ready, "nonsense").returncode == 2


class TestWhatItLacks:
    def test_without_python_it_says_so_and_ends_with_3(self, shop: Shop, bare: Path) -> None:
        done = launch(shop, bare, "status")
        assert done.returncode == 3
        assert "python3 (3.10 or newer)" in done.stderr

    def _without_dependencies(self, folder: Path) -> None:
        """A Python that cannot import them, and is whole otherwise."""
        program(
            folder,
            "python3",
            f'case "$3" in "import click"*) exit 1;; esac; exec {sys.executable} "$@"',
        )

    def test_without_network_it_says_what_it_needs_and_leaves_nothing_half_built(
        self, shop: Shop, bare: Path
    ) -> None:
        self._without_dependencies(bare)
        program(
            bare,
            "uv",
            'test "$1" = venv && exec mkdir -p "$5/bin"; echo "error: no route to host" >&2; exit 2',
        )
        mkdir = shutil.which("mkdir")
        assert mkdir
        (bare / "mkdir").symlink_to(mkdir)
        done = launch(shop, bare, "status")
        assert done.returncode == 3
        assert "no route to host" in done.stderr
        assert "click" in done.stderr
        assert "Traceback" not in done.stderr
        kept = sorted(path.name for path in (shop.folder / "home" / "runtime").iterdir())
        assert [name for name in kept if not name.endswith(".lock")] == []

    def test_with_network_it_builds_once_and_uses_what_it_built(self, shop: Shop, bare: Path) -> None:
        self._without_dependencies(bare)
        tool = shop.script(
            "build",
            f'echo "$@" >> {shop.folder}/built; test "$1" = venv || exit 0; /bin/mkdir -p "$5/bin"; '
            f'printf \'#!/bin/sh\\nexec {sys.executable} "$@"\\n\' > "$5/bin/python"; /bin/chmod +x "$5/bin/python"',
        )
        (bare / "uv").symlink_to(tool)
        for _ in range(2):
            done = launch(shop, bare, "--version")
            assert done.returncode == 0, done.stderr
        assert [line.split()[0] for line in (shop.folder / "built").read_text().splitlines()] == [
            "venv",
            "pip",
        ]

    def test_a_home_that_cannot_be_written_is_said(self, shop: Shop, bare: Path) -> None:
        self._without_dependencies(bare)
        (shop.folder / "home").write_text("a file")
        done = launch(shop, bare, "status")
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
        assert "task-planner:" in done.stderr

    def test_our_own_fault_at_import_is_3(self, shop: Shop, ready: Path) -> None:
        copy = shop.folder / "broken"
        for name in ("bin", "scripts"):
            shutil.copytree(TOP / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "scripts" / "planweir" / "cli" / "main.py").write_text("import no_such_module\n")
        done = launch(shop, ready, "status", launcher=copy / "bin" / "task-planner")
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
