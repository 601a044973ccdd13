"""What was said and called, as the steps of a recording. What a recording cannot say is counted in `Left`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from planweir.play import tools
from planweir.play.record.transcript import CALLED, HELD, PERSON, SAID, Made, Message
from planweir.play.recording import Json
from planweir.play.seen import rule_of

Steps = list[Json]

OURS = ("task-planner next", "task-planner gate")
NO_SUCH_TOOL = "No such tool available"
TASK = "**Task ID:**"


@dataclass
class Left:
    """What was left out, by what it is."""

    calls: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Paths:
    """The folders whose names are replaced, and by what: the project is wherever it is played."""

    project: str
    others: Mapping[str, str] = field(default_factory=dict)

    def plain(self, value: Json) -> Json:
        if isinstance(value, str):
            for path, name in [(self.project, "${project}"), *self.others.items()]:
                # Not where the path goes on: /home/me/app is no part of /home/me/app-2.
                end = "" if path.endswith("/") else r"(?![\w.-])"
                value = re.sub(re.escape(path) + end, name.replace("\\", r"\\"), value)
            return value
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if isinstance(value, dict):
            return {key: self.plain(item) for key, item in value.items()}
        return value


def of_agent(messages: Sequence[Message], end: str, paths: Paths, left: Left) -> Steps:
    """An agent's steps. The first message is its brief and no step. `end` "cut": its client is gone; "": it ended itself."""
    steps: Steps = []
    rest = list(messages[1:])
    for number, message in enumerate(rest):
        if message.kind == CALLED:
            steps += _called(message.calls, paths, left, agent=True)
        elif message.kind == SAID:
            after = rest[number + 1] if number + 1 < len(rest) else None
            if after is None:
                steps.append({"say": paths.plain(message.text)})
            elif after.kind == HELD:
                steps.append({"say": paths.plain(message.text), "expect": {"held": True}})
            else:
                left.words.append("an agent that ended and was woken again plays on without that end")
    last = steps[-1] if steps else None
    ended = isinstance(last, dict) and "say" in last and "expect" not in last
    if end == "cut" and ended:
        steps.pop()  # it had said its last words when the client was killed, and no hook heard of them
    if end == "cut":
        steps.append({"cut": True})
    elif not ended:
        left.words.append("an agent that ended without a last message (stopped, an API error, its limit of turns) is given one")
        steps.append({"say": "BLOCKED\nIt ended here without a last message."})
    return steps


def of_turn(messages: Sequence[Message], paths: Paths, left: Left) -> Steps:
    """The main thread's steps of one turn. What `task-planner next` says is followed; up to the last thing that was
    denied or held it is told call by call."""
    last = max((n for n, message in enumerate(messages) if _odd(message, messages, n)), default=-1)
    steps: Steps = []
    for number, message in enumerate(messages[: last + 1]):
        if message.kind == CALLED:
            steps += _called(message.calls, paths, left, agent=False)
        elif message.kind == SAID and _is_held(messages, number):
            steps.append({"say": paths.plain(message.text), "expect": {"held": True}})
    rest = messages[last + 1 :]
    if any(_is_ours(made) for message in rest for made in message.calls):
        return [*steps, {"follow": True}]
    said = [message.text for message in rest if message.kind == SAID]
    return [*steps, {"say": paths.plain(said[-1])}] if said else steps


def turns(messages: Iterable[Message]) -> list[tuple[Message, list[Message]]]:
    """What a person typed, and what the model did then."""
    found: list[tuple[Message, list[Message]]] = []
    for message in messages:
        if message.kind == PERSON:
            found.append((message, []))
        elif found:
            found[-1][1].append(message)
    return found


def _odd(message: Message, messages: Sequence[Message], number: int) -> bool:
    """Not what `next` would have it do, and of consequence: denied, or held."""
    if message.kind == SAID:
        return _is_held(messages, number)
    return any(_denied(made) is not None for made in message.calls)


def _is_held(messages: Sequence[Message], number: int) -> bool:
    return number + 1 < len(messages) and messages[number + 1].kind == HELD


def _is_ours(made: Made) -> bool:
    if made.tool == "Agent":
        return TASK in str(made.given.get("prompt", ""))
    return made.tool == "Bash" and str(made.given.get("command", "")).startswith(OURS)


def _denied(made: Made) -> str | None:
    """The rule that denied the call, "" where the agent did not have the tool; None where it was let through."""
    if not made.failed or made.answer is None:
        return None
    if NO_SUCH_TOOL in made.answer:
        return ""
    return rule_of(made.answer) or None


def _called(calls: Sequence[Made], paths: Paths, left: Left, agent: bool) -> Steps:
    """The step of one message, without the calls that players cannot make; none where nothing is left."""
    kept: list[Json] = []
    denied: str | None = None
    fails = False
    for made in calls:
        rule = _denied(made)
        if rule == "":
            left.calls[f"{made.tool}, which the agent did not have"] += 1
            continue
        if rule is None and not _playable(made, agent, paths.project):
            left.calls[made.tool] += 1
            continue
        given = paths.plain({key: value for key, value in made.given.items() if key != "run_in_background"})
        kept.append({"tool": made.tool, "input": given})
        denied = rule or denied
        fails = fails or (rule is None and made.failed)
    if not kept:
        return []
    step: dict[str, Json] = {"call": kept[0]} if len(kept) == 1 else {"calls": kept}
    expect: dict[str, Json] = {}
    if denied is not None:
        expect["denied"] = denied
    elif fails:
        expect["fails"] = True
    return [{**step, "expect": expect} if expect else step]


def _playable(made: Made, agent: bool, project: str) -> bool:
    if made.answer is None:
        # Nothing came back before the client was killed. A file was most likely written: the transcript lags.
        return made.tool in ("Write", "Edit")
    if made.tool == "Agent":
        return not agent
    if made.tool not in tools.TOOLS:
        return False
    if made.tool == "Bash":
        return not made.given.get("run_in_background")
    if made.tool == "Read":
        return not made.failed and str(made.given.get("file_path", "")).startswith(project + "/")
    return True
