"""Who may import whom, and what the hooks that run before every tool call may not cost."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.crash.armed import ROOT, Armed, payload
from tests.unit.journal.walks import OWNER

SCRIPTS = ROOT / "scripts"
PACKAGE = SCRIPTS / "planweir"
# Lowest first. A module imports from rows above its own, from its own package, and from its own row where it says so.
LAYERS = (
    ("values", "places", "permits", "host", "jobs", "runtime", "lineage"),
    ("plan",),
    ("journal",),
    ("shell",),
    ("guard",),
    ("evidence",),
    ("review",),
    ("brief",),
    ("notice",),
    ("attempt",),
    ("reach",),
    ("gate",),
    ("verbs",),
    ("rehearsal",),
    ("doctor",),
    ("hooked",),
    ("play",),
    ("cli",),
)
ROW = {name: row for row, names in enumerate(LAYERS) for name in names}
STANDARD_LIBRARY_AND = {
    "guard": {"shell"},
    "evidence": {"shell"},
    "review": set[str](),
    "reach": set[str](),
    "shell": set[str](),
    "plan": set[str](),
}
HOOKS_MAY = ("planweir.host", "planweir.guard.", "planweir.hooked.")
HOT = ("values", "places", "host", "hooked/judging", "guard/*", "shell/*")
HOT_MAY = {
    "__future__",
    "json",
    "os",
    "re",
    "sys",
    "itertools",
    "time",
}  # the last two are built into the interpreter
RARE = ("shell/pycode", "shell/codewrites")  # imported inside functions alone, for commands that hold Python
DEAR = (
    "dataclasses",
    "typing",
    "subprocess",
    "pathlib",
    "datetime",
    "logging",
    "argparse",
    "hashlib",
    "inspect",
    "shlex",
)


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def name_of(path: Path) -> str:
    """The layer of a file: its package below planweir, or the module itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _only_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(tree: ast.AST, inside_functions: bool) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported for real: what stands under TYPE_CHECKING is not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.If) and _only_for_types(node):
            for other in node.orelse:
                yield from imports(ast.Module([other], []), inside_functions)
        elif inside_functions or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from imports(node, inside_functions)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def ours(path: Path) -> Iterator[tuple[int, str]]:
    """Line and layer of every import of our own modules, in functions too."""
    for line, name in imports(parsed(path), True):
        if name.startswith("planweir."):
            first = name.split(".")[1]
            if first in ROW:
                yield line, first


def test_every_module_stands_in_the_table() -> None:
    assert {name_of(path) for path in modules()} == set(ROW)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_the_rows_above_its_own(path: Path) -> None:
    own = name_of(path)
    wrong = [
        f"line {line}: {own} imports {other}"
        for line, other in ours(path)
        if other != own and (ROW[other] > ROW[own] or (ROW[other] == ROW[own] and ROW[own] > 0))
    ]
    assert wrong == []


def test_the_modules_of_the_lowest_row_import_each_other_in_one_order_only() -> None:
    order = {"values": 0, "places": 0, "permits": 1, "host": 1, "jobs": 1, "runtime": 1}
    for name in LAYERS[0]:
        for _line, other in ours(PACKAGE / f"{name}.py"):
            assert order[other] < order[name], f"{name} imports {other}"


@pytest.mark.parametrize("layer", STANDARD_LIBRARY_AND)
def test_some_layers_need_the_standard_library_and_little_else(layer: str) -> None:
    allowed = {layer, *STANDARD_LIBRARY_AND[layer]}
    # A plan given as JSON, in check and start alone; parsers of other languages, at an attempt's end and in gates.
    parsers = {"tree_sitter", "tree_sitter_javascript", "tree_sitter_typescript"}
    lazy = {"plan": {"jsonschema"}, "evidence": {"tree_sitter"}, "reach": parsers}.get(layer, set[str]())
    for path in (PACKAGE / layer).rglob("*.py"):
        for line, name in imports(parsed(path), True):
            first = name.split(".")[0]
            if first == "planweir":
                assert name.split(".")[1] in allowed, f"{path}:{line}: {name}"
            else:
                assert first in sys.stdlib_module_names or first in lazy, f"{path}:{line}: {name}"


@pytest.mark.parametrize("path", sorted((ROOT / "hooks").glob("*.py")), ids=lambda path: path.stem)
def test_a_hook_script_imports_the_host_the_guard_and_hooked_alone(path: Path) -> None:
    for line, name in imports(parsed(path), True):
        assert name.startswith(HOOKS_MAY) or name.split(".")[0] in ("__future__", "os", "sys"), (
            f"line {line}: {name}"
        )


def hot_modules() -> list[Path]:
    rare = [PACKAGE / f"{name}.py" for name in RARE]
    return sorted(path for pattern in HOT for path in PACKAGE.glob(f"{pattern}.py") if path not in rare)


@pytest.mark.parametrize("path", hot_modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_hot_module_imports_only_what_is_cheap(path: Path) -> None:
    hot = {
        ".".join(("planweir", *other.relative_to(PACKAGE).with_suffix("").parts)) for other in hot_modules()
    }
    for line, name in imports(parsed(path), False):
        if name.startswith("planweir."):
            assert name in hot or name.rpartition(".")[0] in hot, f"line {line}: {name} is not hot"
        else:
            assert name.split(".")[0] in HOT_MAY, f"line {line}: {name}"


def test_no_hot_module_is_missing_from_the_rule() -> None:
    assert len(hot_modules()) > 20


@pytest.mark.parametrize(
    ("script", "tool", "given"),
    [
        ("block_direct_edits", "Write", {"file_path": "src/t1.py", "content": "x = 1\n"}),
        ("guard_state_file", "Bash", {"command": "git status && ls src | head -3"}),
    ],
)
def test_a_plain_allowed_call_imports_nothing_dear(
    tmp_path: Path, script: str, tool: str, given: dict[str, str]
) -> None:
    world = Armed(tmp_path)
    world.arm()
    world.bind("T1", "a1")
    if "file_path" in given:
        given = {**given, "file_path": str(world.project / given["file_path"])}
    event = payload(
        "PreToolUse",
        tool_name=tool,
        tool_input=given,
        session_id=OWNER,
        agent_id="a1",
        cwd=str(world.project),
    )

    def run() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-I", "-S", "-X", "importtime", str(ROOT / "hooks" / f"{script}.py")],
            input=json.dumps(event).encode(),
            env=world.env(),
            cwd=world.project,
            capture_output=True,
            check=True,
        )

    run()  # the first call of a session leaves the sign that hooks run
    done = run()
    assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] == "allow"
    imported = set(
        re.findall(r"^import time:\s*\d+ \|\s*\d+ \|\s*(\S+)$", done.stderr.decode(), re.MULTILINE)
    )
    assert "planweir.host" in imported
    assert sorted(name for name in imported if name.split(".")[0] in DEAR) == []
    assert "enum" not in imported or "re" in imported  # enum comes with re, and with nothing else
    kept = {name.split(".")[1] for name in imported if name.startswith("planweir.")}
    assert kept <= {"values", "places", "host", "hooked", "guard", "shell"}
