"""Hook scripts within this process: the handler that a script of hooks.json gives to the host's boundary, called directly.

A hook is a process of its own for the host; the corpus asks thousands of times, and what starts a process thousands of
times is not run. `tests/redteam/test_corpus.py` holds both to the same answers.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias
from unittest import mock

from tests.hooks.stage import PLUGIN
from tests.redteam.ground import Ground

from planweir import host
from planweir.places import Places

Said: TypeAlias = dict[str, object] | None
Handler = Callable[[dict[str, object], Places], Said]
OnFailure = Callable[[str], Said]


@functools.cache
def handler_of(script: str) -> tuple[Handler, OnFailure]:
    """What hooks/SCRIPT.py would run."""
    found: list[tuple[Handler, OnFailure]] = []

    def keep(handler: Handler, on_failure: OnFailure) -> None:
        found.append((handler, on_failure))

    path = list(sys.path)
    with mock.patch.object(host, "main", keep):
        runpy.run_path(str(PLUGIN / "hooks" / f"{script}.py"))
    sys.path[:] = path
    return found[0]


@contextlib.contextmanager
def environment(env: dict[str, str]) -> Iterator[None]:
    """`env` as the whole environment of this process."""
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def here(ground: Ground, name: str, fields: dict[str, object], agent: str = "", session: str = "") -> Said:
    """What the one script that hooks.json has for this event answers; None where it has none, or nothing is armed."""
    value = str(fields.get("tool_name", fields.get("command_name", "")))
    lines = ground.scripts(name, value)
    if not lines or not armed(ground):
        return None
    handler, on_failure = handler_of(lines[0][-1])
    event = json.loads(json.dumps(ground.event(name, agent, session, **fields)))
    with environment(ground.env):
        try:
            return handler(event, ground.places)
        except Exception as error:  # noqa: BLE001 - as host.main, whose place this takes
            return on_failure(str(error))


def armed(ground: Ground) -> bool:
    """What hooks/launch tests before anything else."""
    places = ground.places
    kept = os.path.exists(places.journal) and not os.path.exists(places.abort_requested)  # a journal alone arms too
    return kept or any(os.path.exists(path) for path in (places.armed, places.second(str(ground.data))))
