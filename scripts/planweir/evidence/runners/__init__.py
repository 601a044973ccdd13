"""Test runners: one module each in this folder, found by being here; each defines `RUNNER`.

To add one, write `runners/<name>.py` with `RUNNER = Runner(...)`; nothing else changes.
"""

from __future__ import annotations

import os
from importlib import import_module

from planweir.evidence.runners.base import Runner, Summary, combine, unwrap

__all__ = ["Runner", "Summary", "combine", "find", "runners", "unwrap"]

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
    inner = unwrap(words)
    for runner in runners().values():
        args = runner.recognise(inner, cwd)
        if args is not None:
            return runner, args
    return None
