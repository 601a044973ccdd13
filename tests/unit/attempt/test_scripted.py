"""What an agent of a script is told at its first call: what its brief, written before, does not say."""

from __future__ import annotations

from planweir.attempt.scripted import _since, transcript_in_run

BRIEF = """**Task ID:** T1 | role: implementer | attempt: 2

# T1: Say hello

## Notes of a person
- Use British spelling.

## Checks
- `make test`

## Your last message
DONE
"""
OLD = BRIEF.replace("## Notes of a person\n- Use British spelling.\n\n", "")


def framed(words: str) -> str:
    return "[Workflow harness — computed task] … follows:\n" + "\n".join(f"  {line}" for line in words.split("\n"))


def test_nothing_is_told_twice() -> None:
    assert _since(BRIEF, framed(BRIEF)) == ""
    assert _since(BRIEF, BRIEF.replace("attempt: 2", "attempt: 1")) == ""


def test_a_part_that_is_new_is_told_and_no_other() -> None:
    words = _since(BRIEF, framed(OLD))
    assert "## Notes of a person\n- Use British spelling." in words
    assert "Checks" not in words


def test_what_the_scripts_own_reviewers_found_is_not_repeated_and_a_persons_word_is() -> None:
    came = "## What came back\nA person says: be brief\n- [major] src/a.py:2 wrong\n\n"
    words = _since(BRIEF.replace("## Checks", came + "## Checks"), framed(BRIEF + "\n## What came back\n- [major] src/a.py:2 worded otherwise"))
    assert "A person says: be brief" in words
    assert "src/a.py" not in words


def test_after_an_attempt_without_an_end_the_next_hears_of_it() -> None:
    came = "## What came back\nAn earlier attempt ended without a report (it was stopped); its changes are still in the tree: look first.\n\n"
    assert "look first" in _since(BRIEF.replace("## Checks", came + "## Checks"), framed(BRIEF))


def test_no_transcript_is_looked_for_under_a_name_that_is_no_id() -> None:
    event: dict[str, object] = {"transcript_path": "/nowhere/s.jsonl", "agent_id": "../../x"}
    assert transcript_in_run(event) == ""
    own: dict[str, object] = {"agent_transcript_path": "/s/subagents/agent-a1.jsonl"}
    assert transcript_in_run(own) == ""
    run: dict[str, object] = {"agent_transcript_path": "/s/subagents/workflows/wf_1/agent-a1.jsonl"}
    assert transcript_in_run(run) == "/s/subagents/workflows/wf_1/agent-a1.jsonl"
