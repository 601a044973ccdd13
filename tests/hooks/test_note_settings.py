"""ConfigChange: settings that change while a plan is open are journaled; what switches us off is told, and never resisted."""

from __future__ import annotations

import pytest
from tests.hooks.stage import Stage


def change(stage: Stage, words: str, source: str = "project_settings") -> dict[str, object] | None:
    path = stage.project / ".claude/settings.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(words)
    return stage.send("ConfigChange", source=source, file_path=str(path)).said


def test_a_change_is_journaled_with_its_source_and_file(stage: Stage) -> None:
    assert change(stage, '{"model": "opus"}') is None
    (event,) = stage.events("settings_changed")
    assert event["what"] == f"project_settings {stage.project}/.claude/settings.json"


def test_settings_that_switch_hooks_off_are_told_and_not_blocked(stage: Stage) -> None:
    said = change(stage, '{"disableAllHooks": true}')
    assert said is not None
    assert "decision" not in said
    assert "settings.json switches hooks off while a plan is open" in str(said["systemMessage"])
    assert "switches hooks off" in stage.state()["incidents"][-1]


@pytest.mark.parametrize("words", ["", "{", "[1]", '{"disableAllHooks": "yes"}'])
def test_settings_of_any_shape_are_taken(stage: Stage, words: str) -> None:
    assert change(stage, words) is None
    assert len(stage.events("settings_changed")) == 1


def test_a_change_without_a_file_is_taken(stage: Stage) -> None:
    assert stage.send("ConfigChange", source="policy_settings").said is None


def test_an_agents_edit_of_settings_is_stopped_at_the_edit(working: tuple[Stage, str]) -> None:
    stage, agent = working
    for name in (".claude/settings.json", ".claude/settings.local.json"):
        assert stage.edit(name, agent).denied == "guarded-paths"
        assert stage.edit(name).denied == "guarded-paths"
    user = str(stage.user / ".claude/settings.json")
    assert stage.pre("Write", {"file_path": user, "content": "{}"}, agent).denied == "guarded-paths"


def test_nothing_is_noted_where_no_plan_is_open(bare: Stage) -> None:
    assert change(bare, '{"disableAllHooks": true}') is None
    assert not (bare.root / "home" / f"projects{bare.project}").exists()


def test_nothing_is_noted_for_a_plan_that_has_ended(stage: Stage) -> None:
    plan = stage.state()["plan"]["id"]
    marker = stage.data / f"armed{stage.project}" / "open"
    stage.typed("/task-planner", "--abort")
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(plan)
    assert change(stage, '{"disableAllHooks": true}') is None
