"""start, pause, resume, abort."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.gate.shop import TWO, Shop, plan, task

from planweir.journal.ready import due
from planweir.verbs import offer
from planweir.verbs import start as starting
from planweir.verbs.ending import abort, take_in_abort
from planweir.verbs.lifecycle import pause, resume
from planweir.verbs.log import log
from planweir.verbs.status import status


class TestStart:
    def test_opens_arms_and_prints_waves_grants_and_baseline(self, shop: Shop) -> None:
        shop.write("notes.txt")
        answer = shop.open(TWO)
        assert shop.state["plan"]["status"] == "open"
        assert Path(shop.places.armed).exists()
        for words in ("Wave 1: T1 Do T1; T2 Do T2", "Grants:", "notes.txt", "T1 (implementer)"):
            assert words in answer.text

    def test_refuses_a_plan_with_errors_and_arms_nothing(self, shop: Shop) -> None:
        answer = shop.start(plan(task("T1", "a.py", "T9")))
        assert not answer.ok
        assert "T9" in answer.text
        assert not Path(shop.places.armed).exists()

    def test_refuses_while_a_plan_is_open(self, shop: Shop) -> None:
        shop.open(TWO)
        assert not shop.start(TWO).ok
        assert shop.kinds() == ["opened", "engine_set"]

    def test_cut_off_before_arming_it_arms_when_typed_again(self, shop: Shop) -> None:
        shop.open(TWO)
        os.unlink(shop.places.armed)
        assert shop.start(TWO).ok
        assert Path(shop.places.armed).exists()

    def test_works_after_a_plan_has_ended(self, shop: Shop) -> None:
        shop.open(TWO)
        assert abort(shop.places).ok
        shop.open(TWO)
        assert shop.kinds() == ["opened", "engine_set"]

    def test_go_starts_exactly_what_was_shown(self, shop: Shop) -> None:
        assert not starting.start_offered(shop.places, "s1", "p1").ok
        path = shop.folder / "plan.md"
        path.write_text(TWO)
        assert offer.offer(shop.places, str(path)).ok
        path.write_text(TWO + "\n")
        changed = starting.start_offered(shop.places, "s1", "p1")
        assert not changed.ok
        assert "has changed" in changed.text
        assert offer.offer(shop.places, str(path)).ok
        assert starting.start_offered(shop.places, "s1", "p1").ok

    @pytest.mark.parametrize("lack", ["repository", "commit", "top"])
    def test_says_what_a_project_lacks(self, shop: Shop, lack: str) -> None:
        import shutil

        if lack == "top":
            shop.places.project += "/below"
            os.makedirs(shop.places.project)
        else:
            shutil.rmtree(shop.root / ".git")
        if lack == "commit":
            shop.git("init", "-q")
        answer = shop.start(TWO)
        assert not answer.ok
        assert {"repository": "git init", "commit": "no commit", "top": "inside the repository"}[
            lack
        ] in answer.text

    def test_a_long_baseline_runs_on_and_nothing_is_armed_before_it_is_whole(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.mkfifo(shop.folder / "go")
        command, count = shop.counter()
        document = plan(task("T1", "a.py"), head=f"Verify: `{command}; read -r _ < {shop.folder}/go`")
        monkeypatch.setenv("PLANWEIR_WAIT", "0.2")
        for _ in range(2):
            answer = shop.start(document)
            assert not answer.ok
            assert "still run" in answer.text
            assert not Path(shop.places.armed).exists()
        monkeypatch.delenv("PLANWEIR_WAIT")
        (shop.folder / "go").write_text("go\n")
        shop.open(document)
        assert count() == 1


class TestPauseAndResume:
    def test_a_paused_plan_hands_out_nothing_and_resume_goes_on(self, shop: Shop) -> None:
        shop.open(TWO)
        assert pause(shop.places).ok
        assert due(shop.state) == []
        assert "paused" in status(shop.places, shop.state).text
        assert pause(shop.places).ok
        answer = resume(shop.places, "s1")
        assert answer.ok
        assert answer.go_on
        assert [row.task for row in due(shop.state)] == ["T1", "T2"]

    def test_another_session_takes_the_plan_over_and_says_so(self, shop: Shop) -> None:
        shop.open(TWO)
        assert "owns the plan from now on" in resume(shop.places, "s2").text
        assert shop.state["owner"]["session"] == "s2"

    def test_a_terminal_keeps_the_owner(self, shop: Shop) -> None:
        shop.open(TWO)
        pause(shop.places)
        assert resume(shop.places, "").ok
        assert shop.state["owner"]["session"] == "s1"

    def test_without_a_plan_there_is_nothing_to_go_on_with(self, shop: Shop) -> None:
        assert not resume(shop.places, "s1").ok
        assert not pause(shop.places).ok


class TestAbort:
    @pytest.mark.parametrize("state", ["open", "paused", "blocked", "in progress", "between commits"])
    def test_ends_a_plan_in_every_state_and_leaves_the_files(self, shop: Shop, state: str) -> None:
        shop.open(TWO)
        shop.write("a.py", "half\n")
        if state == "paused":
            pause(shop.places)
        elif state == "blocked":
            shop.record("plan_blocked", why="three gates failed")
        elif state == "in progress":
            shop.begin("T1")
        elif state == "between commits":
            shop.git("add", "a.py")
            shop.git("commit", "-qm", "x")
        answer = abort(shop.places)
        assert answer.ok
        assert shop.read("a.py") == "half\n"
        assert not Path(shop.places.armed).exists()
        assert not Path(shop.places.journal).exists()
        if state == "in progress":
            assert "T1" in answer.text
        assert abort(shop.places).text == "no plan is open here."

    @pytest.mark.parametrize("damage", ["torn", "middle", "empty", "no text"])
    def test_ends_a_plan_whose_journal_is_damaged(self, shop: Shop, damage: str) -> None:
        shop.open(TWO)
        pause(shop.places)
        journal, state = Path(shop.places.journal), Path(shop.places.state)
        data = journal.read_bytes()
        journal.write_bytes(
            {"torn": data + b'{"seq":', "middle": b"x" + data, "empty": b"", "no text": b"\xff\n" + data}[
                damage
            ]
        )
        state.unlink()
        assert abort(shop.places).ok
        assert not Path(shop.places.armed).exists()
        shop.open(TWO)

    def test_a_marker_without_a_plan_is_taken_away(self, shop: Shop) -> None:
        Path(shop.places.armed).parent.mkdir(parents=True)
        Path(shop.places.armed).write_text("nothing")
        assert abort(shop.places).ok
        assert not Path(shop.places.armed).exists()

    def test_one_that_was_typed_without_python_is_taken_in_later(self, shop: Shop) -> None:
        shop.open(TWO)
        os.unlink(shop.places.armed)
        Path(shop.places.abort_requested).touch()
        take_in_abort(shop.places)
        assert not Path(shop.places.abort_requested).exists()
        assert not Path(shop.places.journal).exists()
        kept = next(Path(shop.places.archive).iterdir())
        assert '"aborted"' in (kept / "journal.jsonl").read_text()
        shop.open(TWO)

    def test_the_archive_tells_what_happened(self, shop: Shop) -> None:
        shop.open(TWO)
        answer = abort(shop.places)
        assert shop.places.archive in answer.text
        assert not log(shop.places).ok
