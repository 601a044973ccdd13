"""Caches and private folders of tools: writing there is never a change of the project."""

from __future__ import annotations

import os
import re
import stat

# In the manner of .gitignore: a name that ends in `/` is a folder at any depth, one that holds a `/` before its end is
# anchored at the root.
BYPRODUCTS: tuple[str, ...] = (
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    ".pytest_cache/",
    ".mypy_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".coverage",
    ".coverage.*",
    "node_modules/",
    # what the tools of Node leave beside: reports of coverage by their own names, for `coverage/` may be a folder of sources
    ".nyc_output/",
    ".eslintcache",
    ".stylelintcache",
    "*.tsbuildinfo",
    ".vite/",
    ".turbo/",
    ".parcel-cache/",
    "coverage/.tmp/",
    "coverage/lcov.info",
    "coverage/lcov-report/",
    "coverage/clover.xml",
    "coverage/coverage-final.json",
    "coverage/coverage-summary.json",
    "coverage/*.html",
    "coverage/base.css",
    "coverage/prettify.css",
    "coverage/prettify.js",
    "coverage/sorter.js",
    "coverage/block-navigation.js",
    "coverage/favicon.png",
    "coverage/sort-arrow-sprite.png",
    ".tox/",
    ".nox/",
    ".eggs/",
    "*.egg-info/",
    ".venv/",
    ".DS_Store",
    "/.claude/state/",
    "/.claude/worktrees/",
    "/.claude/settings.local.json",
)
# `.coveragerc` and its like are settings, not by-products; `.coverage.*` is what parallel runs leave.


def byproduct_regex(pattern: str) -> str:
    """The regular expression (for `re.fullmatch` on a relative path) of one row of BYPRODUCTS."""
    anchored = pattern.startswith("/")
    body = re.escape(pattern.strip("/")).replace(r"\*", "[^/]*")
    return ("" if anchored else "(?:.*/)?") + body + ("/.*" if pattern.endswith("/") else "")


_BYPRODUCT = re.compile("|".join(byproduct_regex(row) for row in BYPRODUCTS), re.DOTALL)


def is_byproduct(path: str) -> bool:
    return _BYPRODUCT.fullmatch(path) is not None


# Where the host's Bash sandbox mounts /dev/null over what is not there. While a command of any agent runs in it, an empty
# file that nobody may write lies there for everybody; it goes with the command.
MOUNT_POINTS = frozenset(
    ".bash_profile .bashrc .gitconfig .gitmodules .idea .mcp.json .profile .ripgreprc .vscode .zprofile .zshrc "
    ".claude/agents .claude/commands .claude/hooks .claude/launch.json .claude/loop.md .claude/output-styles "
    ".claude/routines .claude/scheduled_tasks.json .claude/settings.json .claude/settings.local.json .claude/skills "
    ".claude/workflows".split()
)


def is_mount_point(root: str, path: str) -> bool:
    """Is this untracked path one of a sandbox that runs just now?"""
    if path not in MOUNT_POINTS:
        return False
    try:
        known = os.lstat(os.path.join(root, path))
    except OSError:
        return False
    return stat.S_ISREG(known.st_mode) and known.st_size == 0 and not known.st_mode & 0o222
