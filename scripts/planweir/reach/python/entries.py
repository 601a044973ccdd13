"""Where Python programs begin: what a project's settings, its frameworks and the names of its files say."""

from __future__ import annotations

import re

from planweir.reach import settings
from planweir.reach.files import above, is_test, joined
from planweir.reach.python.layout import PACKAGING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.reach.files import Files
    from planweir.reach.python.layout import Layout

# What stands below must do something: a guard around `pass` makes no program.
_GUARD = re.compile(
    r"""^if\s+\(?\s*(?:__name__\s*==\s*["']__main__["']|["']__main__["']\s*==\s*__name__)[^\n]*(?:\n(?:[ \t][^\n]*|#[^\n]*)?)*?(?<=[\w\])])[ \t]*\(""", re.MULTILINE
)
_RUNS = re.compile(
    r"^(?:(?:main|run|cli|start|serve|application\.run|asyncio\.run|anyio\.run|trio\.run|uvicorn\.run|app\.run\w*|sys\.exit|exit|fire\.Fire|typer\.run|mcp\.run|raise SystemExit)\s*\(|setup\()",
    re.MULTILINE,
)
_APP = re.compile(
    r"^\w+\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:\w+\.)*(?:Flask|FastAPI|Quart|Sanic|Starlette|Litestar|Celery|Bottle|Dash|FastMCP|APIGatewayRestResolver|AsyncApp|Blacksheep|Robyn|Huey|MooApp|DAG)\(",
    re.MULTILINE,
)
# Files that a program other than the project's own looks for by name.
_BY_NAME = re.compile(
    r"(?:^|/)(?:setup|noxfile|fabfile|dodo|manage|wsgi|asgi|gunicorn(?:\.conf|_config)?|sitecustomize|usercustomize|lambda_function|function_app|streamlit_app"
    r"|hubconf|conanfile|wscript|celeryconfig|SConstruct|pavement|robot|hatch_build|build|_build_backend|__main__)\.pyw?$"
    r"|(?:^|/)(?:docs?(?:/source)?/conf|alembic/env|migrations/env|alembic/versions/[^/]+|migrations/versions/[^/]+|dags/.+|notebooks/.+|site_scons/.+|\.github/.+)\.py$"
)
_PROGRAMS = {"bin", "tools", "tool", "scripts", "script", "examples", "example", "samples", "docs", "doc", "docs_src", "benchmarks", "benchmark", "bench", "demos", "demo", "hack", "ci", "tutorials", "recipes", "hooks", "profiling", "perf", "experiments", "contrib", "ops", "deploy", "utils_scripts"}
_SHOWN = {"benchmarks", "examples", "example", "samples", "docs", "docs_src", "demos", "tutorials"}  # packages there are shown too
_MAIN_NAMES = re.compile(r"(?:^|/)(?:main|app|run|cli|server|bot|worker|index|start|serve|launch\w*|tasks)\.pyw?$")
_DJANGO = re.compile(
    r"(?:^|/)(?:(?:models|admin|apps|translation|receivers|wagtail_hooks|search_indexes|cms_plugins|cms_apps|celery|autocomplete|tasks|signals)\.py|(?:models|migrations|management/commands|templatetags)/[^.]*\.py)$"
)


def entries(tree: Files, layout: Layout) -> dict[str, str]:
    """file -> why a program begins there. Tests are none."""
    found: dict[str, str] = {}
    django = False
    for path in layout.files:
        text = tree.text(path)
        django = django or (not is_test(path) and "INSTALLED_APPS" in text)
        why = "" if is_test(path) else _why(path, text, layout)
        if why:
            found[path] = why
    if django:
        for path in layout.files:
            if path not in found and not is_test(path) and _DJANGO.search(path):
                found[path] = "Django finds it by its name"
    for path in settings.files(tree):
        for target in _named(tree, layout, path):
            found.setdefault(target, f"named in {path}")
    for path, why in _libraries(tree, layout):
        found.setdefault(path, why)
    return found


def _why(path: str, text: str, layout: Layout) -> str:
    if _BY_NAME.search(path):
        return "a program finds it by its name"
    if _GUARD.search(text):
        return "it runs by itself (__main__)"
    if _APP.search(text):
        return "it makes an application"
    folder = path.rpartition("/")[0]
    if shown(path):
        return f"shown in {folder}/"
    if folder in layout.packages:
        return ""
    if text.startswith("#!"):
        return "a script (#!)"
    if _RUNS.search(text):
        return "a script: it calls its main function"
    if set(folder.split("/")) & _PROGRAMS:
        return f"a script in {folder}/"
    if _MAIN_NAMES.search(path) and not path.endswith("__init__.py"):
        return "a script by its name"
    return ""


def _named(tree: Files, layout: Layout, path: str) -> Iterator[str]:
    text = settings.text(tree, path)
    folder = path.rpartition("/")[0]
    if path.endswith(".ipynb"):
        text = re.sub(r"\b(?:from|import)\s+([\w.]+)", r" \1:x ", text)
    for dotted in settings.modules(text):
        yield from (target for target in layout.longest(joined(folder, "x"), dotted) if not is_test(target))
    yield from (target for target in settings.paths(tree, text, folder) if target.endswith(".py") and not is_test(target))


def shown(path: str) -> bool:
    """Does `path` lie among examples and documents, which people read and run?"""
    return bool(set(path.split("/")[:-1]) & _SHOWN)


def distributed(tree: Files, path: str) -> bool:
    """Is the package folder `path` part of something that is built to be installed?"""
    return any(joined(folder, name) in tree.paths for folder in above(path) for name in PACKAGING)


def exports(tree: Files, layout: Layout, package: str) -> bool:
    """Does the `__init__.py` of `package` give others something to use?"""
    text = tree.text(joined(package, "__init__.py"))
    name = re.escape(package.rpartition("/")[2])
    own = re.compile(rf"^\s*(?:from\s+\.|from\s+{name}[\s.]|__all__|def\s+\w|class\s+\w|import\s+{name}\.)", re.MULTILINE)
    return own.search(text) is not None or joined(package, "py.typed") in tree.paths


def libraries(tree: Files, layout: Layout) -> list[str]:
    """The outermost packages that other projects import."""
    tops = {top for path in layout.files if (top := layout.top_of(path)) in layout.packages}
    return sorted(top for top in tops if not is_test(top + "/x.py") and distributed(tree, top))


def _libraries(tree: Files, layout: Layout) -> Iterator[tuple[str, str]]:
    """What a library offers: its package, and the modules that its documentation names."""
    tops = libraries(tree, layout)
    for top in tops:
        yield joined(top, "__init__.py"), "the package that is installed"
    names = {top.rpartition("/")[2] for top in tops if exports(tree, layout, top)}
    if not names:
        return
    any_of = "|".join(re.escape(name) for name in sorted(names))
    mention = re.compile(rf"(?<![\w./-])((?:{any_of})(?:\.\w+)+)")
    for path in sorted(tree.paths):
        if not path.endswith((".md", ".rst", ".mdx", ".txt")) or is_test(path) or path.startswith(".claude/"):
            continue
        for dotted in {match[1] for match in mention.finditer(tree.text(path))}:
            for target in layout.longest("", dotted, 2):
                if not target.endswith("__init__.py") or dotted.count("."):
                    yield target, f"the library's documentation names it ({path})"
