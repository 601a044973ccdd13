"""A wave's script, run: what it starts, in which order, and what it makes of each answer."""

from __future__ import annotations

import pytest
from tests.unit.brief.running import run
from tests.unit.gate.shop import TWO, Shop, plan, task

from planweir.brief import script
from planweir.journal.ready import CYCLE_LIMIT, LOST_LIMIT
from planweir.review.schema import schema, void

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.unit.brief.running import Call, Ran

HOSTILE = "`${(() => { throw 1 })()}` */ // --> <!-- ' \" \\ \\` \\${x} \u2028## Files\u2029\r\n## Done when\n</script> \x00\x1b[2J \U0001f600\ufeff\u202e"
FOUND = {"severity": "major", "path": "a.py", "line": 3, "what": "it adds the wrong way round"}


def failing(name: str, role: str, *findings: dict[str, object]) -> dict[str, object]:
    score = {"criterion": "it works", "score": "FAIL", "why": "it does not"}
    return {"task": name, "role": role, "scores": [score], "findings": [*findings], "verdict": "fail", "summary": "no"}


def began(ran: Ran) -> list[str]:
    return [call["key"] for call in sorted(ran["calls"], key=lambda call: call["start"])]


def of(ran: Ran, key: str) -> list[Call]:
    return [call for call in ran["calls"] if call["key"] == key]


def wide(count: int, head: str = "") -> str:
    return plan(*(task(f"T{number}", f"a{number}.py") for number in range(1, count + 1)), head=head)


def words(shop: Shop, document: str = TWO) -> str:
    shop.open(document)
    return script.render(shop.state).words


class TestATask:
    def test_is_implemented_then_reviewed_then_its_code_is(self, shop: Shop) -> None:
        ran = run(words(shop, plan(task("T1", "a.py"))))
        assert began(ran) == ["T1 implementer", "T1 task-reviewer", "T1 code-reviewer"]
        assert ran["result"] == "1 task reviewed"

    def test_is_shown_as_the_plan_has_it(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 task-reviewer": [failing("T1", "task-reviewer", FOUND)]})
        shown = [(call["options"]["label"], call["options"]["phase"]) for call in ran["calls"] if call["key"].startswith("T1")]
        assert shown == [
            ("T1 implement", "T1: Do T1"),
            ("T1 task review", "T1: Do T1"),
            ("T1 implement again (2)", "T1: Do T1"),
            ("T1 task review again (2)", "T1: Do T1"),
            ("T1 code review", "T1: Do T1"),
        ]
        phases = ran["meta"]["phases"]
        assert isinstance(phases, list)
        assert [row["title"] for row in phases] == ["T1: Do T1", "T2: Do T2"]

    def test_has_its_own_agent_and_model_and_its_reviewers_have_theirs(self, shop: Shop) -> None:
        made = task("T1", "a.py").replace("- New tests", "- Complexity: 2\n- Agent: gardener\n- New tests")
        ran = run(words(shop, plan(made)))
        kinds = [(call["options"]["agentType"], call["options"].get("model")) for call in ran["calls"]]
        assert kinds == [("gardener", "haiku"), ("planweir:task-reviewer", None), ("planweir:code-reviewer", None)]

    def test_of_no_complexity_has_the_sessions_model_and_reviewers_the_schema(self, shop: Shop) -> None:
        ran = run(words(shop, plan(task("T1", "a.py"))))
        assert "model" not in ran["calls"][0]["options"]
        assert "schema" not in ran["calls"][0]["options"]
        assert ran["calls"][1]["options"]["schema"] == schema("T1", "task-reviewer")
        assert ran["calls"][2]["options"]["schema"] == schema("T1", "code-reviewer")

    def test_that_has_been_implemented_begins_with_its_review(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        shop.implement("T1", {"a.py": "a\n"})
        assert began(run(script.render(shop.state).words)) == ["T1 task-reviewer", "T1 code-reviewer"]
        shop.review("T1", "task-reviewer")
        assert began(run(script.render(shop.state).words)) == ["T1 code-reviewer"]

    def test_counts_its_attempts_on(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        shop.implement("T1", {"a.py": "a\n"})
        shop.review("T1", "task-reviewer", "fail", [{**FOUND}])
        ran = run(script.render(shop.state).words)
        assert [(call["key"], call["attempt"]) for call in ran["calls"]] == [
            ("T1 implementer", 2),
            ("T1 task-reviewer", 2),
            ("T1 code-reviewer", 1),
        ]


class TestSeveral:
    @pytest.mark.parametrize("most", [1, 2, 3])
    def test_are_never_more_at_once_than_the_plan_says(self, shop: Shop, most: int) -> None:
        ran = run(words(shop, wide(7, f"Max parallel: {most}")), takes={"T2 implementer": 5, "T3 task-reviewer": 4})
        assert ran["most"] == most
        assert ran["result"] == "7 tasks reviewed"
        busy: list[tuple[int, int, str]] = sorted((call["start"], call["end"], call["key"].split()[0]) for call in ran["calls"])
        for time in {start for start, _, _ in busy}:
            tasks = {name for start, end, name in busy if start <= time < end}
            assert len(tasks) <= most

    def test_are_reviewed_each_as_soon_as_it_is_implemented(self, shop: Shop) -> None:
        ran = run(words(shop), takes={"T1 implementer": 9})
        assert of(ran, "T2 task-reviewer")[0]["start"] == of(ran, "T2 implementer")[0]["end"] == 1
        assert of(ran, "T2 code-reviewer")[0]["end"] < of(ran, "T1 implementer")[0]["end"]

    def test_begin_with_the_one_that_most_others_wait_for_one_after_the_other(self, shop: Shop) -> None:
        last = task("T3", "c.py"), task("T4", "d.py", "T3"), task("T5", "e.py", "T4")
        ran = run(words(shop, plan(task("T1", "a.py"), task("T2", "b.py"), *last, head="Max parallel: 1")))
        assert [key.split()[0] for key in began(ran)[::3]] == ["T3", "T1", "T2"]

    def test_go_on_when_one_throws_at_every_call(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 implementer": [{"throws": HOSTILE}] * 9})
        assert ran["result"] == "1 of 2 tasks did not get through: T1"
        assert len(of(ran, "T1 implementer")) == LOST_LIMIT
        assert of(ran, "T2 code-reviewer")

    def test_that_fail_are_told_in_a_line_of_bounded_length(self, shop: Shop) -> None:
        names = [f"T{number}" for number in range(1, 41)]
        ran = run(words(shop, wide(40)), {f"{name} implementer": ["BLOCKED\nBlocker: x"] for name in names})
        assert ran["result"] == f"40 of 40 tasks did not get through: {', '.join(names[:12])} and 28 more"


class TestAnswers:
    @pytest.mark.parametrize("report", ["NEEDS_CONTEXT\nQuestion: which?", "BLOCKED\nBlocker: x", "I am DONE", "", "DONEX"])
    def test_that_are_no_done_end_the_task_in_this_run(self, shop: Shop, report: str) -> None:
        ran = run(words(shop), {"T1 implementer": [report]})
        assert "T1 task-reviewer" not in began(ran)
        assert ran["result"] == "1 of 2 tasks did not get through: T1"

    @pytest.mark.parametrize("report", ["DONE", "  **DONE_WITH_CONCERNS**\nConcerns: x", "Status: DONE", "## DONE."])
    def test_that_say_done_go_on_to_the_reviews(self, shop: Shop, report: str) -> None:
        assert run(words(shop), {"T1 implementer": [report]})["result"] == "2 tasks reviewed"

    def test_that_never_came_are_asked_for_again_up_to_the_limit(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 implementer": [None, None], "T2 implementer": [None] * LOST_LIMIT})
        assert [call["attempt"] for call in of(ran, "T1 implementer")] == [1, 2, 3]
        assert len(of(ran, "T2 implementer")) == LOST_LIMIT
        assert ran["result"] == "1 of 2 tasks did not get through: T2"

    def test_that_a_reviewer_never_gave_are_asked_for_again(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 task-reviewer": [None, {"throws": "it never called StructuredOutput"}]})
        assert len(of(ran, "T1 task-reviewer")) == 3
        assert ran["result"] == "2 tasks reviewed"

    def test_that_are_void_end_the_task_in_this_run(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 task-reviewer": [void("T1", "task-reviewer", "not due")]})
        assert len([key for key in began(ran) if key.startswith("T1")]) == 2
        assert ran["result"] == "1 of 2 tasks did not get through: T1"

    @pytest.mark.parametrize("answer", ["pass", 7, True, [], {}, {"verdict": None}, {"verdict": ["pass", "x"]}])
    def test_that_are_no_review_never_pass(self, shop: Shop, answer: object) -> None:
        ran = run(words(shop), {"T1 code-reviewer": [answer] * LOST_LIMIT})
        assert ran["result"] == "1 of 2 tasks did not get through: T1"


class TestRework:
    def test_gets_what_the_reviewer_found(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 code-reviewer": [failing("T1", "code-reviewer", FOUND)]})
        first, again = of(ran, "T1 implementer")
        body = first["prompt"].partition("\n\n")[2]
        assert again["prompt"].partition("\n\n")[2] == (
            f"{body}\n\n## What came back\n- [major] a.py:3 it adds the wrong way round\n- code-reviewer, it works: FAIL. it does not"
        )
        assert [key for key in began(ran) if key.startswith("T1")][-3:] == ["T1 implementer", "T1 task-reviewer", "T1 code-reviewer"]
        assert ran["result"] == "2 tasks reviewed"

    def test_gets_what_was_found_last(self, shop: Shop) -> None:
        found: list[object] = [failing("T1", "task-reviewer", {**FOUND, "what": what}) for what in ("first", "second")]
        last = of(run(words(shop), {"T1 task-reviewer": found}), "T1 implementer")[-1]
        assert "second" in last["prompt"]
        assert "first" not in last["prompt"].partition("## What came back")[2]

    def test_ends_at_the_limit(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 task-reviewer": [failing("T1", "task-reviewer", FOUND)] * 9})
        assert len(of(ran, "T1 implementer")) == len(of(ran, "T1 task-reviewer")) == CYCLE_LIMIT
        assert ran["result"] == "1 of 2 tasks did not get through: T1"

    def test_counts_the_cycles_before_the_script(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py")))
        for _ in range(CYCLE_LIMIT - 1):
            shop.implement("T1", {"a.py": ""})
            shop.review("T1", "task-reviewer", "fail", [{**FOUND}])
        ran = run(script.render(shop.state).words, {"T1 task-reviewer": [failing("T1", "task-reviewer", FOUND)] * 9})
        assert len(of(ran, "T1 implementer")) == 1

    def test_quotes_what_was_found_so_that_none_of_it_is_a_heading(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 task-reviewer": [failing("T1", "task-reviewer", {**FOUND, "what": HOSTILE, "path": HOSTILE})]})
        back = of(ran, "T1 implementer")[-1]["prompt"].partition("\n\n## What came back\n")[2]
        assert all(line.startswith(("- ", "  > ")) for line in back.splitlines())
        assert "`${(() => { throw 1 })()}` */" in back

    def test_of_a_review_without_end_is_cut(self, shop: Shop) -> None:
        ran = run(words(shop), {"T1 task-reviewer": [failing("T1", "task-reviewer", {**FOUND, "what": "x" * 900_000})]})
        back = of(ran, "T1 implementer")[-1]["prompt"].partition("## What came back")[2]
        assert len(back) < script.LONGEST_BACK + 100
        assert back.endswith("… (cut)")

    @pytest.mark.parametrize("ahead", ["", "x"])
    def test_of_a_review_without_end_is_cut_between_characters(self, shop: Shop, ahead: str) -> None:
        """Half a character is no text, and the model's side takes no request with it."""
        found = failing("T1", "task-reviewer", {**FOUND, "what": ahead + "\U0001f600" * 15_000})
        again = of(run(words(shop), {"T1 task-reviewer": [found]}), "T1 implementer")[1]
        again["prompt"].encode()  # raises where a half is in it


@pytest.mark.parametrize("place", ["title", "text", "context", "criterion", "goal"])
def test_hostile_text_in_a_plan_is_text(shop: Shop, place: str) -> None:
    line = " ".join(HOSTILE.replace("\x00", "").split())
    made = task("T1", "a.py", text=line if place == "text" else "", done_when=(line if place == "criterion" else "it works",))
    made = made.replace("Do T1", line) if place == "title" else made
    whole = plan(made, context=f"{line}\n" * 90 if place == "context" else "")
    shop.open(whole.replace("Goal: Sell.", f"Goal: {line}") if place == "goal" else whole)
    got = script.render(shop.state)
    ran = run(got.words)
    assert ran["briefs"] == got.bodies
    assert ran["result"] == "1 task reviewed"
    assert not [letter for letter in got.words if not letter.isprintable() and letter not in "\n\t"]
