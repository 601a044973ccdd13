"""Where an import of JavaScript or TypeScript leads within the project: relative files, `paths`, workspaces, `imports`, `exports`."""

from __future__ import annotations

import json
import re

from planweir.reach.files import above, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.reach.files import Files

_TRIES = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".astro", ".json")
_INSTEAD = {".js": (".ts", ".tsx", ".js", ".jsx"), ".jsx": (".tsx", ".jsx"), ".mjs": (".mts", ".mjs"), ".cjs": (".cts", ".cjs")}
_BUILT = re.compile(r"^(?:\./)?(?:dist|build|lib|out|es|esm|cjs|umd|types|_dist)(?:/(?:esm|cjs|es|types|src|dev|prod|commonjs|module))*/")
_COMMENTS = re.compile(r"""("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/""", re.DOTALL)
_TAILS = re.compile(r",(\s*[}\]])")
CONFIGS = ("tsconfig.json", "jsconfig.json", "tsconfig.app.json", "tsconfig.base.json")


def json_of(text: str) -> dict[str, object]:
    """An object of JSON, with the comments and commas at ends that such files hold; empty where it is none."""
    for words in (text, _TAILS.sub(r"\1", _COMMENTS.sub(lambda match: match[1] or "", text))):
        try:
            found = json.loads(words)
        except ValueError:
            continue
        return found if isinstance(found, dict) else {}
    return {}


class Resolver:
    """Imports to files, for one project."""

    def __init__(self, tree: Files) -> None:
        self.tree = tree
        self.manifests = {
            path.rpartition("/")[0]: json_of(tree.text(path)) for path in sorted(tree.paths) if path.rpartition("/")[2] == "package.json"
        }
        self.packages = {
            name: folder for folder, row in self.manifests.items() if isinstance(name := row.get("name"), str) and name
        }
        self._paths: dict[str, list[tuple[str, list[str]]]] = {}
        self._bases: dict[str, list[str]] = {}

    def package_of(self, path: str) -> str | None:
        """The folder of the nearest package.json above `path`."""
        return next((folder for folder in above(path) if folder in self.manifests), None)

    def file(self, place: str) -> str | None:
        """The file that `place` (without its ending, or a folder) means."""
        paths = self.tree.paths
        if place.startswith(("..", "/")):
            return None
        stem, dot, ending = place.rpartition(".")
        for instead in _INSTEAD.get(dot + ending, ()):
            if stem + instead in paths:
                return stem + instead
        if place in paths:
            return place
        for ending in _TRIES:
            if place + ending in paths:
                return place + ending
        for ending in _TRIES:
            if joined(place, f"index{ending}") in paths:
                return joined(place, f"index{ending}")
        if place in self.manifests and place:
            return next(iter(self.offered(place, ".")), None)
        return None

    def find(self, importer: str, name: str) -> list[str]:
        """The files that `name` may mean in `importer`; none where it lies outside the project."""
        name = re.split(r"[?#]", name, maxsplit=1)[0] if not name.startswith("#") else name.partition("?")[0]
        name = name.rpartition("!")[2]
        folder = importer.rpartition("/")[0]
        if name.startswith(".") or not name:
            found = self.file(joined(folder, name)) if name else None
            return [found] if found else []
        if name.startswith("/"):
            base = self.package_of(importer) or ""
            tries = [self.file(joined(base, name[1:])), self.file(joined(joined(base, "public"), name[1:]))]
            return [row for row in tries if row][:1]
        found = self._by_paths(importer, name)
        if found:
            return [found]
        if name.startswith("#"):
            return self._private(importer, name)
        parts = name.split("/")
        for end in (2, 1) if name.startswith("@") else (1,):
            package = "/".join(parts[:end])
            if package in self.packages and len(parts) >= end:
                return self.offered(self.packages[package], "./" + "/".join(parts[end:]) if parts[end:] else ".")
        return self._by_habit(importer, name)

    def _by_habit(self, importer: str, name: str) -> list[str]:
        """`@/x`, `~/x` and `src/x`, which bundlers are told to look up from a package's sources."""
        base = self.package_of(importer) or ""
        match = re.match(r"(?:@@?|~|\$lib|\$|~~|@src|@app|src|app)/(.*)$", name)
        if match:
            for place in ("src", "", "app", "src/lib", "source"):
                found = self.file(joined(joined(base, place) if place else base, match[1]))
                if found:
                    return [found]
        # `@components/x`: an alias that names a folder of the sources.
        match = re.match(r"[@~$]?([\w-]+)(/.*)?$", name)
        if match:
            for place in ("src", "app", "") if name[0] in "@~$" or match[2] else ("src",):
                spot = joined(joined(base, place) if place else base, match[1] + (match[2] or ""))
                if joined(joined(base, place) if place else base, match[1]) in self.tree.folders and (found := self.file(spot)):
                    return [found]
        return []

    def _by_paths(self, importer: str, name: str) -> str | None:
        for folder in above(importer):
            for pattern, targets in self._mapped(folder):
                rest = _fits(pattern, name)
                if rest is None:
                    continue
                for target in targets:
                    found = self.file(target.replace("*", rest, 1))
                    if found:
                        return found
            for base in self._bases.get(folder, []):
                found = self.file(joined(base, name))
                if found and not found.endswith(".json"):
                    return found
        return None

    def _mapped(self, folder: str) -> list[tuple[str, list[str]]]:
        """The `paths` of the configurations in `folder`, whose targets are places of the project."""
        if folder not in self._paths:
            rows: list[tuple[str, list[str]]] = []
            self._bases[folder] = []
            for config in CONFIGS:
                path = joined(folder, config)
                if path in self.tree.paths:
                    rows += self._config(path, folder, 0)
            self._paths[folder] = rows
        return self._paths[folder]

    def _config(self, path: str, owner: str, depth: int) -> list[tuple[str, list[str]]]:
        row = json_of(self.tree.text(path))
        folder = path.rpartition("/")[0]
        options = row.get("compilerOptions")
        options = options if isinstance(options, dict) else {}
        base = options.get("baseUrl")
        start = joined(folder, base) if isinstance(base, str) else folder
        if isinstance(base, str):
            self._bases[owner].append(start)
        found: list[tuple[str, list[str]]] = []
        mapped = options.get("paths")
        for pattern, targets in mapped.items() if isinstance(mapped, dict) else ():
            if isinstance(targets, list):
                found.append((pattern, [joined(start, target) for target in targets if isinstance(target, str)]))
        extends = row.get("extends")
        for other in extends if isinstance(extends, list) else [extends]:
            if isinstance(other, str) and other.startswith(".") and depth < 5:
                place = joined(folder, other)
                place = place if place in self.tree.paths else place + ".json"
                if place in self.tree.paths:
                    found += self._config(place, owner, depth + 1)
        return found

    def _private(self, importer: str, name: str) -> list[str]:
        folder = self.package_of(importer)
        rows = self.manifests.get(folder or "", {}).get("imports")
        return self._mapping(folder or "", rows, name) if isinstance(rows, dict) else []

    def offered(self, folder: str, name: str) -> list[str]:
        """The files of the package in `folder` that `name` (`.` or `./sub`) means to others."""
        manifest = self.manifests[folder]
        exports = manifest.get("exports")
        found: list[str] = []
        if isinstance(exports, dict) and any(str(key).startswith(".") for key in exports):
            found = self._mapping(folder, exports, name)
        elif exports is not None and name == ".":
            found = [path for row in _strings(exports) if (path := self.source(folder, row))]
        if not found and name == ".":
            rows = [row for key in ("source", "module", "main", "browser", "types", "svelte") for row in _strings(manifest.get(key))]
            found = [path for row in rows if (path := self.source(folder, row))]
            if not found:
                found = [path for row in ("index", "src/index", "lib/index", "src/main") if (path := self.file(joined(folder, row)))][:1]
        elif not found:
            found = [path for row in (name, f"./src/{name[2:]}") if (path := self.source(folder, row))][:1]
        return list(dict.fromkeys(found))

    def _mapping(self, folder: str, rows: dict[str, object], name: str) -> list[str]:
        found: list[str] = []
        for pattern, target in rows.items():
            rest = _fits(pattern, name)
            if rest is not None:
                found += [path for row in _strings(target) if (path := self.source(folder, row.replace("*", rest)))]
        return list(dict.fromkeys(found))

    def source(self, folder: str, named: str) -> str | None:
        """The file that a manifest names; where it names what a build makes, the source that it is made of."""
        found = self.file(joined(folder, named))
        if found and (not _BUILT.match(named) or joined(folder, named) in self.tree.paths):
            return found
        bare = re.sub(r"(?:\.d)?\.[cm]?[jt]sx?$", "", _BUILT.sub("", named.removeprefix("./")))
        for place in ("src", "", "source", "lib"):
            spot = joined(joined(folder, place) if place else folder, bare)
            for one in (spot, re.sub(r"[.-](?:min|esm|cjs|umd|mjs|prod|production|development|es|common|browser|node|module|global)$", "", spot)):
                found = self.file(one)
                if found:
                    return found
        base = joined(folder, "src/index")
        return self.file(base) if _BUILT.match(named) and "*" not in named else None

    def matching(self, importer: str, pattern: str) -> Iterator[str]:
        """The files that a pattern of paths in `importer` covers."""
        folder = importer.rpartition("/")[0]
        base = self.package_of(importer) or ""
        if pattern.startswith("."):
            whole = joined(folder, pattern)
        elif pattern.startswith(("@/", "~/")):
            whole = joined(joined(base, "src"), pattern[2:])
        else:
            whole = joined(base, pattern.lstrip("/"))
        regex = re.escape(whole).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        regex = re.sub(r"\\\[(\w+)\\\]", r"[\1]", regex)
        regex = re.sub(r"\\\{([^{}]*)\\\}", lambda match: "(?:" + match[1].replace(",", "|") + ")", regex)
        fits = re.compile(regex + r"(?:\.[\w.]+|/index\.\w+)?")
        start = whole.partition("*")[0]
        yield from (path for path in self.tree.paths if path.startswith(start) and fits.fullmatch(path))


def _fits(pattern: str, name: str) -> str | None:
    """What `*` of `pattern` stands for in `name`; empty where there is no `*`; None where it does not fit."""
    if "*" not in pattern:
        if pattern.endswith("/") and name.startswith(pattern):
            return name[len(pattern) :]
        return "" if pattern == name else None
    begin, _, end = pattern.partition("*")
    if len(name) >= len(begin) + len(end) and name.startswith(begin) and name.endswith(end):
        return name[len(begin) : len(name) - len(end) if end else len(name)]
    return None


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for row in value:
            yield from _strings(row)
    elif isinstance(value, dict):
        for row in value.values():
            yield from _strings(row)


strings = _strings
