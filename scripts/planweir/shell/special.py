"""Which programs need more than a row of the table, and the module that reads each one's arguments.

A module is imported when a command first names one of its programs: most commands need none of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.call import Call

# module -> the programs that it reads
READERS: dict[str, str] = {
    "git": "git",
    "interpreters": "python python2 python3 pypy pypy3 perl ruby node nodejs php lua luajit bun deno",
    "editing": "awk gawk mawk nawk sed gsed vi vim nvim ex ed emacs",
    "searching": "find fd fdfind rg",
    "archives": "tar gtar bsdtar unzip patch dd",
    "network": "curl wget gh",
    "machine": "kill pkill killall skill date ip crontab",
}
READER_OF: dict[str, str] = {
    program: module for module, programs in READERS.items() for program in programs.split()
}


def reader(program: str) -> Callable[[Call], None] | None:
    """The function that judges a call of `program`, None where its row of the table is enough."""
    module = READER_OF.get(program)
    if module is None:
        return None
    return _handlers(module)[program]


def _handlers(module: str) -> dict[str, Callable[[Call], None]]:
    if module == "git":
        from planweir.shell.git import HANDLERS
    elif module == "interpreters":
        from planweir.shell.interpreters import HANDLERS
    elif module == "editing":
        from planweir.shell.editing import HANDLERS
    elif module == "searching":
        from planweir.shell.searching import HANDLERS
    elif module == "archives":
        from planweir.shell.archives import HANDLERS
    elif module == "network":
        from planweir.shell.network import HANDLERS
    else:
        from planweir.shell.machine import HANDLERS
    return HANDLERS
