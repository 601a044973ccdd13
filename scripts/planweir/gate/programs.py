"""What the plan's commands are run with: are the test runners still the programs that they were at `start`?

Looked at is what the commands themselves resolve to: the launcher (`.venv/bin/pytest`, `node_modules/.bin/jest`) and the code of
the runner that it starts. Kept are marks of their content, so that a Setup that is run again explains itself.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import shutil
import tempfile

from planweir.evidence import tree
from planweir.evidence.opaque import find_opaque
from planweir.evidence.runners import find
from planweir.evidence.wrappers import unwrap
from planweir.gate.outcome import Check
from planweir.shell.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planweir.journal.types import State
    from planweir.places import Places
    from planweir.shell.scan import Program

NAME = "programs"
WORD = "word "  # before a word of a command, as the key of the path that it meant
BIG = 4_000_000  # bytes; of larger files size and time are the mark
# runner -> its packages: of Python in site-packages, of Node in node_modules
_PYTHON: dict[str, tuple[str, ...]] = {"pytest": ("pytest", "_pytest", "pluggy")}
_NODE: dict[str, tuple[str, ...]] = {
    "jest": ("jest", "jest-cli", "@jest/core", "@jest/reporters", "jest-circus", "jest-runner", "expect"),
    "vitest": ("vitest", "@vitest/runner", "@vitest/expect"),
    "mocha": ("mocha",),
    "playwright": ("@playwright/test", "playwright"),
}
_FETCHERS = frozenset(("npx", "npm", "yarn", "pnpm", "bunx", "bun", "corepack"))
_MANAGERS = frozenset(("uv", "poetry", "pdm", "rye", "pipenv", "hatch"))  # of environments, mostly in `.venv`
_BORN_BY_PYTHON = ("sitecustomize.py", "usercustomize.py")
# What says which versions are installed.
_LOCKS = (
    r"(?:.*/)?(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|uv\.lock|poetry\.lock|pdm\.lock|"
    r"Pipfile(?:\.lock)?|pyproject\.toml|setup\.(?:py|cfg)|(?:requirements|constraints)[^/]*\.(?:txt|in)|requirements/.*\.(?:txt|in))"
)


def marks(root: str, commands: Sequence[str]) -> dict[str, str]:
    """path -> mark (version and digest) of each program and package that the commands start; `word pytest` -> its path."""
    found: dict[str, str] = {}
    for command in dict.fromkeys(commands):
        for program in scan(command, root).programs:
            _of_program(root, program, found)
    return found


def unchanged(places: Places, state: State, commands: Sequence[str]) -> Check:
    """Are they the programs that the plan began with?"""
    before, now = state["programs"], marks(places.project, commands)
    told = [path for path in _differing(before, now) if not _explained(places, state, before[path], now[path])]
    others = [
        f"`{word.removeprefix(WORD)}` is now {path}; at the start it was {before[word]}"
        for word, path in now.items()
        if word.startswith(WORD) and word in before and before[word] != path and _somebodys(places.project, path)
    ]
    if told or others:
        setup = state["graph"]["setup"]
        again = f"run the plan's Setup again ({', '.join(f'`{row}`' for row in setup)})" if setup else "install them again"
        return Check(
            NAME,
            "fail",
            "test programs are not what they were at the start, and no lock file or requirement explains it",
            [*(f"{path}: {_words(before[path])}, now {_words(now[path])}" for path in told), *others],
            f"{again}, which puts them back; where the change is meant, a person types /task-planner waive {NAME} --why 'REASON'",
        )
    count = sum(not key.startswith(WORD) for key in now)
    said = "what the commands run is what it was at the start" if count else "the commands start no test runner whose files are known"
    return Check(NAME, "ok", said)


def settled(state: State, commands: Sequence[str], root: str, verdict: Check) -> dict[str, str]:
    """What to compare with from now on, as far as it is new: nothing takes the place of a mark while something is amiss."""
    before = state["programs"]
    now = marks(root, commands)
    return {path: mark for path, mark in now.items() if path not in before or (before[path] != mark and not verdict.failed)}


def _differing(before: dict[str, str], now: dict[str, str]) -> list[str]:
    return [path for path, mark in now.items() if not path.startswith(WORD) and before.get(path, mark) != mark]


def _explained(places: Places, state: State, before: str, now: str) -> bool:
    """Another version, and what names versions has changed too?"""
    if before.partition(" ")[0] == now.partition(" ")[0]:
        return False
    base = state["plan"]["head"]
    return bool(base) and bool(tree.changed_since(places.project, base, [_LOCKS]))


def _somebodys(root: str, path: str) -> bool:
    """Does a path lie where anybody may put a program: in the work tree, in a scratch folder?"""
    places = (os.path.realpath(root), os.path.realpath(tempfile.gettempdir()), "/tmp", "/var/tmp")
    return any((os.path.realpath(os.path.dirname(path)) + "/").startswith(place.rstrip("/") + "/") for place in places)


def _words(mark: str) -> str:
    version, _, digest = mark.partition(" ")
    return f"{version} ({digest[:10]})" if version != "-" else digest[:10]


def _of_program(root: str, program: Program, found: dict[str, str]) -> None:
    cwd = program.cwd or root
    hit = find(program.words, program.cwd)
    if hit is not None:
        inner = unwrap(program.words)
        word = inner[0] if inner else None
        words = {os.path.basename(one) for one in program.argv if one}
        if word:
            _of_word(root, cwd, word, hit[0].name, words, found)
        return
    opaque = find_opaque(program.words, program.cwd)
    if opaque is None:
        return
    text = ""
    for name in opaque[0].says:
        try:
            with open(os.path.join(cwd, name), encoding="utf-8", errors="replace") as file:
                text += file.read()
        except OSError:
            continue
    for name in (*_PYTHON, *_NODE):
        if re.search(rf"(?<![\w@/.-]){name}(?![\w/-])", text):
            _of_word(root, cwd, name, name, {"npx" if name in _NODE else "uv"}, found)


def _of_word(root: str, cwd: str, word: str, runner: str, around: set[str], found: dict[str, str]) -> None:
    path = _resolved(root, cwd, word, bool(around & _FETCHERS), bool(around & _MANAGERS))
    if path is None:
        return
    found[WORD + word] = path
    found[path] = _of_file(path)
    for folder in _packages(path, runner):
        found[folder] = _of_folder(folder)
    if runner in _PYTHON:
        for place in _site_packages(path):
            found.update({file: _of_file(file) for name in _BORN_BY_PYTHON if os.path.isfile(file := os.path.join(place, name))})


def _resolved(root: str, cwd: str, word: str, fetched: bool, managed: bool) -> str | None:
    if "/" in word:
        path = os.path.normpath(os.path.join(cwd, word))
        return path if os.path.isfile(path) else None
    if fetched:  # by what looks for it in the project first
        folder = os.path.realpath(cwd)
        while True:
            path = os.path.join(folder, "node_modules", ".bin", word)
            if os.path.isfile(path):
                return path
            if os.path.dirname(folder) == folder or folder == os.path.realpath(root):
                return None
            folder = os.path.dirname(folder)
    own = os.path.join(root, ".venv", "bin", word)
    return own if managed and os.path.isfile(own) else shutil.which(word)


def _packages(launcher: str, runner: str) -> Iterator[str]:
    """The folders of the runner's own code that are there."""
    for name in _PYTHON.get(runner, ()):
        for place in _site_packages(launcher):
            if os.path.isdir(os.path.join(place, name)):
                yield os.path.join(place, name)
                break
    if runner in _NODE and "/node_modules/" in launcher:
        top = launcher.partition("/node_modules/")[0] + "/node_modules"
        yield from (path for name in _NODE[runner] if os.path.isdir(path := os.path.join(top, name)))


def _site_packages(launcher: str) -> list[str]:
    """Where the Python that a launcher starts, or is, looks for packages."""
    python = launcher
    if not re.fullmatch(r"(?:python|pypy)[\d.]*t?", os.path.basename(launcher)):
        try:
            with open(launcher, "rb") as file:
                head = file.read(512).decode("utf-8", "replace")
        except OSError:
            return []
        shebang = re.match(r"#!\s*(/\S*(?:python|pypy)[\d.]*t?)\b|#!/bin/sh\n'''exec' \"?(/[^\"\n]*?(?:python|pypy)[\d.]*t?)\"? ", head)
        if shebang is None:
            return []
        python = shebang[1] or shebang[2]
    found: list[str] = []
    # Not where links lead: an environment's own folder tells which packages it has.
    for prefix in (os.path.dirname(os.path.dirname(python)), os.path.dirname(os.path.dirname(os.path.realpath(python)))):
        for pattern in ("lib/python3*/site-packages", "lib64/python3*/site-packages", "lib/python3/dist-packages", "local/lib/python3*/dist-packages"):
            found += sorted(glob.glob(os.path.join(glob.escape(prefix), pattern)))
    return list(dict.fromkeys(found))


def _of_file(path: str) -> str:
    try:
        real = os.path.realpath(path)
        facts = os.stat(real)
        if facts.st_size > BIG:
            return f"- {facts.st_size}.{facts.st_mtime_ns}"
        with open(real, "rb") as file:
            return "- " + hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return "- missing"


def _of_folder(folder: str) -> str:
    total = hashlib.sha256()
    for top, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name not in ("__pycache__", "node_modules"))
        for name in sorted(files):
            path = os.path.join(top, name)
            total.update(f"{os.path.relpath(path, folder)}\0{_of_file(path)}\0".encode("utf-8", "surrogateescape"))
    return f"{_version(folder)} {total.hexdigest()}"


def _version(folder: str) -> str:
    """The version of an installed package, as what installed it says; `-` where it cannot be told."""
    try:
        with open(os.path.join(folder, "package.json"), encoding="utf-8") as file:
            value = json.load(file)
        return str(value.get("version", "-")).replace(" ", "_") or "-"
    except (OSError, ValueError, AttributeError):
        name = os.path.basename(folder).lstrip("_")
        notes = glob.glob(os.path.join(glob.escape(os.path.dirname(folder)), f"{name}-*.dist-info"))
        return os.path.basename(sorted(notes)[0]).removesuffix(".dist-info").rpartition("-")[2] if notes else "-"
