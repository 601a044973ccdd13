"""What explains a change, and what is said of one that nothing explains. Pure, but for the mark of a person's own file."""

from __future__ import annotations

from planweir.evidence.marks import fingerprint
from planweir.journal.ready import MAIN
from planweir.journal.render import task_scope
from planweir.plan.scope import Covered
from planweir.values import many, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from planweir.journal.types import Event, State
    from planweir.notice.memory import Memory
    from planweir.notice.picture import Picture

NAMED = 3  # agents, or calls, that are named in one line
WORKS = "implementer"


def run_of(agent: str, row: Mapping[str, object]) -> str:
    """One run as text: agent, task and role. The main thread has the same id whatever it works on."""
    return f"{agent} {text_or(row, 'task')} {text_or(row, 'role', WORKS)}"


def runs_in(events: Iterable[Event]) -> list[str]:
    """The runs that began in these events."""
    return [run_of(text_or(row, "agent"), row) for row in events if row.get("kind") in ("bound", "reviewer_bound")]


class Since:
    """What the journal tells of the time since the last look: the runs of agents in it, those that ended first, and the paths
    that a verb put back. `alive`: the runs of then, `now`: of now."""

    __slots__ = ("put_back", "ran")

    def __init__(self, alive: Iterable[str], events: Sequence[Event], now: Iterable[str]) -> None:
        runs = dict.fromkeys((*alive, *runs_in(events)))
        running = {*now}
        self.ran = [tuple(run.split(" ", 2)) for run in sorted(runs, key=lambda run: run in running)]
        self.put_back = {path for row in events if row.get("kind") == "discarded" for path in texts(row, "paths")}


def unexplained(root: str, state: State, paths: Sequence[str], since: Since, made: Iterable[str]) -> list[str]:
    """Those of `paths` that lie in the scope of no task whose attempt ran, that no verb put back and no gate made, and that are
    not the person's own as they had them before."""
    names = {task for _agent, task, role in since.ran if role == WORKS and task in state["tasks"]}
    names |= {spawn["task"] for spawn in state["spawns"].values() if spawn["role"] == WORKS}
    own = Covered(regex for name in sorted(names) for regex in task_scope(state, name))
    apart = {*state["gate_made"], *made, *since.put_back}
    before = state["baseline"]["dirty"]
    return [
        path
        for path in paths
        if path not in apart and path not in own and not (path in before and fingerprint(root, path) == before[path])
    ]


def during(since: Since, calls: Sequence[str], person: bool, turn: str) -> str:
    """What went on while it changed, as far as is known: the end of `src/a.py changed …`."""
    if person:
        return "while you were at it"
    ran = since.ran
    if ran and not (calls and {agent for agent, _task, _role in ran} == {MAIN}):
        shown = [_named(*run) for run in ran[:NAMED]]
        more = [many(len(ran) - NAMED, "more agent")] if len(ran) > NAMED else []
        return f"while {_and([*shown, *more])} ran"
    if calls:
        more = [f"{len(calls) - NAMED} more"] if len(calls) > NAMED else []
        return f"during the main thread's {_and([*calls[:NAMED], *more])}"
    return turn


def _and(words: list[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def _named(agent: str, task: str, role: str) -> str:
    return f"the main thread's work on {task}" if agent == MAIN else f"{task}'s {role} ({agent})"


def moved(state: State, before: Memory, now: Picture, commits: Sequence[tuple[str, str]]) -> list[str]:
    """What happened to HEAD and to the stash that no gate did."""
    found: list[str] = []
    if before.branch != now.branch:
        found.append(f"HEAD was switched from {_short(before.branch)} to {_short(now.branch)}")
    known = {*state["commits"]["known"], state["commits"]["base"]}
    known |= {task["commit"] for task in state["tasks"].values()}
    if before.head != now.head and now.head not in known:
        foreign = [(sha, subject) for sha, subject in commits if sha not in known]
        told = ", ".join(f"{sha[:10]} ({subject[:60]})" for sha, subject in foreign[:NAMED])
        more = f" and {len(foreign) - NAMED} more" if len(foreign) > NAMED else ""
        by = f"by {told}{more}, which no gate made" if foreign else "to where it had been before, or elsewhere"
        found.append(f"HEAD moved from {before.head[:10]} to {now.head[:10]}, {by}")
    if before.stash != now.stash:
        found.append("the stash has other entries than before" if now.stash else "the stash was emptied")
    return found


def _short(branch: str) -> str:
    return "no branch" if branch == "HEAD" else branch.removeprefix("refs/heads/")
