from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.play import recording
from planweir.play.recording import BadRecording, Call, Expect, Json, Recording, Step

text = st.text(max_size=20)
expects = st.builds(Expect, denied=st.none() | text, held=st.booleans(), passes=st.booleans(), fails=st.booleans())
calls = st.builds(Call, tool=st.text(min_size=1, max_size=8), input=st.dictionaries(text, text, max_size=3))
others = st.just("") | st.just("main")
spoken = st.builds(Step, say=text, note=text, after=others, expect=expects)
made = st.builds(
    Step, calls=st.lists(calls, min_size=1, max_size=3).map(tuple), note=text, after=others, expect=expects
)
followed = st.builds(Step, follow=st.just(True), note=text, expect=expects)
typed = st.builds(Step, type=text, note=text, expect=st.builds(Expect, told=text))
persons = st.builds(Step, resume=st.just(True), note=text) | st.builds(Step, cut=st.just(True), note=text) | typed
recordings = st.builds(
    Recording,
    title=text,
    plan=text,
    actors=st.fixed_dictionaries(
        {"main": st.lists(spoken | made | followed | persons, max_size=6).map(tuple)},
        optional={"T1 implementer 1": st.lists(spoken | made, max_size=4).map(tuple)},
    ),
)


@given(recordings)
def test_a_recording_is_read_back_as_it_was_written(given_recording: Recording) -> None:
    written = json.loads(json.dumps(recording.to_json(given_recording)))
    assert recording.from_json(written) == given_recording


def step(obj: Json) -> Step:
    return recording.step_from_json(obj)


def test_call_is_short_for_one_call() -> None:
    assert step({"call": {"tool": "Bash", "input": {"command": "ls"}}}).calls == (
        Call("Bash", {"command": "ls"}),
    )


@pytest.mark.parametrize(
    ("obj", "says"),
    [
        ({}, "exactly one"),
        ({"say": "x", "follow": True}, "exactly one"),
        ({"calls": []}, "at least one"),
        ({"call": {"input": {}}}, "name of its tool"),
        ({"call": {"tool": "Bash", "input": []}}, "input of Bash"),
        ({"say": "x", "expects": {}}, "unknown expects"),
        ({"say": "x", "expect": {"held": False}}, "held is true or left out"),
        ({"say": 3}, "must be text"),
        ({"cut": False}, "cut is true"),
        ({"say": "x", "expect": {"told": "y"}}, "told is for what a person types"),
        ({"type": "/implement-plan"}, "type is for main only"),
        ({"resume": True}, "resume is for main only"),
        ("x", "must be an object"),
    ],
)
def test_a_bad_step_is_refused_with_its_place(obj: Json, says: str) -> None:
    with pytest.raises(BadRecording, match=says) as refused:
        recording.step_from_json(obj, "T1 implementer 1", 4)
    assert "T1 implementer 1, step 4" in str(refused.value)


def test_only_the_main_thread_follows() -> None:
    with pytest.raises(BadRecording, match="main only"):
        recording.step_from_json({"follow": True}, "T1 implementer 1")


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([{"cut": True}, {"say": "x"}], "does nothing after a cut"),
        ([{"say": "x", "after": "T2 implementer 1"}], "'T2 implementer 1', and that is no actor"),
    ],
)
def test_steps_that_no_player_could_play_are_refused(steps: Json, says: str) -> None:
    with pytest.raises(BadRecording, match=says):
        recording.from_json({"format": 1, "actors": {"main": [], "T1 implementer 1": steps}})


def test_another_format_is_refused() -> None:
    with pytest.raises(BadRecording, match="knows 1"):
        recording.from_json({"format": 2, "actors": {}})


def test_a_file_that_is_not_json_is_refused_by_name(tmp_path: Path) -> None:
    bad = tmp_path / "run.json"
    bad.write_text("{")
    with pytest.raises(BadRecording, match=r"run\.json: not JSON"):
        recording.load(str(bad))


def test_an_actor_is_named_by_the_first_line_of_its_brief() -> None:
    brief = "**Task ID:** T10a | role: task-reviewer | attempt: 2\n\nJudge it."
    assert recording.actor_of(brief) == "T10a task-reviewer 2"
    assert recording.actor_of("please do **Task ID:** T1 | role: implementer | attempt: 1 now") is None
    assert recording.actor_of("**Task ID:** T1") is None


def test_inputs_are_filled_for_the_project_that_plays_them() -> None:
    ids = {"T1 implementer 1": "a123"}
    filled = recording.fill(
        {"file_path": "src/a.py", "content": "in ${project}", "list": ["${agent:T1 implementer 1}"], "n": 1},
        "/home/dev/app",
        ids.__getitem__,
    )
    assert filled == {
        "file_path": "/home/dev/app/src/a.py",
        "content": "in /home/dev/app",
        "list": ["a123"],
        "n": 1,
    }
    assert recording.fill({"file_path": "/etc/x"}, "/p", str)["file_path"] == "/etc/x"
