"""The harness itself: isolation, the scripted model, following the plan, the terminal. The plan's scenarios lie beside."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.recorder import Recorder
from tests.e2e.steps import agent, bash
from tests.e2e.world import World, last_text

from planweir.play.client import fetch, namespace
from planweir.play.client.asked import Turn, new_bytes
from planweir.play.client.namespace import TooLate, namespace_command, wait_until
from planweir.play.client.world import KEY
from planweir.play.seen import Disagreement

MakeWorld = Callable[..., World]
MakeRecorded = Callable[..., tuple[World, Recorder]]
BRIEF = "**Task ID:** {} | role: {} | attempt: {}\n\nDo it."


# --- isolation -------------------------------------------------------------------------------------------------


def test_the_client_sees_loopback_alone(make_world: MakeWorld) -> None:
    made = make_world(plugin=None)
    look = "cat /proc/net/dev /proc/net/route; readlink /proc/self/ns/net; env"
    run = made.claude("-p", "look", script={"main": [bash(look), {"say": "seen"}]})
    seen = last_text(run.of()[1])
    assert run.exit == 0
    assert re.findall(r"\b(eth|en|wl)\w*:", seen) == []
    assert os.readlink("/proc/self/ns/net") not in seen
    assert f"HOME={made.home}" in seen
    assert set(re.findall(r"sk-ant-[\w-]+", seen)) == {KEY}


def test_nothing_of_the_tests_own_environment_reaches_the_client(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_TESTER", "x")
    run = make_world(plugin=None).claude("-p", "look", script={"main": [bash("env"), {"say": "seen"}]})
    assert "A_SECRET_OF_THE_TESTER" not in last_text(run.of()[1])


def test_it_works_without_root_in_a_user_namespace(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_world(plugin=None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "-rn" in namespace_command()
    assert made.claude("-p", "hello", script={"main": [{"say": "hello too"}]}).stdout == "hello too\n"


def test_a_program_is_not_started_in_the_tests_own_namespace(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespace, "namespace_command", list)
    with pytest.raises(fetch.Unavailable, match="not a network namespace of its own"):
        make_world(plugin=None).start("-p", "hello")


def test_nothing_of_a_run_outlives_it(make_world: MakeWorld) -> None:
    made = make_world(plugin=None)
    run = made.claude(
        "-p", "go", script={"main": [bash("setsid tail -f /dev/null >/dev/null 2>&1 & echo $!"), {"say": "x"}]}
    )
    pid = re.search(r'"content": "(\d+)', last_text(run.of()[1]))
    assert pid
    with contextlib.suppress(FileNotFoundError):  # else it is dead, though nobody has waited for it
        assert Path(f"/proc/{pid[1]}/stat").read_text().split(")")[1].split()[0] == "Z"
    with socket.socket() as knock, pytest.raises(ConnectionRefusedError):
        knock.connect(("127.0.0.1", namespace.PORT))


def test_programs_can_be_hidden_from_a_world(make_world: MakeWorld) -> None:
    made = make_world(plugin=None, without=["python3"])
    exit_status, said = made.run("sh", "-c", "command -v git && ! command -v python3 && ! command -v python3.11")
    assert exit_status == 0, said


# --- the client's package --------------------------------------------------------------------------------------


def _npm(place: Path, body: str) -> None:
    place.mkdir(exist_ok=True)
    program = place / "npm"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


PACK = """
while [ $# -gt 0 ]; do [ "$1" = --pack-destination ] && to=$2; shift; done
mkdir package && printf '#!/bin/sh\\necho fake\\n' >package/claude && tar czf "$to/fake.tgz" package && echo '[]'
"""


def test_the_client_is_packed_once_and_kept_outside_the_work_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _npm(tmp_path / "bin", PACK)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    binary = fetch.client("9.9.9")
    assert binary == tmp_path / "cache" / "planweir" / "client" / "9.9.9" / "claude"
    assert os.access(binary, os.X_OK)
    assert os.listdir(binary.parent) == ["claude"]
    _npm(tmp_path / "bin", "exit 1")
    assert fetch.client("9.9.9") == binary


def test_a_failed_fetch_says_why_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _npm(tmp_path / "bin", """echo '{"error": {"code": "ENOTFOUND", "summary": "no network"}}'; exit 1""")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    with pytest.raises(fetch.Unavailable, match="no network"):
        fetch.client("9.9.9")
    assert os.listdir(fetch.cached("9.9.9").parent) == []


# --- the scripted model ----------------------------------------------------------------------------------------


def test_each_actor_plays_its_own_steps(make_recorded: MakeRecorded) -> None:
    made, recorder = make_recorded()
    brief = BRIEF.format("T1", "implementer", 1)
    run = made.claude(
        "-p",
        "/implement-plan plan.md",
        script={
            "main": [{"calls": [agent(brief, background=False), agent("look about", background=False)]}, {"say": "both"}],
            "T1 implementer 1": [
                {"call": {"tool": "Write", "input": {"file_path": "src/a.py", "content": "A = 1\n"}}},
                {"say": "DONE"},
            ],
            "agent: look about": [bash("ls"), {"say": "seen"}],
        },
    )
    assert run.stdout == "both\n"
    assert made.read("src/a.py") == "A = 1\n"
    assert sorted(run.actors) == ["T1 implementer 1", "agent: look about", "main"]
    assert run.api is not None
    assert run.api.unplayed() == {}
    writes = recorder.events("PreToolUse", tool_name="Write")
    assert [event["agent_id"] for event in writes] == [run.api.agents["T1 implementer 1"]]
    assert len(run.main_bytes_per_request) == len(run.of("main")) == 2


def test_new_bytes_count_what_was_not_there_before(make_world: MakeWorld) -> None:
    run = make_world(plugin=None).claude(
        "-p", "go", script={"main": [bash("printf %05000d 0"), bash("true"), {"say": "x"}]}
    )
    first, long, short = run.main_bytes_per_request
    assert 5000 < long < 7500
    assert short < 1000 < first
    assert new_bytes(run.of()[:1]) == [first]


def test_a_step_may_be_a_function_of_the_turn(make_world: MakeWorld) -> None:
    turns: list[Turn] = []

    def count(turn: Turn) -> dict[str, Any]:
        turns.append(turn)
        return {**bash("echo again"), "stay": True} if len(turns) < 3 else {"say": turn.result}

    assert make_world(plugin=None).claude("-p", "go", script={"main": [count]}).stdout == "again\n"


DENY = {
    "when": {"hook_event_name": "PreToolUse", "tool_name": "Write"},
    "out": {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": "Planweir [main-thread-edits]: no. Next: name a task.",
        }
    },
}
HOLD = {
    "when": {"hook_event_name": "^Stop$", "stop_hook_active": "false"},
    "out": {"decision": "block", "reason": "Next: task-planner next"},
}
WRITE = {"call": {"tool": "Write", "input": {"file_path": "a.txt", "content": "x"}}}


def test_expectations_of_a_recording_are_verified(make_recorded: MakeRecorded) -> None:
    made, _ = make_recorded(DENY, HOLD)
    steps: Sequence[Any] = [
        {**WRITE, "expect": {"denied": "main-thread-edits"}},
        {**bash("true"), "expect": {"passes": True}},
        {"say": "stopping", "expect": {"held": True}},
        {"say": "stopped"},
    ]
    made.claude("-p", "go", script={"main": steps})


def test_an_expectation_that_did_not_come_true_is_a_problem(make_recorded: MakeRecorded) -> None:
    made, _ = make_recorded()
    steps: Sequence[Any] = [
        {**WRITE, "note": "an edit", "expect": {"denied": "main-thread-edits"}},
        {**bash("false"), "note": "a check", "expect": {"passes": True}},
        {"say": "stopping", "expect": {"held": True}},
    ]
    run = made.claude("-p", "go", script={"main": steps}, check=False)
    assert [problem.split(":")[1].strip()[:30] for problem in run.problems] == [
        "'an edit' was not denied by [m",
        "'a check' did not pass",
        "was not held after 'stopping'",
    ]
    with pytest.raises(Disagreement, match="was not denied"):
        run.check()


def test_an_agent_without_steps_is_a_problem(make_world: MakeWorld) -> None:
    run = make_world(plugin=None).claude(
        "-p",
        "go",
        check=False,
        script={"main": [{"calls": [agent("who am I", kind="general-purpose", background=False)]}, {"say": "x"}]},
    )
    assert run.problems[0].startswith("agent: who am I has no steps")


# --- following the plan ----------------------------------------------------------------------------------------

PLANNER = """#!/usr/bin/env python3
# A stand-in for the real command: hands out T1 and T2, waits, then the gate, then is done.
import json, os, sys
done = sorted(name for name in os.listdir(".") if name in ("T1", "T2"))
spawned = os.path.exists("spawned")
def call(task):
    prompt = f"**Task ID:** {task} | role: implementer | attempt: 1"
    return {"tool": "Agent", "input": {"subagent_type": "planweir:implementer", "description": task, "prompt": prompt}}
if sys.argv[1] == "gate":
    open("gated", "w").close(); print("Gate of wave 1: pass")
elif os.path.exists("gated"):
    print(json.dumps({"step": "done", "calls": [], "say": "The plan is complete."}))
elif len(done) == 2:
    print(json.dumps({"step": "gate", "calls": [{"tool": "Bash", "input": {"command": "task-planner gate"}}], "say": ""}))
elif spawned:
    print(json.dumps({"step": "wait", "calls": [], "say": "Agents run."}))
else:
    open("spawned", "w").close()
    print(json.dumps({"step": "spawn", "calls": [call("T1"), call("T2")], "say": ""}))
"""


def _with_planner(made: World) -> World:
    planner = made.bin / "task-planner"
    planner.write_text(PLANNER)
    planner.chmod(0o755)
    return made


def _two_tasks() -> dict[str, Any]:
    return {
        "main": [{"follow": True}],
        "T1 implementer 1": [bash("touch T1"), {"say": "DONE"}],
        "T2 implementer 1": [{"hang": 1}, bash("touch T2"), {"say": "DONE"}],
    }


@pytest.mark.parametrize("background", [True, False])
def test_follow_goes_on_until_the_plan_is_done(make_recorded: MakeRecorded, background: bool) -> None:
    env = {} if background else {"CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1"}
    made = _with_planner(make_recorded(env=env)[0])
    run = made.claude("-p", "go", script=_two_tasks())
    assert run.stdout.endswith("The plan is complete.\n")
    assert (made.project / "gated").exists()
    launched = any("Async agent launched" in last_text(request) for request in run.of())
    assert launched is background


def test_follow_goes_on_in_a_terminal(make_recorded: MakeRecorded) -> None:
    made = _with_planner(make_recorded()[0])
    with made.terminal(script=_two_tasks(), mode="bypassPermissions") as terminal:
        terminal.type("go")
        terminal.expect("The plan is complete")


def test_follow_gives_up_where_next_goes_round_in_circles(make_world: MakeWorld) -> None:
    made = make_world(plugin=None)
    planner = made.bin / "task-planner"
    planner.write_text("""#!/bin/sh\necho '{"step": "gate", "calls": [{"tool": "Bash", "input": {"command": "true"}}]}'\n""")
    planner.chmod(0o755)
    run = made.claude("-p", "go", script={"main": [{"follow": True}]}, check=False)
    assert "next goes round in circles" in run.problems[0]


# --- the terminal ----------------------------------------------------------------------------------------------


def test_the_terminal_opens_at_the_prompt_and_runs_a_slash_command(make_recorded: MakeRecorded) -> None:
    made, recorder = make_recorded()
    with made.terminal(script={"main": [{"say": "The skill has spoken."}]}) as terminal:
        terminal.type("/implement-plan plan.md")
        terminal.expect("The skill has spoken")
        skill = terminal.expect_request(lambda request: "The implement-plan skill speaks" in json.dumps(request.messages))
    assert skill.actor == "main"
    expansion = recorder.events("UserPromptExpansion")[0]
    assert (expansion["command_name"], expansion["command_args"]) == ("planweir:implement-plan", "plan.md")


def test_a_person_answers_a_dialog_in_the_terminal(make_recorded: MakeRecorded) -> None:
    made, _ = make_recorded()
    with made.terminal(script={"main": [bash("touch asked"), {"say": "touched"}]}) as terminal:
        terminal.type("go")
        terminal.expect("Do you want to proceed")
        assert not (made.project / "asked").exists()
        terminal.answer("Do you want to proceed")
        terminal.expect("touched")
    assert (made.project / "asked").exists()


def test_an_unmet_expectation_shows_the_screen(make_world: MakeWorld) -> None:
    made = make_world(plugin=None)
    with made.terminal(check=False) as terminal, pytest.raises(TooLate, match="Claude Code v"):
        terminal.expect("never there", seconds=0.2)


def test_two_sessions_run_in_one_project(make_world: MakeWorld) -> None:
    made = make_world(plugin=None)
    first = made.start("-p", "one", script={"main": [{"hang": 20}, {"say": "late"}]})
    wait_until(lambda: first.requests, 20, "the first session's request")
    second = made.claude("-p", "two", script={"main": [{"say": "soon"}]})
    assert second.stdout == "soon\n"
    assert second.session_id != first.session_id
    first.kill()
    assert first.exit == -9
