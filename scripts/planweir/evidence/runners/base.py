"""What every runner module is made of: the shape of a runner, summaries, and the wrappers in front of a
runner."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypedDict

    class Summary(TypedDict, total=False):
        """The counts of every summary line of one output, added up.

        `lines` is how many summary lines were read; `empty` how many of them had nothing that passed or
        failed; `cut` tells that the run did not come to its end (interrupted, an error inside the runner, a
        threshold missed).
        """

        passed: int
        failed: int
        errors: int
        skipped: int
        deselected: int
        xfailed: int
        xpassed: int
        rerun: int
        failing: list[str]
        lines: int
        empty: int
        cut: bool

    Words = Sequence[str | None]
    Recognise = Callable[[Words, str | None], list[str | None] | None]
    Read = Callable[[str], Summary | None]
    Selection = Callable[[Words], tuple[bool, list[str]]]
    Lists = Callable[[Words], bool]
else:
    Summary = dict  # at run time a plain dictionary: typing is too dear for a hook


class Runner:
    """One test runner. shadows: files that, in the folder where it runs, would be run in its place.

    recognise(words, cwd): its arguments if these words start it, else None. read(output): the summary, None
    if there is none. selection(args): whether options narrow what runs (-k and the like), and the paths that
    were named. lists(args): whether it only tells something (--version, --collect-only) and runs no test.
    """

    __slots__ = ("lists", "name", "read", "recognise", "selection", "shadows")

    def __init__(
        self,
        name: str,
        recognise: Recognise,
        read: Read,
        selection: Selection,
        lists: Lists,
        shadows: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.lists = lists
        self.shadows = shadows
        self.recognise = recognise
        self.read = read
        self.selection = selection


COUNTS = ("passed", "failed", "errors", "skipped", "deselected", "xfailed", "xpassed", "rerun")


def combine(parts: Sequence[Summary]) -> Summary | None:
    """Several summaries of one command as one: any failure stays a failure."""
    if not parts:
        return None
    whole: Summary = {"failing": [], "lines": 0, "empty": 0, "cut": False}
    for key in COUNTS:
        whole[key] = sum(part.get(key, 0) for part in parts)  # type: ignore[literal-required]
    for part in parts:
        whole["failing"] += [name for name in part.get("failing", []) if name not in whole["failing"]]
        whole["lines"] += part.get("lines", 1)
        whole["empty"] += part.get("empty", 0)
        whole["cut"] = whole["cut"] or part.get("cut", False)
    return whole


_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])"


def plain(output: str) -> str:
    """Output without colour and cursor sequences, with `\\n` line ends."""
    if "\x1b" in output:
        output = re.sub(_ESCAPES, "", output)
    return output.replace("\r\n", "\n") if "\r" in output else output


# --- wrappers -------------------------------------------------------------------------------------

# program -> (the subcommand that starts another program, "" for none; its options that take a value as the
# next word)
_UV = (
    "--with --with-editable --with-requirements --extra --no-extra --group --no-group --only-group "
    "--python -p "
    "--project --directory --env-file --package --index --default-index --index-url "
    "--extra-index-url --find-links "
    "--refresh-package --color --cache-dir --config-file --from"
)
WRAPPERS: dict[str, tuple[tuple[str, str], ...]] = {
    "uv": (("run", _UV), ("tool run", _UV)),
    "uvx": (("", _UV),),
    "poetry": (("run", "--directory -C --project -P"),),
    "pipenv": (("run", ""),),
    "pdm": (("run", "--project -p --venv"),),
    "rye": (("run", ""),),
    "hatch": (("run", "--env -e"),),
    "pipx": (("run", "--python --spec --index-url"),),
    # The shell scan sees through these by itself; after another wrapper they come to us.
    "env": (("", "-u --unset -C --chdir"),),
    "timeout": (("", "-s --signal -k --kill-after"),),
    "nice": (("", "-n --adjustment"),),
    "nohup": (("", ""),),
    "time": (("", ""),),
    "command": (("", ""),),
}
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_HATCH_ENVIRONMENT = r"[\w.+-]+:(?=\S)"


def unwrap(words: Words) -> list[str | None]:
    """The words of the program that a wrapper starts in the end: `uv run --extra test pytest -q` -> `pytest
    -q`. A word that cannot be known (None) where the program should stand leaves the list as it is from
    there."""
    rest = list(words)
    for _ in range(8):  # wrappers within wrappers
        while rest and rest[0] is not None and _ASSIGNMENT.match(rest[0]):
            rest = rest[1:]
        if not rest or rest[0] is None:
            return rest
        name = os.path.basename(rest[0])
        for subcommand, valued in WRAPPERS.get(name, ()):
            inner = _after(rest, name, subcommand, valued.split())
            if inner is not None:
                rest = inner
                break
        else:
            return rest
    return rest


def _after(words: list[str | None], name: str, subcommand: str, valued: list[str]) -> list[str | None] | None:
    at = 1
    wanted = subcommand.split()
    while wanted or (at < len(words) and (words[at] or "").startswith("-")):
        if at >= len(words):
            return None
        word = words[at]
        if word is None:
            return None
        if not word.startswith("-"):
            if word != wanted[0]:
                return None
            wanted.pop(0)
        elif word == "--":
            at += 1
            break
        elif name == "command" and word in ("-v", "-V"):
            return None  # asks where the program is, does not start it
        elif word in ("-m", "--module") and name == "uv":
            return ["python", "-m", *words[at + 1 :]]
        elif word in valued:
            at += 1
        at += 1
    if name == "timeout":
        at += 1  # its duration
    rest = words[at:]
    if name == "hatch" and rest and rest[0] is not None:
        rest[0] = re.sub(_HATCH_ENVIRONMENT, "", rest[0], count=1)
    return rest


_PYTHON = re.compile(r"(?:python|pypy)(?:\d+(?:\.\d+)*)?t?(?:\.exe)?")
_ENVIRONMENT = r"(?:^|/)(?:\.?v?env[^/]*|\.?virtualenv[^/]*|\.tox/[^/]+|\.nox/[^/]+)/(?:bin|Scripts)/[^/]+$"


def program_name(word: str | None, cwd: str | None) -> str | None:
    """The name of a program that is meant when this word starts it: a bare name, or a path into a folder of
    programs. A file of that name in the work tree (`./pytest`, `bin/pytest`) is another program; one of a
    virtual environment there is not."""
    if not word:
        return None
    name = os.path.basename(word)
    if "/" not in word or re.search(_ENVIRONMENT, word):
        return name
    if not os.path.isabs(word) or os.path.basename(os.path.dirname(word)) not in ("bin", "Scripts"):
        return None
    if cwd is not None and os.path.normpath(word).startswith(os.path.normpath(cwd).rstrip("/") + "/"):
        return None
    return name


def python_module(words: Words, cwd: str | None) -> list[str | None] | None:
    """`python3 -B -m pytest -q` -> ["pytest", "-q"]: the module that a Python runs, and its arguments."""
    if not words or not _PYTHON.fullmatch(program_name(words[0], cwd) or ""):
        return None
    at = 1
    while at < len(words):
        word = words[at]
        if word is None or not word.startswith("-") or word in ("-", "--"):
            return None
        if word.startswith("--"):
            at += 1
            continue
        for place, letter in enumerate(word[1:], 1):
            if letter == "m":
                return [word[place + 1 :], *words[at + 1 :]] if word[place + 1 :] else list(words[at + 1 :])
            if letter == "c":
                return None
            if letter in "WX":
                at += 0 if word[place + 1 :] else 1
                break
        at += 1
    return None
