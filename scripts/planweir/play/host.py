"""A stand-in for the client: it sends the plugin's hooks what the client sends, obeys them, and really runs tool calls.

It plays print mode with a person's full permissions: what no hook denies is done. Facts: Claude Code 2.1.329, and the
payloads that it was seen to send. There is no model here; a player says what each agent does.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
import uuid
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

from planweir.play import tools
from planweir.play.hooksfile import Hooks, Verdict, run
from planweir.play.recording import Json

PLUGIN = "planweir"
OUR_COMMANDS = ("implement-plan", "task-planner", "wave-gate")
MODE = "bypassPermissions"


@dataclass(frozen=True)
class Agent:
    """A started agent. `use` is the call that started it, `kind` its type."""

    id: str
    kind: str
    use: str
    prompt: str
    transcript: str


@dataclass(frozen=True)
class Called:
    """What became of a tool call: refused by a hook with `denied` as the reason, or done with `result`.

    `given` is the input that counted, after what a hook put in its place.
    """

    given: dict[str, Json]
    denied: str | None = None
    result: tools.Result | None = None

    @property
    def ok(self) -> bool:
        return self.result is not None and self.result.ok


class Host:
    """One session of the client in `project`. `folder` is for what the client keeps (transcripts, the plugin's data);
    `env` is the environment that the client was started in. Threads may share a host.

    A process that does nothing stands for the client's own, so that a client that was killed is really gone."""

    def __init__(self, plugin: str, project: str, folder: str, env: Mapping[str, str], name: str = "session") -> None:
        self.project = project
        self.session = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        self._hooks = Hooks(plugin)
        self._folder = f"{folder}/projects/{project.replace('/', '-')}"
        self._transcript = f"{self._folder}/{self.session}.jsonl"
        self._env_file = f"{folder}/session-env/{self.session}.sh"
        self._prompts = 0
        self._prompt_id = ""
        os.makedirs(os.path.dirname(self._env_file), exist_ok=True)
        os.makedirs(self._folder, exist_ok=True)
        plain = {**env, "CLAUDECODE": "1"}
        self._hook_env = {
            **plain,
            "CLAUDE_PROJECT_DIR": project,
            "CLAUDE_PLUGIN_ROOT": plugin,
            "CLAUDE_PLUGIN_DATA": f"{folder}/plugins/data/{PLUGIN}",
            "CLAUDE_CODE_SESSION_ID": self.session,
        }
        # The host puts bin/ of a plugin last on Bash's PATH.
        self._bash_env = {**plain, "PATH": f"{env.get('PATH', os.defpath)}:{plugin}/bin"}
        self._fresh_env = self._bash_env
        self._clients: list[subprocess.Popen[bytes]] = []
        weakref.finalize(self, _end, self._clients)
        self._open_client()

    # --- events ----------------------------------------------------------------------------------------------------

    def fire(
        self, event: str, fields: Mapping[str, Json], agent: Agent | None = None, extra: Mapping[str, str] | None = None
    ) -> Verdict:
        """Send one event to the hooks that hooks.json names for it."""
        payload: dict[str, Json] = {"session_id": self.session, "transcript_path": self._transcript, "cwd": self.project}
        if self._prompt_id:
            payload["prompt_id"] = self._prompt_id
        if event not in ("SessionStart", "SessionEnd", "SubagentStart"):
            payload["permission_mode"] = MODE
        if agent is not None:
            payload.update(agent_id=agent.id, agent_type=agent.kind)
        if event.startswith(("Pre", "Post", "Stop", "SubagentStop")):
            payload["effort"] = {"level": "medium"}
        payload["hook_event_name"] = event
        payload.update(fields)
        return run(self._hooks.of(event, payload), payload, {**self._hook_env, **(extra or {})}, self.project)

    def start_session(self, source: str = "startup") -> Verdict:
        verdict = self.fire("SessionStart", {"source": source}, extra={"CLAUDE_ENV_FILE": self._env_file})
        self._bash_env = _sourced(self._env_file, self._bash_env)
        return verdict

    def end_session(self, reason: str = "other") -> Verdict:
        verdict = self.fire("SessionEnd", {"reason": reason})
        self._close_client()
        return verdict

    def cut(self) -> None:
        """The client is killed: no hook hears of it."""
        self._close_client()

    def resume_session(self) -> Verdict:
        """The same session in another process of the client."""
        self._close_client()
        self._open_client()
        return self.start_session("resume")

    def _open_client(self) -> None:
        # It reads from us and so ends with us, however we end.
        self._clients.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL))
        pid = {"CLAUDE_PID": str(self._clients[-1].pid)}
        self._hook_env |= pid
        self._bash_env = {**self._fresh_env, **pid}

    def _close_client(self) -> None:
        _end(self._clients)

    def prompt(self, words: str) -> Verdict:
        """A prompt: a person's words, a command they typed, or the client's own notification. `held` of what comes back
        is the answer to a typed command that goes on to no model."""
        self._prompts += 1
        self._prompt_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.session} {self._prompts}"))
        self._write(self._transcript, {"type": "user", "message": {"role": "user", "content": words}})
        submitted = self.fire("UserPromptSubmit", {"prompt": words})
        name, _, args = words.strip().removeprefix("/").partition(" ")
        command = name.removeprefix(f"{PLUGIN}:")
        if submitted.held is not None or not words.startswith("/") or command not in OUR_COMMANDS:
            return submitted
        fields: dict[str, Json] = {
            "expansion_type": "slash_command",
            "command_name": f"{PLUGIN}:{command}",
            "command_args": args,
            "command_source": "plugin",
            "prompt": f"/{PLUGIN}:{command} {args}".rstrip(),
        }
        return self.fire("UserPromptExpansion", fields)

    def stop(self, said: str, held_before: bool, background: list[Json] | None = None) -> Verdict:
        """The main thread ends its turn with `said`."""
        self._write(self._transcript, {"type": "assistant", "message": _message([{"type": "text", "text": said}])})
        return self.fire("Stop", {**_last(said, held_before), "background_tasks": background or [], "session_crons": []})

    # --- agents ----------------------------------------------------------------------------------------------------

    def start_agent(self, given: Mapping[str, Json], use: str) -> Agent:
        """An Agent call that passed: the agent's transcript begins with its prompt, then SubagentStart, then its .meta.json
        (the client writes that before the agent's first tool call, not before SubagentStart)."""
        name = "a" + hashlib.sha256(f"{self.session} {use}".encode()).hexdigest()[:16]
        kind, prompt = str(given.get("subagent_type", "")), str(given.get("prompt", ""))
        path = f"{self._folder}/{self.session}/subagents/agent-{name}.jsonl"
        agent = Agent(name, kind, use, prompt, path)
        self._write_agent(agent, {"type": "user", "message": {"role": "user", "content": prompt}})
        self.fire("SubagentStart", {}, agent)
        with open(path.removesuffix(".jsonl") + ".meta.json", "w", encoding="utf-8") as file:
            json.dump({"agentType": kind, "toolUseId": use, "spawnDepth": 1}, file)
        return agent

    def stop_agent(self, agent: Agent, said: str, held_before: bool, background: list[Json] | None = None) -> Verdict:
        """An agent ends with `said`; `held` of what comes back is its next message."""
        self._write_agent(agent, {"type": "assistant", "message": _message([{"type": "text", "text": said}])})
        verdict = self.fire(
            "SubagentStop",
            {
                **_last(said, held_before),
                "agent_transcript_path": agent.transcript,
                "background_tasks": background or [],
                "session_crons": [],
            },
            agent,
        )
        if verdict.held is not None:
            self._write_agent(agent, {"type": "user", "message": {"role": "user", "content": verdict.held}})
        return verdict

    def agent_returned(self, agent: Agent, given: dict[str, Json], said: str, seconds: float) -> None:
        """PostToolUse of an Agent call that ran in the foreground."""
        response: dict[str, Json] = {
            "status": "completed",
            "prompt": agent.prompt,
            "agentId": agent.id,
            "agentType": agent.kind,
            "content": [{"type": "text", "text": said}],
            "totalDurationMs": int(seconds * 1000),
            "totalTokens": 0,
        }
        self._after("PostToolUse", "Agent", given, agent.use, {"tool_response": response}, seconds, None)

    def agent_launched(self, agent: Agent, given: dict[str, Json]) -> None:
        """PostToolUse of an Agent call that goes on in the background."""
        response: dict[str, Json] = {
            "isAsync": True,
            "status": "async_launched",
            "agentId": agent.id,
            "description": given.get("description", ""),
            "prompt": agent.prompt,
            "canContinueAgent": True,
        }
        self._after("PostToolUse", "Agent", given, agent.use, {"tool_response": response}, 0.0, None)

    # --- tools -----------------------------------------------------------------------------------------------------

    def ask(self, tool: str, given: dict[str, Json], use: str, agent: Agent | None = None) -> Called:
        """May this call be made? The answer holds the input that counts, and the reason if not. Nothing is run."""
        block: dict[str, Json] = {"type": "tool_use", "id": use, "name": tool, "input": given}
        self._say(agent, "assistant", block)
        verdict = self.fire("PreToolUse", {"tool_name": tool, "tool_input": given, "tool_use_id": use}, agent)
        if verdict.denied is not None:
            self._answer(agent, use, verdict.denied, failed=True)
            return Called(given, denied=verdict.denied)
        return Called(verdict.updated if verdict.updated is not None else given)

    def call(self, tool: str, given: dict[str, Json], use: str, agent: Agent | None = None) -> Called:
        """Make a tool call, hooks before and after. Raises tools.NotPlayed."""
        asked = self.ask(tool, given, use, agent)
        if asked.denied is not None:
            return asked
        began = time.monotonic()
        result = tools.run(tool, asked.given, self.project, self._bash_env)
        took = time.monotonic() - began
        if result.ok or result.response.get("interrupted"):
            self._after("PostToolUse", tool, asked.given, use, {"tool_response": result.response}, took, agent)
        else:
            error: dict[str, Json] = {"error": result.text, "is_interrupt": False}
            self._after("PostToolUseFailure", tool, asked.given, use, error, took, agent)
        self._answer(agent, use, result.text, failed=not result.ok)
        done: dict[str, Json] = {"tool_name": tool, "tool_input": asked.given, "tool_use_id": use, "tool_response": result.text}
        self.fire("PostToolBatch", {"tool_calls": [done]}, agent)  # each call is a batch of its own here
        return Called(asked.given, result=result)

    def person_runs(self, command: str) -> tools.Result:
        """`! command`: a person's own shell in the session; no hook sees it."""
        return tools.run("Bash", {"command": command}, self.project, self._bash_env)

    def _after(
        self,
        event: str,
        tool: str,
        given: dict[str, Json],
        use: str,
        fields: Mapping[str, Json],
        seconds: float,
        agent: Agent | None,
    ) -> None:
        about: dict[str, Json] = {"tool_name": tool, "tool_input": given, "tool_use_id": use}
        self.fire(event, {**about, **fields, "duration_ms": int(seconds * 1000)}, agent)

    # --- transcripts -----------------------------------------------------------------------------------------------

    def _say(self, agent: Agent | None, who: str, block: Json) -> None:
        message: Json = _message([block]) if who == "assistant" else {"role": who, "content": [block]}
        row: dict[str, Json] = {"type": who, "message": message}
        if agent is not None:
            self._write_agent(agent, row)
        else:
            self._write(self._transcript, row)

    def _answer(self, agent: Agent | None, use: str, words: str, failed: bool) -> None:
        self._say(agent, "user", {"type": "tool_result", "tool_use_id": use, "content": words, "is_error": failed})

    def _write_agent(self, agent: Agent, row: dict[str, Json]) -> None:
        self._write(agent.transcript, {"isSidechain": True, "agentId": agent.id, **row})

    def _write(self, path: str, row: dict[str, Json]) -> None:
        row = {**row, "cwd": self.project, "sessionId": self.session, "promptId": self._prompt_id}
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _end(clients: list[subprocess.Popen[bytes]]) -> None:
    """Kill what stands for the client; it was waited for when this returns."""
    while clients:
        with clients.pop() as client:
            client.kill()


def _message(content: list[Json]) -> dict[str, Json]:
    return {"type": "message", "role": "assistant", "content": content}


def _last(said: str, held_before: bool) -> dict[str, Json]:
    return {"stop_hook_active": held_before, "last_assistant_message": said}


def _sourced(path: str, env: Mapping[str, str]) -> dict[str, str]:
    """`env` after the lines that hooks have left in the file at `path`."""
    if not os.path.exists(path):
        return dict(env)
    dump = subprocess.run(["bash", "-c", '. "$0"; env -0', path], env=dict(env), stdout=subprocess.PIPE, check=True)
    rows = (row.partition("=") for row in dump.stdout.decode("utf-8", "surrogateescape").split("\0") if row)
    return {name: value for name, _, value in rows}
