"""Criteria of requirements: satisfied by a gate's run or by a named person, never by a report; and open defects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.gate.shop import PASSING, Shop, check, plan, results, task

from planweir.brief.render import implementer, reviewer
from planweir.brief.required import count, matrix, standings
from planweir.brief.status import lines
from planweir.brief.told import by_hand
from planweir.gate.criteria import satisfied
from planweir.gate.defects import none_open
from planweir.journal import came
from planweir.journal.ready import MAIN, Due
from planweir.journal.transitions import Illegal
from planweir.verbs import insights, mend, person
from planweir.verbs.complete import complete
from planweir.verbs.notes import checked
from planweir.verbs.offer import check_plan
from planweir.verbs.words import run_verb

HEAD = f"Verify: `{PASSING}`"


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What persons do here, they typed."""
    monkeypatch.setattr(came, "_said", {"came": came.TYPED})


def serves(text: str, names: str) -> str:
    """The task of a plan document that serves these."""
    return text.replace("- New tests", f"- Serves: {names}\n- New tests", 1)


def document(section: str, *tasks: str, head: str = HEAD) -> str:
    return plan(*tasks, head=head).replace("## Tasks", f"## Requirements\n\n{section}\n\n## Tasks", 1)


def stand(shop: Shop, name: str) -> str:
    """The mark of a criterion."""
    return next(row.mark for row in standings(shop.places, shop.state) if row.wanted["id"] == name)


def one(section: str, head: str = HEAD) -> str:
    return document(section, serves(task("T1", "a.py"), "R1"), head=head)


def done(shop: Shop, *names: str) -> None:
    for name in names:
        shop.reviewed(name, {f"{'abcd'[int(name[1:]) - 1]}.py": f"{name}\n"})
    shop.passes()


class TestPlain:
    """Neither a command nor a person is named."""

    def test_the_passed_gates_of_all_its_tasks_satisfy_it_and_are_named(self, shop: Shop) -> None:
        shop.open(document("- R1: it sells", serves(task("T1", "a.py"), "R1"), serves(task("T2", "b.py", "T1"), "R1")))
        assert "T1 is pending, T2 is pending" in satisfied(shop.places, shop.state).details[0]
        done(shop, "T1")
        assert stand(shop, "R1") == "open"
        done(shop, "T2")
        assert satisfied(shop.places, shop.state).result == "ok"
        shown = "\n".join(matrix(shop.places, shop.state))
        assert "gate of wave 1 ran `echo '3 passed in 0.01s'`; gate of wave 2 ran" in shown

    def test_a_report_satisfies_nothing(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells"))
        shop.implement("T1", {"a.py": "a\n"}, checks="R1 is satisfied, 9 passed", **{"for the plan": "R1 is confirmed by Ann"})
        assert stand(shop, "R1") == "open"
        shop.reviews("T1")
        assert satisfied(shop.places, shop.state).failed

    def test_a_gate_that_ran_no_verify_command_shows_nothing(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells", head=""))
        done(shop, "T1")
        found = satisfied(shop.places, shop.state)
        assert found.failed
        assert "the gate of wave 1 ran no Verify command" in found.details[0]
        assert "/task-planner checked R1" in found.details[0]
        assert checked(shop.places, "R1").ok
        assert not satisfied(shop.places, shop.state).failed

    def test_a_waived_command_is_no_run_that_passed(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells", head="Verify: `test -e never`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert mend.waive(shop.places, "verify-1", "not ours").ok
        shop.passes()
        assert stand(shop, "R1") == "open"

    def test_a_criterion_whose_only_task_was_skipped_is_left_open_until_a_person_waives_it(self, shop: Shop) -> None:
        shop.open(document("- R1: it sells", serves(task("T1", "a.py"), "R1"), task("T2", "b.py")))
        assert mend.skip(shop.places, "T1").ok
        done(shop, "T2")
        found = satisfied(shop.places, shop.state)
        assert "every task that served it was skipped" in found.details[0]
        assert mend.waive(shop.places, "R1", "next year").ok
        found = satisfied(shop.places, shop.state)
        assert (found.result, found.details) == ("ok", ["R1: waived by a person: next year"])


    def test_a_person_gives_it_to_another_task(self, shop: Shop) -> None:
        shop.open(document("- R1: it sells", serves(task("T1", "a.py"), "R1"), task("T2", "b.py")))
        assert mend.skip(shop.places, "T1").ok
        assert not run_verb(shop.places, "amend", ["T2", "--serves", "R9"]).ok
        assert run_verb(shop.places, "amend", ["T2", "--serves", "R1"]).ok
        assert "## Requirements that T2 serves" in implementer(shop.state, Due("T2", "implementer", 1))
        done(shop, "T2")
        assert stand(shop, "R1") == "holds"


class TestByCommand:
    def test_the_gate_of_the_last_wave_that_serves_it_runs_its_command(self, shop: Shop) -> None:
        command, runs = shop.counter()
        section = f"- R1: it sells\n  - R1.1: both are there (check: `{command}; test -e b.py`)"
        shop.open(document(section, serves(task("T1", "a.py"), "R1"), serves(task("T2", "b.py", "T1"), "R1"), task("T3", "c.py", "T2")))
        done(shop, "T1")
        assert (stand(shop, "R1.1"), runs()) == ("open", 0)
        shop.reviewed("T2", {"b.py": "b\n"})
        assert check(shop.passes(), "R1.1").result == "ok"
        assert (stand(shop, "R1.1"), runs()) == ("holds", 1)
        done(shop, "T3")
        assert runs() == 1
        assert satisfied(shop.places, shop.state).result == "ok"  # run again, on the tree as it is now
        assert runs() == 2

    def test_a_failing_one_sends_the_tasks_that_serve_it_back(self, shop: Shop) -> None:
        section = "- R1: it sells (check: `echo no sale; test -e shop.open`)"
        shop.open(document(section, serves(task("T1", "a.py"), "R1"), task("T2", "b.py")))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        gate = shop.fails()
        assert check(gate, "R1").details == ["no sale"]
        assert (shop.status("T1"), shop.status("T2")) == ("rework", "reviewed")
        assert stand(shop, "R1") == "open"

    def test_complete_runs_it_again_and_believes_no_earlier_pass(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells (check: `! grep -q broken a.py`)"))
        done(shop, "T1")
        assert stand(shop, "R1") == "holds"
        shop.write("a.py", "broken\n")
        found = satisfied(shop.places, shop.state)
        assert found.failed
        assert "R1: `! grep -q broken a.py`" in found.mend

    def test_it_is_no_word_of_a_person_that_stands_for_it(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells (check: `test -e a.py`)"))
        shop.reviewed("T1", {"a.py": "a\n"})
        answer = checked(shop.places, "R1")
        assert not answer.ok
        assert "a word does not stand for it" in answer.text
        with pytest.raises(Illegal, match="shown by its command"):
            shop.record("confirmed", criterion="R1", digest="x", person="Ann", by="person")

    @pytest.mark.parametrize(
        ("command", "why"),
        [
            ("(pytest -q -k nothing || true) >/dev/null", "no test passed, as pytest itself counted"),
            ("pytest -q -k nothing || true", "no test passed"),
            ("pytest -q -k nothing", "exit 5"),
            ("echo '1 failed, 2 passed in 0.01s'", "what it printed says 1 failed"),
            ("pytest --version", "no test was seen to pass"),
            ("echo '0 passed in 0.01s'", "no test passed"),
            ("echo 'FAILED a.py::test_a'; echo '1 failed, 2 passed in 0.01s'", "what it printed says 1 failed"),
            ("false", "exit 1"),
        ],
    )
    def test_a_run_without_a_passing_test_shows_nothing(self, shop: Shop, command: str, why: str) -> None:
        shop.open(one(f"- R1: it sells (check: `{command}`)"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert why in check(shop.fails(), "R1").said

    def test_what_failed_before_the_plan_forgives_nothing(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells (check: `test -e never`)", head="Verify: `test -e never`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert results(shop.fails())["R1"] == "fail"

    def test_a_person_may_waive_it(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells (check: `false`)"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert mend.waive(shop.places, "R1", "by and by").ok
        assert results(shop.passes())["R1"] == "waived"
        assert satisfied(shop.places, shop.state).details == ["R1: waived by a person: by and by"]

    def test_what_its_command_makes_is_the_gates_own(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells (check: `echo x > made.txt`)"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert "made.txt" in check(shop.passes(), "made").said

    def test_at_the_last_gate_it_runs_though_its_tasks_were_skipped(self, shop: Shop) -> None:
        shop.open(document("- R1: it sells (check: `test -e b.py`)", serves(task("T1", "a.py"), "R1"), task("T2", "b.py")))
        assert mend.skip(shop.places, "T1").ok
        done(shop, "T2")
        assert satisfied(shop.places, shop.state).result == "ok"
        assert stand(shop, "R1") == "holds"


class TestByHand:
    SECTION = "- R1: it sells\n  - R1.1: (by hand) it shines\n  - R1.2: it rings"

    def test_only_a_named_person_satisfies_it(self, shop: Shop) -> None:
        shop.open(one(self.SECTION))
        done(shop, "T1")
        assert (stand(shop, "R1.1"), stand(shop, "R1.2")) == ("open", "holds")
        assert satisfied(shop.places, shop.state).mend.startswith("R1.1: a person has not confirmed it; a person looks and types")
        answer = checked(shop.places, "r1.1")
        assert answer.ok, answer.text
        assert "R1.1 is confirmed by Shop <shop@example.org>: it shines" in answer.text
        assert satisfied(shop.places, shop.state).result == "ok"
        assert "confirmed by Shop <shop@example.org>, typed at 20" in "\n".join(matrix(shop.places, shop.state))

    def test_a_criterion_confirmed_by_an_agent_is_refused(self, shop: Shop) -> None:
        shop.open(one(self.SECTION))
        done(shop, "T1")
        for by in ({}, {"by": "agent"}, {"by": "orchestrator"}):
            with pytest.raises(Illegal, match="a person alone"):
                shop.record("confirmed", criterion="R1.1", digest="x", person="Ann", **by)
        refused = shop.planner("checked", "R1.1", CLAUDECODE="1")
        assert refused.returncode == 1
        assert "is a person's" in refused.stderr
        assert shop.state["confirmed"] == {}

    @pytest.mark.parametrize("how", [came.UNKNOWN, came.HOOK])
    def test_code_that_calls_the_engine_confirms_nothing(self, shop: Shop, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
        shop.open(one(self.SECTION))
        done(shop, "T1")
        monkeypatch.setattr(came, "_said", {"came": how})
        assert checked(shop.places, "R1.1").ok
        assert stand(shop, "R1.1") == "open"
        assert "nobody was let in as a person" in satisfied(shop.places, shop.state).mend
        monkeypatch.setattr(came, "_said", {"came": came.TYPED})
        assert checked(shop.places, "R1.1").ok
        assert stand(shop, "R1.1") == "holds"

    def test_how_it_came_is_told(self, shop: Shop) -> None:
        shop.open(one(self.SECTION))
        done(shop, "T1")
        assert shop.planner("checked", "R1.1").returncode == 0
        assert "from the command line, not typed here" in "\n".join(matrix(shop.places, shop.state))
        assert any("R1.1 confirmed at" in line for line in lines(shop.places, shop.state))

    def test_a_later_change_of_the_files_makes_it_that_of_an_older_state(self, shop: Shop) -> None:
        shop.open(document(self.SECTION, serves(task("T1", "a.py"), "R1"), task("T2", "a.py b.py", "T1"), task("T3", "c.py", "T2")))
        done(shop, "T1")
        assert checked(shop.places, "R1.1").ok
        shop.implement("T2", {"b.py": "b\n"})
        assert stand(shop, "R1.1") == "holds"  # nothing of its own files
        shop.write("a.py", "another\n")
        assert stand(shop, "R1.1") == "open"
        assert "for an older state: files of T1 have changed since" in satisfied(shop.places, shop.state).mend
        shop.reviews("T2")
        shop.passes()
        assert checked(shop.places, "R1.1").ok
        assert stand(shop, "R1.1") == "holds"

    def test_a_commit_and_a_gate_change_nothing_about_it(self, shop: Shop) -> None:
        shop.open(one(self.SECTION))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert checked(shop.places, "R1.1").ok
        shop.passes()
        assert stand(shop, "R1.1") == "holds"

    def test_what_is_not_built_yet_cannot_be_confirmed(self, shop: Shop) -> None:
        shop.open(one(self.SECTION))
        for status in ("pending", "implemented"):
            answer = checked(shop.places, "R1.1")
            assert not answer.ok
            assert f"T1 is {status}" in answer.text
            if status == "pending":
                shop.implement("T1", {"a.py": "a\n"})
        assert "confirmed" not in shop.kinds()

    def test_a_task_without_files_binds_what_it_changed(self, shop: Shop) -> None:
        shop.open(document("- R1: (by hand) it shines", serves(task("T1"), "R1"), task("T2", "b.py", "T1")))
        agent = shop.begin("T1")
        shop.write("a.py", "a\n")
        shop.record(
            "implemented", task="T1", agent=agent, evidence={"ok": True, "reason": "ok", "passed": 3, "detail": ""},
            report={"outcome": "done"}, digest="", files_changed=["a.py"],
        )  # fmt: skip
        shop.reviews("T1")
        assert checked(shop.places, "R1").ok
        shop.write("b.py", "b\n")
        assert stand(shop, "R1") == "holds"
        shop.write("a.py", "aa\n")
        assert stand(shop, "R1") == "open"

    @pytest.mark.parametrize("name", ["R9", "R1.9", "R1.12"])
    def test_an_unknown_one_is_named_with_the_nearest(self, shop: Shop, name: str) -> None:
        shop.open(one(self.SECTION))
        answer = checked(shop.places, name)
        assert not answer.ok
        assert "." not in name or "R1." in answer.text

    def test_a_requirement_stands_for_its_only_one_that_waits(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells\n  - R1.1: (by hand) a\n  - R1.2: (by hand) b"))
        done(shop, "T1")
        assert "say which one" in checked(shop.places, "R1").text
        assert checked(shop.places, "R1.2").ok
        assert "R1.1 is confirmed" in checked(shop.places, "R1").text
        assert "waits for a person" in checked(shop.places, "R1").text

    def test_it_is_asked_once_all_that_serve_it_are_there(self, shop: Shop) -> None:
        shop.open(document("- R1: (by hand) it shines", serves(task("T1", "a.py"), "R1"), serves(task("T2", "b.py", "T1"), "R1")))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert "  R1: it shines" not in shop.passes().lines()
        shop.reviewed("T2", {"b.py": "b\n"})
        assert "  R1: it shines" in shop.passes().lines()

    def test_its_gate_lists_it_for_the_person(self, shop: Shop) -> None:
        shop.open(one(self.SECTION))
        shop.reviewed("T1", {"a.py": "a\n"})
        told = shop.passes().lines()
        assert "  R1.1: it shines" in told
        assert checked(shop.places, "R1.1").ok
        assert re.search(r"R1\.1: it shines \(confirmed \S+ by Shop", "\n".join(by_hand(shop.state, ["T1"])))


class TestComplete:
    def test_it_refuses_an_unsatisfied_criterion_and_prints_the_matrix_at_the_end(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells\n  - R1.1: (by hand) it shines\n  - R1.2: it rings (check: `test -e a.py`)"))
        done(shop, "T1")
        answer = complete(shop.places)
        assert not answer.ok
        assert "1 of 2 satisfied" in answer.text
        assert "/task-planner checked R1.1" in answer.text
        assert checked(shop.places, "R1.1").ok
        answer = complete(shop.places)
        assert answer.ok, answer.text
        assert "Requirements: 2 of 2 criteria satisfied" in answer.text
        assert "confirmed by Shop <shop@example.org>" in answer.text
        (kept,) = Path(shop.places.archive).glob("*/artifacts/summary.md")
        assert "## Requirements\n\n```\nRequirements: 2 of 2 criteria satisfied\n" in kept.read_text()


class TestShown:
    def test_the_matrix_names_requirement_criteria_tasks_how_and_when(self, shop: Shop) -> None:
        section = "- R1: it sells\n  - R1.1: (by hand) it shines\n  - R1.2: it rings (check: `test -e a.py`)\n- R2: it pays"
        shop.open(document(section, serves(task("T1", "a.py"), "R1"), serves(task("T2", "b.py", "T1"), "R2")))
        done(shop, "T1")
        at = shop.state["gates"]["1"]["at"]
        assert matrix(shop.places, shop.state) == [
            "Requirements: 1 of 3 criteria satisfied",
            "R1: it sells",
            "  [ ] R1.1  T1  it shines (by hand)",
            "      not satisfied: a person has not confirmed it",
            "  [✓] R1.2  T1  it rings",
            f"      gate of wave 1: `test -e a.py`: exit 0, {seconds(shop)} s, {at}",
            "  [ ] R2    T2  it pays",
            "      not satisfied: T2 is pending",
        ]
        assert count(shop.places, shop.state) == ["Requirements: 1 of 3 criteria satisfied (task-planner status --requirements)"]
        assert count(shop.places, shop.state)[0] in lines(shop.places, shop.state)

    def test_a_person_sees_them_before_they_start_the_plan(self, shop: Shop) -> None:
        path = shop.folder / "plan.md"
        path.write_text(one("- R1: it sells\n  - R1.1: (by hand) it shines\n  - R1.2: it rings (check: `test -e a.py`)"))
        shown = check_plan(str(path), str(shop.root)).text.splitlines()
        for line in ("Requirements: 1 requirement with 2 criteria, each served by a task", "For you to confirm: R1.1 it shines", "For R1.2: test -e a.py"):
            assert line in shown
        path.write_text(path.read_text().replace("- Serves: R1", "- Serves: R1.2"))
        answer = check_plan(str(path), str(shop.root), "plan.md")
        assert not answer.ok
        assert "plan.md:9: error: no task serves R1.1 (write `- Serves: R1.1` in a task" in answer.text

    def test_a_plan_without_requirements_shows_none(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        assert matrix(shop.places, shop.state) == []
        assert satisfied(shop.places, shop.state).result == "ok"
        assert "Requirements" not in "\n".join(lines(shop.places, shop.state))

    def test_the_command_line_prints_it(self, shop: Shop) -> None:
        shop.open(one("- R1: it sells"))
        assert shop.planner("status", "--requirements").stdout.splitlines() == matrix(shop.places, shop.state)
        code, value = shop.answer("status", "--requirements")
        assert code == 0
        assert value["requirements"] == [
            {"id": "R1", "tasks": ["T1"], "satisfied": False, "how": "T1 is pending", "at": "", "need": "T1 is pending; the gate shows it"}
        ]

    def test_implementer_and_reviewers_read_what_their_task_serves_word_for_word(self, shop: Shop) -> None:
        section = "- R1: it sells\n  to all\n  - R1.1: (by hand) it shines\n  - R1.2: it rings (check: `test -e a.py`)\n- R2: it pays"
        shop.open(document(section, serves(task("T1", "a.py"), "R1.2"), serves(task("T2", "b.py"), "R1.1, R2"), task("T3", "c.py")))
        wanted_ = (
            "## Requirements that T1 serves\nThey are the plan's; a gate's run or a person shows that they hold, no report does.\n"
            "- R1: it sells\n  > to all\n  - R1.2: it rings (the gate runs `test -e a.py`)\n"
        )
        assert wanted_ in implementer(shop.state, Due("T1", "implementer", 1))
        for role in ("task-reviewer", "code-reviewer"):
            assert wanted_ in reviewer(shop.state, Due("T1", role, 1), "")
        other = implementer(shop.state, Due("T2", "implementer", 1))
        assert "- R1.1: it shines (by hand, a person confirms it)\n- R2: it pays" in other
        assert "rings" not in other
        assert "## Requirements" not in implementer(shop.state, Due("T3", "implementer", 1))

    def test_an_old_journal_without_requirements_folds(self, shop: Shop) -> None:
        from planweir.journal.fold import apply, empty

        shop.open(plan(task("T1", "a.py")))
        events = shop.journal.events()[0]
        graph = events[0]["graph"]
        assert isinstance(graph, dict)
        del graph["requirements"]
        state = empty()
        for event in events:
            apply(state, event)
        assert state["graph"]["requirements"] == []

    @pytest.mark.parametrize("key", ["user.name", "user.email", ""])
    def test_a_person_has_the_name_that_is_known(self, shop: Shop, key: str) -> None:
        for one in ("user.name", "user.email"):
            if one != key:
                shop.git("config", "--unset", one)
        named = person.name(shop.places)
        assert named == {"user.name": "Shop", "user.email": "shop@example.org"}.get(key, named)
        assert named


def seconds(shop: Shop) -> str:
    row = next(row for row in shop.state["gates"]["1"]["checks"] if row["name"] == "R1.2")
    found = re.search(r"([\d.]+) s$", str(row["said"]))
    assert found
    return found[1]


class TestDefects:
    def test_an_open_defect_keeps_the_plan_from_completing_until_a_person_closes_it(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        assert none_open(shop.places, shop.state).result == "ok"
        assert insights.add_by_person(shop.places, insights.Given("defect", "the till rings twice", "T1", "a.py")).ok
        assert insights.add_by_person(shop.places, insights.Given("learning", "tills ring")).ok
        found = none_open(shop.places, shop.state)
        assert (found.result, found.said) == ("fail", "1 open defect")
        assert found.details == ["1. defect, Shop <shop@example.org> about T1 [a.py]: the till rings twice"]
        assert "/task-planner insight close 1 --why" in found.mend
        assert insights.close(shop.places, 1, "mended in T1").ok
        assert none_open(shop.places, shop.state).result == "ok"

    def test_complete_refuses_it_and_names_it(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        done(shop, "T1")
        assert insights.add_by_agent(shop.places, insights.Given("defect", "the till rings twice"), MAIN).ok
        answer = complete(shop.places)
        assert not answer.ok
        assert "the orchestrator: the till rings twice" in answer.text
        assert insights.close(shop.places, 1, "it is to ring twice").ok
        answer = complete(shop.places)
        assert answer.ok, answer.text

    def test_it_may_be_waived(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        assert mend.waive(shop.places, "defects", "known and lived with").ok
