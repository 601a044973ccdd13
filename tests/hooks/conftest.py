"""The stages that the hooks' tests begin with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest
from tests.hooks.stage import BYE, DONE, FILES, PLAN, Stage, Theatre, opened


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    return Theatre(tmp_path_factory.mktemp("theatre"))


@pytest.fixture
def sound(theatre: Theatre) -> Iterator[list[str]]:
    """After each test: nothing failed within our own hooks, save what the test put on this list."""
    expected: list[str] = []
    yield expected
    faults = Stage(theatre.live).faults()
    assert all(words in faults for words in expected)
    if not expected:
        assert faults == ""


@pytest.fixture
def bare(theatre: Theatre, sound: list[str]) -> Stage:
    """A repository with a plan document, and no plan open."""
    return theatre.at("bare", lambda stage: stage.build(FILES))


@pytest.fixture
def open_plan(theatre: Theatre, sound: list[str]) -> Callable[[str], Stage]:
    """A stage with the given plan open."""

    def at(plan: str = PLAN) -> Stage:
        name = hashlib.sha256(plan.encode()).hexdigest()[:12]
        return theatre.at(name, lambda stage: opened(stage, plan))

    return at


@pytest.fixture
def stage(open_plan: Callable[[str], Stage]) -> Stage:
    """The three-task plan, open; nothing started."""
    return open_plan(PLAN)


@pytest.fixture
def working(theatre: Theatre, sound: list[str]) -> tuple[Stage, str]:
    """T1 has an implementer, who has done nothing yet."""

    def play(stage: Stage) -> None:
        opened(stage)
        stage.spawn("T1")

    stage = theatre.at("working", play)
    return stage, next(iter(stage.agents))


@pytest.fixture
def implemented(theatre: Theatre, sound: list[str]) -> Stage:
    """T1 is implemented; its task review is due."""

    def play(stage: Stage) -> None:
        opened(stage)
        stage.hello()

    return theatre.at("implemented", play)


@pytest.fixture
def reviewing(theatre: Theatre, sound: list[str]) -> tuple[Stage, str]:
    """T1 is implemented and has a task reviewer, who has filed nothing yet."""

    def play(stage: Stage) -> None:
        opened(stage)
        stage.hello()
        stage.spawn("T1", "task-reviewer")

    stage = theatre.at("reviewing", play)
    return stage, list(stage.agents)[-1]


@pytest.fixture
def rework(theatre: Theatre, sound: list[str]) -> Stage:
    """The task reviewer of T1 has asked for changes."""

    def play(stage: Stage) -> None:
        opened(stage)
        stage.hello()
        stage.reviewed("T1", "task-reviewer", passes=False)

    return theatre.at("rework", play)


@pytest.fixture
def ready_for_gate(theatre: Theatre, sound: list[str]) -> Stage:
    """Both tasks of the first wave are reviewed; the gate is due."""

    def play(stage: Stage) -> None:
        opened(stage)
        both_reviewed(stage)

    return theatre.at("ready_for_gate", play)


@pytest.fixture
def failed_gate(theatre: Theatre, sound: list[str]) -> Stage:
    """Both tasks of the only wave are reviewed, and its gate has failed on a command that names no file."""

    def play(stage: Stage) -> None:
        plan = PLAN[: PLAN.index("### T3")].replace("Goal:", "Verify: `sh checks/both.sh`\nGoal:")
        opened(stage, plan)
        both_reviewed(stage)
        ran = stage.run("task-planner gate")
        assert ran.exit == 1, ran.output

    return theatre.at("failed_gate", play)


def both_reviewed(stage: Stage) -> None:
    stage.hello()
    stage.reviewed("T1", "task-reviewer")
    stage.reviewed("T1", "code-reviewer")
    agent = stage.spawn("T2")
    stage.implement(agent, BYE, "sh checks/bye.sh", DONE.format(task="T2"))
    stage.reviewed("T2", "task-reviewer")
    stage.reviewed("T2", "code-reviewer")
