"""What a person typed while the plan was open, as far as its journal tells: a typed command that a hook answers leaves no
trace in the transcript of a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from planweir.values import sub, table, text_or, texts

Event = Mapping[str, object]


def typed(event: Event, before: Event) -> str | None:
    """The line that caused this event, "" where a person did something that no line is known for; None: no person did it.

    `before` is the event before it: what a skipped task hands over is allowed by the same line.
    """
    if event.get("kind") == "allowed" and before.get("kind") in ("skipped", "allowed"):
        return None
    if event.get("by") in ("plan", "answer", "agent"):  # the plan's own rule, what an answer to a request brought, an agent's note
        return None
    maker = VERBS.get(text_or(event, "kind"))
    if maker is not None:
        return f"/task-planner {maker(event)}"
    return "" if event.get("by") == "person" and event.get("kind") not in ("resumed", "opened") else None


def _words(verb: str, event: Event, *keys: str, **options: str) -> str:
    words = [verb, *(text_or(event, key) for key in keys)]
    for option, key in options.items():
        if text_or(event, key):
            words += [f"--{option}", text_or(event, key)]
    return shlex.join(word for word in words if word)


def _amend(event: Event) -> str:
    words = ["amend", text_or(event, "task")]
    fields = sub(table(event), "fields")
    for key, value in fields.items():
        option = f"--{key.replace('_', '-')}"
        if isinstance(value, bool):
            words += [option, "yes" if value else "no"]
        elif isinstance(value, list) and key == "verify":
            words += [word for one in texts(fields, key) for word in (option, one)]
        elif isinstance(value, list):
            words += [option, ",".join(texts(fields, key))]
        else:
            words += [option, str(value)]
    return shlex.join(words)


def _insight(event: Event) -> str:
    words = ["insight", "add", "--kind", text_or(event, "sort"), text_or(event, "text")]
    for option, key in (("--task", "task"), ("--path", "path")):
        words += [option, text_or(event, key)] if text_or(event, key) else []
    return shlex.join(words)


VERBS: dict[str, Callable[[Event], str]] = {
    "skipped": lambda event: _words("skip", event, "task", to="to", why="why"),
    "unblocked": lambda event: _words("unblock", event, "task", note="note"),
    "review_again": lambda event: _words("unblock", event, "task", note="note"),
    "amended": _amend,
    "allowed": lambda event: _words("allow", event, "task", "path"),
    "scope_refused": lambda event: _words("refuse", event, "task", "path", "why"),
    "confirmed": lambda event: _words("checked", event, "criterion"),
    "insight_added": _insight,
    "insight_closed": lambda event: shlex.join(["insight", "close", str(event.get("number")), "--why", text_or(event, "why")]),
    "waived": lambda event: _words("waive", event, "check", why="why"),
    "paused": lambda event: "pause",
    "completed": lambda event: "--complete",
    "aborted": lambda event: "--abort",
}
