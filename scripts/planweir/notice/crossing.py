"""What a call that nobody could read did to the files of a task that runs: found when the call ends, and journaled unless the
task's own agent may have done it.

A look at the tree cannot tell that, for the task's scope explains whatever changes in it.
"""

from __future__ import annotations

import os
import stat
import time

from planweir.evidence.byproducts import is_byproduct
from planweir.evidence.index import TreeError, run_git
from planweir.evidence.marks import fingerprint
from planweir.journal.store import Damaged, Journal
from planweir.journal.transitions import PLAN_LIVE
from planweir.notice import memory, stamps
from planweir.notice.byagent import Window, ended_call, may_have_written, transcript_beside
from planweir.notice.picture import Camera
from planweir.values import sub, text_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.journal.types import Event, State
    from planweir.notice.stamps import Stamp
    from planweir.places import Places

PATIENCE = 1.0  # seconds that a transcript may lag; only spent where a change is not explained
LOOK = 0.1
LIMIT = 5.0  # seconds for git
MOST = 50  # paths of one call
LONGEST_CALL = 80  # characters


class Crossed:
    """Paths that changed during a call, each with the running task that it belongs to; those that `given_back` can be put back;
    during which calls."""

    __slots__ = ("by", "given_back", "paths", "stamp")

    def __init__(self, stamp: Stamp, paths: dict[str, str], by: str, given_back: list[str]) -> None:
        self.stamp = stamp
        self.paths = paths
        self.by = by
        self.given_back = given_back


def call_ended(places: Places, event: dict[str, object], tend: Callable[[], object]) -> Crossed | None:
    """The end of a Bash call. One that became a background shell goes on: its agent's end is looked at.

    `tend` comes before anything is journaled, which renders our own files anew: they may have been changed by the same call.
    """
    path = places.call(text_or(event, "agent_id"), text_or(event, "tool_use_id"))
    stamp = stamps.read(path)
    if stamp is None:
        return None
    if sub(event, "tool_input").get("run_in_background") is True or sub(event, "tool_response").get("backgroundTaskId"):
        os.rename(path, path + stamps.BACKGROUND)
        return None
    try:
        return _judged(places, event, stamp, tend)
    finally:
        stamps.drop(path)


def agent_ended(places: Places, event: dict[str, object], agent: str) -> list[Crossed]:
    """The end of an agent: what its background shells did. A call that never ended was never made."""
    left = stamps.of_agent(places, agent)
    row = Journal(places).state()["agents"].get(agent) if left else None
    if not left or (row is not None and row["alive"]):
        return []
    found = []
    for path in left:
        stamp = stamps.read(path) if path.endswith(stamps.BACKGROUND) else None
        crossed = _judged(places, event, stamp) if stamp is not None else None
        stamps.drop(path)
        found += [crossed] if crossed is not None else []
    return found


def _judged(
    places: Places, event: dict[str, object], stamp: Stamp, tend: Callable[[], object] | None = None
) -> Crossed | None:
    paths = {path: task for path, task in stamps.changed(places.project, stamp).items() if not is_byproduct(path)}
    if not paths:
        return None
    if tend is not None:
        tend()
    journal = Journal(places)
    state = journal.state()
    if state["plan"]["status"] not in PLAN_LIVE:
        return None
    told = _told_since(places, journal, stamp)
    paths = {path: task for path, task in paths.items() if path not in told}
    camera = Camera(places.project, places.notice, LIMIT)
    ignored = camera.ignored(list(paths))
    paths = {path: task for path, task in paths.items() if path not in ignored}
    beside = [one for one in stamps.others(places, stamp.path) if not _is_over(event, state, one)]
    paths = _by_nobody(places, event, state, stamp, paths, beside)
    if not paths:
        return None
    calls = [stamp, *(one for one in beside if not all(one.task == task for task in paths.values()))]
    by = "during " + " or ".join(_named(one, state) for one in calls)
    named = dict(list(paths.items())[:MOST])
    tree, given_back = _before(places, camera, state, stamp, list(named))
    marks = {path: fingerprint(places.project, path) for path in given_back}
    journal.record(
        {
            "kind": "unexplained",
            "paths": list(named),
            "more": len(paths) - len(named),
            "tree": tree,
            "since": "",
            "why": "call",
            "by": by,
            "calls": [_call(one) for one in calls],
            "person": False,
            "agents": [one.agent for one in calls if one.agent],
            "marks": marks,
        }
    )
    return Crossed(stamp, named, by, given_back)


def _told_since(places: Places, journal: Journal, stamp: Stamp) -> set[str]:
    """Paths that a verb put back since the call began, or that are told already and have not changed again."""
    try:
        events: list[Event] = journal.events(stamp.bytes, stamp.seq)[0]
    except Damaged:
        return set()  # of another plan
    found = {path for row in events if row.get("kind") == "discarded" for path in texts(row, "paths")}
    for row in events:
        if row.get("kind") == "unexplained":
            found |= {path for path, mark in sub(row, "marks").items() if fingerprint(places.project, path) == mark}
    return found


def _is_over(event: dict[str, object], state: State, stamp: Stamp) -> bool:
    """Did a call that has a stamp end, or was it never made? Its agent's transcript tells."""
    if stamp.path.endswith(stamps.BACKGROUND):
        return False
    use = os.path.basename(stamp.path).rpartition(".")[2]
    return ended_call(transcript_beside(event, stamp.session, stamp.agent), use)


def _by_nobody(
    places: Places,
    event: dict[str, object],
    state: State,
    stamp: Stamp,
    paths: dict[str, str],
    beside: list[Stamp],
) -> dict[str, str]:
    """Those of `paths` that no agent of the task that they belong to can have changed."""
    working = {one.task for one in beside if one.role == "implementer"}
    left = {path: task for path, task in paths.items() if task not in working}
    ended = time.time()
    until = time.monotonic() + PATIENCE
    while left:
        left = {path: task for path, task in left.items() if not _owner_did(places, event, state, stamp, path, task, ended)}
        if not left or time.monotonic() >= until:
            break
        time.sleep(LOOK)
    return left


def _owner_did(
    places: Places, event: dict[str, object], state: State, stamp: Stamp, path: str, task: str, ended: float
) -> bool:
    whole = f"{places.project}/{path}"
    try:
        when = os.lstat(whole).st_ctime
        window = Window(when, when)
    except OSError:
        window = Window(stamp.at, ended)  # a file that is gone does not say when it went
    for agent, row in state["agents"].items():
        if row["task"] != task or row["role"] != "implementer":
            continue
        transcript = transcript_beside(event, row["session"], agent)
        if row["alive"] and not os.path.exists(transcript):
            return True  # nobody can tell what it does
        if may_have_written(transcript, window, whole):
            return True
    return False


def _before(
    places: Places, camera: Camera, state: State, stamp: Stamp, paths: list[str]
) -> tuple[str, list[str]]:
    """A tree that holds these paths as they were when the call began, and which of them it does."""
    base = memory.read(places).tree
    base = base if base and camera.first_there([base]) == base else camera.first_there(
        [state["accepted"], state["plan"]["head"], "HEAD"]
    )
    index = f"{places.notice}/call.{os.getpid()}.index"
    lines, held = [], []
    try:
        for path in paths:
            before = stamp.files.get(path)
            if before is not None and before.kept is None:
                continue
            held.append(path)
            if before is None:
                lines.append(b"0 " + b"0" * 40 + b"\t" + os.fsencode(path) + b"\0")
                continue
            blob = run_git(places.project, ("hash-object", "-w", "--stdin"), stdin=before.kept or b"", limit=LIMIT).strip()
            kind = b"120000" if stat.S_ISLNK(before.mode) else b"100755" if before.mode & 0o100 else b"100644"
            lines.append(kind + b" " + blob + b"\t" + os.fsencode(path) + b"\0")
        run_git(places.project, ("read-tree", base), index=index, limit=LIMIT)
        run_git(places.project, ("update-index", "-z", "--index-info"), index=index, stdin=b"".join(lines), limit=LIMIT)
        return run_git(places.project, ("write-tree",), index=index, limit=LIMIT).decode().strip(), held
    except TreeError:
        return base, []
    finally:
        stamps.drop(index)


def _call(stamp: Stamp) -> str:
    flat = " ".join(stamp.command.split())
    return f"call `{flat if len(flat) <= LONGEST_CALL else flat[:LONGEST_CALL] + '…'}`"


def _named(stamp: Stamp, state: State) -> str:
    if stamp.task and stamp.agent:
        who = f"{stamp.task}'s {stamp.role} ({stamp.agent})"
    elif stamp.agent:
        who = f"an agent that is bound to no task ({stamp.agent})"
    else:
        who = "the main thread" if stamp.session == state["owner"]["session"] else "another session"
    return f"the {_call(stamp)} of {who}"
