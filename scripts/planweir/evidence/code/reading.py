"""Reading a source file by its language."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.code.model import Read

LARGEST = 1 << 20  # bytes of a file that is parsed
_LANGUAGES = {
    "python": (".py", ".pyi"),
    "javascript": (".js", ".jsx", ".mjs", ".cjs"),
    "typescript": (".ts", ".mts", ".cts"),
    "tsx": (".tsx",),
    "go": (".go",),
    "rust": (".rs",),
    "java": (".java",),
    "csharp": (".cs",),
    "ruby": (".rb",),
    "php": (".php",),
}
_BY_ENDING = {ending: name for name, endings in _LANGUAGES.items() for ending in endings}


def language(path: str) -> str:
    """The language of a file that could be parsed, by its name's ending; "" for others."""
    return _BY_ENDING.get(os.path.splitext(path)[1].lower(), "")


def read(source: bytes, path: str) -> Read | None:
    """What stands in a file; None where its language, its size or its text keeps it from being parsed, or no parser is there."""
    name = language(path)
    if not name or len(source) > LARGEST:
        return None
    if name == "python":
        from planweir.evidence.code import python

        return python.read(source, path)
    from planweir.evidence.code import trees

    parser = trees.parser(name)
    if parser is None or _nests(source):
        return None
    from planweir.evidence.code import grammar

    root = trees.root(parser, source)
    return None if trees.too_deep(root) else grammar.read(root, path, trees.rules(name))


_BRACKETS = re.compile(rb"[(){}\[\]]")
_DEEPEST = 1000  # brackets that are open: a parser takes the square of their number


def _nests(source: bytes) -> bool:
    depth = 0
    for match in _BRACKETS.finditer(source):
        depth += 1 if match[0] in b"([{" else -1
        if depth > _DEEPEST:
            return True
    return False
