"""Items for a person, a person's notes, what agents say for others: none is lost on the way to whom it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.gate.shop import Shop, plan, task

from planweir.brief.render import implementer, read_brief, write_brief
from planweir.brief.status import lines
from planweir.journal.ready import Due, due
from planweir.verbs import mend
from planweir.verbs.complete import complete
from planweir.verbs.notes import checked, note

LOOKS = plan(
    task("T1", "a.py", done_when=("it works", "(by hand) it looks well", "(by hand) it sounds well")),
    task("T2", "b.py", done_when=("(by hand) it smells well",)),
)
CHAIN = plan(task("T1", "a.py"), task("T2", "b.py"), task("T3", "c.py", "T1"), task("T4", "d.py", "T3"))


def brief(shop: Shop, name: str) -> str:
    return implementer(shop.state, Due(name, "implementer", 1))


class TestByHand:
    def test_the_gate_lists_the_items_of_its_wave_and_how_to_tick_one(self, shop: Shop) -> None:
        shop.open(LOOKS)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        said = "\n".join(shop.passes().lines())
        assert "Check by hand (/task-planner checked T1 1 says that one holds):" in said
        for line in ("T1 1: it looks well", "T1 2: it sounds well", "T2 1: it smells well"):
            assert line in said

    def test_the_last_gate_lists_those_of_all_waves(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py", done_when=("(by hand) it looks well",)), task("T2", "b.py", "T1")))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        shop.reviewed("T2", {"b.py": "b\n"})
        assert "  T1 1: it looks well" in shop.passes().lines()

    def test_what_a_person_checked_is_kept_and_shown_as_checked(self, shop: Shop) -> None:
        shop.open(LOOKS)
        assert "say which one" in checked(shop.places, "T1").text
        assert checked(shop.places, "T1", 2).ok
        assert checked(shop.places, "T1").ok  # the only one that is left
        assert "Still to check" not in checked(shop.places, "T2").text
        assert [row["text"] for row in shop.task("T1")["checked"]] == ["it sounds well", "it looks well"]
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.passes()
        assert any("T1 1: it looks well (checked 20" in line for line in lines(shop.places, shop.state))

    def test_what_is_not_there_cannot_be_checked(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py", done_when=("(by hand) it shines",))))
        for words in (checked(shop.places, "T1"), checked(shop.places, "T9"), checked(shop.places, "T2", 2)):
            assert not words.ok
        assert "checked" not in shop.kinds()

    def test_complete_is_not_refused_and_says_and_keeps_what_nobody_checked(self, shop: Shop) -> None:
        shop.open(LOOKS)
        shop.reviewed("T1", {"a.py": "a\n"})
        assert mend.skip(shop.places, "T2").ok
        shop.passes()
        assert checked(shop.places, "T1", 1).ok
        answer = complete(shop.places)
        assert answer.ok, answer.text
        assert "Checked by hand:\n  T1 1: it looks well (checked " in answer.text
        assert "Not checked by hand:\n  T1 2: it sounds well" in answer.text
        assert "smells" not in answer.text
        (journal,) = Path(shop.places.archive).glob("*/journal.jsonl")
        assert '"unchecked":["T1 2: it sounds well"]' in journal.read_text().replace(", ", ",").replace(": [", ":[")


class TestNotesOfAPerson:
    def test_a_note_is_in_the_briefs_of_its_task_alone(self, shop: Shop) -> None:
        shop.open(CHAIN)
        row = due(shop.state)[0]
        write_brief(shop.places, shop.state, row)
        assert note(shop.places, "T1", "use the old parser").ok
        assert read_brief(shop.places, row) is None  # written anew, with the note
        assert "## Notes of a person\n- use the old parser" in brief(shop, "T1")
        assert "old parser" not in brief(shop, "T2")
        shop.implement("T1", {"a.py": "a\n"})
        assert "use the old parser" in write_brief(shop.places, shop.state, due(shop.state)[0])[0]

    def test_a_note_for_what_is_done_or_unknown_is_refused(self, shop: Shop) -> None:
        shop.open(CHAIN)
        assert mend.skip(shop.places, "T4").ok
        for name in ("T4", "T9"):
            assert not note(shop.places, name, "x").ok
        assert not note(shop.places, "T1", " ").ok


class TestWhatAgentsSayForOthers:
    def test_for_later_tasks_reaches_those_that_depend_and_later_waves(self, shop: Shop) -> None:
        shop.open(CHAIN)
        shop.implement("T1", {"a.py": "a\n"}, **{"for later tasks": "a() takes two"})
        shop.implement("T2", {"b.py": "b\n"}, **{"for later tasks": "b() is slow"})
        assert "Its agent notes: a() takes two" in brief(shop, "T3")
        assert "## What other tasks noted\n- T2: b() is slow" in brief(shop, "T3")
        assert "b() is slow" not in brief(shop, "T1")  # the same wave

    def test_a_later_report_that_says_nothing_takes_nothing_back(self, shop: Shop) -> None:
        shop.open(CHAIN)
        shop.implement("T1", {"a.py": "a\n"}, **{"for the plan": "no task logs out", "for later tasks": "mind a()"})
        shop.review("T1", "task-reviewer", "fail")
        shop.implement("T1", {"a.py": "aa\n"})
        assert "T1 says (for the plan): no task logs out" in lines(shop.places, shop.state)
        assert "mind a()" in brief(shop, "T3")
        shop.reviews("T1")
        shop.reviewed("T2", {"b.py": "b\n"})
        assert "T1 says (for the plan): no task logs out" in shop.passes().lines()

    @pytest.mark.parametrize("way", ["take_out", "to"])
    def test_a_brief_says_what_became_of_a_skipped_tasks_changes(self, shop: Shop, way: str) -> None:
        shop.open(CHAIN)
        shop.implement("T1", {"a.py": "a\n"})
        assert mend.skip(shop.places, "T1", **({"take_out": True} if way == "take_out" else {"to": "T2"})).ok
        wanted = "its changes were taken out" if way == "take_out" else "its changes went to T2"
        assert f"(skipped; {wanted})" in brief(shop, "T3")
        assert any(wanted in line for line in lines(shop.places, shop.state))


class TestAStoppedTask:
    def test_a_person_sees_the_findings_of_the_last_review_and_a_way_on(self, shop: Shop) -> None:
        shop.open(CHAIN)
        shop.implement("T1", {"a.py": "a\n"})
        finding = {"severity": "critical", "path": "a.py", "line": 3, "what": "the key is logged"}
        shop.review("T1", "task-reviewer", "fail", [finding])
        shop.record("blocked", task="T1", why="3 reviews in a row asked for changes")
        said = "\n".join(lines(shop.places, shop.state))
        assert "[critical] a.py:3 the key is logged" in said
        assert "Recommended: " in said
        assert "/task-planner unblock T1" in said

    def test_failed_reviews_are_counted_over_an_unblocking(self, shop: Shop) -> None:
        shop.open(CHAIN)
        shop.implement("T1", {"a.py": "a\n"})
        shop.review("T1", "task-reviewer", "fail")
        shop.record("blocked", task="T1", why="enough")
        assert mend.unblock(shop.places, "T1").ok
        assert "failed reviews: 1 (0 since a person unblocked it)" in "\n".join(lines(shop.places, shop.state))
