"""The stage for the hooks' tests: a real repository with a plan in it, a session of the host, and its agents.

Events go to the scripts that hooks.json names for them, each started as the host starts it, with the fields that the
host sends (Claude Code 2.1.329). Commands really run. What the engine made of it all is read from its journal.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from planweir import __version__
from planweir.journal.store import Journal
from planweir.journal.types import AgentState, Event, State, TaskState
from planweir.places import Places
from planweir.values import sub, text_or

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

PLUGIN = Path(__file__).resolve().parents[2]
OWNER = "5e65cb88-8395-40ca-8637-f29e6abf5777"
OTHER = "309c380e-9972-4e62-8374-e97c042a6cac"
TOOL_EVENTS = ("PreToolUse", "PostToolUse", "PostToolUseFailure")

PLAN = """\
# Plan: Small words

Goal: A package that greets.

## Context
Plain Python, no dependencies.

## Tasks

### T1: Say hello
- Files: `src/hello.py`, `tests/test_hello.py`
- Verify: `sh checks/hello.sh`
- Complexity: 2

Write `hello()`.

#### Done when
- hello() returns "hello"

### T2: Say bye
- Files: `src/bye.py`
- Verify: `sh checks/bye.sh`
- Complexity: 5
- New tests: no

Write `bye()`.

#### Done when
- bye() returns "bye"

### T3: Say both
- Depends on: T1, T2
- Files: `src/both.py`, `tests/test_both.py`
- Verify: `sh checks/both.sh`
- Complexity: 9

Write `both()`.

#### Done when
- both() returns "hello, bye"
"""

FILES = {
    "README.md": "# Small words\n",
    ".gitignore": "*.log\n__pycache__/\n.pytest_cache/\n",
    "docs/plan.md": PLAN,
    "src/old.py": "def old():\n    return 1\n",
    "tests/test_old.py": "def test_old():\n    assert True\n",
    "checks/hello.sh": "grep -q 'return \"hello\"' src/hello.py\n",
    "checks/bye.sh": "grep -q 'return \"bye\"' src/bye.py\n",
    "checks/both.sh": "grep -q both src/both.py\n",
}

HELLO = {
    "src/hello.py": 'def hello():\n    return "hello"\n',
    "tests/test_hello.py": 'from src.hello import hello\n\n\ndef test_hello():\n    assert hello() == "hello"\n',
}
BYE = {"src/bye.py": 'def bye():\n    return "bye"\n'}
DONE = "DONE\nTask: {task}\nChanged: its files\nChecks: its check passes\n"


def parallel(count: int) -> str:
    """A plan of `count` tasks that may all run at once."""
    tasks = "".join(
        f"### T{n}: Word {n}\n- Files: `src/w{n}.py`\n- Verify: `sh checks/hello.sh`\n- New tests: no\n\n"
        f"#### Done when\n- word {n} is there\n\n"
        for n in range(1, count + 1)
    )
    return f"# Plan: Many words\n\n## Tasks\n\n{tasks}"


@dataclass(frozen=True)
class Reply:
    """What a hook answered; `said` is None where it printed nothing, so that the host goes on as it would."""

    said: dict[str, object] | None

    @property
    def specific(self) -> dict[str, object]:
        return sub(self.said or {}, "hookSpecificOutput")

    @property
    def decision(self) -> str | None:
        """`allow` or `deny` of a tool call, None for no opinion."""
        return text_or(self.specific, "permissionDecision") or None

    @property
    def reason(self) -> str:
        return text_or(self.specific, "permissionDecisionReason") or text_or(self.said or {}, "reason")

    @property
    def rule(self) -> str | None:
        """The rule that a denial or a hold names."""
        found = re.match(r"Planweir \[([a-z-]+)\]: ", self.reason)
        return found[1] if found else None

    @property
    def denied(self) -> str | None:
        """The rule that denied the call, None where it was not denied."""
        return self.rule if self.decision == "deny" else None

    @property
    def passes(self) -> bool:
        return self.decision != "deny"

    @property
    def updated(self) -> dict[str, object] | None:
        """The call's whole new input, where the hook wrote one."""
        found = self.specific.get("updatedInput")
        return found if isinstance(found, dict) else None

    @property
    def blocked(self) -> bool:
        """A stop was refused, or a typed command was answered without a request to the model."""
        return self.said is not None and self.said.get("decision") == "block"

    @property
    def context(self) -> str:
        return text_or(self.specific, "additionalContext")


@dataclass(frozen=True)
class Ran:
    exit: int
    output: str


class Stage:
    """A project, the host's session in it, and what its agents do. All below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "app"
        self.user = root / "user"
        self.data = root / "data"
        self.places = Places(str(root / "home"), str(self.project))
        self.session = OWNER
        self.prompts = 0
        self.uses = 0
        self.born = 0
        self.agents: dict[str, str] = {}  # id -> agent type
        self.uses_of: dict[str, str] = {}  # agent id -> tool_use_id of the call that started it
        self.env: dict[str, str] = {
            "PATH": f"{os.path.dirname(sys.executable)}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.user),
            "LANG": "C.UTF-8",
            "PLANWEIR_HOME": self.places.home,
            "PLANWEIR_ENGINE": "agents",  # who tests the wave's script says so
            "CLAUDE_PROJECT_DIR": str(self.project),
            "CLAUDE_PLUGIN_ROOT": str(PLUGIN),
            "CLAUDE_PLUGIN_DATA": str(self.data),
            "CLAUDECODE": "1",
            "CLAUDE_PID": str(os.getpid()),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A Person",
            "GIT_AUTHOR_EMAIL": "person@example.org",
            "GIT_COMMITTER_NAME": "A Person",
            "GIT_COMMITTER_EMAIL": "person@example.org",
        }

    # --- the project ---------------------------------------------------------------------------------------

    def build(self, files: dict[str, str]) -> None:
        """A repository with one commit of `files`."""
        for folder in (self.project, self.user, self.data):
            folder.mkdir(parents=True)
        runtime = Path(self.places.home) / "runtime"
        runtime.mkdir(parents=True)
        (runtime / __version__).symlink_to(sys.prefix)  # as if bin/task-planner had built it
        self.write(files)
        self.git("init", "-q", "--template=", "-b", "work")
        self.git("add", "-A")
        self.git("commit", "-qm", "First")

    def write(self, files: dict[str, str]) -> None:
        for name, words in files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(words)

    def git(self, *words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=self.project, env=self.env, check=True, capture_output=True, text=True
        ).stdout

    def path(self, name: str) -> str:
        return str(self.project / name)

    # --- what the host does --------------------------------------------------------------------------------

    def scripts(self, event: str, value: str) -> list[list[str]]:
        """The command lines that hooks.json has for this event, `value` being what its matcher is tried on."""
        table = json.loads((PLUGIN / "hooks" / "hooks.json").read_text())["hooks"]
        found: list[list[str]] = []
        for row in table.get(event, []):
            matcher = row.get("matcher", "")
            exact = re.fullmatch(r"[\w|]*", matcher) is not None
            if not matcher or (value in matcher.split("|") if exact else re.search(matcher, value)):
                for handler in row["hooks"]:
                    words = [handler["command"], *handler["args"]]
                    found.append([word.replace("${CLAUDE_PLUGIN_ROOT}", str(PLUGIN)) for word in words])
        return found

    def event(self, name: str, agent: str = "", session: str = "", **fields: object) -> dict[str, object]:
        """An event as the host sends it."""
        who: dict[str, object] = (
            {"agent_id": agent, "agent_type": self.agents.get(agent, "planweir:implementer")} if agent else {}
        )
        return {
            "session_id": session or self.session,
            "transcript_path": self.transcript(session),
            "cwd": str(self.project),
            "prompt_id": f"prompt-{self.prompts}",
            "permission_mode": "default",
            **who,
            "effort": {"level": "medium"},
            "hook_event_name": name,
            **fields,
        }

    def send(
        self,
        name: str,
        agent: str = "",
        session: str = "",
        env: dict[str, str] | None = None,
        **fields: object,
    ) -> Reply:
        """Send an event to the one script that hooks.json has for it. An event that it has none for is an error."""
        started = self.start(name, agent, session, env, **fields)
        return self.finish(started)

    def start(
        self,
        name: str,
        agent: str = "",
        session: str = "",
        env: dict[str, str] | None = None,
        **fields: object,
    ) -> subprocess.Popen[str]:
        """Start the script and give it the event, without waiting for its answer."""
        event = self.event(name, agent, session, **fields)
        value = str(fields.get("tool_name" if name in TOOL_EVENTS else "command_name", ""))
        lines = self.scripts(name, value)
        assert len(lines) == 1, f"{name} {value} starts {len(lines)} scripts"
        started = subprocess.Popen(
            lines[0],
            cwd=self.project,
            env={**self.env, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert started.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # launch does not read what no open plan asks for
            started.stdin.write(json.dumps(event))
            started.stdin.close()
        started.stdin = None
        return started

    @staticmethod
    def finish(started: subprocess.Popen[str]) -> Reply:
        out, err = started.communicate(timeout=60)
        assert (started.returncode, err) == (0, ""), (started.returncode, out, err)
        return Reply(json.loads(out) if out else None)

    def transcript(self, session: str = "") -> str:
        return str(self.user / ".claude/projects/-app" / f"{session or self.session}.jsonl")

    def next_use(self) -> str:
        self.uses += 1
        return f"toolu_{self.uses:06}"

    # --- tool calls ----------------------------------------------------------------------------------------

    def pre(
        self, tool: str, given: dict[str, object], agent: str = "", session: str = "", use: str = ""
    ) -> Reply:
        """The decision on a tool call: of the agent, or of the main thread."""
        return self.send(
            "PreToolUse",
            agent,
            session,
            tool_name=tool,
            tool_input=given,
            tool_use_id=use or self.next_use(),
        )

    def edit(self, name: str, agent: str = "", session: str = "") -> Reply:
        return self.pre("Write", {"file_path": self.path(name), "content": "x\n"}, agent, session)

    def call(self, task: str, role: str = "implementer", **fields: object) -> dict[str, object]:
        """The input of the Agent call that `task-planner next` prints."""
        return {
            "subagent_type": f"planweir:{role}",
            "description": f"{task}: its title",
            "prompt": f"**Task ID:** {task}",
            **fields,
        }

    def ask(self, task: str, role: str = "implementer", session: str = "", **fields: object) -> Reply:
        """The decision on the Agent call for `task`."""
        return self.pre("Agent", self.call(task, role, **fields), session=session)

    def spawn(self, task: str, role: str = "implementer", how: str = "background") -> str:
        """Start an agent and return its id. `how`: `background` (the client tells the id at once), or `meta` or
        `bare`: not told yet, its transcript lies there with or without the meta file beside it."""
        use = self.next_use()
        given = self.call(task, role)
        reply = self.pre("Agent", given, use=use)
        assert reply.decision == "allow", reply.reason
        updated = reply.updated or {}
        agent = self.appear(use, text_or(updated, "prompt"), f"planweir:{role}", meta=how != "bare")
        if how == "background":
            self.launched(agent, given)
        return agent

    def appear(self, use: str, prompt: str, kind: str, meta: bool = True) -> str:
        """An agent's transcript as the client writes it, with the meta file beside it or not yet. Returns its id."""
        self.born += 1
        agent = f"a{self.born:016x}"
        self.agents[agent] = kind
        self.uses_of[agent] = use
        stem = self.transcript()[: -len(".jsonl")]
        path = Path(stem) / "subagents" / f"agent-{agent}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        first = {
            "parentUuid": None,
            "isSidechain": True,
            "agentId": agent,
            "type": "user",
            "message": {"role": "user", "content": prompt},
            "sessionId": self.session,
        }
        path.write_text(json.dumps(first) + "\n")
        if meta:
            beside = path.with_name(f"agent-{agent}.meta.json")
            beside.write_text(json.dumps({"agentType": kind, "toolUseId": use, "spawnDepth": 1}))
        return agent

    def wrote(
        self, agent: str, tool: str, given: dict[str, object], result: str, failed: bool = False, use: str = ""
    ) -> None:
        """A call and its result in the agent's transcript, which the client writes whether hooks run or not."""
        use = use or self.next_use()
        path = Path(self.transcript()[: -len(".jsonl")]) / "subagents" / f"agent-{agent}.jsonl"
        call = {"type": "tool_use", "id": use, "name": tool, "input": given}
        back = {"type": "tool_result", "tool_use_id": use, "content": result, "is_error": failed}
        lines = [
            {
                "type": "assistant",
                "cwd": str(self.project),
                "message": {"role": "assistant", "content": [call]},
            },
            {"type": "user", "cwd": str(self.project), "message": {"role": "user", "content": [back]}},
        ]
        with path.open("a") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def launched(self, agent: str, given: dict[str, object], **response: object) -> Reply:
        """PostToolUse(Agent): of a background agent at once, of a foreground one when it has ended."""
        return self.send(
            "PostToolUse",
            tool_name="Agent",
            tool_input=given,
            tool_use_id=self.uses_of[agent],
            tool_response={"isAsync": True, "status": "async_launched", "agentId": agent, **response},
        )

    def returned(self, agent: str, message: str = "done") -> Reply:
        """A foreground agent's call returns."""
        return self.launched(
            agent,
            {},
            isAsync=False,
            status="completed",
            content=[{"type": "text", "text": message}],
            totalTokens=1200,
            totalDurationMs=3400,
        )

    def run(self, command: str, cwd: str = "", person: bool = False) -> Ran:
        """What the Bash tool would run: with our command line on PATH, as the session's start arranges it. `person`:
        what a person runs in a terminal of their own."""
        dropped = ("CLAUDE_P", "CLAUDECODE") if person else ("CLAUDE_P",)
        env = {
            **{key: value for key, value in self.env.items() if not key.startswith(dropped)},
            "PATH": f"{PLUGIN / 'bin'}:{self.env['PATH']}",
            "PLANWEIR_PROJECT": str(self.project),
        }
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=cwd or self.project,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout)

    def bash(self, agent: str, command: str, judged: bool = False, **given: object) -> Ran:
        """Run a command as the agent (or, for "", the main thread) and tell the hooks how it ended. `judged`: ask
        before."""
        use = self.next_use()
        whole: dict[str, object] = {"command": command, "description": "x", **given}
        if judged:
            reply = self.pre("Bash", whole, agent, use=use)
            assert reply.passes, reply.reason
        ran = self.run(command)
        self.told(agent, whole, ran, use)
        return ran

    def told(self, agent: str, given: dict[str, object], ran: Ran, use: str = "") -> None:
        """PostToolUse or PostToolUseFailure of a Bash call that has ended."""
        use = use or self.next_use()
        if ran.exit:
            self.send(
                "PostToolUseFailure",
                agent,
                tool_name="Bash",
                tool_input=given,
                tool_use_id=use,
                error=f"Exit code {ran.exit}\n{ran.output}",
                is_interrupt=False,
                duration_ms=12,
            )
            return
        response = {
            "stdout": ran.output.rstrip("\n"),
            "stderr": "",
            "interrupted": False,
            "isImage": False,
            "noOutputExpected": False,
        }
        self.send(
            "PostToolUse",
            agent,
            tool_name="Bash",
            tool_input=given,
            tool_use_id=use,
            tool_response=response,
            duration_ms=12,
        )

    def in_background(self, agent: str, command: str, shell: str) -> None:
        """The agent starts a background shell that keeps running."""
        self.send(
            "PostToolUse",
            agent,
            tool_name="Bash",
            tool_input={"command": command, "run_in_background": True},
            tool_use_id=self.next_use(),
            tool_response={"stdout": "", "stderr": "", "interrupted": False, "backgroundTaskId": shell},
        )

    # --- ends and turns ------------------------------------------------------------------------------------

    def stop(self, agent: str, message: str, background: Iterable[dict[str, object]] = ()) -> Reply:
        """SubagentStop: the agent ends its turn with `message`."""
        stem = self.transcript()[: -len(".jsonl")]
        return self.send(
            "SubagentStop",
            agent,
            stop_hook_active=False,
            agent_transcript_path=f"{stem}/subagents/agent-{agent}.jsonl",
            last_assistant_message=message,
            background_tasks=list(background),
            session_crons=[],
        )

    def main_stop(self, background: Iterable[str | dict[str, object]] = (), session: str = "") -> Reply:
        """The main thread ends its turn; `background` are the agents (ids) and shells that still run."""
        tasks = [self.task_row(row) if isinstance(row, str) else row for row in background]
        return self.send(
            "Stop",
            session=session,
            stop_hook_active=False,
            last_assistant_message="all done",
            background_tasks=tasks,
            session_crons=[],
        )

    def task_row(self, agent: str) -> dict[str, object]:
        kind = self.agents.get(agent, "")
        return {
            "id": agent,
            "type": "subagent",
            "status": "running",
            "description": "x",
            "agent_type": kind,
        }

    def prompt(self, text: str, session: str = "") -> Reply:
        """UserPromptSubmit of a new prompt."""
        self.prompts += 1
        return self.send("UserPromptSubmit", session=session, prompt=text)

    def notify(self, agent: str, status: str = "completed", summary: str = "", result: str = "x") -> Reply:
        """The client tells the main thread how a background agent ended."""
        return self.prompt(self.notice(agent, status, summary, result))

    def notice(self, agent: str, status: str = "completed", summary: str = "", result: str = "x") -> str:
        return (
            f"<task-notification>\n<task-id>{agent}</task-id>\n<tool-use-id>{self.uses_of.get(agent, 'x')}</tool-use-id>\n"
            f"<status>{status}</status>\n<summary>{summary or 'Agent finished'}</summary>\n<result>{result}</result>\n"
            "<usage><subagent_tokens>15</subagent_tokens><tool_uses>3</tool_uses><duration_ms>4565</duration_ms></usage>\n"
            "</task-notification>"
        )

    def written(self, *entries: dict[str, object]) -> None:
        """What the client writes into the main thread's transcript."""
        path = Path(self.transcript())
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)

    def said_in(self, text: str) -> dict[str, object]:
        """The transcript's entry that begins the present turn, or goes on with it."""
        message: dict[str, object] = {"role": "user", "content": text}
        return {"type": "user", "promptId": f"prompt-{self.prompts}", "message": message}

    @staticmethod
    def put_in(text: str) -> dict[str, object]:
        """The transcript's entry for a prompt that came into a running turn; older clients raise no event for it."""
        mode = "task-notification" if text.startswith("<task-notification>") else "prompt"
        return {"type": "attachment", "attachment": {"type": "queued_command", "prompt": text, "commandMode": mode}}

    def typed(
        self,
        command: str,
        words: str = "",
        session: str = "",
        prompted: bool = True,
    ) -> Reply:
        """A person types one of our commands. The client sends the prompt before it; `prompted` False leaves that out
        where whose turn it is does not matter."""
        if prompted:
            self.prompt(f"{command} {words}".strip(), session)
        return self.send(
            "UserPromptExpansion",
            session=session,
            expansion_type="slash_command",
            command_name=f"planweir:{command.removeprefix('/')}",
            command_args=words,
            command_source="plugin",
            prompt=f"/planweir:{command.removeprefix('/')} {words}".strip(),
        )

    def begins(self, source: str = "startup", session: str = "", env: dict[str, str] | None = None) -> Reply:
        """SessionStart."""
        return self.send("SessionStart", session=session, env=env, source=source)

    # --- work in one go ------------------------------------------------------------------------------------

    def implement(self, agent: str, files: dict[str, str], check: str, message: str) -> Reply:
        """The agent writes its files, runs its check and reports."""
        self.write(files)
        self.bash(agent, check)
        return self.stop(agent, message)

    def hello(self) -> str:
        """T1 implemented, by one agent, with evidence."""
        agent = self.spawn("T1")
        held = self.implement(agent, HELLO, "sh checks/hello.sh", DONE.format(task="T1"))
        assert not held.blocked, held.reason
        return agent

    def file(self, agent: str, task: str, obj: dict[str, object]) -> Ran:
        return self.bash(agent, f"task-planner file {task} <<'JSON'\n{json.dumps(obj)}\nJSON")

    def reviewed(self, task: str, role: str, passes: bool = True) -> str:
        """One review, filed by a fresh reviewer of that role, who then ends."""
        agent = self.spawn(task, role)
        ran = self.file(agent, task, review(task, role, passes))
        assert ran.exit == 0, ran.output
        held = self.stop(agent, "FILED")
        assert not held.blocked, held.reason
        return agent

    # --- what the engine made of it ------------------------------------------------------------------------

    def state(self) -> State:
        return Journal(self.places).state()

    def task(self, name: str) -> TaskState:
        return self.state()["tasks"][name]

    def bound(self, agent: str) -> AgentState | None:
        """The agent's binding, None if it is bound to nothing or has ended."""
        row = self.state()["agents"].get(agent)
        return row if row is not None and row["alive"] else None

    def events(self, kind: str) -> list[Event]:
        return [row for row in Journal(self.places).events()[0] if row["kind"] == kind]

    def faults(self) -> str:
        """What failed within our own hooks."""
        found = ""
        for folder, _, names in os.walk(self.places.home):
            if "faults.log" in names:
                found += (Path(folder) / "faults.log").read_text()
        return found


def review(task: str, role: str, passes: bool = True, **fields: object) -> dict[str, object]:
    """A review as a reviewer files it."""
    scores: list[dict[str, object]] = [{"criterion": "works", "score": "PASS", "why": "seen"}]
    findings: list[dict[str, object]] = []
    if not passes:
        scores.append({"criterion": "fits", "score": "FAIL", "why": "the greeting is wrong"})
        findings.append(
            {"severity": "major", "path": "src/hello.py", "line": 2, "what": "says hello to nobody"}
        )
    return {
        "task": task,
        "role": role,
        "scores": scores,
        "findings": findings,
        "verdict": "pass" if passes else "fail",
        "summary": "as read",
        **fields,
    }


class Theatre:
    """Stages by name: a state that many tests begin with is played once, then copied back to the same place."""

    def __init__(self, root: Path) -> None:
        self.live = root / "stage"
        self.kept = root / "kept"
        self._props: dict[str, Stage] = {}

    def at(self, name: str, play: Callable[[Stage], None]) -> Stage:
        """The stage as `play` leaves it."""
        if self.live.exists():
            shutil.rmtree(self.live)
        if name not in self._props:
            stage = Stage(self.live)
            play(stage)
            shutil.copytree(self.live, self.kept / name, symlinks=True)
            self._props[name] = copy.deepcopy(stage)
            return stage
        shutil.copytree(self.kept / name, self.live, symlinks=True)
        return copy.deepcopy(self._props[name])


def opened(stage: Stage, plan: str = PLAN) -> None:
    """A plan, started as a person starts it in a script."""
    stage.build({**FILES, "docs/plan.md": plan})
    reply = stage.typed("/implement-plan", "docs/plan.md --yes")
    assert "started." in reply.context, reply.said
