# words: gradle
"""gradle. A run that passes tells no counts: they stand in the reports that each test task writes.

A task that was carried out counts by the reports that are newer than the run. `UP-TO-DATE` and `FROM-CACHE` are honest reuse: gradle
found the classes, the class path and the reports as they were when that task last passed; it counts by those reports.
`NO-SOURCE` is a task without tests, `SKIPPED` one that was switched off.
"""

from __future__ import annotations

import os
import re
import time

from planweir.evidence.runners.base import Runner, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-p --project-dir -b --build-file -c --settings-file -I --init-script -g --gradle-user-home -x --exclude-task --tests
    --console --max-workers --warning-mode --include-build --configuration --priority -D -P --system-prop --project-prop
    --test-dry-run-mode""".split()
)
_TESTS = r"(?!clean|compile|process|list)(?:test(?!Classes)\w*|check|build|allTests|connectedCheck|connected\w*Test|[a-z]\w*Tests?|verify\w*)"
_WHOLE = ("check", "build")  # they test besides other things
_SCRIPTS = ("gradlew", "./gradlew", "../gradlew", "./gradlew.bat")


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    """Where a task that tests is asked for. `./gradlew` is a file of the project: see `started_by`."""
    if not words or words[0] is None or (program_name(words[0], cwd) not in ("gradle", "gradle.bat") and words[0] not in _SCRIPTS):
        return None
    args = list(words[1:])
    return args if any(_tests(word) for word in options(args, _VALUED)[1]) else None


def _tests(task: str | None) -> bool:
    return task is not None and re.fullmatch(_TESTS, task.rpartition(":")[2]) is not None


def lists(args: Words) -> bool:
    """Also where the tests are left out of a build."""
    given, tasks = options(args, _VALUED)
    left_out = {value.rpartition(":")[2] for option, value in given if option in ("-x", "--exclude-task") and value}
    if {"test", "check"} & left_out and not [task for task in tasks if _tests(task) and (task or "").rpartition(":")[2] not in (*_WHOLE, *left_out)]:
        return True
    told = {option for option, _value in given}
    return bool(told & {"--dry-run", "-m", "--test-dry-run", "--help", "-h", "-?", "--version", "-v", "-V"})


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, tasks = options(args, _VALUED)
    narrowed = None in args or any(option in ("--tests", "-x", "--exclude-task") or re.match(r"-[DP].*[tT]est\S*=", option) for option, _value in given)
    base = next((value for option, value in given if option in ("-p", "--project-dir") and value), "")
    places = []
    for task in tasks:
        project = (task or "").rpartition(":")[0].strip(":").replace(":", "/")
        if _tests(task):
            places.append(os.path.normpath(os.path.join(base, project)))
    return narrowed, [] if "." in places else list(dict.fromkeys(places))


_COUNTS = r"(?m)^(\d{1,9}) tests? completed, (\d{1,9}) failed(?:, (\d{1,9}) skipped)?$"
_TASK = r"(?m)^(?:> Task )?(:(?:[\w.-]+:)*)(\w+?)(?:WARNING:[^\n]*)?(?: (UP-TO-DATE|FROM-CACHE|NO-SOURCE|SKIPPED|FAILED))?$"
_TOLD = r"(?m)^[^\s>][^\n>]* > [^\n]+ (PASSED|SKIPPED)$"
_FAILED = r"(?m)^([\w.$]+)(?: > [^\n>]+)*? > ([^\n>]+?) FAILED$"
_NONE = r"(?m)^> No tests found for given includes"
_BAD = r"(?m)^BUILD FAILED in |^FAILURE: Build failed with an exception\.$"
_GOOD = r"(?m)^BUILD SUCCESSFUL in (?:(\d+)h ?)?(?:(\d+)m ?)?(?:(\d+)s)?(?:(\d+)ms)?$"


def read(output: str) -> Summary | None:
    """What the output alone says: failures, and passes only where the build logs each test."""
    text = plain(output)
    passed = failed = skipped = errors = 0
    for line in re.finditer(_COUNTS, text):
        run, bad, left = (int(number or 0) for number in line.groups())
        passed, failed, skipped = passed + max(0, run - bad - left), failed + bad, skipped + left
    if re.search(_BAD, text):
        if not failed and re.search(_NONE, text):
            return summed()
        errors = int(not failed)
    if failed or errors:
        names = [f"{name}::{test.rstrip('()')}" for name, test in re.findall(_FAILED, text)]
        return summed(passed=passed, failed=failed, errors=errors, skipped=skipped, failing=names)
    tasks = [outcome for _project, task, outcome in re.findall(_TASK, text) if _own(task)]
    if not re.search(_GOOD, text) or not tasks:
        return None
    told = re.findall(_TOLD, text)
    if told:
        return summed(passed=told.count("PASSED"), skipped=told.count("SKIPPED"))
    return summed() if all(outcome in ("NO-SOURCE", "SKIPPED") for outcome in tasks) else None


def _own(task: str) -> bool:
    """A task that runs tests itself."""
    return _tests(task) and task not in (*_WHOLE, "allTests")


def reports(output: str, folder: str, began: float | None, found: Summary | None) -> Summary | None:
    """The counts that the run's test tasks wrote; of a quiet run (`-q`) that tells no task, what was written meanwhile."""
    text = plain(output)
    if (found is not None and (found["failed"] or found["errors"] or not found["passed"])) or re.search(_BAD, text):
        return found
    from planweir.evidence.jvm import reports_in

    told = re.findall(_TASK, text)
    tasks = [row for row in told if _own(row[1])]
    good = re.search(_GOOD, text)
    if not tasks:
        # No task is told at all: quiet, or cut from above.
        return found if told or began is None else reports_in(_results(folder), began) or found
    if good is None:
        return found
    if began is None:
        hours, minutes, seconds, _parts = (int(number or 0) for number in good.groups())
        began = time.time() - (hours * 3600 + minutes * 60 + seconds + 1)
    ran, reused = [], []
    for project, task, outcome in tasks:
        place = os.path.join(folder, project.strip(":").replace(":", "/"), "build", "test-results", task)
        if outcome in ("UP-TO-DATE", "FROM-CACHE"):
            reused.append(place)
        elif not outcome:
            ran.append(place)
    from planweir.evidence.runners.base import combine

    parts = [part for part in (reports_in(ran, began), reports_in(reused, None)) if part is not None]
    whole = combine(parts)
    if whole is None:
        return found
    return summed(passed=whole["passed"], failed=whole["failed"], errors=whole["errors"], skipped=whole["skipped"])


def _results(folder: str) -> list[str]:
    """The folders of reports of every test task below."""
    from planweir.evidence.jvm import folders_named

    tops = folders_named(folder, ("build/test-results",))
    return [entry.path for top in tops for entry in os.scandir(top) if entry.is_dir()]


def locate(name: str, folder: str) -> str | None:
    from planweir.evidence.jvm import of_class

    return of_class(name, folder)


RUNNER = Runner(
    "gradle", recognise, read, selection, lists, locate=locate, scattered=True, reports=reports, started_by=("gradlew",)
)
