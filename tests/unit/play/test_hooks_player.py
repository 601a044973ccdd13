"""The player obeys hooks as the client does, and says where a recording and a run disagree.

The plugin here is a small one of shell scripts, so that these tests need nothing of ours but the player.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from planweir.play.hooks_player import Player
from planweir.play.host import Host
from planweir.play.recording import Json, from_json
from planweir.play.seen import Disagreement, Seen

# Denies a Bash command that says "forbidden"; gives an Agent call its brief; holds who ends with "NOT YET"; notes every event.
HOOK = r"""#!/bin/sh
input=$(cat)
printf '%s\n' "$input" >>"$CLAUDE_PLUGIN_DATA.events"
case $input in
*'"hook_event_name": "PreToolUse"'*forbidden*)
    printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Planweir [a-rule]: no."}}' ;;
*'"hook_event_name": "PreToolUse"'*'"tool_name": "Agent"'*)
    printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{"subagent_type":"planweir:implementer","prompt":"**Task ID:** T1 | role: implementer | attempt: 1"}}}' ;;
*'Stop"'*'"last_assistant_message": "NOT YET'*)
    printf '{"decision":"block","reason":"Planweir: go on."}' ;;
*'"hook_event_name": "SessionStart"'*)
    echo 'export FROM_START="a b"' >>"$CLAUDE_ENV_FILE" ;;
esac
"""
NEXT = '#!/bin/sh\ncat "$PLAY_NEXT"\n'
SPAWN: dict[str, Json] = {"tool": "Agent", "input": {"subagent_type": "planweir:implementer", "prompt": "**Task ID:** T1"}}


class Play:
    """A project, the small plugin, and what was seen of a recording of the given actors."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[Seen] = []
        self.project = folder / "app"
        self.project.mkdir()
        self.plugin = plugin = folder / "plugin"
        (plugin / "hooks").mkdir(parents=True)
        (plugin / "bin").mkdir()
        script = plugin / "hooks" / "hook.sh"
        script.write_text(HOOK)
        (plugin / "bin" / "task-planner").write_text(NEXT)
        (plugin / "bin" / "task-planner").chmod(0o755)
        row: Json = [{"hooks": [{"type": "command", "command": "/bin/sh", "args": ["${CLAUDE_PLUGIN_ROOT}/hooks/hook.sh"]}]}]
        events = ("PreToolUse", "PostToolUse", "PostToolUseFailure", "Stop", "SubagentStart", "SubagentStop", "SessionStart")
        (plugin / "hooks" / "hooks.json").write_text(json.dumps({"hooks": dict.fromkeys(events, row)}))
        self.answers = folder / "next.json"
        self._events = folder / "client" / "plugins" / "data" / "planweir.events"
        self._events.parent.mkdir(parents=True)
        env = {**os.environ, "PLAY_NEXT": str(self.answers)}
        self.host = Host(str(plugin), str(self.project), str(folder / "client"), env)

    def play(self, main: list[Json], background: bool = False, **agents: list[Json]) -> Player:
        actors: dict[str, Json] = {"main": main, **{name.replace("_", " "): steps for name, steps in agents.items()}}
        recording = from_json({"format": 1, "title": "t", "plan": "p.md", "actors": actors})
        player = Player(self.host, recording, self.seen.append, background=background)
        self.host.start_session()
        player.type("carry on")
        player.finish()
        return player

    def events(self, kind: str) -> list[dict[str, Json]]:
        rows = [json.loads(line) for line in self._events.read_text().splitlines()]
        return [row for row in rows if row["hook_event_name"] == kind]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path)


def bash(command: str, **more: Json) -> dict[str, Json]:
    return {"call": {"tool": "Bash", "input": {"command": command}}, **more}


END: Json = {"say": "Done."}


# --- what is played ------------------------------------------------------------------------------------------------


def test_calls_really_run_and_the_hooks_hear_how_they_ended(play: Play) -> None:
    write: Json = {"call": {"tool": "Write", "input": {"file_path": "a/b.txt", "content": "one\n"}}}
    edit: Json = {"call": {"tool": "Edit", "input": {"file_path": "a/b.txt", "old_string": "one", "new_string": "two"}}}
    play.play([write, edit, bash("cat a/b.txt"), bash("echo out; echo err >&2; exit 3", expect={"fails": True}), END])
    assert (play.project / "a" / "b.txt").read_text() == "two\n"
    *_, last = play.events("PostToolUse")
    assert isinstance(last["tool_response"], dict)
    assert last["tool_response"]["stdout"] == "two"
    (failed,) = play.events("PostToolUseFailure")
    assert failed["error"] == "Exit code 3\nout\nerr"


def test_what_session_start_leaves_reaches_bash_and_what_hooks_have_does_not(play: Play) -> None:
    play.play([bash('test "$FROM_START" = "a b" && test -z "$CLAUDE_PLUGIN_ROOT" && test -n "$CLAUDECODE"', expect={"passes": True}), END])


def test_a_denied_call_does_not_run(play: Play) -> None:
    player = play.play([bash("touch forbidden", expect={"denied": "a-rule"}), END])
    assert not (play.project / "forbidden").exists()
    assert player.counts["denied"] == 1


def test_who_is_held_goes_on_with_the_next_step(play: Play) -> None:
    player = play.play([{"say": "NOT YET", "expect": {"held": True}}, END])
    assert [row["stop_hook_active"] for row in play.events("Stop")] == [False, True]
    assert player.counts["held"] == 1


def test_an_agent_is_found_by_its_brief_and_its_calls_carry_its_id(play: Play) -> None:
    play.play([{"call": SPAWN}, END], T1_implementer_1=[bash("echo hi"), {"say": "NOT YET", "expect": {"held": True}}, {"say": "DONE"}])
    start, *_ = play.events("SubagentStart")
    calls = [row for row in play.events("PreToolUse") if row["tool_name"] == "Bash"]
    assert [row["agent_id"] for row in calls] == [start["agent_id"]]
    assert [row["last_assistant_message"] for row in play.events("SubagentStop")] == ["NOT YET", "DONE"]
    returned = play.events("PostToolUse")[-1]
    assert isinstance(returned["tool_response"], dict)
    assert (returned["tool_response"]["status"], returned["tool_response"]["agentId"]) == ("completed", start["agent_id"])


def test_an_agents_transcript_begins_with_its_brief_and_names_the_call_beside_it(play: Play) -> None:
    play.play([{"call": SPAWN}, END], T1_implementer_1=[{"say": "DONE"}])
    (stop,) = play.events("SubagentStop")
    path = Path(str(stop["agent_transcript_path"]))
    first = json.loads(path.read_text().splitlines()[0])
    assert first["message"]["content"] == "**Task ID:** T1 | role: implementer | attempt: 1"
    meta = json.loads(path.with_suffix(".meta.json").read_text())
    (spawn,) = play.events("PreToolUse")
    assert meta["toolUseId"] == spawn["tool_use_id"]


def test_in_the_background_the_turn_ends_while_the_agent_runs(play: Play) -> None:
    play.answers.write_text(json.dumps({"step": "person", "calls": [], "say": "A person decides."}))
    play.play([{"call": SPAWN}, {"follow": True}], background=True, T1_implementer_1=[{"say": "DONE"}])
    launched = play.events("PostToolUse")[0]
    assert isinstance(launched["tool_response"], dict)
    assert launched["tool_response"]["status"] == "async_launched"


def test_where_next_leaves_a_choice_the_recording_has_made_it(play: Play) -> None:
    other: Json = {"tool": "Agent", "input": {"subagent_type": "planweir:implementer", "prompt": "**Task ID:** T0"}}
    play.answers.write_text(json.dumps({"step": "choose", "calls": [other, SPAWN], "say": "Choose."}))
    done = json.dumps({"step": "done", "calls": [], "say": "All is done."})
    play.play([{"follow": True}], T1_implementer_1=[bash(f"echo '{done}' >$PLAY_NEXT"), {"say": "DONE"}])
    spawns = [row for row in play.events("PreToolUse") if row["tool_name"] == "Agent"]
    assert [row["tool_input"] for row in spawns] == [SPAWN["input"]]


# --- the person's part, and a client that is killed ----------------------------------------------------------------


def whole(play: Play, main: list[Json], background: bool = False, **agents: list[Json]) -> Player:
    """Play a recording that has the person's part in it."""
    actors: dict[str, Json] = {"main": main, **{name.replace("_", " "): steps for name, steps in agents.items()}}
    recording = from_json({"format": 1, "title": "t", "plan": "p.md", "actors": actors})
    player = Player(play.host, recording, play.seen.append, background=background)
    player.play()
    return player


def test_a_person_types_where_the_recording_says_so(play: Play) -> None:
    whole(play, [{"type": "begin", "note": "They begin."}, bash("true"), END, {"type": "go on"}, END])
    assert [(one.text, one.note) for one in play.seen if one.kind == "typed"] == [("begin", "They begin."), ("go on", "")]
    assert [row["source"] for row in play.events("SessionStart")] == ["startup"]


@pytest.mark.parametrize("background", [False, True])
def test_a_cut_ends_everything_without_a_hook_and_the_same_session_is_resumed(play: Play, background: bool) -> None:
    play.answers.write_text(json.dumps({"step": "wait", "calls": [], "say": "Wait for T1."}))
    pid = 'echo "$CLAUDE_PID" >>pids'
    waits: list[Json] = [{"follow": True}] if background else []
    player = whole(
        play,
        [{"type": "begin"}, bash(pid), {"call": SPAWN}, *waits, {"resume": True}, {"type": "again"}, bash(pid), END],
        background,
        T1_implementer_1=[bash("touch half"), {"cut": True, "note": "the power goes"}],
    )
    assert (play.project / "half").exists()
    assert play.events("SubagentStop") == []
    first, second = (play.project / "pids").read_text().split()
    assert first != second
    assert not Path(f"/proc/{first}").exists()
    starts = play.events("SessionStart")
    assert [row["source"] for row in starts] == ["startup", "resume"]
    assert len({row["session_id"] for row in starts}) == 1
    assert [one.kind for one in play.seen if one.kind in ("cut", "resumed")] == ["cut", "resumed"]
    assert player.counts["cut"] == 1


SECOND: dict[str, Json] = {"tool": "Agent", "input": {"prompt": "**Task ID:** T2 | role: implementer | attempt: 1"}}


@pytest.fixture
def two(play: Play) -> Play:
    """The small plugin gives T1 its brief and lets the prompt of another agent be."""
    script = play.plugin / "hooks" / "hook.sh"
    text = script.read_text().replace("*'\"tool_name\": \"Agent\"'*)", "*'\"tool_name\": \"Agent\"'*'** T1\"'*)")
    script.write_text(text)
    return play


def test_a_step_comes_after_the_end_of_the_actor_that_it_names(two: Play) -> None:
    whole(
        two,
        [{"type": "begin"}, {"calls": [SPAWN, SECOND]}, END],
        T1_implementer_1=[bash("echo one >>order", after="T2 implementer 1"), {"say": "DONE"}],
        T2_implementer_1=[bash("sleep 0.2; echo two >>order"), {"say": "DONE"}],
    )
    assert (two.project / "order").read_text() == "two\none\n"


def test_a_cut_stops_the_agents_beside_it_before_their_next_step(two: Play) -> None:
    until = "while kill -0 $CLAUDE_PID; do sleep 0.02; done"
    whole(
        two,
        [{"type": "begin"}, {"calls": [SPAWN, SECOND]}, {"resume": True}, {"type": "again"}, END],
        T1_implementer_1=[bash("true"), {"cut": True}],
        T2_implementer_1=[bash(until), bash("touch never"), {"say": "DONE"}],
    )
    assert not (two.project / "never").exists()
    assert two.events("SubagentStop") == []


def test_who_waits_for_an_actor_that_disagrees_does_not_hide_the_disagreement(two: Play) -> None:
    with pytest.raises(Disagreement, match=r"T2 implementer 1, step 1 .* expects it to pass"):
        whole(
            two,
            [{"type": "begin"}, {"calls": [SPAWN, SECOND]}, END],
            T1_implementer_1=[bash("true", after="T2 implementer 1"), {"say": "DONE"}],
            T2_implementer_1=[bash("false", expect={"passes": True}), {"say": "DONE"}],
        )


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([bash("true")], r"main, step 1: no turn runs, so a person types or resumes here \(Bash true\)"),
        ([{"type": "x"}, bash("true"), {"type": "y"}], r"main: the turn goes on, and step 3 is the person's \(types y\)"),
        ([{"type": "x"}, END, {"resume": True}], r"main, step 3: nothing has cut the session"),
        ([{"type": "x"}, END, {"cut": True}, {"type": "y"}], r"main, step 4: the session was cut, so a person resumes"),
        ([{"type": "x", "expect": {"told": "started"}}, END], r"main, step 1: the recording expects to be told 'started'"),
    ],
)  # fmt: skip
def test_a_persons_step_out_of_place_is_a_disagreement(play: Play, steps: list[Json], words: str) -> None:
    with pytest.raises(Disagreement, match=words):
        whole(play, steps)


def test_who_waits_for_an_actor_that_never_ends_is_told(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planweir.play.hooks_player.PATIENCE", 0.1)
    with pytest.raises(Disagreement, match="T1 implementer 1, step 1: it comes after the end of T2 implementer 1"):
        whole(
            play,
            [{"type": "begin"}, {"call": SPAWN}, END],
            T1_implementer_1=[bash("true", after="T2 implementer 1"), {"say": "DONE"}],
            T2_implementer_1=[{"say": "DONE"}],
        )


# --- where recording and run disagree ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([bash("true", expect={"denied": "a-rule"})], r"main, step 1 \(Bash true\): .* expects a denial by \[a-rule\]; it was let through"),
        ([bash("forbidden")], r"main, step 1 .* expects no denial; it was denied: Planweir \[a-rule\]: no\."),
        ([bash("forbidden", expect={"denied": "b-rule"})], r"expects \[b-rule\]; it was denied: Planweir \[a-rule\]"),
        ([bash("echo why; exit 1", expect={"passes": True})], r"expects it to pass; it failed: Exit code 1\nwhy"),
        ([bash("true", expect={"fails": True})], r"expects it to fail; it passed"),
        ([{"say": "Done.", "expect": {"held": True}}], r"main, step 1: .* expects it to be held; it was let go"),
        ([{"say": "NOT YET"}], r"main, step 1: .* expects it to end here; it was held: Planweir: go on\."),
        ([{"say": "NOT YET", "expect": {"held": True}}], r"the turn goes on, and the recording has no step 2"),
        ([END, bash("true")], r"main, step 2: the turn ended before it \(Bash true\)"),
        ([{"call": SPAWN}], r"an agent was started, T1 implementer 1, and the recording has no steps for it"),
        ([{"call": {"tool": "WebFetch", "input": {}}}], r"has no tool WebFetch"),
        ([bash("echo ${agent:T9 implementer 1}")], r"\$\{agent:T9 implementer 1\} .* no such agent was started"),
    ],
)  # fmt: skip
def test_a_disagreement_says_where_what_was_wanted_and_what_came(play: Play, steps: list[Json], words: str) -> None:
    with pytest.raises(Disagreement, match=words):
        play.play(steps)


def test_an_edit_that_finds_nothing_is_a_disagreement(play: Play) -> None:
    with pytest.raises(Disagreement, match=r"step 1 .*it failed: File does not exist"):
        play.play([{"call": {"tool": "Edit", "input": {"file_path": "x", "old_string": "a", "new_string": "b"}}}])


def test_agents_that_never_start_are_told(play: Play) -> None:
    with pytest.raises(Disagreement, match=r"never started.*T1 implementer 1"):
        play.play([END], T1_implementer_1=[{"say": "DONE"}])


def test_an_agent_that_starts_twice_is_told(play: Play) -> None:
    with pytest.raises(Disagreement, match="T1 implementer 1 was started a second time"):
        play.play([{"call": SPAWN}, {"call": SPAWN}, END], T1_implementer_1=[{"say": "DONE"}])


def test_an_agent_that_ends_before_its_last_step_is_told(play: Play) -> None:
    with pytest.raises(Disagreement, match="T1 implementer 1, step 1: it ended here, and the recording has 2 steps"):
        play.play([{"call": SPAWN}, END], T1_implementer_1=[{"say": "DONE"}, {"say": "DONE"}])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("nonsense", "printed no JSON object: 'nonsense'"),
        ('{"step": "wait", "calls": [], "say": "Wait for T1."}', "next waits, and nothing runs: Wait for T1"),
        ('{"step": "gate", "calls": [{"tool": "Bash", "input": {"command": "true"}}], "say": "x"}', "same again and again"),
        ('{"step": "gate", "calls": [{"tool": "Bash", "input": {"command": "forbidden"}}], "say": "x"}', "printed by next and denied"),
        ('{"step": "choose", "calls": [], "say": "Choose."}', "no implementer left for any task that may be chosen"),
    ],
)  # fmt: skip
def test_following_next_ends_where_next_leads_nowhere(play: Play, answer: str, words: str) -> None:
    play.answers.write_text(answer)
    with pytest.raises(Disagreement, match=words):
        play.play([{"follow": True}])
