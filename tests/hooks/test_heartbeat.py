"""Hooks that stop running: work is handed out only where a hook saw the very call that asks for it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.hooks.stage import PLUGIN, Ran, Stage

from planweir.attempt import signs


def inside(stage: Stage, command: str, **more: str) -> Ran:
    """What the Bash tool runs in a session, with all that the client gives it, and in a process group of its own."""
    env = {
        **stage.env,
        "PATH": f"{PLUGIN / 'bin'}:{stage.env['PATH']}",
        "PLANWEIR_PROJECT": str(stage.project),
        "CLAUDE_CODE_SESSION_ID": stage.session,
        "PLANWEIR_WAIT": "30",
        **more,
    }
    done = subprocess.run(
        ["bash", "-c", command], cwd=stage.project, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, start_new_session=True,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout)


def called(stage: Stage, command: str, agent: str = "") -> Ran:
    """As the model calls it: the hook before, then the command."""
    reply = stage.pre("Bash", {"command": command}, agent)
    assert reply.passes, reply.reason
    return inside(stage, command)


@pytest.mark.parametrize("command", ["task-planner next", "cd . && task-planner next --json | cat", "bash -c 'task-planner next'"])
def test_a_call_that_a_hook_saw_is_answered(stage: Stage, command: str) -> None:
    if "bash -c" in command:
        signs.leave(stage.places, stage.session, "toolu_x")  # the main thread is not allowed such a call; a person may
        assert "T1" in inside(stage, command).output
    else:
        assert "T1" in called(stage, command).output
    assert stage.events("incident") == []


def test_all_commands_of_one_call_share_its_sign_and_the_next_call_needs_its_own(stage: Stage) -> None:
    assert stage.pre("Bash", {"command": "task-planner next"}).passes
    both = inside(stage, "task-planner next && task-planner next")
    assert both.exit == 0
    refused = inside(stage, "task-planner next")
    assert refused.exit == 1
    assert "No hook saw this call of `task-planner next`" in refused.output
    assert "T1" not in refused.output
    assert called(stage, "task-planner next").exit == 0


@pytest.mark.parametrize("verb", ["next", "gate", "file T1"])
def test_hooks_that_are_off_since_the_plan_was_opened_are_noticed_once(stage: Stage, verb: str) -> None:
    assert called(stage, "task-planner next").exit == 0
    for _ in range(2):
        refused = inside(stage, f"task-planner {verb}")
        assert refused.exit == 1
        assert "so nothing is enforced here and nothing is handed out" in refused.output
        assert "types /implement-plan" in refused.output
    (event,) = stage.events("incident")
    assert f"saw its call of `task-planner {verb.split()[0]}`" in str(event["what"])
    assert not Path(stage.places.jobs, "gate").exists()


@pytest.mark.parametrize(
    ("where", "setting", "says"),
    [
        ("project/.claude/settings.json", {"disableAllHooks": True}, '"disableAllHooks": true'),
        ("project/.claude/settings.local.json", {"disableAllHooks": True}, '"disableAllHooks": true'),
        ("user/.claude/settings.json", {"enabledPlugins": {"planweir@planweir": False}}, "switches the plugin planweir@planweir off"),
        ("user/.claude/settings.json", {"env": {"CLAUDE_CODE_SIMPLE": "1"}}, "sets CLAUDE_CODE_SIMPLE"),
    ],
)  # fmt: skip
def test_the_setting_that_switched_them_off_is_named_with_its_mend(stage: Stage, where: str, setting: dict[str, object], says: str) -> None:
    assert called(stage, "task-planner next").exit == 0
    top, _, rest = where.partition("/")
    path = (stage.project if top == "project" else stage.user) / rest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(setting))
    refused = inside(stage, "task-planner next")
    assert refused.exit == 1
    assert says in refused.output
    assert str(path) in refused.output or "/plugin enable" in refused.output
    assert any(says in str(row["what"]) for row in stage.events("incident"))


def test_a_denied_call_leaves_no_sign(stage: Stage) -> None:
    assert stage.pre("Bash", {"command": "task-planner next > src/hello.py"}).denied
    assert inside(stage, "task-planner next").exit == 1


def test_reading_needs_no_sign_and_a_terminal_none_at_all(stage: Stage) -> None:
    assert inside(stage, "task-planner status").exit == 0
    assert inside(stage, "task-planner doctor --json").output.startswith("{")
    assert stage.run("task-planner next", person=True).exit == 0
    assert stage.events("incident") == []


def test_a_home_that_the_sandbox_keeps_from_us_does_not_hide_the_sign(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    signs.leave(stage.places, "s", "toolu_1")

    def refuse(_source: str, _target: str) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "rename", refuse)
    assert signs.take(stage.places, "s")


def test_old_signs_are_forgotten(stage: Stage) -> None:
    for number in range(signs.MOST * 2):
        signs.leave(stage.places, "s", f"toolu_{number}")
    folder = Path(stage.places.session("s")[: -len(".json")] + ".calls")
    assert len(list(folder.iterdir())) <= signs.MOST
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    assert not signs.take(stage.places, "s")


@pytest.mark.parametrize(
    "words", ['{"disableAllHooks": true}', '{"enabledPlugins": {"planweir@planweir": false}}', '{"env": {"CLAUDE_CODE_SAFE_MODE": "1"}}']
)
def test_a_change_that_switches_us_off_in_any_way_is_told_when_it_is_made(stage: Stage, words: str) -> None:
    path = stage.project / ".claude/settings.local.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(words)
    said = stage.send("ConfigChange", source="local_settings", file_path=str(path)).said
    assert said is not None
    assert "switches hooks off" in str(said["systemMessage"])
    assert "switches hooks off" in stage.state()["incidents"][-1]
