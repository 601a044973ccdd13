# words: gotestsum
"""gotestsum: go test with a summary of its own, which counts tests where go counts packages."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners import go
from planweir.evidence.runners.base import Runner, combine, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-f --format --format-icons --format-hide-empty-pkg --junitfile --junitfile-project-name --junitfile-testcase-classname
    --junitfile-testsuite-name --jsonfile --jsonfile-timing-events --max-fails --packages --hide-summary --no-summary
    --post-run-command --rerun-fails-max-failures --rerun-fails-report --rerun-fails-run-root-test""".split()
)
_GO_RUN = r"gotest\.tools/gotestsum(?:@[\w.+-]+)?"


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    """Not with --raw-command, which reads what any program prints, nor as a watcher."""
    if not words:
        return None
    name = program_name(words[0], cwd)
    if name == "gotestsum":
        args = list(words[1:])
    elif name == "go" and words[1:2] == ["run"] and re.fullmatch(_GO_RUN, words[2] or "" if len(words) > 2 else ""):
        args = list(words[3:])
    else:
        return None
    own = args[: args.index("--")] if "--" in args else args
    return None if args[:1] == ["tool"] or {"--raw-command", "--watch"} & {word for word in own if word} else args


def _split(args: Words) -> tuple[list[tuple[str, str | None]], list[str | None], list[str | None]]:
    """(its own options, packages, what go test is given)."""
    words = list(args)
    at = words.index("--") if "--" in words else len(words)
    given, packages = options(words[:at], _VALUED)
    return given, packages, words[at + 1 :]


def lists(args: Words) -> bool:
    own, _packages, rest = _split(args)
    return any(option in ("--version", "--help", "-h") for option, _value in own) or go.lists(rest)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    """Without words of its own it tests `./...`, as `go test ./...`."""
    own, packages, rest = _split(args)
    named = [word for option, value in own if option == "--packages" and value for word in value.split()]
    words = [*packages, *named, *rest]
    if not packages and not named and not go.named(rest):
        words.append("./...")
    return go.selection(words, cwd)


_DONE = (
    r"(?m)^DONE (?:(\d{1,9}) runs, )?(\d{1,9}) tests?(?:, (\d{1,9}) skipped)?(?:, (\d{1,9}) failures?)?"
    r"(?:, (\d{1,9}) errors?)? in \d[\d.]*m?s$"
)
_FAILED = r"(?m)^=== FAIL: (\S+) (\S+)(?: \(re-run (\d+)\))? \(\d[\d.]*s\)$"


def read(output: str) -> Summary | None:
    found: list[Summary] = []
    text = plain(output)
    start = 0
    for done in re.finditer(_DONE, text):
        runs, tests, skipped, failed, errors = (int(number or 0) for number in done.groups())
        names = re.findall(_FAILED, text[start : done.end()])
        if runs:
            # The line before told of the first run alone. What failed in the last one failed.
            found = found[:-1]
            last = [f"{package}::{test}" for package, test, again in names if int(again or 0) == runs - 1]
            found.append(
                summed(
                    passed=max(0, tests - skipped - failed),
                    failed=len(set(last)),
                    errors=errors,
                    skipped=skipped,
                    rerun=failed - len(set(last)),
                    failing=last,
                )
            )
        else:
            # A package that ended without a test that failed (os.Exit) is told as a failure without a name.
            found.append(
                summed(
                    passed=max(0, tests - skipped - failed),
                    failed=failed,
                    errors=errors,
                    skipped=skipped,
                    failing=[f"{package}::{test}" for package, test, _again in names],
                )
            )
        start = done.end()
    return combine(found)


def locate(name: str, folder: str) -> str | None:
    """`f::TestA/sub` -> `f/f_test.go::TestA/sub`: packages are told without the module's path."""
    package, _colons, test = name.partition("::")
    return go.defined_in(os.path.normpath(package), test, folder) or go.locate(name, folder)


RUNNER = Runner("gotestsum", recognise, read, selection, lists, locate=locate)
