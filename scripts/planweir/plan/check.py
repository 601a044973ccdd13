"""Whether a plan can be carried out: errors that keep it from starting, notices, warnings."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator

from planweir.plan.globs import expand, is_glob, literal_prefix, matches, tidy
from planweir.plan.markdown import Lines
from planweir.plan.model import ID_LENGTH, ID_PATTERN, Level, Plan, Problem, Task, nearest
from planweir.plan.reader import Reading, read_plan, reading
from planweir.plan.waves import Schedule, schedule

MOST_TASKS = 12
MOST_WAVES = 5
MOST_AT_ONCE = 6
MOST_FILES = 5
PATH_LENGTH = 1000
# Matching may take time to the power of these.
MOST_STARS = 8
# Seconds for `bash -n` over all commands of a plan; what is left then is told as not checked.
COMMAND_SECONDS = 5.0

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
        self.commands()
        if sound and paths_good:
            self.order(schedule(plan))
        for task in plan.tasks:
            self.hints(task)
        if self.root is not None and paths_good:
            self.on_disk(self.root)
        if not (plan.verify or plan.verify_at_end or any(task.verify for task in plan.tasks)):
            self.say(
                "warning",
                "no-verify",
                "no command verifies anything in this plan",
                "write `Verify: pytest -q`, or whatever runs the tests, below the title",
            )
        if not plan.goal.strip():
            self.say(
                "warning", "no-goal", "the plan names no goal", "write `Goal: <one sentence>` below the title"
            )
        if len(plan.tasks) > MOST_TASKS:
            self.say(
                "warning",
                "many-tasks",
                f"{len(plan.tasks)} tasks are more than {MOST_TASKS}",
                "consider two plans, one after the other",
            )

    # -- errors -------------------------------------------------------------------------------------

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
        if good and task.new_tests and task.files and not any(could_hold_test(path) for path in task.files):
            self.say(
                "error",
                "no-test-file",
                f"{task.id} is to bring new tests, and none of its Files could hold one",
                "add the test's file to Files, or write `New tests: no`",
                task,
                "new_tests" if (task.id, "new_tests") in self.lines else "files",
            )
        return good

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
        if task.plan_first:
            self.say(
                "error",
                "plan-first",
                f"{task.id}: `Plan first: yes` is not built yet",
                "write `Plan first: no`, or make the planning a task of its own that this one depends on",
                task,
                "plan_first",
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
        if len(plan.waves) > MOST_WAVES:
            self.say(
                "warning",
                "many-waves",
                f"{len(plan.waves)} waves are more than {MOST_WAVES}",
                "drop dependencies that are not needed, or make two plans",
            )
        for n, wave in enumerate(plan.waves, 1):
            if len(wave) > MOST_AT_ONCE:
                self.say(
                    "warning",
                    "wide-wave",
                    f"wave {n} has {len(wave)} tasks at once, more than {MOST_AT_ONCE}",
                    "nothing need be done if that many agents are wanted",
                )

    def hints(self, task: Task) -> None:
        if not task.done_when:
            heading = _CRITERIA_HEADING.search(task.description)
            mend = (
                f"call `{heading[0].strip()}` `#### Done when`"
                if heading
                else "write `#### Done when` and a bullet for each"
            )
            self.say("warning", "no-criteria", f"{task.id} does not say when it is done", mend, task)
        if len(task.files) > MOST_FILES:
            self.say(
                "warning",
                "many-files",
                f"{task.id} names {len(task.files)} files, more than {MOST_FILES}",
                "split it if it does more than one thing",
                task,
                "files",
            )
        if _AND.search(re.sub(r"`[^`]*`|\"[^\"]*\"", "", task.title)):
            self.say(
                "warning",
                "and-in-title",
                f'{task.id}: "and" in the title hints at two tasks',
                "split it, or name the one thing it does",
                task,
            )
        if (task.files and all(is_test_path(path) for path in task.files)) or (
            not task.files and _TEST_TITLE.match(task.title)
        ):
            self.say(
                "warning",
                "only-tests",
                f"{task.id} is only tests",
                "put the tests into the task whose work they test",
                task,
            )

    def on_disk(self, root: str) -> None:
        """What only the project's files can tell; a few looks a task."""
        known: dict[str, bool] = {"": True}

        def is_folder(path: str) -> bool:
            if path not in known:
                known[path] = os.path.isdir(os.path.join(root, path))
            return known[path]

        told: set[str] = set()
        made: set[str] = set()
        for task in self.plan.tasks:
            creates = bool(_CREATES.search(task.title) or _CREATES.search(task.description))
            if creates:
                made.update(path.rpartition("/")[0] for path in task.files if not is_glob(path))
        for task in self.plan.tasks:
            for path in task.files:
                if is_glob(path):
                    continue
                if is_folder(path):
                    self.say(
                        "warning",
                        "folder",
                        f"{task.id}: `{path}` is a folder; without `/` behind it nothing below is owned",
                        f"write `{path}/`",
                        task,
                        "files",
                    )
                    continue
                folder = path.rpartition("/")[0]
                if _says_modify(task, path) and not os.path.lexists(os.path.join(root, path)):
                    if not any(path in other.files for other in self.plan.tasks[:200] if other is not task):
                        self.say(
                            "warning",
                            "missing-file",
                            f"{task.id} is to change `{path}`, which does not exist",
                            "check the path; for a new file say so in the description",
                            task,
                            "files",
                        )
                elif not is_folder(folder) and folder not in made and folder not in told:
                    told.add(folder)
                    self.say(
                        "warning",
                        "missing-folder",
                        f"{task.id}: the folder of `{path}` does not exist",
                        "check the path; nothing need be done if the task makes the folder",
                        task,
                        "files",
                    )


_AND = re.compile(r"(?<![\w-])and(?![\w-])", re.IGNORECASE)
_CRITERIA_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|\*\*)(?:acceptance|success|completion)[ \t]+criteria\b.*$|"
    r"^[ \t]*(?:#{1,6}[ \t]+|\*\*)definition[ \t]+of[ \t]+done\b.*$",
    re.IGNORECASE | re.MULTILINE,
)
_TEST_TITLE = re.compile(
    r"(?:(?:write|add|create|implement|extend|improve)\s+)?(?:(?:more|new|missing|the|unit|integration|e2e|end-to-end|"
    r"regression|acceptance)\s+)*(?:tests?|specs?|test (?:suite|coverage))(?=$|\s+(?:for|of|to|in|on)\b)",
    re.IGNORECASE,
)
_CREATES = re.compile(
    r"\b(?:creat|add|new\b|writ|introduc|implement|build|generat|scaffold|set up|make|bootstrap|init)",
    re.IGNORECASE,
)
_MODIFIES = re.compile(
    r"\b(?:modif(?:y|ies|ied)|chang(?:e|es|ing)|edit|updat(?:e|es)|extend|fix|existing)\b", re.IGNORECASE
)


def _says_modify(task: Task, path: str) -> bool:
    """Whether a line of the description names the path and a word for changing what is there, and none for
    making it."""
    return path in task.description and any(
        path in line
        and _MODIFIES.search(line.replace(path, ""))
        and not _CREATES.search(line.replace(path, ""))
        for line in task.description.split("\n")
    )


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


# -- the graph --------------------------------------------------------------------------------------


def cycles(plan: Plan) -> list[list[str]]:
    """One shortest cycle of each knot of tasks that depend on each other, first id repeated at the end."""
    edges: dict[str, list[str]] = {}
    for task in plan.tasks:
        edges.setdefault(task.id, []).extend(task.depends_on)
    for name, targets in edges.items():
        edges[name] = [target for target in targets if target in edges]
    found = []
    for knot in _knots(edges):
        members = set(knot)
        start = next(task.id for task in plan.tasks if task.id in members)
        found.append(_shortest_cycle(edges, members, start))
    return found


def _shortest_cycle(edges: dict[str, list[str]], members: set[str], start: str) -> list[str]:
    came: dict[str, str] = {}
    ring = [start]
    while ring:
        following = []
        for name in ring:
            for target in edges[name]:
                if target == start:
                    path = [name]
                    while path[-1] != start:
                        path.append(came[path[-1]])
                    return [*reversed(path), start]
                if target in members and target not in came:
                    came[target] = name
                    following.append(target)
        ring = following
    raise AssertionError("a member of a knot reaches itself")


def _knots(edges: dict[str, list[str]]) -> list[list[str]]:
    """The strongly connected components that hold a cycle (Tarjan's algorithm, without recursion: a chain of
    ten thousand tasks is deeper than Python's stack)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in edges:
        if root in number:
            continue
        walk = [(root, iter(edges[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while walk:
            name, targets = walk[-1]
            deeper = next((t for t in targets if t not in number or t in on_stack), None)
            if deeper is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[name])
                if low[name] == number[name]:
                    cut = stack.index(name) if stack[-1] != name else len(stack) - 1
                    knot = stack[cut:]
                    del stack[cut:]
                    on_stack.difference_update(knot)
                    if len(knot) > 1 or name in edges[name]:
                        found.append(knot)
            elif deeper in number:
                low[name] = min(low[name], number[deeper])
            else:
                number[deeper] = low[deeper] = len(number)
                stack.append(deeper)
                on_stack.add(deeper)
                walk.append((deeper, iter(edges[deeper])))
    return found


# -- paths ------------------------------------------------------------------------------------------


_STARS = re.compile(r"\*+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def path_problem(path: str) -> tuple[str, str, str] | None:
    """Why this is no path or glob of a task (code, what, mend), or None."""
    inside = "write a path relative to the project, such as `src/a.py`"
    if not path.strip():
        return "bad-path", "is empty", inside
    if len(path) > PATH_LENGTH:
        return "bad-path", f"is longer than {PATH_LENGTH} characters", inside
    if _CONTROL.search(path):
        return "bad-path", "holds a control character", inside
    if len(_STARS.findall(path)) > MOST_STARS:
        return "bad-path", f"holds more than {MOST_STARS} wildcards", "write a wider glob, such as `src/**`"
    if path != tidy(path):
        return "bad-path", "is not in its plain form", f"write `{tidy(path)}`"
    if re.match(r"[A-Za-z]:[\\/]|\\", path) or path.startswith("/"):
        return "outside", "is absolute", inside
    if re.match(r"\w+://", path):
        return "bad-path", "is a URL", inside
    if "\\" in path:
        return "bad-path", "holds a backslash", "write `/` between folders"
    if path.startswith("~"):
        return "outside", "leads to a home folder", inside
    if path.startswith("$"):
        return "bad-path", "holds a variable", inside
    try:
        alternatives = expand(path)
    except ValueError:
        return "bad-path", "holds too many alternatives", "write a wider glob"
    for one in alternatives:
        parts = one.casefold().split("/")
        if ".." in parts:
            return "outside", "leads out of its folder with `..`", inside
        if one.startswith(("/", "~")):
            return "outside", "leads out of the project", inside
        if any(part.startswith(".g") and matches(part, ".git") for part in parts if part):
            return "outside", "is git's own", "name files of the work tree only"
        if parts[0].startswith(".c") and matches(parts[0], ".claude"):
            rest = parts[1:]
            if rest and literal_prefix(rest[0])[:2] == "st" and matches(rest[0], "state"):
                return "outside", "is Planweir's own state", "name files of the project only"
    return None


_TEST_FOLDERS = {
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "__test__",
    "testing",
    "e2e",
    "t",
    "features",
    "it",
}
# In these languages tests commonly stand in the file that they test.
_INLINE_TESTS = (".rs", ".zig", ".d", ".lean", ".nim", ".roc", ".gleam", ".t", ".bats", ".feature", ".ipynb")
_TEST_NAME = re.compile(
    r"(?:^|[._-])(?:tests?|specs?|e2e|cy)(?:[._-]|$)|(?:Tests?|Specs?|IT|TestCase)\d*\.\w+$|^(?:Test|Spec)[A-Z_]"
)
# Documentation, data and settings: where even a glob leaves no room for a test.
_NO_TESTS = re.compile(
    r"\.(?:md|mdx|txt|json|jsonc|ya?ml|toml|ini|cfg|lock|css|scss|less|html?|svg|png|jpe?g|gif|ico|pdf|csv|env)$",
    re.IGNORECASE,
)


def is_test_path(path: str) -> bool:
    """Whether the path, by its name, is a test or stands among tests."""
    folders, _, name = path.rpartition("/")
    return bool(_TEST_FOLDERS & set(folders.casefold().split("/"))) or (
        _TEST_NAME.search(name) is not None and not _NO_TESTS.search(name)
    )


def could_hold_test(path: str) -> bool:
    """Whether a new test could be written into what this path or glob covers."""
    if is_test_path(path):
        return True
    if is_glob(path):
        return any(not _NO_TESTS.search(one) for one in expand(path))
    return path.casefold().endswith(_INLINE_TESTS)


# -- commands ---------------------------------------------------------------------------------------

# Words and no more: no shell reads these as anything but a program and its arguments.
_PLAIN = re.compile(r"[\w./:=@%+,-]+(?:[ \t]+[\w./:=@%+,-]+)*")
_RESERVED = re.compile(
    r"(?:case|coproc|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)\b"
)


def unparsable(commands: list[str]) -> tuple[dict[str, str], list[str]]:
    """The commands that are no shell syntax, with the reason; and those that there was no time to look at."""
    bash = shutil.which("bash")
    end = time.monotonic() + COMMAND_SECONDS
    wrong: dict[str, str] = {}
    unchecked: list[str] = []
    for command in commands:
        if not command.strip():
            wrong[command] = "it is empty"
        elif _CONTROL.search(command.replace("\t", " ").replace("\n", " ")):
            wrong[command] = "it holds a control character"
        elif _PLAIN.fullmatch(command) and not _RESERVED.match(command):
            continue
        elif time.monotonic() > end:
            unchecked.append(command)
        else:
            why = _bash_says(bash, command, end) if bash else _shlex_says(command)
            if why:
                wrong[command] = why
    return wrong, unchecked


def _bash_says(bash: str, command: str, end: float) -> str:
    # From standard input, so that a command that begins with `-` is no option; without the person's BASH_ENV.
    try:
        done = subprocess.run(
            [bash, "-n"],
            input=command.encode(),
            capture_output=True,
            timeout=max(0.5, end - time.monotonic()),
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return _shlex_says(command)
    if done.returncode == 0 and b"here-document" not in done.stderr:
        return ""
    first = (
        done.stderr.decode("utf-8", "replace").splitlines() or [f"bash -n ended with {done.returncode}"]
    )[0]
    return re.sub(r"^.*?line \d+: (?:warning: )?(?:syntax error: |syntax error )?", "", first).strip()[:200]


def _shlex_says(command: str) -> str:
    try:
        shlex.split(command)
    except ValueError as error:
        return str(error)
    return ""
