"""PreToolUse of Edit, Write, NotebookEdit, MultiEdit: who may change which file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import OTHER, PLAN, PLUGIN, Stage

EDITS: list[tuple[str, dict[str, object]]] = [
    ("Write", {"content": "x"}),
    ("Edit", {"old_string": "a", "new_string": "b"}),
    ("MultiEdit", {"edits": []}),
]


def guarded_files(stage: Stage) -> list[str]:
    """One of each kind that nobody's tool call may change."""
    home, user = stage.root / "home", stage.user
    return [
        str(home / f"projects{stage.project}" / "journal.jsonl"),
        str(home / f"projects{stage.project}" / "runs" / "a1.jsonl"),
        str(home / f"armed{stage.project}" / "open"),
        str(stage.data / f"armed{stage.project}" / "open"),
        stage.path(".claude/state/active_task_graph.json"),
        stage.path("docs/plan.md"),
        stage.path(".claude/settings.json"),
        stage.path(".claude/settings.local.json"),
        str(user / ".claude/settings.json"),
        str(user / ".claude/session-env/a/sessionstart-hook-0.sh"),
        str(user / ".claude/shell-snapshots/snapshot-bash-1.sh"),
        str(PLUGIN / "hooks/launch"),
        str(PLUGIN / "scripts/planweir/guard/rules.py"),
        stage.transcript(),
    ]


# --- main-thread-edits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tool", "rest"), EDITS)
def test_main_thread_edits_stops_the_main_thread(stage: Stage, tool: str, rest: dict[str, object]) -> None:
    for name in ("src/hello.py", "README.md"):
        reply = stage.pre(tool, {"file_path": stage.path(name), **rest})
        assert reply.denied == "main-thread-edits"
        assert "task-planner next" in reply.reason


def test_main_thread_edits_stops_notebooks(stage: Stage) -> None:
    given: dict[str, object] = {"notebook_path": stage.path("src/a.ipynb"), "new_source": "x"}
    assert stage.pre("NotebookEdit", given).denied == "main-thread-edits"


def test_main_thread_edits_stops_a_file_of_a_task_that_an_agent_works_on(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    assert stage.edit("src/hello.py").denied == "main-thread-edits"


def test_an_agent_type_does_not_make_the_main_thread_an_agent(stage: Stage) -> None:
    given: dict[str, object] = {"file_path": stage.path("src/hello.py"), "content": "x"}
    reply = stage.send(
        "PreToolUse",
        tool_name="Write",
        tool_input=given,
        tool_use_id="toolu_1",
        agent_type="planweir:implementer",
    )
    assert reply.denied == "main-thread-edits"


def test_the_main_thread_may_edit_while_the_plan_is_paused(stage: Stage) -> None:
    stage.typed("/task-planner", "pause")
    assert stage.edit("src/hello.py").said is None
    stage.typed("/implement-plan")
    assert stage.edit("src/hello.py").denied == "main-thread-edits"


# --- reviewer-edits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["src/hello.py", "tests/test_hello.py", "README.md", "review.json"])
def test_reviewer_edits_stops_a_reviewer(reviewing: tuple[Stage, str], name: str) -> None:
    stage, agent = reviewing
    reply = stage.edit(name, agent)
    assert reply.denied == "reviewer-edits"
    assert "report it as a finding" in reply.reason


def test_reviewer_edits_stops_a_code_reviewer_and_an_unbound_agent(implemented: Stage) -> None:
    implemented.reviewed("T1", "task-reviewer")
    agent = implemented.spawn("T1", "code-reviewer")
    assert implemented.edit("src/hello.py", agent).denied == "reviewer-edits"
    unbound = implemented.appear("toolu_x", "x", "planweir:implementer")
    assert implemented.edit("src/hello.py", unbound).denied == "reviewer-edits"


def test_reviewer_edits_holds_while_the_plan_is_paused(reviewing: tuple[Stage, str]) -> None:
    stage, agent = reviewing
    stage.typed("/task-planner", "pause")
    assert stage.edit("src/hello.py", agent).denied == "reviewer-edits"


# --- scope ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["src/hello.py", "tests/test_hello.py"])
def test_an_implementer_writes_its_own_files_without_a_dialog(working: tuple[Stage, str], name: str) -> None:
    stage, agent = working
    assert stage.edit(name, agent).decision == "allow"


@pytest.mark.parametrize(
    "name", ["src/old.py", "README.md", "src/hello.py.bak", "src/sub/hello.py", "conftest.py"]
)
def test_scope_stops_what_is_not_among_the_tasks_files(working: tuple[Stage, str], name: str) -> None:
    stage, agent = working
    reply = stage.edit(name, agent)
    assert reply.denied == "scope"
    assert f"`task-planner request-scope T1 {name} --why" in reply.reason


def test_scope_names_the_running_task_that_owns_a_file(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.spawn("T2")
    reply = stage.edit("src/bye.py", agent)
    assert reply.denied == "scope"
    assert "belongs to T2, which is running" in reply.reason


def test_scope_sees_through_links_and_dots(working: tuple[Stage, str]) -> None:
    stage, agent = working
    (stage.project / "src/hello.py").symlink_to("old.py")
    assert stage.edit("src/hello.py", agent).denied == "scope"
    assert stage.edit("src/../README.md", agent).denied == "scope"


def test_scope_follows_an_amended_task_and_an_allowed_path(working: tuple[Stage, str]) -> None:
    stage, agent = working
    assert stage.edit("src/extra.py", agent).denied == "scope"
    stage.typed("/task-planner", "allow T1 src/extra.py")
    assert stage.edit("src/extra.py", agent).decision == "allow"
    stage.typed("/task-planner", "amend T1 --files 'src/**' tests/test_hello.py")
    assert stage.edit("src/deep/er.py", agent).decision == "allow"


def test_globs_and_by_products_are_in_scope(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(
        PLAN.replace("`src/hello.py`,", "`src/h*.py`,").replace("- Complexity: 2", "- Also: `CHANGES`")
    )
    agent = stage.spawn("T1")
    assert stage.edit("src/help.py", agent).decision == "allow"
    assert stage.edit("CHANGES", agent).decision == "allow"
    assert stage.edit("poetry.lock", agent).decision == "allow"
    assert stage.edit("src/old.py", agent).denied == "scope"


def test_scope_holds_while_the_plan_is_paused(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.typed("/task-planner", "pause")
    assert stage.edit("src/old.py", agent).denied == "scope"
    assert stage.edit("src/hello.py", agent).passes


def test_a_note_outside_the_project_follows_the_persons_own_permissions(working: tuple[Stage, str]) -> None:
    stage, agent = working
    given: dict[str, object] = {"file_path": "/opt/elsewhere/notes.txt", "content": "x"}
    assert stage.pre("Write", given, agent).said is None


def test_without_grants_nothing_is_allowed_and_the_rules_still_hold(
    open_plan: Callable[[str], Stage],
) -> None:
    stage = open_plan(PLAN.replace("Goal: A package that greets.", "Goal: Greet.\nGrants: none"))
    agent = stage.spawn("T1")
    assert stage.edit("src/hello.py", agent).said is None
    assert stage.edit("src/old.py", agent).denied == "scope"
    assert stage.edit("src/hello.py").denied == "main-thread-edits"


# --- foreign-session -----------------------------------------------------------------------------------------


def test_foreign_session_stops_files_of_running_tasks(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    reply = stage.edit("src/hello.py", session=OTHER)
    assert reply.denied == "foreign-session"
    assert "T1" in reply.reason


def test_another_session_is_otherwise_free(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    for name in ("README.md", "src/bye.py", "src/old.py"):
        assert stage.edit(name, session=OTHER).said is None


# --- guarded-paths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(12))
def test_guarded_paths_are_written_by_nobody(working: tuple[Stage, str], number: int) -> None:
    stage, agent = working
    path = guarded_files(stage)[number]
    given: dict[str, object] = {"file_path": path, "content": "{}"}
    assert stage.pre("Write", given).denied == "guarded-paths"
    assert stage.pre("Write", given, agent).denied == "guarded-paths"
    assert stage.pre("Write", given, session=OTHER).denied == "guarded-paths"


def test_guarded_paths_hold_while_the_plan_is_paused(stage: Stage) -> None:
    stage.typed("/task-planner", "pause")
    for path in guarded_files(stage)[:6]:
        assert stage.pre("Write", {"file_path": path, "content": "{}"}).denied == "guarded-paths"


def test_guarded_paths_are_known_by_any_spelling(working: tuple[Stage, str]) -> None:
    stage, agent = working
    (stage.project / "src/hello.py").symlink_to(Path(stage.places.base) / "journal.jsonl")
    (stage.project / "way").symlink_to(stage.root / "home")
    home = os.path.relpath(stage.places.base, stage.project)
    for path in (
        stage.path("src/hello.py"),
        stage.path(f"way/projects{stage.project}/journal.jsonl"),
        stage.path(f"{home}/journal.jsonl"),
        stage.path("src/../docs//plan.md"),
    ):
        given: dict[str, object] = {"file_path": path, "content": "x"}
        assert stage.pre("Write", given, agent).denied == "guarded-paths"


# --- undecided -----------------------------------------------------------------------------------------------


def test_nothing_is_judged_where_no_plan_is_open(bare: Stage) -> None:
    assert bare.edit("src/hello.py").said is None


def test_a_call_that_names_no_file_is_denied(working: tuple[Stage, str]) -> None:
    stage, agent = working
    shapes: list[dict[str, object]] = [{}, {"file_path": 7}, {"file_path": ""}]
    for given in shapes:
        assert stage.pre("Write", given, agent).denied == "unreadable-event"


def test_a_guard_file_that_was_spoilt_is_rendered_again(working: tuple[Stage, str]) -> None:
    stage, agent = working
    guard = Path(stage.places.guard)
    for words in ("", "{", '{"v": 1, "owner": "me", "status": "paused"}'):
        guard.write_text(words)
        assert stage.edit("src/old.py", agent).denied == "scope"
        assert stage.edit("src/hello.py").denied == "main-thread-edits"


def test_a_plan_whose_journal_is_gone_denies_and_says_the_way_out(stage: Stage, sound: list[str]) -> None:
    sound.append("its journal is gone")
    os.unlink(stage.places.journal)
    os.unlink(stage.places.guard)
    reply = stage.edit("src/hello.py")
    assert reply.denied == "undecided"
    assert "/task-planner --abort" in reply.reason


def test_a_marker_that_is_missing_is_set_again_and_told(stage: Stage) -> None:
    os.unlink(stage.places.armed)
    assert stage.edit("src/hello.py").denied == "main-thread-edits"
    assert os.path.exists(stage.places.armed)
    assert stage.places.armed in stage.state()["incidents"][-1]
