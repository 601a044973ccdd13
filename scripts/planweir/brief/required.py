"""How the plan's requirements stand: each criterion, the tasks that serve it, and what shows that it holds.

A criterion holds by a gate's run or by a person's word, never by a report. What holds is computed from the journal and the tree,
each time anew.
"""

from __future__ import annotations

import re
from hashlib import sha256

from planweir.brief import quotes
from planweir.evidence import tree
from planweir.journal.came import COMMAND_LINE, TYPED, WORDS
from planweir.journal.ready import FINISHED, graph_task, serving, wanted
from planweir.plan.scope import claims
from planweir.values import many, shown, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import GateState, GraphTask, GraphWanted, State
    from planweir.places import Places

LONGEST = 100  # characters of a text in the matrix
MARKS = {"holds": "✓", "waived": "-", "open": " "}
LET_IN = (TYPED, COMMAND_LINE)  # ways in which a person comes; code that calls the engine is none
HOW = "task-planner status --requirements"


class Standing:
    """One criterion as it stands: `mark` is holds, waived or open; `how` shows it, `at` when; `need` is what would satisfy it."""

    __slots__ = ("at", "how", "mark", "need", "tasks", "wanted")

    def __init__(self, wanted: GraphWanted, tasks: list[str], mark: str, how: str, at: str = "", need: str = "") -> None:
        self.wanted = wanted
        self.tasks = tasks
        self.mark = mark
        self.how = how
        self.at = at
        self.need = need

    @property
    def satisfied(self) -> bool:
        return self.mark != "open"


def standings(places: Places, state: State) -> list[Standing]:
    """How each criterion stands now."""
    by = serving(state)
    digests: dict[tuple[str, ...], str] = {}

    def digest(tasks: list[str]) -> str:
        key = tuple(tasks)
        if key not in digests:
            digests[key] = served_digest(places, state, tasks)
        return digests[key]

    return [_standing(state, row, by[row["id"]], digest) for row in wanted(state)]


def _standing(state: State, row: GraphWanted, tasks: list[str], digest: Callable[[list[str]], str]) -> Standing:
    why = state["waivers"].get(row["id"])
    if why is not None:
        return Standing(row, tasks, "waived", f"waived by a person: {_flat(why)}")
    if row["check"]:
        return _by_command(state, row, tasks)
    confirmed = state["confirmed"].get(row["id"])
    older = ""
    if confirmed is not None:
        how = WORDS.get(confirmed["came"], confirmed["came"]) if confirmed["came"] != TYPED else "typed"
        said = f"confirmed by {_flat(confirmed['person'])}, {how} at {confirmed['at']}"
        if confirmed["came"] not in LET_IN:
            older = f"{said}: nobody was let in as a person"
        elif confirmed["digest"] == digest(tasks):
            return Standing(row, tasks, "holds", said, confirmed["at"])
        else:
            older = f"{said}, for an older state: files of {', '.join(tasks) or 'the tasks that served it'} have changed since"
    if row["by_hand"]:
        return Standing(row, tasks, "open", older or "a person has not confirmed it", need=_to_confirm(state, row, tasks))
    return _by_gates(state, row, tasks, older)


def served_digest(places: Places, state: State, tasks: list[str]) -> str:
    """The digest of the files of these tasks, as they are now: what a confirmation is bound to."""
    scope: list[str] = []
    for name in tasks:
        task = graph_task(state, name)
        allowed = state["allowed"].get(name, [])
        named = claims(task["files"], allowed) if task["files"] else []
        # A task without Files owns what changed while it ran.
        scope += named or [re.escape(path) for path in [*state["tasks"][name]["files_changed"], *allowed]]
    return sha256("\0".join([*tasks, tree.digest(places.project, scope)]).encode("utf-8", "surrogateescape")).hexdigest()


def last_wave(state: State, tasks: list[str]) -> int:
    """The last wave of these tasks; 0 of none."""
    return max((state["tasks"][name]["wave"] for name in tasks), default=0)


def _by_command(state: State, row: GraphWanted, tasks: list[str]) -> Standing:
    last = last_wave(state, tasks)
    for number in range(len(state["waves"]), max(last, 1) - 1, -1):
        gate = state["gates"].get(str(number))
        for check in gate["checks"] if gate is not None else []:
            if check.get("name") == row["id"] and check.get("command") == row["check"]:
                if gate is not None and gate["passed"] and check.get("result") == "ok":
                    return Standing(row, tasks, "holds", f"gate of wave {number}: {text_or(check, 'said')}", gate["at"])
                need = f"the gate of wave {number} runs it again: {text_or(check, 'said')}"
                return Standing(row, tasks, "open", text_or(check, "said"), need=need)
    when = f"the gate of wave {last or len(state['waves'])} runs"
    return Standing(row, tasks, "open", f"not run yet: `{row['check']}`", need=f"{when} `{row['check']}`")


def _by_gates(state: State, row: GraphWanted, tasks: list[str], older: str) -> Standing:
    """Neither a command nor a person is named: the gates of all the tasks that serve it, where these ran something."""
    late = [name for name in tasks if state["tasks"][name]["status"] != "completed"]
    if not tasks:
        gone = "every task that served it was skipped"
        need = f"{gone}: a person confirms it (/task-planner checked {row['id']}) or waives it (/task-planner waive {row['id']} --why …)"
        return Standing(row, tasks, "open", older or gone, need=need)
    if late:
        stand = ", ".join(f"{name} is {state['tasks'][name]['status'].replace('_', ' ')}" for name in late)
        return Standing(row, tasks, "open", older or stand, need=f"{stand}; the gate shows it")
    waves = sorted({state["tasks"][name]["wave"] for name in tasks})
    ran: dict[int, str] = {}
    at = ""
    for number in waves:
        gate = state["gates"].get(str(number))
        command = _verified(state, gate)
        if gate is None or not gate["passed"] or not command:
            what = "did not pass" if gate is None or not gate["passed"] else "ran no Verify command"
            need = f"the gate of wave {number} {what}: a person confirms it, /task-planner checked {row['id']}"
            return Standing(row, tasks, "open", older or f"the gate of wave {number} {what}", need=need)
        ran[number], at = command, max(at, gate["at"])
    said = "; ".join(f"gate of wave {number} ran `{_flat(command)}`" for number, command in ran.items())
    return Standing(row, tasks, "holds", said, at)


def _verified(state: State, gate: GateState | None) -> str:
    """A Verify command that the gate ran and that passed."""
    own = {row["id"] for row in wanted(state)}
    for check in gate["checks"] if gate is not None else []:
        if check.get("result") == "ok" and check.get("exit") == 0 and check.get("name") not in own:
            return text_or(check, "command")
    return ""


def _to_confirm(state: State, row: GraphWanted, tasks: list[str]) -> str:
    late = [name for name in tasks if state["tasks"][name]["status"] not in ("reviewed", *FINISHED)]
    after = f", once {', '.join(late)} {'is' if len(late) == 1 else 'are'} reviewed" if late else ""
    return f"a person looks and types /task-planner checked {row['id']}{after}"


# --- for people --------------------------------------------------------------------------------------------


def matrix(places: Places, state: State) -> list[str]:
    """Each requirement with its criteria: the tasks, what shows it, and when. Nothing where the plan has none."""
    found = {row.wanted["id"]: row for row in standings(places, state)}
    if not found:
        return []
    ids = max(len(name) for name in found)
    served = min(24, max(len(_tasks(row)) for row in found.values()))
    lines = [f"Requirements: {_count(list(found.values()))}"]
    for requirement in state["graph"]["requirements"]:
        own = found.get(requirement["id"])
        if own is None:
            lines.append(f"{requirement['id']}: {_flat(requirement['text'], LONGEST)}")
        rows = [*([own] if own is not None else []), *(found[row["id"]] for row in requirement["criteria"])]
        for row in rows:
            words = _flat(row.wanted["text"], LONGEST) + (" (by hand)" if row.wanted["by_hand"] else "")
            at = f", {row.at}" if row.at and row.at not in row.how else ""
            lines.append(f"  [{MARKS[row.mark]}] {row.wanted['id']:<{ids}}  {_tasks(row):<{served}}  {words}")
            lines.append(f"      {'' if row.satisfied else 'not satisfied: '}{shown(row.how)}{at}")
    return lines


def count(places: Places, state: State) -> list[str]:
    """For `status`: one line."""
    found = standings(places, state)
    return [f"Requirements: {_count(found)} ({HOW})"] if found else []


def _count(found: list[Standing]) -> str:
    waived = sum(row.mark == "waived" for row in found)
    met = sum(row.mark == "holds" for row in found)
    return f"{met} of {many(len(found), 'criterion').replace('criterions', 'criteria')} satisfied" + (f", {waived} waived" if waived else "")


def _tasks(row: Standing) -> str:
    return " ".join(row.tasks) or "no task"


def by_hand(state: State, names: list[str], also: bool = False) -> list[str]:
    """The criteria for a person that these tasks serve, as lines, each with whether somebody confirmed it. Not before all that serve
    one are reviewed: there is nothing to look at. `also`: those whose every task was skipped."""
    lines: list[str] = []
    rows = wanted(state)
    by = serving(state) if any(row["by_hand"] for row in rows) else {}
    for row in rows:
        tasks = by.get(row["id"], [])
        ready = all(state["tasks"][name]["status"] in ("reviewed", *FINISHED) for name in tasks)
        if not row["by_hand"] or not ready or not (set(tasks) & set(names) or (also and not tasks)):
            continue
        confirmed = state["confirmed"].get(row["id"])
        said = f" (confirmed {confirmed['at'][:10]} by {_flat(confirmed['person'])})" if confirmed is not None else ""
        lines.append(f"  {row['id']}: {_flat(row['text'])}{said}")
    return lines


def _flat(words: str, most: int = 400) -> str:
    flat = shown(" ".join(words.split()))
    return flat if len(flat) <= most else flat[:most] + "…"


# --- for agents --------------------------------------------------------------------------------------------


def served(state: State, text: GraphTask) -> str:
    """For the briefs of a task: the requirements that it serves, word for word."""
    named = set(text["serves"])
    lines: list[str] = []
    for row in state["graph"]["requirements"]:
        whole = row["id"] in named
        criteria = [one for one in row["criteria"] if whole or one["id"] in named]
        if whole or criteria:
            lines.append(_told(row, ""))
            lines += [_told(one, "  ") for one in criteria]
    if not lines:
        return ""
    return (
        f"## Requirements that {text['id']} serves\nThey are the plan's; a gate's run or a person shows that they hold, no report does.\n"
        + "\n".join(lines)
    )


def _told(row: GraphWanted, margin: str) -> str:
    how = " (by hand, a person confirms it)" if row["by_hand"] else f" (the gate runs `{row['check']}`)" if row["check"] else ""
    return f"{margin}- {row['id']}: {quotes.held(row['text'], margin + '  ')}{how}"
