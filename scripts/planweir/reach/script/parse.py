"""What a file of JavaScript or TypeScript imports and defines, by tree-sitter.

A parser and not a bundler: it needs neither node nor the project's node_modules, works offline, and says where it could not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query, Tree

SCRIPTS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
FRAMED = (".vue", ".svelte", ".astro", ".mdx", ".html")  # scripts inside another format
ENDINGS = (*SCRIPTS, ".vue", ".svelte", ".astro")
_QUERY = """
(import_statement source: (string) @from) @import
(export_statement source: (string) @from) @export
(call_expression function: (import) arguments: (arguments . (_) @call))
(call_expression function: (identifier) @name arguments: (arguments . (_) @given))
(call_expression function: (member_expression) @name arguments: (arguments . (_) @given))
(new_expression constructor: (identifier) @name arguments: (arguments . (_) @given))
"""
_TYPESCRIPT = '(import_require_clause source: (string) @from)'
_CALLS = re.compile(r"^(?:require|require\.resolve|import\.meta\.(?:glob|globEager|resolve)|require\.context|(?:jest|vi)\.\w+|URL|Worker|SharedWorker|importScripts|\w+\.register|\w+\.addModule|lazy|loadable|dynamic)$")
_LINE = re.compile(r"""(?:\bimport\s*\(?|\bfrom|\brequire\s*\()\s*["']([^"'\n]+)["']""")
_SCRIPT_TAG = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"\A---\n(.*?)\n---", re.DOTALL)


@dataclass
class Imports:
    """What a file names of others. `globs`: patterns of files; `stars`: what it exports whole; `broken`: parts could not be read."""

    names: list[str] = field(default_factory=list)
    globs: list[str] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)
    broken: bool = False


@lru_cache(maxsize=16)
def _language(ending: str) -> Language:
    from tree_sitter import Language

    if ending in (".ts", ".mts", ".cts"):
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_typescript())
    if ending == ".tsx":
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_tsx())
    import tree_sitter_javascript

    return Language(tree_sitter_javascript.language())


@lru_cache(maxsize=16)
def _query(ending: str) -> Query:
    """Building one takes longer than asking it of a file."""
    from tree_sitter import Query as Asking

    found: Query = Asking(_language(ending), _QUERY + (_TYPESCRIPT if ending in (".ts", ".tsx", ".mts", ".cts") else ""))
    return found


def parsed(text: str, ending: str) -> Tree:
    """Raises ImportError where the parsers are not installed."""
    from tree_sitter import Parser

    return Parser(_language(ending)).parse(text.encode("utf-8", "replace"))


def scripts_in(path: str, text: str) -> str:
    """The code of a file that frames it in another format."""
    if path.endswith((".vue", ".svelte", ".html")):
        return "\n".join(match[2] for match in _SCRIPT_TAG.finditer(text))
    if path.endswith(".astro"):
        fence = _FENCE.search(text)
        return (fence[1] if fence else "") + "\n" + "\n".join(match[2] for match in _SCRIPT_TAG.finditer(text))
    return text


def imports(path: str, text: str) -> Imports:
    """What the file at `path` imports for real: `import type` is left out."""
    found = Imports()
    ending = path[path.rindex(".") :]
    if ending in FRAMED:
        found.names = [match[1] for match in _LINE.finditer(scripts_in(path, text))]
        return found
    from tree_sitter import QueryCursor

    tree = parsed(text, ending)
    for _number, rows in QueryCursor(_query(ending)).matches(tree.root_node):
        if "name" in rows and not _CALLS.match(_text(rows["name"][0])):
            continue
        if "from" in rows:
            _statement(found, rows)
        else:
            _call(found, rows)
    if tree.root_node.has_error:
        found.broken = True
        found.names += [match[1] for match in _LINE.finditer(text)]
    return found


def _statement(found: Imports, rows: dict[str, list[Node]]) -> None:
    whole = next(iter(rows.get("import") or rows.get("export") or []), None)
    name = _text(rows["from"][0])[1:-1]
    words = _text(whole)[:400] if whole is not None else ""
    if re.match(r"(?:import|export)\s+type\b(?!\s*(?:,|from\b))", words):
        return
    found.names.append(name)
    if re.match(r"export\s*\*", words):
        found.stars.append(name)


def _call(found: Imports, rows: dict[str, list[Node]]) -> None:
    given = (rows.get("call") or rows["given"])[0]
    name = _text(rows["name"][0]) if "name" in rows else "import"
    words = _text(given)
    if name.startswith("import.meta.glob"):
        found.globs += re.findall(r"""["'`]([^"'`\n]+)["'`]""", words)
    elif name == "require.context":
        found.globs += [f"{match}/**" for match in re.findall(r"""["'`]([^"'`\n]+)["'`]""", words)[:1]]
    elif given.type == "string":
        found.names.append(words[1:-1])
    elif given.type == "template_string":
        body = words[1:-1]
        if "${" not in body:
            found.names.append(body)
        elif body.startswith((".", "@/", "~/")):
            found.globs.append(re.sub(r"\$\{[^}]*\}", "*", body))
    elif given.type == "binary_expression":  # import("./pages/" + name)
        match = re.match(r"""["']((?:\.|@/|~/)[^"'\n]*/)["']\s*\+""", words)
        if match:
            found.globs.append(match[1] + "**")


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


@dataclass(frozen=True)
class Defined:
    """A function or class at the top of a module, and the lines that it takes."""

    name: str
    first: int
    last: int
    free: str = ""


def definitions(path: str, text: str) -> dict[str, Defined]:
    """The functions and classes at the top of a module, by name. Raises SyntaxError where parts of it cannot be read."""
    ending = path[path.rindex(".") :]
    if ending in FRAMED:
        return {}
    root = parsed(text, ending).root_node
    if root.has_error:
        raise SyntaxError(path)
    found: dict[str, Defined] = {}
    for node in root.children:
        inner, free = node, ""
        if node.type == "export_statement":
            if any(child.type == "default" for child in node.children):
                free = "the module's default export"
            inner = node.child_by_field_name("declaration") or node
        if any(child.type == "decorator" for child in (*node.children, *inner.children)):
            free = "a decorator may register it"
        for name, place in _named(inner):
            found.setdefault(name, Defined(name, place.start_point[0] + 1, place.end_point[0] + 1, free))
    return found


def _named(node: Node) -> list[tuple[str, Node]]:
    if node.type in ("function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration"):
        name = node.child_by_field_name("name")
        return [(_text(name), node)] if name is not None else []
    rows: list[tuple[str, Node]] = []
    if node.type in ("lexical_declaration", "variable_declaration"):
        for child in node.children:
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None and value.type in ("arrow_function", "function_expression", "class", "function"):
                rows.append((_text(name), node))
    return rows
