# words: unittest
"""unittest: `python -m unittest`, also under `coverage run -m`."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, combine, inside, options, plain, summed
from planweir.evidence.wrappers import python_module, under_coverage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    module = under_coverage(words, cwd) or python_module(words, cwd)
    return module[1:] if module and module[0] == "unittest" else None


def lists(args: Words) -> bool:
    return any(word in ("-h", "--help") for word in args)


_VALUED = ("-k", "-s", "--start-directory", "-p", "--pattern", "-t", "--top-level-directory", "--durations")
_ALL = r"\*?_?tests?_?\*?(?:_?tests?)?\*?\.py"


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = options(args, _VALUED)
    if others[:1] == ["discover"]:
        # discover [start [pattern [top]]]
        names = ("-s", "-p", "-t")
        given += [(name, value) for name, value in zip(names, others[1:], strict=False)]
        others = []
    narrowed, places = None in others, [_place(word, cwd) for word in others if word]
    for option, value in given:
        if option == "-k" or (option.startswith("-k") and not option.startswith("--")):
            narrowed = True
        elif option in ("-p", "--pattern"):
            narrowed = narrowed or value is None or re.fullmatch(_ALL, value) is None
        elif option in ("-s", "--start-directory"):
            narrowed = narrowed or value is None
            places += [value] if value else []
    return narrowed or any("::" in place for place in places), places


def _place(word: str, cwd: str) -> str:
    """`tests.test_a.T.test_x` -> `tests/test_a.py::T.test_x`, as far as the files tell where the module ends."""
    if "/" in word or word.endswith(".py"):
        return word
    parts = word.split(".")
    for end in range(len(parts), 0, -1):
        path = "/".join(parts[:end])
        rest = ".".join(parts[end:])
        if os.path.isfile(os.path.join(cwd, path + ".py")):
            return f"{path}.py::{rest}" if rest else f"{path}.py"
        if os.path.isdir(os.path.join(cwd, path)) and not rest:
            return path
    return "/".join(parts) + ".py"


# --- how the summary reads ---

_LINE = r"(?m)^Ran (\d{1,9}) tests? in \d[\d.]*s\n{1,2}(OK|FAILED|NO TESTS RAN)(?: \(([^)\n]*)\))?[ \t]*$"
_SHORT = r"(?m)^Ran (\d{1,9}) tests? in \d[\d.]*s[ \t]*$"
_COUNT = r"(failures|errors|skipped|(?<!un)expected failures|unexpected successes)=(\d{1,9})"
_BLOCK = r"(?m)^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (\S+) \(([\w.<>]+)\)(?: (.+))?$"
_FRAME = r'(?m)^  File "([^"\n]+)", line \d+, in '


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    for line in re.finditer(_LINE, text):
        ran, word, told = int(line.group(1)), line.group(2), line.group(3) or ""
        counts = {word: int(number) for word, number in re.findall(_COUNT, told)}
        bad = counts.get("failures", 0) + counts.get("unexpected successes", 0)
        errors = counts.get("errors", 0)
        skipped, expected = counts.get("skipped", 0), counts.get("expected failures", 0)
        if word == "FAILED" and not bad + errors:
            errors = 1
        found.append(
            summed(
                passed=max(0, ran - bad - errors - skipped - expected),
                failed=bad,
                errors=errors,
                skipped=skipped,
                xfailed=expected,
            )
        )
    if len(re.findall(_SHORT, text)) > len(found):
        return None  # a run whose result was cut off
    summary = combine(found)
    if summary is not None:
        summary["failing"] = _failing(text)
    return summary


def _failing(text: str) -> list[str]:
    """Each as `file or module::Class.test`; the traceback names the file. What could not be imported is no test."""
    names: list[str] = []
    blocks = list(re.finditer(_BLOCK, text))
    for at, block in enumerate(blocks):
        test, where, sub = block.groups()
        if "_FailedTest" in where or "ModuleImportFailure" in where or "_ErrorHolder" in where:
            continue
        parts = where.split(".")
        if parts[-1] == test and len(parts) > 1:  # since Python 3.11 the class is followed by the test
            parts.pop()
        # setUpModule names the module alone.
        module, owner = (parts, []) if test.endswith("Module") else (parts[:-1] or parts, parts[-1:])
        end = blocks[at + 1].start() if at + 1 < len(blocks) else len(text)
        path = "/".join(module) + ".py"
        files = re.findall(_FRAME, text[block.end() : min(end, block.end() + 20_000)])
        told = next((file for file in files if ("/" + file).endswith("/" + path)), path)
        name = f"{told}::{'.'.join([*owner, test])}{' ' + sub if sub else ''}"
        if name not in names:
            names.append(name)
    return names


def locate(name: str, folder: str) -> str | None:
    """The file, also where the traceback did not name it and a class within a class hides the module."""
    file, _colons, test = name.partition("::")
    while file:
        found = inside(file, folder)
        if found is not None:
            return f"{found}::{test}"
        if os.path.isabs(file) or "/" not in file:
            return None
        file, _slash, outer = file.removesuffix(".py").rpartition("/")
        file, test = file + ".py", f"{outer}.{test}"
    return None


RUNNER = Runner("unittest", recognise, read, selection, lists, ("unittest.py", "unittest/__init__.py"), locate)
