"""The verdicts on what a task added in JavaScript and TypeScript."""

from __future__ import annotations

import re

from planweir.reach.files import is_test, joined
from planweir.reach.outcome import ERROR, ORPHAN, UNSUPPORTED, WIRED, Verdict
from planweir.reach.script import entries as begins
from planweir.reach.script.parse import ENDINGS, FRAMED, Imports, definitions, imports
from planweir.reach.script.resolve import Resolver
from planweir.reach.walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from planweir.reach.files import Files
    from planweir.reach.outcome import Asked
    from planweir.reach.script.parse import Defined
    from planweir.reach.walk import Reached

DECLARE = "declare where programs begin: `Entry points:` in the plan"
_TEXTS = (".html", ".htm", ".vue", ".svelte", ".astro", ".mdx", ".ejs", ".hbs", ".pug", ".json", ".yml", ".yaml")
_PATH = re.compile(r"""["'`]((?:\.{1,2}/|/)?(?:[\w@.-]+/)*[\w.-]+\.[cm]?[jt]sx?)["'`]""")

_GLOB = re.compile(r"""["'`]((?=[^"'`\n]*\*)[\w./@{},*!()|\[\]+-]+/[\w./@{},*!()|\[\]+-]*\.[\[\]{},?cmjtsx]+)["'`]""")

_LISTS = re.compile(r"\b(?:readdir\w*|opendir\w*|glob\w*|fg|requireDirectory|require-?[aA]ll|require-?[dD]ir\w*|importAll|importDirectory|loadFiles\w*)\b[\s\S]*(?:__dirname|import\.meta)|(?:__dirname|import\.meta)[\s\S]*\b(?:readdir\w*|opendir\w*|glob\w*|requireDirectory)\b")
_LOADS = re.compile(r"\b(?:require|import)\s*\(\s*(?![\s\"'`])|\brequire(?:Directory|-?[aA]ll|-?[dD]ir)|\bimport(?:All|Directory)|\bloadFiles")
_BELOW = re.compile(r"""(?:__dirname|import\.meta\.dirname)\s*,((?:\s*["'][\w./-]+["']\s*,?)+)""")


def _listed(path: str, text: str) -> list[str]:
    """The folders whose files a file loads by listing them: its own, or those that it names from there."""
    own = path.rpartition("/")[0]
    named = [joined(own, "/".join(re.findall(r"[\w./-]+", match[1]))) for match in _BELOW.finditer(text)]
    return [folder for folder in named if folder and not folder.startswith("..")] or ([own] if own else [])


class Graph:
    """The edges between the scripts of a project, found out as they are asked for."""

    def __init__(self, tree: Files) -> None:
        self.tree = tree
        self.resolver = Resolver(tree)
        self.code = sorted(path for path in tree.paths if path.endswith(ENDINGS) and not is_test(path))
        self._imports: dict[str, Imports] = {}

    def imports(self, path: str) -> Imports:
        if path not in self._imports:
            self._imports[path] = imports(path, self.tree.text(path))
        return self._imports[path]

    def edges(self, path: str) -> Iterator[tuple[str, str]]:
        if not path.endswith((*ENDINGS, *FRAMED)):
            return
        rows = self.imports(path)
        for name in rows.names:
            for target in self.resolver.find(path, name):
                if not is_test(target):
                    yield target, ""
                    yield from ((twin, "a form of it for one platform") for twin in begins.twins(self.tree, target))
        for pattern in rows.globs:
            for target in self.resolver.matching(path, pattern):
                if target != path and not is_test(target) and target.endswith(ENDINGS):
                    yield target, "a pattern of paths there"
        text = self.tree.text(path)
        for folder in _listed(path, text) if _LISTS.search(text) and _LOADS.search(text) else ():
            inside = (row for row in self.code if row.startswith(f"{folder}/") and row != path)
            yield from ((row, "its folder is listed there") for row in inside)
        for match in _GLOB.finditer(text):
            for target in self.resolver.matching(path, re.sub(r"[!@?+*]\([^)]*\)", "*", match[1])):
                if target != path and not is_test(target) and target.endswith(ENDINGS):
                    yield target, "a pattern of paths there"
        for match in _PATH.finditer(text):
            for target in self.resolver.find(path, match[1]) or self.resolver.find(path, "./" + match[1].lstrip("./")):
                if target != path and not is_test(target):
                    yield target, "named as a string there"


def judge(tree: Files, asked: list[Asked], declared: Iterable[str], old: frozenset[str] | None) -> list[Verdict]:
    """One verdict a new module and a new definition."""
    graph = Graph(tree)
    try:
        graph.imports("x.js")
    except ImportError as error:
        return [Verdict(row.path, UNSUPPORTED, f"the parser is not installed ({error.name}); /task-planner doctor") for row in asked]
    asked = [row for row in asked if not begins.MADE.search(row.path)]
    found: list[Verdict] = []
    modules = [
        row.path for row in asked if row.before is None and tree.text(row.path).strip() and not row.path.endswith(".d.ts") and not begins.judging(row.path)
    ]
    starts = begins.entries(tree, graph.resolver)
    starts |= {path: "declared in the plan" for path in declared if path in tree.paths}
    if modules:
        reached = walk(starts, graph.edges, set(modules))
        fresh = set(modules)
        told = any(not _beside(path) for path in starts)
        for path in modules:
            if path in reached:
                found.append(Verdict(path, WIRED, reached.way(path)))
            elif not told:
                found.append(Verdict(path, UNSUPPORTED, f"no entry point of a script or page was found; {DECLARE}"))
            elif _only_types(graph, path):
                found.append(Verdict(path, WIRED, "it holds types alone"))
            elif graph.imports(path).broken:
                found.append(Verdict(path, ERROR, "parts of it cannot be parsed: whether anything reaches it was not found out"))
            elif not _part_is_reached(graph, reached, path, fresh, old):
                found.append(Verdict(path, UNSUPPORTED, f"no entry point found reaches anything of its package; {DECLARE}"))
            else:
                found.append(Verdict(path, ORPHAN, _why(graph, path)))
    found += _definitions(graph, asked, set(starts), {name.partition(":")[2] for name in declared})
    return found


def _beside(path: str) -> bool:
    """A tool's settings are no program of the project."""
    return begins.CONFIG.search(path) is not None


def _part_is_reached(graph: Graph, reached: Reached, path: str, new: set[str], old: frozenset[str] | None) -> bool:
    """Is anything that was there before in the package of `path` (in its folder, where there is no package) reached?"""
    package = graph.resolver.package_of(path)
    part = path.rpartition("/")[0] if package is None else package
    inside = [
        row
        for row in graph.code
        if row not in new and not _beside(row) and (row.startswith(f"{part}/") or not part) and graph.resolver.package_of(row) == package
    ]
    if old is not None:
        inside = [row for row in inside if row in old]
    return not inside or any(row in reached for row in inside)


def _only_types(graph: Graph, path: str) -> bool:
    """A module that leaves nothing once its types are taken out."""
    if not path.endswith((".ts", ".tsx", ".mts", ".cts")):
        return False
    from planweir.reach.script.parse import parsed

    plain = ("interface_declaration", "type_alias_declaration", "comment", "import_statement", "ambient_declaration", "empty_statement")
    nodes = parsed(graph.tree.text(path), path[path.rindex(".") :]).root_node.children
    told = False
    for node in nodes:
        inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
        words = (node.text or b"")[:80].decode("utf-8", "replace")
        if re.match(r"(?:import|export)\s+type\b|export\s*\{\s*\}", words):
            told = told or words.startswith("export type")
            continue
        if inner is None or inner.type not in plain:
            return False
        told = told or inner.type not in ("comment", "import_statement", "empty_statement")
    return told


def _why(graph: Graph, path: str) -> str:
    stem = re.sub(r"(?:/index)?\.[\w.]+$", "", path).rpartition("/")[2]
    word = re.compile(rf"(?<![\w]){re.escape(stem)}(?![\w])")
    users = [
        row
        for row in sorted(graph.tree.paths)
        if row != path
        and row.endswith(ENDINGS)
        and word.search(graph.tree.text(row))
        and any(path in graph.resolver.find(row, name) for name in graph.imports(row).names)
    ]
    others = [row for row in users if not is_test(row)]
    if others:
        return f"no entry point reaches it; {', '.join(others[:3])} imports it and is not reached either"
    if users:
        return f"only tests import it ({', '.join(users[:3])})"
    return "nothing imports it"


def _definitions(graph: Graph, asked: list[Asked], starts: set[str], given: set[str]) -> list[Verdict]:
    found: list[Verdict] = []
    new: list[tuple[str, Defined]] = []
    for row in asked:
        if row.before is None or row.path.endswith((".d.ts", *FRAMED)):
            continue
        try:
            now = definitions(row.path, graph.tree.text(row.path))
        except SyntaxError:
            found.append(Verdict(row.path, ERROR, "parts of it cannot be parsed: what is new in it was not found out"))
            continue
        try:
            before = definitions(row.path, row.before)
        except SyntaxError:
            continue
        new += [(row.path, one) for name, one in now.items() if name not in before]
    if not new:
        return found
    idle = _unnamed(graph, [(path, one) for path, one in new if not one.free])
    stars = _exported_whole(graph) if idle else set()
    for path, one in new:
        why = one.free or ("" if (path, one) in idle else "it is named")
        if not why and one.name in given:
            why = "declared in the plan"
        if not why and (path in stars or (path in starts and re.search(rf"\bexport\b[^\n]*\b{re.escape(one.name)}\b", graph.tree.text(path)))):
            why = "its module is an entry point that exports it"
        found.append(Verdict(path, WIRED if why else ORPHAN, why or "nothing but tests names it", one.name, one.first))
    return found


def _exported_whole(graph: Graph) -> set[str]:
    """The modules that another exports whole (`export * from`)."""
    found: set[str] = set()
    for path in graph.tree.paths:
        if path.endswith(ENDINGS) and not is_test(path) and re.search(r"export\s*\*", graph.tree.text(path)):
            for name in graph.imports(path).stars:
                found.update(graph.resolver.find(path, name))
    return found


def _unnamed(graph: Graph, new: list[tuple[str, Defined]]) -> set[tuple[str, Defined]]:
    """Those that no code but tests names, and no new definition that is itself named by nothing."""
    waiting = set(new)
    words = {one.name for _path, one in new}
    places = _places(graph, words) if words else {}
    grew = True
    while grew and waiting:
        grew = False
        for row in sorted(waiting, key=lambda pair: (pair[0], pair[1].name)):
            outside = [place for place in places.get(row[1].name, []) if not _within(place, row)]
            if any(not any(_within(place, other) for other in waiting) for place in outside):
                waiting.discard(row)
                grew = True
    return waiting


def _within(place: tuple[str, int], row: tuple[str, Defined]) -> bool:
    return place[0] == row[0] and row[1].first <= place[1] <= row[1].last


_NO_CODE = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def _places(graph: Graph, words: set[str]) -> dict[str, list[tuple[str, int]]]:
    """word -> (file, line) where code, pages or settings name it; comments do not, nor does the list of what a module exports itself."""
    any_of = re.compile(r"(?<![\w$])(?:" + "|".join(re.escape(word) for word in sorted(words)) + r")(?![\w$])")
    own = re.compile(r"^\s*(?:(?:module\.)?exports\s*=\s*\{[^}]*\}|(?:module\.)?exports\.(\w+)\s*=\s*\1|export\s*\{(?![^}]*\}\s*from)[^}]*\})\s*;?\s*$")
    found: dict[str, list[tuple[str, int]]] = {}
    for path in sorted(graph.tree.paths):
        if is_test(path) or not path.endswith((*ENDINGS, *_TEXTS)) or begins.MADE.search(path) or path.startswith(".claude/"):
            continue
        text = graph.tree.text(path)
        if not any_of.search(text):
            continue
        if path.endswith(ENDINGS):
            text = _NO_CODE.sub(lambda match: "\n" * match[0].count("\n"), text)
        for number, line in enumerate(text.splitlines(), 1):
            if own.search(line):
                continue
            for match in any_of.finditer(line):
                found.setdefault(match[0], []).append((path, number))
    return found
