"""The files of a project, read once: what git tracks and what lies there untracked, not what it ignores."""

from __future__ import annotations

import os
import re
import time

from planweir.reach.outcome import TooLong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = 1_500_000  # of one file; what is longer was not written by hand
_TEST_FOLDERS = {"test", "tests", "__tests__", "__mocks__", "__tests_dts__", "__fixtures__", "__snapshots__", "dts-test", "e2e", "cypress", "testdata"}
_SPEC_FOLDERS = {"spec", "specs", "testing", "test-utils", "testutils", "mocks"}
_TEST_NAME = re.compile(
    r"^test_.*\.pyi?$|_tests?\.pyi?$|^tests?\.py$|^conftest\.py$|^tests?\.[cm]?[jt]sx?$|\.(?:test|spec|cy|e2e|stories|bench|test-d|spec-d)\.\w+$|\.test\.helpers?\.\w+$|^test-?[uU]tils?\.[cm]?[jt]sx?$|^(?:setupTests|vitest\.setup|jest\.setup)\.\w+$"
)
# Folders of other people's code, for trees that git does not list.
_FOREIGN = ("node_modules", ".git", ".venv", "venv", "__pycache__", ".tox", "dist-packages")


class Files:
    """The paths of a project, `/`-separated, and their text."""

    def __init__(self, root: str, paths: Iterable[str], seconds: float = 120.0) -> None:
        self.root = root
        self.paths = frozenset(paths)
        self.folders = frozenset(folder for path in self.paths for folder in above(path))
        self._texts: dict[str, str] = {}
        self._end = time.monotonic() + seconds

    def text(self, path: str) -> str:
        """What `path` holds; nothing where it cannot be read or is longer than people write. Raises TooLong."""
        found = self._texts.get(path)
        if found is None:
            if time.monotonic() > self._end:
                raise TooLong
            found = self._texts[path] = _read(os.path.join(self.root, path))
        return found

    def seconds_left(self) -> float:
        return max(1.0, self._end - time.monotonic())


def listed(root: str, paths: Iterable[str]) -> list[str]:
    """Those of `paths` that are there as files and are the project's own."""
    return [path for path in paths if not set(_FOREIGN) & set(path.split("/")) and os.path.isfile(os.path.join(root, path))]


def walked(root: str) -> list[str]:
    """Every file below `root`, for a tree that is no git repository."""
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _FOREIGN]
        found += [os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/") for name in names]
    return found


def _read(full: str) -> str:
    try:
        if os.path.getsize(full) > MOST_BYTES:
            return ""
        with open(full, encoding="utf-8-sig", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def above(path: str) -> list[str]:
    """The folders above `path`, the nearest first, the project itself (an empty name) last."""
    found: list[str] = []
    while path:
        path = path.rpartition("/")[0]
        found.append(path)
    return found


def joined(folder: str, path: str) -> str:
    """`path`, seen from `folder`, in its plain form; it begins with `..` where it leads out of the project."""
    whole = os.path.normpath(f"{folder}/{path}" if folder else path).replace(os.sep, "/")
    return "" if whole == "." else whole


def is_test(path: str) -> bool:
    """Does `path` belong to the tests? What only tests reach is not reached."""
    folders, _, name = path.rpartition("/")
    parts = set(folders.split("/"))
    if parts & _TEST_FOLDERS or path.startswith("t/") or _TEST_NAME.search(name):
        return True
    return bool(parts & _SPEC_FOLDERS) and not name.endswith(".py")
