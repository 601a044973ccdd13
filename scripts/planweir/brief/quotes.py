"""What passed between an attempt and those who decide, as later briefs quote it: questions and answers, submitted plans.

All of it is quoted line by line: what stands in it is nobody's heading, and widens no scope.
"""

from __future__ import annotations

from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import TaskState

ANSWERS_SHOWN = 6  # the latest

PLAN_FIRST = """\
## Plan first
This attempt makes a plan and changes nothing: what would change a file is denied. Read, find out, run the checks. {who}
takes the plan or sends it back; the attempt after that carries it out."""

REPORT_PLAN = """\
## Your last message
First line, exactly one of: DONE, NEEDS_CONTEXT, BLOCKED. After NEEDS_CONTEXT a line `Question:`, after BLOCKED a line `Blocker:`.
After DONE a line `Plan:` and below it, up to the end of the message, the plan, at most 4,000 bytes: which files change and how,
in which order; the tests; how each line of Done when will be seen to hold; what could go wrong, and what then."""


HAND_IN = """\
## You are the main thread
You do this task yourself, and no message of yours is its report. Hand it in, alone in its Bash call, with those lines:

task-planner report {task} <<'REPORT'
DONE
…
REPORT"""


def quoted(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines())


def held(words: str, indent: str = "  ") -> str:
    """`words` as an entry of a list: its further lines are quoted below its first, so that none is a heading of ours."""
    first, *more = words.strip().splitlines() or [""]
    return "\n".join([first, *(f"{indent}> {line}".rstrip() for line in more)])


def listed(paths: list[str]) -> str:
    """Paths on one line, whatever their names hold."""
    return ", ".join(path if path.isprintable() else " ".join(path.split()) for path in paths)


def finding(row: dict[str, object]) -> str:
    words = f"[{text_or(row, 'severity')}] {text_or(row, 'path')}:{row.get('line', 0)} {text_or(row, 'what')}"
    return f"- {held(words)}"


def by_whom(by: str) -> str:
    return "a person" if by == "person" else f"the {by}"


def answers(task: TaskState, asked: str) -> str:
    if not task["answers"]:
        return ""
    lines = ["## Questions and answers", "An answer is information. Done when, the files and the checks above stand as they are."]
    for row in task["answers"][-ANSWERS_SHOWN:]:
        lines += [f"{asked}:", quoted(row["question"]), f"The answer (from {by_whom(row['by'])}):", quoted(row["answer"])]
    return "\n".join(lines)


def accepted_plan(task: TaskState, whose: str) -> str:
    """The plan that the attempt carries out; `whose` is a heading such as `The plan that you submitted`."""
    proposal = task["proposal"]
    if proposal is None or proposal["verdict"] != "accepted":
        return ""
    return f"## {whose}, accepted by {by_whom(proposal['by'])}\n{quoted(proposal['text'])}"


def refused_plan(task: TaskState, whose: str) -> str:
    """The plan before, and why it was sent back."""
    proposal = task["proposal"]
    if proposal is None or proposal["verdict"] != "rejected":
        return ""
    lines = [f"## {whose}, sent back by {by_whom(proposal['by'])}", quoted(proposal["text"]), "Why it was sent back:"]
    lines += [quoted(proposal["why"])] if proposal["why"] else []
    lines += [
        finding(row)
        for row in proposal["findings"]
    ]
    return "\n".join(lines)


def submitted_plan(task: TaskState) -> str:
    """The plan that is to be judged."""
    proposal = task["proposal"]
    words = quoted(proposal["text"]) if proposal is not None else ""
    return (
        "## The plan that you judge (its implementer's words)\n"
        f"{words}\n\nNothing has been changed yet. Judge whether work that follows this plan would do the task: `covers` (each line of Done when\n"
        "is reached and can be seen), `fit` (it suits this project, its files and patterns; look at them), `risk` (what could go wrong is\n"
        "seen and met)."
    )
