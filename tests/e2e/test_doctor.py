"""The doctor in the real client: what it sees of the session from Bash, typed, and where hooks are switched off."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.e2e.notes import plan
from tests.e2e.steps import bash
from tests.e2e.world import World, last_text

from planweir.play.client import fetch

MakeWorld = Callable[..., World]

START = "/implement-plan plan.md --yes"
ASKS = [bash("task-planner doctor"), {"say": "Read."}]


def states(text: str) -> dict[str, str]:
    """Check -> its line, out of what a call printed."""
    lines = text.replace("\\n", "\n").replace('\\"', '"').splitlines()  # what a tool printed comes as JSON
    rows = [line.split(None, 1) for line in lines if line.startswith(("ok ", "warn ", "bad ", "unknown "))]
    return {row[1].split()[0]: " ".join([row[0], *row[1].split()[1:]]) for row in rows}


def test_the_doctor_sees_a_session_that_is_well_and_one_whose_hooks_are_off(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": plan("T1")})
    typed = made.claude("-p", "/task-planner doctor")
    assert (typed.exit, typed.requests) == (0, [])
    seen = states(typed.stdout)
    assert seen["hooks"].startswith("ok a hook gives this answer")
    assert not [line for line in seen.values() if line.startswith("bad")], typed.stdout

    first = made.claude("-p", START, script={"main": [*ASKS, *([{"say": "Later."}] * 7)]})
    seen = states(last_text(first.of()[1]))
    for name in ("hooks", "bash", "settings", "markers", "owner", "home", "path"):
        assert seen.get(name, "").startswith("ok "), last_text(first.of()[1])
    assert seen["client"].startswith(f"ok this session's client is {fetch.version()}"), seen["client"]

    off = ("--settings", json.dumps({"disableAllHooks": True}), "--resume", first.session_id)
    run = made.claude("-p", "what is wrong?", *off, script={"main": ASKS})
    seen = states(last_text(run.of()[1]))
    assert seen["hooks"].startswith("bad ")
    assert seen["settings"].startswith('bad --settings has "disableAllHooks": true')
