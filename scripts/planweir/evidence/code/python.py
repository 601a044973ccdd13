"""Python's tests and functions, by `ast`."""

from __future__ import annotations

import ast
import re
import warnings
from functools import partial
from itertools import chain

from planweir.evidence.code import pydead, pystubs
from planweir.evidence.code.model import ALWAYS_TRUE, EMPTY, NOTHING, Read, Test, closure
from planweir.evidence.code.pymarks import false_marks, skip_at, skipped_by
from planweir.evidence.code.words import asserts, for_tests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    Def: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.If, ast.Try, ast.With, ast.For, ast.While, ast.AsyncWith)


def read(source: bytes, path: str) -> Read | None:
    """What stands in a Python file; None where this Python cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source)
        return _Reader(module, path).read
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    def __init__(self, module: ast.Module, path: str) -> None:
        self.read = Read()
        self.module = module
        self.bound = dict(_bindings(module.body))
        self.product = frozenset(_of_the_product(module))
        self.pyi = path.endswith(".pyi")
        skipped = skipped_by(module.body)
        found = list(_defs(module.body, (), skipped, False))
        tests = {id(one[0]) for one in found if self._is_test(*one)}
        inside: set[str] = set()
        calls: dict[str, set[str]] = {}
        for node, _where, _skipped, _off in found:
            if id(node) not in tests:
                body = Body(self, node.body)
                calls.setdefault(node.name, set()).update(body.calls)
                if body.checks or body.trivial:
                    inside.add(node.name)
        self.read.asserting = closure(inside, calls)
        classes = {id(method): one for one in ast.walk(module) if isinstance(one, ast.ClassDef) for method in one.body}
        for node, where, why, _off in found:
            if id(node) in tests:
                self._test(node, where, why, classes.get(id(node)))
        self.read.functions = pystubs.functions(module, self.pyi, tests)
        loose = Body(self, [row for row in module.body if not isinstance(row, (*DEFS, ast.ClassDef))])
        self.read.loose = loose.checks
        self.read.rows = loose.rows
        self.read.examples = _examples(module)
        self.read.names = frozenset(self.bound)

    def _is_test(self, node: Def, where: tuple[str, ...], _skipped: str, off: bool) -> bool:
        fixture = any("fixture" in ast.unparse(mark) for mark in node.decorator_list)
        return node.name.startswith("test") and not off and not fixture and not self.pyi

    def _test(self, node: Def, where: tuple[str, ...], skipped: str, owner: ast.ClassDef | None) -> None:
        body = Body(self, node.body, marks=node.decorator_list)
        helped = sum(name in self.read.asserting for name in body.calls)
        marks = [callee(mark.func if isinstance(mark, ast.Call) else mark)[1] for mark in node.decorator_list]
        property_ = "given" in marks
        checks = body.checks + helped + sum(name in self.read.asserting for name in marks) + _examples_of(node.body)
        if not checks and property_ and body.calls:
            checks = 1  # whatever it is given, nothing is raised
        self.read.tests.append(
            Test(
                node.name,
                ".".join(where),
                node.lineno,
                checks=checks,
                cases=body.rows,
                skipped=skipped or false_marks(node.decorator_list) or skip_at(node.body, body.first),
                hollow=EMPTY if pystubs.passes(node.body) else ALWAYS_TRUE if body.trivial else NOTHING,
                calls=[*body.calls, *marks, *(arg.arg for arg in chain(node.args.posonlyargs, node.args.args, node.args.kwonlyargs))],
                text=lambda: self._text(node, owner),
            )
        )

    def _text(self, node: Def, owner: ast.ClassDef | None) -> str:
        """Arguments, marks and body, and what the names in them are bound to: two files may mean different things by one name."""
        parts = [ast.unparse(mark) for mark in node.decorator_list]
        parts.append(ast.unparse(node.args))
        parts += [ast.unparse(row) for row in _without_docstring(node.body)]
        used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        used |= {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
        for name in sorted(used & set(self.bound)):
            parts.append(f"{name}: {self.bound[name]()}")
        if owner is not None:
            parts += [ast.unparse(base) for base in owner.bases]
            parts += [
                ast.unparse(row)
                for row in owner.body
                if not (isinstance(row, DEFS) and row.name.startswith("test")) and not _is_docstring(row)
            ]
        return "\n".join(parts)


class Body:
    """What some statements check: up to the first that leaves whatever happens."""

    def __init__(self, reader: _Reader, body: list[ast.stmt], marks: Iterable[ast.expr] = ()) -> None:
        self.checks = 0
        self.trivial = 0
        self.calls: list[str] = []
        self.rows = sum(_elements(node) for mark in marks for node in ast.walk(mark))
        self.first = len(body)  # the statement with the first assertion
        self.aliases = _aliases(body)
        idle = pydead.unnamed(body)
        for number, row in enumerate(body):
            before = self.checks
            for node in _live(row, idle):
                self._look(node, reader.product)
            if self.checks > before:
                self.first = min(self.first, number)
            if pydead.leaves(row):
                break

    def _look(self, node: ast.AST, product: frozenset[str]) -> None:
        if isinstance(node, ast.Assert):
            self.rows -= sum(map(_elements, ast.walk(node)))  # `in (8, 9)` is no table
            if always_true(node.test):
                self.trivial += 1
            else:
                self.checks += 1
        elif isinstance(node, ast.Raise):
            self.checks += "SkipTest" not in ast.dump(node)
        elif isinstance(node, ast.Call):
            self._call(node, product)
        else:
            self.rows += _elements(node)

    def _call(self, node: ast.Call, product: frozenset[str]) -> None:
        receiver, name = callee(node.func)
        if not name:
            return
        if asserts(receiver, name, product) or (not receiver and name in self.aliases) or any(
            word.arg == "check" and isinstance(word.value, ast.Constant) and word.value.value is True for word in node.keywords
        ):
            if receiver in ("", "self", "cls") and _trivial_call(name, node.args):
                self.trivial += 1
            else:
                self.checks += 1
        else:
            self.calls.append(name)


def _aliases(body: list[ast.stmt]) -> set[str]:
    """Names given to what asserts: `eq = self.assertEqual`."""
    found: set[str] = set()
    for row in body:
        for node in ast.walk(row):
            if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Attribute, ast.Name)):
                receiver, name = callee(node.value)
                if asserts(receiver, name):
                    found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
    return found


def _live(row: ast.AST, idle: set[int]) -> Iterator[ast.AST]:
    """A statement and all in it that may fail the test: not what `except` swallows, nor what `if False` keeps from running."""
    waiting: list[ast.AST] = [row]
    while waiting:
        node = waiting.pop()
        if id(node) in idle:
            continue
        yield node
        if isinstance(node, ast.Try) and any(map(_swallows, node.handlers)):
            waiting += [*node.handlers, *node.orelse, *node.finalbody]
            waiting += [call for part in node.body for call in ast.walk(part) if isinstance(call, ast.Call)]
        elif pydead.suppresses(node):
            waiting += [call for part in ast.iter_child_nodes(node) for call in ast.walk(part) if isinstance(call, ast.Call)]
        else:
            waiting += pydead.living(node)


def _swallows(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {kind.id if isinstance(kind, ast.Name) else "" if kind else "Exception" for kind in kinds}
    return bool(names & {"Exception", "BaseException", "AssertionError"}) and all(
        isinstance(row, (ast.Pass, ast.Return)) or _is_docstring(row) for row in handler.body
    )


def callee(func: ast.expr) -> tuple[str, str]:
    """(receiver, name) of what is called; the receiver of anything but plain names is `()` before the last name."""
    if isinstance(func, ast.Name):
        return "", func.id
    if not isinstance(func, ast.Attribute):
        return "", ""
    parts: list[str] = []
    node = func.value
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call):
        inner = callee(node.func)[1]
        parts.append("super" if inner == "super" else f"{inner}()")
    else:
        parts.append(node.id if isinstance(node, ast.Name) else "()")
    return ".".join(reversed(parts)), func.attr


def always_true(test: ast.expr) -> bool:
    """Could this never fail an `assert`? Constants, a value compared with itself, a tuple."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Lambda):
        return True
    if isinstance(test, (ast.Tuple, ast.List, ast.Dict)):
        return bool(test.keys if isinstance(test, ast.Dict) else test.elts)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Constant) and not test.operand.value
    if isinstance(test, ast.BoolOp):
        return (any if isinstance(test.op, ast.Or) else all)(map(always_true, test.values))
    if isinstance(test, ast.Compare):
        sides = [test.left, *test.comparators]
        if all(isinstance(side, ast.Constant) for side in sides):
            return True
        same = isinstance(test.ops[0], (ast.Eq, ast.Is, ast.LtE, ast.GtE, ast.In))
        return same and len(sides) == 2 and isinstance(sides[0], ast.Name) and ast.dump(sides[0]) == ast.dump(sides[1])
    return False


# Of what unittest defines: a helper of one's own may well be given constants alone.
_COMPARES = re.compile(r"assert(?:Not)?(?:True|False|Equals?|Is(?:Not)?(?:None)?|In|AlmostEqual|(?:Greater|Less)(?:Equal)?)_?|assert_")


def _trivial_call(name: str, args: list[ast.expr]) -> bool:
    if not args or not _COMPARES.fullmatch(name):
        return False
    if all(isinstance(arg, ast.Constant) for arg in args):
        return True
    return len(args) > 1 and isinstance(args[0], ast.Name) and ast.dump(args[0]) == ast.dump(args[1])


def _elements(node: ast.AST) -> int:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return len(node.elts)
    return len(node.keys) if isinstance(node, ast.Dict) else 0


def _defs(
    body: list[ast.stmt], where: tuple[str, ...], skipped: str, off: bool
) -> Iterator[tuple[Def, tuple[str, ...], str, bool]]:
    """(function, the classes around it, why these are skipped, whether they are no tests) of a module's functions."""
    gone = pydead.taken_back(body)
    for row in body:
        if isinstance(row, DEFS):
            yield row, where, skipped or ("another thing of its name stands below it" if id(row) in gone else ""), off
        elif isinstance(row, ast.ClassDef):
            why = skipped or false_marks(row.decorator_list) or skipped_by(row.body)
            no_test = any(
                isinstance(one, ast.Assign)
                and isinstance(one.targets[0], ast.Name)
                and one.targets[0].id == "__test__"
                and isinstance(one.value, ast.Constant)
                and not one.value.value
                for one in row.body
            ) or _never_made(row)
            yield from _defs(row.body, (*where, row.name), why, off or no_test)
        elif isinstance(row, _BLOCKS):
            dead = isinstance(row, ast.If) and pydead.truth(row.test) is False
            yield from _defs(row.body, where, skipped or ("it stands below a condition that is never true" if dead else ""), off)
            for handler in getattr(row, "handlers", []):
                yield from _defs(handler.body, where, skipped, off)
            yield from _defs(getattr(row, "orelse", []), where, skipped, off)


def _never_made(owner: ast.ClassDef) -> bool:
    """pytest collects no class that has an `__init__`; one with a base may be unittest's."""
    return not owner.bases and any(isinstance(row, DEFS) and row.name == "__init__" for row in owner.body)


def _bindings(body: list[ast.stmt]) -> Iterator[tuple[str, Callable[[], str]]]:
    """(name, what makes its meaning as text) of what a module binds at its top."""
    for row in body:
        if isinstance(row, (*DEFS, ast.ClassDef)):
            yield row.name, partial(ast.unparse, row)
        elif isinstance(row, (ast.Import, ast.ImportFrom)):
            source = f"{'.' * row.level}{row.module}." if isinstance(row, ast.ImportFrom) else ""
            for alias in row.names:
                bound = alias.asname or (alias.name if source else alias.name.partition(".")[0])
                yield bound, partial(str, source + alias.name)
        elif isinstance(row, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = row.targets if isinstance(row, ast.Assign) else [row.target]
            for target in targets:
                for one in ast.walk(target):
                    if isinstance(one, ast.Name):
                        yield one.id, partial(ast.unparse, row)
        elif isinstance(row, _BLOCKS):
            yield from _bindings(row.body)
            for handler in getattr(row, "handlers", []):
                yield from _bindings(handler.body)


def _of_the_product(module: ast.Module) -> Iterator[str]:
    """Names that are imported from anything but helpers for tests."""
    for row in ast.walk(module):
        if isinstance(row, ast.ImportFrom):
            if not for_tests("." * row.level + (row.module or "")):
                yield from (alias.asname or alias.name for alias in row.names if not for_tests(alias.name))
        elif isinstance(row, ast.Import):
            yield from (
                alias.asname or alias.name.partition(".")[0] for alias in row.names if not for_tests(alias.name)
            )


def _examples(module: ast.Module) -> int:
    """Examples in docstrings."""
    found = 0
    for node in ast.walk(module):
        if isinstance(node, (ast.Module, ast.ClassDef, *DEFS)):
            found += _examples_of(node.body)
    return found


def _examples_of(body: list[ast.stmt]) -> int:
    row = body[0] if body else None
    if isinstance(row, ast.Expr) and isinstance(row.value, ast.Constant) and isinstance(row.value.value, str):
        return sum(line.lstrip().startswith(">>> ") for line in row.value.value.splitlines())
    return 0


def _is_docstring(row: ast.stmt) -> bool:
    return isinstance(row, ast.Expr) and isinstance(row.value, ast.Constant)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if body and _is_docstring(body[0]) else body
