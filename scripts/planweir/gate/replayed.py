"""How each task came to its end, read from the journal's events one by one: no field of a state is believed. Pure."""

from __future__ import annotations

from planweir.journal.came import UNKNOWN, persons
from planweir.journal.fold import apply, empty
from planweir.journal.ready import graph_task
from planweir.journal.render import own_scope
from planweir.values import number_or, rows, sub, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, ReviewState, State

GATES = ("gate_passed", "gate_failed")
# A person's verbs by which something counts that no agent and no gate found.
LETS_PASS = ("opened", "skipped", "waived", "mine", "amended", "allowed", "checked", "plan_accepted", "resumed", "settled", "insight")


class Ending:
    """How one task was closed or skipped: the event, the gate that did it, and what was so at that moment."""

    __slots__ = ("alone", "commits", "event", "files", "gate", "implementers", "made", "name", "reviewers", "reviews", "scope", "start")

    def __init__(self, name: str) -> None:
        self.name = name
        self.event: Event = {}
        self.gate: Event = {}  # that closed it
        self.reviews: dict[str, ReviewState] = {}
        self.alone = False  # done by the main thread, which nobody reviewed
        self.scope: list[str] = []
        self.files = False  # does the plan name its files?
        self.made: list[str] = []  # by gates' own commands, and not named by it
        self.start = ""  # the tree that its first attempt began at
        self.commits: list[Event] = []
        self.reviewers: dict[str, str] = {}  # agent -> role, as it was bound to this task
        self.implementers: set[str] = set()

    @property
    def kind(self) -> str:
        """closed, skipped, or nothing yet. Whether an entry point reaches what was closed is another check's question."""
        kind = text_or(self.event, "kind")
        return "closed" if kind == "scaffold" else kind

    @property
    def accepted(self) -> str:
        """The tree that its gate judged."""
        return text_or(self.gate, "accepted")


class Replay:
    """The whole journal, taken in anew."""

    __slots__ = ("amended", "endings", "events", "gates", "opened", "state", "unknown", "waived")

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.state: State = empty()
        self.opened: Event = events[0] if events else {}
        self.endings: dict[str, Ending] = {}
        self.gates: dict[int, Event] = {}  # wave -> the last run of its gate
        self.waived: dict[str, Event] = {}  # check -> the last waiver of it
        self.amended: list[Event] = []
        self.unknown: list[Event] = []  # a person's verbs that nobody let in: code called the engine
        pending: list[Ending] = []
        for event in events:
            self._before(event, pending)
            apply(self.state, event)
            if text_or(event, "kind") == "opened":
                self.endings = {name: Ending(name) for name in self.state["tasks"]}

    @property
    def last_gate(self) -> Event:
        """The gate that passed last; empty before the first."""
        return max((row for row in self.gates.values() if row["kind"] == "gate_passed"), key=lambda row: number_or(row, "seq"), default={})

    def _before(self, event: Event, pending: list[Ending]) -> None:
        kind, task = text_or(event, "kind"), self.endings.get(text_or(event, "task"))
        if kind in ("closed", "scaffold", "skipped") and task is not None:
            if kind == "scaffold" and self.state["tasks"][task.name]["status"] == "completed":
                return  # closed before, by its own gate
            self._end(task, event)
            pending += [task] if kind != "skipped" else []
        elif kind in GATES:
            self.gates[number_or(event, "wave")] = event
            for ending in pending:
                same = ending.event.get("wave", event.get("wave")) == event.get("wave")
                ending.gate = event if kind == "gate_passed" and same else {}
            pending.clear()
        elif kind == "committed" and task is not None:
            task.commits.append(event)
        elif kind == "reviewer_bound" and task is not None:
            task.reviewers[text_or(event, "agent")] = text_or(event, "role")
        elif kind == "bound" and task is not None:
            task.implementers.add(text_or(event, "agent"))
        elif kind == "waived":
            self.waived[text_or(event, "check")] = event
        elif kind == "amended":
            self.amended.append(event)
        if kind in LETS_PASS and persons(event) and event.get("came") == UNKNOWN:
            self.unknown.append(event)

    def _end(self, ending: Ending, event: Event) -> None:
        name, state = ending.name, self.state
        task = state["tasks"][name]
        ending.event = event
        ending.reviews = dict(task["reviews"])
        ending.alone = task["unreviewed"]
        ending.scope = own_scope(state, name)
        ending.files = bool(graph_task(state, name)["files"])
        named = {*graph_task(state, name)["files"], *state["allowed"].get(name, [])}
        ending.made = [path for path in state["gate_made"] if path not in named]
        ending.start = task["start_tree"]


def failing(gate: Event) -> list[str]:
    """The checks of a gate that did not pass."""
    return [text_or(row, "name") for row in rows(gate, "checks") if isinstance(row, dict) and row.get("result") == "fail"]


def committed_paths(ending: Ending) -> list[str]:
    """The files that its commits were of, as the gate said."""
    return sorted({path for event in ending.commits for path in texts(event, "paths")})


def frozen(opened: Event) -> list[dict[str, object]]:
    """The tasks as the plan was opened with them."""
    return [row for row in rows(sub(opened, "graph"), "tasks") if isinstance(row, dict)]
