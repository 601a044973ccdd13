"""Expansion of words: braces, tilde, parameters, substitutions, splitting, patterns."""

from __future__ import annotations

import os
import re
from itertools import pairwise

from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_BRACES, MAX_GLOB, MAX_TEXT, Unreadable
from planweir.shell.marks import (
    BRACKET,
    CLOSE,
    COMMA,
    EMPTY,
    OPEN,
    PIECE,
    QUERY,
    SPLIT,
    STAR,
    UNKNOWN,
    clean,
    plain,
    raw,
)
from planweir.shell.state import State
from planweir.shell.words import ARR, LIT, NUM, PROC, RAW, SUB, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.nodes import Node
    from planweir.shell.words import Word

    Runner = Callable[
        [list[Node], State], str
    ]  # runs substituted commands, answers with their output, marked

_RAW_SPECIAL = pattern(r"[*?\[{,}]")
_TILDE = pattern(r"~([\w.+-]*)(?=/|:|\Z)", re.A)
_ASSIGNED = pattern(r"[A-Za-z_]\w*=(?=~)", re.A)
_CHANGED = pattern(
    r"([A-Za-z_]\w*)\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)|([A-Za-z_]\w*)(?:\+\+|--)|(?:\+\+|--)([A-Za-z_]\w*)"
)
_RANGE = pattern(r"(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?\Z", re.A)
_GLOBBED = pattern("[" + STAR + QUERY + BRACKET + "]")
_BLANK = pattern(r"[ \t\n]+")


class Expander:
    """Turns words into marked strings. run: what executes a substitution's commands."""

    __slots__ = ("printed", "run", "tick")

    def __init__(self, run: Runner, tick: Callable[[], None]) -> None:
        self.run = run
        self.tick = tick
        self.printed = UNKNOWN  # by the last process substitution

    def text(self, word: Word, state: State) -> str:
        """One string, as in assignments, redirections and here-documents: no splitting, no patterns."""
        return plain(self._join(word, state, split=False))

    def fields(self, word: Word, state: State) -> list[str]:
        """The words that one word of the source becomes."""
        if len(word) == 1 and word[0].kind in (RAW, LIT):
            text = word[0].text
            if word[0].kind == LIT or not (_RAW_SPECIAL.search(text) or "~" in text):
                return [text]
        joined = self._join(word, state, split=True)
        if joined.isascii():
            return [joined] if joined else []
        fields: list[str] = []
        for one in self._braces(joined):
            for piece in one.split(SPLIT):
                if piece:
                    self._glob(piece.replace(EMPTY, ""), state, fields)
        return fields

    # -- parts ---------------------------------------------------------------------------------------------

    def _join(self, word: Word, state: State, split: bool) -> str:
        pieces: list[str] = []
        for index, part in enumerate(word):
            self.tick()
            if part.kind == RAW:
                text = part.text
                if "~" in text:
                    text = self._tilde(text, index == 0, state)
                pieces.append(raw(text) if split and _RAW_SPECIAL.search(text) else text)
            elif part.kind == LIT:
                pieces.append(part.text or EMPTY)
            else:
                pieces.append(self._expansion(part, state, split))
        joined = "".join(pieces)
        if len(joined) > MAX_TEXT:
            raise Unreadable("a word grows too long")
        return joined

    def _expansion(self, part: Part, state: State, split: bool) -> str:
        if part.kind == NUM:
            self.run(part.nodes or [], state.copy())
            for names in _CHANGED.findall(part.text):
                state.vars[names[0] or names[1] or names[2]] = PIECE
            return PIECE
        if part.kind == PROC:
            self.printed = self.run(part.nodes or [], state.copy())
            return "/dev/fd/" + PIECE
        if part.kind == ARR:
            for inner in part.words or []:
                self.fields(inner, state)
            return UNKNOWN
        if part.kind == SUB:
            value: str | list[str] = self.run(part.nodes or [], state.copy()).rstrip("\n")
        else:
            value = self._parameter(part, state)
        if isinstance(value, list):
            glue = SPLIT if split and (not part.quoted or "@" in (part.text, part.index)) else " "
            texts = value if part.quoted else [raw(one) if split else one for one in value]
            return glue.join(one or EMPTY for one in texts) if texts else ""
        if part.quoted:
            return value or EMPTY
        if not split:
            return value
        if "IFS" in state.vars and value:
            return UNKNOWN
        return _BLANK.sub(SPLIT, raw(value))

    def _tilde(self, text: str, first: bool, state: State) -> str:
        if not first:
            return text
        start = 0
        if not text.startswith("~"):
            match = _ASSIGNED.match(text)
            if match is None:
                return text
            start = match.end()
        match = _TILDE.match(text, start)
        if match is None:
            return text
        who = match.group(1)
        if who in ("", "+", "-"):
            found = state.lookup({"": "HOME", "+": "PWD", "-": "OLDPWD"}[who])
            home = found if isinstance(found, str) else os.path.expanduser("~") if who == "" else UNKNOWN
        else:
            home = clean(os.path.expanduser("~" + who))
        return text[:start] + home + text[match.end() :]

    # -- parameters ----------------------------------------------------------------------------------------

    def _parameter(self, part: Part, state: State) -> str | list[str]:
        arg = None if part.arg is None else self.text(part.arg, state)
        if part.op == "" and part.arg is None and part.index is None:
            value = state.lookup(part.text)
            return UNKNOWN if value is None else value
        value = state.lookup(part.text)
        if part.op.startswith("!"):
            if (
                isinstance(value, str)
                and UNKNOWN not in value
                and part.op == "!"
                and re.fullmatch(r"\w+", value)
            ):
                named = state.lookup(value)
                return UNKNOWN if named is None else named
            return UNKNOWN
        if isinstance(value, list):
            if part.index not in ("@", "*") and part.text not in ("@", "*"):
                index = part.index or "0"
                inside = index.lstrip("-").isdigit() and -len(value) <= int(index) < len(value)
                value = value[int(index)] if inside else UNKNOWN
            elif part.op == "":
                return value
            else:
                return UNKNOWN
        elif part.index not in (None, "0", "@", "*"):
            return UNKNOWN
        return _operate(value, part.op, arg or "", state, part.text)

    # -- braces and patterns -------------------------------------------------------------------------------

    def _braces(self, text: str) -> list[str]:
        if OPEN not in text:
            return [text]
        done: list[str] = []
        waiting = [text]
        while waiting:
            self.tick()
            if len(waiting) + len(done) > MAX_BRACES:
                raise Unreadable("its braces make too many words")
            one = waiting.pop()
            choice = _first_brace(one)
            if choice is None:
                done.append(one.replace(OPEN, "{").replace(CLOSE, "}").replace(COMMA, ","))
                continue
            head, options, tail = choice
            if len(options) > MAX_BRACES:
                raise Unreadable("its braces make too many words")
            waiting.extend(head + option + tail for option in reversed(options))
        return done

    def _glob(self, text: str, state: State, into: list[str]) -> None:
        text = text.replace(COMMA, ",").replace(CLOSE, "}").replace(OPEN, "{")
        if not _GLOBBED.search(text) or UNKNOWN in text or PIECE in text:
            into.append(_GLOBBED.sub(PIECE, text) if UNKNOWN in text or PIECE in text else plain(text))
            return
        if not text.startswith("/") and state.cwd is None:
            into.append(_GLOBBED.sub(PIECE, text))
            return
        found = glob(text, state.cwd or "/", self.tick)
        if found is None:  # too many to look at
            into.append("/".join(PIECE if _GLOBBED.search(part) else part for part in text.split("/")))
        elif found:
            into.extend(found)
        else:
            into.append(plain(text))


def _operate(value: str | None, op: str, arg: str, state: State, name: str) -> str:
    """${name OP arg} for a value that is known, unknown (marked) or, as far as is known, not there (None)."""
    if op in (":-", "-", ":=", "="):
        result = value if value else arg
        if op in (":=", "="):
            state.vars[name] = result
        return result
    if op in (":+", "+"):
        return arg if value and UNKNOWN not in value else UNKNOWN if value else ""
    if value is None or UNKNOWN in value or UNKNOWN in arg:
        return UNKNOWN
    if op in ("", ":?", "?"):
        return value
    if op in ("#", "##", "%", "%%"):
        return _trim(value, op, arg)
    if op in ("/", "//") and "/" in arg:
        old, new = arg.split("/", 1)
        if not re.search(r"[*?\[]", old) and old[:1] not in ("#", "%", ""):
            return value.replace(old, new, 1 if op == "/" else -1)
    if op == ":":
        ends = re.fullmatch(r"\s*(-?\d+)\s*(?::\s*(-?\d+)\s*)?", arg)
        if ends:
            start = int(ends.group(1))
            start = max(0, start + len(value)) if start < 0 else start
            if ends.group(2) is None:
                return value[start:]
            length = int(ends.group(2))
            return value[start : start + length] if length >= 0 else value[start:length]
    if op in ("^^", ",,") and not arg:
        return value.upper() if op == "^^" else value.lower()
    return UNKNOWN


def _trim(value: str, op: str, pattern: str) -> str:
    if len(value) > 2_000 or raw(pattern).count(STAR) > 2:  # more of them cost time beyond any limit
        return UNKNOWN
    wanted = re.compile(_to_regex(raw(pattern)) + r"\Z", re.S)
    cuts = range(len(value) + 1)
    if op[0] == "#":
        order = cuts if len(op) == 1 else reversed(cuts)
        return next((value[cut:] for cut in order if wanted.match(value[:cut])), value)
    order = reversed(cuts) if len(op) == 1 else cuts
    return next((value[:cut] for cut in order if wanted.match(value[cut:])), value)


def _first_brace(text: str) -> tuple[str, list[str], str] | None:
    """The outermost brace expansion that comes first: what is before it, its choices, what is behind it."""
    start = text.find(OPEN)
    while start >= 0:
        depth, commas = 0, [start]
        for match in re.compile("[" + OPEN + COMMA + CLOSE + "]").finditer(text, start):
            char = match.group()
            if char == OPEN:
                depth += 1
            elif char == CLOSE:
                depth -= 1
                if depth == 0:
                    inside = text[start + 1 : match.start()]
                    commas.append(match.start())
                    options = [text[a + 1 : b] for a, b in pairwise(commas)]
                    if len(options) == 1:
                        options = _range(inside)
                    if options:
                        return text[:start], [one or EMPTY for one in options], text[match.end() :]
                    break
            elif depth == 1:
                commas.append(match.start())
        start = text.find(OPEN, start + 1)
    return None


def _range(inside: str) -> list[str]:
    match = _RANGE.match(inside)
    if match is None:
        return []
    low, high, step = match.groups()
    letters = low.isalpha()
    if letters != high.isalpha():
        return []
    a, b = (ord(low), ord(high)) if letters else (int(low), int(high))
    pace = abs(int(step or 1)) or 1
    if abs(b - a) // pace > MAX_BRACES:
        raise Unreadable("its braces make too many words")
    numbers = range(a, b + 1, pace) if a <= b else range(a, b - 1, -pace)
    width = (
        max(len(low.lstrip("-")), len(high.lstrip("-"))) if low.startswith("0") or high.startswith("0") else 0
    )
    return [chr(one) if letters else str(one).zfill(width) for one in numbers]


def _to_regex(text: str) -> str:
    """A marked pattern for one path component as a regular expression."""
    out: list[str] = []
    i = 0
    while i < len(text):
        char = text[i]
        i += 1
        if char == STAR:
            out.append(".*")
        elif char == QUERY:
            out.append(".")
        elif char == BRACKET:
            end = text.find("]", i + 1)
            if end < 0:
                out.append(r"\[")
                continue
            inside = plain(text[i:end]).replace("\\", "\\\\").replace("[", "\\[")
            out.append("[^" + inside[1:] + "]" if inside[:1] in ("!", "^") else "[" + inside + "]")
            i = end + 1
        else:
            out.append(re.escape(char))
    return "".join(out)


def glob(pattern: str, cwd: str, tick: Callable[[], None]) -> list[str] | None:
    """The paths that a marked pattern names, spelled as the shell spells them; None where that costs too
    much."""
    found = [""]
    parts = pattern.split("/")
    looked = 0
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        tail = "" if last else "/"
        if not _GLOBBED.search(part):
            found = [one + part + tail for one in found]
            continue
        if part.count(STAR) > 3:
            return None
        try:
            wanted = re.compile(_to_regex(part) + r"\Z", re.S)
        except re.error:
            return None
        grown: list[str] = []
        for one in found:
            try:
                names = os.listdir(os.path.join(cwd, one))
            except OSError:
                continue
            looked += len(names)
            if looked > MAX_GLOB:
                return None
            tick()
            hidden = part.startswith(".")
            grown.extend(
                one + name + tail
                for name in sorted(names)
                if (hidden or not name.startswith(".")) and wanted.match(name)
            )
        found = grown
    return [one for one in found if os.path.lexists(os.path.join(cwd, one))]
