"""Does a script that a command of the plan starts print a summary of tests of its own?

`npm test` and `make test` are believed by the summary in their output. A script in which such a summary stands as a text to print
(`"test": "echo '3 passed in 0.02s'"`) makes that of no worth; an honest one has no count of passing tests written into it.
"""

from __future__ import annotations

import os
import re

from planweir.evidence.opaque import find_opaque
from planweir.gate.summary import summary_of
from planweir.shell.scan import scan
from planweir.values import number_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.shell.scan import Program

BIG = 1_000_000  # bytes of a script
# What prints the rest of its line.
_PRINTS = re.compile(r"\b(?:echo|printf|print|console\.log|process\.stdout\.write|sys\.stdout\.write)\b[\s(]*(?:-\w+\s+)*([^\n]*)")
_WORDS = re.compile(r"""\\?"((?:[^"\\]|\\[^"])*)\\?"|'([^']*)'""")


def summary_in_script(root: str, command: str) -> str:
    """Why what `command` printed is not believed; "" where no script of it prints a summary of its own."""
    for program in scan(command, root).programs:
        for path in _scripts(program):
            if os.path.realpath(path).startswith(os.path.realpath(root) + "/") and _prints_one(path, root):
                return f"{os.path.relpath(path, root)} prints a summary of tests itself"
    return ""


def _scripts(program: Program) -> Iterator[str]:
    """Files that say what a program runs: of `make test`, and shell scripts by their name."""
    cwd = program.cwd
    if cwd is None:
        return
    opaque = find_opaque(program.words, cwd)
    if opaque is not None:
        yield from (os.path.join(cwd, name) for name in opaque[0].says)
    yield from (os.path.join(cwd, word) for word in program.argv[:3] if word and not word.startswith("-") and ("/" in word or word.endswith((".sh", ".bash"))))


def _prints_one(path: str, root: str) -> bool:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > BIG:
            return False
        with open(path, encoding="utf-8", errors="strict") as file:
            lines = [line for line in file.read().splitlines() if not line.lstrip().startswith(("#", "//"))]
    except (OSError, ValueError):
        return False
    for match in _PRINTS.finditer("\n".join(lines)):
        said = match[1]
        texts = [said, *(one or two for one, two in _WORDS.findall(said))]
        for text in texts:
            summary = summary_of(re.sub(r"\\+n", "\n", text), root)
            if summary is not None and number_or(summary, "passed") > 0:
                return True
    return False
