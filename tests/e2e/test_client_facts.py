"""What the pinned client does, as far as Planweir builds on it. README.md beside this file is the table of it.

Another client is tried with PLANWEIR_CLIENT: what fails here is what the plugin has to learn, and what older clients do
otherwise is said by the facts of `clients.py`. With
PLANWEIR_E2E_RECORD=1 each test writes what hooks were sent to payloads/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.e2e import clients
from tests.e2e.notes import Latch
from tests.e2e.recorder import Recorder
from tests.e2e.steps import agent, bash, load
from tests.e2e.world import World, last_text

from planweir.play.client import fetch
from planweir.play.client.namespace import wait_until

MakeRecorded = Callable[..., tuple[World, Recorder]]
Keep = Callable[[World, Recorder, str], None]
Event = dict[str, Any]


def answer(event: str, out: dict[str, Any], **when: str) -> dict[str, Any]:
    """A rule of the recording plugin."""
    return {"when": {"hook_event_name": f"^{event}$", **when}, "out": out}


def specific(event: str, **fields: Any) -> dict[str, Any]:
    return {"hookSpecificOutput": {"hookEventName": event, **fields}}


def names(events: list[Event]) -> list[str]:
    return [event["hook_event_name"] for event in events]


def of_agent(recorder: Recorder, agent_id: str) -> list[Event]:
    return [event for event in recorder.events() if event.get("agent_id") == agent_id]


def notifications(recorder: Recorder) -> list[str]:
    prompts = [event["prompt"] for event in recorder.events("UserPromptSubmit")]
    return [prompt for prompt in prompts if prompt.startswith("<task-notification>")]


def ends(recorder: Recorder) -> list[str]:
    """The notifications that the plugin hears of: from events, or in older clients from the transcript alone."""
    told = clients.in_transcript(recorder.events("Stop")[-1]["transcript_path"])
    if clients.prompts_in_a_turn_raise_an_event():
        assert len(notifications(recorder)) == len(told)
    return told


def tag(notification: str, name: str) -> str | None:
    found = re.search(rf"<{name}>(.*?)</{name}>", notification, re.DOTALL)
    return found[1] if found else None


# --- spawning --------------------------------------------------------------------------------------------------


def test_updated_input_replaces_the_prompt_the_model_and_the_background_flag(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    brief = "**Task ID:** T1 | role: implementer | attempt: 1\n\nDo it."
    given = {
        "subagent_type": "planweir:implementer",
        "description": "T1: x",
        "prompt": brief,
        "model": "haiku",
        "run_in_background": False,
    }
    made, recorder = make_recorded(
        answer(
            "PreToolUse", specific("PreToolUse", permissionDecision="allow", updatedInput=given), tool_name="Agent"
        )
    )
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [{"calls": [agent("**Task ID:** T1", background=True)]}, {"say": "x"}],
            "T1 implementer 1": [{"say": "DONE"}],
        },
    )
    (spawned,) = run.of("T1 implementer 1")
    assert "haiku" in spawned.body["model"]
    (post,) = recorder.events("PostToolUse", tool_name="Agent")
    assert post["tool_input"] == given
    assert post["tool_response"]["status"] == "completed"
    assert post["tool_response"]["agentId"] == spawned.agent_id
    keep(made, recorder, "updated-input")


def test_background_agents_wake_main_by_a_notification(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [{"calls": [agent("one"), agent("two")]}, {"say": "waiting"}, {"say": "first"}, {"say": "second"}],
            "agent: one": [{"say": "DONE 1"}],
            "agent: two": [{"hang": 1}, {"say": "DONE 2"}],
        },
    )
    assert [tag(told, "status") for told in ends(recorder)] == ["completed", "completed"]
    assert [tag(told, "result") for told in ends(recorder)] == ["DONE 1", "DONE 2"]
    assert run.api is not None
    first = ends(recorder)[0]
    assert tag(first, "task-id") == run.api.agents["agent: one"]
    calls = {event["tool_input"]["prompt"]: event["tool_use_id"] for event in recorder.events("PreToolUse")}
    assert tag(first, "tool-use-id") == calls["one"]
    assert recorder.events("Stop")[-1]["background_tasks"] == []
    keep(made, recorder, "background-agents")


def test_a_notification_may_arrive_inside_a_turn(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [{"calls": [agent("one", background=True)]}, {"hang": 1, **bash("echo x")}, {"say": "end"}],
            "agent: one": [{"say": "DONE"}],
        },
    )
    assert len(recorder.events("Stop")) == 1
    assert len(notifications(recorder)) == clients.prompts_in_a_turn_raise_an_event()
    (told,) = ends(recorder)
    assert tag(told, "tool-use-id") == recorder.events("PreToolUse", tool_name="Agent")[0]["tool_use_id"]
    if clients.since(fetch.PINNED):
        assert run.of()[-1].messages[-1]["role"] == "system"
        assert "<task-notification>" in last_text(run.of()[-1])
    keep(made, recorder, "notification-inside-a-turn")


# --- ends of agents --------------------------------------------------------------------------------------------


def test_a_stopped_agent_has_no_subagent_stop_but_a_killed_notification(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [
                load("TaskStop"),
                {"calls": [agent("one", background=True)]},
                bash("sleep 1"),
                {"call": {"tool": "TaskStop", "input": {"task_id": "${agent:agent: one}"}}},
                {"say": "stopped"},
            ],
            "agent: one": [bash("echo a"), {"hang": 30}, {"say": "never"}],
        },
    )
    assert run.api is not None
    agent_id = run.api.agents["agent: one"]
    (stop,) = recorder.events("PostToolUse", tool_name="TaskStop")
    assert stop["tool_input"] == {"task_id": agent_id}
    assert stop["tool_response"]["task_id"] == agent_id
    assert stop["tool_response"]["task_type"] == "local_agent"
    assert "SubagentStop" not in names(of_agent(recorder, agent_id))
    (told,) = ends(recorder)
    assert (tag(told, "status"), tag(told, "result"), tag(told, "usage")) == ("killed", None, None)
    assert "was stopped by Claude" in told
    keep(made, recorder, "task-stop")


def test_agents_stopped_by_a_person_are_told_without_a_notification(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    made, recorder = make_recorded()
    script = {
        "main": [{"calls": [agent("one"), agent("two")]}, {"say": "waiting"}, {"say": "heard"}],
        "agent: one": [{"hang": 30}, {"say": "never"}],
        "agent: two": [{"hang": 30}, {"say": "never"}],
    }
    with made.terminal(script=script, mode="bypassPermissions") as terminal:
        terminal.type("go")
        terminal.expect("waiting")
        for name in ("agent: one", "agent: two"):
            terminal.expect_request(lambda request, name=name: request.actor == name)  # type: ignore[misc]
        terminal.keys("C-x", "C-k", "C-x", "C-k")
        terminal.expect("heard")
        wait_until(lambda: len(recorder.events("Stop")) == 2, 10, "the Stop of the woken turn")
    prompts = [event["prompt"] for event in recorder.events("UserPromptSubmit")]
    assert prompts[0] == "go"
    assert re.fullmatch(r'2 background agents were stopped by the user: ("one", "two"|"two", "one")\.', prompts[1])
    assert recorder.events("SubagentStop") == []
    assert recorder.events("Stop")[-1]["background_tasks"] == []
    keep(made, recorder, "stopped-by-person")


def test_an_agent_at_its_turn_limit_counts_as_completed_for_the_host(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    made, recorder = make_recorded()
    made.claude(
        "-p",
        "go",
        script={
            "main": [
                {
                    "calls": [
                        agent("one", background=True, kind="planweir:short"),
                        agent("two", background=False, kind="planweir:short"),
                    ]
                },
                {"say": "x"},
            ],
            "agent: one": [bash("echo 1"), bash("echo 2"), bash("echo 3")],
            "agent: two": [bash("echo 1"), bash("echo 2"), bash("echo 3")],
        },
    )
    assert recorder.events("SubagentStop") == []
    (told,) = ends(recorder)
    assert tag(told, "status") == "completed"
    assert ("stopped at its 2-turn limit" in str(tag(told, "summary"))) is clients.turn_limits_are_told()
    response = next(
        event["tool_response"]
        for event in recorder.events("PostToolUse", tool_name="Agent")
        if event["tool_response"]["status"] == "completed"
    )
    assert ("stopped at its 2-turn limit" in json.dumps(response["content"])) is clients.turn_limits_are_told()
    keep(made, recorder, "turn-limit")


def test_an_agent_that_dies_of_an_api_error_raises_stop_failure_with_its_id(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [{"calls": [agent("one", background=True), agent("two", background=False)]}, *[{"say": "x"}] * 2],
            "agent: one": [bash("echo a"), {"api_error": 529}],
            "agent: two": [bash("echo b"), {"api_error": 400}],
        },
    )
    assert run.api is not None
    failures = {event["agent_id"]: event["error"] for event in recorder.events("StopFailure")}
    assert failures == {run.api.agents["agent: one"]: "server_error", run.api.agents["agent: two"]: "unknown"}
    assert recorder.events("SubagentStop") == []
    (foreground,) = recorder.events("PostToolUseFailure", tool_name="Agent")
    assert foreground["error"].startswith("Agent terminated early due to an API error")
    assert "agent_id" not in foreground
    (told,) = ends(recorder)
    assert tag(told, "status") == "failed"
    keep(made, recorder, "api-error")


def test_an_agent_with_a_shell_of_its_own_ends_twice(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        script={
            # Print mode may end between the shell's end and the agent's waking; a second agent keeps it.
            "main": [{"calls": [agent("one", background=True), agent("two", background=True)]}, *[{"say": "x"}] * 4],
            "agent: one": [
                bash("sleep 1; echo slept", run_in_background=True),
                {"say": "waiting"},
                {"say": "DONE"},
            ],
            "agent: two": [{"hang": 3}, {"say": "DONE"}],
        },
    )
    assert run.api is not None
    mine = of_agent(recorder, run.api.agents["agent: one"])
    assert [name for name in names(mine) if name.startswith("Subagent")] == ["SubagentStart", "SubagentStop"] * 2
    early, late = (event for event in mine if event["hook_event_name"] == "SubagentStop")
    shell = recorder.events("PostToolUse", tool_name="Bash")[0]["tool_response"]["backgroundTaskId"]
    assert {task["id"] for task in early["background_tasks"] if task["type"] == "shell"} == {shell}
    assert [task for task in late["background_tasks"] if task["type"] == "shell"] == []
    first, second = (told for told in ends(recorder) if tag(told, "task-id") == early["agent_id"])
    assert (tag(first, "status"), tag(second, "status")) == ("completed", "completed")
    assert ("is waiting on its own background work" in first) is clients.agents_wait_for_their_shells()
    assert "finished" in str(tag(second, "summary"))
    between = [
        {task["type"]: task["id"] for task in event["background_tasks"]}
        for event in recorder.events("Stop")
        if shell in [task["id"] for task in event["background_tasks"]]
    ]
    assert between[-1]["subagent"] != early["agent_id"], "an agent that waits for its shell is not listed, the shell is"
    keep(made, recorder, "own-shell")


def test_a_foreground_agents_shell_ends_with_it(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    made.claude(
        "-p",
        "go",
        script={
            "main": [{"calls": [agent("one", background=False)]}, {"say": "x"}],
            "agent: one": [bash("sleep 3; echo slept > slept", run_in_background=True), {"say": "DONE"}],
        },
    )
    assert len(recorder.events("SubagentStop")) == 1
    response = recorder.events("PostToolUse", tool_name="Bash")[0]["tool_response"]
    assert response["backgroundEndsWithFinalResponse"] is True
    assert not (made.project / "slept").exists()
    keep(made, recorder, "own-shell-foreground")


def test_send_message_starts_a_finished_agent_again_under_its_old_id(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [
                load("SendMessage"),
                {"calls": [agent("one", background=False)]},
                {
                    "call": {
                        "tool": "SendMessage",
                        "input": {"to": "${agent:agent: one}", "summary": "go on", "message": "please go on"},
                    }
                },
                *[{"say": "x"}] * 2,
            ],
            "agent: one": [{"say": "DONE"}, bash("echo again"), {"say": "DONE again"}],
        },
    )
    assert run.api is not None
    agent_id = run.api.agents["agent: one"]
    (pre,) = recorder.events("PreToolUse", tool_name="SendMessage")
    assert pre["tool_input"] == {
        "to": agent_id,
        "summary": "go on",
        "message": "please go on",
        "type": "message",
        "recipient": agent_id,
        **({"recipient_kind": "agent"} if clients.messages_name_the_kind_of_their_recipient() else {}),
        "content": "please go on",
    }
    (post,) = recorder.events("PostToolUse", tool_name="SendMessage")
    assert post["tool_response"]["resumedAgentId"] == agent_id
    stops = [name for name in names(of_agent(recorder, agent_id)) if name.startswith("Subagent")]
    assert stops == ["SubagentStart", "SubagentStop"] * 2
    (told,) = ends(recorder)
    assert (tag(told, "task-id"), tag(told, "tool-use-id")) == (agent_id, pre["tool_use_id"])
    keep(made, recorder, "send-message")


# --- what a person types ---------------------------------------------------------------------------------------

BLOCK = answer(
    "UserPromptExpansion",
    {
        "decision": "block",
        "reason": "No plan is open.\n  Second line.",
        **specific("UserPromptExpansion", suppressOriginalPrompt=True),
    },
)


def test_a_blocked_command_makes_no_request_in_print_mode(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded(BLOCK)
    run = made.claude("-p", "/task-planner --status")
    assert run.stdout == "UserPromptExpansion operation blocked by hook:\nNo plan is open.\n  Second line.\n"
    assert (run.exit, run.requests) == (0, [])
    (expansion,) = recorder.events("UserPromptExpansion")
    submitted = recorder.events("UserPromptSubmit")
    if clients.typed_commands_raise_a_prompt_first():
        assert names(recorder.events())[1:3] == ["UserPromptSubmit", "UserPromptExpansion"]
        assert [event["prompt"] for event in submitted] == ["/task-planner --status"]
        assert expansion["prompt_id"] == submitted[0]["prompt_id"]
    else:
        assert submitted == []
    assert (expansion["command_name"], expansion["command_args"]) == ("planweir:task-planner", "--status")
    keep(made, recorder, "typed-command-print")


def test_a_blocked_command_makes_no_request_in_a_terminal(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded(BLOCK)
    with made.terminal() as terminal:
        terminal.type("/task-planner --status")
        terminal.expect("Second line")
        assert "Original prompt" not in terminal.screen()
    assert terminal.run.requests == []
    first = ["UserPromptSubmit"] if clients.typed_commands_raise_a_prompt_first() else []
    assert names(recorder.events())[:3] == ["SessionStart", *first, "UserPromptExpansion"]
    keep(made, recorder, "typed-command-terminal")


def test_a_question_typed_while_main_works_joins_the_turn(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    script = {"main": [bash("echo 1"), {"hang": 2, **bash("echo 2")}, {"say": "answered"}]}
    with made.terminal(script=script, mode="bypassPermissions") as terminal:
        terminal.type("go")
        terminal.expect_request(lambda _: len(terminal.run.of()) == 2)
        terminal.type("and a question")
        terminal.expect("answered")
        wait_until(lambda: recorder.events("Stop"), 10, "the turn's Stop")
    asked = ["and a question"] if clients.prompts_in_a_turn_raise_an_event() else []
    assert [event["prompt"] for event in recorder.events("UserPromptSubmit")] == ["go", *asked]
    assert len(recorder.events("Stop")) == 1
    keep(made, recorder, "question-mid-turn")


def test_a_bang_command_wakes_the_model_without_a_prompt_or_a_tool_event(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    made, recorder = make_recorded()
    with made.terminal(script={"main": [{"say": "seen what you ran"}]}) as terminal:
        terminal.type("!echo from-bang > bang.txt")
        terminal.expect("seen what you ran")
        wait_until(lambda: recorder.events("Stop"), 10, "the turn's Stop")
    assert made.read("bang.txt") == "from-bang\n"
    assert names(recorder.events()) == ["SessionStart", "Stop"]
    keep(made, recorder, "bang")


# --- sessions --------------------------------------------------------------------------------------------------


def test_auto_compaction_raises_a_subagent_stop_of_no_agent(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    full = {"usage": {"input_tokens": 99_000}}
    run = made.claude(
        "-p",
        "go",
        *("--autocompact", "100000"),
        script={"main": [{**bash("echo a"), **full}, {**bash("echo b"), **full}, bash("echo c"), {"say": "x"}]},
    )
    assert "main (summary)" in run.actors
    assert [event["source"] for event in recorder.events("SessionStart")] == ["startup", "compact"]
    (stop,) = recorder.events("SubagentStop")
    assert stop["agent_type"] == ""
    assert recorder.events("SubagentStart") == []
    keep(made, recorder, "compact-auto")


def test_compact_while_an_agent_runs_leaves_it_running(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    at_work = Latch()
    script = {
        "main": [{"calls": [agent("one")]}, {"say": "waiting"}, {"say": "woken"}],
        "agent: one": [at_work, {"say": "DONE"}],
    }
    with made.terminal(script=script, mode="bypassPermissions") as terminal:
        terminal.type("go")
        terminal.expect("waiting")
        at_work.reached()
        terminal.type("/compact")
        wait_until(lambda: len(recorder.events("SessionStart")) == 2, 20, "the compaction's SessionStart")
        at_work.open()
        terminal.expect("woken")
        wait_until(lambda: len(recorder.events("Stop")) == 2, 10, "the woken turn's Stop")
    assert [event["source"] for event in recorder.events("SessionStart")] == ["startup", "compact"]
    assert {event["session_id"] for event in recorder.events()} == {terminal.run.session_id}
    assert [event["agent_type"] for event in recorder.events("SubagentStop")] == ["", "planweir:implementer"]
    keep(made, recorder, "compact-manual")


def test_a_session_that_was_killed_resumes_under_its_id(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    script = {
        "main": [{"calls": [agent("one", background=True)]}, {"say": "waiting"}],
        "agent: one": [{"hang": 30}, {"say": "never"}],
    }
    run = made.start("-p", "go", script=script)
    wait_until(lambda: "agent: one" in run.actors and recorder.events("Stop"), 20, "the agent and the Stop")
    run.kill()
    again = made.claude("-p", "again", "--resume", run.session_id, script={"main": [{"say": "resumed"}]})
    assert again.session_id == run.session_id
    assert [event["source"] for event in recorder.events("SessionStart")] == ["startup", "resume"]
    pids = {line["env"]["CLAUDE_PID"] for line in recorder.lines()}
    assert len(pids) == 2
    assert notifications(recorder) == []
    keep(made, recorder, "killed-and-resumed")


def test_session_start_may_give_bash_its_environment(make_recorded: MakeRecorded) -> None:
    rule = {**answer("SessionStart", {}), "append_env": "export GIVEN=yes\nexport PATH=/opt/first:$PATH\n"}
    made, recorder = make_recorded(rule)
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [bash("env"), {"calls": [agent("one", background=False)]}, {"say": "x"}],
            "agent: one": [bash("env"), {"say": "DONE"}],
        },
    )
    for actor in ("main", "agent: one"):
        result = run.of(actor)[1]
        said = json.dumps(result.messages)
        assert "GIVEN=yes" in said
        assert "PATH=/opt/first:" in said
        assert "CLAUDECODE=1" in said
        assert f"CLAUDE_CODE_SESSION_ID={run.session_id}" in said
        assert re.search(r"CLAUDE_PID=\d+", said)
        assert "CLAUDE_PROJECT_DIR=" not in said
        assert "CLAUDE_PLUGIN_ROOT=" not in said
    hooks = recorder.lines()[-1]["env"]
    assert {"CLAUDE_PROJECT_DIR", "CLAUDE_PLUGIN_ROOT", "CLAUDE_PLUGIN_DATA", "CLAUDE_PID", "CLAUDECODE"} <= set(hooks)


# --- permissions and hooks -------------------------------------------------------------------------------------


def test_permission_requests_of_agents_carry_their_id(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        mode="default",
        script={
            "main": [bash("touch one"), {"calls": [agent("one", background=False)]}, {"say": "x"}],
            "agent: one": [bash("touch two"), {"say": "DONE"}],
        },
    )
    assert run.api is not None
    if clients.print_mode_asks_for_permission():
        main, agents = recorder.events("PermissionRequest")
        assert "agent_id" not in main
        assert agents["agent_id"] == run.api.agents["agent: one"]
        assert "tool_use_id" not in agents
    else:
        assert recorder.events("PermissionRequest") == []
    assert not (made.project / "two").exists()
    keep(made, recorder, "permission-request")


def test_pre_tool_use_allow_grants_a_call_in_default_mode(make_recorded: MakeRecorded) -> None:
    made, recorder = make_recorded(
        answer("PreToolUse", specific("PreToolUse", permissionDecision="allow"), tool_name="Bash")
    )
    made.claude("-p", "go", mode="default", script={"main": [bash("touch one"), {"say": "x"}]})
    assert (made.project / "one").exists()
    assert recorder.events("PermissionRequest") == []


def test_a_hook_may_leave_without_reading(make_recorded: MakeRecorded) -> None:
    made, recorder = make_recorded()
    (recorder.path / "hooks" / "launch").write_text("#!/bin/sh\nexit 0\n")
    write = {"call": {"tool": "Write", "input": {"file_path": "big.txt", "content": "y" * 300_000}}}
    run = made.claude("-p", "go", script={"main": [write, {"say": "written"}]})
    assert run.stdout == "written\n"
    assert (made.project / "big.txt").stat().st_size == 300_000
    assert "EPIPE" not in run.stdout + run.stderr


def test_what_hooks_tell_reaches_the_model_in_these_words(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded(
        answer(
            "PreToolUse",
            specific("PreToolUse", permissionDecision="deny", permissionDecisionReason="Planweir [rule]: no."),
            tool_name="Write",
        ),
        answer("Stop", {"decision": "block", "reason": "Not yet."}, stop_hook_active="false"),
        answer("SubagentStop", {"decision": "block", "reason": "No evidence."}, stop_hook_active="false"),
        answer("SessionStart", specific("SessionStart", additionalContext="Plan state.")),
    )
    run = made.claude(
        "-p",
        "go",
        script={
            "main": [
                {"call": {"tool": "Write", "input": {"file_path": "a.txt", "content": "x"}}},
                {"calls": [agent("one", background=False)]},
                {"say": "stopping", "expect": {"held": True}},
                {"say": "stopped"},
            ],
            "agent: one": [{"say": "DONE", "expect": {"held": True}}, {"say": "DONE again"}],
        },
    )
    start, denied, _, held = run.of()
    assert "SessionStart hook additional context: Plan state." in json.dumps(start.messages)
    agents = run.of("agent: one")
    if clients.hook_errors_are_named():
        assert "PreToolUse:Write hook error: Planweir [rule]: no." in last_text(denied)
        assert re.search(r"Stop hook blocking error from command: .*: Not yet\.", last_text(held))
        assert held.messages[-1]["role"] == "system"
        assert re.search(r"SubagentStop hook blocking error from command: .*: No evidence\.", last_text(agents[1]))
    else:
        assert '"Planweir [rule]: no."' in last_text(denied)
        assert "Stop hook feedback:\\nNot yet." in last_text(held)
        assert "Stop hook feedback:\\nNo evidence." in last_text(agents[1])
    keep(made, recorder, "denied-and-held")


def test_deferred_tools_can_be_called_without_loading_them(make_recorded: MakeRecorded) -> None:
    made, recorder = make_recorded()
    run = made.claude(
        "-p",
        "go",
        script={"main": [{"call": {"tool": "TaskStop", "input": {"task_id": "a123"}}}, load("TaskStop"), {"say": "x"}]},
    )
    assert ("TaskStop" in run.of()[0].tools) is not clients.tools_are_deferred()
    assert "No task found with ID: a123" in last_text(run.of()[1])
    assert recorder.events("PreToolUse", tool_name="TaskStop") == []
