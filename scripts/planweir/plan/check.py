"""Whether a plan can be carried out: errors that keep it from starting, notices, warnings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from planweir.plan import hints
from planweir.plan.cycles import cycles
from planweir.plan.forms import nearest
from planweir.plan.model import ID_LENGTH, ID_PATTERN, Level, Plan, Problem, Task
from planweir.plan.notes import Lines
from planweir.plan.paths import could_hold_test, path_problem
from planweir.plan.reader import Reading, read_plan, reading
from planweir.plan.requirements import everything
from planweir.plan.served import check_requirements, field_of
from planweir.plan.syntax import unparsable
from planweir.plan.waves import Schedule, schedule

_ORDER: dict[Level, int] = {"error": 0, "notice": 1, "warning": 2}


def check_file(path: str, root: str | None = None) -> Reading:
    """Reads and checks the file: all problems of both, by level and then by line. `plan` is None if one is an
    error. `root`: the project, for what can only be told from its files."""
    read = read_plan(path)
    if read.partial is None:
        return read
    problems = [*read.problems, *check(read.partial, root, read.lines)]
    if root is not None:
        problems.extend(_claims_plan(read.partial, os.path.relpath(os.path.abspath(path), root), read.lines))
    # The reader tells an empty plan and an empty criterion with a line; the check's own word adds nothing to
    # it.
    unique = {(p.level, p.code, p.task, p.line, p.message): p for p in problems}
    ordered = sorted(unique.values(), key=lambda p: (_ORDER[p.level], p.line or 0))
    return reading(read.partial, ordered, read.lines)


def check(plan: Plan, root: str | None = None, lines: Lines | None = None) -> list[Problem]:
    """Everything that is wrong or worth saying about the plan, without side effects. `root`: the project's
    folder, if there is one; `lines`: where the reader saw each key, for exact lines (else those of the
    tasks)."""
    checker = _Checker(plan, root, lines or {})
    checker.run()
    return checker.problems


class _Checker:
    def __init__(self, plan: Plan, root: str | None, lines: Lines) -> None:
        self.plan = plan
        self.root = root
        self.lines = lines
        self.problems: list[Problem] = []
        self.ids = {task.id for task in plan.tasks}

    def say(
        self, level: Level, code: str, message: str, mend: str, task: Task | None = None, field: str = ""
    ) -> None:
        line = self.lines.get((task.id if task else "", field), task.line if task else None)
        # Of two tasks with one id, `lines` knows the first only.
        if task is not None and line is not None and task.line is not None and line < task.line:
            line = task.line
        self.problems.append(Problem(level, code, message, mend, line, task.id if task else None))

    def run(self) -> None:
        plan = self.plan
        if not plan.title.strip():
            self.say("error", "no-title", "the plan has no title", "begin it with `# Plan: <title>`")
        if not plan.tasks:
            self.say("error", "no-tasks", "the plan has no tasks", "write `### T1: <title>` under `## Tasks`")
            return
        sound = self.ids_and_dependencies()
        paths_good = True
        for task in plan.tasks:
            paths_good = self.paths(task) and paths_good
            self.values(task)
        check_requirements(self.say, plan)
        self.commands()
        if sound and paths_good:
            self.order(schedule(plan))
        for task in plan.tasks:
            hints.of_task(self.say, task)
        if self.root is not None and paths_good:
            hints.on_disk(self.say, plan, self.root)
        hints.of_plan(self.say, plan)

    def ids_and_dependencies(self) -> bool:
        """Whether the graph is sound enough for waves."""
        before = len(self.problems)
        seen: dict[str, Task] = {}
        for task in self.plan.tasks:
            if not re.fullmatch(ID_PATTERN, task.id) or len(task.id) > ID_LENGTH:
                self.say(
                    "error",
                    "bad-id",
                    f"`{task.id[:70]}` is no task id",
                    "write a short id such as `T1`",
                    task,
                )
            other = seen.setdefault(task.id.casefold(), task)
            if other is not task:
                where = f" (first on line {other.line})" if other.line else ""
                same = "" if other.id == task.id else f", which only case tells from {other.id}"
                self.say(
                    "error",
                    "duplicate-id",
                    f"the id {task.id} is given twice{where}{same}",
                    "give each task its own id",
                    task,
                )
        names = tuple(task.id for task in self.plan.tasks)
        for task in self.plan.tasks:
            for name in task.wires:
                if name not in self.ids:
                    near = nearest(name, names) if len(names) <= 200 else None
                    self.say(
                        "error",
                        "unknown-wires",
                        f"{task.id} wires {name[:70]}, which is no task of this plan",
                        f"did you mean {near}?" if near else "name the tasks whose code it connects to an entry point, separated by commas",
                        task,
                        "wires",
                    )
            for name in task.depends_on:
                if name not in self.ids:
                    near = nearest(name, names) if len(names) <= 200 else None
                    mend = (
                        f"did you mean {near}?"
                        if near
                        else "name tasks of this plan, separated by commas, or `none`"
                    )
                    self.say(
                        "error",
                        "unknown-dependency",
                        f"{task.id} depends on {name[:70]}, which is no task of this plan",
                        mend,
                        task,
                        "depends_on",
                    )
        by_id = {task.id: task for task in self.plan.tasks}
        for cycle in cycles(self.plan):
            shown = cycle if len(cycle) <= 50 else [*cycle[:25], "…", *cycle[-24:]]
            self.say(
                "error",
                "cycle",
                "tasks depend on each other in a circle: " + " -> ".join(shown),
                "take one of these dependencies out (an arrow reads: depends on)",
                by_id[cycle[0]],
                "depends_on",
            )
        return len(self.problems) == before

    def paths(self, task: Task) -> bool:
        good = True
        for field, paths in (("files", task.files), ("also", task.also)):
            for path in paths:
                wrong = path_problem(path)
                if wrong is not None:
                    code, what, mend = wrong
                    self.say("error", code, f"{task.id}: `{path[:100]}` {what}", mend, task, field)
                    good = False
        if good and task.new_tests and task.files and not any(could_hold_test(path) for path in task.files) and not self.runs_examples(task):
            self.say(
                "error",
                "no-test-file",
                f"{task.id} is to bring new tests, and none of its Files could hold one",
                "add the test's file to Files, or write `New tests: no`",
                task,
                "new_tests" if (task.id, "new_tests") in self.lines else "files",
            )
        return good

    def runs_examples(self, task: Task) -> bool:
        """Do its tests stand in docstrings, or in documents? Then a command of the plan says so."""
        commands = [*task.verify, *self.plan.verify, *self.plan.verify_at_end]
        return any("doctest" in command for command in commands)

    def values(self, task: Task) -> None:
        if not task.title.strip():
            self.say(
                "error", "no-title", f"{task.id} has no title", f"write `### {task.id}: <what it does>`", task
            )
        if task.complexity is not None and not 1 <= task.complexity <= 10:
            self.say(
                "error",
                "bad-value",
                f"{task.id}: complexity {task.complexity} is not within 1 to 10",
                "write a whole number from 1 to 10, or leave it out",
                task,
                "complexity",
            )
        if any(not criterion.text.strip() for criterion in task.done_when):
            self.say(
                "error",
                "empty-criterion",
                f"{task.id}: a criterion is empty",
                "write what must hold, or take it out",
                task,
                "done_when",
            )

    def commands(self) -> None:
        plan = self.plan
        places: dict[str, tuple[str, Task | None, str]] = {}
        for name, field, commands in (
            ("Setup", "setup", plan.setup),
            ("Verify", "verify", plan.verify),
            ("Verify at end", "verify_at_end", plan.verify_at_end),
        ):
            for command in commands:
                places.setdefault(command, (name, None, field))
        for task in plan.tasks:
            for command in task.verify:
                places.setdefault(command, (f"{task.id}: Verify", task, "verify"))
        for row in everything(plan.requirements):
            if row.check:
                places.setdefault(row.check, (f"{row.id}: check", None, field_of(row)))
        wrong, unchecked = unparsable(list(places))
        for command, why in wrong.items():
            name, owner, field = places[command]
            self.say(
                "error",
                "bad-command",
                f"{name}: `{command[:100]}` is no shell command: {why}",
                "mend its quotes and brackets; it is run by `bash -o pipefail -c`",
                owner,
                field,
            )
        if unchecked:
            self.say(
                "notice",
                "commands-unchecked",
                f"{len(unchecked)} commands were not checked for syntax: time was up",
                "nothing need be done; a broken one fails when it is run",
            )

    # -- notices and warnings -----------------------------------------------------------------------

    def order(self, plan: Schedule) -> None:
        tasks = {task.id: task for task in self.plan.tasks}
        wave_of = {name: n for n, wave in enumerate(plan.waves, 1) for name in wave}
        for move in plan.moves:
            self.say(
                "notice",
                "file-conflict",
                f"{move.task} and {move.other} both claim `{move.path}`: {move.task} moves "
                f"from wave {move.wave} to wave {wave_of[move.task]}",
                "nothing need be done; give them different files if they are to run together",
                tasks[move.task],
                "files",
            )
        for task in self.plan.tasks:
            # A key that was read and left nothing was in error: the reader has told.
            if not task.files and (task.id, "files") not in self.lines:
                self.say(
                    "notice",
                    "no-files",
                    f"{task.id} names no Files: it runs alone (wave {wave_of[task.id]}) "
                    "and owns what changes meanwhile",
                    "name its Files if it is to run beside others",
                    task,
                )
        hints.of_waves(self.say, plan)


def _claims_plan(plan: Plan, name: str, lines: Lines) -> Iterator[Problem]:
    for task in plan.tasks:
        if name.replace(os.sep, "/") in task.files:
            yield Problem(
                "error",
                "plan-file",
                f"{task.id}: `{name}` is the plan itself, which is frozen when it starts",
                "take it out of Files",
                lines.get((task.id, "files"), task.line),
                task.id,
            )
