"""What decides what tests mean: the files that choose, alter or hide tests, and what of them changed, by keys where they have any.

A change of one is a fact for reviewers, no verdict: a task may need a marker, a fixture or a script. Read by lines, for Python 3.10
has no reader of TOML.
"""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# By the last part of the path; the second table by the whole path.
_NAMES = (
    # Python
    r"conftest\.py|\.?pytest\.(?:ini|toml)|tox\.(?:ini|toml)|setup\.cfg|pyproject\.toml|\.coveragerc|(?:site|user)customize\.py|[^/]+\.pth"
    r"|noxfile\.py|hatch\.toml|tasks\.py"
    # JavaScript
    r"|package\.json|(?:jest|vitest|vite|playwright|wdio|cypress|babel|ava|karma|jasmine)\.(?:config|conf|workspace|setup|preset)\.\w+"
    r"|\.(?:mocharc|babelrc|swcrc|nycrc|c8rc|taprc)(?:\.\w+)?|tsconfig[\w.-]*\.json|bunfig\.toml|deno\.jsonc?|\.npmrc"
    r"|(?:global-?)?[sS]etup-?(?:[tT]ests?|[jJ]est|[vV]itest|[mM]ocha)?\.[cm]?[jt]sx?|(?:tests?|jest|vitest|mocha)[._-]?setup\.[cm]?[jt]sx?"
    # other languages
    r"|Cargo\.toml|nextest\.toml|pom\.xml|build\.gradle(?:\.kts)?|gradle\.properties|[^/]+\.runsettings|Directory\.Build\.(?:props|targets)"
    r"|\.rspec|(?:spec|rails|test)_helper\.(?:rb|exs)|phpunit\.xml(?:\.dist)?|composer\.json|mix\.exs|CMakeLists\.txt|CTestConfig\.cmake"
    # what commands run
    r"|(?:GNU)?[Mm]akefile|[^/]+\.mk|\.?[Jj]ustfile|Taskfile\.ya?ml|[Rr]akefile|Jenkinsfile|\.gitlab-ci\.ya?ml|\.travis\.ya?ml"
    r"|azure-pipelines\.ya?ml|\.pre-commit-config\.yaml"
)
_PATHS = r"(?:.*/)?\.github/(?:workflows|actions)/.+\.ya?ml|\.circleci/.+|\.buildkite/.+|(?:.*/)?\.cargo/config(?:\.toml)?|(?:.*/)?\.config/nextest\.toml"
_STEERS = re.compile(rf"(?:.*/)?(?:{_NAMES})|{_PATHS}", re.DOTALL)

# Of these files only some parts decide anything about tests.
_SECTIONS = {
    "pyproject.toml": r"tool\.(?:pytest|coverage|tox|nox|poe|hatch|pdm|taskipy|uv|setuptools\.packages).*|build-system",
    "setup.cfg": r"tool:pytest|coverage:.*|testenv.*|tox.*|aliases|options(?:\.packages.*)?",
    "Cargo.toml": r"\[?test\]?|lib|bin|\[?bench\]?|profile\..*|features|dev-dependencies.*|workspace.*|patch\..*",
}
_RUNNERS = r"(?:@jest/|@vitest/|@playwright/|@babel/)?[\w-]*(?:jest|vitest|mocha|chai|jasmine|playwright|ava|tap|c8|nyc|tsx|ts-node|babel|swc|esbuild|karma)[\w-]*"
_PACKAGE = rf"(?:scripts|jest|vitest|mocha|ava|nyc|c8|babel|tap|type|imports|exports|workspaces|bin)(?:\..*)?|(?:dev|optional|peer)?[dD]ependencies\.{_RUNNERS}|(?:overrides|resolutions)(?:\..*)?"
_COMPOSER = r"scripts(?:\..*)?|autoload.*"
MOST_KEYS = 8
LONGEST = 90  # characters of a value
# What in a conftest.py changes which tests run, or how they end.
_HOOK = re.compile(r"^\+\s*(?:async\s+)?def (pytest_\w+)|^\+\s*(collect_ignore\w*|pytest_plugins)\s*=|^\+.*\b(autouse)\s*=\s*True|^\+.*\b(monkeypatch|skip|xfail|_exit)\b")


def steers(path: str) -> bool:
    """Does this file, by its name, decide what tests mean?"""
    return _STEERS.fullmatch(path) is not None


def changed(path: str, before: str | None, after: str | None) -> str:
    """What of a file changed that decides what tests mean, in words; empty where nothing of it does. None: it was, or is, not there."""
    if before is None:
        keys = _keys(path, after or "")
        shown = _listed([f"{key} = {_short(value)}" for key, value in (keys or {}).items()])
        return f"is new{': ' + shown if shown else ''}" if keys is None or keys else ""
    if after is None:
        return "is gone"
    was, now = _keys(path, before), _keys(path, after)
    if was is None or now is None:
        return _lines(path, before, after)
    told = []
    for key in dict.fromkeys([*was, *now]):
        if was.get(key) != now.get(key):
            told.append(
                f"{key} = {_short(now[key])} (new)"
                if key not in was
                else f"{key} is gone (was {_short(was[key])})"
                if key not in now
                else f"{key}: {_short(was[key])} -> {_short(now[key])}"
            )
    return _listed(told)


def _listed(told: Sequence[str]) -> str:
    more = f"; and {len(told) - MOST_KEYS} more" if len(told) > MOST_KEYS else ""
    return "; ".join(told[:MOST_KEYS]) + more


def _short(value: str) -> str:
    words = " ".join(value.split())
    return f"`{words if len(words) <= LONGEST else words[:LONGEST] + '…'}`"


def _keys(path: str, content: str) -> dict[str, str] | None:
    """The keys that count, with their values; None for a file without keys, or that cannot be read."""
    name = os.path.basename(path)
    if name.endswith(".json") or name in (".babelrc", ".swcrc", ".nycrc", ".mocharc"):
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        found = _flat(value)
        wanted = _PACKAGE if name == "package.json" else _COMPOSER if name == "composer.json" else ".*"
        return {key: row for key, row in found.items() if re.fullmatch(wanted, key)}
    if name.endswith((".toml", ".ini", ".cfg")) or name == ".coveragerc":
        wanted = _SECTIONS.get(name, ".*")
        return {f"[{section}] {key}": row for (section, key), row in _settings(content).items() if re.fullmatch(wanted, section)}
    return None


def _flat(value: dict[str, object]) -> dict[str, str]:
    """Two levels of an object as `a.b`."""
    found: dict[str, str] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            found.update({f"{key}.{name}": row if isinstance(row, str) else json.dumps(row) for name, row in inner.items()})
        else:
            found[key] = inner if isinstance(inner, str) else json.dumps(inner)
    return found


def _settings(content: str) -> dict[tuple[str, str], str]:
    """(section, key) -> value of an INI or TOML file; lines that go on a value belong to its key."""
    found: dict[tuple[str, str], str] = {}
    section, key = "", ""
    for line in content.splitlines():
        head = re.fullmatch(r"\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(?:#.*)?", line)
        pair = re.match(r"""["']?([\w.:-]+)["']?\s*[=:](?!=)\s*(.*)""", line)
        if head is not None and not line[:1].isspace():
            section, key = head[1].replace('"', ""), ""
        elif pair is not None:
            key = pair[1]
            found[section, key] = pair[2]
        elif line.strip() and not re.match(r"\s*[#;]", line) and key:
            found[section, key] += "\n" + line.strip()
    return found


def _lines(path: str, before: str, after: str) -> str:
    """How many lines came and went, and of a conftest.py what it does to the run."""
    import difflib

    rows = [row for row in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0) if not row.startswith(("+++", "---", "@@"))]
    came, went = sum(row.startswith("+") for row in rows), sum(row.startswith("-") for row in rows)
    if not rows:
        return ""
    hooks = [next(word for word in match.groups() if word) for row in rows if (match := _HOOK.match(row))] if path.endswith("conftest.py") else []
    return f"+{came} -{went} lines" + (f", with {', '.join(dict.fromkeys(hooks))}" if hooks else "")
