"""What the client does with the Workflow tool, as far as a wave that is one script builds on it. README.md is the table of it.

The orchestrator's call is a stub; a hook of ours puts the script in its place (`runs`).
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e import clients
from tests.e2e.notes import Latch
from tests.e2e.recorder import Recorder
from tests.e2e.steps import bash, load
from tests.e2e.test_client_facts import Keep, MakeRecorded, answer, ends, names, of_agent, specific, tag
from tests.e2e.world import last_text

from planweir.play.client.asked import Turn
from planweir.play.client.namespace import wait_until

STUB = "export const meta = {name: 'planweir-wave-1', description: 'Wave 1 of 1: T1'}\n"
META = "export const meta = {name: 'planweir-wave-1', description: 'The real one', phases: [{title: 'T1'}]}\n"
BRIEF = "**Task ID:** T1 | role: implementer | attempt: 1\\n\\nBrief of é.\\n  Indented."
SCHEMA = (
    "const S = {type: 'object', properties: {verdict: {type: 'string', enum: ['pass', 'fail']}, n: {type: 'number'}}, "
    "required: ['verdict'], additionalProperties: false}\n"
)
STARTS = {"call": {"tool": "Workflow", "input": {"script": STUB}}}


def spawn(name: str, **options: str) -> str:
    """The call of `agent` in a script: options are JavaScript."""
    given = ", ".join(f"{key}: {value}" for key, value in {"agentType": "'planweir:implementer'", **options}.items())
    return f"agent('{name}', {{{given}}})"


def runs(body: str, **more: Any) -> dict[str, Any]:
    """The rule by which a hook has the client run another script than was called for."""
    given = specific("PreToolUse", permissionDecision="allow", updatedInput={"script": META + body}, **more)
    return answer("PreToolUse", given, tool_name="^Workflow$")


def structured(**given: Any) -> dict[str, Any]:
    return {"call": {"tool": "StructuredOutput", "input": given}}


NEVER_ENDS = [bash("echo at work"), {"hang": 60}, {"say": "never"}]


def main(*more: Any) -> list[Any]:
    return [STARTS, {"say": "waiting"}, {"say": "woken"}, *more]


def at_work(recorder: Recorder) -> Any:
    """An agent of the script has made a call, and the main thread's turn is over."""
    return recorder.events("PostToolUse", tool_name="Bash") and recorder.events("Stop")


# --- the call and its end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["bypassPermissions", "default"])
def test_the_script_that_a_hook_writes_in_runs_in_place_of_the_one_that_was_called_for(
    make_recorded: MakeRecorded, keep: Keep, mode: str
) -> None:
    body = f"const said = await {spawn(BRIEF, label='`T1: do it`', phase='`T1`')}\nreturn {{said}}\n"
    made, recorder = make_recorded(
        runs(body),
        answer("PreToolUse", specific("PreToolUse", permissionDecision="allow"), tool_name="^Bash$"),
        answer("SubagentStart", specific("SubagentStart", additionalContext="Begin well.")),
        answer("SubagentStop", {"decision": "block", "reason": "Not yet."}, stop_hook_active="false"),
    )
    agents = [bash("echo x"), {"say": "half"}, {"say": "DONE"}]
    run = made.claude("-p", "go", mode=mode, script={"main": main(), "T1 implementer 1": agents})
    assert run.api is not None
    agent_id = run.api.agents["T1 implementer 1"]
    (pre,) = recorder.events("PreToolUse", tool_name="Workflow")
    (post,) = recorder.events("PostToolUse", tool_name="Workflow")
    assert pre["tool_input"] == {"script": STUB}
    assert post["tool_input"] == {"script": META + body}
    launched = post["tool_response"]
    assert {key: launched[key] for key in ("status", "taskType", "workflowName", "summary")} == {
        "status": "async_launched",
        "taskType": "local_workflow",
        "workflowName": "planweir-wave-1",
        "summary": "The real one",
    }
    (told,) = ends(recorder)
    assert (tag(told, "task-id"), tag(told, "tool-use-id")) == (launched["taskId"], post["tool_use_id"])
    assert tag(told, "summary") == 'Dynamic workflow "The real one" completed'
    assert (tag(told, "status"), tag(told, "result")) == ("completed", '{"said":"DONE"}')
    first, last = recorder.events("Stop")
    listed = {"id": launched["taskId"], "type": "workflow", "status": "running", "description": "The real one"}
    assert [listed.items() <= task.items() for task in first["background_tasks"]] == [True]
    assert last["background_tasks"] == []
    # its agent: no Agent call, and everything else as of any other
    assert recorder.events("PreToolUse", tool_name="Agent") == []
    mine = of_agent(recorder, agent_id)
    assert [name for name in names(mine) if name != "PostToolBatch"] == [
        *("SubagentStart", "PreToolUse", "PostToolUse", "SubagentStop", "SubagentStop")
    ]
    assert {event["agent_type"] for event in mine} == {"planweir:implementer"}
    asked = run.of("T1 implementer 1")
    assert "Begin well." in last_text(asked[0])
    assert "Not yet." in last_text(asked[2])
    # where its first message lies, and how
    place = Path(launched["transcriptDir"], f"agent-{agent_id}.jsonl")
    assert mine[-1]["agent_transcript_path"] == str(place)
    begun = json.loads(place.read_text().splitlines()[0])["message"]["content"]
    brief = ["**Task ID:** T1 | role: implementer | attempt: 1", "", "Brief of é.", "  Indented."]
    if clients.script_prompts_are_framed():
        assert begun.startswith("[Workflow harness")
        assert begun.splitlines()[-4:] == [f"  {line}" for line in brief]
    else:
        assert begun.splitlines() == brief
    meta = json.loads(place.with_suffix(".meta.json").read_text())
    assert "toolUseId" not in meta
    if clients.script_prompts_are_framed():
        assert (meta["description"], meta["workflowPhase"]) == ("T1: do it", "T1")
    if mode == "bypassPermissions":
        keep(made, recorder, "workflow")


def test_the_result_of_the_call_is_shortened_by_an_output_of_its_own_shape(make_recorded: MakeRecorded) -> None:
    short = {"status": "async_launched", "taskId": "w1", "taskType": "local_workflow", "workflowName": "n", "summary": "Short."}
    for given, taken in ((short, True), ("Short.", False)):
        made, _ = make_recorded(
            runs("return 'x'\n"), answer("PostToolUse", specific("PostToolUse", updatedToolOutput=given), tool_name="^Workflow$")
        )
        run = made.claude("-p", "go", script={"main": main()}, check=False)
        said = last_text(run.of()[1])
        assert ("Summary: Short." in said) is taken
        assert ("Transcript dir" not in said) is taken


def test_a_script_outside_the_project_is_refused_before_any_hook(make_recorded: MakeRecorded, tmp_path: Path) -> None:
    place = tmp_path / "script.js"
    place.write_text(META + "return 'of the file'\n")
    call = {"call": {"tool": "Workflow", "input": {"scriptPath": str(place)}}}
    for mode, reaches in (("default", not clients.script_paths_are_guarded()), ("bypassPermissions", True)):
        made, recorder = make_recorded(runs("return 'ours'\n"))
        made.claude("-p", "go", mode=mode, script={"main": [call, {"say": "waiting"}, {"say": "woken"}]}, check=False)
        assert bool(recorder.events("PreToolUse", tool_name="Workflow")) is reaches
        assert [tag(told, "result") for told in ends(recorder)] == (['"ours"'] if reaches else [])


def test_without_a_hooks_word_a_person_is_asked_for_a_script(make_recorded: MakeRecorded) -> None:
    made, recorder = make_recorded()
    made.claude("-p", "go", mode="acceptEdits", script={"main": main()}, check=False)
    assert len(recorder.events("PermissionRequest")) == clients.print_mode_asks_for_permission()
    assert recorder.events("PostToolUse") == []
    made, recorder = make_recorded()
    with made.terminal(script={"main": main()}, mode="acceptEdits", check=False) as terminal:
        terminal.type("go")
        terminal.answer("Run a dynamic workflow")
        terminal.expect("waiting")
    assert len(recorder.events("PermissionRequest", tool_name="Workflow")) == 1


@pytest.mark.parametrize("how", ["settings.json", "settings.local.json", "of the person", "deny", "environment"])
def test_a_client_with_workflows_off_does_not_offer_the_tool(make_recorded: MakeRecorded, how: str) -> None:
    made, recorder = make_recorded(runs("return 'x'\n"))
    folder = made.home if how == "of the person" else made.project
    off = {"permissions": {"deny": ["Workflow"]}} if how == "deny" else {"disableWorkflows": True}
    if how != "environment":
        place = folder / ".claude" / ("settings.local.json" if "local" in how else "settings.json")
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(off))
    env = {"CLAUDE_CODE_DISABLE_WORKFLOWS": "1"} if how == "environment" else {}
    run = made.claude("-p", "go", env=env, script={"main": main()}, check=False)
    assert "Workflow" not in run.of()[0].tools
    assert "No such tool available: Workflow" in last_text(run.of()[1])
    assert recorder.events("PreToolUse", tool_name="Workflow") == []


# --- answers by a schema ---------------------------------------------------------------------------------------


def test_an_answer_is_seen_before_it_is_checked_and_may_be_refused_or_replaced(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    made, recorder = make_recorded(
        runs(SCHEMA + f"return await {spawn('one', schema='S')}\n"),
        answer(
            "PreToolUse",
            specific("PreToolUse", permissionDecision="deny", permissionDecisionReason="Planweir [verdict]: no."),
            **{"tool_name": "^StructuredOutput$", "tool_input.verdict": "pass"},
        ),
        answer(
            "PreToolUse",
            specific("PreToolUse", permissionDecision="allow", updatedInput={"verdict": "fail", "n": 7}),
            tool_name="^StructuredOutput$",
        ),
        # held after its answer was taken: to no effect
        answer("SubagentStop", {"decision": "block", "reason": "Not yet."}, stop_hook_active="false"),
    )
    steps = [{"say": "no answer"}, structured(verdict="pass"), structured(verdict="neither"), {"say": "never"}]
    run = made.claude("-p", "go", script={"main": main(), "agent: one": steps}, check=False)
    given = [event["tool_input"] for event in recorder.events("PreToolUse", tool_name="StructuredOutput")]
    assert given == [{"verdict": "pass"}, {"verdict": "neither"}]
    (post,) = recorder.events("PostToolUse", tool_name="StructuredOutput")
    assert (post["tool_input"], post["tool_response"]) == (
        {"verdict": "fail", "n": 7},
        "Structured output provided successfully",
    )
    (told,) = ends(recorder)
    assert tag(told, "result") == '{"verdict":"fail","n":7}'
    # who answers in words alone is told to use the tool; our own hold goes with it
    asked = run.of("agent: one")
    assert len(asked) == 3
    assert "Planweir [verdict]: no." in last_text(asked[2])
    stops = [event.get("last_assistant_message") for event in recorder.events("SubagentStop")]
    assert stops == ["no answer", None]
    keep(made, recorder, "workflow-answer")


def test_a_script_goes_on_when_an_agent_dies_reaches_its_limit_or_never_answers(
    make_recorded: MakeRecorded, keep: Keep
) -> None:
    tried = "".join(
        f"try {{ got.{name} = await {spawn(name, **options)} }} catch (problem) {{ got.{name} = String(problem) }}\n"
        for name, options in {
            "dies": {},
            "limit": {"agentType": "'planweir:short'"},
            "limited": {"agentType": "'planweir:short'", "schema": "S"},
            "silent": {"schema": "S"},
        }.items()
    )
    made, recorder = make_recorded(runs(SCHEMA + "const got = {}\n" + tried + "return got\n"))
    turns = [bash("echo 1"), bash("echo 2"), bash("echo 3")]
    script = {
        "main": main(),
        "agent: dies": [bash("echo 1"), {"api_error": 400}],
        "agent: limit": turns,
        "agent: limited": turns,
        "agent: silent": [{"say": "words"}] * 9,
    }
    run = made.claude("-p", "go", script=script, check=False)
    (told,) = ends(recorder)
    got = json.loads(str(tag(told, "result")))
    assert (got["dies"], got["limit"]) == (None, "")
    for name in ("limited", "silent"):
        assert "completed without calling StructuredOutput" in got[name]
    assert run.api is not None
    names_of = {agent_id: name.removeprefix("agent: ") for name, agent_id in run.api.agents.items()}
    assert [names_of[event["agent_id"]] for event in recorder.events("StopFailure")] == ["dies"]
    assert {names_of[event["agent_id"]] for event in recorder.events("SubagentStop")} == {"silent"}
    keep(made, recorder, "workflow-ends")


# --- stops -----------------------------------------------------------------------------------------------------


def test_task_stop_ends_a_script_without_a_notification(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded(runs(f"return await {spawn('one')}\n"))

    def stop(_turn: Any) -> dict[str, Any]:
        if not [event for event in recorder.events("PostToolUse", tool_name="Bash") if "agent_id" in event]:
            return {**bash("echo not yet"), "stay": True}
        (post,) = recorder.events("PostToolUse", tool_name="Workflow")
        return {"call": {"tool": "TaskStop", "input": {"task_id": post["tool_response"]["taskId"]}}}

    steps = [load("TaskStop"), STARTS, stop, {"say": "stopped"}]
    made.claude("-p", "go", script={"main": steps, "agent: one": NEVER_ENDS}, check=False)
    (post,) = recorder.events("PostToolUse", tool_name="TaskStop")
    (launched,) = recorder.events("PostToolUse", tool_name="Workflow")
    assert post["tool_response"]["task_id"] == launched["tool_response"]["taskId"]
    assert post["tool_response"]["task_type"] == "local_workflow"
    assert recorder.events("SubagentStop") == []
    assert ends(recorder) == []
    assert [event["background_tasks"] for event in recorder.events("Stop")] == [[]]
    keep(made, recorder, "workflow-task-stop")


def test_a_script_that_a_person_stops_is_told_by_no_event(make_recorded: MakeRecorded, keep: Keep) -> None:
    """The next Stop lists it no more, and that is all. Ctrl+X Ctrl+K, which stops agents, leaves it running."""
    made, recorder = make_recorded(runs(f"return await {spawn('one')}\n"))
    steps = [STARTS, {"say": "waiting"}, {"say": "still there"}, {"say": "gone now"}]
    with made.terminal(script={"main": steps, "agent: one": NEVER_ENDS}, mode="acceptEdits", check=False) as terminal:
        terminal.type("go")
        wait_until(lambda: at_work(recorder), 20, "the agent at work")
        terminal.keys("C-x", "C-k", "C-x", "C-k")
        terminal.type("is it there?")
        terminal.expect("still there")
        wait_until(lambda: len(recorder.events("Stop")) == 2, 10, "the second Stop")
        terminal.type("/workflows")
        terminal.answer("x (?:to )?stop workflow", "x")
        terminal.answer("Esc to close|esc back", "Escape")
        seen = len(recorder.events())
        terminal.type("and now?")
        terminal.expect("gone now")
        wait_until(lambda: len(recorder.events("Stop")) == 3, 10, "the third Stop")
        told = last_text(terminal.run.of()[-1])
    assert [len(event["background_tasks"]) for event in recorder.events("Stop")] == [1, 1, 0]
    assert names(recorder.events()[seen:]) == ["UserPromptSubmit", "Stop"]
    # the model is told all the same, with how to resume the run; by an older client not even that
    for words in ("<status>killed</status>", "was stopped by the user", "resumeFromRunId"):
        assert (words in told) is clients.stopped_scripts_are_told()
    keep(made, recorder, "workflow-stopped-by-person")


def test_a_killed_client_takes_its_script_with_it(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded(runs(f"return await {spawn('one')}\n"))
    run = made.start("-p", "go", script={"main": main(), "agent: one": NEVER_ENDS})
    wait_until(lambda: at_work(recorder), 20, "the agent at work")
    run.kill()
    again = made.claude("-p", "again", "--resume", run.session_id, script={"main": [{"say": "resumed"}]})
    assert again.stdout == "resumed\n"
    # no event tells of the script's end; the model is told, with how to resume the run
    assert len(recorder.events("UserPromptSubmit")) == 2
    (ended,) = clients.in_transcript(recorder.events("Stop")[-1]["transcript_path"])
    assert tag(ended, "status") == "stopped"
    assert "resumeFromRunId" in ended
    assert recorder.events("Stop")[-1]["background_tasks"] == []
    assert [event["source"] for event in recorder.events("SessionStart")] == ["startup", "resume"]
    assert again.actors == ["main"]
    keep(made, recorder, "workflow-killed")


# --- while it runs ---------------------------------------------------------------------------------------------


def test_agents_of_a_script_have_the_sessions_mode_and_its_dialogs(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded(runs(f"return await {spawn('one')}\n"))
    write = {"call": {"tool": "Write", "input": {"file_path": "new.txt", "content": "x"}}}
    with made.terminal(script={"main": main(), "agent: one": [write, {"say": "DONE"}]}, mode="default") as terminal:
        terminal.type("go")
        terminal.answer("Do you want to create new.txt")
        terminal.expect("woken")
    (asked,) = recorder.events("PermissionRequest")
    assert (asked["tool_name"], asked["permission_mode"]) == ("Write", "default")
    assert "agent_id" in asked
    assert (made.project / "new.txt").exists()
    keep(made, recorder, "workflow-dialog")


def meets(others: threading.Barrier) -> Callable[[Turn], None]:
    """A step that waits until so many agents are there; they do not come where fewer may run at once."""

    def wait(_turn: Turn) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            others.wait(60)

    return wait


def test_how_many_agents_run_at_once(make_recorded: MakeRecorded) -> None:
    """The first of those that start together is answered once before the others start."""
    body = "await parallel(['a', 'b', 'c', 'd'].map(n => () => agent(n, {agentType: 'planweir:implementer'})))\n"
    for most in (1, 4):
        made, recorder = make_recorded(runs(body))
        together = threading.Barrier(most if clients.scripts_take_a_limit() else 1)
        agents = {f"agent: {name}": [bash("echo 1"), meets(together), {"say": "DONE"}] for name in "abcd"}
        env = {"CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS": str(most)}
        made.claude("-p", "go", env=env, script={"main": main(), **agents})
        running, peak = 0, 0
        for name in names(recorder.events()):
            running += {"SubagentStart": 1, "SubagentStop": -1}.get(name, 0)
            peak = max(peak, running)
        if clients.scripts_take_a_limit():
            assert peak == most


def test_a_compaction_leaves_a_script_running(make_recorded: MakeRecorded, keep: Keep) -> None:
    made, recorder = make_recorded(runs(f"return await {spawn('one')}\n"))
    at_work = Latch()
    script = {"main": main(), "agent: one": [at_work, {"say": "DONE"}]}
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
    (told,) = ends(recorder)
    assert tag(told, "result") == '"DONE"'
    keep(made, recorder, "workflow-compact")
