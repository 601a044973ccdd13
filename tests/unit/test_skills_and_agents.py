"""What models read: skills and agents name only what exists, stay short, and say when they are for."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from tests import lint

ROOT = Path(__file__).resolve().parents[2]
SKILLS = {path.parent.name: path for path in sorted((ROOT / "skills").glob("*/SKILL.md"))}
AGENTS = {path.stem: path for path in sorted((ROOT / "agents").glob("*.md"))}
PAGES = {
    **{f"skill {name}": path for name, path in SKILLS.items()},
    **{f"agent {n}": p for n, p in AGENTS.items()},
}
READ_FIRST = {**PAGES, "README": ROOT / "README.md"}

LINES = {"skill implement-plan": 120, "skill task-planner": 120, "skill wave-gate": 60}
AGENT_LINES = 80

# As the command line has them; read from there once it can be imported.
COMMANDS = frozenset(
    lint.words(
        "check status next gate file discard log demo"
        " start pause resume amend allow waive skip unblock complete abort"
    )
)
BUILT_IN_AGENTS = {"Explore", "Plan"}
REVIEWERS = ("task-reviewer", "code-reviewer")
TERMINAL_ANSWERS = ["DONE", "DONE_WITH_CONCERNS", "NEEDS_CONTEXT", "BLOCKED"]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def commands() -> frozenset[str]:
    """The real commands where there is a command line, else those that are agreed on."""
    if importlib.util.find_spec("planweir.cli.main") is None:
        return COMMANDS
    group = importlib.import_module("planweir.cli.main").task_planner
    return frozenset(group.list_commands(click.Context(group)))


def named_commands(text: str) -> set[str]:
    """Every X of `task-planner X` where it stands as code: in backticks or alone in a fence."""
    return set(
        re.findall(r"(?:^[ \t]*|`(?:bin/)?)(?:bin/)?task-planner (?!--)([a-z][a-z-]*)", text, re.MULTILINE)
    )


def named_options(text: str) -> set[tuple[str, str]]:
    """Command and option of every line of `task-planner` that stands as code, alone in a fence or in backticks."""
    fences = re.findall(r"^ *(?:`{3,4})[a-z]*\n(.*?)^ *`{3,4}$", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", text)
    lines = [line.strip() for block in fences for line in block.splitlines()] + spans
    return {
        (command, option)
        for line in lines
        for command, rest in re.findall(r"^(?:bin/)?task-planner ([a-z][a-z-]*)(.*)", line)
        for option in re.findall(r"(?<=\s)--[a-z-]+", re.sub(r'"[^"]*"', "", rest))
    }


def takes(command: str, option: str) -> bool:
    """Whether the command line takes `option` after `command`; some hand all their words on to a verb's own reader."""
    group = importlib.import_module("planweir.cli.main").task_planner
    found = group.get_command(click.Context(group), command)
    return bool(found.context_settings.get("ignore_unknown_options")) or any(
        option in row.opts for row in found.params
    )


# --- the lint's own samples ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("no frontmatter here", "no frontmatter"),
        ("---\nname: a\ndescription: Use when x.\ntools: Read\nmaxTurns: 3\n---\n", None),
        ("---\nname: b\ndescription: Use when x.\ntools: Read\nmaxTurns: 3\n---\n", "is not the file's name"),
        ("---\nname: a\ndescription: Does x.\ntools: Read\nmaxTurns: 3\n---\n", "Use when"),
        (
            "---\nname: a\ndescription: Use when x.\ntools: Raed\nmaxTurns: 3\n---\n",
            "no tool is called 'Raed'",
        ),
        ("---\nname: a\ndescription: Use when x.\nmaxTurns: 3\n---\n", "no tools named"),
        ("---\nname: a\ndescription: Use when x.\ntools: Read\n---\n", "maxTurns"),
        ("---\nname: a\ndescription: Use when x: y.\ntools: Read\nmaxTurns: 3\n---\n", "quote it"),
        ("---\nname: a\nname: a\ndescription: Use when x.\ntools: Read\nmaxTurns: 3\n---\n", "twice"),
        *(
            (
                f"---\nname: a\ndescription: Use when x.\ntools: Read\nmaxTurns: 3\n{key}: x\n---\n",
                "is ignored in plugin",
            )
            for key in ("permissionMode", "hooks", "mcpServers", "initialPrompt")
        ),
        ("---\nname: a\ndescription: Use when x.\ntools: Read\nmaxTurns: 3\ncolour: x\n---\n", "no such key"),
    ],
)
def test_a_bad_agent_is_found_out(text: str, finding: str | None) -> None:
    found = lint.lint_agent(text, "a")
    assert (finding in "\n".join(found)) if finding else found == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("---\nname: a\ndescription: Use when x.\ndisable-model-invocation: true\n---\n", None),
        ("---\nname: a\ndescription: Use when x.\n---\n", "a model could start it"),
        ("---\ndescription: Use when x.\ndisable-model-invocation: true\n---\n", "/a would not find it"),
        (
            "---\nname: a\ndescription: Use when x.\ndisable-model-invocation: true\nonce: x\n---\n",
            "no such key",
        ),
        (
            "---\nname: a\ndescription: Use when x.\ndisable-model-invocation: true\nhooks: x\n---\n",
            "hooks.json",
        ),
        (
            "---\nname: a\ndescription: Use when x.\nargument-hint: [x]\n---\n",
            "quote",
        ),
    ],
)
def test_a_bad_skill_is_found_out(text: str, finding: str | None) -> None:
    found = lint.lint_skill(text, "a")
    assert (finding in "\n".join(found)) if finding else found == []


# --- the real files -----------------------------------------------------------------------------------------


def test_the_three_skills_and_the_three_agents_are_there() -> None:
    assert set(SKILLS) == {"implement-plan", "task-planner", "wave-gate"}
    assert set(AGENTS) == {"implementer", "task-reviewer", "code-reviewer"}


@pytest.mark.parametrize("name", SKILLS)
def test_a_skill_is_good_and_only_a_person_can_start_it(name: str) -> None:
    assert lint.lint_skill(text_of(SKILLS[name]), name) == []


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_is_good(name: str) -> None:
    assert lint.lint_agent(text_of(AGENTS[name]), name) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_for_models_is_short(page: str) -> None:
    limit = LINES.get(page, AGENT_LINES)
    assert len(text_of(PAGES[page]).splitlines()) < limit


@pytest.mark.parametrize("page", PAGES)
def test_lines_are_not_longer_than_a_screen_is_wide(page: str) -> None:
    prose = [
        line
        for line in text_of(PAGES[page]).splitlines()
        if not line.lstrip().startswith(("{", "description:"))
    ]
    assert [line for line in prose if len(line) > 130] == []


def test_no_agent_can_spawn_another() -> None:
    for path in AGENTS.values():
        assert not {"Agent", "Task", "Workflow"} & set(
            lint.tools_of(lint.read_document(text_of(path)).fields)
        )


@pytest.mark.parametrize("name", REVIEWERS)
def test_a_reviewer_has_no_tool_that_writes(name: str) -> None:
    fields = lint.read_document(text_of(AGENTS[name])).fields
    assert set(lint.tools_of(fields)) == {"Read", "Grep", "Glob", "Bash"}


@pytest.mark.parametrize("page", READ_FIRST)
def test_every_command_that_is_named_exists(page: str) -> None:
    named = named_commands(text_of(READ_FIRST[page]))
    assert named <= commands(), f"{page} names commands that do not exist: {sorted(named - commands())}"


def test_the_search_for_commands_finds_them() -> None:
    text = (
        "`task-planner gate --wait` or\n   task-planner next\nor /task-planner pause, `task-planner --status`"
    )
    assert named_commands(text) == {"gate", "next"}


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_named_exists(page: str) -> None:
    for command, option in sorted(named_options(text_of(PAGES[page]))):
        assert takes(command, option), f"`task-planner {command}` takes no {option}"


def test_the_search_for_options_finds_them() -> None:
    text = '`task-planner gate --wait`\n```\ntask-planner insight add --kind defect "no --such word"\n```\nand `claude --resume`'
    assert named_options(text) == {("gate", "--wait"), ("insight", "--kind")}


@pytest.mark.parametrize("page", PAGES)
def test_every_agent_that_is_named_exists(page: str) -> None:
    text = text_of(PAGES[page])
    ours = set(re.findall(r"planweir:([a-z-]+)", text))
    assert ours <= set(AGENTS) | set(SKILLS)
    spawned = set(re.findall(r"\b([A-Z][a-z]+) agents?\b", text)) - {"An", "No", "Each", "Other"}
    assert spawned <= BUILT_IN_AGENTS


@pytest.mark.parametrize("page", READ_FIRST)
def test_no_path_of_somebodys_machine_is_named(page: str) -> None:
    found = re.findall(
        r"(?<![\w.~}])/(?:root|home|Users|tmp|work|usr|opt|var)/\S*", text_of(READ_FIRST[page])
    )
    assert found == []


@pytest.mark.parametrize("page", PAGES)
def test_no_skill_text_runs_a_command_or_eats_an_argument_unasked(page: str) -> None:
    body = lint.read_document(text_of(PAGES[page])).body
    assert not re.search(r"(?:^|\s)!`|^```!", body, re.MULTILINE)
    assert set(re.findall(r"\$[A-Z0-9_]+", body)) <= {"$ARGUMENTS"}


@pytest.mark.parametrize("page", PAGES)
def test_task_planner_stands_alone_on_its_line_in_a_fence(page: str) -> None:
    fenced = re.findall(r"^ *(`{3,4})[a-z]*\n(.*?)^ *\1$", text_of(PAGES[page]), re.MULTILINE | re.DOTALL)
    for _, block in fenced:
        for line in block.splitlines():
            if "task-planner" in line:
                assert re.fullmatch(r" *task-planner [^&|;]*(<<'JSON')?", line), line


def test_the_first_part_of_implement_plan_holds_what_must_survive_a_compaction() -> None:
    body = lint.read_document(text_of(SKILLS["implement-plan"])).body
    head = body[: body.index("## The loop")]
    assert len(head) < 2_500
    for needed in ("task-planner next", "**Task ID:**", "do not edit files", "/task-planner", "denied call"):
        assert needed in head


def test_implement_plan_tells_to_call_workflow_in_the_words_that_the_client_asks_for() -> None:
    """Its tool wants a skill "whose instructions tell you to call Workflow"; a model that reads none calls nothing."""
    body = lint.read_document(text_of(SKILLS["implement-plan"])).body
    assert "call Workflow" in body[: body.index("## The loop")]
    assert re.search(r"^ *\| a Workflow call \| make it exactly as it stands", body, re.MULTILINE)
    assert "Workflow" in lint.TOOLS


def test_implement_plan_goes_on_where_the_client_has_no_workflow_tool() -> None:
    body = lint.read_document(text_of(SKILLS["implement-plan"])).body
    asked = body.index("no\nWorkflow tool here?")
    assert "```\ntask-planner next --engine agents\n```" in body[asked : asked + 200]


def test_no_skill_names_what_would_have_the_model_write_a_script() -> None:
    for path in SKILLS.values():
        text = text_of(path)
        assert not re.search(r"workflow-authoring|resumeFromRunId|scriptPath|export const meta", text)


def test_no_skill_hands_a_persons_verb_to_the_model() -> None:
    for path in SKILLS.values():
        verbs = lint.words("start pause resume amend allow waive skip unblock complete abort")
        assert not named_commands(text_of(path)) & set(verbs)


def test_the_template_of_a_plan_uses_keys_that_exist() -> None:
    text = text_of(SKILLS["task-planner"])
    template = text[text.index("````markdown") : text.rindex("````")]
    keys = set(re.findall(r"^(?:- )?([A-Z][A-Za-z ]*): ", template, re.MULTILINE))
    assert keys == {"Goal", "Setup", "Verify", "Verify at end", "Depends on", "Files", "New tests"}


# --- fixed forms --------------------------------------------------------------------------------------------


def test_the_implementer_knows_the_four_terminal_answers() -> None:
    body = lint.read_document(text_of(AGENTS["implementer"])).body
    assert re.findall(r"^- ([A-Z_]+):", body, re.MULTILINE) == TERMINAL_ANSWERS
    example = body[body.index("```") :].splitlines()
    assert example[1] in TERMINAL_ANSWERS
    assert [line.split(":")[0] for line in example[2:8]] == [
        "Task",
        "Changed",
        "Checks",
        "Concerns",
        "For the plan",
        "For later tasks",
    ]


@pytest.mark.parametrize("name", AGENTS)
def test_final_messages_are_asked_to_be_short(name: str) -> None:
    body = lint.read_document(text_of(AGENTS[name])).body
    assert "600 bytes" in body
    for block in re.findall(r"^```\n((?:DONE|FILED).*?)^```$", body, re.MULTILINE | re.DOTALL):
        assert len(block.encode()) <= 600


def example_review(name: str) -> dict[str, object]:
    """The review that a reviewer's page shows, as it would be filed."""
    found = re.search(
        r"^task-planner file (\S+) <<'JSON'\n(.*?)^JSON$", text_of(AGENTS[name]), re.MULTILINE | re.DOTALL
    )
    assert found, f"{name} shows no review to file"
    review = lint.as_map(json.loads(found.group(2)))
    assert review["task"] == found.group(1)
    return review


@pytest.mark.parametrize("name", REVIEWERS)
def test_a_reviewers_example_has_the_shape_that_is_filed(name: str) -> None:
    review = example_review(name)
    assert set(review) == {"task", "role", "scores", "findings", "verdict", "summary"}
    assert review["role"] == name
    for score in map(lint.as_map, lint.as_list(review["scores"])):
        assert set(score) == {"criterion", "score", "why"}
        assert score["score"] in ("PASS", "WEAK", "FAIL")
    for finding in map(lint.as_map, lint.as_list(review["findings"])):
        assert set(finding) == {"severity", "path", "line", "what"}
        assert finding["severity"] in ("critical", "major", "minor")


@pytest.mark.parametrize(("name", "weak_allowed"), [("task-reviewer", 1), ("code-reviewer", 2)])
def test_a_reviewers_example_states_the_verdict_that_follows(name: str, weak_allowed: int) -> None:
    review = example_review(name)
    scores = [lint.as_map(score)["score"] for score in lint.as_list(review["scores"])]
    critical = any(
        lint.as_map(finding)["severity"] == "critical" for finding in lint.as_list(review["findings"])
    )
    passes = "FAIL" not in scores and scores.count("WEAK") <= weak_allowed
    if name == "code-reviewer":
        passes = passes and not critical
    assert review["verdict"] == ("pass" if passes else "fail")
    assert f"FILED {review['verdict']}\n" in text_of(AGENTS[name])


def test_the_criteria_of_both_reviews_are_the_fixed_ones() -> None:
    def criteria(name: str) -> list[object]:
        return [lint.as_map(score)["criterion"] for score in lint.as_list(example_review(name)["scores"])]

    assert criteria("code-reviewer") == ["correctness", "tests", "clarity", "safety", "fit"]
    assert criteria("task-reviewer")[-2:] == ["scope", "claims"]


@pytest.mark.skipif(
    importlib.util.find_spec("planweir.review.shape") is None, reason="planweir.review.shape is not there yet"
)
@pytest.mark.parametrize("name", REVIEWERS)
def test_a_reviewers_example_would_be_accepted(name: str) -> None:
    problems: Callable[[object, str, str], list[str]] = importlib.import_module(
        "planweir.review.shape"
    ).problems
    review = example_review(name)
    assert problems(review, "T3", name) == []
