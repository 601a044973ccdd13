"""What comes from the host is read or refused in words; what goes back is always one JSON object and exit status 0."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.crash.armed import ROOT

from planweir.host import (
    LONGEST_INPUT,
    LONGEST_TEXT,
    Unusable,
    allow,
    answer,
    clip,
    context,
    decided,
    deny,
    hold,
    read_event,
)

HOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from planweir.host import broken, main, silent
def handler(event, places):
    if "raise" in event:
        raise {"Malformed": __import__("planweir.values").values.Malformed}.get(event["raise"], RuntimeError)(event["words"])
    return {"project": places.project, "home": places.home}
main(handler, broken("a_hook") if sys.argv[2] == "guard" else silent)
"""


def run(kind: str, event: object, **env: str) -> subprocess.CompletedProcess[bytes]:
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", HOOK, str(ROOT / "scripts"), kind],
        input=data,
        env={"HOME": "/nowhere", "PLANWEIR_HOME": "/nowhere/planweir", **env},
        capture_output=True,
        check=False,
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(Unusable):
        assert isinstance(read_event(data), dict)


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text())))
def test_an_object_is_read_back(event: dict[str, object]) -> None:
    assert read_event(json.dumps(event).encode()) == event


@given(st.text(max_size=60), st.integers(0, LONGEST_TEXT * 2))
def test_no_reply_is_longer_than_the_host_shows(words: str, size: int) -> None:
    long = words + "x" * size
    for reply in (deny(long), allow(long), hold(long), context("SessionStart", long), answer(long)):
        text = json.dumps(reply)
        assert isinstance(json.loads(text), dict)
    assert len(clip(long)) <= 10_000
    assert clip(words) == words


def test_replies_have_the_hosts_shape() -> None:
    assert deny("why")["hookSpecificOutput"] == {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": "why",
    }
    assert allow("why", {"a": 1})["hookSpecificOutput"] == {
        "hookEventName": "PreToolUse",
        "permissionDecision": "allow",
        "permissionDecisionReason": "why",
        "updatedInput": {"a": 1},
    }
    assert hold("why") == {"decision": "block", "reason": "why"}
    assert answer("why")["decision"] == "block"
    assert decided(None) is None
    assert decided({"decision": "deny", "reason": "why"}) == deny("why")
    assert decided({"decision": "allow", "reason": "why"}) == allow("why")


def test_the_project_is_the_hosts_and_only_without_it_the_events_folder() -> None:
    done = run("guard", {"cwd": "/elsewhere"}, CLAUDE_PROJECT_DIR="/project/")
    assert json.loads(done.stdout) == {"project": "/project", "home": "/nowhere/planweir"}
    assert json.loads(run("guard", {"cwd": "/elsewhere"}).stdout)["project"] == "/elsewhere"
    for event in ({}, {"cwd": "relative"}, {"cwd": 5}):
        assert "named no project" in run("guard", event).stdout.decode()


@pytest.mark.parametrize("words", ["it broke", "half a pair \ud800", "two\nlines", ""])
@pytest.mark.parametrize("error", ["Malformed", "RuntimeError"])
def test_a_failure_of_ours_is_a_denial_of_a_guard_and_silence_of_a_recorder(words: str, error: str) -> None:
    event = {"raise": error, "words": words, "cwd": "/project"}
    guard = run("guard", event)
    assert (guard.returncode, guard.stderr) == (0, b"")
    reply = json.loads(guard.stdout)["hookSpecificOutput"]
    assert reply["permissionDecision"] == "deny"
    assert words in reply["permissionDecisionReason"]
    assert "/task-planner --abort" in reply["permissionDecisionReason"]
    recorder = run("recorder", event)
    assert (recorder.returncode, recorder.stdout, recorder.stderr) == (0, b"", b"")


def test_a_failure_leaves_its_trace_in_the_plans_folder_and_only_so_much_of_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    base = home / "projects" / "project"
    event = {"raise": "RuntimeError", "words": "x" * 1_000, "cwd": "/project"}
    run("recorder", event, PLANWEIR_HOME=str(home))
    assert not home.exists()  # no plan was ever here
    base.mkdir(parents=True)
    run("recorder", event, PLANWEIR_HOME=str(home))
    kept = (base / "faults.log").read_text()
    assert "RuntimeError: " + "x" * 1_000 in kept
    assert "Traceback" in kept
    (base / "faults.log").write_bytes(b"x" * 300 * 1024)
    run("recorder", event, PLANWEIR_HOME=str(home))
    assert os.stat(base / "faults.log").st_size == 300 * 1024


def test_an_event_that_is_too_large_is_denied() -> None:
    done = run("guard", b'{"cwd": "/project", "x": "' + b"x" * LONGEST_INPUT + b'"}')
    assert "larger than 64 MiB" in done.stdout.decode()
