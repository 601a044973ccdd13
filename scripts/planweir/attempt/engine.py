"""What carries the waves of a plan out: one script in the client for each (`workflow`), or agents that the main thread starts.

Asked in this order: what the person typed, the plan, PLANWEIR_ENGINE in the client's environment, `planweir.json`. The first that
names one is taken; `auto`, and nobody's word, is `workflow` where the client runs scripts. One that the client cannot give is told,
and agents do it: a plan is not lost over that.
"""

from __future__ import annotations

from planweir.attempt import client_settings
from planweir.attempt.client_version import WORKFLOWS, newest
from planweir.brief.render import drop_briefs
from planweir.journal.store import Journal
from planweir.journal.transitions import Illegal
from planweir.plan.config import settled
from planweir.plan.forms import nearest
from planweir.plan.model import ENGINES
from planweir.values import many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NamedTuple

    from planweir.attempt.client_settings import Client
    from planweir.journal.types import Event, State
    from planweir.places import Places

    class Chosen(NamedTuple):
        """`warning`: what a person should hear of it, empty where the engine is what was wanted."""

        engine: str
        why: str
        warning: str
else:
    from collections import namedtuple

    Chosen = namedtuple("Chosen", "engine why warning")

NO_TOOL = "the orchestrator found no Workflow tool in its session"
VARIABLE = "PLANWEIR_ENGINE"
FLAG = "--engine"
WHAT = {
    "workflow": "one script of the client's runs each wave",
    "agents": "the main thread starts the agents of each wave",
}
ALONE = "the main thread does the tasks itself (--single)"
NOTHING_AGAINST = "nothing here keeps the client from running scripts"


def resolve(asked: Sequence[tuple[str, str]], off: str, single: bool = False) -> Chosen:
    """`asked`: who names which engine, most important first; `off`: what keeps the client from running scripts, in words."""
    if single:
        return Chosen("agents", ALONE, "")
    who, wanted = next(((who, word) for who, word in asked if word), ("", "auto"))
    if wanted == "auto":
        return Chosen("agents", off, "") if off else Chosen("workflow", NOTHING_AGAINST, "")
    if wanted == "workflow" and off:
        why = f"{who} asks for workflow, and {off}"
        return Chosen("agents", why, f"Warning: {why}. So agents carry the plan out; /implement-plan looks again.")
    return Chosen(wanted, f"{who} says so", "")


def choose(client: Client, planned: str, *, flag: str = "", session: str = "", single: bool = False) -> Chosen:
    """The engine for a plan that names `planned`, in the client of `session`; an unknown word in the environment counts for nothing."""
    config = settled(client.project, client.config)
    given = client.env.get(VARIABLE, "").strip().lower()
    asked = (
        (FLAG, flag),
        ("the plan", "" if planned == "auto" else planned),
        (VARIABLE, given if given in ENGINES else ""),
        (config.engine_in, config.engine),
    )
    found = resolve(asked, off(client, session), single)
    if given and given not in ENGINES:
        return found._replace(warning=f"Warning: {VARIABLE}: {unknown(given)}, and counts for nothing. {found.warning}".rstrip())
    return found


def off(client: Client, session: str) -> str:
    """What keeps the client from running scripts, as far as can be seen from here; empty where nothing is known to."""
    why = client_settings.no_workflows(client)
    version = newest(client.config, session) if session and not why else None
    if version is not None and version < WORKFLOWS:
        shown, least = (".".join(map(str, numbers)) for numbers in (version, WORKFLOWS))
        return f"the client is {shown}, and scripts need {least}"
    return why


def unknown(word: str) -> str:
    """That `word` is no engine, in words."""
    near = nearest(word, ENGINES)
    meant = f", did you mean {near}?" if near else ""
    return f"'{word[:40]}' is none of {', '.join(ENGINES)}{meant}"


def lines(chosen: Chosen, at_once: int) -> list[str]:
    """What a person reads before they say yes; a plan that the main thread does itself says that elsewhere."""
    if chosen.why == ALONE:
        return []
    shown = f"Engine: {chosen.engine}, since {chosen.why}; {WHAT[chosen.engine]}, at most {many(at_once, 'task')} at once"
    return [shown, *([chosen.warning] if chosen.warning else [])]


def event(chosen: Chosen, flag: str, by: str) -> Event:
    """`flag`: what the person typed, which holds until they type another."""
    return {"kind": "engine_set", "engine": chosen.engine, "why": chosen.why, "asked": flag, "by": by}


def changed(state: State, chosen: Chosen, flag: str) -> bool:
    plan = state["plan"]
    return (plan["engine"], plan["engine_why"], plan["engine_asked"]) != (chosen.engine, chosen.why, flag)


def without_scripts(places: Places) -> str:
    """The orchestrator found no Workflow tool: it starts the agents itself from now on. Why not, in words; empty where it does."""

    def decide(state: State) -> list[Event]:
        if state["plan"]["engine"] == "agents":
            return []
        return [{"kind": "engine_set", "engine": "agents", "why": NO_TOOL, "by": "orchestrator"}]

    before = Journal(places).state()
    try:
        state = Journal(places).transact(decide)
    except Illegal as error:
        return f"{error}: it needs no other engine. End your turn; you are woken at its end"
    if state["plan"]["engine"] != before["plan"]["engine"]:
        drop(places, state)
    return ""


def drop(places: Places, state: State) -> None:
    """Briefs that were written for the other engine say how its agents work and answer."""
    for name in state["tasks"]:
        drop_briefs(places, name)
