"""What keeps a test of Python from being run: marks, decorators, a call at its beginning."""

from __future__ import annotations

import ast

from planweir.evidence.code.pydead import nothing_in, truth


def skipped_by(body: list[ast.stmt]) -> str:
    """Why everything in this module or class is skipped: `pytestmark`, a call of skip, a raised SkipTest; or ""."""
    for row in body:
        if isinstance(row, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "pytestmark" for one in row.targets):
            marks = row.value.elts if isinstance(row.value, (ast.List, ast.Tuple)) else [row.value]
            why = false_marks(marks)
            if why:
                return why
        elif _skips_now(row):
            return "skipped: all of its module is"
    return ""


def false_marks(marks: list[ast.expr]) -> str:
    """Why a test with these decorators proves nothing; "" where it runs."""
    for mark in marks:
        name, args, words = _mark(mark)
        if name == "skip":
            return "skipped: it is marked `skip`"
        if name.lower() == "skipif" and args and _constant(args[0]) is True:
            return f"skipped: its `{name}` is always true"
        if name == "skipUnless" and args and _constant(args[0]) is False:
            return "skipped: its `skipUnless` is always false"
        cases = args[1] if len(args) > 1 else words.get("argvalues")
        if name == "parametrize" and cases is not None and nothing_in(cases):
            return "skipped: its `parametrize` has no cases"
        if name in ("xfail", "expectedFailure"):
            if _constant(words.get("run")) is False:
                return "skipped: its `xfail` does not run it"
            if name == "xfail" and not args and "strict" not in words and "condition" not in words:
                return "marked `xfail`: it may fail"
    return ""


def skip_at(body: list[ast.stmt], first: int) -> str:
    """Is the test skipped before the statement `first`, whatever happens?"""
    return "skipped: it calls skip before it asserts anything" if any(map(_skips_now, body[:first])) else ""


def _skips_now(row: ast.stmt) -> bool:
    call: ast.expr | None = None
    if isinstance(row, ast.Expr):
        call = row.value
    elif isinstance(row, ast.Raise):
        call = row.exc
    elif isinstance(row, ast.Return):
        call = row.value
    name = _name(call.func if isinstance(call, ast.Call) else call) if call is not None else ""
    return name in ("skip", "SkipTest", "skipTest") and (isinstance(call, ast.Call) or isinstance(row, ast.Raise))


def _mark(mark: ast.expr) -> tuple[str, list[ast.expr], dict[str, ast.expr]]:
    if isinstance(mark, ast.Call):
        return _name(mark.func), mark.args, {word.arg or "": word.value for word in mark.keywords}
    return _name(mark), [], {}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _constant(node: ast.expr | None) -> bool | None:
    """The truth of a constant, also one in quotes as pytest evaluates it; None for anything else."""
    if node is None or isinstance(node, (ast.Name, ast.Attribute)):
        return None
    if not isinstance(node, ast.Constant):
        return truth(node)
    if isinstance(node.value, str):
        return {"True": True, "1": True, "False": False, "0": False}.get(node.value.strip())
    return bool(node.value)
