"""A script of agents run without the client: what the client does with it, the runner does too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.rehearsal.runner import AgentFailed, Call, Run, run
from planweir.rehearsal.text import NoScript, take_apart

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
META = "export const meta = {name: 'w', description: 'd'}\n"
VERDICT = "{type: 'object', properties: {verdict: {type: 'string', enum: ['pass', 'fail']}}, required: ['verdict']}"


def play(body: str, **options: object) -> Run:
    return run(META + body, lambda call: f"did {call.prompt}", **options)  # type: ignore[arg-type]


def times(done: Run) -> list[tuple[str, int, int]]:
    return [(turn.call.prompt, turn.start, turn.end) for turn in done.turns]


def test_a_script_returns_what_it_returns() -> None:
    done = play("const a = await agent('one')\nreturn {a, args: args === undefined}")
    assert (done.result, done.error) == ({"a": "did one", "args": True}, "")
    assert done.meta == {"name": "w", "description": "d"}


def test_an_agent_is_called_with_all_that_the_script_says() -> None:
    seen: list[Call] = []

    def answer(call: Call) -> object:
        seen.append(call)
        return {"verdict": "pass"}

    run(
        META + "phase('P')\nawait agent('é \\u2028 \"x\"', {label: 'L', model: 'opus', effort: 'low', agentType: 'planweir:implementer'})\n"
        f"await agent('b', {{phase: 'Q', schema: {VERDICT}}})",
        answer,
    )
    first, second = seen
    assert (first.prompt, first.label, first.phase, first.model) == ('é \u2028 "x"', "L", "P", "opus")
    assert (first.effort, first.agent, first.schema) == ("low", "planweir:implementer", None)
    assert second.phase == "Q" and second.schema is not None and second.schema["required"] == ["verdict"]


def test_agents_of_parallel_run_side_by_side_and_the_next_line_waits_for_all() -> None:
    done = play(
        "await parallel(['a', 'bb'].map(name => () => agent(name)))\nawait agent('c')",
        takes=lambda call: len(call.prompt),
    )
    assert times(done) == [("a", 0, 1), ("bb", 0, 2), ("c", 2, 3)]
    assert done.most == 2


def test_a_pipeline_has_no_barrier_between_its_stages() -> None:
    done = play(
        "return await pipeline(['a', 'bbb'], item => agent(item), (before, item, at) => agent(`${item}${at}`))",
        takes=lambda call: len(call.prompt),
    )
    assert times(done) == [("a", 0, 1), ("bbb", 0, 3), ("a0", 1, 3), ("bbb1", 3, 7)]
    assert done.result == ["did a0", "did bbb1"]


def test_no_more_agents_run_than_the_client_runs_and_the_rest_wait_in_the_order_of_their_calls() -> None:
    done = play("await parallel([1, 2, 3, 4, 5].map(n => () => agent('a' + n)))", at_once=2)
    assert times(done) == [("a1", 0, 1), ("a2", 0, 1), ("a3", 1, 2), ("a4", 1, 2), ("a5", 2, 3)]
    assert done.most == 2


def test_an_answer_is_asked_for_when_its_agent_ends() -> None:
    ended: list[str] = []

    def answer(call: Call) -> object:
        ended.append(call.prompt)
        return ",".join(ended)

    done = run(
        META + "return await parallel(['slow', 'a'].map(name => () => agent(name)))", answer, takes=lambda call: len(call.prompt)
    )
    assert done.result == ["a,slow", "a"]


def test_an_agent_that_gives_nothing_is_null() -> None:
    assert run(META + "return (await agent('x')) === null", lambda _call: None).result is True


def test_agent_throws_where_its_agent_never_answered_as_asked() -> None:
    def answer(_call: Call) -> object:
        raise AgentFailed("it never called StructuredOutput")

    done = run(META + "try { await agent('x') } catch (error) { return error.message }", answer)
    assert done.result == "it never called StructuredOutput"
    assert done.turns[0].error == "it never called StructuredOutput"


def test_an_object_that_does_not_fit_the_schema_is_no_answer() -> None:
    body = f"return (await agent('x', {{schema: {VERDICT}}})).verdict"
    assert run(META + body, lambda _call: {"verdict": "pass"}).result == "pass"
    wrong = run(META + body, lambda _call: {"verdict": "perhaps"})
    assert "'perhaps' is not one of ['pass', 'fail']" in wrong.error


def test_a_schema_that_is_none_is_told() -> None:
    done = run(META + "await agent('x', {schema: {type: 'object', properties: 3}})", lambda _call: {})
    assert "the schema is none: 3 is not of type 'object'" in done.error


def test_what_throws_in_parallel_is_null_and_is_told_with_its_line() -> None:
    done = play("return await parallel([\n  () => agent('a'),\n  async () => { await agent('b'); nothere() },\n])")
    assert done.result == ["did a", None]
    assert done.dropped == ["line 4: ReferenceError: nothere is not defined"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("\nthrow new Error('no')", "line 3: Error: no"),
        ("const x = ;", "line 2: SyntaxError"),
        ("x = 3", "line 2: ReferenceError: x is not defined"),
        ("return typeof meta === 'undefined' ? await require('fs') : 0", "line 2: ReferenceError: require is not defined"),
        ("await import('/etc/hosts')", "could not load module"),
        ("await parallel([agent('x')])", "parallel() wants functions"),
        ("await agent('x', {schema: {type: 'string'}})", "the schema of agent() is of an object"),
        ("await workflow('x')", "workflow() is not rehearsed"),
        ("await new Promise(() => {})", "waits for something that never comes"),
        ("for (let n = 0; ; n++) await agent('x')", "at most 1000 agents"),
        ("await parallel(Array.from({length: 4097}, () => () => 1))", "at most 4096 items"),
        ("return 10n", "BigInt"),
    ],
)
def test_a_script_that_cannot_run_says_where_and_why(body: str, said: str) -> None:
    assert said in play(body).error


@pytest.mark.parametrize("body", ["Date.now()", "new Date()", "Date()", "Math.random()", "new (new Date(0).constructor)()"])
def test_there_is_no_clock_and_no_chance_in_a_script(body: str) -> None:
    assert "is not to be had in a script" in play(body).error


def test_a_given_date_is_there() -> None:
    assert play("return [new Date(0).toISOString(), Date.UTC(1970, 0, 2)]").result == ["1970-01-01T00:00:00.000Z", 86400000]


def test_a_script_that_never_ends_is_ended() -> None:
    assert play("for (;;) {}", seconds=0.2).error == "the script runs on without an end"
    assert play("await agent('a')\nfor (;;) {}", seconds=0.2).error == "the script runs on without an end"


def test_what_a_script_logs_has_its_time() -> None:
    assert play("log('a')\nawait agent('x')\nlog(2)").said == [(0, "a"), (1, "2")]


def test_arguments_and_budget_are_as_where_none_was_set() -> None:
    body = "return [args.a, budget.total, budget.spent(), budget.remaining() === Infinity]"
    assert play(body, args={"a": 1}).result == [1, None, 0, True]


def test_the_same_script_runs_the_same_way_again() -> None:
    body = "await parallel(['a', 'bb', 'c'].map(n => async () => { await agent(n); await agent(n + n) }))"
    assert play(body, at_once=2) == play(body, at_once=2)


@pytest.mark.parametrize(
    ("words", "meta"),
    [
        ("export const meta = {}\nreturn 1", "{}"),
        ("// what it is\nexport const meta = {a: '} \\' `', b: [{c: 1}], // }\n}\nreturn 1", "{a: '} \\' `', b: [{c: 1}], // }\n}"),
        ("export const meta = {a: 1 / 2};return 1", "{a: 1 / 2}"),
    ],
)
def test_meta_is_taken_off_and_the_lines_stay_where_they_were(words: str, meta: str) -> None:
    parts = take_apart(words)
    assert parts.meta == meta
    assert parts.body.strip() == "return 1"
    assert len(parts.body.splitlines()) == len(words.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        "return 1",
        "const meta = {}",
        "export const meta = 3",
        "export const meta = {a: f()}",
        "export const meta = {...x}",
        "export const meta = {a: `x`}",
        "export const meta = {a: 1",
    ],
)
def test_what_the_client_would_not_take_is_no_script(words: str) -> None:
    with pytest.raises(NoScript):
        take_apart(words)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_goes_through_a_script_unchanged(words: str) -> None:
    seen: list[str] = []
    literal = json.dumps(words)

    def answer(call: Call) -> object:
        seen.append(call.prompt)
        return words

    done = run(
        f"export const meta = {{name: 'w', description: {literal}}}\nreturn await agent('x' + {literal})",
        answer,
    )
    assert (seen, done.result, done.meta["description"]) == (["x" + words], words, words)


def test_the_engine_is_imported_only_where_a_script_runs() -> None:
    code = "import sys, planweir.cli.main, planweir.rehearsal.runner; sys.exit('quickjs' in sys.modules or 'jsonschema' in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0
