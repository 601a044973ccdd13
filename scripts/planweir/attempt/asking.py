"""Questions of an implementer: taken in at its end, answered with the call that starts its next attempt.

Whoever answers gives words and nothing else: they stand in the next brief as a quotation, and no scope follows from them.
"""

from __future__ import annotations

import re

from planweir.attempt.holds import hold_or
from planweir.brief.steps import YOUR_ANSWER, ended
from planweir.journal.ready import QUESTION_LIMIT, asked_for, single
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.attempt.holds import Held
    from planweir.journal.store import Journal
    from planweir.journal.types import AgentState, Answered, Event, State, TaskState

LONGEST_ANSWER = 4_000  # bytes
LONGEST_TOLD = 400  # characters

_ANSWER = re.compile(r"\*\*Answer:\*\*(.*)\Z", re.DOTALL)


class NoAnswer(ValueError):
    """The words hold no answer that could be passed on; the message says why."""


def asked(journal: Journal, agent: str, row: AgentState, base: Event, report: dict[str, object]) -> Held:
    """The agent ended with NEEDS_CONTEXT: the orchestrator may answer, but not for ever."""
    name, question = row["task"], text_or(report, "question")
    if not question:
        return hold_or(
            journal,
            agent,
            row,
            f"{name} needs context, and nobody can tell which: write a line `Question:` (one question, the options, the one you "
            "would choose).",
            {"kind": "stuck", **base, "why": "needs context: (no question given)", "report": report},
        )

    def decide(state: State) -> list[Event]:
        task = state["tasks"][name]
        if task["asked"] < QUESTION_LIMIT and not single(state) and not asked_for(state, name):
            return [{"kind": "asked", **base, "question": question, "report": report}]
        why = "needs context: " + " ".join([ended(question), *map(_told, task["answers"])])
        return [{"kind": "stuck", **base, "why": why, "question": question, "report": report}]

    journal.transact(decide)
    return None


def _told(row: Answered) -> str:
    """An earlier question and its answer, as a person reads them who is asked at last."""
    question, answer = (" ".join(row[part].split())[:LONGEST_TOLD] for part in ("question", "answer"))
    return f"Before that it asked: {ended(question)} Answered by {'a' if row['by'] == 'person' else 'the'} {row['by']}: {ended(answer)}"


def answer_in(prompt: str) -> str:
    """The answer in an Agent call's prompt. Raises NoAnswer."""
    found = _ANSWER.search(prompt)
    words = found[1].strip() if found is not None else ""
    if not words or words == YOUR_ANSWER:
        raise NoAnswer("the call holds no answer")
    return fitting(words)


def fitting(words: str) -> str:
    """`words` as an answer that a brief can hold. Raises NoAnswer."""
    size = len(words.encode("utf-8", "replace"))
    if size > LONGEST_ANSWER:
        raise NoAnswer(f"the answer has {size} bytes, and {LONGEST_ANSWER} are the most")
    return words


def answered_view(state: State, name: str, answer: str, by: str) -> State:
    """`state` as it will be once the open question of `name` is answered; `state` itself stays as it is."""
    task: TaskState = {**state["tasks"][name]}
    task["answers"] = [*task["answers"], {"question": task["question"], "answer": answer, "by": by}]
    task["question"] = ""
    return {**state, "tasks": {**state["tasks"], name: task}}
