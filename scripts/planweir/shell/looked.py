"""The files in which `grep -rl TEXT FOLDER` finds a plain text, looked for in trees that are small. Loaded only for such a call."""

from __future__ import annotations

import os
import re

from planweir.shell.programs import options
from planweir.shell.state import place

MOST_FILES = 600
MOST_BYTES = 3_000_000
_PLAIN = re.compile(r"[\w /:;,=@#%&'\"<>!-]+(?:\\?\.[\w /:;,=@#%&'\"<>!-]+)*\.?")
_TAKEN = frozenset("-r -R -l -Z -z -i -n -E -F -w -I -s -e --recursive --files-with-matches --null --include --exclude-dir -H".split())
_LEFT_OUT = frozenset((".git",))


def holding(name: str, args: list[str], cwd: str | None) -> list[str] | None:
    """The files, spelled as grep spells them; None where that cannot be told cheaply."""
    import fnmatch

    found, operands = options(args, frozenset(("-e", "--include", "--exclude-dir", "-m", "--exclude", "-f")))
    names = {option for option, _ in found}
    given = [value for option, value in found if option == "-e"]
    wanted = given or operands[:1]
    roots = operands if given else operands[1:]
    if names - _TAKEN or len(wanted) != 1 or not _PLAIN.fullmatch(wanted[0]) or cwd is None:
        return None
    if not roots and name != "git" and not names & {"-r", "-R", "--recursive"}:
        return None
    text = re.escape(wanted[0].replace("\\.", "."))
    looked_for = re.compile((rf"\b{text}\b" if "-w" in names else text).encode(), re.I if "-i" in names else 0)
    only = [value for option, value in found if option == "--include"]
    out: list[str] = []
    looked = size = 0
    for root in roots or ["."]:
        top = place(cwd, root)
        if top is None:
            return None
        for folder, folders, files in os.walk(top) if os.path.isdir(top) else [(os.path.dirname(top), [], [os.path.basename(top)])]:
            folders[:] = [one for one in folders if one not in _LEFT_OUT]
            looked += len(files) + len(folders)
            if looked > MOST_FILES:
                return None
            for one in files:
                if only and not any(fnmatch.fnmatchcase(one, each) for each in only):
                    continue
                path = os.path.join(folder, one)
                try:
                    size += os.path.getsize(path)
                    if size > MOST_BYTES:
                        return None
                    with open(path, "rb") as file:
                        if looked_for.search(file.read()):
                            out.append(path)
                except OSError:
                    continue
    return out
