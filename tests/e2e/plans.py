"""Plans and actors that several scenarios share, and what they look at afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.steps import bash
from tests.e2e.world import World

from planweir.play.client.asked import Request
from planweir.play.client.run import Run

MakeWorld = Callable[..., World]
Step = dict[str, Any]
Event = dict[str, Any]

EVERYTHING = "python3 -m pytest -q"
CLIENT_REFUSES = re.compile(r"requested permissions|requires approval|haven't granted|was denied by", re.IGNORECASE)


# --- plans -----------------------------------------------------------------------------------------------------


def task(
    name: str,
    mod: str,
    *,
    title: str = "",
    depends: str = "none",
    verify: str | None = None,
    more: str = "",
    new_tests: bool = True,
    agent: str = "",
) -> str:
    """The section of a task that owns src/MOD.py and tests/test_MOD.py and is proved by that test."""
    lines = [
        f"### {name}: {title or f'Create {mod}'}",
        f"- Depends on: {depends}",
        f"- Files: `src/{mod}.py`, `tests/test_{mod}.py`",
        f"- Verify: `{verify or check_of(mod)}`",
        *([] if new_tests else ["- New tests: no"]),
        *([f"- Agent: {agent}"] if agent else []),
    ]
    return "\n".join(lines) + f"\n\n{more or f'Write {mod}().'}\n\n#### Done when\n- {mod} does what its test says\n"


def plan(*tasks: str, title: str = "Add greetings", head: str = "") -> str:
    """A whole plan; `head` are further lines such as `Commit: none`."""
    top = [f"# Plan: {title}", "", "Goal: Greet people.", f"Verify: `{EVERYTHING}`", *([head] if head else [])]
    return "\n".join([*top, "", "## Context", "A tiny package.", "", "## Tasks", "", *tasks])


def check_of(mod: str) -> str:
    return f"python3 -m pytest -q tests/test_{mod}.py"


def project(text: str) -> dict[str, str]:
    """The files of a world with this plan. There is a test already, so that the plan's Verify passes at `start`."""
    there = "def test_there():\n    pass\n"
    return {"docs/plan.md": text, "src/__init__.py": "", "tests/test_there.py": there, "notes.txt": "mine\n"}


# --- actors ----------------------------------------------------------------------------------------------------


def write(path: str, content: str, **more: Any) -> Step:
    return {"call": {"tool": "Write", "input": {"file_path": path, "content": content}}, **more}


def edit(path: str, old: str, new: str, **more: Any) -> Step:
    given = {"file_path": path, "old_string": old, "new_string": new}
    return {"call": {"tool": "Edit", "input": given}, **more}


def read(path: str) -> Step:
    return {"call": {"tool": "Read", "input": {"file_path": path}}}


def denied(step: Step, rule: str) -> Step:
    """The step, which must be denied by `rule`."""
    return {**step, "expect": {"denied": rule}}


def passes(step: Step) -> Step:
    return {**step, "expect": {"passes": True}}


def held(said: str) -> Step:
    """A last message that must not be the last."""
    return {"say": said, "expect": {"held": True}}


def body_of(mod: str) -> str:
    return f"def {mod}(name):\n    return '{mod}, ' + name\n"


def proof_of(mod: str) -> str:
    """A test that body_of(mod) passes."""
    return f"from src.{mod} import {mod}\n\n\ndef test_{mod}():\n    assert {mod}('Ada') == '{mod}, Ada'\n"


def done(name: str, mod: str) -> Step:
    return {
        "say": f"DONE\nTask: {name}\nChanged: src/{mod}.py, tests/test_{mod}.py\nChecks: {check_of(mod)}: 1 passed"
    }


def work(mod: str, body: str = "", test: str = "") -> list[Step]:
    """Both files of `mod` and the run that proves them."""
    return [
        write(f"src/{mod}.py", body or body_of(mod)),
        write(f"tests/test_{mod}.py", test or proof_of(mod)),
        passes(bash(check_of(mod))),
    ]


def implementer(name: str, mod: str, *, first: Sequence[Step] = ()) -> list[Step]:
    """An implementer that does `first` (whatever it is), then its task, and says so."""
    return [*first, *work(mod), done(name, mod)]


def review(name: str, role: str, verdict: str = "pass", finding: str = "", *, path: str = "src/a.py") -> list[Step]:
    """A reviewer that looks, files its verdict and says so; a failing one has one major finding."""
    score = "PASS" if verdict == "pass" else "FAIL"
    found = {"severity": "major", "path": path, "line": 1, "what": finding or "mend it"}
    filed = {
        "task": name,
        "role": role,
        "scores": [{"criterion": word, "score": score, "why": "looked"} for word in ("does it", "scope", "claims")],
        "findings": [] if verdict == "pass" else [found],
        "verdict": verdict,
        "summary": "Good." if verdict == "pass" else "Not yet.",
    }
    return [
        passes(bash("git status --short")),
        passes(bash(f"task-planner file {name} <<'JSON'\n{json.dumps(filed, indent=1)}\nJSON")),
        {"say": f"FILED {verdict}\n{filed['summary']}"},
    ]


def reviews(name: str, number: int = 1) -> dict[str, list[Step]]:
    """Both reviewers of a task, passing."""
    return {
        f"{name} {role} {number}": review(name, role) for role in ("task-reviewer", "code-reviewer")
    }


# --- what came of it -------------------------------------------------------------------------------------------


def base(world: World) -> Path:
    """The folder that the engine keeps of this world's project."""
    return world.planweir_home / f"projects{world.project}"


def journal(world: World) -> list[Event]:
    """The events of the plan, the archived one's where none is open."""
    places = [base(world) / "journal.jsonl", *sorted((base(world) / "archive").glob("*/journal.jsonl"))]
    rows = [json.loads(line) for line in next(p for p in places if p.exists()).read_text().splitlines()]
    return [row.get("event", row) for row in rows]


def kinds(world: World, name: str, *, but: Sequence[str] = ("cost", "spawn_allowed")) -> list[str]:
    """What happened to a task, in order."""
    return [row["kind"] for row in journal(world) if row.get("task") == name and row["kind"] not in but]


def faults(world: World) -> str:
    """What failed in the plugin's own hooks, with traces; empty is how it should be."""
    place = base(world) / "faults.log"
    return place.read_text() if place.exists() else ""


def markers(world: World) -> list[Path]:
    """All markers that say "a plan is open", ours and the host's folder for the plugin."""
    return [path for path in world.home.rglob("armed/**/open") if path.is_file()]


def results(run: Run, actor: str | None = None) -> list[tuple[str, bool, str]]:
    """Every tool result that a model got: (actor, is it an error, text), each once."""
    found: dict[tuple[str, str], tuple[str, bool, str]] = {}
    for request in run.requests:
        if actor is not None and request.actor != actor:
            continue
        for message in request.messages:
            content = message["content"]
            for block in content if isinstance(content, list) else []:
                if block.get("type") == "tool_result":
                    text = block.get("content", "")
                    shown = text if isinstance(text, str) else "\n".join(part.get("text", "") for part in text)
                    key = (request.actor, block["tool_use_id"])
                    found.setdefault(key, (request.actor, bool(block.get("is_error")), shown))
    return list(found.values())


def refused_by_the_client(run: Run) -> list[tuple[str, bool, str]]:
    """Results by which the client's own permissions, not a rule of ours, stopped a call."""
    return [row for row in results(run) if row[1] and CLIENT_REFUSES.search(row[2]) and "Planweir [" not in row[2]]


def told(request: Request) -> str:
    """Everything that the model is told in this request after its own last message, the host's words included."""
    messages = request.messages
    last = max((n for n, message in enumerate(messages) if message["role"] == "assistant"), default=-1)
    return json.dumps([message["content"] for message in messages[last + 1 :]], ensure_ascii=False)


def commits(world: World) -> list[str]:
    """Subjects of the plan's commits, oldest first."""
    return world.git("log", "--reverse", "--format=%s").splitlines()[1:]


def left_behind(world: World) -> list[str]:
    """What differs from the last commit, caches of Python left out."""
    return [line for line in world.git("status", "--short").splitlines() if "__pycache__" not in line]


def trailers(world: World) -> list[dict[str, str]]:
    """The trailers of the plan's commits, oldest first."""
    found = []
    for sha in world.git("log", "--reverse", "--format=%H").split()[1:]:
        lines = world.git("log", "-1", "--format=%(trailers:only,unfold)", sha).splitlines()
        found.append(dict(line.split(": ", 1) for line in lines if ": " in line))
    return found


def ends_well(world: World, run: Run, *, cut_off: Sequence[str] = ()) -> None:
    """Nothing failed in our hooks, every wave is closed, and every step was played, save by who was `cut_off`."""
    assert faults(world) == ""
    assert run.api is not None
    left = run.api.unplayed()
    assert set(left) <= set(cut_off), f"{left}\n{run.story()}"
    waves = next(row["waves"] for row in journal(world) if row["kind"] == "opened")
    passed = [row["wave"] for row in journal(world) if row["kind"] == "gate_passed"]
    assert passed == list(range(1, len(waves) + 1)), run.story()
