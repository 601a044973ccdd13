"""The files that code in Python, JavaScript or Perl names plainly where it writes. Loaded only when such code is met.

What is found here is certain; that nothing is found says nothing: the code stays opaque. Names are followed that are given one
constant once (`p = "src/a.py"; open(p, "w")`); code that goes to another folder is left alone, its names mean others.
"""

from __future__ import annotations

import ast
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Target = tuple[str, str]  # how it is changed, path

_MOST = 20_000  # characters
_MOVES = re.compile(r"\bchdir\b|\bcwd\b|\bchroot\b")
# module functions: which arguments they change, and how
_ONE = {"remove": "delete", "unlink": "delete", "rmdir": "delete", "truncate": "write", "chmod": "write", "mkfifo": "write", "rmtree": "tree"}
_TWO = {"copy": "", "copyfile": "", "copy2": "", "copytree": "", "link": "", "symlink": "", "move": "tree", "rename": "tree", "replace": "tree"}
_PATH_METHODS = {"write_text": "write", "write_bytes": "write", "unlink": "delete", "touch": "write", "rmdir": "delete", "chmod": "write"}


def python_writes(code: str, at_once: bool = False) -> list[Target]:
    """What Python code writes by names that stand in it. at_once: only what it does as soon as it is run."""
    if len(code) > _MOST or _MOVES.search(code):
        return []
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = _constants(tree)
    found = []
    for node in _at_once(tree) if at_once else ast.walk(tree):
        if isinstance(node, ast.Call):
            found += [(how, path) for how, one in _written(node) if (path := _text(one, names))]
    return found


def _at_once(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes of what is run without any condition; of functions those that are called so."""
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.IfExp, ast.BoolOp)):
            continue
        if isinstance(node, ast.If):
            if "__name__" in ast.dump(node.test):
                waiting += reversed(node.body)
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and (called := functions.pop(node.func.id, None)):
            waiting += reversed(called.body)
        yield node
        waiting += reversed(list(ast.iter_child_nodes(node)))


def without_writes(code: str) -> str:
    """Python code with what it plainly writes taken out, the arguments left: where that only reads, it does nothing else."""
    tree = ast.parse(code)
    names = _constants(tree)

    class Taken(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.expr:
            self.generic_visit(node)
            written = list(_written(node))
            if not written or any(_text(one, names) is None for _, one in written):
                return node
            return ast.Tuple([*node.args, *(one.value for one in node.keywords)], ast.Load())

        def visit_Import(self, node: ast.Import) -> ast.stmt:
            kept = [one for one in node.names if one.name != "shutil" or one.asname]
            return ast.Import(kept) if kept else ast.Pass()

    return ast.unparse(ast.fix_missing_locations(Taken().visit(tree)))


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that are assigned once in all of the code, with what they are assigned."""
    found: dict[str, ast.expr] = {}
    often: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            if node.id in found or node.id in often:
                often.add(node.id)
            found.setdefault(node.id, ast.Constant(None))
        elif isinstance(node, ast.arg):
            often.add(node.arg)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
    return {name: value for name, value in found.items() if name not in often}


def _text(node: ast.expr, names: dict[str, ast.expr], depth: int = 0) -> str | None:
    """The text that an expression surely is."""
    if depth > 8:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name) and node.id in names:
        return _text(names[node.id], names, depth + 1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
        left, right = _text(node.left, names, depth + 1), _text(node.right, names, depth + 1)
        if left is None or right is None:
            return None
        return left + right if isinstance(node.op, ast.Add) else f"{left.rstrip('/')}/{right}"
    if isinstance(node, ast.Call) and _name(node.func) in ("Path", "pathlib.Path", "os.path.join", "path.join", "join"):
        parts = [_text(one, names, depth + 1) for one in node.args]
        return "/".join(part for part in parts if part) if parts and None not in parts else None
    return None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _name(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _written(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The expressions of a call that name what it changes."""
    name, args = _name(node.func), node.args
    last = name.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    given = {one.arg: one.value for one in node.keywords if one.arg}
    if name in ("open", "io.open", "codecs.open") and args:
        if _writing(args[1] if len(args) > 1 else given.get("mode")):
            yield "write", args[0]
        return
    if last in ("extractall", "unpack_archive"):
        at = given.get("path", given.get("extract_dir"))
        at = at or (args[last == "unpack_archive"] if len(args) > (last == "unpack_archive") else ast.Constant("."))
        yield "spread", at
        return
    if name.startswith(("os.", "shutil.")) or name in ("rmtree", "copyfile", "copytree", "unlink"):
        if last in _ONE and args:
            yield _ONE[last], args[0]
        elif last in _TWO and len(args) > 1:
            yield "write", args[1]
            if _TWO[last]:
                yield _TWO[last], args[0]
        return
    if isinstance(node.func, ast.Attribute):
        method, on = node.func.attr, node.func.value
        if method in _PATH_METHODS:
            yield _PATH_METHODS[method], on
        elif method == "open" and _writing(args[0] if args else given.get("mode")):
            yield "write", on


def _writing(mode: ast.expr | None) -> bool:
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))


_LITERAL = r"""\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|`([^`$\\\n]*)`)\s*"""
_JS_WRITES = re.compile(
    r"\b(?:writeFile|appendFile|outputFile|rm|rmdir|unlink|truncate|chmod|chown|createWriteStream)(?:Sync)?\(" + _LITERAL + r"[,)]"
)
_JS_TWO = re.compile(r"\b(rename|copyFile|cp|link|symlink)(?:Sync)?\(" + _LITERAL + "," + _LITERAL + r"[,)]")


def js_writes(code: str) -> list[Target]:
    """What JavaScript writes by names that stand in the call."""
    if len(code) > _MOST or _MOVES.search(code):
        return []
    found = [("write", "".join(one or "" for one in match.groups())) for match in _JS_WRITES.finditer(code)]
    for match in _JS_TWO.finditer(code):
        verb, *texts = match.groups()
        found.append(("write", "".join(one or "" for one in texts[3:])))
        if verb == "rename":
            found.append(("tree", "".join(one or "" for one in texts[:3])))
    return [(how, path) for how, path in found if path]


_PERL_TEXT = r"""\s*(?:'([^'\\\n]*)'|"([^"\\$@\n]*)")\s*"""
_PERL_OPEN = re.compile(r"""\bopen\b\s*\(?\s*(?:my\s+)?\$?\w+\s*,\s*(['"])\s*\+?>{1,2}[:\w()-]*\s*(?:\1\s*,""" + _PERL_TEXT + r"""|([^'"\\$@\n]+?)\s*\1)""")
_PERL_ONE = re.compile(r"\b(?:unlink|truncate|rmdir)\b\s*\(?" + _PERL_TEXT)
_PERL_TWO = re.compile(r"\b(rename|copy|move|link|symlink)\b\s*\(?" + _PERL_TEXT + "," + _PERL_TEXT)


def perl_writes(code: str) -> list[Target]:
    """What Perl writes by names that stand in the call."""
    if len(code) > _MOST or _MOVES.search(code):
        return []
    found = [("write", "".join(one or "" for one in match.groups()[1:])) for match in _PERL_OPEN.finditer(code)]
    found += [("write", "".join(one or "" for one in match.groups())) for match in _PERL_ONE.finditer(code)]
    for match in _PERL_TWO.finditer(code):
        verb, *texts = match.groups()
        found.append(("write", "".join(one or "" for one in texts[2:])))
        if verb in ("rename", "move"):
            found.append(("tree", "".join(one or "" for one in texts[:2])))
    return [(how, path) for how, path in found if path]
