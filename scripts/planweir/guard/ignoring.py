"""What the project ignores: never a change, but not all of it can be made again.

Caches, build output and what tools print are free. So is what came after the attempt began. What lay there before it and is
none of these (`.env`, a local database, keys, an editor's settings) no git brings back: it is kept.
"""

from __future__ import annotations

import os

from planweir.guard.paths import relative
from planweir.guard.who import table
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.who import Guard

# By-products of known tools, ignored or not: never a change. A test holds this to the list by which the evidence's tree leaves out.
_CACHES = pattern(
    r"(?:.*/)?(?:__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.hypothesis|node_modules|\.tox|\.nox|\.venv|\.eggs"
    r"|\.nyc_output|\.vite|\.turbo|\.parcel-cache|[^/]*\.egg-info|\.coverage(?:\.[^/]*)?|htmlcov)(?:/.*)?\Z"
    r"|.*\.py[co]\Z|(?:.*/)?(?:\.DS_Store|\.eslintcache|\.stylelintcache|[^/]*\.tsbuildinfo)\Z"
    r"|(?:.*/)?coverage/(?:(?:\.tmp|lcov-report)(?:/.*)?|lcov\.info|clover\.xml|coverage-(?:final|summary)\.json|[^/]*\.html"
    r"|(?:base|prettify)\.css|(?:prettify|sorter|block-navigation)\.js|favicon\.png|sort-arrow-sprite\.png)\Z",
)
# Folders that hold what a command makes again, where the project ignores them.
_OUTPUT = pattern(
    r"(?i:(?:.*/)?(?:build|_build|builds|dist|out|output|outputs|target|bin|obj|lib|release|debug|coverage|htmlcov|cover|reports?"
    r"|test-results|test-reports|playwright-report|blob-report|storybook-static|site|_site|public/build|generated|__generated__|gen|tmp|temp"
    r"|te?mp-[^/]*|logs?|vendor|venv|env|node_modules|bower_components|jspm_packages|deriveddata|pods|cmake-build-[^/]*|cmakefiles|bazel-[^/]*"
    r"|\.[^/]*cache[^/]*|caches?|\.next|\.nuxt|\.output|\.svelte-kit|\.astro|\.angular|\.docusaurus|\.vitepress|\.vercel|\.netlify"
    r"|\.serverless|\.aws-sam|\.expo|\.gradle|\.kotlin|\.dart_tool|\.build|\.bundle|\.terraform|\.webpack|\.rollup[^/]*|\.esbuild"
    r"|\.turbo|\.vite|\.nx|\.yarn|\.pnpm-store|\.tox|\.nox|\.eggs|[^/]*\.egg-info|\.venv|\.ipynb_checkpoints|\.import|\.godot"
    r"|__pycache__|\.direnv|\.devenv|\.stack-work|dist-newstyle|_opam|deps|ebin|elm-stuff|zig-out|\.zig-cache|wheels|pip-wheel-metadata)"
    r"(?:/.*)?)\Z"
)
# Files of that kind by their names.
_AGAIN = pattern(
    r"(?i:(?:.*/)?(?:[^/]*\.(?:log|logs|log\.\d+|tmp|temp|bak|orig|rej|swp|swo|pyc|pyo|pyd|o|a|so|dylib|dll|exe|obj|lib|class|jar|war|d"
    r"|elc|beam|hi|gcda|gcno|gcov|lcov|cover|prof|pprof|trace|map|tsbuildinfo|pid|lock|tgz|whl|egg|aux|toc|bbl|blg|fls|out|synctex\.gz"
    r"|snap\.new|min\.js|min\.css)"
    r"|[^/]*\.generated\.[^/]+|[^/]*_pb2(?:_grpc)?\.pyi?|[^/]*\.pb\.go|coverage\.(?:xml|json|out|lcov)|junit[^/]*\.xml|test-results?\.[^/]+"
    r"|nohup\.out|core|npm-debug\.log[^/]*|yarn-(?:debug|error)\.log[^/]*|\.eslintcache|\.stylelintcache|\.ds_store|thumbs\.db"
    r"|\.coverage[^/]*|tags|cscope\.[^/]+|compile_commands\.json|next-env\.d\.ts|[^/]*~))\Z"
)
# Names of what a task without Files may have made no part of its work, which else may change anything.
_PRECIOUS = pattern(
    r"(?i:(?:.*/)?(?:\.env(?:\..*)?|[^/]*\.env|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|sqlite3?|db|mdb|tfstate(?:\.backup)?|tfvars)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|local\.[^/]+|[^/]*\.local(?:\.[^/]+)?|secrets?(?:\.[^/]+)?|credentials?(?:\.[^/]+)?"
    r"|service-?account[^/]*\.json|\.(?:npmrc|pypirc|netrc|envrc)|\.(?:idea|vscode|vs|fleet|zed)/.*|[^/]*\.(?:user|suo|iml)))\Z"
)
_REPORTS = frozenset(
    "lcov.info clover.xml cobertura-coverage.xml coverage-final.json coverage-summary.json lcov-report .tmp .last_run.json "
    ".resultset.json base.css coverage_html.js".split()
)
MOST_FILES = 5_000  # of one folder that are looked at


def cached(inside: str) -> bool:
    """Whether a relative path is a by-product of a known tool, ignored or not."""
    return _CACHES.match(inside) is not None


def ignored(paths: list[str], project: str, guard: Guard) -> set[str]:
    """Which of these absolute paths git ignores; tracked files are none. One git process for all that was not asked before."""
    known = guard.setdefault("_ignored", {})
    if not isinstance(known, dict):
        return set()
    fresh = list(dict.fromkeys(one for one in paths if one not in known))
    if fresh:
        answers = _check_ignore(fresh, project)
        known.update({one: one in answers for one in fresh})
    return {one for one in paths if known.get(one)}


def _check_ignore(paths: list[str], project: str) -> set[str]:
    import subprocess

    try:
        asked = subprocess.run(
            ["git", "-C", project, "check-ignore", "-z", "--stdin"],
            input="\0".join([*paths, ""]).encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=3,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return set()
    if asked.returncode in (0, 1):
        return set(asked.stdout.decode("utf-8", "surrogateescape").split("\0")) - {""}
    if len(paths) == 1:
        return set()
    # One that git will not look at (in a submodule) spoils the answer for all: halves find it.
    middle = len(paths) // 2
    return _check_ignore(paths[:middle], project) | _check_ignore(paths[middle:], project) if middle <= 64 else set()


def since(task: str, guard: Guard) -> float:
    """When the task's present attempt began; 0 where that is not known."""
    row = table(guard, "running").get(task)
    found = row.get("since") if isinstance(row, dict) else None
    return found if isinstance(found, (int, float)) else 0


def older(path: str, when: float) -> bool:
    """Whether a path is a file that was there, as it is, before `when`."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return False
    return found.st_mode & 0o170000 == 0o100000 and getattr(found, "st_birthtime", found.st_ctime) < when


def made_again(inside: str) -> bool:
    """Whether a relative path, which the project ignores, is one that a command makes again."""
    return (_CACHES.match(inside) or _OUTPUT.match(inside) or _AGAIN.match(inside)) is not None


def kept(path: str, inside: str, task: str, guard: Guard) -> bool:
    """Whether an ignored path holds what was there before the attempt and nothing could bring back."""
    return not made_again(inside) and older(path, since(task, guard))


def precious(path: str, inside: str, kind: str, project: str, task: str, guard: Guard) -> bool:
    """The same for a task that may change anything: git is asked only about what is taken away, or is called like it."""
    if kind in ("tree", "delete") and os.path.isdir(path) and not os.path.islink(path):
        return any(
            kept(one, relative(one, project) or "", task, guard) for one in ignored(files_below(path)[0], project, guard)
        )
    if not (kind in ("tree", "delete") or _PRECIOUS.match(inside)) or not kept(path, inside, task, guard):
        return False
    return path in ignored([path], project, guard)


def files_below(path: str) -> tuple[list[str], bool]:
    """The files below a folder, and whether these are all. Of a folder of output its name alone."""
    found: list[str] = []
    for folder, folders, names in os.walk(path):
        found += [os.path.join(folder, name) for name in names]
        for name in [one for one in folders if _CACHES.match(one) or _OUTPUT.match(one)]:
            found.append(os.path.join(folder, name))
            folders.remove(name)
        if len(found) > MOST_FILES:
            return found[:MOST_FILES], False
    return found, True


_SWEPT = frozenset(".pytest_cache __pycache__ .mypy_cache .ruff_cache .hypothesis .coverage htmlcov coverage .nyc_output .eslintcache".split())


def swept(path: str, inside: str, project: str, guard: Guard) -> bool:
    """Whether a path is a test runner's cache or report that the project ignores: whoever takes it away changes nothing."""
    return inside.rpartition("/")[2] in _SWEPT and bool(ignored([path, path + "/"], project, guard))


def report_name(inside: str) -> bool:
    """Whether a path is called as test runners call the folder of their reports of coverage."""
    return inside.rpartition("/")[2] in ("coverage", "htmlcov", ".nyc_output")


def report_folder(path: str, project: str) -> bool:
    """Whether a folder is a test runner's report of coverage, though the project does not ignore it: it bears the marks of one,
    and git knows none of its files."""
    if not report_name(path):
        return False
    try:
        if not _REPORTS & set(os.listdir(path)):
            return False
    except OSError:
        return False
    import subprocess

    try:
        asked = subprocess.run(
            ["git", "-C", project, "ls-files", "-z", "--", path], capture_output=True, timeout=3, check=False
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0 and not asked.stdout
