"""What reaching one Python module reaches next: its packages, what it imports, and what it names as a string."""

from __future__ import annotations

import re

from planweir.reach.files import is_test, joined
from planweir.reach.python import importgraph
from planweir.reach.python.imports import Import, dynamic, imports, imports_by_line, is_dynamic, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator

    from planweir.reach.files import Files
    from planweir.reach.python.layout import Layout

_STRING = re.compile(r"""["']([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?::[A-Za-z_][\w.]*)?["']""")
_BEGINNING = re.compile(r"""["']([A-Za-z_]\w*(?:\.\w+)+)\.(?:["']|\{)""")  # f"app.jobs.{name}"
_NEAR = re.compile(r"""["']\.+([A-Za-z_][\w.]*)["']""")
_FILE = re.compile(r"""["'](?:[^"'\n]*?/)?((?:[\w.-]+/)*[\w-]+\.pyw?)["']""")
# A package that is given to something which walks, loads or discovers.
_WALKED = re.compile(r"""\w*(?:walk|discover|load|scan|iter|find|import|collect)\w*\(\s*["']([A-Za-z_][\w.]*)["']""")
AS_STRING, BY_FOLDER = "named as a string there", "its package lists its modules there"


class Graph:
    """The edges between the Python files of a project, found out as they are asked for."""

    def __init__(self, tree: Files, layout: Layout) -> None:
        self.tree = tree
        self.layout = layout
        self.broken: set[str] = set()  # files that cannot be parsed
        self._trees: dict[str, ast.Module | None] = {}
        self._whole: dict[str, list[str]] | None = None
        self._plain: dict[str, list[str]] = {}

    def syntax(self, path: str) -> ast.Module | None:
        """The syntax tree of `path`; None where it has none."""
        if path not in self._trees:
            try:
                self._trees[path] = parsed(self.tree.text(path))
            except SyntaxError:
                self._trees[path] = None
                self.broken.add(path)
        return self._trees[path]

    def edges(self, path: str) -> Iterator[tuple[str, str]]:
        """Where a program that runs `path` gets to: (file, how it is named)."""
        if not path.endswith((".py", ".pyw")):
            return
        for parent in self.layout.parents(path):
            yield parent, "its package"
        for target in self.imported(path):
            if not is_test(target):
                yield target, ""
                for parent in self.layout.parents(target):
                    yield parent, "its package"
        for target, how in self.named(path):
            if not is_test(target) and target != path:
                yield target, how

    def imported(self, path: str) -> list[str]:
        """The files that `path` imports by statement."""
        if self._whole is None:
            self._whole = importgraph.graph(self.layout)
        found = self._plain.get(path)
        if found is None:
            whole = self._whole.get(path)
            found = self._plain[path] = whole if whole is not None else list(dict.fromkeys(self._targets(path, self.statements(path))))
            stub = path + "i"  # a package that loads lazily by what its stub says
            if path.endswith("__init__.py") and stub in self.tree.paths and is_dynamic(self.tree.text(path)):
                found += self._targets(path, imports_by_line(self.tree.text(stub)))
        return found

    def statements(self, path: str) -> Iterable[Import]:
        syntax = self.syntax(path)
        return imports(syntax) if syntax is not None else imports_by_line(self.tree.text(path))

    def targets(self, path: str, row: Import) -> list[str]:
        return list(self._targets(path, [row]))

    def _targets(self, path: str, rows: Iterable[Import]) -> Iterator[str]:
        for row in rows:
            if row.level:
                base = path.rpartition("/")[0]
                for _ in range(row.level - 1):
                    base = base.rpartition("/")[0]
                yield from self._below(base, row)
            elif row.names:
                yield from self.layout.longest(path, row.module, 0)
                for name in row.names:
                    if name != "*":
                        yield from self.layout.find(path, f"{row.module}.{name}")
            else:
                parts = row.module.split(".")
                for end in range(1, len(parts) + 1):
                    yield from self.layout.find(path, ".".join(parts[:end]))

    def _below(self, base: str, row: Import) -> Iterator[str]:
        place = joined(base, row.module.replace(".", "/")) if row.module else base
        own = self.layout.at(base, row.module) if row.module else self.layout.at("", place.replace("/", ".")) if place else None
        if own:
            yield own
        for name in row.names:
            child = self.layout.at(place, name) if name != "*" else None
            if child:
                yield child

    def named(self, path: str) -> Iterator[tuple[str, str]]:
        """What `path` names in strings: modules, files of programs, and by folder."""
        text = self.tree.text(path)
        strings = {match[1] for match in _STRING.finditer(text)}
        for dotted in strings:
            for target in self.layout.longest(path, dotted):
                yield target, AS_STRING
        for match in _BEGINNING.finditer(text):
            for target in self.layout.find(path, match[1]):
                yield target, AS_STRING
        folder = path.rpartition("/")[0]
        for match in _FILE.finditer(text):
            program = self._program(folder, match[1])
            if program:
                yield program, AS_STRING
        for match in _WALKED.finditer(text):
            for target in self.layout.find(path, match[1]):
                if target.endswith("/__init__.py"):
                    yield from ((child, BY_FOLDER) for child in self.layout.descendants(target.rpartition("/")[0]))
        if is_dynamic(text):
            yield from self._loaded(path, text, strings)

    def _program(self, folder: str, named: str) -> str | None:
        for base in (folder, ""):
            whole = joined(base, named)
            if whole in self.tree.paths:
                return whole
        if "/" in named:
            return next((path for path in self.layout.files if path.endswith("/" + named)), None)
        return next((path for path in self.layout.files if path.endswith("/" + named) and path.startswith(folder)), None)

    def _loaded(self, path: str, text: str, strings: set[str]) -> Iterator[tuple[str, str]]:
        syntax = self.syntax(path)
        if syntax is None:
            return
        what = dynamic(text, syntax)
        folder = path.rpartition("/")[0]
        for name in what.literal:
            near = self._targets(path, [Import(name.lstrip("."), len(name) - len(name.lstrip(".")), ("*",))])
            yield from ((target, AS_STRING) for target in near)
        for match in _NEAR.finditer(text):
            for target in self._below(folder, Import(match[1])):
                yield target, AS_STRING
        folders: list[str] = []
        deep: list[str] = []
        for prefix in what.prefixes:
            dotted = prefix.rpartition(".")[0]
            if prefix.startswith("."):
                deep.append(joined(folder, dotted.lstrip(".").replace(".", "/")))
            elif dotted:
                deep += [target.rpartition("/")[0] for target in self.layout.find(path, dotted)] or [
                    place for root in self.layout.roots if (place := joined(root, dotted.replace(".", "/"))) in self.tree.folders
                ]
        for base in filter(None, deep):
            yield from ((child, BY_FOLDER) for child in self.layout.descendants(base))
        if what.own or what.lists:
            folders.append(folder)
            packages = [row for row in self.imported(path) if row.endswith("__init__.py")]
            packages += [target for dotted in strings for target in self.layout.longest(path, dotted, 0) if target.endswith("__init__.py")]
            folders += [row.rpartition("/")[0] for row in packages] if what.lists else []
        for base in dict.fromkeys(folders):
            if base in self.layout.packages or base != "":
                yield from ((child, BY_FOLDER) for child in self.layout.children(base))
