"""What a plan leaves behind: artefacts of each task, the gates' output, the summary; while it runs and after."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.gate.shop import Shop, plan, task

from planweir.brief.render import write_brief
from planweir.journal.ready import due
from planweir.verbs import mend
from planweir.verbs.complete import complete
from planweir.verbs.ending import abort
from planweir.verbs.record import account, listing

ONE = plan(task("T1", "a.py"), head="Verify: `echo '3 passed in 0.01s'`")


def worked(shop: Shop) -> None:
    """T1 failed one review and passed the next, and its gate passed."""
    shop.open(ONE)
    write_brief(shop.places, shop.state, due(shop.state)[0])
    shop.implement("T1", {"a.py": "a\n"}, **{"for the plan": "nobody logs out"})
    shop.review("T1", "task-reviewer", "fail", [{"severity": "low", "path": "a.py", "line": 1, "what": "no docstring"}])
    shop.implement("T1", {"a.py": "aa\n"}, concerns="it is slow")
    shop.reviews("T1")
    shop.passes()


class TestArtefacts:
    def test_each_task_has_its_brief_reports_reviews_and_the_gate_its_output(self, shop: Shop) -> None:
        worked(shop)
        answer = listing(shop.places)
        rows = answer.data["artifacts"]
        assert isinstance(rows, list)
        kinds = [(row["task"], row["kind"]) for row in rows]
        assert kinds.count(("T1", "report")) == 2
        assert kinds.count(("T1", "review")) == 3
        assert ("T1", "brief") in kinds
        assert ("", "gate") in kinds
        assert all(Path(str(row["path"])).is_file() for row in rows)
        said = {str(row["said"]) for row in rows}
        assert "task-reviewer: fail, 1 finding" in said
        assert any("nobody logs out" in line for line in said)

    def test_the_gates_file_holds_what_its_commands_printed_and_the_tree(self, shop: Shop) -> None:
        worked(shop)
        words = Path(shop.places.artifacts, "gates", "wave-1-1.txt").read_text()
        assert "3 passed in 0.01s" in words
        assert "Tree: " in words
        assert "Passed: every wave is closed" in words

    def test_one_task_alone_is_listed_alone(self, shop: Shop) -> None:
        worked(shop)
        assert "gate" not in {row["kind"] for row in listing(shop.places, "T1").data["artifacts"]}  # type: ignore[attr-defined]
        assert not listing(shop.places, "T9").ok

    def test_a_brief_that_an_agent_had_outlives_an_amendment(self, shop: Shop) -> None:
        shop.open(ONE)
        write_brief(shop.places, shop.state, due(shop.state)[0])
        shop.begin("T1")
        assert mend.amend(shop.places, "T1", {"also": ["b.py"]}).ok
        assert Path(shop.places.artifacts, "briefs", "T1-implementer-1.md").exists()

    def test_without_a_plan_there_is_nothing_to_list(self, shop: Shop) -> None:
        assert not listing(shop.places).ok
        assert not account(shop.places).ok


class TestSummary:
    def test_complete_writes_it_and_prints_where(self, shop: Shop) -> None:
        worked(shop)
        commit = shop.git("rev-parse", "--short=10", "HEAD").strip()
        assert mend.waive(shop.places, "new-tests", "a spike").ok
        answer = complete(shop.places)
        path = next(line for line in answer.text.splitlines() if line.startswith("Summary: ")).removeprefix("Summary: ")
        words = Path(path).read_text()
        for part in (
            "# Shop",
            "State: complete",
            f"T1 Do T1: completed; commit {commit}; 3 passed; reviews: task-reviewer pass, code-reviewer pass; 1 failed review before; 2 attempts",
            "Gate: passed after 1 run",
            "new-tests: a spike",
            "T1: nobody logs out",
            "T1: it is slow",
        ):
            assert part in words
        assert account(shop.places).text == words.rstrip()

    def test_it_can_be_had_at_any_time(self, shop: Shop) -> None:
        shop.open(ONE)
        assert "State: under way" in account(shop.places).text

    def test_an_aborted_plan_has_one_too(self, shop: Shop) -> None:
        shop.open(ONE)
        assert abort(shop.places).ok
        assert "State: aborted by a person" in account(shop.places).text

    def test_the_command_line_gives_both(self, shop: Shop) -> None:
        worked(shop)
        assert "# Shop" in shop.planner("summary").stdout
        done = shop.planner("artifacts", "T1", "--json")
        assert json.loads(done.stdout)["artifacts"]


def test_complete_without_commits_says_which_files_are_not_committed(shop: Shop) -> None:
    shop.open(ONE.replace("Goal: Sell.", "Goal: Sell.\nCommit: none"))
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.passes()
    assert "Not committed, as the plan wanted: a.py" in complete(shop.places).text


def test_the_last_gate_says_that_a_check_failed_before_the_plan_and_how_to_waive_it(shop: Shop) -> None:
    shop.open(ONE.replace("echo '3 passed in 0.01s'", "false"))
    shop.reviewed("T1", {"a.py": "a\n"})
    said = "\n".join(shop.fails().lines())
    assert "it failed before the plan too" in said
    assert "/task-planner waive verify-1 --why" in said
