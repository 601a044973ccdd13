"""The verdicts on what a task added in Python."""

from __future__ import annotations

import ast
import re

from planweir.reach.files import is_test
from planweir.reach.outcome import ERROR, ORPHAN, UNSUPPORTED, WIRED, Verdict
from planweir.reach.python import entries as begins
from planweir.reach.python.graph import Graph
from planweir.reach.python.imports import imports_by_line
from planweir.reach.python.layout import Layout
from planweir.reach.python.names import Definition, new_definitions, unnamed
from planweir.reach.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from planweir.reach.files import Files
    from planweir.reach.outcome import Asked
    from planweir.reach.walk import Reached

ENDINGS = (".py", ".pyw")
_KINDS = {"TypeVar", "NewType", "ParamSpec", "TypeVarTuple", "NamedTuple", "TypedDict"}
DECLARE = "declare where programs begin: `Entry points:` in the plan"


def judge(tree: Files, asked: list[Asked], declared: Iterable[str], old: frozenset[str] | None) -> list[Verdict]:
    """One verdict a new module and a new definition. `old`: the paths from before the plan, None where nobody knows."""
    layout = Layout(tree)
    graph = Graph(tree, layout)
    modules = [row.path for row in asked if row.before is None and not _empty(tree, row.path)]
    found: list[Verdict] = []
    if modules:
        starts = begins.entries(tree, layout)
        starts |= dict.fromkeys(from_plan(layout, declared), "declared in the plan")
        starts |= _old_tops(graph, starts, old, set(modules))
        reached = walk(starts, graph.edges, set(modules))  # all that is reached, where something of `modules` is not
        found += [_module(graph, reached, starts, path, old, set(modules)) for path in modules]
    found += _definitions(graph, asked, declared)
    return found


def from_plan(layout: Layout, declared: Iterable[str]) -> list[str]:
    """The files that the plan's entry points name: a path, or `package.module:name`."""
    found: list[str] = []
    for given in declared:
        name = given.partition(":")[0].strip()
        if name in layout.tree.paths:
            found.append(name)
        elif re.fullmatch(r"[\w.]+", name):
            found += layout.longest("", name)
    return found


def _empty(tree: Files, path: str) -> bool:
    """A module without a statement: nothing is to be reached there."""
    return not re.sub(r"(?s)^\s*(?:\"\"\".*?\"\"\"|'''.*?''')|#[^\n]*", "", tree.text(path)).strip() and path.endswith("__init__.py")


def _old_tops(graph: Graph, starts: dict[str, str], old: frozenset[str] | None, new: set[str]) -> dict[str, str]:
    """Where nothing else says where programs begin: old modules that use others and that none uses."""
    layout = graph.layout
    telling = [path for path in starts if not path.endswith("__init__.py") or any(True for _ in graph.edges(path))]
    if telling or old is None:
        return {}
    before = [path for path in layout.files if path in old and path not in new and not is_test(path)]
    used = {path: graph.imported(path) for path in before}
    known = {target for targets in used.values() for target in targets if target not in new}
    return dict.fromkeys((path for path in before if path not in known and any(t in before for t in used[path])), "it was there before the plan, and uses others")


def _module(graph: Graph, reached: Reached, starts: dict[str, str], path: str, old: frozenset[str] | None, new: set[str]) -> Verdict:
    if path in reached:
        return Verdict(path, WIRED, reached.way(path))
    if graph.syntax(path) is None:
        return Verdict(path, ERROR, "it cannot be parsed as Python: whether anything reaches it was not found out")
    if _types_alone(graph, reached, path):
        return Verdict(path, WIRED, "it holds types alone, which others name")
    if not [start for start in starts if not _empty(graph.tree, start)]:
        return Verdict(path, UNSUPPORTED, f"no entry point of a Python program was found; {DECLARE}")
    top = graph.layout.top_of(path)
    beside = [row for row in graph.layout.files if graph.layout.top_of(row) == top and not is_test(row) and row not in new]
    if old is not None:
        beside = [row for row in beside if row in old]
    telling = [row for row in beside if not _empty(graph.tree, row)]
    if telling and top in graph.layout.packages and not any(row in reached for row in telling):
        return Verdict(path, UNSUPPORTED, f"no entry point found reaches anything of {top}/; {DECLARE}")
    return Verdict(path, ORPHAN, _why(graph, path))


def _types_alone(graph: Graph, reached: Reached, path: str) -> bool:
    """A module of nothing but types, imported where only a type checker looks: there is nothing to run in it."""
    syntax = graph.syntax(path)
    if syntax is None or not all(map(_is_type, syntax.body)) or not any(isinstance(row, (ast.ClassDef, ast.Assign, ast.AnnAssign)) for row in syntax.body):
        return False
    word = re.compile(rf"\b{re.escape(graph.layout.name_of(path).rpartition('.')[2])}\b")
    return any(
        path in graph.targets(other, row)
        for other in graph.layout.files
        if other in reached and word.search(graph.tree.text(other))
        for row in imports_by_line(graph.tree.text(other))
    )


def _is_type(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        bases = {base.attr if isinstance(base, ast.Attribute) else base.id for base in node.bases if isinstance(base, (ast.Name, ast.Attribute))}
        return bool(bases & {"TypedDict", "Protocol"}) or all(isinstance(row, (ast.AnnAssign, ast.Expr, ast.Pass)) for row in node.body)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        value = node.value.func if isinstance(node.value, ast.Call) else node.value
        made = getattr(value, "id", getattr(value, "attr", ""))
        return isinstance(value, (ast.Subscript, ast.BinOp)) or (isinstance(value, (ast.Name, ast.Attribute)) and (value is node.value or made in _KINDS))
    return isinstance(node, (ast.Import, ast.ImportFrom)) or type(node).__name__ == "TypeAlias" or (
        isinstance(node, ast.If) and all(map(_is_type, (*node.body, *node.orelse)))
    )


def _why(graph: Graph, path: str) -> str:
    """Who imports it, if any: only tests, or modules that nothing reaches either."""
    layout = graph.layout
    word = layout.name_of(path).rpartition(".")[2]
    users = [
        row
        for row in layout.files
        if row != path and re.search(rf"\b{re.escape(word)}\b", graph.tree.text(row)) and path in graph.imported(row)
    ]
    tests = [row for row in users if is_test(row)]
    others = [row for row in users if not is_test(row)]
    if others:
        return f"no entry point reaches it; {', '.join(others[:3])} imports it and is not reached either"
    if tests:
        return f"only tests import it ({', '.join(tests[:3])})"
    return "nothing imports it"


def _definitions(graph: Graph, asked: list[Asked], declared: Iterable[str]) -> list[Verdict]:
    """Verdicts on what is new in old modules."""
    found: list[Verdict] = []
    new: list[Definition] = []
    for row in asked:
        if row.before is None or begins.shown(row.path):
            continue
        syntax = graph.syntax(row.path)
        if syntax is None:
            found.append(Verdict(row.path, ERROR, "it cannot be parsed as Python: what is new in it was not found out"))
            continue
        try:
            new += new_definitions(row.path, row.before, syntax)
        except SyntaxError:
            continue  # it could not be parsed before: all of it is new to us, and old to the project
    given = {name.partition(":")[2] for name in declared}
    public = _Public(graph) if new else None
    idle = unnamed(graph, new)
    for one in new:
        why = one.free or ("" if one in idle else "it is named")
        if not why and one.word in given:
            why = "declared in the plan"
        if not why and public is not None:
            why = public.why(one)
        word = WIRED if why else ORPHAN
        found.append(Verdict(one.path, word, why or "nothing but tests names it", one.name, one.first))
    return found


class _Public:
    """What a library gives to others: they name it, the project need not."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tops = [top for top in begins.libraries(graph.tree, graph.layout) if begins.exports(graph.tree, graph.layout, top)]

    def why(self, one: Definition) -> str:
        layout, tree = self.graph.layout, self.graph.tree
        top = layout.top_of(one.path)
        if top not in self.tops or one.word.startswith("_"):
            return ""
        if one.path.endswith("__init__.py"):
            return "the library exports it"
        name = layout.name_of(one.path)
        first = one.name.partition(".")[0]
        for folder in [row.rpartition("/")[0] for row in (*layout.parents(one.path), one.path)]:
            text = tree.text(f"{folder}/__init__.py")
            if "." in one.name and re.search(rf"(?<!\w){re.escape(first)}(?!\w)", text):
                return f"a method of {first}, which the library exports"
            for row in self.graph.statements(f"{folder}/__init__.py") if f"{folder}/__init__.py" in tree.paths else ():
                whole = row.names == ("*",) and one.path in self.graph.targets(f"{folder}/__init__.py", row)
                if whole or (name.rpartition(".")[2] in row.names and one.path in self.graph.targets(f"{folder}/__init__.py", row)):
                    return "the library exports its module"
        for path in tree.paths:
            if path.endswith((".md", ".rst")) and not is_test(path) and re.search(rf"(?<!\w){re.escape(one.word)}(?!\w)", tree.text(path)) and name.partition(".")[0] in tree.text(path):
                return f"the library's documentation names it ({path})"
        return ""
