"""Variables that a command sets for those that follow in it, by which another program, or other code, would be run."""

from __future__ import annotations

import re

from planweir.guard.paths import below, canonical, scratch
from planweir.guard.variables import dangerous
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case

_FOLDERS = frozenset(("PATH", "PYTHONPATH", "NODE_PATH", "RUBYLIB", "CLASSPATH"))
_SET = pattern(r"(?<![\w$-])(\w+)\+?=(\"[^\"]*\"|'[^']*'|[^\s;&|()]*)")
_LOOPED = pattern(r"(?:\b(?:for|select)\s+|\$\{)(\w+)(?=\s+in\b|:?=)")
_READERS = frozenset(("read", "mapfile", "readarray", "getopts"))


def swaps(case: Case) -> str | None:
    """The variable that is set so, if there is one. A folder of the project or of the machine in PATH is well."""
    for found in _SET.finditer(case.source):
        name, value = found.group(1), found.group(2).strip("\"'")
        if name not in case.scan.assigned:
            continue
        if name in _FOLDERS:
            if any(_anybodys(part, case) for part in value.split(":")):
                return name
        elif dangerous([f"{name}={value}"]):
            return name
    for found in _LOOPED.finditer(case.source):
        if _matters(found.group(1)):
            return found.group(1)
    for program in case.scan.programs:
        words = [one or "" for one in program.words[1:]]
        if program.name == "printf" and words[:1] == ["-v"]:
            words = words[1:2]
        elif program.name not in _READERS:
            continue
        hit = next((one for one in words if _matters(one)), None)
        if hit:
            return hit
    return None


def _matters(name: str) -> bool:
    return re.fullmatch(r"\w+", name) is not None and (name in _FOLDERS or dangerous([f"{name}="]) is not None)


def _anybodys(part: str, case: Case) -> bool:
    """Whether a part of PATH is a folder for temporary files."""
    if not part.startswith("/"):
        return part.startswith(("$TMPDIR", "${TMPDIR"))
    whole = canonical(part, case.cwd)
    return scratch(whole + "/x") and not below(whole, case.project)
