"""Expansion of words: braces, tilde, parameters, substitutions, splitting, patterns."""

from __future__ import annotations

import os
import re
from itertools import pairwise

from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_BRACES, MAX_GLOB, MAX_TEXT, Dear
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
_NAMES = pattern(r"[A-Za-z_]\w*")
_RANGE = pattern(r"(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?\Z", re.A)
_GLOBBED = pattern("[" + STAR + QUERY + BRACKET + "]")
_PATTERN_OPERATORS = frozenset(("#", "##", "%", "%%", "/", "//"))
# [:alpha:] and its like, as ranges of a regular expression.
_CLASS = pattern(r"\[:(\w+):\]")
_CLASSES = pattern("[!^]?(?:" + BRACKET + r":\w+:\])+")
_RANGES = {
    "alpha": "a-zA-Z\u00aa-\uffff", "digit": "0-9", "alnum": "0-9a-zA-Z\u00aa-\uffff", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "blank": r" \t", "punct": r"!-/:-@\\[-`{-~", "xdigit": "0-9a-fA-F", "word": r"\w", "print": " -~\u00a0-\uffff",
    "graph": "!-~\u00a1-\uffff", "cntrl": "\\x00-\\x1f",
}  # fmt: skip
_BLANK = pattern(r"[ \t\n]+")
_BRACE_MARKS = pattern("[" + OPEN + COMMA + CLOSE + "]")


class Expander:
    """Turns words into marked strings. run: what executes a substitution's commands."""

    __slots__ = ("late", "printed", "run", "tick")

    def __init__(self, run: Runner, tick: Callable[[], None], late: Callable[[str, State], None]) -> None:
        self.run = run
        self.late = late
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
            raise Dear("a word grows too long")
        return joined

    def _expansion(self, part: Part, state: State, split: bool) -> str:
        if part.kind == NUM:
            self.run(part.nodes or [], state.copy())
            for name in _NAMES.findall(part.text):
                self.again(state.lookup(name), state)
            for names in _CHANGED.findall(part.text):
                state.assign(names[0] or names[1] or names[2], PIECE)
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
        value = state.lookup(part.text)
        if part.op == "" and part.arg is None and part.index is None:
            return UNKNOWN if value is None else value
        for _ in range(6 if part.op in _PATTERN_OPERATORS else 0):  # so is a pattern
            self.tick()
        if part.op.startswith("!"):
            if part.arg is not None:
                self.text(part.arg, state)
            if (
                isinstance(value, str)
                and UNKNOWN not in value
                and part.op == "!"
                and re.fullmatch(r"\w+", value)
            ):
                named = state.lookup(value)
                return UNKNOWN if named is None else named
            return UNKNOWN
        several = part.index in ("@", "*") or part.text in ("@", "*")
        if part.op.startswith("@"):
            self.again(value, state)
        if part.index is not None:
            self.again(part.index, state)
        if part.op == ":" and part.arg is not None:  # two numbers, which may be names
            for name in _NAMES.findall(self.text(part.arg, state)):
                self.again(state.lookup(name), state)
        if isinstance(value, list) and several and part.op == ":":
            return _slice(value, self.text(part.arg or [], state), state, part.text in ("@", "*"))
        arg, new = "", ""
        if part.op in _PATTERN_OPERATORS:
            arg, new = self._pattern(part.arg or [], state, "/" in part.op)
        elif part.arg is not None:
            arg = self.text(part.arg, state)
        if isinstance(value, list):
            if not several:
                index = part.index or "0"
                inside = index.lstrip("-").isdigit() and -len(value) <= int(index) < len(value)
                value = value[int(index)] if inside else UNKNOWN
            elif part.op == "" or (part.op in (":-", "-", ":=", "=", ":?", "?") and any(value)):
                return value
            elif part.op in _PATTERN_OPERATORS or part.op in ("^^", ",,"):
                return [_operate(one, part.op, arg, new, state, "") for one in value]
            else:
                return UNKNOWN
        elif part.index not in (None, "0", "@", "*"):
            return UNKNOWN
        return _operate(value, part.op, arg, new, state, part.text)

    def again(self, value: str | list[str] | None, state: State) -> None:
        """A value that the shell expands once more: in arithmetic, by ${x@P}."""
        if isinstance(value, str) and ("$(" in value or "`" in value) and UNKNOWN not in value:
            self.late(value, state)

    def _pattern(self, word: Word, state: State, replaces: bool) -> tuple[str, str]:
        """The pattern of ${x%…}, with its unquoted `*?[` marked; of ${x/…/…} also what takes its place."""
        head, tail, found = [], word[len(word) :], False
        for index, part in enumerate(word):
            if part.kind == RAW:
                text = part.text
                cut = text.find("/", 1 if index == 0 else 0) if replaces else -1
                if cut >= 0:
                    head.append(raw(text[:cut]))
                    tail, found = [Part(RAW, text[cut + 1 :]), *word[index + 1 :]], True
                    break
                head.append(raw(text))
            elif part.kind == LIT:
                head.append(part.text)
            else:
                value = self._expansion(part, state, False)
                head.append(value if part.quoted else raw(value))
        wanted = "".join(head).replace(OPEN, "{").replace(COMMA, ",").replace(CLOSE, "}").replace(EMPTY, "")
        return wanted, self.text(tail, state) if found else ""

    # -- braces and patterns -------------------------------------------------------------------------------

    def _braces(self, text: str) -> list[str]:
        if OPEN not in text:
            return [text]
        done: list[str] = []
        waiting = [text]
        while waiting:
            self.tick()
            if len(waiting) + len(done) > MAX_BRACES:
                raise Dear("its braces make too many words")
            one = waiting.pop()
            choice = _first_brace(one, self.tick)
            if choice is None:
                done.append(one.replace(OPEN, "{").replace(CLOSE, "}").replace(COMMA, ","))
                continue
            head, options, tail = choice
            if len(options) > MAX_BRACES:
                raise Dear("its braces make too many words")
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
        if state.others and not text.startswith("/"):
            if any(glob(text, other, self.tick) != found for other in state.others):
                found = None  # it depends on where the shell is
        if found is None:  # too many to look at
            into.append("/".join(PIECE if _GLOBBED.search(part) else part for part in text.split("/")))
        elif found:
            into.extend(found)
        else:
            into.append(plain(text))


def _operate(value: str | None, op: str, arg: str, new: str, state: State, name: str) -> str:
    """${name OP arg} for a value that is known, unknown (marked) or, as far as is known, not there (None)."""
    if op in (":-", "-", ":=", "="):
        if value == "" and op in ("-", "="):
            result = UNKNOWN if arg else ""  # set to nothing, or unset
        elif value and UNKNOWN in value:
            result = UNKNOWN
        else:
            result = value or arg
        if op in (":=", "="):
            state.assign(name, result)
        return result
    if op in (":+", "+"):
        if value == "" and op == "+":
            return UNKNOWN if arg else ""
        return arg if value and UNKNOWN not in value else UNKNOWN if value else ""
    if value is None or UNKNOWN in value or UNKNOWN in arg:
        return UNKNOWN
    if op in ("", ":?", "?"):
        return value
    if op in ("#", "##", "%", "%%"):
        return _trim(value, op, arg)
    if op in ("/", "//"):
        return _replaced(value, op, arg, new)
    if op == ":":
        ends = re.fullmatch(r"\s*(-?\d+)\s*(?::\s*(-?\d+)\s*)?", arg)
        if ends:
            start = int(ends.group(1))
            start = max(0, start + len(value)) if start < 0 else start
            if ends.group(2) is None:
                return value[start:]
            length = int(ends.group(2))
            return value[start : start + length] if length >= 0 else value[start:length]
    if op in ("^^", ",,") and not arg and PIECE not in value:
        return value.upper() if op == "^^" else value.lower()
    return UNKNOWN


def _replaced(value: str, op: str, old: str, new: str) -> str:
    """${x/old/new}, where old is no pattern."""
    if _GLOBBED.search(old) or PIECE in value or PIECE in old or UNKNOWN in new or "&" in new:
        return UNKNOWN
    if op == "/" and old[:1] == "#":
        return new + value[len(old) - 1 :] if value.startswith(old[1:]) else value
    if op == "/" and old[:1] == "%":
        return value[: len(value) - len(old) + 1] + new if value.endswith(old[1:]) else value
    return value.replace(old, new, 1 if op == "/" else -1) if old else value


def _slice(values: list[str], arg: str, state: State, positional: bool) -> str | list[str]:
    """${x[@]:from:count}."""
    ends = re.fullmatch(r"\s*(\d+)\s*(?::\s*(\d+)\s*)?", arg)
    if ends is None:
        return UNKNOWN
    if positional:
        values = [(state.args or ["sh"])[0], *values]
    start = int(ends.group(1))
    return values[start:] if ends.group(2) is None else values[start : start + int(ends.group(2))]


def _trim(value: str, op: str, pattern: str) -> str:
    if len(value) > 2_000 or len(pattern) > 2_000 or pattern.count(STAR) > 2:  # more of them cost time beyond any limit
        return UNKNOWN
    if PIECE in value or PIECE in pattern:
        return _trimmed_around(value, op, pattern)
    wanted = re.compile(_to_regex(pattern) + r"\Z", re.S)
    cuts = range(len(value) + 1)
    if op[0] == "#":
        order = cuts if len(op) == 1 else reversed(cuts)
        return next((value[cut:] for cut in order if wanted.match(value[:cut])), value)
    order = reversed(cuts) if len(op) == 1 else cuts
    return next((value[:cut] for cut in order if wanted.match(value[cut:])), value)


def _trimmed_around(value: str, op: str, pattern: str) -> str:
    """`${x%/*}` and plain endings of a value of which a piece is not known."""
    if op == "%" and pattern == "/" + STAR and "/" in value:
        return value.rpartition("/")[0]
    if _GLOBBED.search(pattern) or PIECE in pattern:
        return UNKNOWN
    if op[0] == "%":
        return value.removesuffix(pattern) if not value.endswith(PIECE) else UNKNOWN
    return value.removeprefix(pattern) if not value.startswith(PIECE) else UNKNOWN


def _first_brace(text: str, tick: Callable[[], None]) -> tuple[str, list[str], str] | None:
    """The outermost brace expansion that comes first: what is before it, its choices, what is behind it."""
    opened: list[list[int]] = []  # of each brace that is open: where it and its commas stand
    found: dict[int, tuple[list[int], int]] = {}
    for match in _BRACE_MARKS.finditer(text, text.find(OPEN)):
        tick()
        char = match.group()
        if char == OPEN:
            opened.append([match.start()])
        elif opened and char == COMMA:
            opened[-1].append(match.start())
        elif opened:
            commas = opened.pop()
            found[commas[0]] = (commas, match.start())
            if not opened and (choice := _choice(text, *found[commas[0]])):
                return choice
    # What is never closed is text; what is closed inside of it, or inside one that is no choice, may be one.
    for start in sorted(found):
        if choice := _choice(text, *found[start]):
            return choice
    return None


def _choice(text: str, commas: list[int], end: int) -> tuple[str, list[str], str] | None:
    if len(commas) > MAX_BRACES:
        raise Dear("its braces make too many words")
    options = [text[a + 1 : b] for a, b in pairwise((*commas, end))]
    if len(options) == 1:
        options = _range(options[0]) if len(options[0]) < 60 else []
    return (text[: commas[0]], options, text[end + 1 :]) if options else None


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
        raise Dear("its braces make too many words")
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
            named = _CLASSES.match(text, i)
            end = text.find("]", named.end() if named else i + 1)
            if end < 0:
                out.append(r"\[")
                continue
            inside = plain(text[i:end]).replace("\\", "\\\\")
            inside = _CLASS.sub(lambda one: _RANGES.get(one.group(1), ""), inside).replace("[", "\\[")
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
        if part.count(STAR) > 3 or len(part) > 1_000:
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
            for _ in range(10 + len(names) // 4):  # a look at a folder is dear
                tick()
            if looked > MAX_GLOB:
                return None
            hidden = part.startswith(".")
            grown.extend(
                one + name + tail
                for name in sorted(names)
                if (hidden or not name.startswith(".")) and wanted.match(name)
            )
        found = grown
    return [one for one in found if os.path.lexists(os.path.join(cwd, one))]
