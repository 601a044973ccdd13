"""What settings name: modules and files in the text of build files, containers, jobs and units, whatever their format."""

from __future__ import annotations

import re

from planweir.reach.files import above, is_test, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.reach.files import Files

_NAMES = re.compile(
    r"(?:^|/)(?:Dockerfile[\w.-]*|[\w.-]*\.[Dd]ockerfile|Containerfile|Makefile|GNUmakefile|Procfile|[Jj]ustfile|Jenkinsfile|Vagrantfile|Caddyfile"
    r"|setup\.py|[\w.-]+\.(?:toml|cfg|ini|ya?ml|mk|sh|bash|zsh|fish|service|conf|spec|nix|tf|bat|ps1|cmd|ipynb|xml|desktop|plist|gyp)"
    r"|(?:package|angular|vercel|cdk|function|manifest|app|firebase|serverless|nodemon|electron-builder|wrangler|netlify|project|deno|nest-cli|now|tsup|rollup|tauri\.conf)\.jsonc?"
    r"|[\w.-]+\.config\.jsonc?)$"
)
# What a tool that judges code is told about a module reaches nothing.
_JUDGING = re.compile(r"(?:^|/)(?:mypy\.ini|\.coveragerc|\.flake8|\.pylintrc|ruff\.toml|\.ruff\.toml|pyrightconfig\.json|\.pre-commit-config\.ya?ml|codecov\.ya?ml|mkdocs\.ya?ml|\.codespellrc|\.bumpversion\.cfg|pytest\.ini|CODEOWNERS|[\w.-]*lock[\w.-]*|uv\.lock|labeler\.yml)$")
_JUDGING_SECTION = re.compile(
    r"^\[+\s*[\"']?(?:tool\.)?(?:mypy|ruff|coverage|pylint|isort|black|pyright|basedpyright|pytest|flake8|bandit|interrogate|vulture|importlinter|towncrier|bumpversion|tox:|run|report)\b[^\n]*\]+[^\n]*\n(?:(?!\[)[^\n]*\n?)*",
    re.MULTILINE,
)
_DOTTED = re.compile(r"(?<![\w./@:-])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?:\s*:\s*[A-Za-z_][\w.]*)?(?![\w/-])")
_APP = re.compile(r"(?<![\w./@:-])([A-Za-z_]\w*):[A-Za-z_]\w*(?:\(\))?(?![\w/.:-])")
_BY_NAME = re.compile(r"(?<![\w-])-m[\s\"',]+([A-Za-z_][\w.]*)")
_FILE = re.compile(r"(?<![\w-])((?:\.{0,2}/)?(?:[\w.@+-]+/)*[\w.@+-]+\.(?:pyw?|[cm]?[jt]sx?|vue|svelte))(?![\w/])")


def files(tree: Files) -> Iterator[str]:
    """The settings of the project that may name code."""
    for path in sorted(tree.paths):
        if _NAMES.search(path) and not _JUDGING.search(path) and not is_test(path) and not path.startswith(".claude/"):
            yield path


def text(tree: Files, path: str) -> str:
    """The settings at `path` without comments and without what only judges code."""
    found = tree.text(path)
    if path.endswith((".toml", ".cfg", ".ini")):
        found = _JUDGING_SECTION.sub("", found)
    if not path.endswith((".ipynb", ".json", ".xml")):
        found = re.sub(r"(?m)(?:^|\s)#(?!!).*$", "", found)
    return found


def modules(words: str) -> set[str]:
    """What may be the dotted name of a module; an application's `module:name` and what `-m` runs too."""
    found = {match[1] for match in _DOTTED.finditer(words)}
    return found | {match[1] for match in _APP.finditer(words)} | {match[1] for match in _BY_NAME.finditer(words)}


def paths(tree: Files, words: str, folder: str) -> set[str]:
    """The project's files that `words`, which stand in `folder`, name by a path."""
    found: set[str] = set()
    for match in _FILE.finditer(words):
        named = match[1].lstrip("/")
        for base in [folder, *above(folder)] if folder else [""]:
            whole = joined(base, named)
            if whole in tree.paths:
                found.add(whole)
                break
    return found
