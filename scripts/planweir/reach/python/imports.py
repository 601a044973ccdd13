"""What one module imports, from its syntax tree: for files that the import graph does not cover, and for what is imported by name."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_DYNAMIC = re.compile(
    r"\b(?:import_module|__import__|iter_modules|walk_packages|find_modules|import_string|import_from_string|load_module|spec_from_file_location|"
    r"run_module|autodiscover|lazy_import|attach_stub|LazyModule|import_object|import_submodules|_import_structure)\b"
)
_LINE = re.compile(r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+([^\n#;]*)|import[ \t]+([^\n#;]+))", re.MULTILINE)
_LISTS = re.compile(r"\b(?:iter_modules|walk_packages|find_modules|autodiscover|import_submodules)\b")
LOADERS = ("import_module", "__import__", "import_string", "run_module", "load_module", "lazy_import", "import_from_string", "import_object")


@dataclass(frozen=True)
class Import:
    """`from module import names` (`level` dots before it), or `import module` where there are no names."""

    module: str
    level: int = 0
    names: tuple[str, ...] = ()


@dataclass
class Dynamic:
    """What a module imports by a name made at run time: literal names, prefixes of names, or whole packages."""

    literal: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    own: bool = False  # modules of its own package
    lists: bool = False  # it lists the modules of packages


def parsed(text: str) -> ast.Module:
    """Raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the project's odd escapes
        try:
            return ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from error


def imports(tree: ast.AST) -> Iterator[Import]:
    """Every import that may run: in functions and branches too, not what only a type checker follows."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (Import(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.module or "", node.level, tuple(alias.name for alias in node.names))
        elif isinstance(node, ast.If) and _for_types(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.expr):
            waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]


def _for_types(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def imports_by_line(text: str) -> Iterator[Import]:
    """The same of a text that cannot be parsed, as far as lines tell."""
    for match in _LINE.finditer(text):
        if match[3] is not None:
            yield from (Import(one.split()[0]) for one in match[3].split(",") if one.split())
        else:
            module = match[1].lstrip(".")
            names = tuple(re.findall(r"\w+", re.sub(r"\bas\s+\w+", "", match[2])))
            yield Import(module, len(match[1]) - len(module), names or ("*",))


def is_dynamic(text: str) -> bool:
    return _DYNAMIC.search(text) is not None


def dynamic(text: str, tree: ast.AST) -> Dynamic:
    """What calls that import by name are given."""
    found = Dynamic(lists=_LISTS.search(text) is not None)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _called(node.func) not in LOADERS or not node.args:
            continue
        given = node.args[0]
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            found.literal.append(given.value)
            continue
        words = ast.unparse(given)
        beginning = _beginning(given)
        if beginning.strip("."):
            found.prefixes.append(beginning)
        elif "__name__" in words or "__package__" in words or len(node.args) > 1 or node.keywords or beginning.startswith("."):
            found.own = True
        else:
            found.own = True  # a name from somewhere: of its own package at the least
    return found


def _called(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _beginning(given: ast.expr) -> str:
    """The text with which a name that is put together begins."""
    if isinstance(given, ast.JoinedStr) and given.values:
        return _beginning(given.values[0])
    if isinstance(given, ast.BinOp):
        return _beginning(given.left)
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and given.func.attr == "format":
        return _beginning(given.func.value).partition("{")[0]
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
