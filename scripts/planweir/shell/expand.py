"""Expansion of words, in the order of the shell: each part of a word, then braces, splitting, patterns.

What words seldom hold is read elsewhere, and imported when one does: parameters.py, braces.py, globs.py.
"""

from __future__ import annotations

import os
import re

from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_TEXT, Dear
from planweir.shell.marks import CLOSE, COMMA, EMPTY, GLOBBED, OPEN, PIECE, SPLIT, UNKNOWN, clean, plain, raw
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
        if OPEN in joined:
            from planweir.shell.braces import braces

            words = braces(joined, self.tick)
        else:
            words = [joined]
        for one in words:
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
                pieces.append(self.expansion(part, state, split))
        joined = "".join(pieces)
        if len(joined) > MAX_TEXT:
            raise Dear("a word grows too long")
        return joined

    def expansion(self, part: Part, state: State, split: bool) -> str:
        """What a part becomes that is no text."""
        if part.kind == NUM:
            self.run(part.nodes or [], state.copy())
            if state.vars:
                self.once_more(part.text, state)
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

    def once_more(self, text: str, state: State) -> None:
        """bash computes what a variable in a sum holds, also the substitutions in it."""
        if any(isinstance(one, str) and ("$(" in one or "`" in one) for one in state.vars.values()):
            from planweir.shell.tricks import once_more

            once_more(self, re.findall(r"[A-Za-z_]\w*", text), state)

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

    def _parameter(self, part: Part, state: State) -> str | list[str]:
        if part.op == "" and part.arg is None and part.index is None:
            value = state.lookup(part.text)
            return UNKNOWN if value is None else value
        from planweir.shell.parameters import operated

        return operated(self, part, state)

    # -- patterns ------------------------------------------------------------------------------------------

    def _glob(self, text: str, state: State, into: list[str]) -> None:
        text = text.replace(COMMA, ",").replace(CLOSE, "}").replace(OPEN, "{")
        if not GLOBBED.search(text) or UNKNOWN in text or PIECE in text:
            into.append(GLOBBED.sub(PIECE, text) if UNKNOWN in text or PIECE in text else plain(text))
            return
        from planweir.shell.globs import add_paths

        add_paths(text, state, into, self.tick)
