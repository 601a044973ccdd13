"""Guarded files that are not ours, changed by something that no guard could read: the next hook that is not hot tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.hooks.stage import Stage


def incidents(stage: Stage) -> list[str]:
    return [str(event["what"]) for event in stage.events("incident")]


def _by_stop(stage: Stage) -> None:
    stage.main_stop()


def _by_session(stage: Stage) -> None:
    stage.begins("compact")


def _by_prompt(stage: Stage) -> None:
    stage.prompt("<task-notification>x</task-notification>")


def _by_next(stage: Stage) -> None:
    stage.bash("", "task-planner next", judged=True)


@pytest.mark.parametrize("looks", [_by_stop, _by_session, _by_prompt, _by_next])
def test_a_hook_of_gits_that_appears_is_told_by_every_look(stage: Stage, looks: object) -> None:
    stage.spawn("T1")
    hook = Path(stage.project) / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n")
    assert callable(looks)
    looks(stage)
    assert [what for what in incidents(stage) if ".git/hooks/pre-commit is new" in what]
    looks(stage)
    assert len([what for what in incidents(stage) if ".git/hooks/pre-commit is new" in what]) == 1


def test_settings_that_the_host_saw_change_are_told_once(stage: Stage) -> None:
    settings = Path(stage.project) / ".claude/settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text('{"env": {"A": "1"}}')
    stage.send("ConfigChange", "", "", None, source="project_settings", file_path=str(settings))
    stage.main_stop()
    assert len(stage.events("settings_changed")) == 1
    assert not [what for what in incidents(stage) if "settings.json" in what]
