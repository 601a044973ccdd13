"""Which file is which module: packages, source folders, namespace packages, loose modules beside a script."""

from __future__ import annotations

from planweir.reach.files import above, is_test, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.reach.files import Files

PACKAGING = ("pyproject.toml", "setup.py", "setup.cfg")
_SOURCES = ("src", "lib", "python", "source")


class Layout:
    """The Python files of a project and the names by which they are imported."""

    def __init__(self, tree: Files) -> None:
        self.tree = tree
        self.files = sorted(path for path in tree.paths if path.endswith((".py", ".pyw")))
        self._known = set(self.files)
        self.packages = {path.rpartition("/")[0] for path in self.files if path.rpartition("/")[2] == "__init__.py"}
        self.roots = self._roots()
        self._anywhere: dict[str, list[str]] = {}
        self._children: dict[str, list[str]] = {}
        for path in self.files:
            for folder in above(path)[:2]:
                self._children.setdefault(folder, []).append(path)

    def _roots(self) -> list[str]:
        """The folders that stand on the path of imports: those above packages, with packaging files, and of the usual names."""
        found = {""}
        for package in self.packages:
            top = package
            while top in self.packages and top:
                top = top.rpartition("/")[0]
            found.add(top)
        for path in self.tree.paths:
            folder, _, name = path.rpartition("/")
            if name in PACKAGING:
                found.add(folder)
                found.update(joined(folder, name) for name in _SOURCES if joined(folder, name) in self.tree.folders)
        return sorted(found)

    def root_of(self, path: str) -> str:
        """The folder from which the module at `path` is imported."""
        folder = path.rpartition("/")[0]
        while folder in self.packages and folder:
            folder = folder.rpartition("/")[0]
        return folder

    def name_of(self, path: str) -> str:
        """The dotted name of the module at `path`, from its root."""
        root = self.root_of(path)
        parts = path[len(root) + 1 if root else 0 :].rpartition(".")[0].split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)

    def top_of(self, path: str) -> str:
        """The folder of the outermost package that `path` is in; its own folder where it is in none."""
        root = self.root_of(path)
        rest = path[len(root) + 1 if root else 0 :]
        return joined(root, rest.partition("/")[0]) if "/" in rest else root

    def at(self, root: str, dotted: str) -> str | None:
        """The file of module `dotted` below `root`."""
        place = joined(root, dotted.replace(".", "/")) if dotted else root
        for path in (f"{place}/__init__.py" if place else "__init__.py", f"{place}.py", f"{place}.pyw"):
            if path in self._known:
                return path
        return None

    def find(self, importer: str, dotted: str) -> list[str]:
        """The files that `import dotted` may mean in `importer`: those of its own roots, else of any."""
        own = importer.rpartition("/")[0]
        for root in [folder for folder in [own, *above(own)] if folder not in self.packages] if own else [""]:
            path = self.at(root, dotted)
            if path is not None and path != importer:
                return [path]
        found = self._anywhere.get(dotted)
        if found is None:
            found = [path for root in self.roots if (path := self.at(root, dotted)) is not None]
            self._anywhere[dotted] = found = [path for path in found if not is_test(path)] or found
        if not found and own in self.packages:  # a module of a package that is run as a script
            path = self.at(own, dotted)
            found = [path] if path is not None and path != importer else []
        return found

    def longest(self, importer: str, dotted: str, loose: int = 1) -> list[str]:
        """The files of `dotted`, or of what is left of it without its last parts, which may be names inside a module."""
        parts = dotted.split(".")
        for end in range(len(parts), max(0, len(parts) - loose - 1), -1):
            found = self.find(importer, ".".join(parts[:end]))
            if found:
                return found
        return []

    def parents(self, path: str) -> list[str]:
        """The `__init__.py` of every package around `path`: importing it runs them."""
        found: list[str] = []
        for folder in above(path):
            if folder not in self.packages:
                break
            init = joined(folder, "__init__.py")
            if init != path:
                found.append(init)
        return found

    def children(self, package: str) -> list[str]:
        """The modules right below the folder `package`, subpackages too."""
        found: list[str] = []
        for path in self._children.get(package, []):
            folder, _, name = path.rpartition("/")
            if (folder == package) != (name == "__init__.py"):
                found.append(path)
        return [path for path in found if not is_test(path)]

    def descendants(self, package: str) -> list[str]:
        """The modules below the folder `package`, however deep."""
        return [path for path in self.files if path.startswith(package + "/") and not is_test(path)]
