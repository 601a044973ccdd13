"""The markers that say "a plan is open here": whether they agree, and those that stand for nothing any more."""

from __future__ import annotations

import json
import os
import shlex

from planweir.doctor.finding import Finding, bad, ok, warn
from planweir.journal import markers
from planweir.places import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.doctor.world import World

MARKER = "open"


def agree(world: World) -> list[Finding]:
    """This project's markers and its journal say the same."""
    places = world.places
    found: list[Finding] = []
    if os.path.exists(places.abort_requested):
        found.append(
            warn(
                "an abort that was typed while no Python could be run is not taken in yet",
                "/task-planner --status",
            )
        )
    if os.path.exists(places.markers) and not _listed(places.markers):
        found.append(
            warn(
                f"{places.markers} cannot be read: the second marker is not known to verbs in a terminal",
                f"{world.removal(places.markers)}; the next hook writes it again",
            )
        )
    given = world.env.get(
        "CLAUDE_PLUGIN_DATA", ""
    )  # a hook's own; what another installation keeps does not arm it
    seconds = [places.second(folder) for folder in ([given] if given else world.data_folders())]
    known = list(dict.fromkeys([*markers.recorded(places), *seconds]))
    there = [path for path in known if os.path.exists(path)]
    if not os.path.exists(places.journal):
        found += [_without_journal(places, path) for path in there]
        return found or ok("none set, and no plan is open")
    state = world.plan
    if state is None:
        found += [
            warn(
                f"{path} is left of a plan that has ended: hooks look for nothing",
                "/task-planner --status takes it away",
            )
            for path in there
        ]
        return found or ok("none set, and no plan is open")
    lost = markers.missing(places)
    if lost and not there:
        found.append(
            bad(
                f"a plan is open, but no marker is set ({places.armed}): hooks stand aside and nothing is enforced",
                "/implement-plan sets them again",
            )
        )
    else:
        found += [
            warn(
                f"the marker {path} is missing; the other one still arms the hooks",
                "/implement-plan sets it again",
            )
            for path in lost
        ]
    own = state["plan"]["id"]
    for path in there:
        named = markers.plan_of(path)
        if named != own:
            found.append(
                warn(
                    f"{path} names the plan {named or '(none)'}, the journal {own}: it could be taken for a left-over",
                    f"printf %s {shlex.quote(own)} > {shlex.quote(path)}"
                    if not world.agent
                    else "a person types /task-planner doctor, which prints the line",
                )
            )
    return found or ok(f"{len(there)} set, and they agree with the journal")


def _without_journal(places: Places, path: str) -> Finding:
    if markers.explained(places, path):
        return warn(
            f"{path} is left of a plan in the archive: hooks look for nothing",
            "/task-planner --status takes it away",
        )
    return bad(
        f"{path} says that a plan is open, but its journal is gone: every guarded call is denied as undecided",
        "/task-planner --abort takes it away; your files stay as they are",
    )


def _listed(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            return isinstance(json.load(file), list)
    except ValueError:
        return False


def others(world: World) -> list[Finding]:
    """Markers of other projects that stand for nothing: the folder is gone, or there is no plan."""
    found: list[Finding] = []
    seen: set[str] = set()
    for path, project in _arms(world):
        if project == world.places.project or project in seen:
            continue
        seen.add(project)
        other = Places(world.places.home, project)
        end = f"PLANWEIR_PROJECT={shlex.quote(project)} task-planner abort"
        if not os.path.isdir(project):
            why = f"the project {project} is gone, and a plan is armed there"
        elif not os.path.exists(other.journal):
            why = f"{project} is armed, and no plan is open there"
            if not markers.explained(other, path):
                why += ": every guarded call in it is denied as undecided"
        else:
            continue
        if path == other.armed or os.path.exists(other.journal):
            mend = f"in a terminal: {end}"
        else:  # its marker in the client's folder alone: a verb in a terminal does not know that one
            mend = world.removal(path)
        found.append(warn(why, mend))
    return found or ok("no marker of another project is stale")


def _arms(world: World) -> Iterator[tuple[str, str]]:
    """Every marker that is set, with its project."""
    for folder in (world.places.home, *world.data_folders()):
        root = f"{folder}/armed"
        for where, _folders, files in os.walk(root):
            if MARKER in files:
                yield f"{where}/{MARKER}", where[len(root) :] or "/"
