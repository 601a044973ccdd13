"""Which files hold tests, by their names."""

from __future__ import annotations

import os
import re

_TEST_NAME = re.compile(r"(?:tests?|test[_-].*|.*[_.-](?:tests?|spec)|.*Tests?|conftest)\.\w+")
_TEST_FOLDER = re.compile(r"(?:tests?|testing|specs?|__tests__|test_.*|.*_tests?)")
_CONFIGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "setup.cfg", "tox.ini")


def is_test_path(path: str) -> bool:
    """Is this a file of tests, by its name or a folder's that it lies in?"""
    *folders, name = path.split("/")
    return bool(_TEST_NAME.fullmatch(name)) or any(_TEST_FOLDER.fullmatch(folder) for folder in folders)


def could_be_tests(path: str, root: str) -> bool:
    """Would a runner look for Python's tests in this file?"""
    if os.path.basename(path) == "conftest.py" or path.endswith(".pyi"):
        return False
    return is_test_path(path) or _own_names(root)


def _own_names(root: str) -> bool:
    """Does the project's pytest take files of other names for tests?"""
    for name in _CONFIGS:
        try:
            with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
                if "python_files" in file.read():
                    return True
        except OSError:
            continue
    return False
