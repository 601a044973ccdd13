"""What explains a change, and what is said of one that nothing explains. Pure, but for the mark of a person's own file."""

from __future__ import annotations

from planweir.evidence.marks import fingerprint
from planweir.journal.ready import MAIN
from planweir.journal.render import task_scope
from planweir.plan.scope import Covered
from planweir.values import many, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from planweir.journal.types import Event, State
    from planweir.notice.memory import Memory
    from planweir.notice.picture import Picture

NAMED = 3  # agents, or calls, that are named in one line
WORKS = "implementer"


class Since:
    """What the journal tells of the time since the last look: the agents that ran in it, and the paths that a verb put back."""

    __slots__ = ("ended", "put_back", "ran")

    def __init__(self, alive: Iterable[str], events: Iterable[Event], state: State) -> None:
        self.ran = dict.fromkeys(alive)
        self.put_back: set[str] = set()
        for event in events:
            if event.get("kind") in ("bound", "reviewer_bound"):
                self.ran[text_or(event, "agent")] = None
            elif event.get("kind") == "discarded":
                self.put_back.update(texts(event, "paths"))
        self.ended = [agent for agent in self.ran if agent in state["agents"] and not state["agents"][agent]["alive"]]


def unexplained(root: str, state: State, paths: Sequence[str], since: Since, made: Iterable[str]) -> list[str]:
    """Those of `paths` that lie in the scope of no task whose attempt ran, that no verb put back and no gate made, and that are
    not the person's own as they had them before."""
    names = {state["agents"][agent]["task"] for agent in since.ran if _worked(state, agent)}
    names |= {spawn["task"] for spawn in state["spawns"].values() if spawn["role"] == WORKS}
    own = Covered(regex for name in sorted(names) for regex in task_scope(state, name))
    apart = {*state["gate_made"], *made, *since.put_back}
    before = state["baseline"]["dirty"]
    return [
        path
        for path in paths
        if path not in apart and path not in own and not (path in before and fingerprint(root, path) == before[path])
    ]


def _worked(state: State, agent: str) -> bool:
    return agent in state["agents"] and state["agents"][agent]["role"] == WORKS


def during(state: State, since: Since, calls: Sequence[str], person: bool, turn: str) -> str:
    """What went on while it changed, as far as is known: the end of `src/a.py changed …`."""
    if person:
        return "while you were at it"
    ran = [agent for agent in (*since.ended, *(one for one in since.ran if one not in since.ended)) if agent in state["agents"]]
    if ran and not (calls and ran == [MAIN]):
        shown = [_named(state, agent) for agent in ran[:NAMED]]
        more = [many(len(ran) - NAMED, "more agent")] if len(ran) > NAMED else []
        return f"while {_and([*shown, *more])} ran"
    if calls:
        more = [f"{len(calls) - NAMED} more"] if len(calls) > NAMED else []
        return f"during the main thread's {_and([*calls[:NAMED], *more])}"
    return turn


def _and(words: list[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def _named(state: State, agent: str) -> str:
    row = state["agents"][agent]
    return f"the main thread's work on {row['task']}" if agent == MAIN else f"{row['task']}'s {row['role']} ({agent})"


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
