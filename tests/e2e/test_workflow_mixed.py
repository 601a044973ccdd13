"""One plan in JSON with all that keeps a wave from being plain, in both engines: a rework, a question, a gate that fails, a task that
is planned first, a blocker, an agent of the project's own. Nobody is asked, nothing honest is denied, and the journals are alike."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.e2e.journals import differences
from tests.e2e.plans import (
    EVERYTHING,
    MakeWorld,
    check_of,
    done,
    edit,
    faults,
    journal,
    kinds,
    passes,
    project,
    read,
    refused_by_the_client,
    results,
    review,
    reviews,
    work,
    write,
)
from tests.e2e.steps import bash
from tests.e2e.test_three_tasks import BYE, CLI, GREET, TEST_BYE, TEST_CLI, TEST_GREET, TEST_GREET_ALONE
from tests.e2e.world import World

from planweir.play.client import api, following
from planweir.play.client.run import Run

WRITER = "---\nname: writer\ndescription: Writes documentation\ntools: Read, Edit, Write, Bash\n---\nYou write documentation.\n"
LANGUAGE = "In English."


def row(name: str, mod: str, title: str, **more: Any) -> dict[str, Any]:
    files = [f"src/{mod}.py", f"tests/test_{mod}.py"]
    return {"id": name, "title": title, "files": files, "verify": [check_of(mod)], "done_when": [{"text": f"{mod} works"}], **more}


DESCRIBE = {
    "id": "T3", "title": "Describe it", "files": ["docs/use.md"], "agent": "writer", "new_tests": False,
    "verify": ["grep -q greet docs/use.md"], "done_when": [{"text": "docs/use.md names greet"}],
}
PLAN = {
    "title": "Add greetings", "verify": [EVERYTHING], "plans_accepted_by": "task-reviewer", "max_parallel": 3,
    "tasks": [
        row("T1", "greet", "Greet by name", complexity=2),
        row("T2", "bye", "Say goodbye"),
        DESCRIBE,
        row("T4", "cli", "Command line", depends_on=["T1", "T2"], plan_first=True),
        row("T5", "loud", "Be loud", depends_on=["T4"]),
    ],
}
LOOKS = [passes(bash(line)) for line in ("git status --short", "ls src tests && cat notes.txt", "git log --oneline | head -3")]
SCORES = [{"criterion": name, "score": "PASS", "why": "looked"} for name in ("covers", "fit", "risk")]
FILED = {"task": "T4", "role": "plan-reviewer", "scores": SCORES, "findings": [], "verdict": "pass", "summary": "Good."}
MAIN: dict[str, list[Any]] = {"main": [{"follow": True}]}
SCRIPT: dict[str, list[Any]] = {
    **MAIN,
    # Alone it passes; the gate names its test, which T2's import breaks.
    "T1 implementer 1": [*LOOKS, read("notes.txt"), *work("greet", GREET, TEST_GREET), done("T1", "greet")],
    "T1 implementer 2": [
        *(read("tests/test_greet.py"), write("tests/test_greet.py", TEST_GREET_ALONE)),
        *(passes(bash(check_of("greet"))), done("T1", "greet")),
    ],
    **reviews("T1"), **reviews("T1", 2),
    "T2 implementer 1": [*LOOKS, *work("bye", BYE, TEST_BYE), done("T2", "bye")],
    **reviews("T2"), **reviews("T2", 2),
    "T2 code-reviewer 1": review("T2", "code-reviewer", "fail", "say it with an f-string", path="src/bye.py"),
    "T2 implementer 2": [
        *(read("src/bye.py"), edit("src/bye.py", "return 'Bye, ' + name", "return f'Bye, {name}'")),
        *(passes(bash(check_of("bye"))), done("T2", "bye")),
    ],
    "T3 implementer 1": [LOOKS[0], {"say": "NEEDS_CONTEXT\nTask: T3\nQuestion: In which language?"}],
    "T3 implementer 2": [
        *(write("docs/use.md", "greet and bye\n"), passes(bash("grep -q greet docs/use.md"))),
        {"say": "DONE\nTask: T3\nChanged: docs/use.md"},
    ],
    **reviews("T3"),
    "T4 planner 1": [read("src/bye.py"), {"say": "DONE\nPlan:\n1. Write main() in src/cli.py.\n2. Test it in tests/test_cli.py."}],
    "T4 plan-reviewer 1": [passes(bash(f"task-planner file T4 <<'JSON'\n{json.dumps(FILED)}\nJSON")), {"say": "FILED pass"}],
    "T4 implementer 1": [*work("cli", CLI, TEST_CLI), done("T4", "cli")],
    **reviews("T4"),
    "T5 implementer 1": [LOOKS[0], {"say": "BLOCKED\nTask: T5\nBlocker: How loud?"}],
}
REST: dict[str, list[Any]] = {**MAIN, "T5 implementer 2": [*work("loud"), done("T5", "loud")], **reviews("T5")}


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> None:
    """The main thread that follows `next` puts an answer where its call leaves room for one."""

    def followed(*given: Any) -> following.Made | None:
        made = following.followed(*given)
        if made is None:
            return None
        words = json.dumps(made.calls).replace("<your answer>", LANGUAGE)
        return replace(made, calls=tuple((tool, call) for tool, call in json.loads(words)))

    monkeypatch.setattr(api, "followed", followed)


@pytest.mark.usefixtures("answering")
@pytest.mark.parametrize("mode", ["dontAsk", "acceptEdits"])
def test_a_plan_that_meets_everything_is_carried_out_alike(make_world: MakeWorld, mode: str) -> None:
    told = []
    for engine in ("auto", "agents"):
        files = {**project(""), "docs/plan.json": json.dumps(PLAN), ".claude/agents/writer.md": WRITER}
        del files["docs/plan.md"]
        made = make_world(files, env={"PLANWEIR_ENGINE": engine})
        first = made.claude("-p", "/implement-plan docs/plan.json --yes", script=SCRIPT, mode=mode, seconds=170)
        assert "T5 is blocked: its agent is blocked: How loud?" in first.stdout
        assert "/task-planner unblock T5" in first.stdout
        made.claude("-p", "/task-planner unblock T5 --note 'As loud as bye.'", mode=mode)
        second = made.claude("-p", "/implement-plan", script=REST, mode=mode, seconds=120)
        assert "Every wave is closed" in second.stdout
        for run in (first, second):
            assert run.api is not None
            assert run.api.unplayed() == {}, run.story()
            assert stopped(run) == []
        assert faults(made) == ""
        assert bool(scripts(made)) == (engine == "auto")
        assert {"asked", "answered"} < set(kinds(made, "T3"))
        assert "sent_back" in kinds(made, "T1")
        told.append(journal(made))
    assert differences(*told) == []


def stopped(run: Run) -> list[str]:
    """What an honest agent was kept from, by us or by the client; the gate that fails is no such thing."""
    ours = [words for _, _, words in results(run) if "Planweir [" in words]
    return [*ours, *(words for _, _, words in refused_by_the_client(run))]


def scripts(made: World) -> list[str]:
    return [str(event["why"]) for event in journal(made) if event["kind"] == "workflow_ended"]
