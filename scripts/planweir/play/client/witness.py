"""What is seen of a play from where the model stands: the same things that the player of hooks tells, in its words."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planweir.play import tools
from planweir.play.client.asked import Result, Turn
from planweir.play.host import Called
from planweir.play.recording import MAIN, Step
from planweir.play.seen import Seen, rule_of

NO_SUCH_TOOL = "No such tool available"  # the agent's type does not list it (Claude Code 2.1.329)

_STOP_HOOK = re.compile(r"Stop hook (?:blocking error|feedback)")


@dataclass(frozen=True)
class _Call:
    actor: str
    tool: str
    given: Mapping[str, Any]
    note: str


class Witness:
    """Hears from the API what each actor does and is told; tells `tell`, never two things at once.

    How a call ended is known from the actor's next request; that an agent has ended, from its next request (it was
    held) or the main thread's (it was not).
    """

    def __init__(self, tell: Callable[[Seen], None]) -> None:
        self._tell = tell
        self._lock = threading.RLock()
        self._calls: dict[str, _Call] = {}
        self._said: dict[str, tuple[str, str]] = {}

    def started(self, actor: str, prompt: str) -> None:
        self._seen(Seen("started", actor, given={"prompt": prompt}))

    def asked(self, turn: Turn) -> None:
        """An actor is told something: how its calls ended, or why it may not end."""
        with self._lock:
            self._ended(turn)
            for result in turn.results:
                call = self._calls.pop(result.tool_use_id, None)
                if call is None:
                    continue
                denied = denial(result)
                if call.tool == "Agent" and denied is None:
                    continue
                done = tools.Result(not result.is_error, result.text, {"stdout": result.text})
                called = Called(dict(call.given), denied, None if denied else done)
                self._tell(
                    Seen("call", call.actor, tool=call.tool, given=call.given, called=called, note=call.note)
                )

    def called(self, actor: str, blocks: Sequence[Mapping[str, Any]], note: str) -> None:
        with self._lock:
            for block in blocks:
                self._calls[block["id"]] = _Call(actor, block["name"], block["input"], note)

    def next_said(self, said: str) -> None:
        self._seen(Seen("next", MAIN, said))

    def said(self, actor: str, text: str, step: Step | None) -> None:
        with self._lock:
            self._said[actor] = (text, step.note if step else "")

    def close(self) -> None:
        """The client has ended: nobody who said a last thing was held any more."""
        with self._lock:
            for actor in list(self._said):
                self._let_go(actor)

    def _ended(self, turn: Turn) -> None:
        if turn.actor in self._said:
            reason = held_with(turn)
            if reason is None:
                self._let_go(turn.actor)
            else:
                text, note = self._said.pop(turn.actor)
                self._tell(Seen("held", turn.actor, text, reason=reason, note=note))
        if turn.actor == MAIN:
            for actor in list(self._said):
                self._let_go(actor)

    def _let_go(self, actor: str) -> None:
        text, note = self._said.pop(actor)
        self._tell(Seen("ended", actor, text, note=note))

    def _seen(self, seen: Seen) -> None:
        with self._lock:
            self._tell(seen)


def denial(result: Result) -> str | None:
    """The words of a rule that denied the call, or the client's own where the agent does not have the tool at all."""
    if not result.is_error:
        return None
    if rule_of(result.text):
        return result.text[result.text.find("Planweir [") :]
    return result.text if NO_SUCH_TOOL in result.text else None


def held_with(turn: Turn) -> str | None:
    """The reason for which a hook did not let the actor end; None where it does not go on for that."""
    for told in (turn.notes, turn.text):
        found = _STOP_HOOK.search(told)
        if found:
            words = told[found.end() :]
            start = words.find("Planweir")
            return words[max(start, 0) :].strip()
    return None
