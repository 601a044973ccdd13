"""The plan's commands in a clean checkout of what would be committed: a file that lies in the work tree alone holds nothing up there.

What is untracked, ignored, the person's own and not committed, or good only while somebody watches, is not in it. A failure there
counts against the plan's work only where the commit that the plan began at does not fail there in the same way: a Setup that does
not suffice is no task's doing. What passed on a tree is not run there again.
"""

from __future__ import annotations

import os
import re

from planweir.evidence import tree
from planweir.evidence.index import TreeError, run_git
from planweir.evidence.runners.base import last_lines
from planweir.gate import remembered
from planweir.gate.baseline import forgiven
from planweir.gate.checkout import filtered, submodules
from planweir.gate.checks import PATHS_SHOWN
from planweir.gate.commands import ran_from_json
from planweir.gate.fresh import Fresh, of_commit
from planweir.gate.outcome import NO_SETUP, Check
from planweir.gate.remembered import sum_of
from planweir.gate.verifying import OUTPUT_SHOWN
from planweir.guard.ignoring import made_again
from planweir.journal.forgiven import file_of
from planweir.journal.store import Journal
from planweir.values import Malformed, sub, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planweir.gate.commands import Ran
    from planweir.journal.types import State
    from planweir.places import Places

KEPT_ROWS = 40


def in_clean_checkout(
    places: Places,
    state: State,
    commands: Sequence[tuple[str, str]],
    tell: Callable[[str], None],
    *,
    commit: str = "HEAD",
    fresh: Fresh | None = None,
    last: bool = True,
    again: bool = False,
) -> list[Check]:
    """Run the commands, each with the name of its check in the work tree, in a clean checkout of `commit`, or in `fresh`.

    One check a command, `clean-<its name>`; `clean-setup` where Setup failed; one, `clean`, where nothing could be checked.
    `last`: nothing is forgiven any more for having failed in a clean checkout before the plan. `again`: results that were
    kept of this tree do not do.
    """
    if not commands:
        return [Check("clean", "not looked at", "no command that passes in the work tree is there to be run in a clean checkout")]
    if not state["graph"]["setup"]:
        return [Check("clean", "not checked", NO_SETUP)]
    if fresh is not None:
        return _Clean(places, state, fresh, last).checks(commands, again)
    try:
        made = of_commit(places, state, tell, commit)
    except TreeError as error:
        return [Check("clean", "not checked", f"no clean checkout: {error}")]
    with made:
        return _Clean(places, state, made, last).checks(commands, again)


class _Clean:
    def __init__(self, places: Places, state: State, fresh: Fresh, last: bool) -> None:
        self._places = places
        self._state = state
        self._fresh = fresh
        self._last = last
        self._unlike: list[str] | None = None

    def checks(self, commands: Sequence[tuple[str, str]], again: bool) -> list[Check]:
        kept = {} if again else _kept(self._places, self._fresh)
        if all(command in kept for _name, command in commands):
            return [self._judged(name, kept[command], " (kept: the same tree)") for name, command in commands]
        if self._fresh.ready() is None:
            return [self._unready()]
        found: list[Check] = []
        for name, command in commands:
            self._fresh.tell(f"running {name} in the clean checkout: {command}")
            ran = self._fresh.run(command)
            if ran is None:
                return [*found, self._unready()]
            found.append(self._judged(name, ran))
            if found[-1].result == "ok":
                kept[command] = ran
        _keep(self._places, self._fresh, kept)
        return found

    def _unready(self) -> Check:
        """There is no checkout, or its Setup failed."""
        ran = self._fresh.failed
        if ran is None:
            return Check("clean", "not checked", f"no clean checkout: {self._fresh.why}")
        said = f"Setup failed in a clean checkout: `{ran.command}`: {ran.said}"
        return self._failure("clean-setup", said, ran, "")

    def _judged(self, name: str, ran: Ran, note: str = "") -> Check:
        said = f"`{ran.command}` in a clean checkout: {ran.said}{note}"
        if ran.ok or forgiven(self._state, ran):
            count = "" if ran.ok else f"; {len(ran.failing or [])} failed before the plan too, in no task's files"
            return Check(f"clean-{name}", "ok", said + count, ran=ran)
        return self._failure(f"clean-{name}", f"{said}; it passes in the work tree", ran, ran.command)

    def _failure(self, name: str, said: str, ran: Ran, command: str) -> Check:
        unlike = self._unlikeness()
        if unlike:
            return Check(name, "not checked", f"{said}; but that is not what a clone would be: {'; '.join(unlike)}", ran=ran)
        before = self._failed_before(command)
        waiver = f"a person types /task-planner waive {name} --why '…'"
        if before and not self._last:
            words = "it fails in a clean checkout of the commit that the plan began at too; the last gate wants it to pass, or a waiver"
            return Check(name, "not yet", f"{said}; {words}", ran=ran)
        alone = _told_of(only_here(self._places, self._fresh.tree), ran.output)
        details = [last_lines(ran.output, OUTPUT_SHOWN).strip("\n")]
        mend = f"mend what it shows: what was made here and is not committed is missing there; or, where Setup does not suffice, {waiver}"
        if alone:
            details.insert(0, f"only in the work tree: {', '.join(alone[:PATHS_SHOWN])}")
            mend = (
                "let the plan do without what is only in the work tree, or bring it in: a file that a task needs is asked for with "
                f"`task-planner request-scope`, and git must not ignore it; or {waiver}"
            )
        if before:
            said += "; it fails in a clean checkout of the commit that the plan began at too"
            mend = f"Setup does not make a clean checkout work here: {waiver}, and mends Setup in the next plan"
        known = set(self._state["baseline"]["failing"])
        fresh = [test for test in ran.failing or [] if test not in known]
        return Check(name, "fail", said, [*fresh[:PATHS_SHOWN], *details], mend, files=[file_of(test) for test in fresh], persons=before, ran=ran)

    def _unlikeness(self) -> list[str]:
        """How a checkout of this project differs from a clone anyway."""
        if self._unlike is None:
            head = self._state["plan"]["head"] or "HEAD"
            try:
                modules = submodules(self._places, head)
                self._unlike = [f"its submodules ({', '.join(modules[:3])}) are empty there"] if modules else []
                self._unlike += ["it keeps files by filters (git-lfs, git-crypt)"] if filtered(self._places, head) else []
            except TreeError:
                self._unlike = []
        return self._unlike

    def _failed_before(self, command: str) -> bool:
        """Does Setup, or this command after it, fail in a clean checkout of the commit that the plan began at? Only asked of
        what passed in the work tree then: a failure there would say nothing of the checkout."""
        head = self._state["plan"]["head"]
        if not head or (command and command not in self._state["graph"]["verify"]):
            return False
        if command and command in _failed_at_start(self._places):
            return False
        known = _controls(self._places)
        key = sum_of([head, *self._fresh.setup, "", command])
        if key not in known:
            try:
                with of_commit(self._places, self._state, self._fresh.tell, head) as control:
                    self._fresh.tell(f"for comparison, the commit that the plan began at: {head[:10]}")
                    if command:
                        ran = control.run(command)
                        failed = control.failed is not None or (ran is not None and not ran.ok and not forgiven(self._state, ran))
                    else:
                        control.ready()
                        failed = control.failed is not None
            except TreeError:
                return False
            known[key] = failed
            remembered.write(self._places, "controls", {**known})
        return known[key]


def only_here(places: Places, tree_id: str) -> list[str]:
    """The files of the work tree that `tree_id` lacks or has otherwise: untracked, ignored, or changed by nobody of the plan. Not
    what a command makes again."""
    try:
        found = tree.between(places.project, tree_id, tree.snapshot(places.project))
        listed = run_git(places.project, ("ls-files", "-z", "-o", "-i", "--exclude-standard", "--directory"))
    except TreeError:
        return []
    rows = (os.fsdecode(row) for row in listed.split(b"\0"))
    found += [row for row in rows if row and not made_again(row.rstrip("/"))]
    return [path for path in dict.fromkeys(found) if os.path.lexists(os.path.join(places.project, path))]


def _told_of(paths: list[str], output: str) -> list[str]:
    """Those of `paths` that an output mentions: by path, by name, or as a module."""
    words = set(re.findall(r"[\w-]+", output))
    found = []
    for path in paths:
        name = os.path.basename(path.rstrip("/"))
        if name in output or path in output or name.partition(".")[0] in words:
            found.append(path)
    return found


def _failed_at_start(places: Places) -> set[str]:
    """The commands that failed without naming tests when the plan was started, also those that have passed since."""
    for event in Journal(places).events()[0]:
        if event.get("kind") == "opened":
            try:
                return set(texts(sub(event, "baseline"), "unnamed"))
            except Malformed:
                return set()
    return set()


# --- what was found on a tree, and before the plan ---


def _controls(places: Places) -> dict[str, bool]:
    return {key: value for key, value in remembered.read(places, "controls").items() if isinstance(value, bool)}


def _key(fresh: Fresh) -> str:
    return sum_of([fresh.tree, *fresh.setup])


def _kept(places: Places, fresh: Fresh) -> dict[str, Ran]:
    """The passing results of commands in a clean checkout of this very tree after this Setup."""
    value = remembered.read(places, "clean")
    rows = value.get("runs")
    if value.get("key") != _key(fresh) or not isinstance(rows, dict):
        return {}
    found: dict[str, Ran] = {}
    for command, row in rows.items():
        try:
            found[command] = ran_from_json(row)
        except Malformed:
            continue
    return found


def _keep(places: Places, fresh: Fresh, kept: dict[str, Ran]) -> None:
    rows = {command: ran.to_json() for command, ran in list(kept.items())[-KEPT_ROWS:]}
    remembered.write(places, "clean", {"key": _key(fresh), "runs": rows})
