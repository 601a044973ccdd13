"""Functions of Python that are stubs, and those that look like one and are right."""

from __future__ import annotations

import ast
import re

from planweir.evidence.code.model import CONSTANT, NOT_IMPLEMENTED, ONLY_PASSES, RETURNS_NOTHING, Function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Def: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
NO_OPERATION = re.compile(r"(?i)_*(?:.*_)?(?:no_?op|nop|null|dummy|ignore\w*|nothing|fake\w*|stub\w*|mock\w*|placeholder)(?:_.*)?|_+")
# Decorators below which an empty body is the usual thing: groups of commands, hook specifications, abstract methods.
_NO_BODY = re.compile(r"abstract|overload|hookspec|group$|callback$|fixture|runtime_checkable|singledispatch|register_|setter|deleter")
_PLAIN = re.compile(r"(?:property|staticmethod|classmethod|cache|lru_cache|cached_property|wraps|route|get|post|put|patch|delete|command|task)$")
_ABSTRACT = re.compile(r"(?i)^_*(?:Abstract|Base|I[A-Z])|(?-i:Base|Abstract|Interface|Protocol|Mixin|ABC|Visitor|Listener|Handler)$")
_SAYS_SO = re.compile(r"(?i)subclass|overrid|abstract|must (?:be )?(?:implement|define|provide)|derived|concrete|interface|default|no[- ]?op|nothing|called (?:once|when|before|after|by|on|if|every)|\bhooks?\b")

_NOT_YET = re.compile(r"(?i)(?:todo\b.*|(?:\w+ )?(?:is )?not (?:yet )?implemented(?: yet)?[.!]*)")


def passes(body: list[ast.stmt]) -> bool:
    """Does a body do nothing: `pass`, `...`, a docstring?"""
    return all(isinstance(row, ast.Pass) or (isinstance(row, ast.Expr) and isinstance(row.value, ast.Constant)) for row in body)


def functions(module: ast.Module, pyi: bool, tests: set[int]) -> list[Function]:
    """The functions of a module that are no tests."""
    overridden = _overridden(module)
    found: list[Function] = []
    for node, owners in _defs(module, ()):
        if id(node) in tests:
            continue
        name = ".".join([*(one.name for one in owners), node.name])
        stub = _stub(node, bool(owners))
        mild = _mild(node, owners, stub, overridden) if stub else ""
        if pyi or (stub and mild == "exempt"):
            stub = ""
        found.append(Function(name, node.lineno, stub, mild))
    return found


def _stub(node: Def, method: bool) -> str:
    body = [row for row in node.body if not (isinstance(row, ast.Expr) and isinstance(row.value, ast.Constant))]
    if any(isinstance(row, ast.Raise) and _says_not_implemented(row) for row in node.body):
        return NOT_IMPLEMENTED
    if len(body) == 1 and isinstance(body[0], ast.Return) and not node.name.startswith("__"):
        if isinstance(body[0].value, ast.Name) and body[0].value.id == "NotImplemented":
            return NOT_IMPLEMENTED
    if passes(node.body):
        return ONLY_PASSES
    if len(body) != 1 or not isinstance(body[0], ast.Return):
        return ""
    value = body[0].value
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return RETURNS_NOTHING
    given = len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs) - method
    constant = isinstance(value, ast.Constant) or (isinstance(value, (ast.List, ast.Tuple)) and not value.elts)
    constant = constant or (isinstance(value, ast.Dict) and not value.keys)
    hollow = not isinstance(value, ast.Constant) or not value.value or value.value is True
    return CONSTANT if constant and (given > 0 or hollow) else ""


def _says_not_implemented(row: ast.Raise) -> bool:
    if _raised(row) == "NotImplementedError":
        return True
    told = row.exc.args[0] if isinstance(row.exc, ast.Call) and row.exc.args else None
    return isinstance(told, ast.Constant) and isinstance(told.value, str) and _NOT_YET.fullmatch(told.value.strip()) is not None


def _raised(row: ast.Raise) -> str:
    told = row.exc.func if isinstance(row.exc, ast.Call) else row.exc
    return told.id if isinstance(told, ast.Name) else ""


def _mild(node: Def, owners: tuple[ast.ClassDef, ...], stub: str, overridden: set[tuple[str, str]]) -> str:
    """Why such a body may be right: `exempt` where it certainly is, a reason where it may be, "" where it is not."""
    marks = [ast.unparse(mark.func if isinstance(mark, ast.Call) else mark) for mark in node.decorator_list]
    if any(_NO_BODY.search(mark) for mark in marks):
        return "exempt"
    told = " ".join(
        text for row in ast.walk(node) if isinstance(row, ast.Constant) and isinstance(text := row.value, str)
    )
    owner = owners[-1] if owners else None
    bases = [ast.unparse(base) for base in owner.bases if ast.unparse(base) != "object"] if owner else []
    if owner is not None:
        about = ast.get_docstring(owner) or ""
        abstract = any("abstract" in ast.unparse(mark) for row in owner.body if isinstance(row, DEFS) for mark in row.decorator_list)
        if abstract or any(re.search(r"ABC|Protocol|Interface", base) for base in [*bases, *map(ast.unparse, owner.keywords)]):
            return "exempt"
        if (owner.name, node.name) in overridden or re.search(r"(?i)\babstract|subclass|overrid", about):
            return "exempt"
        if re.search(r"(?i)^_*(?:fake|stub|mock|dummy|null|no_?op|silent)|(?:fake|stub|mock|dummy|null|noop)$", owner.name):
            return "exempt"
        if _ABSTRACT.search(owner.name):
            return "its class is a base of others, by its name"
    if stub == NOT_IMPLEMENTED:
        last = next((at for at, row in enumerate(node.body) if isinstance(row, ast.Raise)), 0)
        if any(isinstance(one, ast.Return) for row in node.body[:last] for one in ast.walk(row)):
            return "some of its cases are"
        return "it says that others override it" if _SAYS_SO.search(told) else ""
    if stub in (CONSTANT, RETURNS_NOTHING):
        return "exempt" if node.name.startswith("__") or bases else "a constant may be what is wanted"
    if node.name in ("__init__", "__enter__", "__exit__", "__del__", "__aenter__", "__aexit__", "__post_init__", "__init_subclass__"):
        return "exempt"
    if NO_OPERATION.fullmatch(node.name):
        return "exempt"
    if bases:
        return "its class has a base, whose method may want nothing here"
    if marks and not all(_PLAIN.search(mark) for mark in marks):
        return "its decorator may do the work"
    return "it says so" if _SAYS_SO.search(told) else ""


def _overridden(module: ast.Module) -> set[tuple[str, str]]:
    """(class, method) of what another class of this module overrides."""
    classes = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    return {
        (base.id, row.name)
        for one in classes
        for base in one.bases
        if isinstance(base, ast.Name)
        for row in one.body
        if isinstance(row, DEFS)
    }


def _defs(node: ast.AST, owners: tuple[ast.ClassDef, ...]) -> Iterator[tuple[Def, tuple[ast.ClassDef, ...]]]:
    """Every function but those in functions, with the classes around it."""
    for row in ast.iter_child_nodes(node):
        if isinstance(row, DEFS):
            yield row, owners
        elif isinstance(row, ast.ClassDef):
            yield from _defs(row, (*owners, row))
        elif isinstance(row, ast.stmt):
            yield from _defs(row, owners)
