"""Runs a script of agents without the client: each agent's answer comes from a function, time is a number.

`run(words, answer)` is all that a rehearsal or a test needs. The script finds what the client gives it (client.js); an agent
starts when there is room for it, ends after its nominal time, and only then is `answer` asked, so that what it answers may rest
on what ended before. The same script and answers give the same run.
"""

from __future__ import annotations

import heapq
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from planweir.rehearsal.text import take_apart
from planweir.values import table, text_or

SECONDS = 20.0  # of the processor, for the script itself
MEMORY = 512 * 1024 * 1024


class NoEngine(Exception):
    """There is no JavaScript here; the message says what to do."""


class AgentFailed(Exception):
    """Raised by an answer: agent() throws in the script, as where an agent never gives what its schema asks for."""


@dataclass(frozen=True)
class Call:
    """One call of agent(), as the script made it."""

    number: int
    prompt: str
    label: str = ""
    phase: str = ""
    model: str = ""
    effort: str = ""
    agent: str = ""  # agentType
    schema: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Turn:
    """An agent that ran: when it began and ended, what it gave (None: nothing, as after an error of the API)."""

    call: Call
    start: int
    end: int
    answer: object
    error: str = ""


@dataclass
class Run:
    """What became of a script. `error`: what it threw, empty where it came to its end."""

    meta: dict[str, object] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)  # in the order in which they ended
    said: list[tuple[int, str]] = field(default_factory=list)  # log(), and when
    dropped: list[str] = field(default_factory=list)  # what a function of parallel() or pipeline() threw
    result: object = None
    error: str = ""
    most: int = 0  # agents at once

    @property
    def ended(self) -> int:
        """When the last agent ended."""
        return max((turn.end for turn in self.turns), default=0)

    @property
    def begun(self) -> list[Turn]:
        """The turns in the order in which the script called for them."""
        return sorted(self.turns, key=lambda turn: turn.call.number)


class _Engine(Protocol):
    def eval(self, code: str) -> Callable[..., str]: ...
    def execute_pending_job(self) -> bool: ...
    def set_time_limit(self, limit: float) -> None: ...
    def set_memory_limit(self, limit: int) -> None: ...


def _one(_call: Call) -> int:
    return 1


def run(
    words: str,
    answer: Callable[[Call], object],
    *,
    at_once: int = 16,
    takes: Callable[[Call], int] = _one,
    args: object = None,
    seconds: float = SECONDS,
) -> Run:
    """Run the script `words`, at most `at_once` agents at a time. Raises NoScript and NoEngine, and what `answer` raises but AgentFailed."""
    parts = take_apart(words)
    engine, thrown = _engine()
    engine.set_memory_limit(MEMORY)
    engine.set_time_limit(seconds)
    host = engine.eval(_client())
    done = Run()
    try:
        done.meta = table(json.loads(host("meta", parts.meta)))
    except thrown as error:
        done.error = f"meta: {_first(error)}"
        return done

    def advance() -> list[Call]:
        """Let the script run until it waits, and take what it called for."""
        while engine.execute_pending_job():
            pass
        calls: list[Call] = []
        for row in json.loads(host("take")):
            if row["kind"] == "agent":
                calls.append(_call(row["number"], row["prompt"], table(row["options"])))
            elif row["kind"] == "log":
                done.said.append((clock, row["words"]))
            else:
                done.dropped.append(_placed(row))
        return calls

    clock = 0
    queue: deque[Call] = deque()
    live: list[tuple[int, int, int, Call]] = []  # end, order of starting, start
    started = 0
    try:
        host("begin", parts.body, "" if args is None else json.dumps(args))
        queue.extend(advance())
        while queue or live:
            while queue and len(live) < at_once:
                call = queue.popleft()
                heapq.heappush(live, (clock + max(1, takes(call)), started, clock, call))
                started += 1
            done.most = max(done.most, len(live))
            clock, _order, start, call = heapq.heappop(live)
            turn = _end(call, start, clock, answer)
            done.turns.append(turn)
            host("settle", call.number, json.dumps(turn.answer), turn.error)
            queue.extend(advance())
        outcome = json.loads(host("outcome"))
    except thrown as error:
        done.error = _first(error)
        return done
    if outcome is None:
        done.error = "the script waits for something that never comes"
    elif not outcome["ok"]:
        done.error = _placed(outcome)
    else:
        done.result = outcome["result"]
    return done


def _end(call: Call, start: int, end: int, answer: Callable[[Call], object]) -> Turn:
    try:
        value = answer(call)
    except AgentFailed as error:
        return Turn(call, start, end, None, str(error) or "the agent failed")
    why = _unfit(value, call.schema) if call.schema is not None and value is not None else ""
    return Turn(call, start, end, None if why else value, why)


def _unfit(value: object, schema: Mapping[str, object]) -> str:
    """Why `value` is not what `schema` asks for; empty if it is. The client has the agent answer again, and then gives up."""
    from jsonschema.validators import validator_for

    wrong = _unsound(json.dumps(_shape(schema)))
    if wrong:
        return f"the schema is none: {wrong}"
    for error in validator_for(schema)(dict(schema)).iter_errors(json.loads(json.dumps(value))):
        return f"the answer does not fit the schema: {error.json_path}: {error.message}"
    return ""


@lru_cache(maxsize=16)
def _unsound(shape: str) -> str:
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    schema = json.loads(shape)
    try:
        validator_for(schema).check_schema(schema)
    except SchemaError as error:
        return error.message
    return ""


def _shape(schema: object) -> object:
    """A schema less the constants in it: those of a script's agents are alike but for these, and looking one through is dear."""
    if isinstance(schema, dict):
        return {key: "" if key == "const" and isinstance(row, str) else _shape(row) for key, row in schema.items()}
    return [_shape(row) for row in schema] if isinstance(schema, list) else schema


def _call(number: int, prompt: str, options: dict[str, object]) -> Call:
    schema = options.get("schema")
    return Call(
        number,
        prompt,
        text_or(options, "label"),
        text_or(options, "phase"),
        text_or(options, "model"),
        text_or(options, "effort"),
        text_or(options, "agentType"),
        table(schema) if schema is not None else None,
    )


def _placed(row: dict[str, object]) -> str:
    at = row.get("line")
    where = f"line {at}: " if at else ""
    return f"{where}{row['words']}"


def _first(error: Exception) -> str:
    words = str(error).strip().splitlines()
    return (words or [type(error).__name__])[0].replace("InternalError: interrupted", "the script runs on without an end")


@lru_cache(maxsize=1)
def _client() -> str:
    with open(os.path.join(os.path.dirname(__file__), "client.js"), encoding="utf-8") as file:
        return file.read()


def _engine() -> tuple[_Engine, type[Exception]]:
    try:
        import quickjs  # type: ignore[import-untyped]
    except ImportError:
        raise NoEngine(
            "the Python package quickjs-ng, which runs the scripts, is not there: its wheel may not exist for this machine. "
            f"`{sys.executable} -m pip install quickjs-ng` builds it where there is a C compiler"
        ) from None
    engine: _Engine = quickjs.Context()
    return engine, quickjs.JSException
