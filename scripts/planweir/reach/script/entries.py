"""Where programs and pages of JavaScript and TypeScript begin: manifests, pages, frameworks' file names, settings."""

from __future__ import annotations

import re

from planweir.reach import settings
from planweir.reach.files import is_test, joined
from planweir.reach.script.parse import ENDINGS
from planweir.reach.script.resolve import strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.reach.files import Files
    from planweir.reach.script.resolve import Resolver

_FIELDS = ("main", "module", "browser", "exports", "bin", "types", "typings", "source", "svelte", "unpkg", "jsdelivr", "react-native", "style", "workbox", "prisma", "electron", "nodemonConfig", "entry")
CONFIG = re.compile(r"(?:^|/)(?:[\w.-]+\.config(?:\.[\w-]+)*|\.[\w.-]+rc|(?:Gulpfile|gulpfile|Gruntfile|plopfile|[Dd]angerfile|[Jj]akefile|knexfile|webpack[\w.-]*|rollup[\w.-]*|\.pnpmfile|\.pnp|metro|karma\.conf|protractor\.conf|postcss|forge\.config|svgo|env|next-env\.d|vite-env\.d|[\w.-]+\.d))\.[cm]?[jt]sx?$")
# Settings of what lints, formats or tests name files and reach none.
_JUDGING = re.compile(r"(?:^|/)\.?(?:eslint|prettier|stylelint|jest|vitest|playwright|cypress|commitlint|lint-staged|knip|typedoc|karma|nyc|oxlint|biome|dependency-cruiser|size-limit|babel-jest|renovate|release-it)(?:rc)?[\w.-]*\.(?:[cm]?[jt]s|json)x?$")
# dependency -> files that its program finds by their place and name, seen from the package
_FRAMEWORKS: dict[str, str] = {
    "next": r"(?:src/)?(?:pages/.+|app/(?:.*/)?(?:page|layout|route|loading|error|not-found|template|default|global-error|sitemap|robots|manifest|opengraph-image|twitter-image|icon|apple-icon|forbidden|unauthorized)\.\w+|(?:middleware|proxy|instrumentation(?:-client)?|mdx-components)\.\w+)",
    "nuxt": r"(?:app/|src/|layers/[^/]+/)?(?:(?:pages|layouts|components|composables|plugins|middleware|server|utils|modules|stores|store)/.+|(?:app|error|nuxt\.config|app\.config)\.\w+)",
    "@sveltejs/kit": r"src/(?:routes/.+|hooks(?:\.\w+)*\.\w+|service-worker\.\w+|params/.+|app\.\w+)",
    "astro": r"src/(?:pages|layouts|content|middleware|actions)(?:/.+|\.\w+)",
    "gatsby": r"(?:src/(?:pages|templates|api)/.+|gatsby-\w+\.\w+)",
    "@remix-run/": r"(?:app|src)/(?:routes/.+|root\.\w+|entry\.\w+\.\w+|routes\.\w+)",
    "@react-router/": r"(?:app|src)/(?:routes/.+|root\.\w+|entry\.\w+\.\w+|routes\.\w+)",
    "@tanstack/": r"(?:src|app)/(?:routes/.+|routeTree\.gen\.\w+|router\.\w+|client\.\w+|ssr\.\w+|server\.\w+|start\.\w+)",
    "expo-router": r"(?:src/)?app/.+",
    "expo": r"(?:App|index)\.\w+",
    "react-native": r"(?:App|index)(?:\.\w+)*",
    "@docusaurus/": r"(?:src/(?:pages|theme|plugins)/.+|(?:sidebars|docusaurus)[\w.-]*)",
    "vitepress": r"(?:.*/)?\.vitepress/(?:theme/index|config)\.\w+",
    "@adonisjs/": r"(?:start|config|providers|commands|database|app/(?:controllers|middleware|models|validators))/.+",
    "@nestjs/": r"(?:.*/)?src/main\.\w+",
    "@angular/": r"(?:.*/)?src/(?:main|polyfills|test|environments/.+)\.?\w*\.\w+",
    "ember-": r"app/.+",
    "@11ty/": r".*\.11ty\.\w+",
    "typeorm": r"(?:.*/)?(?:migrations?|entities)/.+",
    "knex": r"(?:.*/)?(?:migrations|seeds)/.+",
    "sequelize": r"(?:.*/)?(?:migrations|seeders|models)/.+",
    "@storybook/": r"(?:.*/)?\.storybook/.+",
    "hardhat": r"(?:scripts|deploy|ignition|tasks)/.+",
    "firebase-functions": r"functions/(?:src/)?index\.\w+",
    "wrangler": r"(?:functions/.+|src/(?:index|worker)\.\w+)",
    "wxt": r"(?:src/)?entrypoints/.+",
    "plasmo": r"(?:src/)?(?:popup|options|background|contents?|newtab|sidepanel)(?:/.+|\.\w+)",
    "electron": r"(?:.*/)?(?:main|preload|renderer|background)(?:/index)?\.\w+",
    "react-email": r"(?:src/)?emails/.+",
    "@react-email/": r"(?:src/)?emails/.+",
    "fumadocs": r"source\.config\.\w+",
}
_PROGRAMS = {"bin", "scripts", "script", "tools", "examples", "example", "benchmarks", "benchmark", "bench", "demo", "demos", "docs", "website", "public", "static", "api", "functions", "samples", "perf", "playground", "sandbox", "fixtures", ".github", "migrations", "seeds", "hack", "codemods", "generators", "scaffold", ".storybook"}
_TAG = re.compile(r"""<script\b[^>]*?\bsrc\s*=\s*["']([^"'?#]+)""", re.IGNORECASE)
_INLINE = re.compile(r"""(?:\bimport\s*\(?|\bfrom)\s*["']([^"'\n]+)["']""")
_MAIN_NAMES = re.compile(r"^(?:src/|app/|source/|client/|server/|client/src/|server/src/)?(?:main|app|server|cli|worker|service-worker|sw|background)(?:\.(?:client|server|prod|dev))?\.[cm]?[jt]sx?$", re.IGNORECASE)
_INDEX = re.compile(r"^(?:src/|lib/|client/|server/|app/|source/)?index\.[cm]?[jt]sx?$")
_PLATFORM = re.compile(r"\.(?:ios|android|native|web|windows|macos)(\.[jt]sx?)$")
MADE = re.compile(r"(?:^|/)(?:node_modules|vendor|third_party|dist|build|out|coverage)/|\.min\.js$")


def entries(tree: Files, resolver: Resolver) -> dict[str, str]:
    """file -> why a program or a page begins there. Tests are none."""
    found: dict[str, str] = {}
    code = sorted(path for path in tree.paths if path.endswith(ENDINGS) and not is_test(path))
    for folder, manifest in resolver.manifests.items():
        if not is_test(joined(folder, "package.json")):
            for path, why in _manifest(tree, resolver, folder, manifest, code):
                found.setdefault(path, why)
    for path in sorted(tree.paths):
        if path.endswith((".html", ".htm", ".ejs", ".hbs", ".pug", ".erb", ".php", ".jinja", ".j2", ".twig", ".njk")):
            for target in _page(tree, resolver, path):
                found.setdefault(target, f"a script of {path}")
    for path in code:
        why = _by_place(tree, path)
        if why:
            found.setdefault(path, why)
    for path in (row for row in settings.files(tree) if not judging(row)):
        folder = path.rpartition("/")[0]
        for target in settings.paths(tree, settings.text(tree, path), folder):
            if target.endswith(ENDINGS) and not is_test(target):
                found.setdefault(target, f"named in {path}")
    return found


def judging(path: str) -> bool:
    """Is `path` the settings of a tool that lints, formats or tests?"""
    return _JUDGING.search(path) is not None


def _by_place(tree: Files, path: str) -> str:
    folders = path.split("/")[:-1]
    if judging(path):
        return ""
    if CONFIG.search(path):
        return "a tool finds it by its name"
    if tree.text(path).startswith("#!"):
        return "a script (#!)"
    if "public" in folders:
        return "served as it is"
    if set(folders[:2]) & _PROGRAMS or (folders and folders[-1] in ("bin", "scripts", "examples")):
        return f"a script in {'/'.join(folders)}/"
    return ""


def _manifest(
    tree: Files, resolver: Resolver, folder: str, manifest: dict[str, object], code: list[str]
) -> Iterator[tuple[str, str]]:
    shown = joined(folder, "package.json")
    for key in _FIELDS:
        for row in strings(manifest.get(key)):
            if "*" in row:
                target = row.removeprefix("./").replace("*", "**", 1)
                for path in resolver.matching(shown, "./" + re.sub(r"^(?:dist|lib|build)/", "src/", target)):
                    if path.endswith(ENDINGS) and not is_test(path):
                        yield path, f"`{key}` in {shown}"
            elif (named := resolver.source(folder, row)) and named.endswith(ENDINGS):
                yield named, f"`{key}` in {shown}"
    for row in strings(manifest.get("scripts")):
        for path in settings.paths(tree, row, folder):
            if path.endswith(ENDINGS) and not is_test(path):
                yield path, f"`scripts` in {shown}"
        for word in re.findall(r"(?:^|\s)(?:node|tsx|ts-node|bun(?: run)?|deno run|nodemon|electron)\s+(?:-\S+\s+)*([\w./-]+)", row):
            if run := resolver.file(joined(folder, word)):
                yield run, f"`scripts` in {shown}"
    inside = f"{folder}/" if folder else ""
    near = [path for path in code if path.startswith(inside) and resolver.package_of(path) == folder]
    for path in near:
        rest = path[len(inside) :]
        if _MAIN_NAMES.match(rest) or _INDEX.match(rest):
            yield path, "a program by its name"
    needs = {name for key in ("dependencies", "devDependencies", "peerDependencies") for name in _keys(manifest.get(key))}
    for framework, places in _FRAMEWORKS.items():
        if any(name == framework or (framework[-1] in "/-" and name.startswith(framework)) for name in needs):
            fits = re.compile(places)
            for path in near:
                if fits.fullmatch(path[len(inside) :]):
                    yield path, f"{framework.rstrip('/-')} finds it by its name"


def _keys(value: object) -> list[str]:
    return [str(key) for key in value] if isinstance(value, dict) else []


def _page(tree: Files, resolver: Resolver, path: str) -> Iterator[str]:
    text = tree.text(path)
    folder = path.rpartition("/")[0]
    for match in [*_TAG.finditer(text), *_INLINE.finditer(text)]:
        named = match[1]
        if named.startswith(("http:", "https:", "//", "data:")):
            continue
        near = [joined(folder, named.lstrip("/")), joined(resolver.package_of(path) or "", named.lstrip("/"))]
        for place in near:
            target = resolver.file(place)
            if target and target.endswith(ENDINGS):
                yield target
                break
        else:
            tail = re.sub(r"^(?:\{\{.*?\}\}|\$\{.*?\}|%\w+%|<%.*?%>|/?static/|/|\./)+", "", named)
            yield from (row for row in tree.paths if tail and row.endswith("/" + tail) and not is_test(row))
    for match in re.finditer(r"""["'/]((?:[\w-]+/)*[\w-]+\.m?js)["']""", text):  # {% static 'js/app.js' %}
        yield from (row for row in tree.paths if row.endswith("/" + match[1]) and not is_test(row))


def twins(tree: Files, path: str) -> list[str]:
    """The forms of a file for other platforms, which a bundler takes in its place, and its declarations."""
    stem, _, ending = path.rpartition(".")
    tries = [f"{stem}.{kind}.{other}" for kind in ("ios", "android", "native", "web") for other in {ending, "ts", "tsx", "js"}]
    return [row for row in tries if row in tree.paths]
