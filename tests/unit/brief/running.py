"""A wave's script in a JavaScript engine, with agents that answer what a test says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

HERE = Path(__file__).parent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    class Call(TypedDict):
        """One agent that the script started, and when, in the time of the stand-in."""

        key: str  # "T1 implementer"
        attempt: int
        prompt: str
        options: dict[str, object]
        start: int
        end: int

    class Ran(TypedDict):
        result: str
        failed: str | None
        calls: list[Call]
        logs: list[str]
        most: int  # agents at once
        meta: dict[str, object]
        briefs: dict[str, str]
        schema: dict[str, object]


def node() -> str:
    """The engine. Where there is none: skipped aloud, and in CI a failure."""
    found = shutil.which("node")
    if found is not None:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail("CI must run the generated scripts: there is no node")
    warnings.warn("the generated scripts are not run: there is no node", stacklevel=1)
    pytest.skip("no node")


def run(words: str, answers: dict[str, list[object]] | None = None, takes: dict[str, int] | None = None) -> Ran:
    given = json.dumps({"script": words, "answers": answers or {}, "takes": takes or {}})
    done = subprocess.run([node(), str(HERE / "stand_in.mjs")], input=given.encode(), capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    ran: Ran = json.loads(done.stdout.decode("utf-8", "surrogatepass"))
    assert ran["failed"] is None, ran["failed"]
    return ran


def evaluated(literals: list[str]) -> list[object]:
    """What JavaScript literals evaluate to."""
    code = "process.stdout.write(JSON.stringify([\n" + ",\n".join(literals) + "\n]))"
    done = subprocess.run([node(), "--input-type=module", "-"], input=("'use strict';" + code).encode(), capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found
