"""The signed-off record and its line: written once, bound to the commit and to the journal, and held against both later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.gate.shop import Shop, plan, task

from planweir.gate import signed
from planweir.verbs import mend
from planweir.verbs.answer import Answer
from planweir.verbs.complete import check_done, complete, done
from planweir.verbs.log import log
from planweir.verbs.record import account
from planweir.verbs.verify import verify

ONE = plan(task("T1", "a.py", done_when=("it works", "(by hand) it looks well")), head="Verify: `echo '3 passed in 0.01s'`")


def closed(shop: Shop) -> None:
    shop.open(ONE)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.passes()


def ended(shop: Shop) -> Answer:
    closed(shop)
    answer = complete(shop.places)
    assert answer.ok, answer.text
    return answer


def folder(shop: Shop) -> Path:
    return next(Path(shop.places.archive).iterdir())


def token(answer: Answer) -> str:
    return next(line for line in answer.text.splitlines() if line.startswith(signed.TOKEN))


def test_the_line_is_the_last_one_and_names_plan_commit_and_record(shop: Shop) -> None:
    closed(shop)
    name, head = shop.state["plan"]["id"], shop.git("rev-parse", "HEAD").strip()
    answer = complete(shop.places)
    given = json.loads((folder(shop) / "artifacts" / "done.json").read_text())
    assert answer.text.splitlines()[-1] == f"PLANWEIR-DONE {name} {head[:12]} {given['sha256'][:12]}"


def test_the_record_says_what_was_checked_on_which_commit_what_was_left_out_and_who_waived_what(shop: Shop) -> None:
    shop.open(ONE)
    shop.reviewed("T1", {"a.py": "a\n"})
    assert mend.waive(shop.places, "new-tests", "a spike").ok
    shop.passes()
    assert complete(shop.places).ok
    given = json.loads((folder(shop) / "artifacts" / "done.json").read_text())
    assert given["head"]["commit"] == shop.git("rev-parse", "HEAD").strip()
    assert given["head"]["tree"] == shop.git("rev-parse", "HEAD^{tree}").strip()
    row = next(row for row in given["checks"] if row["name"] == "verify-1")
    assert (row["exit"], row["passed"], row["command"]) == (0, 3, "echo '3 passed in 0.01s'")
    assert len(row["output_sha256"]) == 64
    kinds = {kind for kind, _what in given["excluded"]}
    assert {"waived", "by hand", "place"} <= kinds
    assert [(one["check"], one["why"], one["came"]) for one in given["waivers"]] == [("new-tests", "a spike", "typed")]
    assert set(given["versions"]) == {"planweir", "python", "client"}
    page = (folder(shop) / "artifacts" / "done.md").read_text()
    assert "new-tests: a spike" in page
    assert given["head"]["commit"] in page


def test_the_line_is_printed_once_and_stands_nowhere(shop: Shop) -> None:
    answer = ended(shop)
    line = token(answer)
    again = complete(shop.places)
    assert not again.ok
    assert "ended already" in again.text
    assert signed.TOKEN not in again.text
    for said in (verify(shop.places), account(shop.places), done(shop.places), log(shop.places)):
        assert signed.TOKEN not in said.text
    found = [path for path in folder(shop).rglob("*") if path.is_file() and line in path.read_text(errors="replace")]
    assert found == []


def test_before_the_end_there_is_no_record_and_looking_gives_no_line(shop: Shop) -> None:
    closed(shop)
    check_done(shop.places, lambda _line: None)
    assert not Path(shop.places.artifacts, "done.json").exists()
    answer = done(shop.places)
    assert answer.ok
    assert "nothing is missing so far" in answer.text
    assert signed.TOKEN not in answer.text
    assert shop.state["plan"]["status"] == "open"


def test_a_plan_that_is_not_done_gets_no_line_and_no_record(shop: Shop) -> None:
    closed(shop)
    shop.write("a.py", "drifted\n")
    answer = complete(shop.places)
    assert not answer.ok
    assert signed.TOKEN not in answer.text
    assert not Path(shop.places.artifacts, "done.json").exists()
    looked = done(shop.places)
    assert not looked.ok
    assert "not done: changes, tree" in looked.text


@pytest.mark.parametrize("what", ["tree", "head"])
def test_editing_after_the_check_makes_its_result_none(shop: Shop, what: str) -> None:
    closed(shop)
    check_done(shop.places, lambda _line: None)
    if what == "tree":
        shop.write("a.py", "edited after the check\n")
    else:
        shop.write("a.py", "edited and committed after the check\n")
        shop.git("commit", "-qam", "sneaked in")
    answer = complete(shop.places)
    assert not answer.ok
    assert "a.py" in answer.text


class TestVerify:
    def test_a_record_holds_by_itself_by_its_plan_and_by_its_line(self, shop: Shop) -> None:
        line = token(ended(shop))
        for which in ("", line, line.split()[1]):
            answer = verify(shop.places, which)
            assert answer.ok, answer.text
        assert "HEAD is the commit that was checked" in verify(shop.places).text
        shop.git("commit", "-q", "--allow-empty", "-m", "later")
        assert "HEAD's history contains" in verify(shop.places).text

    def test_a_made_up_line_does_not(self, shop: Shop) -> None:
        line = token(ended(shop))
        plan_id, commit = line.split()[1:3]
        assert not verify(shop.places, f"{signed.TOKEN} {plan_id} {commit} 0123456789ab").ok
        assert not verify(shop.places, f"{signed.TOKEN} no-such-plan {commit} 0123456789ab").ok

    def test_a_record_that_was_changed_does_not(self, shop: Shop) -> None:
        ended(shop)
        path = folder(shop) / "artifacts" / "done.json"
        given = json.loads(path.read_text())
        given["checks"][0]["said"] = "better"
        path.write_text(json.dumps(given))
        assert "the record was changed" in verify(shop.places).text
        given["sha256"] = signed.sum_of({key: value for key, value in given.items() if key != "sha256"})
        path.write_text(json.dumps(given))
        answer = verify(shop.places)
        assert not answer.ok
        assert "holds the sum of another record" in answer.text

    def test_a_journal_that_was_changed_since_does_not(self, shop: Shop) -> None:
        from planweir.journal.lines import decode, encode

        ended(shop)
        path = folder(shop) / "journal.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        lines[1] = encode({**{key: value for key, value in decode(lines[1]).items() if key != "sum"}, "note": "x"})
        path.write_bytes(b"".join(lines))
        assert "the journal beside it was changed since" in verify(shop.places).text

    def test_a_head_without_the_commit_does_not_unless_it_holds_the_same_files(self, shop: Shop) -> None:
        ended(shop)
        shop.git("commit", "-q", "--amend", "-m", "Other words")
        assert "the very same files" in verify(shop.places).text
        assert verify(shop.places).ok
        shop.git("reset", "-q", "--hard", "HEAD~1")
        assert not verify(shop.places).ok

    def test_where_nothing_was_completed_it_says_so(self, shop: Shop) -> None:
        assert "no signed-off record" in verify(shop.places).text


class TestTheCommandLine:
    def test_an_agent_may_look_and_may_not_complete(self, shop: Shop) -> None:
        closed(shop)
        looked = shop.planner("done", CLAUDECODE="1")
        assert looked.returncode == 0, looked.stderr
        assert "nothing is missing so far" in looked.stdout
        refused = shop.planner("complete", CLAUDECODE="1")
        assert refused.returncode == 1
        assert signed.TOKEN not in refused.stdout + refused.stderr
        assert shop.state["plan"]["status"] == "open"

    def test_a_person_completes_verifies_and_looks(self, shop: Shop) -> None:
        closed(shop)
        assert "nothing is missing so far" in shop.planner("complete", "--dry-run").stdout
        ended_ = shop.planner("complete")
        assert ended_.returncode == 0, ended_.stdout
        line = ended_.stdout.rstrip().splitlines()[-1]
        assert line.startswith(signed.TOKEN)
        assert shop.planner("done", "--verify", *line.split()).returncode == 0
        assert shop.planner("done", "--verify", "--json").returncode == 0
        again = shop.planner("complete")
        assert again.returncode == 1
        assert "ended already" in again.stdout

    @pytest.mark.parametrize("words", [("gate", "9"), ("gate", "--wave", "9"), ("gate", "0"), ("gate", "x")])
    def test_a_gate_of_a_wave_that_does_not_exist_is_refused_with_the_waves(self, shop: Shop, words: tuple[str, ...]) -> None:
        shop.open(ONE)
        shop.reviewed("T1", {"a.py": "a\n"})
        answer = shop.planner(*words)
        assert answer.returncode == 1
        assert "the plan has no wave" in answer.stderr
        assert "1 (current): T1" in answer.stderr
        assert shop.state["gates"] == {}
        assert "closed already" not in answer.stderr

    def test_the_current_wave_may_be_named_and_a_closed_one_is_refused(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1")))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert "the turn of wave 2 has not come" in shop.planner("gate", "2").stderr
        shop.passes()
        assert "wave 1 is closed already" in shop.planner("gate", "--wave", "1").stderr


def test_what_the_end_will_find_is_told_before_it_as_far_as_the_state_knows(shop: Shop) -> None:
    from planweir.brief.steps import next_step

    closed(shop)
    said = next_step(shop.state, shop.places)["say"]
    assert "/task-planner --complete" in said
    assert "T1 1 not checked yet" in said
    shop.write("stray.txt")
    assert not complete(shop.places).ok
    assert "stray.txt" in next_step(shop.state, shop.places)["say"]
