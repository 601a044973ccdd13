"""The checkout of one gate: made when it is first needed, with the plan's Setup run in it, and used by all who need one."""

from __future__ import annotations

import contextlib
import itertools

from planweir.evidence import tree
from planweir.gate import compiled
from planweir.gate.changes import changed_paths
from planweir.gate.checkout import Checkout, NoCheckout
from planweir.journal.ready import CLOSED, graph_task
from planweir.journal.render import task_scope
from planweir.plan.scope import Covered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.gate.changes import Owned
    from planweir.gate.commands import Ran
    from planweir.journal.types import State
    from planweir.places import Places


def to_commit(places: Places, state: State, owned: Owned) -> list[str]:
    """The paths that the gate would commit now; where the plan wants no commits, those that it would have by now."""
    paths = list(itertools.chain.from_iterable(owned.by_task.values()))
    if state["graph"]["commit"] == "none":
        done = [name for name, task in state["tasks"].items() if task["status"] in CLOSED and task["status"] != "skipped"]
        own = Covered(regex for name in done if graph_task(state, name)["files"] for regex in task_scope(state, name))
        paths += [path for path in changed_paths(places, state) if path in own]
    return sorted({*paths} - owned.in_head)


class Fresh:
    """A clean checkout of `tree` (on top of `commit`), after Setup; a context manager that takes it away at the end.

    `why`: why there is none. `failed`: the command of Setup that failed in it. `stale`: Setup ran while something in it was
    otherwise, and is due again.
    """

    def __init__(self, places: Places, state: State, tell: Callable[[str], None], tree_id: str, commit: str) -> None:
        self.places = places
        self.tree = tree_id
        self.commit = commit
        self.setup = list(state["graph"]["setup"])
        self.tell = tell
        self.why = "" if self.setup else "the plan names no Setup"
        self.failed: Ran | None = None
        self.stale = False
        self._made: Checkout | None = None
        self._ends = contextlib.ExitStack()

    def __enter__(self) -> Fresh:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def ready(self) -> Checkout | None:
        """The checkout; None where there is none, or its Setup failed."""
        if self._made is None and not self.why:
            self.tell(f"making a clean checkout ({self.tree[:10]})")
            try:
                made = self._ends.enter_context(Checkout(self.places, self.tree, self.commit))
                made.equip(self.setup)
            except NoCheckout as error:
                self.why = str(error)
                return None
            self._made = made
            self.again()
        elif self.stale:
            self.again()
        return self._made if self.failed is None and not self.why else None

    def again(self) -> bool:
        """Run Setup (once more); whether it passed."""
        self.failed, self.stale = None, False
        for number, command in enumerate(self.setup, 1):
            if self._made is None:
                return False
            self.tell(f"running setup-{number} in the clean checkout: {command}")
            ran = self._made.run(command)
            if ran.exit != 0:
                self.failed = ran
                return False
        return True

    def run(self, command: str, most: float | None = None) -> Ran | None:
        """Run a command in it, on sources alone; None where there is no checkout."""
        made = self.ready()
        if made is None:
            return None
        compiled.forget(made.project)
        return made.run(command, most)


def of_commit(places: Places, state: State, tell: Callable[[str], None], commit: str) -> Fresh:
    return Fresh(places, state, tell, tree.tree_of(places.project, commit), commit)


def of_gate(places: Places, state: State, tell: Callable[[str], None], owned: Owned) -> Fresh:
    """Of what the gate would commit: HEAD with the reviewed tasks' files."""
    if not state["graph"]["setup"]:
        return Fresh(places, state, tell, "", "")
    commit = tree.head(places.project)
    return Fresh(places, state, tell, tree.composed(places.project, commit, to_commit(places, state, owned)), commit)
