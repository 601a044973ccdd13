"""A project with an open plan, and the hooks as `hooks.json` starts them: real files, real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.unit.journal.walks import OWNER, opened

from planweir.journal import markers
from planweir.journal.store import Journal
from planweir.journal.types import Event, State
from planweir.places import Places

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = ROOT / "hooks" / "launch"
PAYLOADS = ROOT / "tests" / "e2e" / "payloads"
GUARDS = ("block_direct_edits", "guard_state_file", "validate_task_execution", "guard_other_tools", "judge_review")
TOOLS = ("cat", "mv", "mkdir")  # what is on PATH where there is no Python


def hooks() -> list[tuple[str, str]]:
    """Event and script of every line of hooks.json."""
    return [(event, args[-1]) for event, args in hook_lines()]


def hook_lines() -> Iterator[tuple[str, list[str]]]:
    table = json.loads((ROOT / "hooks" / "hooks.json").read_text())["hooks"]
    for event, groups in table.items():
        for group in groups:
            for hook in group["hooks"]:
                yield event, hook["args"]


def payload(event: str, **fields: object) -> dict[str, object]:
    """What a real client sent for `event`, the first that was recorded, with some of its fields changed."""
    wanted = fields.get("tool_name")
    for path in sorted(PAYLOADS.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            if row["hook_event_name"] == event and wanted in (None, row.get("tool_name")):
                row.pop("agent_id", None)
                row.pop("agent_type", None)
                return {**row, **fields}
    return {"session_id": OWNER, "cwd": "/home/dev/app", "hook_event_name": event, **fields}


class Done:
    """How a hook ended."""

    def __init__(self, status: int, out: bytes, err: bytes) -> None:
        self.status = status
        self.out = out.decode()
        self.err = err.decode("utf-8", "replace")

    @property
    def reply(self) -> dict[str, object]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def decision(self) -> str:
        """`allow`, `deny`, or empty where a guard has no opinion."""
        if not self.out:
            return ""
        inner = self.reply["hookSpecificOutput"]
        assert isinstance(inner, dict)
        assert inner["hookEventName"] == "PreToolUse"
        assert inner["permissionDecisionReason"]
        return str(inner["permissionDecision"])


class Armed:
    """Planweir's home, the plugin's data and a git repository below `root`; `arm` opens a plan there."""

    def __init__(self, root: Path, project: str = "app") -> None:
        self.root = root
        self.project = root / project
        self.project.mkdir(parents=True)
        self.data = root / "data"
        self.places = Places(str(root / "home" / "planweir"), str(self.project))
        self.journal = Journal(self.places)
        for name in ("user", "tools"):
            (root / name).mkdir()
        for tool in TOOLS:
            (root / "tools" / tool).symlink_to(_which(tool))
        self.git("init", "-q")
        (self.project / "plan.md").write_text("# Plan: A plan\n")
        (self.project / "src").mkdir()
        self.git("add", ".")
        self.git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first")

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self.project, check=True, capture_output=True)

    def arm(self, first: bool = True, second: bool = True) -> State:
        state = self.journal.record(opened(file=str(self.project / "plan.md")))
        markers.arm(self.places, state["plan"]["id"])
        markers.record_second(self.places, str(self.data))
        if not first:
            os.unlink(self.places.armed)
        if not second:
            os.unlink(self.places.second(str(self.data)))
            os.unlink(self.places.markers)
        return state

    def bind(self, task: str, agent: str) -> State:
        event: Event = {"kind": "bound", "task": task, "agent": agent, "role": "implementer", "attempt": 1}
        return self.journal.record({**event, "session": OWNER})

    def env(self, python: bool = True, **more: str) -> dict[str, str]:
        """As the host starts a hook, and nothing else."""
        tools = str(self.root / "tools")
        return {
            "HOME": str(self.root / "user"),
            "PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin" if python else tools,
            "PLANWEIR_HOME": self.places.home,
            "CLAUDECODE": "1",
            "CLAUDE_PROJECT_DIR": str(self.project),
            "CLAUDE_PLUGIN_ROOT": str(ROOT),
            "CLAUDE_PLUGIN_DATA": str(self.data),
            **more,
        }

    def start(self, script: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["/bin/sh", str(LAUNCH), script],
            env=dict(self.env() if env is None else env),
            cwd=self.project,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def hook(self, script: str, event: object, env: Mapping[str, str] | None = None) -> Done:
        """Run a hook on `event`: bytes as they are, anything else as JSON."""
        process = self.start(script, env)
        out, err = process.communicate(event if isinstance(event, bytes) else json.dumps(event).encode())
        return Done(process.returncode, out, err)


def _which(tool: str) -> str:
    for folder in ("/bin", "/usr/bin"):
        if os.access(f"{folder}/{tool}", os.X_OK):
            return f"{folder}/{tool}"
    raise FileNotFoundError(tool)
