"""What never runs in Python code, whatever happens: branches on constants, loops over nothing, functions that nobody names."""

from __future__ import annotations

import ast

DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor)
_ERRORS = frozenset(("Exception", "BaseException", "AssertionError"))


def truth(node: ast.expr) -> bool | None:
    """The truth of what is written as a constant, `not` of one, a comparison of two, or TYPE_CHECKING; None for anything else."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, (ast.Name, ast.Attribute)):
        return False if (node.id if isinstance(node, ast.Name) else node.attr) == "TYPE_CHECKING" else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = truth(node.operand)
        return None if inner is None else not inner
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = node.left, node.comparators[0]
        if isinstance(left, ast.Constant) and isinstance(right, ast.Constant) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            return (left.value == right.value) is isinstance(node.ops[0], ast.Eq)
    return None


def nothing_in(node: ast.expr) -> bool:
    """Is this written as an empty table: `[]`, `()`, `{}`, `""`, `range(0)`?"""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    if isinstance(node, ast.Constant):
        return node.value in ("", b"")
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and len(node.args) == 1 and truth(node.args[0]) is False


def living(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that may run."""
    if isinstance(node, (ast.If, ast.While)) and (known := truth(node.test)) is not None:
        return [*node.body] if known else [*node.orelse]
    if isinstance(node, LOOPS) and nothing_in(node.iter):
        return [*node.orelse]
    return list(ast.iter_child_nodes(node))


def leaves(row: ast.stmt) -> bool:
    """Does a statement end its function whatever happens?"""
    if isinstance(row, ast.If) and truth(row.test):
        return any(map(leaves, row.body))
    return isinstance(row, (ast.Return, ast.Raise))


def unnamed(body: list[ast.stmt]) -> set[int]:
    """Functions defined in a body that nothing in it names and no decorator takes: by `id`."""
    used = {node.id for row in body for node in ast.walk(row) if isinstance(node, ast.Name)}
    return {
        id(node)
        for row in body
        for node in ast.walk(row)
        if isinstance(node, DEFS) and node.name not in used and not node.decorator_list
    }


def suppresses(node: ast.AST) -> bool:
    """`with suppress(Exception):`"""
    if not isinstance(node, (ast.With, ast.AsyncWith)):
        return False
    for item in node.items:
        call = item.context_expr
        if isinstance(call, ast.Call) and (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")) == "suppress":
            if any(isinstance(arg, ast.Name) and arg.id in _ERRORS for arg in call.args):
                return True
    return False


def taken_back(body: list[ast.stmt]) -> set[int]:
    """Functions of a module or class whose name is bound to something else further down in it, or deleted: by `id`."""
    held: dict[str, int] = {}
    found: set[int] = set()
    for row in body:
        names: list[str] = []
        if isinstance(row, (*DEFS, ast.ClassDef)):
            names = [row.name]
        elif isinstance(row, ast.Delete) or (isinstance(row, ast.Assign) and isinstance(row.value, ast.Constant)):
            names = [one.id for one in row.targets if isinstance(one, ast.Name)]
        for name in names:
            if name in held:
                found.add(held.pop(name))
        if isinstance(row, DEFS):
            held[row.name] = id(row)
    return found
