"""amend, allow, skip, unblock, discard: one typed line mends a plan that is slightly wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.gate.shop import TWO, TWO_WAVES, Shop, plan, task

from planweir.brief.render import implementer, reviewer
from planweir.journal.ready import due, graph_task
from planweir.verbs import mend
from planweir.verbs.words import run_verb, split


def typed(shop: Shop, line: str) -> tuple[bool, str]:
    """What `/task-planner LINE` answers."""
    verb, *words = split(line)
    answer = run_verb(shop.places, verb, words)
    return answer.ok, answer.text


class TestAmend:
    @pytest.mark.parametrize(
        ("words", "field", "value"),
        [
            ("--files c.py", "files", ["c.py"]),
            ("--files c.py d.py", "files", ["c.py", "d.py"]),
            ("--files `c.py`, 'two words.py'", "files", ["c.py", "two words.py"]),
            ("--also docs/x.md", "also", ["docs/x.md"]),
            ("--verify 'pytest -q' --verify 'make lint'", "verify", ["pytest -q", "make lint"]),
            ("--new-tests no", "new_tests", False),
            ("--complexity 7", "complexity", 7),
            ("--depends none", "depends_on", []),
        ],
    )
    def test_changes_each_field(self, shop: Shop, words: str, field: str, value: object) -> None:
        shop.open(TWO_WAVES)
        ok, text = typed(shop, f"amend T2 {words}")
        assert ok, text
        assert {**graph_task(shop.state, "T2")}[field] == value

    @pytest.mark.parametrize(
        "words",
        [
            "",
            "T2",
            "T9 --files c.py",
            "T2 --complexity many",
            "T2 --complexity 11",
            "T2 --new-tests perhaps",
            "T2 --files /etc/passwd",
            "T2 --files ../out.py",
            "T2 --depends T9",
            "T2 --depends T2",
            "T2 --verify 'echo \"'",
            "T2 --title x",
        ],
    )
    def test_refuses_what_fits_no_plan_and_changes_nothing(self, shop: Shop, words: str) -> None:
        shop.open(TWO_WAVES)
        before = shop.kinds()
        ok, text = typed(shop, f"amend {words}")
        assert not ok
        assert text
        assert shop.kinds() == before

    def test_refuses_a_cycle_and_shows_it(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        ok, text = typed(shop, "amend T1 --depends T2")
        assert not ok
        assert "T1" in text
        assert "T2" in text

    def test_moves_waves_by_dependencies(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        assert typed(shop, "amend T2 --depends")[0]
        assert shop.state["waves"] == [["T1", "T2"]]
        assert typed(shop, "amend T2 --depends T1")[0]
        assert shop.state["waves"] == [["T1"], ["T2"]]
        assert shop.task("T2")["wave"] == 2

    def test_moves_waves_by_files(self, shop: Shop) -> None:
        shop.open(TWO)
        ok, text = typed(shop, "amend T2 --files a.py")
        assert ok
        assert "wave 2" in text
        assert shop.state["waves"] == [["T1"], ["T2"]]

    def test_a_task_that_moves_into_a_closed_wave_opens_it_again(self, shop: Shop) -> None:
        command, count = shop.counter()
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head=f"Verify at end: `{command}`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        assert typed(shop, "amend T2 --depends none")[0]
        assert [row.task for row in due(shop.state)] == ["T2"]
        shop.reviewed("T2", {"b.py": "b\n"})
        done = shop.passes()
        assert (done.wave, done.last, count()) == (1, True, 1)
        assert shop.commits() == ["T1: Do T1", "T2: Do T2"]
        assert shop.step() == "done"

    def test_after_the_start_dependencies_stand_and_the_rest_may_change(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.begin("T1")
        assert not typed(shop, "amend T1 --depends none")[0]
        assert typed(shop, "amend T1 --files a.py c.py")[0]

    def test_a_finished_task_stands(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        assert not typed(shop, "amend T1 --files c.py")[0]
        assert typed(shop, "skip T2")[0]
        assert not typed(shop, "amend T2 --files c.py")[0]

    def test_gives_no_task_the_files_that_an_agent_works_on(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.begin("T1")
        ok, text = typed(shop, "amend T2 --files a.py")
        assert not ok
        assert "T1" in text

    def test_widened_files_make_reviews_due_again(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.reviewed("T2", {"b.py": "b\n"})
        shop.write("c.py")
        assert typed(shop, "amend T1 --files a.py c.py")[0]
        assert not shop.gate().due
        assert shop.status("T1") == "implemented"

    def test_reaches_the_next_brief(self, shop: Shop) -> None:
        shop.open(TWO)
        assert typed(shop, "amend T1 --verify 'make it'")[0]
        assert "make it" in implementer(shop.state, due(shop.state)[0])


class TestAllow:
    def test_adds_one_path(self, shop: Shop) -> None:
        shop.open(TWO)
        assert typed(shop, "allow T1 ./docs/../docs/x.md")[0]
        assert shop.state["allowed"] == {"T1": ["docs/x.md"]}

    @pytest.mark.parametrize("path", ["/etc/passwd", "../x", ".", "a/../.."])
    def test_refuses_what_lies_outside(self, shop: Shop, path: str) -> None:
        shop.open(TWO)
        assert not mend.allow(shop.places, "T1", path).ok

    def test_a_name_that_begins_with_dots_lies_inside(self, shop: Shop) -> None:
        shop.open(TWO)
        assert mend.allow(shop.places, "T1", "..hidden").ok

    def test_the_project_may_be_spelt_through_a_link(self, shop: Shop) -> None:
        shop.open(TWO)
        (shop.folder / "link").symlink_to(shop.root)
        assert mend.allow(shop.places, "T1", str(shop.folder / "link" / "x.md")).ok
        assert shop.state["allowed"] == {"T1": ["x.md"]}

    def test_refuses_an_unknown_task_and_names_the_known(self, shop: Shop) -> None:
        shop.open(TWO)
        ok, text = typed(shop, "allow T7 x.md")
        assert not ok
        assert "T1, T2" in text

    @pytest.mark.parametrize("path", ["one.py", "two.py"])
    def test_refuses_any_file_that_an_agent_works_on(self, shop: Shop, path: str) -> None:
        shop.open(plan(task("T1", "one.py two.py"), task("T2", "b.py")))
        shop.begin("T1")
        ok, text = typed(shop, f"allow T2 {path}")
        assert not ok
        assert "T1" in text

    def test_for_a_finished_task_says_what_to_do_instead(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        assert "commit the change yourself" in typed(shop, "allow T1 x.md")[1]


class TestSkip:
    def test_a_task_that_changed_nothing_needs_no_word(self, shop: Shop) -> None:
        shop.open(TWO)
        assert typed(shop, "skip T1 --why not needed")[0]
        assert (shop.status("T1"), shop.task("T1")["why"]) == ("skipped", "not needed")

    def test_half_done_changes_need_one_and_both_ways_are_named(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.implement("T1", {"a.py": "half\n"})
        ok, text = typed(shop, "skip T1")
        assert not ok
        assert "a.py" in text
        assert "--to TASK" in text
        assert "--take-out" in text
        assert shop.status("T1") == "implemented"

    def test_to_hands_them_over(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.implement("T1", {"a.py": "half\n"})
        assert typed(shop, "skip T1 --to T2")[0]
        assert shop.state["allowed"] == {"T2": ["a.py"]}
        assert "a.py" in implementer(shop.state, due(shop.state)[0])

    @pytest.mark.parametrize("to", ["T1", "T9"])
    def test_to_names_another_unfinished_task(self, shop: Shop, to: str) -> None:
        shop.open(TWO)
        shop.implement("T1", {"a.py": "half\n"})
        assert not typed(shop, f"skip T1 --to {to}")[0]
        assert shop.status("T1") == "implemented"

    def test_take_out_puts_back_what_was_and_keeps_the_patch(self, shop: Shop) -> None:
        shop.write("a.py", "the person's\n")
        shop.open(TWO)
        shop.implement("T1", {"a.py": "half\n"})
        ok, text = typed(shop, "skip T1 --take-out")
        assert ok
        assert shop.read("a.py") == "the person's\n"
        patch = Path(text.split("kept in ")[1].split(".patch")[0] + ".patch")
        shop.git("apply", str(patch))
        assert shop.read("a.py") == "half\n"

    def test_a_running_task_is_not_skipped(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.begin("T1")
        assert not typed(shop, "skip T1")[0]

    def test_a_finished_task_is_not_skipped(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        shop.reviewed("T1")
        shop.passes()
        assert not typed(shop, "skip T1")[0]

    def test_tells_who_depends_on_it(self, shop: Shop) -> None:
        shop.open(TWO_WAVES)
        assert "T2 depends on it" in typed(shop, "skip T1")[1]


class TestUnblock:
    def test_gives_a_blocked_task_another_try_with_the_note_in_its_brief(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.record("stuck", task="T1", agent=shop.begin("T1"), why="which table?")
        assert typed(shop, "unblock T1 --note use the second table")[0]
        assert shop.status("T1") == "pending"
        assert "use the second table" in implementer(shop.state, due(shop.state)[0])

    def test_blocked_in_review_it_is_reviewed_again_and_the_reviewer_reads_the_note(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        shop.implement("T1", {"a.py": "a\n"})
        shop.record("blocked", task="T1", why="three reviewers ended without a review")
        assert typed(shop, "unblock T1 --note look at the table")[0]
        assert shop.status("T1") == "implemented"
        assert "look at the table" in reviewer(shop.state, due(shop.state)[0], "facts")

    def test_refuses_a_task_that_is_not_blocked(self, shop: Shop) -> None:
        shop.open(TWO)
        assert not typed(shop, "unblock T1")[0]


class TestDiscard:
    def test_a_person_puts_paths_back_to_the_last_commit_and_the_patch_is_kept(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.write("README.md", "changed\n")
        shop.write("new/file.txt", "new\n")
        answer = mend.discard(shop.places, ["README.md", "new/file.txt"])
        assert answer.ok, answer.text
        assert shop.dirty() == []
        assert not (shop.root / "new").exists()
        patch = answer.text.split("kept in ")[1].rstrip(".")
        shop.git("apply", patch)
        assert (shop.read("README.md"), shop.read("new/file.txt")) == ("changed\n", "new\n")

    @pytest.mark.parametrize("path", ["new", "/etc/passwd", "../x", ".git/config", "nothing.txt"])
    def test_what_cannot_be_put_back_is_an_answer_of_no(self, shop: Shop, path: str) -> None:
        shop.open(TWO)
        shop.write("new/file.txt", "new\n")
        answer = mend.discard(shop.places, [path])
        assert not answer.ok
        assert (shop.root / "new/file.txt").exists()

    def test_the_patch_of_what_was_put_back_before_a_failure_is_kept(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.write("README.md", "changed\n")
        shop.write("new/file.txt", "new\n")
        answer = mend.discard(shop.places, ["README.md", "new"])
        assert not answer.ok
        assert "put back: README.md" in answer.text
        kept = list(Path(shop.places.artifacts).rglob("*.patch"))
        assert ["changed" in path.read_text() for path in kept] == [True]
        assert "discarded" in shop.kinds()

    def test_an_implementer_puts_back_only_what_its_own_attempt_changed(self, shop: Shop) -> None:
        shop.write("README.md", "the person's\n")
        shop.write("a.py", "the person's\n")
        shop.open(TWO)
        agent = shop.begin("T1")
        shop.write("a.py", "the agent's\n")
        assert not mend.discard(shop.places, ["README.md"], agent).ok
        assert mend.discard(shop.places, ["a.py"], agent).ok
        assert (shop.read("a.py"), shop.read("README.md")) == ("the person's\n", "the person's\n")

    def test_an_implementer_leaves_a_neighbours_files_alone(self, shop: Shop) -> None:
        shop.open(TWO)
        first = shop.begin("T1")
        shop.begin("T2")
        shop.write("b.py", "the neighbour's\n")
        answer = mend.discard(shop.places, ["b.py"], first)
        assert not answer.ok
        assert "T2" in answer.text
        assert shop.read("b.py") == "the neighbour's\n"

    def test_a_reviewer_and_an_unknown_agent_discard_nothing(self, shop: Shop) -> None:
        shop.open(TWO)
        shop.implement("T1", {"a.py": "a\n"})
        for agent in (shop.begin("T1", "task-reviewer"), "stranger"):
            assert not mend.discard(shop.places, ["a.py"], agent).ok
        assert shop.read("a.py") == "a\n"


@pytest.mark.parametrize(
    "line",
    [
        "amend T1 --files x.py",
        "allow T1 x.py",
        "waive changes --why x",
        "skip T1",
        "unblock T1",
        "discard x.py",
        "pause",
    ],
)
def test_without_an_open_plan_every_verb_says_so_and_leaves_nothing(shop: Shop, line: str) -> None:
    ok, text = typed(shop, line)
    assert not ok
    assert "no plan is open" in text
    assert not os.path.exists(shop.places.journal)
