"""Requirements of a plan: how they are read, what is refused, and that each is served by a task."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.plan.check import check
from planweir.plan.model import Plan, Problem
from planweir.plan.reader import read_text, schema_problems
from planweir.plan.requirements import Requirement, Wanted
from planweir.plan.write import to_markdown

HEAD = "# Plan: P\n\nGoal: Sell.\nVerify: `true`\n\n"
TASK = "### T1: Do it\n- Files: `a.py`\n- New tests: no\n- Serves: {}\n\n#### Done when\n- it works\n"


def document(section: str, serves: str = "R1", title: str = "## Requirements") -> str:
    return f"{HEAD}{title}\n\n{section}\n\n## Tasks\n\n{TASK.format(serves)}"


def read(section: str, **kwargs: str) -> tuple[Requirement, ...]:
    reading = read_text(document(section, **kwargs))
    assert reading.plan is not None, reading.problems
    return reading.plan.requirements


def problems(section: str, serves: str = "R1") -> list[Problem]:
    """Everything that the reader and the check say as an error."""
    reading = read_text(document(section, serves))
    assert reading.partial is not None
    found = [*reading.problems, *check(reading.partial, None, reading.lines)]
    return [*{(row.code, row.line, row.message): row for row in reversed(found) if row.level == "error"}.values()]


def problem(section: str, serves: str = "R1") -> Problem:
    (found,) = problems(section, serves)
    return found


class TestReading:
    def test_requirements_and_criteria_as_a_nested_list(self) -> None:
        found = read("- R1: People can log in\n  - R1.1: a wrong password answers 401\n  - R1.2: (by hand) it reads well\n- R2: It is fast")
        login, fast = found
        assert (login.id, login.text, login.line) == ("R1", "People can log in", 8)
        assert login.criteria == (Wanted("R1.1", "a wrong password answers 401"), Wanted("R1.2", "it reads well", by_hand=True))
        assert fast == Requirement("R2", "It is fast")

    @pytest.mark.parametrize(
        "line",
        [
            "- R1: x",
            "* R1: x",
            "1. R1: x",
            "- **R1**: x",
            "- **R1:** x",
            "- `R1`: x",
            "- [R1] - x",
            "- [ ] R1: x",
            "- R1 - x",
            "- R1 — x",
            "- R1. x",
            "- R1:x",
            "- Requirement R1: x",
            "### R1: x",
            "### **R1: x**",
            "- **R1: x**",
        ],
    )
    def test_ways_to_write_one(self, line: str) -> None:
        assert read(line) == (Requirement("R1", "x"),)

    def test_headings_with_bullets_below_them(self) -> None:
        (found,) = read("### R1: Log in\n\nWith a password.\n\n- R1.1: a\n- R1.2: b\n  in two lines")
        assert found.text == "Log in\n\nWith a password."
        assert found.criteria == (Wanted("R1.1", "a"), Wanted("R1.2", "b\nin two lines"))

    def test_a_flat_list_and_headings_that_group(self) -> None:
        first, second = read("### Front end\n\n- R1: a\n- R1.1: b\n\n### Back end\n\n- R2: c\n", serves="R1, R2")
        assert (first.id, [row.id for row in first.criteria], second.text) == ("R1", ["R1.1"], "c")

    @pytest.mark.parametrize("mark", ["(by hand) it shines", "it shines (by hand)", "**(by hand)** it shines", "(By hand): it shines"])
    def test_ways_to_mark_one_for_a_person(self, mark: str) -> None:
        assert read(f"- R1: {mark}") == (Requirement("R1", "it shines", by_hand=True),)

    @pytest.mark.parametrize(
        ("tail", "command"),
        [
            ("(check: `pytest -q -k login`)", "pytest -q -k login"),
            ("(check: pytest -q)", "pytest -q"),
            ("(Check: `` echo `date` ``).", "echo `date`"),
            ("\n  (check: `sh -c '(true)'`)", "sh -c '(true)'"),
        ],
    )
    def test_ways_to_name_its_command(self, tail: str, command: str) -> None:
        assert read(f"- R1: it works {tail}") == (Requirement("R1", "it works", check=command),)

    def test_a_list_below_a_criterion_is_part_of_its_text(self) -> None:
        (found,) = read("- R1: a\n  - R1.1: both\n    - this\n    - that")
        assert found.criteria[0].text == "both\n- this\n- that"

    def test_prose_beside_them_is_context(self) -> None:
        reading = read_text(document("People want in.\n\n- R1: a\n\nThat is all."))
        assert reading.plan is not None
        assert "People want in." in reading.plan.context
        assert "That is all." in reading.plan.context
        assert "R1" not in reading.plan.context

    def test_a_section_without_ids_is_context_as_it_always_was(self) -> None:
        text = f"{HEAD}## Requirements\n\n- people can log in\n\n## Tasks\n\n{TASK.format('none')}"
        reading = read_text(text)
        assert reading.plan is not None
        assert reading.plan.requirements == ()
        assert "people can log in" in reading.plan.context
        (notice,) = [row for row in reading.problems if row.code == "other-section"]
        assert "- R1: <text>" in notice.mend

    def test_a_document_without_a_tasks_heading_keeps_requirements_and_tasks_apart(self) -> None:
        reading = read_text(f"{HEAD}## Requirements\n\n### R1: a\n- R1.1: b\n\n{TASK.format('R1')}")
        assert reading.plan is not None, reading.problems
        assert [task.id for task in reading.plan.tasks] == ["T1"]
        assert [row.id for row in reading.plan.requirements] == ["R1"]

    def test_serves_is_read_in_any_case(self) -> None:
        reading = read_text(document("- R1: a\n  - R1.1: b", "r1.1 and r1"))
        assert reading.plan is not None
        assert reading.plan.tasks[0].serves == ("R1.1", "R1")

    def test_in_fences_and_comments_there_are_none(self) -> None:
        assert [row.id for row in read("- R1: a\n\n<!-- - R2: b -->\n\n```\n- R3: c\n```")] == ["R1"]


class TestProblems:
    @pytest.mark.parametrize(
        ("section", "code", "line", "mend"),
        [
            ("- R1: a\n  - R1.1:", "empty-requirement", 9, "R1.1"),
            ("- R1: <what>", "empty-requirement", 8, "what must hold"),
            ("- R1: a\n  - it is fast", "requirement-id", 9, "`- R1.1: it is fast`"),
            ("- R1: a\n- it is fast", "requirement-id", 9, "`- R2: it is fast`"),
            ("- R1: a\n  - R2.1: b", "requirement-place", 9, "R1."),
            ("- R1: a\n- R2.1: b", "requirement-place", 9, "`- R2: <text>`"),
            ("- R1: a\n  - R2: b", "requirement-place", 9, "`R1.1`"),
            ("- R1: a\n  - R1.1: b\n    - R1.1.1: c", "bad-requirement-id", 10, "`R1.1`"),
            ("- R1: a (check: `x`, `y`)", "bad-value", 8, "&&"),
            ("- R1: (check: `x`) holds", "bad-value", 8, "at the very end"),
            ("- R1: a (check: ``)", "bad-value", 8, "check"),
            ("- R1: it (by hand) shines", "bad-value", 8, "beginning or at the end"),
            ("- R1: a\n  - (by hand)", "empty-requirement", 9, "what must hold"),
        ],
    )
    def test_what_cannot_be_read_names_its_line_and_a_mend(self, section: str, code: str, line: int, mend: str) -> None:
        found = problem(section)
        assert (found.code, found.line) == (code, line)
        assert mend in found.mend

    @pytest.mark.parametrize(
        ("section", "serves", "code", "line", "words"),
        [
            ("- R1: a\n- R2: b", "R1", "unserved-requirement", 9, "no task serves R2"),
            ("- R1: a\n  - R1.1: b\n  - R1.2: c", "R1.1", "unserved-requirement", 10, "no task serves R1.2"),
            ("- R1: a\n- R2: a\n  - R2.1: b\n  - R2.2: c", "R1", "unserved-requirement", 9, "no task serves R2"),
            ("- R1: a (by hand)\n  - R1.1: b", "R1.1", "unserved-requirement", 8, "no task serves R1"),
            ("- R1: a\n- R1: b", "R1", "duplicate-requirement", 8, "given twice"),
            ("- R1: a\n  - R1.1: b\n  - r1.1: c", "R1", "duplicate-requirement", 9, "given twice"),
            ("- R1: a\n  - R1.10: b", "R1, R1.01", "unknown-requirement", 16, "R1.01"),
            ("- R1: a (by hand) (check: `x`)", "R1", "bad-value", 8, "by hand and names a check"),
            ("- R1: a (check: `echo 'x`)", "R1", "bad-command", 8, "R1: check"),
            ("- R1: a\n- T1: b", "R1, T1", "duplicate-id", 9, "a requirement and a task"),
        ],
    )
    def test_what_check_refuses(self, section: str, serves: str, code: str, line: int, words: str) -> None:
        found = problem(section, serves)
        assert (found.code, found.line) == (code, line)
        assert words in found.message

    def test_an_unknown_id_names_the_nearest(self) -> None:
        assert problem("- R1: a\n  - R1.10: b", "R1, R1.01").mend == "did you mean R1.10?"

    def test_serving_what_the_plan_does_not_have_is_an_error(self) -> None:
        reading = read_text(f"{HEAD}## Tasks\n\n{TASK.format('R1')}")
        assert reading.partial is not None
        (found,) = [row for row in check(reading.partial) if row.level == "error"]
        assert found.code == "unknown-requirement"
        assert "## Requirements" in found.mend

    @pytest.mark.parametrize("serves", ["R1", "R1.1, R1.2", "R1.1, R1.2, R1"])
    def test_a_requirement_is_served_by_its_name_or_by_all_of_its_criteria(self, serves: str) -> None:
        assert problems("- R1: a\n  - R1.1: b\n  - R1.2: c (check: `true`)", serves) == []

    def test_a_plan_without_requirements_is_as_before(self) -> None:
        reading = read_text(f"{HEAD}## Tasks\n\n{TASK.format('none')}")
        assert reading.plan is not None
        assert reading.plan.requirements == ()
        assert [row for row in check(reading.plan) if row.level == "error"] == []
        assert "## Requirements" not in to_markdown(reading.plan)


class TestOtherForms:
    PLAN = document("- R1: a (check: ``echo `x` ``)\n  - R1.1: b\n    c\n  - R1.2: (by hand) d")

    def test_markdown_goes_round(self) -> None:
        plan = read_text(self.PLAN).plan
        assert plan is not None
        assert read_text(to_markdown(plan)).plan == plan

    def test_json_goes_round_and_fits_the_schema(self) -> None:
        plan = read_text(self.PLAN).plan
        assert plan is not None
        assert schema_problems(plan.to_json()) == []
        assert read_text(json.dumps(plan.to_json()), "json").plan == plan

    @pytest.mark.parametrize(
        ("row", "where"),
        [
            ({"id": "R1"}, "$.requirements[0] lacks `text`"),
            ({"id": "R1.1", "text": "a"}, '$.requirements[0].id is "R1.1"'),
            ({"id": "R", "text": "a"}, '$.requirements[0].id is "R"'),
            ({"id": "R1", "text": " "}, '$.requirements[0].text is " "'),
            ({"id": "R1", "text": "a", "criteria": [{"id": "R1", "text": "a"}]}, '$.requirements[0].criteria[0].id is "R1"'),
            ({"id": "R1", "text": "a", "cheque": "x"}, "$.requirements[0] has the unknown key `cheque`"),
        ],
    )
    def test_json_errors_name_the_path(self, row: object, where: str) -> None:
        obj = {"title": "P", "requirements": [row], "tasks": [{"id": "T1", "title": "a"}]}
        assert where in [one.message for one in schema_problems(obj)]

    def test_a_criterion_of_another_requirement_is_refused_in_json_too(self) -> None:
        rows = (Requirement("R1", "a", criteria=(Wanted("R2.1", "b"),)),)
        assert "requirement-place" in [one.code for one in check(_with(rows))]


def _with(rows: tuple[Requirement, ...]) -> Plan:
    reading = read_text(f"{HEAD}## Tasks\n\n{TASK.format('R1')}")
    assert reading.plan is not None
    plan = reading.plan
    return Plan(plan.title, plan.goal, verify=plan.verify, requirements=rows, tasks=plan.tasks)


PIECES = st.sampled_from(
    ["- ", "  - ", "### ", "R1", "R1.1", "R2", ".1", ": ", "a b", "(by hand)", "(check: `x`)", "(check:", "`", "**", "\n", "\n\n", "```\n", "<!--", "T1: ", "\t"]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_a_section_of_any_shape_never_raises_and_errors_have_a_line_and_a_mend(section: str) -> None:
    reading = read_text(document(section))
    for row in reading.problems:
        assert row.mend
    if reading.plan is not None:
        check(reading.plan, None, reading.lines)
