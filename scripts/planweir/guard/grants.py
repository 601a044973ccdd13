"""What the person granted at start: calls that need no dialog."""


from __future__ import annotations

import os

from planweir.guard.paths import below, canonical, device, scratch
from planweir.guard.who import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.who import Guard
    from planweir.shell.scan import Program, Scan

# Readers whose first operand is a pattern or a program text and no path; "" : none of their words is a path.
_PATTERN_FIRST = frozenset("grep egrep fgrep rg ag ack sed gsed awk gawk mawk nawk jq yq expr".split())
_NO_PATHS = frozenset(
    "echo printf true false : test [ sleep date seq exit return set shift export local".split()
)


def reads_inside(program: Program, guard: Guard) -> bool:
    """Whether every path among a reader's arguments lies in the project or in a scratch folder."""
    if program.name in _NO_PATHS:
        return True
    if program.cwd is None:
        return False
    project = os.path.realpath(text(guard, "project") or "/")
    words = program.words[1:]
    if program.name in _PATTERN_FIRST:
        first = next((i for i, one in enumerate(words) if one is None or not one.startswith("-")), None)
        if first is not None:
            words = words[:first] + words[first + 1 :]
    for one in words:
        if one is None:
            return False
        if one.startswith("-"):
            at = one.find("/")
            if at < 0:
                continue
            one = one[at:]
        path = canonical(one, program.cwd)
        if not (below(path, project) or device(path) or scratch(path)):
            return False
    return True


def inputs_inside(scan: Scan, guard: Guard) -> bool:
    """The same for files opened by `<`."""
    project = os.path.realpath(text(guard, "project") or "/")
    for one in scan.inputs:
        path = canonical(one)
        if not one.startswith("/") or not (below(path, project) or device(path) or scratch(path)):
            return False
    return True
