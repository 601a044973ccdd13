"""The names inside archives, folders and patches that lie on the disk: read only as far as a small budget goes."""

from __future__ import annotations

import os
import re

from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.call import Call

MOST = 300  # names; of a thing with more of them only the folder that it goes into is told
_BYTES = 4_000_000  # of a packed archive, unpacked
_PAIR = pattern(r"^--- (.+)\r?\n\+\+\+ (.+)$", re.M)
_CONTEXT = pattern(r"^\*\*\* (.+)\r?\n--- (.+)$", re.M)
_NAMED = pattern(r"^(?:(?:rename|copy) (?:from|to) (.+)|diff --git (?:\"?a/(.+?)\"?) (?:\"?b/(.+?)\"?)|Index: (.+))$", re.M)


def below(folder: str) -> list[str] | None:
    """The files below a folder, relative to it; None where they are too many."""
    found: list[str] = []
    looked = 0
    for where, folders, names in os.walk(folder):
        looked += len(folders) + len(names)
        if looked > MOST:
            return None
        links = [one for one in folders if os.path.islink(os.path.join(where, one))]
        found += [os.path.relpath(os.path.join(where, one), folder) for one in (*names, *links)]
    return found


def patched(text: str) -> list[list[str]]:
    """The files that a patch changes: for each place that names any, the names that it may mean."""
    if len(text) > 200_000:
        return []
    found: list[list[str]] = []
    for match in (*_PAIR.finditer(text), *_CONTEXT.finditer(text), *_NAMED.finditer(text)):
        names = [_bare(one) for one in match.groups() if one]
        names = [one for one in names if one and one != "/dev/null"]
        if (match.re.pattern.startswith("^(?:") and not match.group(1) and not match.group(4)) or (match.group(1) and match.re.pattern.startswith("^(?:")):
            names = ["a/" + one for one in names]
        if names and names not in found:
            found.append(names)
        if len(found) > MOST:
            return []
    return found


def _bare(name: str) -> str:
    name = name.rstrip("\r").split("\t", 1)[0].rstrip()
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        from planweir.shell.escapes import ansi

        name = ansi(name[1:-1]).encode("latin-1", "replace").decode("utf-8", "replace")
    return re.sub(r"\s+\d{4}-\d\d-\d\d .*\Z", "", name)


def stripped(name: str, count: int) -> str:
    """A name without its first `count` folders."""
    parts = name.lstrip("/").split("/") if not name.startswith("/") else ["", *name.lstrip("/").split("/")]
    return "/".join(parts[count:]) if count < len(parts) else parts[-1]


def in_tar(path: str) -> list[str] | None:
    """The members of a tar archive; None where they cannot be told."""
    try:
        with open(path, "rb") as file:
            head = file.read(8)
            file.seek(0)
            if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")):
                from io import BytesIO

                data = _unpacked(file.read(_BYTES // 2 + 1), head)
                return None if data is None else _tar_names(BytesIO(data))
            return _tar_names(file)
    except (OSError, ValueError, EOFError):
        return None


def _unpacked(data: bytes, head: bytes) -> bytes | None:
    """The unpacked bytes; None where they are too many, or broken."""
    if len(data) > _BYTES // 2:
        return None
    if head.startswith(b"\x1f\x8b"):
        import zlib

        try:
            out = zlib.decompressobj(31).decompress(data, _BYTES)
        except zlib.error:
            return None
    elif head.startswith(b"BZh"):
        from _bz2 import BZ2Decompressor

        out = BZ2Decompressor().decompress(data, _BYTES)
    else:
        from _lzma import LZMADecompressor, LZMAError

        try:
            out = LZMADecompressor(memlimit=80_000_000).decompress(data, _BYTES)
        except LZMAError:
            return None
    return out if len(out) < _BYTES else None


def _tar_names(file: object) -> list[str] | None:
    names: list[str] = []
    links: list[str] = []
    longer = ""
    read, seek = file.read, file.seek  # type: ignore[attr-defined]
    while len(names) <= MOST:
        block = read(512)
        if len(block) < 512 or block == bytes(512):
            return names if names else None
        if block[257:262] not in (b"ustar", b"\0\0\0\0\0"):
            return None
        size = int(block[124:136].strip(b" \0") or b"0", 8)
        kind = block[156:157]
        padded = (size + 511) // 512 * 512
        if kind in b"LKxg" and kind:
            if size > 8_000:
                return None
            data = read(padded)[:size].decode("utf-8", "replace")
            if kind == b"L":
                longer = data.rstrip("\0")
            elif kind == b"x":
                told = re.search(r"^\d+ path=(.*)$", data, re.M)
                longer = told.group(1) if told else longer
            continue
        name = block[:100].rstrip(b"\0").decode("utf-8", "replace")
        prefix = block[345:500].rstrip(b"\0").decode("utf-8", "replace") if block[257:263] == b"ustar\0" else ""
        name = longer or (prefix + "/" + name if prefix else name)
        longer = ""
        if any(name.startswith(one + "/") for one in links):
            return None  # through a link of the archive's own
        if kind == b"2":
            links.append(name.rstrip("/"))
        if kind != b"5":
            names.append(name)
        seek(padded, 1)
    return None


def in_zip(path: str) -> list[str] | None:
    """The members of a zip archive; None where they cannot be told."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 66_000))
            tail = file.read()
            end = tail.rfind(b"PK\5\6")
            if end < 0:
                return None
            count = int.from_bytes(tail[end + 10 : end + 12], "little")
            length = int.from_bytes(tail[end + 12 : end + 16], "little")
            start = int.from_bytes(tail[end + 16 : end + 20], "little")
            if count > MOST or length > 200_000:
                return None
            file.seek(start)
            data = file.read(length)
    except (OSError, ValueError):
        return None
    names: list[str] = []
    at = 0
    while data[at : at + 4] == b"PK\1\2":
        name, extra, comment = (int.from_bytes(data[at + i : at + i + 2], "little") for i in (28, 30, 32))
        text = data[at + 46 : at + 46 + name].decode("utf-8", "replace")
        if (int.from_bytes(data[at + 38 : at + 42], "little") >> 28) == 10:
            return None  # a link, through which later members may go
        if not text.endswith("/"):
            names.append(text)
        at += 46 + name + extra + comment
    return names if len(names) <= count else None


def from_pipe(call: Call) -> list[str] | None:
    """The members of the archive that a tar reads: a file that another program hands on, or what another tar packs."""
    from planweir.shell.programs import options
    from planweir.shell.state import place

    feeder = call.feeder()
    if isinstance(feeder, str):
        return in_tar(feeder)
    if feeder is None or None in feeder.words:
        return None
    words = [one or "" for one in feeder.words[1:]]
    if feeder.name in ("cat", "gzip", "zcat", "gunzip", "xz", "bzip2", "zstd", "pv", "xzcat", "bzcat"):
        files = [one for one in words if not one.startswith("-")]
        path = place(feeder.cwd, files[0]) if len(files) == 1 else None
        return None if path is None else in_tar(path)
    if feeder.name in ("tar", "gtar", "bsdtar") and words:
        letters = words[0].lstrip("-")
        if "c" not in letters or words[0].startswith("--"):
            return None
        found, operands = options(words[1:], frozenset(("-C", "-f", "--exclude", "-T", "--directory")))
        if {name for name, _ in found} - {"-C", "--directory", "-f"}:
            return None
        operands = [one for one in operands if one != "-"]
        folder = next((value for name, value in found if name in ("-C", "--directory")), ".")
        members: list[str] = []
        for one in operands:
            whole = place(feeder.cwd, folder + "/" + one)
            inside = below(whole) if whole is not None and os.path.isdir(whole) else [""]
            if inside is None:
                return None
            members += [os.path.normpath(f"{one}/{each}") for each in inside]
        return members or None
    return None
