"""A reviewer's answer by StructuredOutput: judged before it is taken, and kept after as `task-planner file` keeps one.

Only reviewers of a wave's script answer so. Another workflow's agents, and the main thread with a schema of its own, are not
our business.
"""

from __future__ import annotations

import os
import re

from planweir.guard.rules import deny
from planweir.guard.who import REVIEWERS
from planweir.hooked.judging import judge_with
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from planweir.evidence.runs import Row
    from planweir.host import Reply
    from planweir.journal.types import AgentState
    from planweir.places import Places


def judge_review(event: dict[str, object], places: Places) -> Reply:
    """PreToolUse of StructuredOutput. The client looks at the schema after us."""

    def judge(event: dict[str, object], guard: dict[str, object]) -> Mapping[str, object] | None:
        from planweir.review.schema import is_void

        agent, given = text_or(event, "agent_id"), sub(event, "tool_input")
        if not agent:
            return None
        if agent not in sub(guard, "agents"):
            # An agent of our script whose turn has not come: it may say so, and no more.
            refused = guard.get("refused")
            return refused if isinstance(refused, dict) and not is_void(given) else None
        from planweir.journal.store import Journal

        state = Journal(places).state()
        row = state["agents"].get(agent)
        if row is None or row["role"] not in REVIEWERS:
            return None
        name, role = row["task"], row["role"]
        if is_void(given):
            step = "judge it; where something keeps you from seeing whether a criterion holds, score it FAIL and say what"
            return deny("review-void", f"the verdict is void, and this review of {name} is due", step)
        if not _looked(places, agent, row):
            step = f"run `task-planner package {name}`, alone on its line, look at what it names, and answer then"
            return deny("review-unread", f"a review of {name} was given before anything was looked at", step)
        from planweir.brief.inside import inside
        from planweir.review.shape import problems
        from planweir.review.tidy import tidy

        faults = problems(tidy(given, name, role), name, role, lambda: inside(places, state, name, role))
        if not faults:
            return None
        return deny("review-object", f"the review of {name} is not taken: {' '.join(faults)}", "mend that and answer again")

    return judge_with(judge, whoever=True)(event, places)


def _looked(places: Places, agent: str, row: AgentState) -> bool:
    """Has a reviewer of a script printed what it judges? One of the agent loop has it in its brief."""
    from planweir.attempt.reviewed import by_script
    from planweir.evidence.runs import read_runs

    return not by_script(row) or any(text_or(run, "package") == row["task"] for run in read_runs(places.runs(agent)))


def keep_answer(event: dict[str, object], places: Places, agent: str, row: AgentState) -> None:
    """PostToolUse of StructuredOutput: what the client took is what was filed."""
    from planweir.attempt import filing
    from planweir.evidence.filed import answered, filed_sha, filed_text
    from planweir.evidence.runs import append, made
    from planweir.review.schema import is_void

    given = sub(event, "tool_input")
    if row["role"] not in REVIEWERS or is_void(given):
        return
    command = answered(given)
    words = filed_text(command, places.project) or ""
    run = made(event, command)
    run["filed"], run["task"] = filed_sha(words), row["task"]
    filing.keep(places, run["filed"], words)
    os.makedirs(os.path.dirname(places.runs(agent)), exist_ok=True)
    append(places.runs(agent), run)


BEGINNING = 400  # letters of a package by which it is known; what Bash shows of one is never less


def _shown(event: dict[str, object], row: AgentState, places: Places) -> bool:
    """Does the call's output hold the beginning of what this reviewer judges? The client may change blanks and marks, so letters
    and digits are compared. Where nothing was kept to compare with, any output will do."""
    from planweir.brief.render import read_matter
    from planweir.evidence.outcome import outcome
    from planweir.journal.ready import Due

    def bare(words: str) -> str:
        return re.sub(r"\W+", "", words, flags=re.ASCII)

    output = bare(outcome(event)[1])
    judged = read_matter(places, Due(row["task"], row["role"], row["attempt"])) or ""
    return bool(output) and bare(judged)[:BEGINNING] in output


def with_look(event: dict[str, object], found: Row | None, row: AgentState, places: Places) -> Row | None:
    """The row of a reviewer's Bash call, with the package that the call printed: named in it is not yet seen."""
    command = text_or(sub(event, "tool_input"), "command")
    if row["role"] not in REVIEWERS or "package" not in command or text_or(event, "hook_event_name") != "PostToolUse":
        return found
    from planweir.evidence.filed import looked_at
    from planweir.evidence.runs import made

    if row["task"] not in looked_at(command, text_or(event, "cwd") or places.project) or not _shown(event, row, places):
        return found
    found = found or made(event, command)
    found["package"] = row["task"]
    return found
