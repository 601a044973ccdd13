"""The definition of done: each final check fails where it should, is not fooled, and lets honest work through."""

from __future__ import annotations

import json
import os
from binascii import crc32
from pathlib import Path

import pytest
from tests.unit.gate.shop import TWO, Shop, plan, task

from planweir.evidence import tree
from planweir.gate.done import TABLE, Done, final_checks
from planweir.gate.outcome import FINAL, NotOpen
from planweir.journal import came
from planweir.journal.fold import apply, empty
from planweir.journal.store import Damaged
from planweir.values import Malformed
from planweir.verbs import mend
from planweir.verbs.lifecycle import pause
from planweir.verbs.mine import mine

ONE = plan(task("T1", "a.py"))


def closed(shop: Shop, document: str = ONE) -> None:
    shop.open(document)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.passes()


def look(shop: Shop, run: bool = True) -> Done:
    return final_checks(shop.places, lambda _line: None, run)


def missing(shop: Shop) -> list[str]:
    return [check.name for check in look(shop).missing]


def said(shop: Shop, name: str) -> str:
    found = next(check for check in look(shop).checks if check.name == name)
    return "\n".join([found.result, found.said, *found.details, found.mend])


def left(done: Done) -> str:
    return "\n".join(f"{kind}: {what}" for kind, what in done.excluded)


def test_honest_work_is_done_and_every_check_is_printed_in_order(shop: Shop) -> None:
    closed(shop, plan(task("T1", "a.py"), head="Verify: `true`\nVerify at end: `test -e a.py`"))
    done = look(shop)
    assert done.ok, "\n".join(done.lines())
    names = [check.name for check in done.checks if not check.name.startswith(("verify", "end"))]
    assert names == [name for name in FINAL if name in names]
    assert {name for name, _look in TABLE} - {"verify"} <= {*FINAL, *names}
    assert done.head == shop.git("rev-parse", "HEAD").strip()


def test_without_running_nothing_is_written_and_the_commands_are_told_as_not_looked_at(shop: Shop) -> None:
    command, count = shop.counter()
    closed(shop, plan(task("T1", "a.py"), head=f"Verify at end: `{command}`"))
    before, seq = count(), shop.state["seq"]
    done = look(shop, run=False)
    assert done.ok
    assert (count(), shop.state["seq"]) == (before, seq)
    assert "not looked at: end-1" in left(done)


class TestThePlan:
    def test_an_empty_plan_is_not_done_and_no_gate_of_it_passes(self, shop: Shop) -> None:
        shop.open(ONE)
        opened = dict(shop.journal.events()[0][0])
        graph = {**dict(opened["graph"]), "tasks": []}  # type: ignore[call-overload]
        for name in ("journal.jsonl", "journal.lock", "state.json", "guard.json"):
            os.unlink(f"{shop.places.base}/{name}")
        os.unlink(shop.places.armed)
        shop.journal.record({**opened, "graph": graph, "task_hashes": {}, "waves": []})
        assert "plan" in missing(shop)
        assert "nothing that could be done" in said(shop, "plan")
        assert shop.step() != "done"
        with pytest.raises(NotOpen):
            shop.gate()

    def test_an_empty_wave_is_no_wave(self, shop: Shop) -> None:
        shop.open(ONE)
        opened = shop.journal.events()[0][0]
        with pytest.raises(Malformed):
            apply(empty(), {**opened, "waves": [["T1"], []]})

    def test_a_command_edited_in_the_document_after_the_start_is_named_and_not_run(self, shop: Shop) -> None:
        good = plan(task("T1", "a.py"), head="Verify at end: `! test -e bad.txt`")
        closed(shop, good)
        shop.write("bad.txt")
        shop.git("add", "bad.txt")
        shop.git("commit", "-qm", "a person's")
        (shop.folder / "plan.md").write_text(good.replace("! test -e bad.txt", "true"))
        assert missing(shop) == ["document", "end-1"]
        assert "its verify at end differs" in said(shop, "document")

    def test_text_that_means_the_same_and_what_a_person_amended_is_no_difference(self, shop: Shop) -> None:
        shop.open(ONE)
        assert mend.amend(shop.places, "T1", {"also": ["c.txt"]}).ok
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        (shop.folder / "plan.md").write_text(plan(task("T1", "a.py", also="c.txt")) + "\n\n")
        done = look(shop)
        assert done.ok, "\n".join(done.lines())
        assert "amended: T1: also" in left(done)

    def test_a_document_that_is_gone_is_told_and_holds_nothing_up(self, shop: Shop) -> None:
        closed(shop)
        (shop.folder / "plan.md").unlink()
        assert look(shop).ok
        assert "document: " in left(look(shop))

    def test_a_changed_document_is_waived_with_a_reason_that_is_told(self, shop: Shop) -> None:
        closed(shop)
        (shop.folder / "plan.md").write_text(ONE.replace("Make T1.", "Make T1 and more."))
        assert missing(shop) == ["document"]
        assert mend.waive(shop.places, "document", "notes for the next plan").ok
        done = look(shop)
        assert done.ok
        assert "waived: document: notes for the next plan" in left(done)


class TestTheJournal:
    def test_a_state_that_was_edited_by_hand_completes_nothing(self, shop: Shop) -> None:
        closed_one_of_two(shop)
        path = Path(shop.places.state)
        path.write_text(path.read_text().replace('"status":"reviewed"', '"status":"completed"'))
        assert "tasks" in missing(shop)

    def test_a_state_that_was_forged_whole_with_what_vouches_for_it_is_found(self, shop: Shop) -> None:
        closed_one_of_two(shop)
        body = json.dumps({**shop.state, "tasks": {name: {**row, "status": "completed"} for name, row in shop.state["tasks"].items()}})
        Path(shop.places.state).write_bytes(body.encode() + b"\n#%08x" % crc32(body.encode()))
        guard = json.loads(Path(shop.places.guard).read_text())
        guard["kept"]["state"] = crc32(body.encode())
        Path(shop.places.guard).write_text(json.dumps(guard))
        os.utime(shop.places.guard, (guard["kept"]["written"], guard["kept"]["written"]))
        assert {"journal", "tasks"} <= set(missing(shop))
        assert "it differs in T2" in said(shop, "journal") or "it differs in T1" in said(shop, "journal")

    def test_a_damaged_journal_is_not_done(self, shop: Shop) -> None:
        closed(shop)
        path = Path(shop.places.journal)
        path.write_bytes(path.read_bytes().replace(b'"verdict":"pass"', b'"verdict":"fine"', 1))
        assert missing(shop) == ["journal"]
        with pytest.raises(Damaged):
            shop.journal.anew()

    def test_a_blocked_plan_is_not_done(self, shop: Shop) -> None:
        closed(shop)
        shop.record("plan_blocked", why="repaired")
        assert missing(shop) == ["journal"]
        assert "/implement-plan" in said(shop, "journal")


def closed_one_of_two(shop: Shop) -> None:
    shop.open(TWO)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.reviewed("T2", {"b.py": "b\n"})


class TestTheTasks:
    def test_a_task_that_was_closed_by_no_gate_is_open(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.record("closed", task="T1", wave=1)
        assert {"tasks", "gates"} <= set(missing(shop))
        assert "closed, but by no gate that passed" in said(shop, "tasks")

    def test_a_gate_that_was_said_to_pass_with_a_failing_check_did_not(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\n"})
        forge_gate(shop, [{"name": "verify-1", "result": "fail"}])
        assert {"tasks", "gates"} <= set(missing(shop))

    def test_a_gate_without_checks_is_none(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\n"})
        forge_gate(shop, [])
        assert "gates" in missing(shop)

    def test_a_task_is_skipped_by_a_person_alone(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.record("skipped", task="T2", why="too hard", by="agent")
        shop.passes()
        assert "T2: skipped, but by no person" in said(shop, "tasks")

    def test_a_skip_by_a_person_is_told_with_its_reason(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        assert mend.skip(shop.places, "T2", why="out of scope").ok
        shop.passes()
        assert look(shop).ok
        assert "skipped: T2: out of scope" in left(look(shop))

    def test_commands_are_not_run_before_the_work_is_finished(self, shop: Shop) -> None:
        command, count = shop.counter()
        shop.open(plan(task("T1", "a.py"), head=f"Verify at end: `{command}`"))
        assert {"tasks", "gates"} <= set(missing(shop))
        assert count() == 0

    def test_a_persons_verb_that_nobody_let_in_counts_for_nothing_until_a_person_stands_by_it(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.open(TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        with monkeypatch.context() as code:
            code.setattr(came, "_said", {})  # an agent's own code calls the engine
            assert mend.skip(shop.places, "T2", why="not needed").ok
        shop.passes()
        assert missing(shop) == ["persons"]
        assert "skipped T2" in said(shop, "persons")
        assert mend.waive(shop.places, "persons", "I meant that").ok
        assert look(shop).ok

    def test_a_critical_finding_of_a_review_that_passed_all_the_same_is_open(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.implement("T1", {"a.py": "a\n"})
        shop.review("T1", "task-reviewer", findings=[{"severity": "critical", "path": "a.py", "line": 1, "what": "leaks"}])
        shop.review("T1", "code-reviewer")
        assert mend.waive(shop.places, "findings", "known").ok
        shop.passes()
        shop.journal.record({"kind": "note", "what": "x"})
        done = look(shop)
        assert done.ok
        assert "waived: findings: known" in left(done)


def forge_gate(shop: Shop, checks: list[dict[str, object]]) -> None:
    """What somebody would journal who wants a task closed."""
    shop.git("add", "-A")
    shop.git("commit", "-qm", f"T1: Do T1\n\nPlanweir-Plan: {shop.state['plan']['id']}\nPlanweir-Task: T1")
    head = shop.git("rev-parse", "HEAD").strip()
    shop.record("committed", task="T1", sha=head, paths=["a.py"])
    shop.record("closed", task="T1", wave=1)
    shop.record("gate_passed", wave=1, checks=checks, made=[], tree="", now_passing=[], accepted=tree.snapshot(str(shop.root)), head=head)


class TestTheReviews:
    def test_what_was_let_pass_is_what_was_reviewed(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.write("a.py", "edited after the reviews\n")
        forge_gate(shop, [{"name": "tasks", "result": "ok"}])
        assert missing(shop) == ["reviewed"]
        assert "what its gate judged is not what was reviewed" in said(shop, "reviewed")

    def test_a_task_without_files_is_compared_too(self, shop: Shop) -> None:
        shop.open(plan(task("T1")))
        shop.reviewed("T1", {"any.py": "a\n"})
        shop.passes()
        done = look(shop)
        assert done.ok, "\n".join(done.lines())

    @pytest.mark.parametrize("setting", ["* text=auto", "*.py text eol=crlf"])
    def test_files_that_git_converts_are_no_difference(self, shop: Shop, setting: str) -> None:
        shop.write(".gitattributes", setting + "\n")
        shop.git("add", "-A")
        shop.git("commit", "-qm", "attributes")
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\r\nb\r\n"})
        shop.passes()
        done = look(shop)
        assert done.ok, "\n".join(done.lines())

    def test_reviews_of_different_files_are_not_two_of_one(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.implement("T1", {"a.py": "a\n"})
        shop.review("T1", "task-reviewer")
        shop.write("a.py", "b\n")
        shop.review("T1", "code-reviewer")
        forge_gate(shop, [{"name": "tasks", "result": "ok"}])
        assert "its two reviews are of different files" in said(shop, "reviewed")


class TestTheCommits:
    def test_a_commit_that_was_taken_back_is_drift(self, shop: Shop) -> None:
        closed(shop)
        shop.git("revert", "--no-edit", "HEAD")
        assert missing(shop) == ["changes"]
        assert "a.py (T1's) was changed by commit" in said(shop, "changes")

    def test_a_commit_that_was_thrown_away_is_missing(self, shop: Shop) -> None:
        closed(shop)
        shop.git("reset", "-q", "--hard", "HEAD~1")
        assert missing(shop) == ["commits", "changes"]
        assert "is not in HEAD's history" in said(shop, "commits")

    @pytest.mark.parametrize("how", ["amend", "rebase", "squash"])
    def test_history_that_was_rewritten_with_the_same_content_is_told_and_passes(self, shop: Shop, how: str) -> None:
        closed(shop)
        if how == "amend":
            shop.git("commit", "-q", "--amend", "-m", "Better words")
        elif how == "rebase":
            shop.git("branch", "feature")
            shop.git("reset", "-q", "--hard", "HEAD~1")
            shop.write("other.txt")
            shop.git("add", "-A")
            shop.git("commit", "-qm", "upstream")
            shop.git("switch", "-q", "feature")
            shop.git("rebase", "-q", "work")
        else:
            shop.git("branch", "feature")
            shop.git("reset", "-q", "--hard", "HEAD~1")
            shop.git("merge", "-q", "--squash", "feature")
            shop.git("commit", "-qm", "all of it")
        done = look(shop)
        assert done.ok, "\n".join(done.lines())
        assert "is not in HEAD's history" in said(shop, "commits")

    def test_a_commit_that_is_not_the_gates_is_not_taken_for_it(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.git("add", "-A")
        shop.git("commit", "-qm", "T1, by hand")
        head = shop.git("rev-parse", "HEAD").strip()
        shop.record("committed", task="T1", sha=head, paths=["a.py"])
        shop.record("closed", task="T1", wave=1)
        shop.record("gate_passed", wave=1, checks=[{"name": "tasks", "result": "ok"}], made=[], tree="", now_passing=[], accepted=tree.snapshot(str(shop.root)), head=head)
        assert missing(shop) == ["commits"]
        assert "is not the gate's" in said(shop, "commits")

    def test_work_that_no_commit_holds_is_missing(self, shop: Shop) -> None:
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\n"})
        accepted = tree.snapshot(str(shop.root))
        shop.record("closed", task="T1", wave=1)
        head = shop.git("rev-parse", "HEAD").strip()
        shop.record("gate_passed", wave=1, checks=[{"name": "tasks", "result": "ok"}], made=[], tree="", now_passing=[], accepted=accepted, head=head)
        assert "commits" in missing(shop)
        assert "no commit holds a.py, which it changed" in said(shop, "commits")

    def test_a_later_task_may_change_an_earlier_ones_file(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), task("T2", "a.py b.py", "T1")))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        shop.reviewed("T2", {"a.py": "aa\n", "b.py": "b\n"})
        shop.passes()
        done = look(shop)
        assert done.ok, "\n".join(done.lines())

    def test_what_a_commit_hook_made_otherwise_is_told(self, shop: Shop) -> None:
        shop.hook("pre-commit", "echo '# formatted' >> a.py && git add a.py")
        closed(shop)
        done = look(shop)
        assert done.ok, "\n".join(done.lines())
        assert "otherwise than reviewed: a commit hook changed that" in left(done)


class TestTheChanges:
    def test_a_commit_of_the_plans_files_is_drift_until_a_person_says_that_it_is_theirs(self, shop: Shop) -> None:
        closed(shop)
        shop.write("a.py", "better\n")
        shop.git("commit", "-qam", "polish")
        assert missing(shop) == ["changes"]
        assert "polish" in said(shop, "changes")
        assert mine(shop.places, ["a.py"]).ok
        done = look(shop)
        assert done.ok, "\n".join(done.lines())
        assert "a person's: a.py" in left(done)
        shop.write("a.py", "better still\n")
        shop.git("commit", "-qam", "polish again")
        assert missing(shop) == ["changes"]

    def test_a_commit_of_other_files_is_told_and_holds_nothing_up(self, shop: Shop) -> None:
        closed(shop)
        shop.write("README.md", "mine\n")
        shop.git("commit", "-qam", "words")
        assert look(shop).ok
        assert "words" in said(shop, "changes")
        assert not mine(shop.places, ["b.py"]).ok

    def test_a_commit_that_is_taken_back_again_is_none(self, shop: Shop) -> None:
        closed(shop)
        shop.write("a.py", "worse\n")
        shop.git("commit", "-qam", "oops")
        shop.git("revert", "--no-edit", "HEAD")
        assert look(shop).ok

    def test_a_change_that_is_not_committed_is_drift(self, shop: Shop) -> None:
        closed(shop)
        shop.write("a.py", "drifted\n")
        assert missing(shop) == ["changes", "tree"]


class TestTheTree:
    def test_what_was_not_committed_before_the_plan_keeps_head_from_being_what_is_checked(self, shop: Shop) -> None:
        shop.write("notes.txt")
        closed(shop)
        assert missing(shop) == ["tree"]
        assert "git stash -u" in said(shop, "tree")
        shop.git("stash", "-u", "-q")
        assert look(shop).ok

    def test_the_plans_own_document_need_not_be_committed(self, shop: Shop) -> None:
        from planweir.verbs.start import start

        shop.write("plan.md", ONE)
        assert start(shop.places, str(shop.root / "plan.md"), "s1").ok
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        assert look(shop).ok

    def test_what_the_plans_own_commands_leave_is_told(self, shop: Shop) -> None:
        closed(shop, plan(task("T1", "a.py"), head="Verify: `date +%N > report.txt`"))
        done = look(shop)
        assert done.ok, "\n".join(done.lines())
        assert "made by the plan's own commands: report.txt" in left(done)

    def test_a_plan_without_commits_is_checked_in_the_work_tree_and_says_so(self, shop: Shop) -> None:
        closed(shop, plan(task("T1", "a.py"), head="Commit: none\nVerify: `test -e a.py`"))
        done = look(shop)
        assert done.ok, "\n".join(done.lines())
        assert "HEAD is not what was checked" in left(done)
        assert done.where == "the work tree"
        shop.write("a.py", "edited since\n")
        assert "changes" in missing(shop)

    def test_without_a_setup_it_says_that_no_clean_checkout_was_made(self, shop: Shop) -> None:
        closed(shop, plan(task("T1", "a.py"), head="Verify: `true`"))
        assert "not checked in a clean checkout: the plan has no Setup" in left(look(shop))


class TestTheCommands:
    def test_a_kept_result_is_not_believed(self, shop: Shop) -> None:
        flag = shop.folder / "broken"
        closed(shop, plan(task("T1", "a.py"), head=f"Verify at end: `! test -e {flag}`"))
        flag.touch()  # outside the tree: a result that was kept of it would still stand
        assert missing(shop) == ["end-1"]

    def test_a_failing_command_may_be_waived_with_a_reason(self, shop: Shop) -> None:
        flag = shop.folder / "broken"
        closed(shop, plan(task("T1", "a.py"), head=f"Verify at end: `! test -e {flag}`"))
        flag.touch()
        assert mend.waive(shop.places, "end-1", "the server is down").ok
        done = look(shop)
        assert done.ok
        assert "waived: end-1: the server is down" in left(done)

    def test_what_changes_while_they_run_is_found(self, shop: Shop) -> None:
        flag = shop.folder / "edit"
        closed(shop, plan(task("T1", "a.py"), head=f"Verify at end: `! test -e {flag} || echo edited > a.py`"))
        assert look(shop).ok
        flag.touch()
        assert "changed while the checks ran: a.py" in said(shop, "meanwhile")

    def test_a_head_that_moves_while_they_run_is_found(self, shop: Shop) -> None:
        flag = shop.folder / "commit"
        closed(shop, plan(task("T1", "a.py"), head=f"Verify at end: `! test -e {flag} || git commit -q --allow-empty -m moved`"))
        flag.touch()
        assert "HEAD moved" in said(shop, "meanwhile")

    def test_without_any_it_says_that_nothing_was_run(self, shop: Shop) -> None:
        closed(shop)
        assert "nothing was run" in left(look(shop))


@pytest.mark.parametrize("name", ["journal", "plan", "tasks", "gates", "running", "meanwhile"])
def test_what_says_whether_there_is_finished_work_is_waived_by_nobody(shop: Shop, name: str) -> None:
    shop.open(ONE)
    assert "cannot be waived" in mend.waive(shop.places, name, "please").text


def test_a_paused_plan_may_be_done_and_a_running_agent_keeps_it_open(shop: Shop) -> None:
    closed(shop)
    pause(shop.places)
    assert look(shop).ok


RUNS_TESTS = plan(task("T1", "a.py"), head="Verify: `python3 -m pytest -q -p no:cacheprovider`")
TWO_TESTS = "def test_one():\n    assert 1 + 1 == 2\n\n\ndef test_two():\n    assert 2 + 1 == 3\n"


def test_tests_that_were_taken_away_since_the_last_gate_are_missed(shop: Shop) -> None:
    shop.write("test_old.py", TWO_TESTS)
    shop.git("add", "test_old.py")
    shop.git("commit", "-qm", "tests")
    closed(shop, RUNS_TESTS)
    assert missing(shop) == []
    shop.write("test_old.py", TWO_TESTS.partition("\n\n")[0] + "\n")
    shop.git("commit", "-qam", "fewer")
    assert missing(shop) == ["fewer-tests"]
    assert "1 passed, 2 before" in said(shop, "fewer-tests")


def test_work_that_no_gate_has_judged_yet_is_told_as_such_and_nobody_is_told_to_discard_it(shop: Shop) -> None:
    shop.open(ONE)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.record("sent_back", task="T1", why="it is slow")
    done = look(shop)
    assert not done.ok
    changes = next(check for check in done.checks if check.name == "changes")
    assert (changes.result, changes.said) == ("not looked at", "work of T1, which no gate has judged yet: a.py")
    assert "discard a.py" not in "\n".join(done.lines())
