"""New definitions in old modules: does anything but a test name them?"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from planweir.reach.files import is_test
from planweir.reach.python.imports import parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.reach.python.graph import Graph

# Decorators that say nothing of who calls it; any other one may register it.
_PLAIN = {"staticmethod", "classmethod", "property", "cached_property", "lru_cache", "cache", "wraps", "contextmanager", "asynccontextmanager", "dataclass", "total_ordering", "final", "setter", "getter", "deleter"}
_PLAIN_BASES = {"object", "ABC", "Protocol", "Generic", "NamedTuple", "TypedDict", "Enum", "IntEnum", "StrEnum", "Exception", "ValueError", "RuntimeError", "Struct"}
_TEXTS = re.compile(r"\.(?:html?|jinja2?|j2|txt|tmpl|tpl|xml|qml|ui|kv|mako|toml|cfg|ini|ya?ml|json|pyi|pyx|pxd|sh|ipynb|md|rst)$|(?:^|/)(?:Makefile|Dockerfile|Procfile|justfile)$")
_DOCS = (".md", ".rst", ".txt")


@dataclass(frozen=True)
class Definition:
    """A function, class or method: its name within the module, the lines that it takes, why it needs no naming."""

    path: str
    name: str
    first: int
    last: int
    free: str = ""

    @property
    def word(self) -> str:
        return self.name.rpartition(".")[2]


def definitions(path: str, tree: ast.Module) -> dict[str, Definition]:
    """The functions and classes of a module, and the methods of its classes."""
    found: dict[str, Definition] = {}
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    exported = _exported(tree)
    for node in _flat(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            free = _decorated(node) or ("it stands in __all__" if node.name in exported else "")
            free = free or ("the interpreter calls it" if _dunder(node.name) else "")
            free = free or (_registers(node) if isinstance(node, ast.ClassDef) else "")
            found.setdefault(node.name, Definition(path, node.name, node.lineno, node.end_lineno or node.lineno, free))
        if isinstance(node, ast.ClassDef):
            overrides = _decorated(node) or _overrides(node, classes)
            for child in _flat(node.body):
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    name = f"{node.name}.{child.name}"
                    free = _decorated(child) or ("the interpreter calls it" if _dunder(child.name) else "")
                    free = free or (f"it may be what {overrides} calls" if overrides else "")
                    free = free or ("a method of that name is one of the standard library's" if child.name in _standard() else "")
                    found.setdefault(name, Definition(path, name, child.lineno, child.end_lineno or child.lineno, free))
    return found


@lru_cache(maxsize=1)
def _standard() -> frozenset[str]:
    """Names of methods by which others call an object that takes the place of a standard one: files, locks, handlers, mappings."""
    import asyncio
    import collections
    import http.cookiejar
    import http.server
    import io
    import json
    import logging
    import threading

    kinds: list[object] = [
        io.TextIOWrapper, io.BytesIO, dict, list, set, str, bytes, collections.deque, collections.OrderedDict, http.cookiejar.CookieJar,
        http.server.BaseHTTPRequestHandler, json.JSONEncoder, json.JSONDecoder, logging.Handler, logging.Formatter, logging.LoggerAdapter, threading.Thread,
        type(threading.Lock()), type(threading.RLock()), threading.Event, asyncio.Protocol, asyncio.BaseTransport, asyncio.Future,
    ]  # fmt: skip
    return frozenset(name for kind in kinds for name in dir(kind) if not name.startswith("_"))


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, (ast.If, ast.Try)):
            for part in (node.body, node.orelse, *([row.body for row in node.handlers] if isinstance(node, ast.Try) else [])):
                yield from _flat(part)
        else:
            yield node


def _dunder(name: str) -> bool:
    """Names that others call by their form: the interpreter's, a notebook's (`_repr_html_`), a plugin's hooks."""
    return (name.startswith("_") and name.endswith("_")) or name.startswith("pytest_")


# Base classes that keep a list of the classes made from them.
_REGISTERING = {"Model", "Base", "DeclarativeBase", "SQLModel", "Document", "BaseCommand", "AppConfig", "Migration", "ModelAdmin", "TabularInline", "StackedInline", "Spider"}


def _registers(node: ast.ClassDef) -> str:
    names = {row.attr if isinstance(row, ast.Attribute) else row.id for row in node.bases if isinstance(row, (ast.Attribute, ast.Name))}
    return f"{min(names & _REGISTERING)} finds it" if names & _REGISTERING else ""


def _decorated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    for row in node.decorator_list:
        call = row.func if isinstance(row, ast.Call) else row
        name = call.attr if isinstance(call, ast.Attribute) else call.id if isinstance(call, ast.Name) else "decorator"
        if name not in _PLAIN:
            return f"@{name} may register it"
    return ""


def _exported(tree: ast.Module) -> set[str]:
    """The strings of `__all__`, however it is put together."""
    found: set[str] = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []
        if any(isinstance(row, ast.Name) and row.id == "__all__" for row in targets):
            found |= {row.value for row in ast.walk(node) if isinstance(row, ast.Constant) and isinstance(row.value, str)}
    return found


def _overrides(node: ast.ClassDef, local: dict[str, ast.ClassDef], depth: int = 0) -> str:
    """The base class that may call a method of `node` by its name: one that does not stand in this module."""
    if node.keywords and depth == 0:
        return "its metaclass"
    for base in node.bases:
        plain = base.value if isinstance(base, ast.Subscript) else base
        name = plain.attr if isinstance(plain, ast.Attribute) else plain.id if isinstance(plain, ast.Name) else "its base"
        if name in local and name != node.name and depth < 10:
            deeper = _overrides(local[name], local, depth + 1)
            if deeper:
                return deeper
        elif name not in _PLAIN_BASES:
            return name
    return ""


def new_definitions(path: str, before: str, now: ast.Module) -> list[Definition]:
    """What `path` defines now and did not before; methods of a new class are its class's. Raises SyntaxError."""
    old = definitions(path, parsed(before))
    new = {name: row for name, row in definitions(path, now).items() if name not in old}
    return [row for name, row in new.items() if name.rpartition(".")[0] not in new]


def unnamed(graph: Graph, new: list[Definition]) -> set[Definition]:
    """Those that nothing names: no code but tests and not yet reached new definitions, no template, no settings."""
    waiting = {row for row in new if not row.free}
    if not waiting:
        return set()
    owners = {row.name.rpartition(".")[0] for row in waiting} - {""}
    places = _places(graph, {row.word for row in waiting}, owners)
    # An object of a class that is handed on whole may be asked for any of its methods.
    waiting = {row for row in waiting if f"{row.name.rpartition('.')[0]}()" not in places or row.word.startswith("_")}
    grew = True
    while grew:
        grew = False
        for row in sorted(waiting, key=lambda one: one.name):
            if any(not _inside(place, waiting) for place in places.get(row.word, ()) if not _within(place, row)):
                waiting.discard(row)
                grew = True
    return waiting


def _within(place: tuple[str, int], row: Definition) -> bool:
    return place[0] == row.path and row.first <= place[1] <= row.last


def _inside(place: tuple[str, int], rows: set[Definition]) -> bool:
    return any(_within(place, row) for row in rows)


def _places(graph: Graph, words: set[str], owners: set[str]) -> dict[str, list[tuple[str, int]]]:
    """word -> (file, line) where it is named, a definition of that name being no naming."""
    tree = graph.tree
    any_of = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in sorted(words | owners)) + r")(?!\w)")
    pieces = {word[: at + 1] for word in words for at in range(2, len(word) - 1) if word[at] == "_"}
    found: dict[str, list[tuple[str, int]]] = {}
    for path in sorted(tree.paths):
        if is_test(path):
            continue
        if path.endswith((".py", ".pyw")):
            text = tree.text(path)
            if any_of.search(text) or any(f"{piece}" in text for piece in pieces):
                for word, line in _in_code(graph, path, words, pieces, owners):
                    found.setdefault(word, []).append((path, line))
        elif _TEXTS.search(path) and not path.endswith(_DOCS) and not path.startswith(".claude/"):
            for match in any_of.finditer(tree.text(path)):
                found.setdefault(match[0], []).append((path, 0))
    return found


def _in_code(graph: Graph, path: str, words: set[str], pieces: set[str], owners: set[str]) -> Iterator[tuple[str, int]]:
    """(word, line) of each naming; `Class()` with brackets: the class, not an object of it, is handed to something."""
    syntax = graph.syntax(path)
    if syntax is None:  # it cannot be parsed: each word in it counts
        for number, line in enumerate(graph.tree.text(path).splitlines(), 1):
            yield from ((word, number) for word in re.findall(r"\w+", line) if word in words and not re.match(r"\s*(?:async\s+)?(?:def|class)\b", line))
        return
    docs = {id(node.value) for node in ast.walk(syntax) if isinstance(node, ast.Expr)}
    for node in ast.walk(syntax):
        for given in _handed(node) if owners else ():
            if given in owners:
                yield f"{given}()", 0
        if isinstance(node, ast.Name) and node.id in words:
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and node.attr in words:
            yield node.attr, node.end_lineno or node.lineno
        elif isinstance(node, ast.alias):
            yield from ((part, node.lineno) for part in node.name.split(".") if part in words)
        elif isinstance(node, ast.keyword) and node.arg in words:
            yield node.arg, node.lineno
        elif isinstance(node, ast.MatchClass):
            continue
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            value = node.value
            yield from ((word, node.lineno) for word in set(re.findall(r"\w+", value)) & words)
            if value in pieces:  # getattr(self, "visit_" + name)
                yield from ((word, node.lineno) for word in words if word.startswith(value))


_ASKING = {"isinstance", "issubclass", "cast", "super", "TypeVar", "getattr", "hasattr"}


def _handed(node: ast.AST) -> Iterator[str]:
    """The names that are handed on as they are: given to a call, put in a list or a table."""
    rows: list[ast.expr | None] = []
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        rows = [*node.args, *(row.value for row in node.keywords)] if name not in _ASKING else []
    elif isinstance(node, (ast.List, ast.Set)):
        rows = [*node.elts]
    elif isinstance(node, ast.Dict):
        rows = [*node.values]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w.:]+", node.value):
        yield re.split(r"[.:]", node.value)[-1]
    for row in rows:
        if isinstance(row, ast.Call):  # an object that is made where it is handed on
            row = row.func
        if isinstance(row, ast.Name):
            yield row.id
        elif isinstance(row, ast.Attribute):
            yield row.attr
