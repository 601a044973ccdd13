"""Our own files, changed by another hand in every way: what notices, how soon, and that nothing is decided from a forgery."""

from __future__ import annotations

import json
import os
import shutil
from binascii import crc32
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import HELLO, Stage

from planweir.journal.store import Journal

FILES = ("guard", "state", "plan", "rendered_copy")
Change = Callable[[Path], None]


def gone(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("x")


def link(path: Path) -> None:
    target = path.with_name(path.name + ".elsewhere")
    shutil.move(path, target)
    path.symlink_to(target)


def words(content: str) -> Change:
    def write(path: Path) -> None:
        path.unlink()
        path.write_text(content)

    return write


def cut(path: Path) -> None:
    data = path.read_bytes()
    words(data[: len(data) // 2].decode())(path)


def forged(path: Path) -> None:
    """Valid JSON of the right shape that says something else, with its own checksum where it has one."""
    body, mark, _tail = path.read_bytes().partition(b"\n#")
    value = json.loads(body)
    if path.name == "guard.json":
        value |= {"status": "paused", "agents": {"a-forger": {"task": "T1", "role": "implementer", "attempt": 1}}, "guarded": []}
    elif path.name == "state.json":
        value["plan"]["status"] = "paused"
        value["tasks"]["T1"]["status"] = "completed"
    elif path.name == "plan.json":
        value["tasks"] = []
    else:
        value["tasks"] = {}
    data = json.dumps(value).encode()
    words((data + (b"\n#%08x" % crc32(data) if mark else b"")).decode())(path)


CHANGES: dict[str, Change] = {
    "gone": gone, "a folder": folder, "a link": link, "emptied": words(""), "garbage": words("\x01\x02{"), "an empty object": words("{}"),
    "cut in half": cut, "forged": forged,
}  # fmt: skip


def path_of(stage: Stage, name: str) -> Path:
    return Path(str(getattr(stage.places, name)))


def incidents(stage: Stage) -> list[str]:
    return [str(event["what"]) for event in stage.events("incident")]


@pytest.fixture
def tended(working: tuple[Stage, str]) -> tuple[Stage, str]:
    """T1's implementer works, and our files were found well."""
    stage, agent = working
    stage.main_stop([agent])
    assert incidents(stage) == []
    return stage, agent


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_written_again_and_journaled_once_by_the_turns_end(tended: tuple[Stage, str], name: str, how: str) -> None:
    stage, agent = tended
    path = path_of(stage, name)
    CHANGES[how](path)
    stage.main_stop([agent])
    assert stage.state()["plan"]["status"] == "open"
    assert stage.state()["tasks"]["T1"]["status"] == "in_progress"
    told = incidents(stage)
    assert len(told) == 1
    assert told[0].startswith(str(path))
    if (name, how) != ("rendered_copy", "a folder"):  # it may hold what is the person's
        assert path.is_file()
        assert not path.is_symlink()
    stage.main_stop([agent])
    assert incidents(stage) == told


@pytest.mark.parametrize("how", [how for how in CHANGES if how != "a link"])  # whose content is ours
def test_the_very_next_call_is_not_decided_from_a_changed_guard(tended: tuple[Stage, str], how: str) -> None:
    stage, agent = tended
    CHANGES[how](path_of(stage, "guard"))
    assert stage.edit("src/hello.py").denied == "main-thread-edits"
    assert len(incidents(stage)) == 1
    CHANGES[how](path_of(stage, "guard"))
    stage.agents["a-forger"] = "planweir:implementer"
    assert stage.edit("src/hello.py", "a-forger").decision == "deny"
    assert stage.edit("src/hello.py", agent).decision == "allow"
    assert len(incidents(stage)) == 2


def test_a_guard_whose_time_was_forged_too_holds_until_the_next_end_of_an_agent(tended: tuple[Stage, str]) -> None:
    """The limit of a look that costs two stats; who does this is no misled agent."""
    stage, agent = tended
    path = path_of(stage, "guard")
    before = os.stat(path).st_mtime_ns
    value = json.loads(path.read_text())
    path.write_text(json.dumps({**value, "status": "paused"}))
    os.utime(path, ns=(before, before))
    assert stage.edit("src/hello.py").passes
    stage.stop(agent, "nothing")
    assert "guard.json" in incidents(stage)[0]
    assert stage.edit("src/hello.py").denied == "main-thread-edits"


def test_a_copy_that_was_made_writable_is_noticed(tended: tuple[Stage, str]) -> None:
    stage, agent = tended
    path_of(stage, "rendered_copy").chmod(0o644)
    stage.main_stop([agent])
    assert len(incidents(stage)) == 1
    assert path_of(stage, "rendered_copy").stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("name", ["journal", "lock"])
def test_a_permission_that_was_taken_is_given_back(tended: tuple[Stage, str], name: str) -> None:
    stage, agent = tended
    path_of(stage, name).chmod(0o400)
    stage.main_stop([agent])
    assert "could not be written (mode 400)" in incidents(stage)[0]
    assert path_of(stage, name).stat().st_mode & 0o600 == 0o600


def test_the_excluded_line_comes_back(tended: tuple[Stage, str]) -> None:
    stage, agent = tended
    path = stage.project / ".git/info/exclude"
    path.write_text("")
    stage.main_stop([agent])
    assert "active_task_graph.json was gone from" in incidents(stage)[0]
    assert "active_task_graph.json" in path.read_text()


def test_a_plan_document_that_changes_is_told_once_and_changes_nothing(tended: tuple[Stage, str]) -> None:
    stage, agent = tended
    document = stage.project / "docs/plan.md"
    document.write_text(document.read_text().replace("- Verify: `sh checks/hello.sh`\n", ""))
    stage.main_stop([agent])
    stage.main_stop([agent])
    (told,) = incidents(stage)
    assert "docs/plan.md was changed; the run goes on with the graph that was frozen" in told
    document.unlink()
    stage.main_stop([agent])
    assert "is gone" in incidents(stage)[-1]
    assert stage.state()["graph"]["tasks"][0]["verify"] == ["sh checks/hello.sh"]


def test_the_incident_names_the_calls_since_the_last_good_look(tended: tuple[Stage, str]) -> None:
    stage, agent = tended
    stage.wrote(agent, "Bash", {"command": "python3 -c 'tidy()'"}, "ok")
    transcript = Path(stage.transcript()[: -len(".jsonl")]) / "subagents" / f"agent-{agent}.jsonl"
    rows = [json.loads(line) for line in transcript.read_text().splitlines()]
    transcript.write_text("".join(json.dumps({**row, "timestamp": "2099-01-01T00:00:00.000Z"}) + "\n" for row in rows))
    gone(path_of(stage, "plan"))
    stage.main_stop([agent])
    (event,) = stage.events("incident")
    assert event["calls"] == ["T1 implementer Bash: python3 -c 'tidy()'"]
    assert "calls since the last good look: T1 implementer Bash: python3 -c 'tidy()'" in str(event["what"])


def test_a_process_that_was_killed_between_two_writes_is_no_incident(tended: tuple[Stage, str]) -> None:
    stage, agent = tended
    guard = path_of(stage, "guard")
    kept, when = guard.read_bytes(), guard.stat().st_mtime_ns
    plan = path_of(stage, "plan").read_bytes()
    Journal(stage.places).record({"kind": "note", "what": "written"})
    guard.write_bytes(kept)
    os.utime(guard, ns=(when, when))
    path_of(stage, "plan").write_bytes(plan)
    stage.main_stop([agent])
    assert incidents(stage) == []


def test_a_damaged_journal_denies_every_guarded_call_and_says_what_a_person_does(
    tended: tuple[Stage, str], sound: list[str]
) -> None:
    sound.append("line 2 is damaged")
    stage, agent = tended
    rows = Path(stage.places.journal).read_bytes().split(b"\n")
    Path(stage.places.journal).write_bytes(b"\n".join([*rows[:1], b"garbage", *rows[2:]]))
    for reply in (stage.edit("src/hello.py", agent), stage.pre("Bash", {"command": "ls"}), stage.ask("T2")):
        assert reply.denied == "undecided"
        assert "/task-planner doctor --repair" in reply.reason
    assert "--repair" in stage.send("SessionStart", source="startup").context
    assert "--repair" in str((stage.main_stop([agent]).said or {})["systemMessage"])
    assert stage.run("task-planner next").exit == 3
    assert "a person's" in stage.run("task-planner doctor --repair").output
    assert "doctor --repair" in str((stage.typed("/task-planner", "--status").said or {})["reason"])
    said = str((stage.typed("/task-planner", "doctor --repair").said or {})["reason"])
    assert "repaired." in said
    assert "T1" in said
    assert stage.state()["plan"]["status"] == "blocked"
    assert stage.edit("src/hello.py").denied == "main-thread-edits"
    assert stage.run("task-planner doctor --repair", person=True).exit == 1  # it is whole


def test_an_implementer_that_changes_nothing_of_ours_makes_no_incident(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.write(HELLO)
    stage.bash(agent, "sh checks/hello.sh")
    stage.stop(agent, "DONE\nTask: T1\nChanged: its files\nChecks: its check passes\n")
    stage.main_stop()
    stage.run("task-planner next")
    assert incidents(stage) == []
    assert stage.state()["tasks"]["T1"]["status"] == "implemented"
