"""The client's Bash sandbox in its strong mode, and where it can be had."""

from __future__ import annotations

import os
import shutil
import warnings

import pytest
from tests.e2e import clients

STRONG: dict[str, object] = {
    "enabled": True,
    "failIfUnavailable": True,
    "allowUnsandboxedCommands": False,
    "excludedCommands": ["task-planner *"],
}
PROGRAMS = ("bwrap", "socat")


def missing_programs() -> list[str]:
    """What the client's sandbox needs and is not here."""
    return [name for name in PROGRAMS if not shutil.which(name)]


def has_apt() -> bool:
    """Could this process install them?"""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def need_programs() -> None:
    """Skips aloud where they are missing; in CI, where .ci/run can install them by apt, that is a failure."""
    missing = missing_programs()
    if not missing:
        return
    said = f"the client's sandbox is not tested: {' and '.join(missing)} not installed"
    if os.environ.get("CI") and has_apt():
        pytest.fail(f"{said}, though apt-get install bubblewrap socat could have them")
    warnings.warn(said, stacklevel=2)
    pytest.skip(said)


def need_sandbox() -> None:
    """The same, and skips where the client that runs cannot run a command in it."""
    need_programs()
    if os.geteuid() == 0 and not clients.root_has_a_sandbox():
        pytest.skip("this client's sandbox runs no command for root: `apply-seccomp: write /proc/self/uid_map: …`")
