"""What a rehearsal runs scripts in is what the client runs them in, as far as scripts can tell."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from tests.e2e.recorder import Recorder
from tests.e2e.world import World

from planweir.rehearsal.runner import run

MakeRecorded = Callable[..., tuple[World, Recorder]]

pytestmark = pytest.mark.e2e

STUB = "export const meta = {name: 'stub', description: 'a stub'}\n"
# Each fact as a text; what throws, as such. The client refuses code that names Date.now() and its like before it runs.
FACTS = """\
// A comment may stand first.
export const meta = {
  name: 'facts', // } and "quotes" and the like
  description: 'what a script finds',
}
const facts = {}
const fact = async (name, find) => {
  try {
    facts[name] = JSON.stringify(await find()) ?? 'undefined'
  } catch (error) {
    facts[name] = 'throws'
  }
}
const When = Date
const Sums = Math
await fact('meta', () => typeof meta)
await fact('strict', () => (function () { return this === undefined })())
await fact('undeclared', () => { undeclared = 3 })
await fact('absent', () => [typeof process, typeof require, typeof performance, typeof fetch, typeof queueMicrotask, typeof atob])
await fact('present', () => [typeof console, typeof globalThis, typeof workflow, typeof Intl === 'undefined' ? 'object' : typeof Intl])
await fact('now', () => When['now']())
await fact('date', () => new When())
await fact('dates', () => new (new Date(0).constructor)())
await fact('date as a function', () => When())
await fact('random', () => Sums['ran' + 'dom']())
await fact('a given date', () => new Date(0).toISOString())
await fact('args', () => args)
await fact('budget', () => [budget.total, budget.remaining() === Infinity])
await fact('promises', () => parallel([Promise.resolve(1)]))
await fact('thrown', () => parallel([() => { throw new Error('x') }, () => 5]))
await fact('stages', () => pipeline([1, 2], (before, item, at) => [before, item, at], (before, item, at) => [before, item, at]))
await fact('thrown stage', () => pipeline([1, 2], item => { if (item === 1) throw new Error('x'); return item }))
await fact('schema of no object', () => agent('x', {schema: {type: 'string'}}))
await fact('quoted', () => '${x} \\u2028 Date.now() `')
return facts
"""


def test_a_script_finds_in_a_rehearsal_what_it_finds_in_the_client(make_recorded: MakeRecorded) -> None:
    rewritten = {"hookEventName": "PreToolUse", "permissionDecision": "allow", "updatedInput": {"script": FACTS}}
    asked = {"hook_event_name": "^PreToolUse$", "tool_name": "^Workflow$"}
    made, _recorder = make_recorded({"when": asked, "out": {"hookSpecificOutput": rewritten}})
    script = {"main": [{"call": {"tool": "Workflow", "input": {"script": STUB}}}, {"say": "waiting"}, {"say": "ended"}]}
    seen = made.claude("-p", "go", script=script, check=False)
    words = " ".join(block for request in seen.requests for block in _texts(request.messages))
    found = re.search(r"<result>(\{.*?\})</result>", words, re.DOTALL)
    assert found is not None, seen.story()
    in_client = json.loads(html.unescape(found[1]))
    done = run(FACTS, lambda _call: "")
    assert done.error == ""
    assert done.result == in_client


def _texts(value: object) -> list[str]:
    """Every text in a request's messages."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for row in value.values() for text in _texts(row)]
    return [text for row in value for text in _texts(row)] if isinstance(value, list) else []
