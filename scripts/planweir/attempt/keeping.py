"""The guarded files that are not ours, compared with their keepsake at every look that is not hot.

What changed is journaled as an incident with the calls since the last good look, and what they are now is what the next look
compares with: each change is told once. A person's change is told and blames nobody. One by which a gate's commit would run
something, or a look at the tree would leave something out, holds the gate until a person says that it is theirs.
"""

from __future__ import annotations

import os
import time

from planweir.attempt import calls, turns
from planweir.brief.quotes import listed
from planweir.journal.store import Journal
from planweir.journal.transitions import PLAN_LIVE
from planweir.notice import differing, keepsake, memory
from planweir.notice.hiding import hidden
from planweir.notice.things import GIT, PLUGIN, RULES, groups, plugin_group, take
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event, State
    from planweir.notice.keepsake import Keepsake
    from planweir.places import Places

    Given = dict[str, object]

SHOWN = 3  # calls that an incident names; the journal has more
FILES = 12  # that a changed rule hides


def begin(places: Places) -> Given:
    """The keepsake that a plan begins with: what the event that opens it says."""
    kept = take(places)
    return {"name": keepsake.write(places, kept), "sums": kept.sums()}


def look(places: Places, state: State, event: Given | None = None) -> State:
    """Compare, and journal what differs. A plan that an earlier version opened has no keepsake, and is not compared."""
    name, here = state["keepsake"]["name"], groups(places)
    if not name or state["plan"]["status"] not in PLAN_LIVE:
        return state
    before = keepsake.read(places, name)
    path = keepsake.file_of(places, name)
    when = ""
    if before is not None:
        if here <= set(state["keepsake"]["sums"]) and before.untouched(here):
            os.utime(path)  # the last good look
            return state
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(os.stat(path).st_mtime))

    def decide(fresh: State) -> list[Event]:
        if fresh["plan"]["status"] not in PLAN_LIVE:
            return []
        known = fresh["keepsake"]["name"]
        kept = before if known == name else keepsake.read(places, known)  # another look was first
        return _judged(places, fresh, kept, when or fresh["plan"]["opened_at"], event or {})

    state = Journal(places).transact(decide)
    keepsake.forget_others(places, state["keepsake"]["name"])
    return state


def _judged(places: Places, state: State, before: Keepsake | None, when: str, event: Given) -> list[Event]:
    known = state["keepsake"]
    after = take(places, before)
    sums = {**known["sums"], **after.sums()}
    words, told, held = _compared(places, state, before, after, when, event) if before is not None else _lost(places, state, sums)
    fresh = _fresh(places, known["sums"])
    told += [fresh] if fresh else []
    back = [path for path, row in known["held"].items() if _sum(after, path) == row["was"]]
    made = calls.since(state, event, when) if words else []
    since = f" (calls since the last good look: {' | '.join(made[-SHOWN:])})" if made else ""
    name = keepsake.write(places, after)
    if name == known["name"] and not words and not told:
        return []
    events: list[Event] = [{"kind": "incident", "what": f"{what}{since}", **({"calls": made} if made else {})} for what in words]
    events += [{"kind": "note", "what": what} for what in told]
    held = {path: row for path, row in held.items() if path not in back}
    return [*events, {"kind": "kept", "name": name, "sums": sums, "held": held, "back": back, "told": told}]


def _compared(
    places: Places, state: State, before: Keepsake, after: Keepsake, when: str, event: Given
) -> tuple[list[str], list[str], dict[str, object]]:
    """What is an incident, what is only told, and what holds the gate."""
    words: list[str] = []
    told: list[str] = []
    held: dict[str, object] = {}
    differences = differing.between(before, after, groups(places))
    theirs = bool(differences) and _persons(places, state, when, event)
    for one in differences:
        if text_or(event, "hook_event_name") == "ConfigChange" and text_or(event, "file_path") in one.paths:
            continue  # that event tells it
        if theirs or differing.by_host(one, before, after):
            told.append(f"while you were at it: {one.what}")
            continue
        what = one.what
        if one.group == RULES:
            files = hidden(places, [fact for row in before.rows.values() if row.group == RULES for fact in row.facts])
            what += f"; that hides {listed(files[:FILES])}{f' and {len(files) - FILES} more' if len(files) > FILES else ''}" if files else ""
        words.append(what)
        for path in one.held:
            held[path] = {"what": what, "was": _sum(before, path)}
    return words, told, held


def _lost(places: Places, state: State, sums: dict[str, str]) -> tuple[list[str], list[str], dict[str, object]]:
    """Another hand took the keepsake: what changed is known by its group alone."""
    path = keepsake.file_of(places, state["keepsake"]["name"])
    known = state["keepsake"]["sums"]
    changed = [group for group in sorted(groups(places)) if group in known and known[group] != sums.get(group)]
    names = ", ".join(differing.group_name(group) for group in changed)
    how = f"{names} changed since the last good look, which files cannot be told" if changed else "what it kept is as it was"
    what = f"{path} (what guarded files were) was changed or taken away; {how}"
    held: dict[str, object] = {
        group: {"what": what, "was": known[group]} for group in changed if group in (GIT, RULES)
    }
    return [what], [], held


def _fresh(places: Places, known: dict[str, str]) -> str:
    """The plugin runs from a folder that was not seen yet: another version, or another session's."""
    here = plugin_group(places)
    others = [group.removeprefix(PLUGIN) for group in known if group.startswith(PLUGIN)]
    if not here or here in known or not others:
        return ""
    return f"the plugin runs from {here.removeprefix(PLUGIN)} too; it ran from {others[-1]} before"


def _sum(kept: Keepsake, path: str) -> str:
    row = kept.rows.get(path)
    return kept.sums().get(path, "") if path in (GIT, RULES) else row.sum if row is not None else ""


def _persons(places: Places, state: State, when: str, event: Given) -> bool:
    """Was a person at it since the last good look, and no agent?"""
    owner = state["owner"]["session"]
    rest = state["plan"]["status"] == "paused" or memory.read(places).rest
    if not rest and text_or(event, "hook_event_name") not in ("UserPromptSubmit", "SessionStart"):
        rest = not turns.working(places, owner)
    if not rest or any(row["alive"] for row in state["agents"].values()) or state["spawns"]:
        return False
    events = Journal(places).events()[0]
    return not any(text_or(row, "agent") and text_or(row, "at") >= when for row in events)
