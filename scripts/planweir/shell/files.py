"""Files whose text the analysis looks at: what the line itself wrote into them, else what lies on the disk.

Of a script that is run, what it would do is told beside the line (`Program.script`), and what runs it stays opaque: a script
was not written for this call, so that what stands in a branch of it is only possible.
"""

from __future__ import annotations

import os
import re

from planweir.shell.grammar import Parser
from planweir.shell.limits import Limit, Unreadable
from planweir.shell.marks import clean, known
from planweir.shell.scan import OPAQUE, Scan, Write
from planweir.shell.state import Flow, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.scan import Program
    from planweir.shell.state import State
    from planweir.shell.walk import Walk

MAX_FILE = 24_000  # bytes of a file that is looked at
MAX_SCRIPTS = 4  # scripts of one line that are read, also inside each other
SECONDS = 0.03  # processor time for one of them
_KEEPS = ("chmod", "chown", "chgrp", "touch", "chattr")  # change a file and not its text
_LATER = re.compile(r"\s|(?:if|for|while|function|async|export|sub|unless)\b|.*=>")  # what may be run later, or never
_FOR_SHELLS = re.compile(r"#!\s*\S*(?:/env\s+(?:-S\s+)?)?\b(?:ba|da|z|k|a|mk)?sh\b")


def content(walk: Walk, path: str, anyway: bool) -> str | None:
    """The text of the file `path` when the present command runs; None where it is not known, large, or no text.

    anyway: the text that it may have, where what came before may have changed it.
    """
    found = walk.result
    writers = []
    doubt = False
    for write in found.writes:
        if write.path is None:
            doubt = doubt or write.certainty == OPAQUE or _below(path, write.within or "/")
        elif write.by not in _KEEPS and (write.path == path or os.path.realpath(write.path) == os.path.realpath(path)):
            writers.append(write)
        elif write.kind in ("tree", "delete") and _below(path, write.path):
            doubt = True
    if doubt and not anyway:
        return None
    if not writers:
        return _on_disk(path) if walk.outer is None else content(walk.outer, path, anyway)
    told = _told(walk, path)
    if told is None:
        return _on_disk(path) if anyway else None
    return (_on_disk(path) or "") + told if path in walk.appended else told


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _on_disk(path: str) -> str | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > MAX_FILE:
            return None
        with open(path, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError:
        return None
    if b"\0" in data or len(data) > MAX_FILE:
        return None
    return clean(data.decode("utf-8", "replace"))


def _told(walk: Walk, path: str) -> str | None:
    """What the line writes into a file, if all that does so tells what it prints."""
    from planweir.shell.printed import output_of

    pieces: list[str] = []
    for program in walk.result.programs:
        text: str | None
        words = program.words
        if program.name == "tee" and any(one and place(program.cwd, one) == path for one in words[1:]):
            text = program.stdin_text
        elif program.name in ("cp", "mv", "ln", "install") and words[-1] and place(program.cwd, words[-1]) == path:
            source = place(program.cwd, words[-2] or "") if len(words) > 2 else None
            text = None if source is None or source == path else _on_disk(source) or _told(walk, source)
        elif program.stdout_to == path:
            text = output_of(program, program.stdin_text, lambda one: _on_disk(place("/", one) or ""), True)
        else:
            continue
        if text is None or len(text) > MAX_FILE:
            return None
        pieces.append(text)
    return "".join(pieces) if pieces else None


def walk_text(walk: Walk, program: Program, text: str, state: State, part: Callable[[str], str | None]) -> None:
    """Notes what a script would do that stands in the line itself."""
    found = _attached(program)
    found.path, found.source, found.fresh = "the script in the line", text, True
    _walked(walk, found, program, text, part(text), None, state)


def _attached(program: Program) -> Scan:
    """A further script of a program: the second and later ones as if the first ran them."""
    found = Scan()
    if program.script is None:
        program.script = found
    else:
        from planweir.shell.scan import Program as Another

        inner = Another([program.name], [program.name], program.name, program.cwd)
        inner.kind, inner.maybe, inner.script = "reads", True, found
        program.script.programs.append(inner)
    return found


def walk_script(
    walk: Walk, program: Program, path: str, args: list[str] | None, state: State, shell: bool, part: Callable[[str], str | None] | None = None
) -> None:
    """Notes in `program.script` what a script would do; of one that is not for a shell its text, and what it plainly writes."""
    outermost = walk
    depth = 0
    while outermost.outer is not None:
        outermost, depth = outermost.outer, depth + 1
    whole = place(state.cwd, path) if known(path) else None
    if whole is None or depth > 1 or outermost.scripts >= MAX_SCRIPTS or _of_the_system(whole):
        return
    text = content(walk, whole, True)
    if not text:
        return
    outermost.scripts += 1
    found = _attached(program)
    found.path, found.source = whole, text
    found.fresh = any(write.path == whole for write in outermost.result.writes)
    if not shell and program.name.startswith(("python", "pypy")):
        from planweir.shell.pycode import only_reads

        if only_reads(text):
            return
    if not shell or (text.startswith("#!") and not _FOR_SHELLS.match(text)):
        found.readable, found.why = False, "it is no shell script"
        _plainly_written(found, program, text, state)
        return
    _walked(walk, found, program, text, part(text) if part else text, args, state)


def _plainly_written(found: Scan, program: Program, text: str, state: State) -> None:
    """What code in another language writes by names that stand in it: of a project's own script what it does at once."""
    from planweir.shell import codewrites

    strange = found.fresh or not (state.cwd and _below(found.path, state.cwd))
    if program.name.startswith(("python", "pypy")):
        writes = codewrites.python_writes(text, not strange)
    elif program.name in ("node", "nodejs", "bun", "deno", "perl"):
        lines = text if strange else "\n".join(one for one in text.split("\n") if not _LATER.match(one))
        writes = codewrites.perl_writes(lines) if program.name == "perl" else codewrites.js_writes(lines)
    else:
        writes = []
    for how, path in writes[:50]:
        whole = place(state.cwd, path)
        if whole is not None and how == "spread":
            found.writes.append(Write(None, program.name, "write", within=whole))
        elif whole is not None:
            found.writes.append(Write(whole, program.name, how))


def _walked(
    walk: Walk, found: Scan, program: Program, text: str, source: str | None, args: list[str] | None, state: State
) -> None:
    if source is None:
        found.readable, found.why = False, "it is no shell script"
        return
    outside = state
    inner = type(walk)(found, Limit(SECONDS), walk)
    state = state.copy()
    state.args = args
    again = state.copy()
    try:
        inner.walk_list(Parser(source, inner.limit).program(), state, Flow())
        if program.name in ("source", "."):
            for name, bodies in state.functions.items():
                for body in bodies:
                    outside.define(name, body, False)
        from planweir.shell.posix import for_sh, read_again

        if for_sh(program.name, text):
            read_again(inner, source, again, Flow())
    except (Unreadable, RecursionError) as error:
        found.readable, found.why = False, str(error)


def _of_the_system(path: str) -> bool:
    return path.startswith(("/usr/", "/bin/", "/sbin/", "/lib/", "/nix/", "/System/"))
