"""Warnings: a plan that can be started and might go better. Each with its mend."""

from __future__ import annotations

import os
import re
from typing import Protocol

from planweir.plan.globs import is_glob, literal_prefix
from planweir.plan.model import Level, Plan, Task
from planweir.plan.paths import is_test_path
from planweir.plan.waves import Schedule

MOST_TASKS = 12
MOST_WAVES = 5
MOST_AT_ONCE = 6
MOST_FILES = 5
MANY_PLACES = 4  # folders without anything in common


class Say(Protocol):
    """Takes one problem: level, code, what, mend, and the task and field it is about."""

    def __call__(
        self, level: Level, code: str, message: str, mend: str, task: Task | None = None, field: str = ""
    ) -> None: ...


_AND = re.compile(r"(?<![\w-])and(?![\w-])", re.IGNORECASE)
_CRITERIA_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|\*\*)(?:acceptance|success|completion)[ \t]+criteria\b.*$|"
    r"^[ \t]*(?:#{1,6}[ \t]+|\*\*)definition[ \t]+of[ \t]+done\b.*$",
    re.IGNORECASE | re.MULTILINE,
)
_LOST_COLON = re.compile(
    r"^[ \t]*(?:[-*][ \t]+)?(Depends on|Files|Also|Verify)[ \t]+(?=`|none\b|(?:Task[ \t]+)?[A-Za-z]*-?\d+[a-z]?\b).*$", re.MULTILINE
)
# Runners that watch, and servers.
_NEVER_ENDS = re.compile(
    r"(?<!\S)(?:--watch(?:All)?(?!\S)|vitest (?:watch|dev)(?!\S)|(?:npm|yarn|pnpm|bun) (?:run )?(?:start|dev|serve|watch|\S+:watch)(?!\S))"
)
# Commands that end well whatever they find: read with quoted words taken out.
_CANNOT_FAIL = re.compile(
    r"\|\|\s*(?:true|:|echo\b.*|printf\b.*|exit\s+0)\s*\Z|[;\n]\s*(?:true|:|echo\b[^;&|]*|printf\b[^;&|]*|exit\s+0)\s*\Z|\A\s*(?:true|:|echo\b[^;&|]*|exit\s+0)\s*\Z"
    r"|(?<!&)&\s*\Z|\bset \+o pipefail\b"
)
_HIDES_STATUS = re.compile(r"(?<!\|)\|\s*(?:tail|head|tee|cat|grep|sed|less|more)\b[^|&;]*\Z")
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


def of_plan(say: Say, plan: Plan) -> None:
    """What is missing from the whole, or too much of it."""
    if not (plan.verify or plan.verify_at_end or any(task.verify for task in plan.tasks)):
        say(
            "warning",
            "no-verify",
            "no command verifies anything in this plan",
            "below the title write what runs the tests, such as `Verify: pytest -q` or `Verify: npm test`",
        )
    for command in dict.fromkeys([*plan.verify, *plan.verify_at_end]):
        _watched(say, command)
        _fails(say, command)
    if not plan.goal.strip():
        say("warning", "no-goal", "the plan names no goal", "write `Goal: <one sentence>` below the title")
    if len(plan.tasks) > MOST_TASKS:
        say(
            "warning",
            "many-tasks",
            f"{len(plan.tasks)} tasks are more than {MOST_TASKS}",
            "consider two plans, one after the other",
        )


def _watched(say: Say, command: str, task: Task | None = None) -> None:
    found = _NEVER_ENDS.search(command)
    if found and not re.search(r"\btimeout\b", command):
        say(
            "warning",
            "endless-verify",
            f"{task.id + ': ' if task else ''}Verify: `{command[:80]}` never ends (`{found[0].strip()}`)",
            "name the command that runs once, such as `npx vitest run` or `npm test`",
            task,
            "verify",
        )


def _fails(say: Say, command: str, task: Task | None = None) -> None:
    """Can the command say that something is amiss?"""
    bare = re.sub(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"", "_", command)
    bare = re.sub(r"(?:\A|\s)#.*", "", bare)
    where = f"{task.id + ': ' if task else ''}Verify: `{command[:80]}`"
    if _CANNOT_FAIL.search(bare):
        what = "ends with status 0 whatever happens before, so that it cannot fail"
    elif _HIDES_STATUS.search(bare) and "pipefail" not in bare:
        what = "hides its exit status behind a pipe from whoever runs it without pipefail (the gate runs it with)"
    else:
        return
    say("warning", "cannot-fail", f"{where} {what}", "name the command alone, such as `pytest -q`", task, "verify")


def of_waves(say: Say, plan: Schedule) -> None:
    if len(plan.waves) > MOST_WAVES:
        say(
            "warning",
            "many-waves",
            f"{len(plan.waves)} waves are more than {MOST_WAVES}",
            "drop dependencies that are not needed, or make two plans",
        )
    for n, wave in enumerate(plan.waves, 1):
        if len(wave) > MOST_AT_ONCE:
            say(
                "warning",
                "wide-wave",
                f"wave {n} has {len(wave)} tasks at once, more than {MOST_AT_ONCE}",
                "nothing need be done if that many agents are wanted",
            )


def of_task(say: Say, task: Task) -> None:
    """What a task's own words hint at."""
    if not task.done_when:
        heading = _CRITERIA_HEADING.search(task.description)
        mend = (
            f"call `{heading[0].strip()}` `#### Done when`"
            if heading
            else "write `#### Done when` and a bullet for each"
        )
        say("warning", "no-criteria", f"{task.id} does not say when it is done", mend, task)
    if len(task.files) > MOST_FILES:
        say(
            "warning",
            "many-files",
            f"{task.id} names {len(task.files)} files, more than {MOST_FILES}",
            "split it if it does more than one thing",
            task,
            "files",
        )
    for command in task.verify:
        _watched(say, command, task)
        _fails(say, command, task)
    lost = _LOST_COLON.search(task.description)
    if lost:
        say(
            "warning",
            "lost-colon",
            f"{task.id}: `{lost[0].strip()}` stands in the description, where it means nothing",
            f"write `- {lost[1]}: …` directly below the task's heading",
            task,
        )
    apart = _places(task)
    if len(apart) >= MANY_PLACES:
        say(
            "warning",
            "scattered-files",
            f"{task.id}: its files lie in {len(apart)} places ({', '.join(apart[:5])}), which hints at unrelated concerns",
            "split it if they are; nothing need be done if one change goes through all of them",
            task,
            "files",
        )
    if _AND.search(re.sub(r"`[^`]*`|\"[^\"]*\"", "", task.title)):
        say(
            "warning",
            "and-in-title",
            f'{task.id}: "and" in the title hints at two tasks',
            "split it, or name the one thing it does",
            task,
        )
    if (task.files and all(is_test_path(path) for path in task.files)) or (
        not task.files and _TEST_TITLE.match(task.title)
    ):
        say(
            "warning",
            "only-tests",
            f"{task.id} is only tests",
            "put the tests into the task whose work they test",
            task,
        )


def _places(task: Task) -> list[str]:
    """The folders, just below the one that they all share, of what a task changes; tests and documents go with the rest."""
    folders = [
        literal_prefix(path).split("/")[:-1]
        for path in task.files
        if not is_test_path(path) and not path.endswith((".md", ".rst", ".txt"))
    ]
    if not folders:
        return []
    shared = next(
        (depth for depth, names in enumerate(zip(*folders, strict=False)) if len(set(names)) > 1),
        min(map(len, folders)),
    )
    return list(dict.fromkeys("/".join(folder[: shared + 1]) for folder in folders if len(folder) > shared))


def on_disk(say: Say, plan: Plan, root: str) -> None:
    """What only the project's files can tell; a few looks a task."""
    known: dict[str, bool] = {"": True}

    def is_folder(path: str) -> bool:
        if path not in known:
            known[path] = os.path.isdir(os.path.join(root, path))
        return known[path]

    told: set[str] = set()
    made: set[str] = set()
    for task in plan.tasks:
        creates = bool(_CREATES.search(task.title) or _CREATES.search(task.description))
        if creates:
            made.update(path.rpartition("/")[0] for path in task.files if not is_glob(path))
    for task in plan.tasks:
        for path in task.files:
            if is_glob(path):
                continue
            if is_folder(path):
                say(
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
                if not any(path in other.files for other in plan.tasks[:200] if other is not task):
                    say(
                        "warning",
                        "missing-file",
                        f"{task.id} is to change `{path}`, which does not exist",
                        "check the path; for a new file say so in the description",
                        task,
                        "files",
                    )
            elif not is_folder(folder) and folder not in made and folder not in told:
                told.add(folder)
                say(
                    "warning",
                    "missing-folder",
                    f"{task.id}: the folder of `{path}` does not exist",
                    "check the path; nothing need be done if the task makes the folder",
                    task,
                    "files",
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
