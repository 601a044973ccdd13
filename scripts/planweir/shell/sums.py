"""Arithmetic: `$((…))`, `((…))`. Of what is in it only the substitutions matter, and the text, which may assign."""

from __future__ import annotations

from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_SUM, Unreadable
from planweir.shell.words import NUM, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.words import Reader, Word

_IN_SUM = pattern(r"[^()$`]+")


def read_sum(reader: Reader, parts: Word, skip: int, quoted: bool) -> bool:
    """An arithmetic expression up to `))`. False, with the position unmoved, if it is none."""
    start, depth = reader.pos, 0
    held = len(reader.pending)
    reader.pos += skip
    begin = reader.pos
    inner: Word = []
    reader.limit.deeper()
    try:
        while True:
            reader.limit.tick()
            if reader.pos - start > MAX_SUM:
                raise Unreadable("no sum")
            match = _IN_SUM.match(reader.text, reader.pos)
            if match:
                reader.pos = match.end()
            char = reader.at()
            if char == "(":
                depth += 1
                reader.pos += 1
            elif char == ")":
                reader.pos += 1
                if depth == 0:
                    if reader.at() != ")":
                        raise Unreadable("no sum")
                    break
                depth -= 1
            elif char == "":
                raise Unreadable("an expression is not closed")
            elif char == "$":
                reader.dollar(inner, True)
            else:
                reader.backtick(inner, True)
    except Unreadable as error:
        if str(error) in ("no sum", "an expression is not closed"):
            reader.pos = start
            del reader.pending[held:]
            return False
        raise
    finally:
        reader.limit.shallower()
    end = reader.pos - 1
    reader.pos += 1
    nodes = [node for part in inner for node in part.nodes or ()]
    parts.append(Part(NUM, reader.text[begin:end], quoted, nodes=nodes))
    return True
