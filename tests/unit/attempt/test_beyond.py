"""Whose a file is, whether its task runs or not; also in a plan of 10,000 tasks."""

from __future__ import annotations

import time

import pytest
from tests.unit.journal.walks import fold, graph_task, opened

from planweir.attempt.beyond import owner_among
from planweir.journal.types import Event, State


def plan(files: dict[str, list[str]]) -> State:
    first = opened([list(files)])
    graph = first["graph"]
    assert isinstance(graph, dict)
    graph["tasks"] = [graph_task(name, files=paths) for name, paths in files.items()]
    return fold([first])


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("src/a.py", "T2"),
        ("src/deep/x/y.py", "T3"),
        ("lib/b.ts", "T4"),
        ("lib/c.ts", "T4"),
        ("lib/d.ts", None),
        ("own/x.py", None),  # the asker's own
        ("package-lock.json", None),  # anybody's
        ("README.md", None),
    ],
)
def test_the_owner_is_the_task_that_names_the_file(path: str, owner: str | None) -> None:
    state = plan({"T1": ["own/**"], "T2": ["src/a.py"], "T3": ["src/deep/**"], "T4": ["lib/{b,c}.ts"], "T5": []})
    assert owner_among(state, "T1", path) == owner


def test_what_a_person_allowed_a_task_is_its_own() -> None:
    state = plan({"T1": ["a.py"], "T2": ["b.py"]})
    state["allowed"] = {"T2": ["c.py"]}
    assert owner_among(state, "T1", "c.py") == "T2"


def test_an_unfinished_owner_comes_before_a_finished_one() -> None:
    state = plan({"T1": ["a.py"], "T2": ["b.py"], "T3": ["b.py"]})
    state["tasks"]["T2"]["status"] = "completed"
    assert owner_among(state, "T1", "b.py") == "T3"
    state["tasks"]["T3"]["status"] = "skipped"
    assert owner_among(state, "T1", "b.py") == "T2"


def test_of_10_000_tasks_the_owner_is_found_within_a_second() -> None:
    names = [f"T{n}" for n in range(10_000)]
    state = plan({name: [f"src/{name}.py", f"tests/{name}/**"] for name in names})
    began = time.process_time()
    assert owner_among(state, "T1", "tests/T9999/x.py") == "T9999"
    assert owner_among(state, "T1", "nobody.txt") is None
    assert time.process_time() - began < 1


def test_what_was_asked_for_ends_with_the_task() -> None:
    events: list[Event] = [
        opened([["T1"]]),
        {"kind": "scope_requested", "task": "T1", "path": "x.py", "why": "it is needed"},
        {"kind": "skipped", "task": "T1", "why": "no longer wanted"},
    ]
    assert [row["answer"] for row in fold(events)["requests"]] == ["lapsed"]


def test_a_plan_that_does_not_say_asks() -> None:
    first = opened([["T1"]])
    graph = first["graph"]
    assert isinstance(graph, dict)
    assert "scope" not in graph
    assert fold([first])["graph"]["scope"] == "ask"
