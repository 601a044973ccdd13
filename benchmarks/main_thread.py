"""What a task costs the main thread's context, through the real client: `python benchmarks/main_thread.py [--check]`.

A plan of three tasks in two waves runs whole, once in print mode, where agents run in the foreground, and once in a
terminal, where they run in the background; then the demonstration's recording, six tasks with everything going wrong once,
in print mode. The scripted main thread does what the skill tells it: it makes the calls that hooks and gates print, and where none
did it runs `task-planner next`. Counted is what each of its requests holds that the one before did not (JSON of the messages' contents, in
bytes), by what it consists of, divided by the tasks. What comes once (the skill, the words at the start, the host's
reminders before the first answer) stands in a column of its own. With --check the exit status is 1
where a budget is not kept. In the demonstration every mistake costs what mending it costs: 23 agents for six tasks, of which the
host's framing alone takes some 830 bytes each.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "scripts"), str(TOP)]

from tests.e2e.steps import bash  # noqa: E402
from tests.e2e.world import World  # noqa: E402

from planweir.play.client.asked import Message, Request, Turn, fresh, hook_words  # noqa: E402
from planweir.play.client.fetch import Unavailable  # noqa: E402
from planweir.play.client.run import Run  # noqa: E402
from planweir.play.client.staged import client_player  # noqa: E402
from planweir.play.recording import MAIN  # noqa: E402
from planweir.play.stage import PLUGIN, Stage  # noqa: E402

BUDGETS = {"foreground": 5_000, "background": 11_000, "demonstration": 5_000}  # bytes a task
MODULES = {"T1": "greet", "T2": "bye", "T3": "cli"}
NEXT = "task-planner next"
ASKS = {"call": {"tool": "Bash", "input": {"command": NEXT}}}

KINDS = (
    "host: results, notifications, reminders",
    "calls: Agent",
    "calls: next and gate",
    "answers of next",
    "answers of the gate",
    "last messages of agents",
    "words of our hooks",
    "the skill",
    "text of the main thread",
)
HOST, AGENT_CALLS, OUR_CALLS, NEXT_SAID, GATE_SAID, REPORTS, HOOKS, SKILL, TEXT = KINDS

# The host puts what hooks say into one text with its own words; ours hold no empty line.
_HOOK_WORDS = re.compile(
    r"(?:(?:SessionStart|UserPromptExpansion|UserPromptSubmit|PostToolUse(?::Agent)?) hook additional context|Stop hook (?:blocking error|feedback))"
    r"(?:[^\n]|\n(?!\n))*"
)


# --- the plan and its agents -----------------------------------------------------------------------------------


def plan() -> str:
    head = "# Plan: Greet people\n\nGoal: Greetings.\nVerify: `python3 -m pytest -q`\n\n## Tasks\n"
    tasks = [
        f"### {name}: Write the module {module}\n- Depends on: {'T1, T2' if name == 'T3' else 'none'}\n"
        f"- Files: `src/{module}.py`, `tests/test_{module}.py`\n- Verify: `python3 -m pytest -q tests/test_{module}.py`\n\n"
        f"Write {module}().\n\n#### Done when\n- {module} answers as its test says\n"
        for name, module in MODULES.items()
    ]
    return "\n".join([head, *tasks])


def agents() -> dict[str, list[Any]]:
    actors: dict[str, list[Any]] = {}
    for name, module in MODULES.items():
        test = f"from src.{module} import {module}\n\n\ndef test_{module}():\n    assert {module}() == '{module}'\n"
        actors[f"{name} implementer 1"] = [
            write(f"src/{module}.py", f"def {module}():\n    return '{module}'\n"),
            write(f"tests/test_{module}.py", test),
            bash(f"python3 -m pytest -q tests/test_{module}.py"),
            {"say": report(name, module)},
        ]
        for role in ("task-reviewer", "code-reviewer"):
            score = {"criterion": f"{module} answers as its test says", "score": "PASS", "why": "read and run"}
            filed = {"task": name, "role": role, "scores": [score], "findings": [], "verdict": "pass", "summary": "Good."}
            actors[f"{name} {role} 1"] = [
                bash(f"task-planner file {name} <<'EOF'\n{json.dumps(filed)}\nEOF"),
                {"say": "FILED pass\nThe module and its test do what the task asks; nothing beyond it was changed."},
            ]
    return actors


def report(name: str, module: str) -> str:
    """An implementer's last message, of the shape and length that it is asked for."""
    return (
        f"DONE\nTask: {name}\nChanged: src/{module}.py, tests/test_{module}.py\n"
        f"Checks: python3 -m pytest -q tests/test_{module}.py: 1 passed\n"
        f"For later tasks: {module}() takes no argument and returns a str; it is imported from src.{module}."
    )


def write(path: str, content: str) -> dict[str, Any]:
    return {"call": {"tool": "Write", "input": {"file_path": path, "content": content}}}


class Conductor:
    """The main thread: does what hooks and the gate say is due, else asks `task-planner next`. Called for each answer of the
    model."""

    def __call__(self, turn: Turn) -> dict[str, Any]:
        said = "\n".join((turn.result, *hook_words("PostToolUse", turn.notes), *hook_words("UserPromptSubmit", turn.text + turn.notes)))
        calls = [
            {"tool": "Agent", "input": json.loads(line[len("Agent ") :])}
            for line in said.splitlines()
            if line.startswith("Agent {")
        ]
        calls += [
            {"tool": "Agent", "input": {"subagent_type": kind, "description": prompt.split()[-1], "prompt": prompt}}
            for kind, prompt in re.findall(r'^Agent (\S+): "(.*)"$', said, re.MULTILINE)
        ]
        gate = re.search(r"`(task-planner gate(?: --wait)?)`", said)
        if calls:
            return {"calls": calls, "stay": True}
        if gate and "Gate of wave" not in said:
            return {"call": {"tool": "Bash", "input": {"command": gate[1]}}, "stay": True}
        if "very wave is closed" in said:
            return {"say": "Three modules were written, each with its test."}
        if "Async agent launched" in said or "Wait for" in said:
            return {"say": "Agents are at work.", "stay": True}
        return {**ASKS, "stay": True}


# --- running it ------------------------------------------------------------------------------------------------


def script() -> dict[str, list[Any]]:
    return {"main": [Conductor()], **agents()}


def world() -> World:
    there = "def test_there():\n    pass\n"
    return World({"plan.md": plan(), "src/__init__.py": "", "tests/test_there.py": there})


@dataclass(frozen=True)
class Played:
    """The main thread's requests, session by session; how many tasks; the last messages of agents."""

    sessions: list[list[Request]]
    tasks: int
    told: list[str]


def three_tasks(run: Run) -> Played:
    return Played([run.of()], len(MODULES), list({steps[-1]["say"]: None for steps in agents().values()}))


def foreground() -> Played:
    with world() as made:
        return three_tasks(made.claude("-p", "/implement-plan plan.md --yes", script=script(), seconds=180))


def background() -> Played:
    with world() as made, made.terminal(script=script(), mode="acceptEdits") as terminal:
        terminal.type("/implement-plan plan.md --yes")
        terminal.expect("Three modules were written", seconds=180)
        return three_tasks(terminal.run)


def demonstration() -> Played:
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage("link-shortener", os.path.realpath(folder), print)
        conducted = [Conductor() if step.follow else step for step in stage.recording.actors[MAIN]]
        said = [steps[-1].say for steps in stage.recording.actors.values() if steps[-1].say]
        actors: dict[str, Sequence[Any]] = {**stage.recording.actors, MAIN: conducted}
        player = client_player(
            *(PLUGIN, f"{folder}/claude", stage.project, stage.env, stage.recording, lambda seen: None), script=actors
        )
        try:
            player.play()
        finally:
            stage.host.cut()
        tasks = len({name.split()[0] for name in actors} - {MAIN})
        return Played([run.of() for run in player.runs if run.requests], tasks, said)


# --- counting --------------------------------------------------------------------------------------------------


def count(messages: list[Message], calls: dict[str, str], told: list[str]) -> Counter[str]:
    """Bytes by kind. `calls` maps the ids of calls to what they were, and is filled; `told` are agents' last messages."""
    sizes: Counter[str] = Counter()
    for message in messages:
        for block in message["content"]:
            whole = size(block)
            if block["type"] == "tool_use":
                kind = AGENT_CALLS if block["name"] == "Agent" else OUR_CALLS
                calls[block["id"]] = "agent" if kind == AGENT_CALLS else str(block["input"].get("command"))
                sizes[kind] += whole
            elif block["type"] == "tool_result":
                part(sizes, block, whole, calls[block["tool_use_id"]], told)
            elif message["role"] == "assistant":
                sizes[TEXT] += whole
            else:
                words(sizes, str(block.get("text", "")), whole, told)
    return sizes


def part(sizes: Counter[str], block: dict[str, Any], whole: int, call: str, told: list[str]) -> None:
    """A tool's result: what was said, and what the host has put around it."""
    content = block.get("content", "")
    said = content if isinstance(content, str) else "\n".join(piece.get("text", "") for piece in content)
    if call == "agent":
        own = min(whole, sum(size(words) for words in told if words.splitlines()[-1] in said))
        kind = REPORTS
    else:
        own, kind = size(said), NEXT_SAID if call == NEXT else GATE_SAID
    sizes[kind] += own
    sizes[HOST] += whole - own


def words(sizes: Counter[str], text: str, whole: int, told: list[str]) -> None:
    """A text that is neither a result nor the main thread's own: hooks, the skill, a notification, reminders."""
    if "Base directory for this skill" in text:
        sizes[SKILL] += whole
    elif "<task-notification>" in text:
        own = sum(size(said) - len('""') for said in told if said in text)
        sizes[REPORTS] += own
        sizes[HOST] += whole - own
    else:
        own = sum(size(said) - len('""') for said in _HOOK_WORDS.findall(text))
        sizes[HOOKS] += own
        sizes[HOST] += whole - own


def size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def figures(played: Played) -> tuple[Counter[str], Counter[str], int]:
    """Bytes that come once, bytes of all tasks, requests of the main thread."""
    once: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    calls: dict[str, str] = {}
    requests = [request for session in played.sessions for request in session]
    firsts = [session[0] for session in played.sessions]
    for request, messages in zip(requests, fresh(requests), strict=True):
        (once if request in firsts else rest).update(count(messages, calls, played.told))
    return once, rest, len(requests)


def show(name: str, played: Played) -> bool:
    """Prints the table of one run and says whether its budget was kept."""
    once, rest, requests = figures(played)
    print(f"\n{name}: {requests} requests of the main thread for {played.tasks} tasks")
    print(f"  {'bytes':<42} {'once':>8} {'per task':>10}")
    for kind in KINDS:
        print(f"  {kind:<42} {once[kind]:>8} {rest[kind] / played.tasks:>10.0f}")
    whole = per_task(played)
    budget = BUDGETS.get(name)
    kept = budget is None or whole <= budget
    said = "" if budget is None else f"budget {budget}{'' if kept else ': not kept'}"
    print(f"  {'all':<42} {sum(once.values()):>8} {whole:>10.0f}  {said}".rstrip())
    return kept


def per_task(played: Played) -> float:
    """Bytes of new content of the main thread for each task."""
    return sum(figures(played)[1].values()) / played.tasks


PLAYS: dict[str, Callable[[], Played]] = {"foreground": foreground, "background": background, "demonstration": demonstration}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 where a budget is not kept")
    parser.add_argument("--dump", metavar="FOLDER", help="write what was counted as FOLDER/NAME.json")
    options = parser.parse_args()
    kept = True
    try:
        for name, play in PLAYS.items():
            played = play()
            kept &= show(name, played)
            if options.dump:
                place = Path(options.dump) / f"{name}.json"
                place.write_text(json.dumps([fresh(session) for session in played.sessions], indent=1, ensure_ascii=False))
    except Unavailable as problem:
        print(f"not measured: {problem}", file=sys.stderr)
        return 2
    return 0 if kept or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
