# words: mvn
"""maven: the sums of surefire and failsafe, one for each module. Quiet runs (`-q`) that pass say nothing: there what the run wrote
into its folders of reports speaks."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-P --activate-profiles -pl --projects -rf --resume-from -T --threads -f --file -s --settings -gs --global-settings -t
    --toolchains -b --builder -l --log-file --color -D --define""".split()
)
_PHASES = frozenset(
    """test prepare-package package pre-integration-test integration-test post-integration-test verify install deploy
    surefire:test failsafe:integration-test failsafe:verify""".split()
)
_GOAL = r"(?:[\w.-]+:)*(?:maven-)?(surefire|failsafe)(?:-plugin)?(?::[\d.]\S*)?:(test|integration-test|verify)(?:@\S+)?"
_SKIPS = r"-D(?:skipTests|maven\.test\.skip|skipITs)(?:=true)?"
_NARROWS = r"-D(?:test|it\.test|groups|excludedGroups|surefire\.(?:includes|excludes)\S*)="


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    """Where a phase at or behind `test` is asked for. `./mvnw` is a file of the project: see `started_by`."""
    if not words or words[0] is None:
        return None
    if program_name(words[0], cwd) not in ("mvn", "mvnd", "mvn.cmd") and words[0] not in ("mvnw", "./mvnw", "../mvnw", "./mvnw.cmd"):
        return None
    args = list(words[1:])
    goals = [word for word in options(args, _VALUED)[1] if word]
    return args if any(word in _PHASES or re.fullmatch(_GOAL, word) for word in goals) else None


def lists(args: Words) -> bool:
    return any(
        word in ("--help", "-h", "--version", "-v") or re.fullmatch(_SKIPS, word) for word in args if word
    )


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, _goals = options(args, _VALUED)
    words = [word or "" for word in args]
    narrowed = None in args or any(re.match(_NARROWS, word) for word in words)
    places: list[str] = []
    for option, value in given:
        if option in ("-pl", "--projects") and value:
            for one in value.split(","):
                if one.startswith((":", "!", "-", "?", "+")):
                    narrowed = True  # a module by its name
                else:
                    places.append(os.path.normpath(one))
        elif option in ("-rf", "--resume-from"):
            narrowed = True
        elif option in ("-f", "--file") and value:
            places.append(os.path.dirname(value) or "." if value.endswith(".xml") else value)
    return narrowed, places


# The sums have no `Time elapsed`; those of a class do.
_LINE = (
    r"(?m)^(?:\[(?:INFO|WARNING|ERROR)\] +)?Tests run: (\d{1,9}), Failures: (\d{1,9}), Errors: (\d{1,9}), Skipped: (\d{1,9})"
    r"(?:, Flakes: (\d{1,9}))?$"
)
_NONE = r"(?m)^\[(?:INFO|WARNING)\] (?:Tests are skipped\.|No tests to run\.)$|: No tests (?:were executed!|matching pattern )"
_GOAL_RUN = r"(?m)^\[INFO\] --- (?:maven-)?(?:surefire|failsafe)(?:-plugin)?:\S+:(?:test|integration-test) "
_GOOD, _BAD = r"(?m)^\[INFO\] BUILD SUCCESS$", r"(?m)^\[(?:INFO|ERROR)\] BUILD FAILURE$|^\[ERROR\] (?:Failed to execute goal|COMPILATION ERROR)"
_FAILED = (
    r"(?m)^\[ERROR\] +(?:(\S+?)(?:\[[^\]\n]*\])?\(([\w.$]+)\)|([\w.$]+)\.([\w$]+)(?:[({\[][^\n]*)?) +(?:-- )?Time elapsed: [\d.,]+ s "
    r"+<<< (?:FAILURE|ERROR)!"
)


def read(output: str) -> Summary | None:
    text = plain(output)
    passed = failed = errors = skipped = flaky = 0
    seen = False
    for line in re.finditer(_LINE, text):
        seen = True
        run, bad, broken, left, flakes = (int(number or 0) for number in line.groups())
        passed, failed, errors = passed + max(0, run - bad - broken - left), failed + bad, errors + broken
        skipped, flaky = skipped + left, flaky + flakes
    none = re.search(_NONE, text) is not None
    if not seen and not none and re.search(_GOOD, text) and re.search(_GOAL_RUN, text):
        none = True  # the goal ran, and told of no test
    if re.search(_BAD, text) and not (failed or errors):
        if not none or seen:
            errors += 1
            seen = True
    if not (seen or none):
        return None
    names = [
        f"{old_class or new_class}::{old_test or new_test}"
        for old_test, old_class, new_class, new_test in re.findall(_FAILED, text)
    ]
    return summed(passed=passed, failed=failed, errors=errors, skipped=skipped, rerun=flaky, failing=names if failed or errors else [])


def reports(output: str, folder: str, began: float | None, found: Summary | None) -> Summary | None:
    """Of a run that told no counts and no failure, what it wrote meanwhile."""
    text = plain(output)
    if found is not None or began is None or re.search(r"(?m)^\[ERROR\]", text):
        return found
    from planweir.evidence.jvm import folders_named, reports_in

    return reports_in(folders_named(folder, ("target/surefire-reports", "target/failsafe-reports")), began)


def locate(name: str, folder: str) -> str | None:
    from planweir.evidence.jvm import of_class

    return of_class(name, folder)


RUNNER = Runner(
    "maven", recognise, read, selection, lists, locate=locate, scattered=True, reports=reports, started_by=("mvnw",)
)
