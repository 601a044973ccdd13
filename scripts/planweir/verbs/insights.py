"""What agents and persons note for others: added by either, listed for all, a defect closed by a person alone."""

from __future__ import annotations

from planweir.brief.insights import line
from planweir.brief.render import drop_briefs
from planweir.journal.fold.insights import SORTS
from planweir.journal.ready import MAIN, due
from planweir.journal.store import Journal
from planweir.values import many
from planweir.verbs import person
from planweir.verbs.answer import Answer, no, yes
from planweir.verbs.mend import LIVE, inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, Insight, State
    from planweir.places import Places

LONGEST = 2_000  # bytes of one
MOST_OF_AGENTS = 200  # in one plan
MOST_OF_ONE = 20  # of one agent
MOST = 500


class Given:
    """What is to be noted, as it was given."""

    __slots__ = ("path", "sort", "task", "text")

    def __init__(self, sort: str, text: str, task: str = "", path: str = "") -> None:
        self.sort = sort
        self.text = plain(text).strip()
        self.task = task
        self.path = path


class _Not(Exception):
    """It is not taken in; the message says why."""


class _Closed(Exception):
    """No plan is open."""


class _Known(Exception):
    """It stands there already; the message says as what."""


def plain(words: str) -> str:
    """`words` with each control character as what stands for it: nothing that is noted moves a cursor or turns a line around."""
    return "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in words.replace("\r\n", "\n"))


def add_by_person(places: Places, given: Given) -> Answer:
    return _add(places, given, lambda _state: {"by": "person", "person": person.name(places)})


def add_by_agent(places: Places, given: Given, agent: str) -> Answer:
    """As `agent`, which the hook saw make this call: MAIN, or one that is bound to a task."""

    def maker(state: State) -> Event:
        row = state["agents"].get(agent)
        bound = row is not None and row["alive"]
        if not bound and agent != MAIN:
            raise _Not("only agents of this plan note something in it")
        if sum(one["by"] == "agent" for one in state["insights"]) >= MOST_OF_AGENTS:
            raise _Not(f"agents have noted {MOST_OF_AGENTS} already, which are the most; end with your report")
        of_one = sum(one["who"] == agent and one["by"] == "agent" for one in state["insights"])
        if bound and of_one >= MOST_OF_ONE:
            raise _Not(f"you have noted {MOST_OF_ONE} already, which are the most; end with your report")
        if row is None or not bound:
            return {"by": "agent", "role": "orchestrator", "agent": agent}
        return {"by": "agent", "role": row["role"], "agent": agent, "attempt": row["attempt"], "task": row["task"]}

    return _add(places, given, maker)


def _add(places: Places, given: Given, maker: Callable[[State], Event]) -> Answer:
    journal = Journal(places)

    def decide(state: State) -> list[Event]:
        if state["plan"]["status"] not in LIVE:
            raise _Closed
        event: Event = {"kind": "insight_added", "sort": given.sort, **maker(state), "text": given.text}
        _fits(given)
        if given.task:
            if given.task not in state["tasks"]:
                raise _Not(f"{given.task} is no task of this plan. Its tasks: {', '.join(list(state['tasks'])[:40])}")
            event["task"] = given.task
        if given.path:
            where = inside(places, given.path)
            if where is None:
                raise _Not(f"{given.path} is not inside the project")
            event["path"] = where
        _new(state, event)
        return [event]

    try:
        state = journal.transact(decide)
    except _Closed:
        return no("no plan is open here.")
    except _Not as error:
        return no(f"nothing was noted: {error}.")
    except _Known as error:
        return yes(str(error))
    row = state["insights"][-1]
    if row["sort"] == "learning":
        for one in due(state):
            drop_briefs(places, one.task)
    after = {
        "defect": " The plan cannot complete before a person closes it; a person is told.",
        "learning": " Briefs that are written from now on hold it.",
        "friction": " The summary of the plan holds it.",
        "upstream": " It is kept here and sent nowhere.",
    }[row["sort"]]
    return yes(f"noted as {row['number']}: {row['sort']}.{after}", number=row["number"])


def _fits(given: Given) -> None:
    if given.sort not in SORTS:
        raise _Not(f"'{given.sort}' is none of {', '.join(SORTS)}")
    if not given.text:
        raise _Not('say what it is: task-planner insight add --kind defect "…"')
    size = len(given.text.encode("utf-8", "replace"))
    if size > LONGEST:
        raise _Not(f"it has {size} bytes, and {LONGEST} are the most; the file and the line say more than its content")


def _new(state: State, event: Event) -> None:
    """Raises where the same was noted before."""
    if len(state["insights"]) >= MOST:
        raise _Not(f"{MOST} insights are the most of one plan")

    def flat(text: object) -> str:
        return " ".join(str(text).split()).casefold()

    for row in state["insights"]:
        if row["sort"] != event["sort"] or flat(row["text"]) != flat(event["text"]):
            continue
        if not row["closed"]:
            raise _Known(f"known already as {row['number']}: nothing was added.")
        if event["by"] != "person":
            raise _Not(f"a person closed the same, {row['number']} ({' '.join(row['closed'].split())}); if it is back, say what you saw now")


def listing(places: Places, sort: str = "", only_open: bool = False) -> Answer:
    """The insights of the open plan, oldest first."""
    state = Journal(places).state()
    if state["plan"]["status"] not in LIVE:
        return no("no plan is open here; /task-planner --summary holds those of the last one.")
    rows = [row for row in state["insights"] if sort in ("", row["sort"]) and not (only_open and row["closed"])]
    return yes("\n".join(map(line, rows)) if rows else "nothing was noted.", insights=[*map(_to_json, rows)])


def _to_json(row: Insight) -> dict[str, object]:
    return {("kind" if key == "sort" else key): value for key, value in row.items()}


def close(places: Places, number: int, why: str) -> Answer:
    """A person says why an insight stands no longer."""
    journal = Journal(places)
    state = journal.state()
    if state["plan"]["status"] not in LIVE:
        return no("no plan is open here.")
    row = next((row for row in state["insights"] if row["number"] == number), None)
    if row is None:
        return no(f"there is no insight {number}. /task-planner insight list shows all.")
    if row["closed"]:
        return no(f"insight {number} is closed already: {row['closed']}.")
    why = plain(why).strip()
    if not why:
        return no(f"say why it stands no longer: /task-planner insight close {number} --why '…'.")
    state = journal.record({"kind": "insight_closed", "number": number, "why": why[:LONGEST], "by": "person", "person": person.name(places)})
    left = sum(one["sort"] == "defect" and not one["closed"] for one in state["insights"])
    rest = f" {many(left, 'defect')} still open." if left else " No defect is open." if row["sort"] == "defect" else ""
    return yes(f"insight {number} is closed: {why}.{rest}")
