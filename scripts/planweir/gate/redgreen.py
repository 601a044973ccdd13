"""Red before green: a task's new tests fail without its change and pass with it, or they prove nothing.

The gate tries it in its clean checkout: the changed tests run as they are, then without the task's other files (put back to what
they were when its first attempt began), then an older test as control, so that something broken is not taken for red. One
failing test is enough. Where nothing fails without the change, Setup runs once more, for something may have been built from it.
What the gate cannot try, the attempt's own recorded runs may show.
"""

from __future__ import annotations

import os
import re
import time

from planweir.brief.package import task_changes
from planweir.evidence import newtests, tree
from planweir.evidence.index import TreeError
from planweir.evidence.runners.base import last_lines
from planweir.gate import remembered
from planweir.gate.outcome import NO_SETUP, Check
from planweir.gate.ownruns import own, shown_red
from planweir.gate.starting import How, how
from planweir.gate.summary import summary_of
from planweir.journal.ready import graph_task
from planweir.values import many, number_or, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.gate.changes import Owned
    from planweir.gate.fresh import Fresh
    from planweir.journal.types import State
    from planweir.places import Places

NAME = "red"
MOST = 300.0  # seconds for one run of a few tests
BUDGET = 1_200.0  # seconds for all of a gate's
CONTROLS = 3  # older test files that are tried
SHOWN = 12
GREEN = "a test that passes without the work proves nothing: strengthen it"


class Verdict:
    """`result` is ok, fail or `not checked`; `green`: new tests that pass without the change."""

    __slots__ = ("files", "green", "result", "said")

    def __init__(self, result: str, said: str, green: Sequence[str] = (), files: Sequence[str] = ()) -> None:
        self.result = result
        self.said = said
        self.green = list(green)
        self.files = list(files)


def red_before_green(places: Places, state: State, names: list[str], owned: Owned, fresh: Fresh) -> Check:
    """One check for all tasks of the wave that owe tests."""
    due = [name for name in names if graph_task(state, name)["new_tests"] and state["tasks"][name]["status"] == "reviewed"]
    if not due:
        return Check(NAME, "ok", "no task owes any")
    end = time.monotonic() + BUDGET
    found = {name: _verdict(places, state, name, owned, fresh, end) for name in due}
    alike = len({verdict.said for verdict in found.values()}) == 1
    bad = [name for name, verdict in found.items() if verdict.result == "fail"]
    lines = [f"{name}: {verdict.said}" for name, verdict in found.items() if verdict.result == "fail" or (verdict.result != "ok" and not alike)]
    lines += [
        f"{name}: passes without the change too: {', '.join(verdict.green[:SHOWN])}"
        for name, verdict in found.items()
        if verdict.green
    ]
    if bad:
        mend = f"{GREEN}; where a task only describes what is there, a person types /task-planner amend {bad[0]} --new-tests no, or /task-planner waive {NAME} --why '…'"
        return Check(NAME, "fail", f"no new test of {', '.join(bad)} fails without the change", lines, mend, tasks=bad)
    count = sum(verdict.result == "ok" for verdict in found.values())
    if len(due) == 1 or (alike and not count):
        said = found[due[0]].said
    else:
        said = f"{count} of {len(due)} tasks have new tests that fail without the change"
    return Check(NAME, "ok" if all(verdict.result == "ok" for verdict in found.values()) else "not checked", said, lines)


def _verdict(places: Places, state: State, name: str, owned: Owned, fresh: Fresh, end: float) -> Verdict:
    paths = owned.by_task.get(name, [])
    tests = [path for path in paths if newtests.is_test_path(path)]
    try:
        tried = _tried(places, state, name, [path for path in paths if path not in tests], tests, fresh, end)
    except TreeError as error:
        tried = Verdict("not checked", f"git could not say: {error}")
    if tried.result == "ok":
        return tried
    shown = shown_red(places, state, name, new_names(places, state, name), tests)
    return Verdict("ok", shown, tried.green) if shown else tried


def new_names(places: Places, state: State, name: str) -> list[str]:
    """The new tests of a task that count, by name."""
    return newtests.new_tests(places.project, state["tasks"][name]["start_tree"], task_changes(places, state, name))


def _tried(places: Places, state: State, name: str, rest: list[str], tests: list[str], fresh: Fresh, end: float) -> Verdict:
    start = state["tasks"][name]["start_tree"]
    if not fresh.setup:
        return Verdict("not checked", NO_SETUP)
    if not start:
        return Verdict("not checked", "it is not known what was there before the task")
    files = [path for path in tests if _runs(places, path)]
    if not files and tests:
        return Verdict("not checked", f"no test runner is known that could be told to run {tests[0]} alone")
    if not files:
        return Verdict("not checked", "its new tests stand in no test file of their own, so they cannot be run without the change")
    if not rest:
        return Verdict("not checked", "it changed tests alone: there is no change to take away")
    known = remembered.read(places, NAME)
    key = remembered.sum_of([fresh.tree, name, start, *fresh.setup])
    kept = known.get(key)
    if isinstance(kept, dict) and isinstance(kept.get("said"), str):
        return Verdict("ok", str(kept["said"]), texts(kept, "green"))
    made = fresh.ready()
    if made is None:
        ran = fresh.failed
        why = f": `{ran.command}`: {ran.said}: {last_lines(ran.output, 200).strip()}" if ran is not None else ""
        return Verdict("not checked", fresh.why or f"Setup failed in the clean checkout{why}")
    way = how(state, files, made.project, places.project, name)
    if way is None:
        return Verdict("not checked", "no Verify command starts a test runner that can be told which files to run")
    without = tree.swapped(places.project, fresh.tree, start, rest)
    verdict = _Trial(fresh, way, files, end).verdict(name, without, rest, new_names(places, state, name), _older(made.project, files, rest))
    if verdict.result == "ok":
        remembered.write(places, NAME, {**known, key: {"said": verdict.said, "green": verdict.green}})
    return verdict


def _runs(places: Places, path: str) -> bool:
    """Is this a file that a runner is given: there, and no fixture or configuration?"""
    name = os.path.basename(path)
    if name in ("conftest.py", "__init__.py") or not os.path.isfile(os.path.join(places.project, path)):
        return False
    return re.fullmatch(_TEST_FILE, name) is not None


_TEST_FILE = r"(?i)test.*\.py|.*[_.-]tests?\.\w+|.*[_.-]spec\.\w+|tests?[_.-].*\.\w+|tests?\.\w+|.*tests?\.(?:py|[cm]?[jt]sx?|java|kt|cs|swift|php)|.*\.rs"


def _older(project: str, files: list[str], rest: list[str]) -> list[str]:
    """Test files of the same kind that the task did not touch, nearest first."""
    from planweir.evidence.index import listing

    kinds = {os.path.splitext(path)[1] for path in files}
    near = os.path.dirname(files[0])
    found = [
        path
        for tag, path in listing(project)
        if tag != "?"
        and path not in files
        and path not in rest
        and os.path.splitext(path)[1] in kinds
        and newtests.is_test_path(path)
        and os.path.basename(path) not in ("conftest.py", "__init__.py")
        and re.fullmatch(_TEST_FILE, os.path.basename(path))
    ]
    return sorted(found, key=lambda path: (os.path.dirname(path) != near, path))[:CONTROLS]


class _Told:
    """What one run of a few test files told."""

    __slots__ = ("bad", "failing", "passed", "why")

    def __init__(self, passed: int = 0, bad: int = 0, failing: Sequence[str] = (), why: str = "") -> None:
        self.passed = passed
        self.bad = bad
        self.failing = list(failing)
        self.why = why


class _Trial:
    """The runs of one task's tests, with its change and without it."""

    def __init__(self, fresh: Fresh, way: How, files: list[str], end: float) -> None:
        self._fresh = fresh
        self._way = way
        self._files = files
        self._end = end

    def verdict(self, name: str, without: str, rest: list[str], new: list[str], older: list[str]) -> Verdict:
        made = self._fresh.ready()
        if made is None:
            return Verdict("not checked", self._fresh.why)
        self._fresh.tell(f"running the new tests of {name} with its change, and without it")
        green = self._run(self._files)
        if green.why:
            return Verdict("not checked", green.why)
        if not green.passed:
            return Verdict("not checked", f"with the change no test passed in {', '.join(self._files[:SHOWN])} by `{self._way.shown}`")
        again = False
        made.put(without, rest)
        try:
            red = self._run(self._files)
            if not red.why and not _fresh_failures(red, green):
                again = True  # something may have been built, or installed, from the change
                self._fresh.tell("running Setup once more, for nothing failed without the change")
                if not self._fresh.again():
                    return Verdict("not checked", "Setup fails without the change")
                red = self._run(self._files)
            if red.why:
                return Verdict("not checked", red.why)
            control = self._control(red, green, older)
        finally:
            made.put(self._fresh.tree, rest)
            self._fresh.stale, self._fresh.failed = again, None
        return _judged(red, green, control, new, self._files, self._way)

    def _control(self, red: _Told, green: _Told, older: list[str]) -> str:
        """Why what failed may be no news of the change; empty where an older test passes without it, or there is none."""
        if not _fresh_failures(red, green) or red.passed:
            return ""
        tried = []
        for path in older:
            told = self._run([path])
            if told.passed:
                return ""
            tried.append(path)
        return f"older tests ({', '.join(tried)}) do not pass without the change either, so no failure says anything" if tried else ""

    def _run(self, files: list[str]) -> _Told:
        left = self._end - time.monotonic()
        if left <= 0:
            return _Told(why="the time for trying tests was used up")
        ran = self._fresh.run(self._way.command(files), min(MOST, left))
        if ran is None:
            return _Told(why=self._fresh.why or "there is no clean checkout")
        if ran.exit is None:
            return _Told(why=f"`{ran.command}` took too long")
        made = self._fresh.ready()
        summary = summary_of(ran.output, made.project if made is not None else "")
        if summary is None:
            if ran.exit in (126, 127):
                return _Told(why=f"`{self._way.shown}` is not there in the clean checkout")
            return _Told(bad=int(ran.exit != 0))
        bad = number_or(summary, "failed") + number_or(summary, "errors")
        return _Told(number_or(summary, "passed"), bad or int(ran.exit != 0 and not number_or(summary, "passed")), texts(summary, "failing"))


def _fresh_failures(red: _Told, green: _Told) -> bool:
    """Does something fail without the change that does not with it?"""
    return red.bad > green.bad or bool(set(red.failing) - set(green.failing))


def _judged(red: _Told, green: _Told, control: str, new: list[str], files: list[str], way: How) -> Verdict:
    if not _fresh_failures(red, green):
        return Verdict("fail", f"all pass without the change too (`{way.command(files)}`)", new or files, files)
    if control:
        return Verdict("not checked", control)
    fresh = [test for test in red.failing if test not in green.failing]
    named = {own(test) for test in fresh if "::" in test}
    broken = {test for test in fresh if "::" not in test}  # files that cannot even be loaded
    if broken or not named:
        return Verdict("ok", f"{many(len(new) or len(files), 'new test')} cannot run or fail without the change")
    hit = [test for test in new if own(test) in named]
    if not hit:
        return Verdict("ok", f"{many(len(named), 'changed test')} fail without the change")
    return Verdict("ok", f"{len(hit)} of {len(new)} new tests fail without the change", [test for test in new if test not in hit])
