"""The command line: exit status 0 done, 1 the answer is no, 2 usage, 3 our own fault; --json is JSON and nothing else."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from tests.unit.gate.shop import TWO, TWO_WAVES, Shop, plan, task

from planweir.evidence.filed import filed_sha

PERSONS = ["start", "resume", "pause", "amend", "allow", "waive", "skip", "unblock", "complete", "abort"]


@pytest.fixture
def document(shop: Shop) -> str:
    path = shop.folder / "plan.md"
    path.write_text(TWO)
    return str(path)


class TestExitStatus:
    @pytest.mark.parametrize(
        "words",
        [
            ["status"],
            ["next"],
            ["gate"],
            ["gate", "--wait"],
            ["file", "T1"],
            ["log"],
            ["discard", "x"],
            ["pause"],
            ["resume"],
            ["amend", "T1", "--files", "x"],
            ["allow", "T1", "x"],
            ["waive", "changes", "--why", "x"],
            ["skip", "T1"],
            ["unblock", "T1"],
            ["complete"],
            ["abort"],
        ],
        ids=" ".join,
    )
    def test_without_a_plan_is_1_with_json_that_says_so(self, shop: Shop, words: list[str]) -> None:
        status, answer = shop.answer(*words)
        assert status == 1
        assert answer["ok"] is False
        assert "no plan is open" in str(answer["text"]).lower()

    @pytest.mark.parametrize(
        "words",
        [
            ["nonsense"],
            ["check"],
            ["start"],
            ["file"],
            ["discard"],
            ["gate", "--nonsense"],
            ["log", "-n", "many"],
            ["amend"],
            ["amend", "T1", "--complexity", "x"],
            ["allow"],
            ["refuse", "T1"],
            ["request-scope", "T1"],
            ["waive"],
            ["skip", "T1", "--nonsense"],
            ["unblock"],
            ["pause", "now"],
            ["abort", "please"],
            ["complete", "it"],
        ],
        ids=" ".join,
    )
    def test_usage_is_2_and_goes_to_standard_error(self, shop: Shop, words: list[str]) -> None:
        done = shop.planner(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr

    @pytest.mark.parametrize(
        "words", [["status"], ["gate"], ["next"], ["pause"], ["file", "T1"]], ids=" ".join
    )
    def test_a_damaged_journal_is_3_without_a_traceback(self, shop: Shop, words: list[str]) -> None:
        shop.open(TWO)
        journal = Path(shop.places.journal)
        journal.write_bytes(b"garbage\n" + journal.read_bytes())
        os.unlink(shop.places.state)
        done = shop.planner(*words)
        assert done.returncode == 3
        assert "Traceback" not in done.stdout + done.stderr
        assert "damaged" in done.stderr

    def test_a_home_that_cannot_be_written_is_3(self, shop: Shop, document: str) -> None:
        (shop.folder / "home").write_text("a file")
        done = shop.planner("start", document)
        assert done.returncode == 3
        assert "Traceback" not in done.stderr


class TestAPersonsVerbs:
    @pytest.mark.parametrize("verb", PERSONS)
    def test_are_refused_within_a_session_and_named_as_typed_commands(self, shop: Shop, verb: str) -> None:
        shop.open(TWO)
        before = shop.kinds()
        words = [verb, str(shop.folder / "plan.md")] if verb == "start" else [verb]
        done = shop.planner(*words, CLAUDECODE="1")
        assert done.returncode == 1
        assert "/task-planner" in done.stderr or "/implement-plan" in done.stderr
        assert json.loads(shop.planner(*words, "--json", CLAUDECODE="1").stdout)["ok"] is False
        assert shop.kinds() == before

    def test_discard_within_a_session_is_for_an_implementers_own_call(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.write("README.md", "changed\n")
        assert shop.planner("discard", "README.md", CLAUDECODE="1").returncode == 1
        assert shop.read("README.md") == "changed\n"

    def test_work_in_a_terminal_from_start_to_end(self, shop: Shop, document: str) -> None:
        status, answer = shop.answer("start", document)
        assert (status, answer["ok"]) == (0, True)
        for words in (
            ["pause"],
            ["resume"],
            ["amend", "T1", "--files", "a.py", "c.py"],
            ["allow", "T1", "d.py"],
            ["waive", "changes", "--why", "two words"],
            ["skip", "T2", "--why", "not needed"],
        ):
            status, answer = shop.answer(*words)
            assert (status, answer["ok"]) == (0, True), answer
        assert shop.state["waivers"] == {"changes": "two words"}
        assert shop.planner("complete").returncode == 1
        shop.write("README.md", "changed\n")
        assert shop.planner("discard", "README.md").returncode == 0
        assert shop.planner("abort").returncode == 0
        assert not Path(shop.places.armed).exists()


class TestWhichProject:
    def test_is_found_from_a_folder_below_it(self, shop: Shop) -> None:
        shop.open(TWO)
        below = shop.root / "src" / "deep er"
        below.mkdir(parents=True)
        assert "Plan: Shop" in shop.planner("status", cwd=below).stdout

    def test_is_what_the_session_says_wherever_the_shell_stands(self, shop: Shop) -> None:
        shop.open(TWO)
        assert shop.planner("status", cwd=shop.folder).returncode == 1
        done = shop.planner("status", cwd=shop.folder, PLANWEIR_PROJECT=str(shop.root))
        assert "Plan: Shop" in done.stdout

    def test_is_found_through_a_link_that_the_plan_was_started_at(self, shop: Shop, document: str) -> None:
        link = shop.folder / "link"
        link.symlink_to(shop.root)
        env = {"PWD": str(link), "PLANWEIR_PROJECT": ""}
        assert (
            shop.planner("start", document, cwd=link, PWD=str(link), PLANWEIR_PROJECT=str(link)).returncode
            == 0
        )
        shop.write("README.md", "changed\n")
        assert "Plan: Shop" in shop.planner("status", cwd=link, **env).stdout
        done = shop.planner("discard", "README.md", cwd=link, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        assert shop.read("README.md") == "a shop\n"


class TestStatus:
    def test_has_the_form_of_a_glance(self, shop: Shop) -> None:
        shop.open(
            plan(
                task("T1", "a.py").replace("Do T1", "Create User model"),
                task("T2", "b.py").replace("Do T2", "JWT"),
                task("T3", "c.py", "T1").replace("Do T3", "Login endpoint"),
                task("T4", "d.py", "T3").replace("Do T4", "Docs"),
                title="Add user authentication",
            )
        )
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()
        shop.begin("T3")
        lines = [" ".join(line.split()) for line in shop.planner("status").stdout.splitlines()]
        assert lines[:7] == [
            "Plan: Add user authentication",
            "Wave 2/3 | 2 completed, 1 in progress",
            "[✓] T1: Create User model (implementer) tests: 3 passed reviews: passed",
            "[✓] T2: JWT (implementer) tests: 3 passed reviews: passed",
            "[→] T3: Login endpoint (implementer) tests: pending",
            "[ ] T4: Docs (implementer)",
            "Legend: [✓] completed [→] in progress [◐] in review [!] blocked [ ] pending",
        ]

    @pytest.mark.parametrize(
        ("status", "mark"),
        [("implemented", "[◐]"), ("rework", "[→]"), ("blocked", "[!]"), ("skipped", "[-]")],
    )
    def test_marks_each_status(self, shop: Shop, status: str, mark: str) -> None:
        shop.open(TWO)
        if status in ("implemented", "rework"):
            shop.implement("T1", {"a.py": "a\n"})
        if status == "rework":
            shop.review("T1", "task-reviewer", "fail")
        if status in ("blocked", "skipped"):
            shop.record(status, task="T1", why="for a reason")
        lines = shop.planner("status").stdout.splitlines()
        row = next(line for line in lines if "T1: " in line)
        assert row.startswith(mark)
        if status in ("blocked", "skipped"):
            assert "for a reason" in lines[lines.index(row) + 1]

    def test_as_json_has_the_fields_that_scripts_know(self, shop: Shop) -> None:
        shop.open(TWO)
        status, answer = shop.answer("status")
        assert status == 0
        assert (answer["current_wave"], answer["total_waves"]) == (1, 1)
        tasks = answer["tasks"]
        assert isinstance(tasks, list)
        assert [row["id"] for row in tasks] == ["T1", "T2"]


class TestCheck:
    def test_a_good_plan_is_0_with_its_waves_and_changes_nothing(self, shop: Shop) -> None:
        path = shop.folder / "good plan.md"
        path.write_text(TWO_WAVES)
        done = shop.planner("check", str(path))
        assert done.returncode == 0
        assert "Wave 2: T2 Do T2" in done.stdout
        assert not (shop.folder / "home").exists()
        assert shop.answer("check", str(path))[1]["waves"] == [["T1"], ["T2"]]

    def test_a_bad_plan_is_1_with_line_and_mend(self, shop: Shop) -> None:
        path = shop.folder / "bad.md"
        path.write_text(plan(task("T1", "a.py", "T2"), task("T2", "b.py", "T1")))
        done = shop.planner("check", str(path))
        assert done.returncode == 1
        assert "bad.md:" in done.stdout
        status, answer = shop.answer("check", str(path))
        problems = answer["problems"]
        assert status == 1
        assert isinstance(problems, list)
        assert {"level", "code", "message", "mend", "line", "task"} <= set(problems[0])

    def test_the_same_graph_as_json_is_read_too(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        path = shop.folder / "plan.json"
        path.write_text(json.dumps(shop.state["graph"]))
        assert shop.answer("check", str(path))[1]["waves"] == [["T1"], ["T2"]]

    @pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"\xff\xfe\x00", b"# no plan\n"])
    def test_what_is_no_plan_is_1(self, shop: Shop, content: bytes | None) -> None:
        path = shop.folder / ("plan.json" if content and content[:1] in b"{[" else "plan.md")
        if content is not None:
            path.write_bytes(content)
        status, answer = shop.answer("check", str(path))
        assert status == 1
        assert answer["problems"]

    def test_a_path_is_relative_to_where_the_person_stands(self, shop: Shop) -> None:
        (shop.root / "docs").mkdir()
        (shop.root / "docs" / "plan.md").write_text(TWO)
        assert shop.planner("check", "plan.md", cwd=shop.root / "docs").returncode == 0


class TestLog:
    def test_has_one_line_an_event_and_n_takes_the_last(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.record("note", what="two\nlines")
        shop.record("paused")
        lines = shop.planner("log").stdout.splitlines()
        assert [line.split()[2] for line in lines] == ["opened", "engine_set", "note", "paused"]
        assert shop.planner("log", "-n", "1").stdout.splitlines() == lines[-1:]
        assert len(shop.answer("log")[1]["events"]) == 4  # type: ignore[arg-type]


REVIEW = {
    "task": "T1",
    "role": "task-reviewer",
    "scores": [{"criterion": name, "score": "PASS", "why": ""} for name in ("it works", "scope", "claims")],
    "findings": [],
    "verdict": "pass",
    "summary": "well done",
}


class TestFile:
    @pytest.fixture
    def reviewing(self, shop: Shop) -> Shop:
        shop.open(TWO)
        shop.implement("T1", {"a.py": "a\n"})
        shop.begin("T1", "task-reviewer")
        return shop

    def test_keeps_a_review_and_prints_its_mark_and_verdict(self, reviewing: Shop) -> None:
        words = json.dumps(REVIEW)
        status, answer = reviewing.answer("file", "T1", given=words)
        assert (status, answer["verdict"], answer["filed"]) == (0, "pass", filed_sha(words))
        assert (Path(reviewing.places.artifacts) / "filed" / f"{answer['filed']}.json").read_text() == words
        done = reviewing.planner("file", "T1", given=words)
        assert done.stdout.startswith(f"Filed {filed_sha(words)}: pass")

    def test_takes_a_review_in_though_a_sandbox_keeps_its_files_from_it(self, reviewing: Shop) -> None:
        Path(reviewing.places.artifacts).mkdir(parents=True, exist_ok=True)
        (Path(reviewing.places.artifacts) / "filed").write_text("no folder can be made here")
        status, answer = reviewing.answer("file", "T1", given=json.dumps(REVIEW))
        assert (status, answer["verdict"]) == (0, "pass")
        assert "the hook after this call keeps it" in str(answer["text"])

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("", "no JSON"),
            ("not json", "no JSON"),
            ("[]", ""),
            (json.dumps({**REVIEW, "verdict": "fail"}), "verdict"),
            (json.dumps({**REVIEW, "scores": []}), "scores"),
            (json.dumps({**REVIEW, "task": "T2"}), "T2"),
            (json.dumps({**REVIEW, "summary": "x" * 2_000_001}), "2 MB"),
            ("[" * 200_000, "no JSON"),
        ],
        ids=["empty", "no json", "list", "other verdict", "no scores", "other task", "huge", "deep"],
    )
    def test_refuses_what_is_no_review_and_says_the_mend(
        self, reviewing: Shop, given: str, told: str
    ) -> None:
        status, answer = reviewing.answer("file", "T1", given=given)
        assert status == 1
        assert told in str(answer["text"])
        assert not (Path(reviewing.places.artifacts) / "filed").exists()

    @pytest.mark.parametrize("name", ["T2", "T9"])
    def test_refuses_a_task_that_nobody_reviews(self, reviewing: Shop, name: str) -> None:
        status, answer = reviewing.answer("file", name, given=json.dumps({**REVIEW, "task": name}))
        assert status == 1
        assert "nothing was filed" in str(answer["text"])


class TestNext:
    def test_hands_out_no_work_before_a_hook_of_the_session_was_seen(self, shop: Shop) -> None:
        shop.open(TWO)
        session = Path(shop.places.session("s1"))
        if session.exists():
            session.unlink()
        status, answer = shop.answer("next")
        assert status == 1
        assert "No hook" in str(answer["text"])


class TestGate:
    def test_is_0_when_it_passes_and_1_when_it_fails_or_is_not_due(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        status, answer = shop.answer("gate")
        assert (status, answer["due"]) == (1, False)
        shop.reviewed("T1", {"a.py": "a\n", "stray \udcff.txt": "x\n"})
        status, answer = shop.answer("gate")
        assert (status, answer["due"], answer["passed"]) == (1, True, False)
        done = shop.planner("gate")
        assert done.returncode == 1
        assert "stray" in done.stdout
        os.unlink(shop.root / "stray \udcff.txt")
        status, answer = shop.answer("gate")
        assert (status, answer["passed"]) == (0, True)

    def test_of_a_plan_that_is_not_open_answers_for_itself(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n"})
        assert shop.answer("gate")[1]["passed"] is True
        shop.record("paused")
        status, answer = shop.answer("gate")
        assert (status, answer["passed"]) == (1, False)
        assert "paused" in str(answer["say"])

    def test_names_the_agents_that_are_due_where_a_model_reads_it(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n"})
        said = shop.planner("gate", CLAUDECODE="1").stdout
        assert "\n  ok 13 checks well\n" in said
        assert said.endswith('\nPassed: wave 1 is closed. Now due:\nAgent planweir:implementer: "**Task ID:** T2"\n')
        assert "task-planner next" not in said and "Wave 2/2" not in said
        assert "**Task ID:** T2" in shop.planner("next").stdout

    def test_of_the_last_wave_names_none(self, shop: Shop) -> None:
        shop.open(plan(task("T1", files="a.py")))
        shop.reviewed("T1", {"a.py": "a\n"})
        said = shop.planner("gate", CLAUDECODE="1").stdout
        assert said.splitlines()[-1].startswith("Passed: every wave is closed. ")

    def test_in_a_persons_terminal_is_told_whole_and_starts_nobody(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CLAUDECODE", raising=False)
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n"})
        said = shop.planner("gate").stdout
        assert re.search(r"ok +running +no agent runs", said)
        assert said.endswith("Passed: wave 1 is closed. Run `task-planner next`.\n")

    @pytest.mark.parametrize("reader", ["model", "person"])
    def test_names_each_file_that_nobody_could_follow_to_a_person_alone(self, shop: Shop, monkeypatch: pytest.MonkeyPatch, reader: str) -> None:
        monkeypatch.delenv("CLAUDECODE", raising=False)
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n"})
        said = (shop.planner("gate", CLAUDECODE="1") if reader == "model" else shop.planner("gate")).stdout
        assert re.search(r"not checked +reach +whether anything reaches 1 new file", said)
        assert ("not checked: a.py" in said) == (reader == "person")

    def test_that_failed_leaves_what_did_not_pass_as_it_is(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n", "stray.txt": "x\n"})
        said = shop.planner("gate", CLAUDECODE="1").stdout
        assert re.search(r"fail +changes ", said) and "stray.txt" in said
        assert "ok 11 checks well" in said

    def test_in_another_session_than_the_owners_hands_out_nothing(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n"})
        said = shop.planner("gate", CLAUDECODE="1", CLAUDE_CODE_SESSION_ID="another").stdout
        assert said.endswith("Run `task-planner next`.\n")
        assert "Agent {" not in said
