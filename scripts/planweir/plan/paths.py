"""What may stand under Files and Also, and which of it could hold a test."""

from __future__ import annotations

import re

from planweir.plan.globs import expand, is_glob, literal_prefix, matches, tidy

PATH_LENGTH = 1000
# Matching may take time to the power of these.
MOST_STARS = 8
_STARS = re.compile(r"\*+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def path_problem(path: str) -> tuple[str, str, str] | None:
    """Why this is no path or glob of a task (code, what, mend), or None."""
    inside = "write a path relative to the project, such as `src/a.py`"
    if not path.strip():
        return "bad-path", "is empty", inside
    if len(path) > PATH_LENGTH:
        return "bad-path", f"is longer than {PATH_LENGTH} characters", inside
    if CONTROL.search(path):
        return "bad-path", "holds a control character", inside
    if len(_STARS.findall(path)) > MOST_STARS:
        return "bad-path", f"holds more than {MOST_STARS} wildcards", "write a wider glob, such as `src/**`"
    if path != tidy(path):
        return "bad-path", "is not in its plain form", f"write `{tidy(path)}`"
    if re.match(r"[A-Za-z]:[\\/]|\\", path) or path.startswith("/"):
        return "outside", "is absolute", inside
    if re.match(r"\w+://", path):
        return "bad-path", "is a URL", inside
    if "\\" in path:
        return "bad-path", "holds a backslash", "write `/` between folders"
    if path.startswith("~"):
        return "outside", "leads to a home folder", inside
    if path.startswith("$"):
        return "bad-path", "holds a variable", inside
    try:
        alternatives = expand(path)
    except ValueError:
        return "bad-path", "holds too many alternatives", "write a wider glob"
    for one in alternatives:
        parts = one.casefold().split("/")
        if ".." in parts:
            return "outside", "leads out of its folder with `..`", inside
        if one.startswith(("/", "~")):
            return "outside", "leads out of the project", inside
        if any(part.startswith(".g") and matches(part, ".git") for part in parts if part):
            return "outside", "is git's own", "name files of the work tree only"
        if parts[0].startswith(".c") and matches(parts[0], ".claude"):
            rest = parts[1:]
            if rest and literal_prefix(rest[0])[:2] == "st" and matches(rest[0], "state"):
                return "outside", "is Planweir's own state", "name files of the project only"
    return None


_TEST_FOLDERS = {
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "__test__",
    "testing",
    "e2e",
    "t",
    "features",
    "it",
}
# In these languages tests commonly stand in the file that they test.
_INLINE_TESTS = (".rs", ".zig", ".d", ".lean", ".nim", ".roc", ".gleam", ".t", ".bats", ".feature", ".ipynb")
_TEST_NAME = re.compile(
    r"(?:^|[._-])(?:tests?|specs?|e2e|cy)(?:[._-]|$)|(?:Tests?|Specs?|IT|TestCase)\d*\.\w+$|^(?:Test|Spec)[A-Z_]"
)
# Documentation, data and settings: where even a glob leaves no room for a test.
_NO_TESTS = re.compile(
    r"\.(?:md|mdx|txt|json|jsonc|ya?ml|toml|ini|cfg|lock|css|scss|less|html?|svg|png|jpe?g|gif|ico|pdf|csv|env)$",
    re.IGNORECASE,
)


def is_test_path(path: str) -> bool:
    """Whether the path, by its name, is a test or stands among tests."""
    folders, _, name = path.rpartition("/")
    return bool(_TEST_FOLDERS & set(folders.casefold().split("/"))) or (
        _TEST_NAME.search(name) is not None and not _NO_TESTS.search(name)
    )


def could_hold_test(path: str) -> bool:
    """Whether a new test could be written into what this path or glob covers."""
    if is_test_path(path):
        return True
    if is_glob(path):
        return any(not _NO_TESTS.search(one) for one in expand(path))
    return path.casefold().endswith(_INLINE_TESTS)
