"""The rules by name, and how a denial is worded. Each rule has tests that carry its name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Decision = dict[str, str]

RULES: dict[str, str] = {
    "guarded-paths": "The records, the plugin, the frozen plan, transcripts, settings and what git runs are written by the engine or a "
    "person alone",
    "main-thread-edits": "While a plan is open the main thread directs and its agents edit, "
    "so that every change has a task, evidence and reviews",
    "main-thread-commands": "While a plan is open the main thread reads, runs the plan's checks and "
    "task-planner; "
    "work is done by the agents that are given it",
    "reviewer-edits": "A reviewer judges files as they are and changes none",
    "reviewer-commands": "A reviewer reads and runs checks, so that what it judged is what the gate will see",
    "scope": "A task changes its own files only, so that tasks can run side by side and each "
    "change is reviewed",
    "neighbours": "Other agents work in the same tree: what undoes, commits, switches or kills "
    "reaches their work too",
    "unreadable-command": "What a command would change must be readable before it runs",
    "endless-command": "Only a run that comes to its end shows whether tests pass",
    "person-verbs": "Starting, pausing, changing and ending a plan is a person's decision",
    "file-owner": "A review counts only from the reviewer that was bound to its task",
    # StructuredOutput: hooked/reviewing.py
    "review-unread": "A review tells of what was looked at",
    "review-object": "The verdict follows from the scores, and a finding stands where its task can act on it",
    "review-void": "Only a review that is not due is void",
    "discard-owner": "Only the agent that changed a file, or a person, takes the change back",
    "request-owner": "What a task needs beyond its files is known to the agent that does it",
    "gate-owner": "The gate judges the work of all agents, so none of them runs it",
    "foreign-session": "Another session runs a plan here; files of its running tasks are in work",
    "other-tools": "A tool that writes or runs code is held to the same limits as Edit and Bash",
    "nested-session": "A Claude session started from Bash would work outside the plan, unseen by its rules",
    "loose-process": "What is handed to a service or a schedule outlives the session, and no rule sees what it does",
    "unreadable-event": "A call that cannot be understood cannot be judged",
    "single-mode": "Who does the tasks, agents or the main thread itself, is a person's decision",
    # Agent, SendMessage, Workflow: attempt/spawn.py, admission.py, messages.py
    "out-of-turn": "Tasks start when their wave, their dependencies and their files are free",
    "role-and-status": "An implementer works on a task, then its task reviewer and its code reviewer judge it, in that order",
    "agent-type": "A task is done by the agent that the plan names for it",
    "plan-first": "A task that is planned first is changed only after its plan was accepted",
    "open-question": "A task that asks something goes on with an answer",
    "task-running": "One agent at a time works for a task",
    "unknown-task": "Only what the frozen plan names is worked on",
    "unnamed-agent": "While a plan is open agents work for its tasks, so that what they do is judged",
    "nested-spawns": "An agent of the plan does its task itself; what others do for it nobody would judge",
    "plan-not-open": "Nothing is started while the plan waits for a person",
    "reviewer-messages": "A reviewer judges by itself; what it is told in between would be an argument",
    "implementer-messages": "A message to a finished agent is a new attempt, and its task must want one",
    "workflow-scripts": "The engine does not judge agents that a script of one's own starts",
    "engine": "Where a script carries a wave out, it starts its agents itself, each when its turn has come",
}


def reason(rule: str, what: str, next_step: str) -> str:
    """The text that an agent reads: what, which rule and why, the next legal step."""
    return f"Planweir [{rule}]: {what.rstrip('.')}. {RULES[rule]}. Next: {next_step.rstrip('.')}."


def deny(rule: str, what: str, next_step: str) -> Decision:
    """The decision that denies, worded."""
    return {"decision": "deny", "rule": rule, "reason": reason(rule, what, next_step)}


def allow(rule: str, why: str) -> Decision:
    """The decision that spares the person a dialog for what they granted at start."""
    return {"decision": "allow", "rule": rule, "reason": f"Planweir [{rule}]: {why.rstrip('.')}."}
