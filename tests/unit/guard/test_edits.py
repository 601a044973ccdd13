"""Edit, Write, NotebookEdit: who may change which file."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.redteam.world import World

from planweir.guard.edits import guarded_denial, judge_edit


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def judge(world: World, who: str, path: str, **guard: object) -> tuple[str, str]:
    """(decision, rule); ("none", "") where there is no opinion."""
    event = world.event(who, "Edit", {"file_path": world.fill(path), "old_string": "a", "new_string": "b"})
    found = judge_edit(event, {**world.guard, **guard})
    return (found["decision"], found["rule"]) if found else ("none", "")


def test_main_thread_edits_are_denied_unless_paused(world: World) -> None:
    assert judge(world, "main", "{P}/src/a.py") == ("deny", "main-thread-edits")
    assert judge(world, "main", "{P}/src/a.py", status="blocked") == ("deny", "main-thread-edits")
    assert judge(world, "main", "{P}/src/a.py", status="paused") == ("none", "")


def test_reviewer_edits_are_denied_also_to_an_agent_that_is_bound_to_nothing(world: World) -> None:
    assert judge(world, "reviewer", "{P}/src/a.py") == ("deny", "reviewer-edits")
    assert judge(world, "unbound", "{P}/src/a.py") == ("deny", "reviewer-edits")


@pytest.mark.parametrize("who", ["main", "reviewer", "unbound"])
def test_those_who_only_read_may_write_notes_in_a_scratch_folder(world: World, who: str) -> None:
    assert judge(world, who, "/tmp/review.json", grants=True) == ("none", "")
    assert judge(world, who, "/usr/local/x")[0] == "deny"


def test_scope_lets_an_implementer_edit_its_own_files(world: World) -> None:
    assert judge(world, "implementer", "{P}/src/a.py") == ("none", "")
    assert judge(world, "implementer", "{P}/src/a.py", grants=True) == ("allow", "scope")
    assert judge(world, "implementer", "{P}/src/util/new/x.py", grants=True) == ("allow", "scope")


def test_scope_denial_names_the_task_that_owns_the_file(world: World) -> None:
    event = world.event("implementer", "Write", {"file_path": str(world.project / "src/b.py"), "content": ""})
    found = judge_edit(event, world.guard)
    assert found is not None
    assert found["rule"] == "scope"
    assert "belongs to T2" in found["reason"]


def test_scope_does_not_bind_what_git_ignores_or_what_lies_elsewhere(world: World) -> None:
    assert judge(world, "implementer", "{P}/build/x") == ("none", "")
    assert judge(world, "implementer", "{P}/src/__pycache__/a.pyc") == ("none", "")
    assert judge(world, "implementer", "{R}/elsewhere/x") == ("none", "")
    assert judge(world, "implementer", "{P}/README.md") == ("deny", "scope")
    assert judge(world, "implementer", "{P}/.git/info/exclude") == ("deny", "guarded-paths")


@pytest.mark.parametrize("who", ["main", "reviewer", "implementer", "foreign"])
@pytest.mark.parametrize(
    "path",
    [
        "{P}/docs/plan.md",
        "{P}/docs/../docs/plan.md",
        "{P}/Docs/PLAN.md",
        "{P}/.claude/state/active_task_graph.json",
        "{P}/state-link/active_task_graph.json",
        "{R}/link/projects/app/journal.jsonl",
        "{H}/projects/app/new-file",
        "{PLUGIN}/hooks/launch",
    ],
)
def test_guarded_paths_are_denied_to_anyone_also_while_paused(world: World, who: str, path: str) -> None:
    assert judge(world, who, path) == ("deny", "guarded-paths")
    assert judge(world, who, path, status="paused") == ("deny", "guarded-paths")


def test_foreign_session_is_kept_from_files_of_running_tasks_alone(world: World) -> None:
    assert judge(world, "foreign", "{P}/src/b.py") == ("deny", "foreign-session")
    assert judge(world, "foreign", "{P}/README.md") == ("none", "")


def test_a_notebook_is_judged_by_its_own_key(world: World) -> None:
    event = world.event("implementer", "NotebookEdit", {"notebook_path": str(world.project / "n.ipynb")})
    found = judge_edit(event, world.guard)
    assert found is not None
    assert found["rule"] == "scope"


@pytest.mark.parametrize("tool_input", [None, [], {}, {"file_path": 3}, "x"])
def test_unreadable_event_is_denied(world: World, tool_input: object) -> None:
    event = {**world.event("implementer", "Edit", {}), "tool_input": tool_input}
    found = judge_edit(event, world.guard)
    assert found is not None
    assert found["rule"] == "unreadable-event"


def test_missing_keys_in_the_guard_count_as_empty(world: World) -> None:
    event = world.event("main", "Edit", {"file_path": "/x"})
    decision = judge_edit(event, {})  # nobody owns the plan: each session is held to the main thread's limits
    assert decision is not None
    assert decision["rule"] == "main-thread-edits"


def test_guarded_paths_of_git_say_what_a_person_does(world: World) -> None:
    event = world.event("implementer", "Write", {"file_path": str(world.project / ".git/hooks/pre-commit"), "content": ""})
    found = judge_edit(event, world.guard)
    assert found is not None
    assert found["reason"].startswith("Planweir [guarded-paths]: .git/hooks/pre-commit is guarded.")
    assert "say so in your report, and a person does it" in found["reason"]


def test_a_folder_that_holds_what_is_guarded_is_told_by_what_it_holds(world: World) -> None:
    found = guarded_denial(str(world.project / "docs"), world.guard)
    assert "docs holds docs/plan.md, which is guarded" in found["reason"]
    assert "name your own files in it one by one" in found["reason"]
    assert "this folder holds " in guarded_denial(str(world.project), world.guard)["reason"]
