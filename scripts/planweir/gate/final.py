"""What the final checks look at: the journal read anew and HEAD, both as they are at this moment; and what they leave out."""

from __future__ import annotations

from planweir.evidence import tree
from planweir.evidence.marks import fingerprint
from planweir.gate import objects
from planweir.journal.render import task_scope
from planweir.plan.scope import Covered
from planweir.values import text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.changes import Owned
    from planweir.gate.replayed import Replay
    from planweir.journal.types import State
    from planweir.places import Places


class Final:
    """One final check of a plan. `run`: the plan's commands too; `excluded`: what does not count as checked, by kind."""

    __slots__ = ("_blobs", "_owned", "excluded", "head", "places", "replay", "run", "tell", "uncommitted", "where")

    def __init__(self, places: Places, replay: Replay, run: bool, tell: Callable[[str], None]) -> None:
        self.places = places
        self.replay = replay
        self.run = run
        self.tell = tell
        self.head = objects.commit_of(places.project)
        self.where = ""  # what the commands ran on, in words
        # When the check began: path -> what it held.
        self.uncommitted = {path: fingerprint(places.project, path) for path in tree.changed(places.project)} if run else {}
        self.excluded: list[tuple[str, str]] = []
        self._blobs: dict[str, objects.Blobs] = {}
        self._owned: Owned | None = None

    @property
    def state(self) -> State:
        return self.replay.state

    @property
    def replay_head(self) -> str:
        """HEAD as the last gate left it, where git still has it; else the present one."""
        head = text_or(self.replay.last_gate, "head")
        return head if objects.commit_of(self.places.project, head) else self.head

    @property
    def commits(self) -> bool:
        """Does the plan want commits?"""
        return self.state["graph"]["commit"] != "none"

    @property
    def owned(self) -> Owned:
        if self._owned is None:
            from planweir.gate.changes import owners

            self._owned = owners(self.places, self.state)
        return self._owned

    def blobs(self, name: str) -> objects.Blobs:
        """What that tree holds; nothing where there is none of that name."""
        if name not in self._blobs:
            self._blobs[name] = objects.blobs(self.places.project, name) if name else {}
        return self._blobs[name]

    def leave_out(self, kind: str, what: str) -> None:
        if (kind, what) not in self.excluded:
            self.excluded.append((kind, what))

    def owner(self, path: str) -> str:
        """The completed task of whose files `path` is; empty where it is of none."""
        for name, ending in self.replay.endings.items():
            if ending.kind != "closed":
                continue
            if path in Covered(task_scope(self.state, name) if ending.files else []):
                return name
            if any(path in _paths(event) for event in ending.commits):
                return name
        return ""


def _paths(event: dict[str, object]) -> list[object]:
    paths = event.get("paths")
    return paths if isinstance(paths, list) else []
