"""The client's Bash sandbox as the strong mode: a plan runs in it, and what no hook can read meets the kernel."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.e2e import sandbox
from tests.e2e.notes import implement, plan, script
from tests.e2e.steps import bash
from tests.e2e.world import World

MakeWorld = Callable[..., World]

# Nobody can tell from the command what this writes.
OUTSIDE = bash("printf x > \"$(python3 -c \"print('..')\")/escaped.txt\"")


def in_box(make_world: MakeWorld, box: dict[str, object]) -> World:
    made = make_world({"plan.md": plan("T1")})
    settings = made.home / ".claude" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"sandbox": box}))
    return made


def test_a_plan_runs_to_its_end_in_the_sandbox_and_a_write_outside_meets_the_kernel(make_world: MakeWorld) -> None:
    sandbox.need_sandbox()
    made = in_box(make_world, sandbox.STRONG)
    run = made.claude(
        "-p",
        "/implement-plan plan.md --yes",
        script=script([{"follow": True}], T1=implement("T1", OUTSIDE)),
    )
    assert "Every wave is closed" in run.stdout, run.stdout
    assert "Read-only file system" in json.dumps(run.of("T1 implementer 1")[1].messages)
    assert not (made.root / "escaped.txt").exists()


def test_a_sandbox_that_shuts_us_out_is_refused_before_anything_starts(make_world: MakeWorld) -> None:
    sandbox.need_programs()
    made = in_box(make_world, {"enabled": True})
    run = made.claude("-p", "/implement-plan plan.md --yes", script={"main": []})
    assert '"excludedCommands": ["task-planner *"]' in run.stdout
    assert run.requests == []


def test_where_apt_could_have_the_programs_ci_fails_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "missing_programs", lambda: ["bwrap"])
    monkeypatch.setattr(sandbox, "has_apt", lambda: True)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="bwrap"):
        sandbox.need_programs()
    monkeypatch.delenv("CI")
    with pytest.warns(UserWarning, match="not tested"), pytest.raises(pytest.skip.Exception):
        sandbox.need_programs()
