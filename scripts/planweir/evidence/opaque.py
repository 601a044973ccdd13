"""Commands by which a file of the project says what runs: `npm test`, `make test` (tox and nox are runners/tox.py, nox.py).

What such a run prints counts only if a known runner's summary stands in it, and its exit status must be seen: other
programs of the script may have failed after the tests passed.
"""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, handed_on
from planweir.evidence.wrappers import forms, program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.evidence.runners.base import Summary, Words

_TESTS = r"(?:.*[:_-])?(?:tests?|jest|vitest|mocha|pytest|unit|integration|e2e|playwright|tap|tape|ava|specs?|check|ci|verify|coverage)(?:[:_-].*)?"
_NPM = "-w --workspace --prefix -C --dir --filter -F --cwd"
_MAKE = "-C --directory -f --file --makefile -j --jobs -l"
# program -> (words that must stand before the script's name, "" for none; options with a value; files that say what runs)
_PROGRAMS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "npm": (("run", "run-script", ""), _NPM, ("package.json",)),
    "yarn": (("run", "workspaces run", ""), _NPM, ("package.json",)),
    "pnpm": (("run", ""), _NPM, ("package.json",)),
    "bun": (("run",), _NPM, ("package.json",)),
    "deno": (("task",), "", ("deno.json", "deno.jsonc", "package.json")),
    "make": (("",), _MAKE, ("Makefile", "makefile", "GNUmakefile")),
    "gmake": (("",), _MAKE, ("Makefile", "makefile", "GNUmakefile")),
    "just": (("",), "-f --justfile", ("justfile", "Justfile", ".justfile")),
    "task": (("",), "-d --dir -t --taskfile", ("Taskfile.yml", "Taskfile.yaml")),
    "rake": (("",), "-f", ("Rakefile", "rakefile")),
    "poe": (("",), "", ("pyproject.toml",)),
    "inv": (("",), "", ("tasks.py",)),
    "invoke": (("",), "", ("tasks.py",)),
    "pdm": (("run",), "", ("pyproject.toml",)),
    "hatch": (("run", ""), "-e --env", ("pyproject.toml", "hatch.toml")),
    "composer": (("run", "run-script", ""), "-d --working-dir", ("composer.json",)),
    "pixi": (("run",), "-e --environment --manifest-path", ("pixi.toml", "pyproject.toml")),
    "devbox": (("run",), "-c --config", ("devbox.json",)),
    "mise": (("run", "r"), "-C --cd", ("mise.toml", ".mise.toml")),
    "turbo": (("run", ""), "-F --filter", ("package.json", "turbo.json")),
    "lerna": (("run",), "--scope --ignore", ("package.json",)),
}
_QUIET = (
    r"-s|--silent|-q|--quiet|-v|--verbose|--if-present|-r|--recursive|--workspaces|-ws|-B|-k|--keep-going|-j\d*|--no-color|"
    r"--color|-p|--parallel|--no-print-directory|--stream|--no-bail"
)
# They choose a package or an environment, by its name or its folder.
_PARTS = frozenset(("-w", "--workspace", "--filter", "-F", "-e", "--env"))
# Where nothing stands before the name, only these are scripts: `npm ci` installs.
_ALIASES = {"npm": ("t", "tst", "test"), "hatch": ("test",), "composer": ("test",)}


def find_opaque(words: Sequence[str | None], cwd: str | None) -> tuple[Runner, list[str | None]] | None:
    """The script of tests that this command starts, seen through wrappers, and what is handed on to it."""
    for form in forms(words):
        if not form or form[0] is None:
            return None
        name = program_name(form[0], cwd)
        if name in _PROGRAMS:
            hit = _script(name, list(form[1:]))
            if hit is not None:
                return _runner(" ".join([name, hit[0]]).strip(), _PROGRAMS[name][2], hit[1], hit[2]), hit[3]
        managed = list(form[1:]) if re.fullmatch(r"(?:python|pypy)[\d.]*", name or "") else form
        if managed[:1] in (["manage.py"], ["./manage.py"]) and managed[1:2] == ["test"]:
            return _runner("manage.py test", ("manage.py",), [], []), list(managed[2:])
    return None


def other_script(words: Sequence[str | None]) -> bool:
    """A script that is named for something else than tests: `npm run build`, `make lint`."""
    names = [program_name(form[0], None) for form in forms(words) if form]
    return any(name in _PROGRAMS for name in names) and len(words) > 1 and find_opaque(words, None) is None


def _script(name: str, rest: list[str | None]) -> tuple[str, list[str], list[str], list[str | None]] | None:
    """(the script's name, folders and files that options name, packages that they choose, the words that it is handed)."""
    leads, valued, _says = _PROGRAMS[name]
    named: list[str] = []
    parts: list[str] = []
    words: list[str] = []
    at = 0
    while at < len(rest):
        word = rest[at]
        at += 1
        if word is None:
            return None
        option, equals, value = word.partition("=")
        if word == "--":
            break
        if option in valued.split():
            told = value if equals else rest[at] if at < len(rest) else None
            if told is None:
                return None
            at += 0 if equals else 1
            if option in _PARTS or name == "hatch":
                parts.append(told)
            else:
                named.append(told)
        elif word.startswith("-"):
            if re.fullmatch(_QUIET, word) is None:
                return None
        elif equals:
            return None  # a variable of make's
        else:
            words.append(word)
            if _complete(leads, words):
                break
    if name == "yarn" and words[:1] == ["workspace"] and at < len(rest):
        return _of_workspace(named, rest, at)
    for lead in sorted(leads, key=len, reverse=True):
        if words[: len(lead.split())] == lead.split():
            script = words[len(lead.split()) :]
            own = None if lead else _ALIASES.get(name)
            if len(script) == 1 and (script[0] in own if own else re.fullmatch(_TESTS, script[0])):
                own_parts, handed = _npms_own(rest[at:]) if name == "npm" else ([], rest[at:])
                return script[0], named, [*parts, *own_parts], [word for word in handed if word != "--"]
            return None
    return None


def _of_workspace(
    named: list[str], rest: list[str | None], at: int
) -> tuple[str, list[str], list[str], list[str | None]] | None:
    """`yarn workspace web test`: the script of one package."""
    package, further = rest[at], rest[at + 1 :]
    hit = _script("yarn", further) if package is not None else None
    return None if hit is None else (hit[0], [*named, *hit[1]], [str(package), *hit[2]], hit[3])


def _npms_own(rest: list[str | None]) -> tuple[list[str], list[str | None]]:
    """npm takes its own options behind the script's name too: (packages that they choose, the words without them)."""
    parts: list[str] = []
    handed: list[str | None] = []
    at = 0
    while at < len(rest):
        word = rest[at]
        at += 1
        if word == "--":
            return parts, [*handed, *rest[at:]]
        option, equals, value = (word or "").partition("=")
        if option in ("-w", "--workspace"):
            parts.append(value if equals else (rest[at] if at < len(rest) else None) or "")
            at += 0 if equals else 1
        elif word is None or re.fullmatch(_QUIET, word) is None:
            handed.append(word)
    return parts, handed


def _complete(leads: tuple[str, ...], words: list[str]) -> bool:
    """Is the last word the script's name?"""
    return bool(leads) and not any(lead and lead.split()[: len(words)] == words for lead in leads)


def _runner(name: str, says: tuple[str, ...], named: list[str], parts: list[str]) -> Runner:
    def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
        narrowed, places = handed_on(args, cwd)
        return narrowed, [*(place for place in named if os.path.isdir(os.path.join(cwd, place))), *places]

    return Runner(
        name, _none, _unread, selection, _lists, says=says, partly=lambda args: bool(parts), named=lambda args: [*named, *parts]
    )  # fmt: skip


def _none(words: Words, cwd: str | None) -> list[str | None] | None:
    return None


def _unread(output: str) -> Summary | None:
    return None  # see runners.read: whatever known runner ended in it


def _lists(args: Words) -> bool:
    tells = ("--listTests", "--collect-only", "--co", "--version", "--help", "-h", "--no-run", "--list")
    return any(word in tells for word in args)
