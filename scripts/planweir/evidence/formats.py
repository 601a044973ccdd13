"""Formats of summaries that runners can be told to use in place of their own: TAP and JUnit XML, on the output or in a file.

A file is believed less than an output, since anybody may write one. It counts where the run stood alone in its command, its
exit status was seen, and the file became what it is while the run lasted.
"""

from __future__ import annotations

import os
import re
import stat
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planweir.evidence.flags import Found
    from planweir.evidence.runners.base import Summary, Words
    from planweir.shell.scan import Program

_TAP = r"-*(?:.*[=,/-])?tap(?:[-_]?(?:1[34]|flat|stream|reporter))?"
_JUNIT = r".*(?:junit|xunit).*"
# Beside the run these may stand in its command: none of them makes an old file new.
_BESIDE = frozenset(("cd", "set", "export", "mkdir", "rm", "true", ":"))
_UNSEEN = frozenset(("masked", "background", "redirected", "unreadable"))
# Where reporters write that were told no file.
_USUAL = {"jest-junit": "junit.xml", "mocha-junit-reporter": "test-results.xml"}


def told(args: Words) -> list[str]:
    """The modules of the formats that these arguments tell a runner to use."""
    words = [word for word in args if word]
    return [
        name
        for name, form in (("tap", _TAP), ("junit", _JUNIT))
        if any(re.fullmatch(form, word, re.IGNORECASE) for word in words)
    ]


def reported(
    event: Mapping[str, object], programs: Sequence[Program], run: Found, flags: Sequence[str], root: str
) -> Summary | None:
    """What the run's report says, where its output says nothing; None if there is none that may be believed."""
    program, runner, args = run
    lasted = event.get("duration_ms")
    if runner.says or program.cwd is None or not isinstance(lasted, (int, float)) or _UNSEEN & set(flags):
        return None
    variables = [word for word in (*program.assignments, *program.argv) if word and re.match(r"\w*(?:JUNIT|MOCHA_FILE)\w*=", word)]
    if "junit" not in told([*args, *variables]):
        return None
    if any(other is not program and other.name not in _BESIDE for other in programs):
        return None
    from planweir.evidence.runners import combine, runners
    from planweir.evidence.runners.junit import of_report

    found: list[Summary] = []
    began = time.time() - lasted / 1000
    for path in _files([*args, *variables]):
        report = _fresh(os.path.join(program.cwd, path), root, began)
        if report is None:
            continue
        summary = of_report(report)
        if summary is None:
            return None
        locate = runners()["junit"].locate
        base = os.path.relpath(program.cwd, root)
        named = [locate(name, program.cwd) for name in summary["failing"]]
        summary["failing"] = [os.path.normpath(os.path.join(base, name)) for name in named if name is not None]
        found.append(summary)
    return combine(found)


def _files(words: Words) -> list[str]:
    """The files that the words name as reports."""
    named = [value for word in words if word and (value := re.split(r"[=,]", word)[-1]).endswith(".xml")]
    return named or [file for reporter, file in _USUAL.items() if any(word and reporter in word for word in words)]


def _fresh(path: str, root: str, began: float) -> bytes | None:
    """The bytes of a file of the project that became what it is since then."""
    from planweir.evidence.runners.junit import MOST

    top = os.path.realpath(root)
    if not (os.path.realpath(path) + "/").startswith(top.rstrip("/") + "/"):
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(handle, "rb") as file:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode) or told.st_nlink > 1 or told.st_mtime < began or told.st_size > MOST:
            return None
        return file.read(MOST + 1)
