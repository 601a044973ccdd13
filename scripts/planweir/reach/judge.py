"""The verdict on each thing that is new: by the language of its file."""

from __future__ import annotations

from planweir.reach.files import Files, is_test
from planweir.reach.outcome import ERROR, UNSUPPORTED, TooLong, Verdict
from planweir.reach.python import judge as python
from planweir.reach.script import judge as script
from planweir.reach.script.parse import ENDINGS as SCRIPT_ENDINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from planweir.reach.outcome import Asked

# Languages that are told to be beyond us. What is no code (documents, data, styles, shell scripts, which begin by themselves) is asked nothing.
OTHERS = {
    ".go": "Go", ".rs": "Rust", ".java": "Java", ".kt": "Kotlin", ".kts": "Kotlin", ".scala": "Scala", ".cs": "C#", ".fs": "F#", ".vb": "Visual Basic",
    ".rb": "Ruby", ".php": "PHP", ".swift": "Swift", ".m": "Objective-C", ".mm": "Objective-C", ".c": "C", ".h": "C", ".cc": "C++", ".cpp": "C++",
    ".cxx": "C++", ".hpp": "C++", ".hh": "C++", ".ex": "Elixir", ".exs": "Elixir", ".erl": "Erlang", ".hs": "Haskell", ".ml": "OCaml", ".dart": "Dart",
    ".lua": "Lua", ".pl": "Perl", ".pm": "Perl", ".r": "R", ".jl": "Julia", ".zig": "Zig", ".nim": "Nim", ".clj": "Clojure", ".groovy": "Groovy",
    ".pyx": "Cython", ".d": "D", ".cr": "Crystal", ".elm": "Elm", ".coffee": "CoffeeScript",
}  # fmt: skip


def judge(tree: Files, asked: Iterable[Asked], declared: Iterable[str] = (), old: frozenset[str] | None = None) -> list[Verdict]:
    """A verdict on each module and definition that `asked` brings; nothing of tests, documents and data."""
    declared = list(declared)
    rows = [row for row in asked if row.path in tree.paths and not is_test(row.path)]
    found: list[Verdict] = []
    for endings, one in ((python.ENDINGS, python.judge), (SCRIPT_ENDINGS, script.judge)):
        mine = [row for row in rows if row.path.endswith(endings)]
        if mine:
            try:
                found += one(tree, mine, declared, old)
            except TooLong:
                found += [Verdict(row.path, ERROR, "the project is too large to be looked through in the time that there is") for row in mine]
    for row in rows:
        language = OTHERS.get("." + row.path.rpartition("/")[2].rpartition(".")[2].lower())
        if language and row.before is None:
            found.append(Verdict(row.path, UNSUPPORTED, f"Planweir cannot follow imports in {language}"))
    return sorted(found, key=lambda row: (row.path, row.line))
