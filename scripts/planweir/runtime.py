"""The Python environment with our dependencies, built on first use under Planweir's home. Standard library only.

`bin/task-planner` and the typed commands share it; the demo has one of its own for pytest. uv builds it where it is present (it is many times faster), else venv
and pip. It is built aside and moved into place in one step; two builders at once end with one environment.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys

from planweir import __version__

NEEDED = ("click", "jsonschema", "filelock", "git", "rich")


class NoRuntime(Exception):
    """The environment could not be built; the message says why and what a person can do."""


def complete() -> bool:
    """Does the Python that runs this have our dependencies?"""
    import importlib.util

    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def requirements() -> list[str]:
    """What the plugin's pyproject.toml asks for, read line by line: Python 3.10 has no TOML reader."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    wanted: list[str] = []
    inside = False
    with open(os.path.join(top, "pyproject.toml"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("dependencies = ["):
                inside = True
            elif inside and line.startswith("]"):
                break
            elif inside and '"' in line:
                wanted.append(line.split('"')[1])
    return wanted


def folder(home: str) -> str:
    return f"{home}/runtime/{__version__}"


def build(home: str) -> str:
    """The path of the runtime's Python, built now if it is not there. Raises NoRuntime."""
    return environment(
        folder(home), requirements(), "its Python environment", "`task-planner --version` in a terminal builds it"
    )


def environment(target: str, wanted: list[str], what: str, again: str) -> str:
    """The path of the Python of the environment at `target`, built now with the packages `wanted` if it is not there.

    `what` names it and `again` says how a person has it built, should it fail. Raises NoRuntime.
    """
    python = f"{target}/bin/python"
    if os.access(python, os.X_OK):
        return python
    if sys.version_info < (3, 10):
        raise NoRuntime(f"Planweir needs Python 3.10 or newer; this is {sys.version.split()[0]}")
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        lock = os.open(f"{target}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise NoRuntime(f"{what} has no place: {error}. PLANWEIR_HOME names another folder") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.access(python, os.X_OK):
            scratch = f"{target}.new"
            shutil.rmtree(scratch, ignore_errors=True)
            try:
                _fill_or_spare(scratch, wanted)
            except NoRuntime as error:
                shutil.rmtree(scratch, ignore_errors=True)
                raise NoRuntime(
                    f"{what} could not be built ({' '.join(wanted)}): {error}. It needs the package index once; {again}"
                ) from None
            shutil.rmtree(target, ignore_errors=True)
            try:
                os.rename(scratch, target)
            except OSError as error:
                raise NoRuntime(f"{what} was built, but could not be put in its place: {error}") from None
    finally:
        os.close(lock)
    return python


# What Planweir can do without, told worse or not at all: where a machine has no wheel of these, the rest is built without them.
SPARED = ("tree-sitter", "quickjs-ng")


def _fill_or_spare(scratch: str, wanted: list[str]) -> None:
    try:
        _fill(scratch, wanted)
    except NoRuntime:
        needed = [row for row in wanted if not row.startswith(SPARED)]
        if len(needed) == len(wanted):
            raise
        shutil.rmtree(scratch, ignore_errors=True)
        _fill(scratch, needed)


def _fill(scratch: str, wanted: list[str]) -> None:
    """Build the environment at `scratch`. Raises NoRuntime with what the builder said."""
    uv = shutil.which("uv")
    python = f"{scratch}/bin/python"
    steps = (
        [
            [uv, "venv", "--quiet", "--python", sys.executable, scratch],
            [uv, "pip", "install", "--quiet", "--python", python, *wanted],
        ]
        if uv
        else [
            [sys.executable, "-I", "-m", "venv", scratch],
            [python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
        ]
    )
    for step in steps:
        done = subprocess.run(
            [part for part in step if part],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NoRuntime((done.stderr or done.stdout).strip()[-600:])


def activate(home: str) -> None:
    """Make our dependencies importable in this process, if they are not. Raises NoRuntime."""
    if complete():
        return
    build(home)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.append(f"{folder(home)}/lib/{version}/site-packages")


def command(home: str, *words: str) -> list[str]:
    """The argument list that runs our command line with the runtime. Raises NoRuntime."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    python = sys.executable if complete() else build(home)
    return [python, "-I", os.path.join(top, "scripts", "task_planner.py"), *words]
