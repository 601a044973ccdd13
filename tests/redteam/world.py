"""A project on disk with a plan open in it, for the guards to be tried on."""

from __future__ import annotations

import subprocess
from pathlib import Path

OWNER = "session-1"
AGENTS = {
    "implementer": {"task": "T1", "role": "implementer", "attempt": 1},
    "second": {"task": "T2", "role": "implementer", "attempt": 1},
    "free": {"task": "T3", "role": "implementer", "attempt": 1},  # of a task without Files
    "reviewer": {"task": "T1", "role": "task-reviewer", "attempt": 1},
    "code-reviewer": {"task": "T1", "role": "code-reviewer", "attempt": 1},
}
FILES = {
    "src/a.py": "a = 1\n",
    "src/b.py": "b = 1\n",
    "src/util/c.py": "c = 1\n",
    "tests/test_a.py": "def test_a():\n    assert True\n",
    "docs/plan.md": "# Plan: x\n",
    "README.md": "# x\n",
    "Makefile": "test:\n\ttrue\n",
    "package.json": '{"name": "x", "version": "1.0.0"}\n',
    ".gitignore": "build/\n*.log\n.venv/\n",
    ".claude/settings.json": "{}\n",
    ".claude/state/active_task_graph.json": "{}\n",
    "build/out.txt": "x\n",
}


class World:
    """root/app is the project, root/home/.local/state/planweir our home, root/plugin the plugin."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "app"
        self.home = root / "user" / ".local" / "state" / "planweir"
        self.plugin = root / "plugin"
        for name, text in FILES.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        records = self.home / "projects" / "app"
        records.mkdir(parents=True)
        for name in ("journal.jsonl", "guard.json", "state.json", "plan.json"):
            (records / name).write_text("{}\n")
        (self.home / "armed" / "app").mkdir(parents=True)
        (self.home / "armed" / "app" / "open").write_text("")
        (self.plugin / "hooks").mkdir(parents=True)
        (self.plugin / "hooks" / "launch").write_text("#!/bin/sh\n")
        (self.root / "link").symlink_to(self.home)
        (self.project / "state-link").symlink_to(self.project / ".claude" / "state")
        subprocess.run(["git", "init", "-q", str(self.project)], check=True)
        self.guard: dict[str, object] = {
            "v": 1,
            "seq": 7,
            "project": str(self.project),
            "status": "open",
            "owner": OWNER,
            "grants": False,
            "guarded": [
                str(self.home),
                str(self.plugin),
                str(self.project / "docs" / "plan.md"),
                str(self.project / ".claude" / "state" / "active_task_graph.json"),
                str(self.project / ".claude" / "settings.json"),
                str(root / "user" / ".claude" / "projects"),
                str(root / "user" / ".gitconfig"),
            ],
            "commands": ["pytest -q", "make verify", "./scripts/check --all"],
            "agents": dict(AGENTS),
            "running": {
                "T1": {
                    "files": ["src/a.py", "tests/test_a.py", "src/util/**"],
                    "scope": [r"src/a\.py", r"tests/test_a\.py", r"src/util/.*", r".*\.pyc"],
                },
                "T2": {"files": ["src/b.py"], "scope": [r"src/b\.py"]},
                "T3": {"files": [], "scope": [".*"]},
            },
        }

    def event(self, who: str, tool: str, tool_input: dict[str, object], cwd: str = "") -> dict[str, object]:
        """What the host sends before a tool call; who: main, foreign, unbound or one of AGENTS."""
        event: dict[str, object] = {
            "hook_event_name": "PreToolUse",
            "session_id": "session-2" if who == "foreign" else OWNER,
            "cwd": cwd or str(self.project),
            "tool_name": tool,
            "tool_input": tool_input,
            "tool_use_id": "toolu_1",
        }
        if who not in ("main", "foreign", "paused"):
            event["agent_id"] = who
            event["agent_type"] = "planweir:implementer"
        return event

    def fill(self, text: str) -> str:
        """A case's text with its places put in and its line ends made real."""
        for name, path in (
            ("{P}", self.project),
            ("{H}", self.home),
            ("{R}", self.root),
            ("{PLUGIN}", self.plugin),
        ):
            text = text.replace(name, str(path))
        return text.replace("⏎", "\n").replace("⇥", "\t")
