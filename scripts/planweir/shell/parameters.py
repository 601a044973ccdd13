"""Parameters with an operator: `${x:-y}`, `${x%.*}`, `${x/a/b}`, `${x[1]}`, `${!x}`."""

from __future__ import annotations

import re

from planweir.shell.marks import CLOSE, COMMA, EMPTY, GLOBBED, OPEN, PIECE, STAR, UNKNOWN, raw
from planweir.shell.words import LIT, RAW, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.expand import Expander
    from planweir.shell.state import State
    from planweir.shell.words import Word

_PATTERN_OPERATORS = frozenset(("#", "##", "%", "%%", "/", "//"))


def operated(expander: Expander, part: Part, state: State) -> str | list[str]:
    """What ${…} becomes, where there is more in it than a name."""
    value = state.lookup(part.text)
    for _ in range(6 if part.op in _PATTERN_OPERATORS else 0):  # so is a pattern
        expander.tick()
    if part.op.startswith("!"):
        if part.arg is not None:
            expander.text(part.arg, state)
        if (
            isinstance(value, str)
            and UNKNOWN not in value
            and part.op == "!"
            and re.fullmatch(r"\w+", value)
        ):
            named = state.lookup(value)
            return UNKNOWN if named is None else named
        return UNKNOWN
    if part.op == "@" and part.arg:
        expander.once_more(part.text, state)
    several = part.index in ("@", "*") or part.text in ("@", "*")
    if part.index is not None and ("$(" in part.index or "`" in part.index):
        from planweir.shell.tricks import again

        again(expander, part.index, state)
    if part.op == ":" and part.arg is not None and state.vars:  # two numbers, which may be names
        expander.once_more(expander.text(part.arg, state), state)
    if isinstance(value, list) and several and part.op == ":":
        return _slice(value, expander.text(part.arg or [], state), state, part.text in ("@", "*"))
    arg, new = "", ""
    if part.op in _PATTERN_OPERATORS:
        arg, new = _pattern(expander, part.arg or [], state, "/" in part.op)
    elif part.arg is not None:
        arg = expander.text(part.arg, state)
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


def _pattern(expander: Expander, word: Word, state: State, replaces: bool) -> tuple[str, str]:
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
            value = expander.expansion(part, state, False)
            head.append(value if part.quoted else raw(value))
    wanted = "".join(head).replace(OPEN, "{").replace(COMMA, ",").replace(CLOSE, "}").replace(EMPTY, "")
    return wanted, expander.text(tail, state) if found else ""


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
    if GLOBBED.search(old) or PIECE in value or PIECE in old or UNKNOWN in new or "&" in new:
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
    from planweir.shell.globs import to_regex

    wanted = re.compile(to_regex(pattern) + r"\Z", re.S)
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
    if GLOBBED.search(pattern) or PIECE in pattern:
        return UNKNOWN
    if op[0] == "%":
        return value.removesuffix(pattern) if not value.endswith(PIECE) else UNKNOWN
    return value.removeprefix(pattern) if not value.startswith(PIECE) else UNKNOWN
