"""What strace wrote down, read: the paths that each system call changed, with the caller's folder resolved.

One file a process (`-ff`), successful calls alone (`-z`), descriptors with their paths (`-y`). Calls that take no folder's
descriptor (mkdir, rename, unlink …) are seen from the process's folder, which is followed through chdir, fchdir and
from parent to child.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

# name -> which arguments are changed: "fd" one that names a descriptor, "path" one seen from the folder of the
# process, "at" a descriptor of a folder and a path seen from there.
CALLS: dict[str, tuple[tuple[str, int], ...]] = {
    "creat": (("path", 0),),
    "truncate": (("path", 0),),
    "ftruncate": (("fd", 0),),
    "mkdir": (("path", 0),),
    "mkdirat": (("at", 0),),
    "mknod": (("path", 0),),
    "mknodat": (("at", 0),),
    "rmdir": (("path", 0),),
    "unlink": (("path", 0),),
    "unlinkat": (("at", 0),),
    "rename": (("path", 0), ("path", 1)),
    "renameat": (("at", 0), ("at", 2)),
    "renameat2": (("at", 0), ("at", 2)),
    "link": (("path", 1),),
    "linkat": (("at", 2),),
    "symlink": (("path", 1),),
    "symlinkat": (("at", 1),),
    "chmod": (("path", 0),),
    "fchmod": (("fd", 0),),
    "fchmodat": (("at", 0),),
    "chown": (("path", 0),),
    "lchown": (("path", 0),),
    "fchown": (("fd", 0),),
    "fchownat": (("at", 0),),
    "utime": (("path", 0),),
    "utimes": (("path", 0),),
    "utimensat": (("at", 0),),
    "futimesat": (("at", 0),),
    "setxattr": (("path", 0),),
    "fallocate": (("fd", 0),),
}
OPENS = ("open", "openat")
STARTS = ("clone", "clone3", "fork", "vfork")
TRACED = ",".join([*CALLS, *OPENS, *STARTS, "chdir", "fchdir"])
FOLDERS_MADE = ("mkdir", "mkdirat")

_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)(?:<(.*)>)?")
_TEXT = re.compile(r'"((?:\\.|[^"\\])*)"')
_DESCRIPTOR = re.compile(r"(?:AT_FDCWD|\d+)<((?:\\.|[^>\\])*)>")
_ARGUMENT = re.compile(r'\s*("(?:\\.|[^"\\])*"|(?:AT_FDCWD|-?\d+)(?:<(?:\\.|[^>\\])*>)?|\{[^}]*\}|\[[^\]]*\]|[^,]*),?')
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|([0-7]{1,3})|(.))", re.S)
_LETTERS = {"n": b"\n", "t": b"\t", "r": b"\r", "f": b"\f", "v": b"\v", "a": b"\a", "e": b"\x1b"}


def unescape(text: str) -> str:
    """A string as strace prints it, made real."""

    def one(match: re.Match[str]) -> str:
        hexa, octal, letter = match.groups()
        if letter is not None:
            raw = _LETTERS.get(letter, letter.encode())
        else:
            raw = bytes([int(octal, 8) & 0xFF if octal is not None else int(hexa, 16)])
        return raw.decode("latin-1")

    return os.fsdecode(_ESCAPE.sub(one, text).encode("latin-1", "replace"))


class Trace:
    """The traces of one process tree. changed: (path, call) in no order that means anything."""

    def __init__(self, files: dict[int, Path], first: str) -> None:
        self._files = files
        self._first = first
        self.changed: list[tuple[str, str]] = []
        self._parents: set[int] = set()

    def read(self) -> list[tuple[str, str]]:
        texts = {pid: path.read_text(errors="replace").splitlines() for pid, path in self._files.items()}
        starts: list[tuple[int, str]] = []
        children = {
            int(match.group(3))
            for lines in texts.values()
            for line in lines
            if line.startswith(STARTS) and (match := _CALL.match(line))
        }
        starts = [(pid, self._first) for pid in texts if pid not in children]
        while starts:
            pid, folder = starts.pop()
            starts += self._process(texts.get(pid, []), folder)
        return self.changed

    def _process(self, lines: list[str], folder: str) -> list[tuple[int, str]]:
        """Notes what one process changed; answers with its children and the folders that they start in."""
        children: list[tuple[int, str]] = []
        for line in lines:
            match = _CALL.match(line)
            if match is None:
                continue
            name, rest, answer, opened = match.groups()
            if name in STARTS:
                children.append((int(answer), folder))
                continue
            args = [one.group(1) for one in _ARGUMENT.finditer(rest) if one.group()]
            if name == "chdir":
                folder = os.path.realpath(os.path.join(folder, _text(args[0])))
            elif name == "fchdir":
                folder = _descriptor(args[0]) or folder
            elif name in OPENS:
                if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", rest) and opened:
                    self._note(unescape(opened), name)
            else:
                for how, at in CALLS.get(name, ()):
                    self._note(self._path(how, args, at, folder), name)
        return children

    def _note(self, path: str | None, name: str) -> None:
        if path:
            self.changed.append((path.removesuffix(" (deleted)"), name))

    def _path(self, how: str, args: list[str], at: int, folder: str) -> str | None:
        if how == "fd":
            return _descriptor(args[at])
        if how == "at":
            folder = _descriptor(args[at]) or folder
            at += 1
        if at >= len(args) or not _TEXT.fullmatch(args[at]):
            return folder if how == "at" else None  # utimensat(3, NULL): the descriptor itself
        return os.path.join(folder, _text(args[at]))


def _text(argument: str) -> str:
    match = _TEXT.fullmatch(argument)
    return unescape(match.group(1)) if match else ""


def _descriptor(argument: str) -> str | None:
    match = _DESCRIPTOR.fullmatch(argument)
    return unescape(match.group(1)) if match else None
