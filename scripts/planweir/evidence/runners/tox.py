# words: tox
"""tox: it runs what tox.ini (pyproject.toml, setup.cfg) says. Counted are the summaries of the runners within; its own lines
tell of environments that failed otherwise."""

from __future__ import annotations

import re

from planweir.evidence.runners.base import Runner, behind_dashes, handed_on, options, plain, summed
from planweir.evidence.wrappers import program_name, python_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_RUNS = ("run", "r", "run-parallel", "p", "legacy", "le")
_TELLS = ("list", "l", "config", "c", "depends", "de", "devenv", "d", "quickstart", "q", "exec", "e", "schema", "man")
_VALUED = tuple(
    """-e --env -m --labels -f --factors --skip-env -c --conf --workdir --root --runner --result-json --override -x
    --discover --hashseed --exit-and-dump-after --installpkg -p --parallel --colored --stderr-color --default-runner""".split()
)


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    module = python_module(words, cwd)
    if module is not None:
        return module[1:] if module[:1] == ["tox"] else None
    return list(words[1:]) if words and program_name(words[0], cwd) in ("tox", "tox.exe") else None


def lists(args: Words) -> bool:
    own, _handed = behind_dashes(args)
    given, others = options(own, _VALUED)
    tells = (
        "--version", "-V", "--help", "-h", "--listenvs", "-l", "--listenvs-all", "-a", "-n", "--notest", "--showconfig",
        "-b", "--pkg-only", "--sdistonly",
    )  # fmt: skip
    return (others[:1] != [] and others[0] in _TELLS) or any(option in (*tells, "--devenv") for option, _value in given)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    own, handed = behind_dashes(args)
    narrowed, places = handed_on(handed, cwd)
    return narrowed or None in own, places


def partly(words: Words) -> bool:
    own, _handed = behind_dashes(words)
    chosen = ("-e", "--env", "-m", "--labels", "-f", "--factors", "--skip-env")
    return any(
        word is not None and (word.partition("=")[0] in (*chosen, "TOXENV", "TOX_SKIP_ENV") or re.match(r"-[emf]\w", word))
        for word in own
    )


def named(args: Words) -> list[str]:
    given, _others = options(behind_dashes(args)[0], _VALUED)
    return [value for option, value in given if option in ("-c", "--conf", "--root") and value]


# --- how its own lines read ---

_FAILED = (
    r"(?m)^(?:  \S+: (?:IGNORED )?FAIL\b.*|  evaluation failed :\(.*|ERROR: +\S+: (?:commands failed|.*failed).*"
    r"|.*: command failed but is marked ignore outcome.*)$"
)


def read(output: str) -> Summary | None:
    """That an environment failed; what passed is told by the runners within."""
    if re.search(_FAILED, plain(output)) is None:
        return None
    told = summed(cut=True)
    told["lines"] = told["empty"] = 0
    return told


RUNNER = Runner(
    "tox", recognise, read, selection, lists, ("tox.py", "tox/__init__.py"),
    says=("tox.ini", "pyproject.toml", "setup.cfg", "tox.toml"), partly=partly, named=named,
)  # fmt: skip
