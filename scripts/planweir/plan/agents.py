"""Which agent does a task that names none: the keyword tables of the project and, below it, of the person (`config`).

The first row of which a word stands in the task's title is taken, else the first of which one stands in its description, else
`implementer`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace

from planweir.plan.forms import PlanFormError, nearest, object_of, text_of, texts_of
from planweir.plan.model import DEFAULT_AGENT, Plan, Problem, Task

LARGEST = 1_000_000  # bytes of a configuration or of an agent's file
AGENT_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?::[A-Za-z0-9_.-]+)*")
# What the host and this plugin bring themselves (Claude Code 2.1.329).
BUILT_IN = ("implementer", "general-purpose", "claude", "statusline-setup", "claude-code-guide", "output-style-setup")
# They may not write, so a task of theirs could never be done.
READERS = ("Explore", "Plan", "task-reviewer", "code-reviewer")


@dataclass(frozen=True)
class Row:
    """One row of a table: these words in a task's text mean this agent."""

    words: tuple[str, ...]
    agent: str


@dataclass(frozen=True)
class Choice:
    """The agent that a table gave a task, and for which word."""

    task: str
    agent: str
    word: str

    def __str__(self) -> str:
        return f"{self.task} → {self.agent} (word: {self.word})"


def row_of(value: object, path: str) -> Row:
    """One row of a configuration's table. Raises PlanFormError on anything that is not of that form."""
    got = object_of(value, path, ("words", "agent"), ("words", "agent"))
    words = texts_of(got["words"], f"{path}.words")
    if not words:
        raise PlanFormError(f"{path}.words", "is empty", "name a word, or take the row out")
    for n, word in enumerate(words):
        if not word.strip():
            raise PlanFormError(f"{path}.words[{n}]", "is empty", "name a word, or take it out")
    agent = text_of(got["agent"], f"{path}.agent")
    if not AGENT_TYPE.fullmatch(agent):
        raise PlanFormError(f"{path}.agent", f"is {agent[:60]!r}", "write the name of one agent type")
    return Row(words, agent)


def assign(plan: Plan, rows: list[Row]) -> tuple[Plan, list[Choice]]:
    """The plan with an agent for every task, and what the tables had a say in."""
    patterns = [(_pattern(word), word, row.agent) for row in rows for word in row.words]
    choices: list[Choice] = []
    tasks: list[Task] = []
    for task in plan.tasks:
        choice = None if task.agent else _choose(task, patterns)
        if choice is not None:
            choices.append(choice)
        tasks.append(replace(task, agent=task.agent or (choice.agent if choice else DEFAULT_AGENT)))
    return replace(plan, tasks=tuple(tasks)), choices


def _choose(task: Task, patterns: list[tuple[re.Pattern[str], str, str]]) -> Choice | None:
    for words in (task.title, task.description):
        for pattern, word, agent in patterns:
            if pattern.search(words):
                return Choice(task.id, agent, word)
    return None


def _pattern(word: str) -> re.Pattern[str]:
    """`word` as a whole word, or words, wherever a line breaks between them."""
    parts = r"\s+".join(re.escape(part) for part in word.split())
    return re.compile(rf"(?<!\w){parts}(?!\w)", re.IGNORECASE)


def doubts(plan: Plan, project: str, config: str) -> list[Problem]:
    """Warnings for agents that this person does not seem to have, and for those that may change no file."""
    found: list[Problem] = []
    known: set[str] | None = None
    for task in plan.tasks:
        bare = task.agent.removeprefix("planweir:")
        if bare in READERS:
            mend = "name one that writes, such as `implementer`"
            found.append(
                Problem("warning", "reading-agent", f"{task.id}: `{task.agent}` may change no file", mend, task.line, task.id)
            )
        elif ":" not in task.agent and bare not in BUILT_IN:
            known = installed(project, config) if known is None else known
            if task.agent not in known:
                near = nearest(task.agent, (*BUILT_IN, *sorted(known)))
                mend = (f"did you mean `{near}`? " if near else "") + (
                    "An agent of a plugin is named `plugin:agent`; one of your own stands in .claude/agents"
                )
                words = f"{task.id}: there is no agent `{task.agent}` in .claude/agents of the project or of yours"
                found.append(Problem("warning", "unknown-agent", words, mend, task.line, task.id))
    return found


def installed(project: str, config: str) -> set[str]:
    """The names of the agents in the project's and the person's folders."""
    names: set[str] = set()
    for top in (os.path.join(project, ".claude", "agents"), os.path.join(config, "agents")):
        for folder, _, files in os.walk(top):
            names.update(_name_in(os.path.join(folder, file)) for file in files if file.endswith(".md"))
    return names


def _name_in(path: str) -> str:
    """The agent's name in the front matter of its file, else the file's own."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            head = file.read(LARGEST).split("\n---", 1)[0]
    except OSError:
        head = ""
    found = re.search(r"^name:[ \t]*['\"]?([^'\"\n]+?)['\"]?[ \t]*$", head, re.MULTILINE)
    return found[1] if found else os.path.basename(path)[: -len(".md")]
