"""A Messages API on loopback whose answers are a recording: what the real client takes for its model.

Each request belongs to one conversation. The client names a subagent's in a header; the main thread's has none. Every
actor plays its steps in order. Beside the steps of a recording (planweir.play.recording) tests may use

    {"api_error": 400}     the request fails with this status, also when the client tries it again
    {"hang": 20}           the next step's answer comes after so many seconds, or never where the run ends first
    "usage": {...}         beside any step: what the answer says it cost (a large input_tokens makes it compact)
    a callable             called with the Turn, returns a step, or None to be passed over; with "stay": True in
                           the step, the callable is asked again next time

What a player has to verify and found otherwise is kept in Api.problems.
"""

from __future__ import annotations

import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from planweir.play.client.answering import ANSWER, SAID, answered, first_look
from planweir.play.client.asked import Request, Result, Turn, first_prompt, key_of, request_of, turn_of
from planweir.play.client.cast import Actor, Cast, Follow, Script
from planweir.play.client.following import followed
from planweir.play.client.wire import Answer, Server
from planweir.play.client.witness import Witness, denial, held_with
from planweir.play.recording import MAIN, Step, fill, step_from_json
from planweir.play.seen import Seen, rule_of

SUMMARY_ASKED = "create a detailed summary of the conversation"
HANG_SECONDS = 3600.0  # till the client is killed
PATIENCE = 300.0  # seconds that a step waits for the actor that it comes after
POLL_SECONDS = 0.1
EXTRA = ("api_error", "hang", "usage", "stay")
EXTRA_KEYS = frozenset(EXTRA)


class Api:
    """Serves on a socket that is already listening. `project` fills the placeholders of recorded calls.

    `cast` goes on where another client was killed. With `strict` every denial, failure of a file tool and held end
    that the script does not expect is a problem, as it is for the player of hooks. `ended` says of an actor whether its
    agent has ended. `cut` is given once a step of the script wants the client killed.
    """

    def __init__(
        self,
        listener: socket.socket,
        script: Script,
        project: str,
        *,
        cast: Cast | None = None,
        witness: Witness | None = None,
        strict: bool = False,
        ended: Callable[[str], bool] | None = None,
    ) -> None:
        self.project = project
        self.requests: list[Request] = []
        self.other: list[tuple[str, str, dict[str, Any]]] = []
        self.problems: list[str] = []
        self.cut: Seen | None = None
        self._ended = ended or self._has_played
        self._cast = cast or Cast(script)
        self._witness = witness or Witness(lambda seen: None)
        self._strict = strict
        # A session that goes on in another client must not meet an id again: it would take the call for interrupted.
        self._tag = secrets.token_hex(3)
        self._lock = threading.RLock()
        self._server = Server(listener, self._guarded, lambda *row: self.other.append(row))

    @property
    def agents(self) -> dict[str, str]:
        """actor -> agent id"""
        return self._cast.agents

    @property
    def closing(self) -> threading.Event:
        return self._server.closing

    def close(self) -> None:
        """Ends serving; what was expected and never came is a problem. Idempotent."""
        if self._server.closing.is_set():
            return
        self._server.close()
        self._witness.close()
        for actor in self._cast.actors.values():
            if actor.expecting is None or _accepted(actor.expecting[0]):
                continue  # the client ends an agent whose answer it takes, without another request
            if actor.expecting[0].expect.held or actor.expecting[1]:
                what = "was not held after" if actor.expecting[0].expect.held else "saw no result of"
                self.problems.append(f"{actor.name}: {what} {_named(actor.expecting[0])!r}")

    def of(self, actor: str) -> list[Request]:
        """This actor's requests, retries left out."""
        return [request for request in self.requests if request.actor == actor and request.retry == 0]

    def unplayed(self) -> dict[str, int]:
        """How many steps each actor of the script has left."""
        return self._cast.unplayed()

    # --- one request -------------------------------------------------------------------------------------------

    def _guarded(self, headers: Mapping[str, str], body: dict[str, Any]) -> Answer:
        """The answer, or, where a test's own callable failed, its error told to the test and an end of the turn."""
        try:
            return self._answer(headers, body)
        except (AssertionError, LookupError, TypeError, ValueError, AttributeError, OSError) as problem:
            self.problems.append(f"script: {type(problem).__name__}: {problem}")
            return Answer([_say("The script failed.")])

    def _answer(self, headers: Mapping[str, str], body: dict[str, Any]) -> Answer:
        if not body.get("tools"):
            self.other.append(("POST", "/v1/messages", body))
            return Answer([_say("Nothing to add.")])
        request = request_of(headers, body, time.time())
        first = False
        if request.agent_id:
            request.actor, first = self._cast.name(request.agent_id, request)
        with self._lock:
            self.requests.append(request)
        actor = self._cast.actor(request.actor)
        turn = turn_of(request)
        key = key_of(turn)
        if key == actor.key and actor.answer is not None:
            request.retry = max(request.retry, 1)
            request.answer = actor.answer.blocks
            return actor.answer
        if SUMMARY_ASKED in turn.text:
            request.actor = f"{request.actor} (summary)"
            return Answer([_say("<summary>The plan is under way; ask task-planner next.</summary>")])
        if first:
            self._witness.started(actor.name, first_prompt(request.messages))
            actor.ahead = first_look(actor.steps[actor.position :], request)
        self._verify(actor, turn)
        self._witness.asked(turn)
        answer = self._play(actor, turn)
        actor.key, actor.answer = key, answer
        request.answer = answer.blocks
        return answer

    def _play(self, actor: Actor, turn: Turn) -> Answer:
        hang = 0.0
        if actor.ahead is not None:
            ahead, actor.ahead = actor.ahead, None
            return Answer(self._step(actor, ahead))
        while True:
            if actor.follow is not None:
                answer = self._followed(actor, actor.follow, turn)
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
            if isinstance(raw, Step):
                step, extra = raw, {}
            else:
                if callable(raw):
                    raw = raw(turn)
                    if raw is None:
                        actor.position += 1
                        continue
                extra = {key: raw[key] for key in EXTRA if key in raw}
                rest = {key: value for key, value in raw.items() if key not in extra}
                if "api_error" in extra:
                    actor.position += not extra.get("stay")
                    return Answer(error=int(extra["api_error"]))
                hang += float(extra.get("hang", 0))
                if not rest and actor.position + 1 < len(actor.steps):
                    actor.position += 1
                    continue
                step = step_from_json(rest or {"say": "Done."}, actor.name, actor.position + 1)
            if step.type is not None or step.resume:
                self.problems.append(f"{MAIN}: the turn goes on, and step {actor.position + 1} is the person's")
                return Answer([_say("It is the person's turn.")])
            if not self._its_turn(actor, step):
                return Answer(hang=HANG_SECONDS)
            if step.follow:
                actor.follow = Follow()
                continue
            if not extra.get("stay"):
                actor.position += 1
            given = answered(step, turn.request)
            if given is not None:
                return Answer(self._answers(actor, replace(step, calls=(given,))), hang=hang)
            return Answer(self._step(actor, step), usage=extra.get("usage", {}), hang=hang)

    def _answers(self, actor: Actor, step: Step) -> list[dict[str, Any]]:
        """The answer of a script's agent. Where it is taken it is the agent's last, so what it would say of it goes unsaid."""
        blocks = self._step(actor, step)
        following = _plain(actor.steps[actor.position]) if actor.position < len(actor.steps) else None
        if following is not None and (following.say or "").startswith(SAID) and not following.expect.held:
            actor.position += 1
            self._witness.said(actor.name, following.say or "", following)
        return blocks

    def _its_turn(self, actor: Actor, step: Step) -> bool:
        """Waits for the actor that the step comes after; false where the client is to be killed, or was."""
        end = time.monotonic() + PATIENCE
        while step.after and not self._ended(step.after):
            if self.closing.wait(POLL_SECONDS) or self.cut is not None:
                return False
            if time.monotonic() > end:
                self.problems.append(f"{actor.name}: it comes after the end of {step.after}, which has not come")
                return False
        if self.cut is not None:
            return False
        if step.cut:
            actor.position += 1
            self.cut = Seen("cut", actor.name, note=step.note)
            return False
        return True

    def _has_played(self, name: str) -> bool:
        actor = self._cast.actors.get(name)
        return actor is not None and actor.position >= len(actor.steps)

    def _step(self, actor: Actor, step: Step) -> list[dict[str, Any]]:
        if not step.calls:
            said = step.say or "Done."
            self._witness.said(actor.name, said, step)
            if step.expect.held or self._strict:
                actor.expecting = (step, [])
            return [_say(said)]
        blocks = [
            self._call(actor, call.tool, fill(call.input, self.project, self._agent_id)) for call in step.calls
        ]
        expect = step.expect
        if self._strict or expect.passes or expect.fails or expect.denied is not None:
            actor.expecting = (step, [block["id"] for block in blocks])
        self._witness.called(actor.name, blocks, step.note)
        return blocks

    def _agent_id(self, name: str) -> str:
        if name not in self.agents:
            self.problems.append(f"no agent has played {name!r} yet")
        return self.agents.get(name, "unknown")

    def _call(self, actor: Actor, tool: str, given: Mapping[str, Any]) -> dict[str, Any]:
        actor.calls += 1
        slug = re.sub(r"[^A-Za-z0-9]+", "_", actor.name)[:40]
        return {
            "type": "tool_use",
            "id": f"toolu_{slug}_{self._tag}_{actor.calls:03d}",
            "name": tool,
            "input": dict(given),
        }

    def _followed(self, actor: Actor, follow: Follow, turn: Turn) -> Answer | None:
        made = followed(actor, follow, turn, self._left)
        if made is None:
            return None
        if made.problem:
            self.problems.append(made.problem)
            actor.follow = None
            actor.position = len(actor.steps)
        if made.heard:
            self._witness.next_said(made.heard)
        if not made.calls:
            self._witness.said(actor.name, made.say, None)
            return Answer([_say(made.say)])
        blocks = [self._call(actor, tool, given) for tool, given in made.calls]
        if made.asks:
            follow.asked = str(blocks[0]["id"])
        else:
            self._witness.called(actor.name, blocks, "")
        return Answer(blocks)

    def _left(self) -> set[str]:
        """The tasks for which the script has an implementer that has not begun."""
        return {
            name.split()[0] for name in self._cast.script if " implementer " in name and name not in self.agents
        }

    # --- what was expected -------------------------------------------------------------------------------------

    def _verify(self, actor: Actor, turn: Turn) -> None:
        if actor.expecting is None:
            return
        step, ids = actor.expecting
        actor.expecting = None
        what, expect = _named(step), step.expect
        if not ids:
            reason = held_with(turn) if self._strict else None
            if reason is not None and not expect.held:
                self.problems.append(f"{actor.name}: {what!r} was held: {reason[:600]}")
            elif self._strict and reason is None and expect.held:
                self.problems.append(f"{actor.name}: was not held after {what!r}")
            return
        got = [result for result in turn.results if result.tool_use_id in ids]
        denied = [rule_of(said) for result in got if (said := denial(result)) is not None]
        # An agent that does not have the tool never comes to the rule; that is a denial all the same.
        if expect.denied is not None and not {expect.denied, ""} & set(denied):
            self.problems.append(f"{actor.name}: {what!r} was not denied by [{expect.denied}]: {_short(got)}")
        if expect.passes and (not got or any(result.is_error for result in got)):
            self.problems.append(f"{actor.name}: {what!r} did not pass: {_short(got)}")
        if expect.fails and not any(result.is_error for result in got):
            self.problems.append(f"{actor.name}: {what!r} did not fail: {_short(got)}")
        if self._strict and expect.denied is None and denied and not (expect.fails and _answer_step(step)):
            self.problems.append(f"{actor.name}: {what!r} was denied: {_short(got)}")
        elif self._strict and not (expect.denied or expect.fails) and any(call.tool != "Bash" for call in step.calls):
            if any(result.is_error for result in got):
                self.problems.append(f"{actor.name}: {what!r} failed: {_short(got)}")


def _accepted(step: Step) -> bool:
    """Is it an answer that was to be taken?"""
    return _answer_step(step) and step.expect.denied is None and not step.expect.fails


def _answer_step(step: Step) -> bool:
    return any(call.tool == ANSWER for call in step.calls)


def _plain(raw: Any) -> Step | None:
    """A step as it stands in a recording; None for one of a test's own."""
    if isinstance(raw, Step):
        return raw
    return step_from_json(raw) if isinstance(raw, dict) and not EXTRA_KEYS & raw.keys() else None


def _short(results: Sequence[Result]) -> str:
    return "; ".join(result.text[:600] for result in results) or "no result"


def _named(step: Step) -> str:
    return step.note or (step.say or ", ".join(call.tool for call in step.calls))[:80]


def _say(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
