"""What programs that decode or turn a text print, computed where the text stands in the command. Loaded only for them.

A decoder whose text is not known is told by `decodes`: nobody honest gives what it prints to a shell unseen.
"""

from __future__ import annotations

import re

from planweir.shell.marks import clean, known
from planweir.shell.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.scan import Program

    Content = Callable[[str], str | None]

NAMES = frozenset("base64 base32 xxd rev tr openssl sed gsed awk gawk mawk python python3 perl".split())
_MOST = 20_000  # characters
_VALUES = {
    "base64": "-w --wrap -b -i -o",
    "base32": "-w --wrap",
    "xxd": "-c -g -l -s -o -n",
    "openssl": "-in -out -k -K -iv -pass -md",
}
_ENCODES = frozenset(("enc", "base64", "-base64", "-a", "-A", "-d", "-in"))
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,6}")
_CLASSES = {"[:lower:]": "a-z", "[:upper:]": "A-Z", "[:digit:]": "0-9", "[:alpha:]": "A-Za-z"}
_PLAIN_SED = re.compile(r"s(?P<mark>[/|,#:@])(?P<old>\^?(?:(?!(?P=mark))[^\\.*\[\]^$])*\$?)(?P=mark)(?P<new>(?:(?!(?P=mark))[^\\&])*)(?P=mark)(?P<flags>[gp]*)")
_PRINTS_TEXT = {
    "awk": re.compile(r"""\s*BEGIN\s*\{\s*print\s*\(?\s*"((?:[^"\\]|\\.)*)"\s*\)?;?\s*\}\s*"""),
    "python": re.compile(r"""\s*print\(\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")\s*\)\s*;?\s*"""),
    "perl": re.compile(r"""\s*print\s*\(?\s*(?:'([^'\\]*)'|"([^"\\$@]*)")\s*\)?\s*;?\s*"""),
}


def output_of(program: Program, given: str | None, content: Content) -> str | None:
    """What one of NAMES prints, None where that cannot be told."""
    words = program.words
    if None in words:
        return None
    name, args = program.name, [one or "" for one in words[1:]]
    if name in ("awk", "gawk", "mawk", "python", "python3", "perl"):
        return _literal(name, args)
    found, operands = options(args, frozenset(_VALUES.get(name, "").split()))
    names = {option for option, _ in found}
    files = [] if name in ("tr", "sed", "gsed") else [one for one in operands if one != "-"]
    if name == "openssl":
        files = [args[at + 1] for at, one in enumerate(args[:-1]) if one == "-in"]
    text = content(files[0]) if files else given
    if text is None or not known(text) or len(text) > _MOST or len(files) > 1:
        return None
    if name == "rev":
        return "".join(line.rstrip("\n")[::-1] + line[len(line.rstrip("\n")) :] for line in text.splitlines(True))
    if name == "tr":
        return _translated(text, names, operands)
    if name in ("sed", "gsed"):
        return _replaced(text, names, args)
    decoding = names & {"-d", "-D", "--decode", "-r"} or (name == "openssl" and "-d" in args)
    if not decoding or (name == "xxd" and "-p" not in names):
        return None
    if name == "openssl" and (not {"base64", "-base64", "-a"} & set(args) or set(args) - _ENCODES - set(files)):
        return None  # there is a cipher as well
    return _decoded(name, text)


def _decoded(name: str, text: str) -> str | None:
    from binascii import Error, a2b_base64, a2b_hex

    bare = "".join(text.split())
    try:
        if name == "xxd":
            data = a2b_hex(bare)
        elif not _BASE64.fullmatch(bare) or len(bare) % 4:
            return None
        elif name == "base32":
            from base64 import b32decode

            data = b32decode(bare)
        else:
            data = a2b_base64(bare)
    except (Error, ValueError):
        return None
    return clean(data.decode("utf-8", "replace"))


def _set(text: str) -> str | None:
    """The characters of one of tr's sets."""
    for one, plain in _CLASSES.items():
        text = text.replace(one, plain)
    if "[" in text or "\\" in text:
        if text not in ("\\n", "\\t"):
            return None
        text = {"\\n": "\n", "\\t": "\t"}[text]
    out = re.sub(r"(.)-(.)", lambda ends: "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), text, flags=re.S)
    return out if len(out) < 1_000 else None


def _translated(text: str, names: set[str], operands: list[str]) -> str | None:
    sets = [_set(one) for one in operands]
    if not sets or None in sets or names - {"-d"}:
        return None
    old = sets[0] or ""
    if "-d" in names:
        return text.translate(dict.fromkeys(map(ord, old))) if len(sets) == 1 else None
    new = sets[1] if len(sets) == 2 else ""
    if not new:
        return None
    return text.translate({ord(one): new[min(at, len(new) - 1)] for at, one in enumerate(old)})


def _replaced(text: str, names: set[str], args: list[str]) -> str | None:
    """sed with one plain replacement."""
    rest = [one for one in args if one not in ("-n", "-e", "-E")]
    match = _PLAIN_SED.fullmatch(rest[0]) if len(rest) == 1 else None
    if match is None:
        return None
    old, new, flags = match["old"], match["new"], match["flags"]
    if "-E" in args and re.search(r"[+?(){}|]", old):
        return None
    wanted = ("^" if old[:1] == "^" else "") + re.escape(old.removeprefix("^").removesuffix("$")) + ("$" if old[-1:] == "$" else "")
    out = []
    for line in text.splitlines():
        changed, times = re.subn(wanted, lambda _: new, line, count=0 if "g" in flags else 1)
        if "-n" not in names or (times and "p" in flags):
            out.append(changed + "\n")
    return "".join(out)


def _literal(name: str, args: list[str]) -> str | None:
    """awk, python and perl that print one text which stands in their code."""
    kind = "awk" if name.endswith("awk") else "perl" if name == "perl" else "python"
    wanted = {"awk": 0, "perl": 1, "python": 1}[kind]
    if len(args) != wanted + 1 or (wanted and args[0] not in ("-c", "-e", "-E")):
        return None
    match = _PRINTS_TEXT[kind].fullmatch(args[-1])
    if match is None:
        return None
    text = next((one for one in match.groups() if one is not None), "")
    if "\\" in text:
        from planweir.shell.escapes import ansi

        text = ansi(text)
    return text if kind == "perl" else text + "\n"


_DECODERS = {
    "base64": ("-d", "-D", "--decode", "-di", "-id"),
    "base32": ("-d", "--decode"),
    "xxd": ("-r", "-rp"),
    "uudecode": (),
    "gzip": ("-d", "-dc", "-cd", "--decompress"),
    "bzip2": ("-d", "-dc", "-cd"),
    "xz": ("-d", "-dc", "-cd"),
    "zstd": ("-d", "-dc", "-cd"),
    "zcat": (),
    "gunzip": (),
    "bzcat": (),
    "xzcat": (),
    "bunzip2": (),
    "unxz": (),
    "gpg": ("-d", "--decrypt"),
    "openssl": ("-d", "-D"),
    "rev": (),
}


def decodes(program: Program) -> bool:
    """Whether a program makes another text of what it reads, which only shows when it runs."""
    wanted = _DECODERS.get(program.name)
    return wanted is not None and (not wanted or any(one in program.words for one in wanted))
