# words: ctest cmake
"""ctest. It counts a skipped test among those that passed: the list of its lines tells."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-C --build-config -j --parallel --timeout --stop-time --test-dir --preset -R --tests-regex -E --exclude-regex -L
    --label-regex -LE --label-exclude -I --tests-information -FA --fixture-exclude-any -FS --fixture-exclude-setup -FC
    --fixture-exclude-cleanup --repeat --schedule-random-seed -O --output-log --output-junit --resource-spec-file
    --test-output-size-passed --test-output-size-failed --test-load --tests-from-file --exclude-from-file""".split()
)
_NARROWING = frozenset(
    """-R --tests-regex -E --exclude-regex -L --label-regex -LE --label-exclude -I --tests-information --rerun-failed
    --tests-from-file --exclude-from-file""".split()
)
_OTHERWISE = r"-S|-SP|-D|-M|-T|--script|--script-new-process|--dashboard|--test-model|--test-action|--build-and-test|--launch|--submit-index"


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    """Not as a driver of dashboards, nor with --build-and-test: what those run stands elsewhere. `cmake --build b --target test`
    is `ctest --test-dir b`."""
    name = program_name(words[0], cwd) if words else None
    if name == "cmake" and words[1:2] == ["--build"] and len(words) > 2:
        targets = [word for option, word in zip(words, words[1:], strict=False) if option in ("-t", "--target")]
        return ["--test-dir", words[2]] if targets in (["test"], ["check"]) else None
    if name not in ("ctest", "ctest3", "ctest.exe"):
        return None
    args = list(words[1:])
    return None if any(re.fullmatch(_OTHERWISE, (word or "").partition("=")[0]) for word in args) else args


def lists(args: Words) -> bool:
    tells = r"-N|--show-only|--print-labels|--help\S*|-h|-H|--version|--list-presets"
    return any(re.fullmatch(tells, (word or "").partition("=")[0]) for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    """What is tested is the project that was built there, wherever it was built."""
    given, _others = options(args, _VALUED)
    narrowed = None in args or any(option in _NARROWING or re.match(r"-[RELI]\S", option) for option, _value in given)
    folder = next((value for option, value in given if option == "--test-dir" and value), "")
    source = _source(os.path.join(cwd, folder))
    if source is not None:
        place = os.path.relpath(os.path.realpath(source), os.path.realpath(cwd))
        return narrowed, [] if place == "." else [place]
    return narrowed, [folder] if os.path.normpath(folder or ".").startswith(("/", "..")) else []


def _source(build: str) -> str | None:
    """The project's folder, as cmake wrote it into a folder of its builds."""
    try:
        with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8", errors="replace") as file:
            found = re.search(r"(?m)^CMAKE_HOME_DIRECTORY:INTERNAL=(.+)$", file.read(2_000_000))
    except OSError:
        return None
    return found[1] if found else None


_LINE = r"(?m)^(\d{1,3})% tests passed, (\d{1,9}) tests? failed out of (\d{1,9})$"
_SKIPPED = r"(?m)^ *\d+/\d+ Test +#\d+: .*\*\*\*(Skipped|Not Run \(Disabled\)) "
_LISTED = r"(?m)^\t *\d+ - .+ \((Skipped|Disabled)\)$"
_NONE = r"(?m)^No tests were found!!!$"
_BROKEN = r"(?m)^Failed to change working directory to|^Cannot find file: .*(?:DartConfiguration|CTestTestfile)"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    start = 0
    sums = list(re.finditer(_LINE, text))
    for at, line in enumerate(sums):
        end = sums[at + 1].start() if at + 1 < len(sums) else len(text)
        _share, failed, tests = (int(number) for number in line.groups())
        # Disabled ones are not among those counted; the list above may be cut, the one below may be left out.
        above = re.findall(_SKIPPED, text[start : line.start()])
        below = re.findall(_LISTED, text[line.end() : end])
        skipped = max(above.count("Skipped"), below.count("Skipped"))
        disabled = max(len(above) - above.count("Skipped"), below.count("Disabled"))
        found.append(summed(passed=max(0, tests - failed - skipped), failed=failed, skipped=skipped + disabled))
        start = line.end()
    if re.search(_NONE, text):
        found.append(summed())
    if re.search(_BROKEN, text) and "ctest" in text:
        found.append(summed(errors=1))
    return combine(found)


def locate(name: str, folder: str) -> str | None:
    return None  # it does not tell a test's file


RUNNER = Runner("ctest", recognise, read, selection, lists, locate=locate)
