"""The files in which `grep -rl TEXT FOLDER` finds a plain text, looked for in trees that are small. Loaded only for such a call."""

from __future__ import annotations

import os
import re

from planweir.shell.programs import options
from planweir.shell.state import place

MOST_FILES = 600
MOST_BYTES = 3_000_000
_PLAIN = re.compile(r"[\w /:;,=@#%&'\"<>!-]+(?:\\?\.[\w /:;,=@#%&'\"<>!-]+)*\.?")
# Words, choices of words, at most one repetition: what can cost no time.
_EASY = re.compile(
    r"(?:[\w /:=#\-^$.,'\"<>]|\\[.bBwd()|?+])+(?:[*+][\w /:=#\-^$.,'\"<>]*)?|[\w /:=#-]*\\?\([\w /|\\-]+\)[\w /:=#-]*"
    r"|[\w /:=#-]+(?:\\?\|[\w /:=#-]+)+"
)
_TAKEN = frozenset("-r -R -l -Z -z -i -n -E -F -w -I -s -e --recursive --files-with-matches --null --include --exclude-dir -H".split())
_LEFT_OUT = frozenset((".git",))
_LEFT_OUT_BY_RG = frozenset(("node_modules", ".venv", "__pycache__"))


def holding(name: str, args: list[str], cwd: str | None) -> list[str] | None:
    """The files, spelled as grep spells them; None where that cannot be told cheaply."""
    import fnmatch

    found, operands = options(args, frozenset(("-e", "--include", "--exclude-dir", "-m", "--exclude", "-f")))
    names = {option for option, _ in found}
    given = [value for option, value in found if option == "-e"]
    wanted = given or operands[:1]
    roots = operands if given else operands[1:]
    text = _form(name, wanted[0], names) if len(wanted) == 1 else None
    if names - _TAKEN or text is None or cwd is None:
        return None
    if not roots and name not in ("git", "rg") and not names & {"-r", "-R", "--recursive"}:
        return None
    looked_for = re.compile((rf"\b{text}\b" if "-w" in names else text).encode(), re.I if "-i" in names else 0)
    only = [value for option, value in found if option == "--include"]
    out: list[str] = []
    looked = size = 0
    for root in roots or ["."]:
        top = place(cwd, root)
        if top is None:
            return None
        for folder, folders, files in os.walk(top) if os.path.isdir(top) else [(os.path.dirname(top), [], [os.path.basename(top)])]:
            folders[:] = [one for one in folders if one not in _LEFT_OUT and not (name == "rg" and one in _LEFT_OUT_BY_RG)]
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


def _form(name: str, wanted: str, names: set[str]) -> str | None:
    """What is looked for as a regular expression; None where that could be dear, or is not followed."""
    if _PLAIN.fullmatch(wanted) or "-F" in names:
        return re.escape(wanted if "-F" in names else wanted.replace("\\.", "."))
    if not _EASY.fullmatch(wanted):
        return None
    if name not in ("rg", "egrep") and "-E" not in names:  # what is bare here has a backslash there
        wanted = re.sub(r"\\?([|()+?])", lambda one: one[1] if one[0] != one[1] else "\\" + one[1], wanted)
    try:
        re.compile(wanted)
    except re.error:
        return None
    return wanted
