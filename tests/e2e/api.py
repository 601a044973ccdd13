"""A Messages API on loopback whose answers are a recording: what the real client takes for its model.

Each request belongs to one conversation. The client names a subagent's in a header; the main thread's has none.
A subagent is the actor that its brief names ("T1 implementer 1"), another one is "agent: <its prompt's first 40
characters>". Every actor plays its steps in order. Beside the steps of a recording (planweir.play.recording)
tests may use

    {"api_error": 400}     the request fails with this status, also when the client tries it again
    {"hang": 20}           the next step's answer comes after so many seconds, or never where the run ends first
    "usage": {...}         beside any step: what the answer says it cost (a large input_tokens makes it compact)
    a callable             called with the Turn, returns a step, or None to be passed over; with "stay": True in
                           the step, the callable is asked again next time

What a player has to verify and found otherwise is kept in Api.problems.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from planweir.play.recording import MAIN, NEXT_COMMAND, Step, actor_of, fill, step_from_json

Message: TypeAlias = "dict[str, Any]"
Script: TypeAlias = "Mapping[str, Sequence[Any]]"

NOTIFICATION = "<task-notification>"
SUMMARY_ASKED = "create a detailed summary of the conversation"
FOLLOW_ROUNDS = 150
SAME_ANSWER_ROUNDS = 6


@dataclass(frozen=True)
class Result:
    """One tool result, as the model gets it."""

    tool_use_id: str
    text: str
    is_error: bool


@dataclass
class Request:
    """One request with tools, and what it was answered."""

    actor: str
    agent_id: str | None
    session_id: str
    at: float
    body: dict[str, Any]
    retry: int
    answer: list[dict[str, Any]] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        messages: list[Message] = self.body["messages"]
        return messages

    @property
    def system(self) -> str:
        return _text_of(self.body.get("system", ""))

    @property
    def tools(self) -> list[str]:
        return [tool["name"] for tool in self.body.get("tools", [])]


@dataclass(frozen=True)
class Turn:
    """What the model is asked now: everything after its own last message."""

    actor: str
    request: Request
    results: list[Result]
    text: str
    """What a person, or the host in the person's place, says."""
    notes: str
    """What the host says in its own name: notifications, a hook's reason not to stop."""

    @property
    def result(self) -> str:
        """The tool results' texts."""
        return "\n".join(result.text for result in self.results)


@dataclass
class _Follow:
    """Where following `task-planner next` stands: which call asked it, and how often."""

    asked: str | None = None
    waiting: bool = False
    rounds: int = 0
    same: int = 0
    last: str = ""


@dataclass
class _Actor:
    name: str
    steps: list[Any]
    position: int = 0
    key: str = ""
    answer: Answer | None = None
    expecting: tuple[Step, list[str]] | None = None
    follow: _Follow | None = None
    calls: int = 0


@dataclass
class Answer:
    blocks: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    error: int = 0
    hang: float = 0.0


class Api:
    """Serves on a socket that is already listening. `project` fills the placeholders of recorded calls."""

    def __init__(self, listener: socket.socket, script: Script, project: str) -> None:
        self.project = project
        self.requests: list[Request] = []
        self.other: list[tuple[str, str, dict[str, Any]]] = []
        self.problems: list[str] = []
        self.agents: dict[str, str] = {}
        """actor -> agent id"""
        self._names: dict[str, str] = {}
        # A session that goes on in another client must not meet an id again: it would take the call for interrupted.
        self._tag = secrets.token_hex(3)
        self._script = script
        self._actors: dict[str, _Actor] = {}
        self._lock = threading.RLock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self), bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listener
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for actor in self._actors.values():
            if actor.expecting:
                what = "was not held after" if actor.expecting[0].expect.held else "saw no result of"
                self.problems.append(f"{actor.name}: {what} {_named(actor.expecting[0])!r}")

    def of(self, actor: str) -> list[Request]:
        """This actor's requests, retries left out."""
        return [request for request in self.requests if request.actor == actor and request.retry == 0]

    def unplayed(self) -> dict[str, int]:
        """How many steps each actor of the script has left."""
        left = {}
        for name, steps in self._script.items():
            actor = self._actors.get(name)
            rest = len(steps) - (actor.position if actor else 0)
            if rest and not (actor and actor.follow and rest == 1):
                left[name] = rest
        return left

    # --- one request -------------------------------------------------------------------------------------------

    def answer(self, headers: Mapping[str, str], body: dict[str, Any], path: str) -> Answer:
        if not body.get("tools"):
            self.other.append(("POST", path, body))
            return Answer([_say("Nothing to add.")])
        agent_id = headers.get("x-claude-code-agent-id")
        request = Request(
            actor=MAIN,
            agent_id=agent_id,
            session_id=headers.get("x-claude-code-session-id", ""),
            at=time.time(),
            body=body,
            retry=int(headers.get("x-stainless-retry-count") or 0),
        )
        if agent_id:
            request.actor = self._name(agent_id, request)
        with self._lock:
            self.requests.append(request)
            actor = self._actors.get(request.actor)
            if actor is None:
                actor = _Actor(request.actor, list(self._script.get(request.actor, [])))
                self._actors[request.actor] = actor
        turn = _turn(request)
        key = _key(request, turn)
        if key == actor.key and actor.answer is not None:
            request.retry = max(request.retry, 1)
            request.answer = actor.answer.blocks
            return actor.answer
        if SUMMARY_ASKED in turn.text:
            request.actor = f"{request.actor} (summary)"
            return Answer([_say("<summary>The plan is under way; ask task-planner next.</summary>")])
        self._verify(actor, turn)
        answer = self._play(actor, turn)
        actor.key, actor.answer = key, answer
        request.answer = answer.blocks
        return answer

    def _name(self, agent_id: str, request: Request) -> str:
        with self._lock:
            if agent_id not in self._names:
                first = first_prompt(request.messages)
                name = actor_of(first) or f"agent: {first[:40]}"
                if name in self.agents and self.agents[name] != agent_id:
                    number = 2
                    while f"{name} #{number}" in self.agents:
                        number += 1
                    name = f"{name} #{number}"
                self._names[agent_id] = name
                self.agents[name] = agent_id
            return self._names[agent_id]

    def _play(self, actor: _Actor, turn: Turn) -> Answer:
        hang = 0.0
        while True:
            if actor.follow is not None:
                answer = self._follow(actor, actor.follow, turn)
                if answer is not None:
                    return answer
                actor.follow = None
                actor.position += 1
                continue
            if actor.position >= len(actor.steps):
                if actor.name != MAIN:
                    what = "has no steps" if not actor.steps else "was asked again after its last step"
                    self.problems.append(f"{actor.name} {what}: {(turn.text or turn.result)[:200]!r}")
                return Answer([_say("Nothing further.")])
            raw = actor.steps[actor.position]
            stay = False
            if callable(raw):
                raw = raw(turn)
                if raw is None:
                    actor.position += 1
                    continue
                stay = bool(raw.get("stay"))
            extra = {
                key: raw[key] for key in ("api_error", "hang", "usage", "stay") if key in raw
            }
            rest = {key: value for key, value in raw.items() if key not in extra}
            if rest.get("follow"):
                actor.follow = _Follow()
                continue
            if not stay:
                actor.position += 1
            if "api_error" in extra:
                return Answer(error=int(extra["api_error"]))
            hang += float(extra.get("hang", 0))
            if not rest:
                if actor.position < len(actor.steps):
                    continue
                rest = {"say": "Done."}
            step = step_from_json(rest, actor.name, actor.position)
            blocks = self._blocks(actor, step)
            ids = [block["id"] for block in blocks if block["type"] == "tool_use"]
            expect = step.expect
            if expect.held or expect.passes or expect.denied is not None:
                actor.expecting = (step, ids)
            return Answer(blocks, usage=extra.get("usage", {}), hang=hang)

    def _blocks(self, actor: _Actor, step: Step) -> list[dict[str, Any]]:
        if not step.calls:
            return [_say(step.say or "Done.")]
        return [
            self._call(actor, call.tool, fill(call.input, self.project, self._agent_id)) for call in step.calls
        ]

    def _agent_id(self, name: str) -> str:
        if name not in self.agents:
            self.problems.append(f"no agent has played {name!r} yet")
        return self.agents.get(name, "unknown")

    def _call(self, actor: _Actor, tool: str, given: Mapping[str, Any]) -> dict[str, Any]:
        actor.calls += 1
        slug = re.sub(r"[^A-Za-z0-9]+", "_", actor.name)[:40]
        return {
            "type": "tool_use",
            "id": f"toolu_{slug}_{self._tag}_{actor.calls:03d}",
            "name": tool,
            "input": dict(given),
        }

    def _verify(self, actor: _Actor, turn: Turn) -> None:
        if actor.expecting is None:
            return
        step, ids = actor.expecting
        actor.expecting = None
        what = _named(step)
        got = [result for result in turn.results if result.tool_use_id in ids]
        if step.expect.denied is not None and not any(
            result.is_error and f"[{step.expect.denied}]" in result.text for result in got
        ):
            self.problems.append(
                f"{actor.name}: {what!r} was not denied by [{step.expect.denied}]: {_short(got)}"
            )
        if step.expect.passes and (not got or any(result.is_error for result in got)):
            self.problems.append(f"{actor.name}: {what!r} did not pass: {_short(got)}")

    # --- following `task-planner next` -------------------------------------------------------------------------

    def _follow(self, actor: _Actor, follow: _Follow, turn: Turn) -> Answer | None:
        """The next answer of a main thread that does what `next` says; None where the script goes on instead."""
        asked = next((result for result in turn.results if result.tool_use_id == follow.asked), None)
        if asked is None:
            more_steps = actor.position + 1 < len(actor.steps)
            if follow.waiting and more_steps and not self._woken(turn):
                return None
            launched = [result for result in turn.results if "Async agent launched" in result.text]
            if turn.results and len(launched) == len(turn.results):
                follow.waiting = True
                return Answer([_say("The agents are at work.")])
            return self._ask_next(actor, follow)
        step = _json_in(asked.text)
        if asked.is_error or step is None:
            self.problems.append(f"follow: no answer from next: {asked.text[:300]!r}")
            return self._give_up(actor, "next gave no answer")
        follow.same = follow.same + 1 if asked.text == follow.last else 0
        follow.last = asked.text
        if follow.same >= SAME_ANSWER_ROUNDS or follow.rounds >= FOLLOW_ROUNDS:
            self.problems.append(f"follow: next goes round in circles: {asked.text[:300]!r}")
            return self._give_up(actor, "next repeats itself")
        kind, calls = step.get("step"), step.get("calls") or []
        said = str(step.get("say") or kind)
        if kind in ("person", "done") or not calls:
            follow.waiting = True
            return Answer([_say(said)])
        return Answer([self._call(actor, call["tool"], call["input"]) for call in calls])

    def _ask_next(self, actor: _Actor, follow: _Follow) -> Answer:
        call = self._call(actor, "Bash", {"command": NEXT_COMMAND, "description": "Next step of the plan"})
        follow.asked, follow.waiting = str(call["id"]), False
        follow.rounds += 1
        return Answer([call])

    def _give_up(self, actor: _Actor, why: str) -> Answer:
        actor.follow = None
        actor.position = len(actor.steps)
        return Answer([_say(f"Giving up: {why}.")])

    @staticmethod
    def _woken(turn: Turn) -> bool:
        told = turn.text + turn.notes
        return NOTIFICATION in told or "Stop hook " in told


# --- reading requests ------------------------------------------------------------------------------------------


def plain_messages(messages: Sequence[Message]) -> list[Message]:
    """Messages without what the client varies from request to request: cache marks, the form of a lone text."""
    out = []
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else copy.deepcopy(content)
        for block in blocks:
            block.pop("cache_control", None)
            inner = block.get("content")
            if isinstance(inner, list):
                for part in inner:
                    if isinstance(part, dict):
                        part.pop("cache_control", None)
        out.append({"role": message["role"], "content": blocks})
    return out


def first_prompt(messages: Sequence[Message]) -> str:
    """What the conversation was started with, without the host's reminders."""
    for message in messages:
        if message["role"] == "user":
            texts = [text for text in _texts(message) if not text.startswith("<system-reminder>")]
            if texts:
                return "\n".join(texts).strip()
    return ""


def new_bytes(requests: Sequence[Request]) -> list[int]:
    """Per request of one conversation: the bytes of messages that the request before did not hold."""
    sizes = []
    known: list[Message] = []
    for request in requests:
        messages = plain_messages(request.messages)
        same = 0
        while same < min(len(known), len(messages)) and known[same] == messages[same]:
            same += 1
        fresh = messages[same:]
        sizes.append(sum(len(json.dumps(message["content"], ensure_ascii=False).encode()) for message in fresh))
        known = messages
    return sizes


def _turn(request: Request) -> Turn:
    messages = request.messages
    last = max((n for n, message in enumerate(messages) if message["role"] == "assistant"), default=-1)
    results, texts, notes = [], [], []
    for message in messages[last + 1 :]:
        if message["role"] == "system":
            notes += _texts(message)
            continue
        texts += _texts(message)
        if isinstance(message["content"], list):
            results += [
                Result(block["tool_use_id"], _text_of(block.get("content", "")), bool(block.get("is_error")))
                for block in message["content"]
                if block.get("type") == "tool_result"
            ]
    return Turn(request.actor, request, results, "\n".join(texts), "\n".join(notes))


def _key(request: Request, turn: Turn) -> str:
    """Equal for a request that is tried again, though the client words reminders or thinking otherwise then."""
    said = sum(1 for message in request.messages if message["role"] == "assistant")
    texts = re.sub(r"<system-reminder>.*?</system-reminder>", "", turn.text, flags=re.DOTALL).strip()
    told = json.dumps([said, [result.tool_use_id for result in turn.results], texts])
    return hashlib.sha256(told.encode()).hexdigest()


def _texts(message: Message) -> list[str]:
    content = message["content"]
    if isinstance(content, str):
        return [content]
    return [block["text"] for block in content if block.get("type") == "text"]


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))


def _json_in(text: str) -> dict[str, Any] | None:
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text[start:])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _short(results: Sequence[Result]) -> str:
    return "; ".join(result.text[:300] for result in results) or "no result"


def _named(step: Step) -> str:
    return step.note or (step.say or ", ".join(call.tool for call in step.calls))[:80]


def _say(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


# --- the wire --------------------------------------------------------------------------------------------------


def _events(answer: Answer, model: str, number: int) -> list[dict[str, Any]]:
    usage = {"input_tokens": 10, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, **answer.usage}
    output = usage.pop("output_tokens", 5)
    calls = any(block["type"] == "tool_use" for block in answer.blocks)
    events: list[dict[str, Any]] = [
        {
            "type": "message_start",
            "message": {
                "id": f"msg_{number:06d}",
                "type": "message",
                "role": "assistant",
                "model": model,
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {**usage, "output_tokens": 1},
            },
        }
    ]
    for index, block in enumerate(answer.blocks):
        if block["type"] == "text":
            start: dict[str, Any] = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events += [
            {"type": "content_block_start", "index": index, "content_block": start},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    stop = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    events.append({"type": "message_delta", "delta": stop, "usage": {**usage, "output_tokens": output}})
    events.append({"type": "message_stop"})
    return events


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed drops its connections; anything else is worth its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._send(200, b"")

        def do_GET(self) -> None:
            api.other.append(("GET", self.path, {}))
            self._json(200, {})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                body = json.loads(raw or b"{}")
            except ValueError:
                body = {}
            path = self.path.split("?")[0]
            if path == "/v1/messages/count_tokens":
                self._json(200, {"input_tokens": max(1, len(raw) // 4)})
            elif path != "/v1/messages" or not isinstance(body, dict) or "messages" not in body:
                api.other.append(("POST", self.path, body if isinstance(body, dict) else {}))
                self._json(200, {})
            else:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._message(body, _guarded(api, headers, body, path))

        def _message(self, body: dict[str, Any], answer: Answer) -> None:
            if answer.hang and api.closing.wait(answer.hang):
                self.close_connection = True
                return
            if answer.error:
                kind = {529: "overloaded_error", 429: "rate_limit_error", 400: "invalid_request_error"}
                error = {"type": kind.get(answer.error, "api_error"), "message": "scripted failure"}
                self._json(answer.error, {"type": "error", "error": error})
                return
            events = _events(answer, str(body.get("model", "")), len(api.requests))
            if not body.get("stream"):
                message = {**events[0]["message"], "content": answer.blocks, **events[-2]["delta"]}
                self._json(200, message)
                return
            lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
            self._send(200, "".join(lines).encode(), "text/event-stream")

        def _json(self, status: int, obj: Any) -> None:
            self._send(status, json.dumps(obj).encode())

        def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
            try:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave this request up, as it may

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _guarded(api: Api, headers: Mapping[str, str], body: dict[str, Any], path: str) -> Answer:
    """The answer, or, where a test's own callable failed, its error told to the test and an end of the turn."""
    try:
        return api.answer(headers, body, path)
    except (AssertionError, LookupError, TypeError, ValueError, AttributeError, OSError) as problem:
        api.problems.append(f"script: {type(problem).__name__}: {problem}")
        return Answer([_say("The script failed.")])


StepMaker: TypeAlias = Callable[[Turn], "dict[str, Any] | None"]
