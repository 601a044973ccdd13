"""A small project with an open plan, driven to any point by recording the events that hooks would record."""

from __future__ import annotations

import itertools
import json
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

from planweir.attempt import keeping
from planweir.brief.package import task_digest
from planweir.evidence import tree
from planweir.gate.gate import run_gate
from planweir.gate.outcome import Check, Gate
from planweir.journal.ready import next_attempt, step
from planweir.journal.store import Journal
from planweir.places import Places
from planweir.verbs import start as starting
from planweir.verbs.answer import Answer
from planweir.verbs.mine import mine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State, TaskState

TOP = Path(__file__).resolve().parents[3]
PLANNER = TOP / "scripts" / "task_planner.py"
PASSING = "echo '3 passed in 0.01s'"


def git(root: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=root, capture_output=True, check=True)
    return os.fsdecode(done.stdout)


def new_repository(root: Path) -> None:
    """A repository with one commit, an identity of its own and nothing else that this machine knows."""
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "work")
    git(root, "config", "user.name", "Shop")
    git(root, "config", "user.email", "shop@example.org")
    (root / "README.md").write_text("a shop\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")


def task(
    name: str,
    files: str = "",
    depends: str = "none",
    *,
    also: str = "",
    verify: str = "",
    new_tests: bool = False,
    done_when: tuple[str, ...] = ("it works",),
    text: str = "",
) -> str:
    """One task of a plan document; `files` and `also` are separated by spaces."""

    def quoted(paths: str) -> str:
        return ", ".join(f"`{path}`" for path in paths.split())

    lines = [f"### {name}: Do {name}", f"- Depends on: {depends}"]
    if files:
        lines.append(f"- Files: {quoted(files)}")
    if also:
        lines.append(f"- Also: {quoted(also)}")
    if verify:
        lines.append(f"- Verify: `{verify}`")
    lines.append(f"- New tests: {'yes' if new_tests else 'no'}")
    criteria = "\n".join(f"- {row}" for row in done_when)
    return "\n".join([*lines, "", text or f"Make {name}.", "", "#### Done when", criteria, ""])


def plan(*tasks: str, head: str = "", title: str = "Shop", context: str = "") -> str:
    """A plan document; `head` holds lines such as ``Verify: `pytest` ``."""
    told = f"\n## Context\n{context}\n" if context else ""
    return f"# Plan: {title}\n\nGoal: Sell.\n{head}\n{told}\n## Tasks\n\n" + "\n".join(tasks)


TWO = plan(task("T1", "a.py"), task("T2", "b.py"))
TWO_WAVES = plan(task("T1", "a.py"), task("T2", "b.py", "T1"))


class Shop:
    """One project. `told` is what the last gate printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "project"
        self.places = Places(str(folder / "home"), str(self.root))
        self.journal = Journal(self.places)
        self.told: list[str] = []
        self._numbers = itertools.count(1)

    # --- the project ---

    def git(self, *args: str) -> str:
        return git(self.root, *args)

    def write(self, path: str, content: str = "") -> None:
        whole = self.root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(content or f"{path} {next(self._numbers)}\n")

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def dirty(self) -> list[str]:
        """What `git status` shows a person."""
        listing = self.git("status", "--porcelain", "-z", "--untracked-files=all").split("\0")
        return sorted(row for row in listing if row)

    def commits(self) -> list[str]:
        """The subjects since the first commit, oldest first."""
        return self.git("log", "--format=%s", "--reverse").splitlines()[1:]

    def files_of(self, commit: str = "HEAD") -> list[str]:
        return sorted(
            row for row in self.git("show", "--format=", "--name-only", "-z", commit).split("\0") if row
        )

    def hook(self, name: str, body: str) -> None:
        """Install a hook of the repository."""
        path = self.root / ".git" / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + body + "\n")
        path.chmod(0o755)

    def mends_hook(self) -> None:
        """A person takes what the hook refuses out of it, and says that this is theirs."""
        self.hook("pre-commit", "exit 0")
        keeping.look(self.places, self.state)
        assert mine(self.places, [".git/hooks/pre-commit"]).ok

    def script(self, name: str, body: str) -> str:
        """A shell script outside the project; returns the command that runs it."""
        path = self.folder / name
        path.write_text("#!/bin/bash\n" + body + "\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def counter(self, name: str = "runs") -> tuple[str, Callable[[], int]]:
        """A command that notes outside the project that it ran, and how often it has."""
        log = self.folder / name
        return f"echo x >> {shlex.quote(str(log))}", lambda: len(log.read_text()) // 2 if log.exists() else 0

    # --- the plan ---

    def open(self, document: str = TWO) -> Answer:
        """Start the plan as a person does, in session s1."""
        answer = self.start(document)
        assert answer.ok, answer.text
        return answer

    def start(self, document: str = TWO) -> Answer:
        path = self.folder / "plan.md"
        path.write_text(document)
        return starting.start(self.places, str(path), "s1")

    @property
    def state(self) -> State:
        return self.journal.state()

    def task(self, name: str) -> TaskState:
        return self.state["tasks"][name]

    def status(self, name: str) -> str:
        return self.task(name)["status"]

    def step(self) -> str:
        return step(self.state)

    def record(self, kind: str, **fields: object) -> State:
        return self.journal.record({"kind": kind, **fields})

    def kinds(self) -> list[str]:
        return [str(event["kind"]) for event in self.journal.events()[0]]

    # --- the tasks ---

    def begin(self, name: str, role: str = "implementer") -> str:
        """An agent is bound to the task. Returns its id."""
        number = next(self._numbers)
        use, agent = f"toolu_{number}", f"agent{number}"
        common: Event = {"task": name, "role": role, "attempt": next_attempt(self.state, name, role)}
        digest = task_digest(self.places, self.state, name) if role != "implementer" else ""
        picture = {
            "start_tree": tree.snapshot(str(self.root)),
            "start_sha": self.git("rev-parse", "HEAD").strip(),
        }
        self.record("spawn_allowed", **common, tool_use_id=use, session="s1", digest=digest, **picture)
        kind = "bound" if role == "implementer" else "reviewer_bound"
        self.record(kind, **common, agent=agent, tool_use_id=use, session="s1", **picture)
        return agent

    def report(self, name: str, agent: str, **report: object) -> None:
        """The implementer ends with evidence."""
        self.record(
            "implemented",
            task=name,
            agent=agent,
            evidence={"ok": True, "reason": "ok", "passed": 3, "detail": "3 passed"},
            report={"outcome": "done", **report},
            digest=task_digest(self.places, self.state, name),
            files_changed=[],
        )

    def implement(self, name: str, files: dict[str, str] | None = None, **report: object) -> None:
        agent = self.begin(name)
        for path, content in (files or {}).items():
            self.write(path, content)
        self.report(name, agent, **report)

    def review(
        self, name: str, role: str, verdict: str = "pass", findings: list[dict[str, object]] | None = None
    ) -> None:
        agent = self.begin(name, role)
        kind = {"task-reviewer": "task_review_passed", "code-reviewer": "code_review_passed"}[role]
        review: dict[str, object] = {
            "task": name,
            "role": role,
            "verdict": verdict,
            "scores": [
                {
                    "criterion": "it works",
                    "score": "PASS" if verdict == "pass" else "FAIL",
                    "why": "I looked",
                }
            ],
            "findings": findings or [],
        }
        self.record(
            kind if verdict == "pass" else "review_failed",
            task=name,
            role=role,
            agent=agent,
            digest=self.state["agents"][agent]["digest"],
            review=review,
        )

    def reviews(self, *names: str) -> None:
        for name in names:
            self.review(name, "task-reviewer")
            self.review(name, "code-reviewer")

    def reviewed(self, name: str, files: dict[str, str] | None = None) -> None:
        """The task is implemented with these files and both reviews pass."""
        self.implement(name, files)
        self.reviews(name)

    # --- the gate ---

    def gate(self) -> Gate:
        self.told = []
        return run_gate(self.places, self.told.append)

    def passes(self) -> Gate:
        done = self.gate()
        assert done.passed, "\n".join(done.lines())
        return done

    def fails(self) -> Gate:
        done = self.gate()
        assert done.due, "\n".join(done.lines())
        assert not done.passed, "\n".join(done.lines())
        return done

    # --- the command line ---

    def planner(
        self, *words: str, cwd: Path | None = None, given: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """The command line, as a person's terminal runs it."""
        return subprocess.run(
            [sys.executable, "-I", str(PLANNER), *words],
            cwd=cwd or self.root,
            env={**os.environ, **env},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def answer(self, *words: str, given: str = "") -> tuple[int, dict[str, object]]:
        """Exit status and JSON answer of a command."""
        done = self.planner(*words, "--json", given=given)
        value = json.loads(done.stdout)
        assert isinstance(value, dict)
        return done.returncode, value


def check(gate: Gate, name: str) -> Check:
    return next(row for row in gate.checks if row.name == name)


def results(gate: Gate) -> dict[str, str]:
    return {row.name: row.result for row in gate.checks}
