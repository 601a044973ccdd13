"""Test runners: one module each in this folder, found by being here; each defines `RUNNER`.

To add one, write `runners/<name>.py` with `RUNNER = Runner(...)`; nothing else changes. Its first line is
`# words: mvn mvnw`: one of these stands, maybe within a longer word, in every command that starts it. So a command is read
without loading every runner; a module without that line is loaded for each.
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

_NO_RUNNERS = ("__init__", "base")
_FIRST = b"# words: "
_loaded: dict[str, Runner] = {}  # by the name of the module
_words: dict[str, tuple[str, ...]] = {}


def runners() -> dict[str, Runner]:
    """Every runner by name."""
    return {(runner := _load(module)).name: runner for module in words_of_modules()}


def words_of_modules() -> dict[str, tuple[str, ...]]:
    """For each module of the folder the words of its first line; () where it has none."""
    if not _words:
        folder = os.path.dirname(__file__)
        for entry in sorted(os.listdir(folder)):
            name, dot, kind = entry.partition(".")
            if kind == "py" and dot and name not in _NO_RUNNERS:
                handle = os.open(os.path.join(folder, entry), os.O_RDONLY)
                try:
                    line = os.read(handle, 200).partition(b"\n")[0]
                finally:
                    os.close(handle)
                _words[name] = tuple(line[len(_FIRST) :].decode().split()) if line.startswith(_FIRST) else ()
    return _words


def _load(module: str) -> Runner:
    if module not in _loaded:
        runner: Runner = import_module(f"{__name__}.{module}").RUNNER
        _loaded[module] = runner
    return _loaded[module]


def find(words: Sequence[str | None], cwd: str | None) -> tuple[Runner, list[str | None]] | None:
    """The runner that this simple command starts and the arguments it gives it, seen through wrappers; else
    None."""
    inner = forms(words)[-1]
    text = "\n".join(word for word in inner if word)
    for module, own in words_of_modules().items():
        if own and not any(word in text for word in own):
            continue
        runner = _load(module)
        args = runner.recognise(inner, cwd)
        if args is not None:
            return runner, args
    return None


def read_all(output: str, folder: str | None) -> Summary | None:
    """The summaries of whatever known runners ended in this output, as one; what failed is named by its file,
    relative to `folder`."""
    text = plain(output)
    return combine([found for runner in runners().values() if (found := _own(runner, text, folder)) is not None])


def read(
    runner: Runner, output: str, folder: str | None, args: Sequence[str | None] = (), began: float | None = None
) -> Summary | None:
    """One runner's summary, with the failing tests named as `file::test`, the file relative to `folder`; of a script
    (opaque.py), whatever it ran. Where the runner's own form of summary is not there, one of the forms that its arguments
    tell it to print. began: when the run began (unix seconds), where that is known."""
    if runner.says:
        whole = read_all(output, folder)
        if whole is not None and not (whole["passed"] or whole["failed"] or whole["errors"]):
            whole["cut"] = False  # that no test ran is why it did not end well
        return whole
    found = runner.read(output)
    if found is None and any(word and ("tap" in word or "unit" in word) for word in args):
        from planweir.evidence.formats import told

        for name in told(args):
            runner = runners()[name]
            found = found or runner.read(output)
    return _named(_with_reports(runner, output, folder, began, found), runner, folder)


def _own(runner: Runner, output: str, folder: str | None) -> Summary | None:
    return _named(_with_reports(runner, output, folder, None, runner.read(output)), runner, folder)


def _with_reports(
    runner: Runner, output: str, folder: str | None, began: float | None, found: Summary | None
) -> Summary | None:
    """What the run wrote besides, for a runner whose output tells too little."""
    if runner.reports is None or folder is None:
        return found
    return runner.reports(output, folder, began, found)


def _named(found: Summary | None, runner: Runner, folder: str | None) -> Summary | None:
    if found is not None and folder is not None:
        found["failing"] = _located(runner, found["failing"], folder)
    return found


def _located(runner: Runner, names: list[str], folder: str) -> list[str]:
    """The names with their files as they lie in `folder`; each file is looked for once."""
    if runner.locate is not file_there:
        return [name for one in names if (name := runner.locate(one, folder)) is not None]
    files = {file: file_there(file, folder) for file in dict.fromkeys(one.partition("::")[0] for one in names)}
    return [f"{place}{colons}{test}" for file, colons, test in (one.partition("::") for one in names) if (place := files[file])]
