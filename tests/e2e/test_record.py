"""`task-planner record` makes a recording of a run in the real client, and played through the hooks it comes to the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.plans import kinds
from tests.e2e.test_client_player import cut, with_client
from tests.e2e.world import REPOSITORY, World

from planweir.play.hooks_player import Player
from planweir.play.recording import BadRecording, from_json, load
from planweir.play.stage import Stage

MakeWorld = Callable[..., World]


def record(made: World, *options: str) -> tuple[int, str]:
    return made.run(str(REPOSITORY / "bin" / "task-planner"), "record", *options)


@pytest.fixture
def ran(make_world: MakeWorld) -> World:
    """A plan that was carried out in the real client, over a session that was killed, and ended."""
    from tests.e2e.notes import plan

    made = make_world({"plan.md": plan("T1", "T2"), "run.sh": "#!/bin/sh\n", "big.txt": "x" * 300_000})
    with_client(made, cut())
    return made


def test_a_recorded_run_plays_to_the_same_journal(ran: World, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    status, said = record(ran, "-o", str(path))
    assert status == 0, said
    assert "THIS FILE HOLDS YOUR CODE AND WORDS" in said
    assert "Files left out: big.txt (300,000 bytes)" in said
    recording = load(str(path))
    main = recording.actors["main"]
    assert [step.type or ("resume" if step.resume else "") for step in main if step.type or step.resume] == [
        "/implement-plan plan.md --yes",
        "resume",
        "/implement-plan",
        "/task-planner --complete",
    ]
    assert str(ran.project) not in path.read_text()
    stage = Stage("app", str(tmp_path), pytest.fail, recording)
    player = Player(stage.host, recording)
    player.play()
    assert player.counts["cut"] == 1
    played = _Played(stage.project, tmp_path / "planweir")
    for task in ("T1", "T2"):
        assert kinds(played, task) == kinds(ran, task)  # type: ignore[arg-type]


class _Played:
    """As much of a world as reading a journal needs."""

    def __init__(self, project: str, home: Path) -> None:
        self.project = Path(project)
        self.planweir_home = home


def test_a_redacted_recording_shows_who_did_what_and_holds_no_contents(ran: World, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    status, said = record(ran, "-o", str(path), "--redact")
    assert status == 0, said
    text = path.read_text()
    assert "echo T1" not in text.replace("echo T1 (", "")
    assert "Changed: one.txt" not in text
    obj = json.loads(text)
    assert "files" not in obj
    assert obj["actors"]["main"][1]["calls"][0]["input"]["content"] == "(3 bytes)"
    assert obj["actors"]["main"][1]["expect"] == {"denied": "main-thread-edits"}
    with pytest.raises(BadRecording, match="for reading"):
        from_json(obj)


def test_where_there_was_no_run_it_says_so(make_world: MakeWorld) -> None:
    made = make_world({"plan.md": "no plan\n"})
    assert record(made) == (1, "No recording was made: no plan is open here, and none has ended.\n")
    assert record(made, "--plan", "2020") == (1, "No recording was made: no plan 2020 is kept here.\n")


def test_where_the_transcripts_are_gone_it_says_which(ran: World, tmp_path: Path) -> None:
    status, said = record(ran, "--transcripts", str(tmp_path))
    assert status == 1
    assert re.search(r"the transcript of T[12] implementer 1 \(agent a", said)  # whichever was bound first
    assert f"is not in {tmp_path}/projects any more" in said
