"""Test runners: one module each in this folder, found by being here; each defines `RUNNER`.

To add one, write `runners/<name>.py` with `RUNNER = Runner(...)`; nothing else changes.
"""

from __future__ import annotations

import os
from importlib import import_module

from planweir.evidence.runners.base import Runner, Summary, combine, file_there, plain
from planweir.evidence.wrappers import forms

__all__ = ["Runner", "Summary", "combine", "find", "read_all", "runners"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_loaded: dict[str, Runner] = {}


def runners() -> dict[str, Runner]:
    """Every runner by name."""
    if not _loaded:
        for entry in sorted(os.listdir(os.path.dirname(__file__))):
            name, dot, kind = entry.partition(".")
            if kind == "py" and dot and name not in ("__init__", "base"):
                runner: Runner = import_module(f"{__name__}.{name}").RUNNER
                _loaded[runner.name] = runner
    return _loaded


def find(words: Sequence[str | None], cwd: str | None) -> tuple[Runner, list[str | None]] | None:
    """The runner that this simple command starts and the arguments it gives it, seen through wrappers; else
    None."""
    inner = forms(words)[-1]
    for runner in runners().values():
        args = runner.recognise(inner, cwd)
        if args is not None:
            return runner, args
    return None


def read_all(output: str, folder: str | None) -> Summary | None:
    """The summaries of whatever known runners ended in this output, as one; what failed is named by its file,
    relative to `folder`."""
    text = plain(output)
    return combine([found for runner in runners().values() if (found := read(runner, text, folder)) is not None])


def read(runner: Runner, output: str, folder: str | None) -> Summary | None:
    """One runner's summary, with the failing tests named as `file::test`, the file relative to `folder`; of a script
    (opaque.py), whatever it ran."""
    if runner.says:
        return read_all(output, folder)
    found = runner.read(output)
    if found is not None and folder is not None:
        found["failing"] = _located(runner, found["failing"], folder)
    return found


def _located(runner: Runner, names: list[str], folder: str) -> list[str]:
    """The names with their files as they lie in `folder`; each file is looked for once."""
    if runner.locate is not file_there:
        return [name for one in names if (name := runner.locate(one, folder)) is not None]
    files = {file: file_there(file, folder) for file in dict.fromkeys(one.partition("::")[0] for one in names)}
    return [f"{place}{colons}{test}" for file, colons, test in (one.partition("::") for one in names) if (place := files[file])]
