# words: nox
"""nox: it runs what noxfile.py says. Counted are the summaries of the runners within; its own lines tell of sessions that failed
otherwise."""

from __future__ import annotations

import re

from planweir.evidence.runners.base import Runner, behind_dashes, handed_on, options, plain, summed
from planweir.evidence.wrappers import program_name, python_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-f --noxfile -s --session --sessions -e -t --tag --tags -k --keywords -p --python --pythons --extra-pythons
    --force-python -P --default-venv-backend -db --force-venv-backend -fb --envdir --report --script-mode -j --parallel
    --script-venv-backend --usage""".split()
)


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    module = python_module(words, cwd)
    if module is not None:
        return module[1:] if module[:1] == ["nox"] else None
    return list(words[1:]) if words and program_name(words[0], cwd) in ("nox", "nox.exe") else None


def lists(args: Words) -> bool:
    tells = ("--list", "-l", "--list-sessions", "--help", "-h", "--version", "--usage", "--install-only", "--json")
    return any(word in tells for word in behind_dashes(args)[0])


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    own, handed = behind_dashes(args)
    narrowed, places = handed_on(handed, cwd)
    return narrowed or None in own, places


def partly(words: Words) -> bool:
    own, _handed = behind_dashes(words)
    chosen = ("-s", "--session", "--sessions", "-e", "-t", "--tag", "--tags", "-k", "--keywords", "-p", "--python", "--pythons")
    return any(word is not None and word.partition("=")[0] in (*chosen, "NOXSESSION", "NOXPYTHON") for word in own)


def named(args: Words) -> list[str]:
    given, _others = options(behind_dashes(args)[0], _VALUED)
    return [value for option, value in given if option in ("-f", "--noxfile") and value]


# --- how its own lines read ---

_FAILED = r"(?m)^nox\S* > (?:Session .* (?:failed|aborted|interrupted)\b.*|\* .*: (?:failed|aborted)\b.*|Error while collecting sessions\b.*)$"


def read(output: str) -> Summary | None:
    """That a session failed; what passed is told by the runners within."""
    if re.search(_FAILED, plain(output)) is None:
        return None
    told = summed(cut=True)
    told["lines"] = told["empty"] = 0
    return told


RUNNER = Runner("nox", recognise, read, selection, lists, ("nox.py", "nox/__init__.py"), says=("noxfile.py",), partly=partly, named=named)
