"""What stands before a tool's name: launchers, interpreters, the path to where it is installed."""

from __future__ import annotations

from planweir.shell.lazy import pattern

# Launchers that stand before a tool: "uv run pytest".
LAUNCHERS: tuple[tuple[str, ...], ...] = (
    ("uv", "run"),
    ("poetry", "run"),
    ("pdm", "run"),
    ("hatch", "run"),
    ("rye", "run"),
    ("pipenv", "run"),
    ("bundle", "exec"),
    ("npx",),
    ("bunx",),
    ("uvx",),
    ("pnpm", "exec"),
    ("pnpm", "dlx"),
    ("yarn", "exec"),
    ("npm", "exec"),
    ("direnv", "exec"),
    ("mise", "exec"),
    ("mise", "x"),
    ("asdf", "exec"),
    ("composer", "exec"),
    ("pixi", "run"),
    ("devbox", "run"),
    ("c8",),
    ("nyc",),
)
_NODE_TOOLS = frozenset(("jest", "vitest", "mocha", "ava", "tap", "tape", "eslint", "tsc", "prettier", "playwright"))
_LAUNCHER_VALUES = frozenset("--with --python -p --package --extra --group -r --reporter".split())
_PYTHON = pattern(r"(?:python|pypy)[\d.]*\Z")
_MODULE_FLAG = pattern(r"-[bBdEiIOPqsSuv]*m\Z")
_CODE_FLAG = pattern(r"-[bBdEiIOPqsSuv]*[cm]")
_OWN_BIN = pattern(r"/(?:(?:\.?v?env|node_modules)/(?:\.?bin|Scripts)|vendor/bin)\Z")
# Scripts by which a project starts its tools, with the folder where they lie.
_OWN_SCRIPTS = frozenset(
    "gradlew mvnw manage.py artisan bin/rails bin/rspec bin/rake bin/rubocop bin/console bin/phpunit bin/brakeman".split()
)


def bare(words: list[str | None], cwd: str | None = None) -> list[str]:
    """The words of a call without launchers, interpreters' -m and paths before the tool's name; unknown
    words "". Empty where what is started is no installed tool but a file that lies somewhere."""
    found = [one or "" for one in words]
    while found:
        if "/" in found[0]:
            if not _installed(found[0], cwd):
                return []
            found[0] = found[0].rsplit("/", 1)[-1]
        launcher = next((one for one in LAUNCHERS if tuple(found[: len(one)]) == one), None)
        if launcher is not None:
            found = _behind_options(found[len(launcher) :])
        elif _PYTHON.match(found[0]) and found[1:2] == ["manage.py"]:
            found = found[1:]
        elif _PYTHON.match(found[0]) and (at := _module(found)):
            found = found[at:]
            if "/" in found[0]:
                return []
        elif found[0] in ("yarn", "pnpm") and found[1:2] and found[1] in _NODE_TOOLS:
            found = found[1:]  # `yarn jest`: the tool itself
        elif found[1:2] and _starts_tool(found[0], found[1]):
            found = found[1:]
        else:
            break
    return found


def _starts_tool(name: str, path: str) -> bool:
    """`node node_modules/.bin/jest`, `php artisan`: an interpreter before a tool's own script."""
    if name == "node":
        return "node_modules/.bin/" in path
    return name in ("php", "ruby") and (path in _OWN_SCRIPTS or "vendor/bin/" in path)


def _module(words: list[str]) -> int:
    """Where the module's name stands behind an interpreter's -m; 0 where a script or code comes first."""
    at = 1
    while at < len(words) and words[at].startswith("-"):
        if _MODULE_FLAG.match(words[at]):
            return at + 1 if at + 1 < len(words) else 0
        if _CODE_FLAG.match(words[at]):
            return 0
        at += 2 if words[at] in ("-W", "-X") else 1
    return 0


_LOOSE = ("/tmp/", "/var/tmp/", "/dev/shm/")  # where an agent may put a program of its own


def _installed(path: str, cwd: str | None) -> bool:
    """Whether a tool given by its path lies in the bin folder of the tree's own environment, or on PATH
    outside it; build tools' wrappers lie in the tree itself."""
    import os

    if path.removeprefix("./") in _OWN_SCRIPTS:
        return True
    if cwd is None:
        return False
    whole = os.path.normpath(os.path.join(cwd, path))
    folder = os.path.dirname(whole)
    own = _OWN_BIN.search(folder)
    if own:
        tree = folder[: own.start()] or "/"
        if (cwd + "/").startswith(tree.rstrip("/") + "/") or tree.startswith(cwd.rstrip("/") + "/"):
            return True
    # Also an environment that a person activated before the client: it is on PATH, and no agent's to fill.
    return (
        path.startswith("/")
        and folder in (os.environ.get("PATH") or "").split(":")
        and not folder.startswith((cwd.rstrip("/") + "/", *_LOOSE))
    )


def _behind_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in _LAUNCHER_VALUES else 1 :]
    return words
