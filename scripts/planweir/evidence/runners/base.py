"""What every runner module is made of: the shape of a runner, and summaries."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypedDict

    class Summary(TypedDict, total=False):
        """The counts of every summary line of one output, added up.

        `lines` is how many summary lines were read; `empty` how many of them had nothing that passed or
        failed; `cut` tells that the run did not come to its end (interrupted, an error inside the runner, a
        threshold missed).
        """

        passed: int
        failed: int
        errors: int
        skipped: int
        deselected: int
        xfailed: int
        xpassed: int
        rerun: int
        failing: list[str]
        lines: int
        empty: int
        cut: bool

    Words = Sequence[str | None]
    Recognise = Callable[[Words, str | None], list[str | None] | None]
    Read = Callable[[str], Summary | None]
    Selection = Callable[[Words, str], tuple[bool, list[str]]]
    Lists = Callable[[Words], bool]
    Locate = Callable[[str, str], str | None]
    Reports = Callable[[str, str, float | None, Summary | None], Summary | None]
    Named = Callable[[Words], list[str]]
else:
    Summary = dict  # at run time a plain dictionary: typing is too dear for a hook


def as_told(name: str, folder: str) -> str | None:
    """For runners that name a test by its file, relative to where they run."""
    return name


def never(args: Words) -> bool:
    return False


def no_files(args: Words) -> list[str]:
    return []


class Runner:
    """One test runner. shadows: files that, in the folder where it runs, would be run in its place.

    recognise(words, cwd): its arguments if these words start it, else None. read(output): the summary, None
    if there is none. selection(args, cwd): whether options narrow what runs (-k and the like), and the places that
    were named, in the forms of places.py. lists(args): whether it only tells something (--version, --collect-only)
    and runs no test. locate(name, folder): a failing test as `file::test`, the file relative to the folder where it
    ran; None where its file cannot be told: such a test is not named, and so never forgiven. says: see opaque.py; the files
    that say what it runs. named(args): further such files, or their folders, that its options name. scattered: its summary is
    several lines apart, of which a filter may leave out those that tell of failures. partly(words): whether its options, or
    the variables before it, choose one part of all that it would run (an environment of tox, a project of playwright): all
    tests in it, so that it is no run of few tests, and yet less than a run of everything. reports(output, folder, began, found):
    the summary from files that the run wrote in the folder, for a runner whose output tells too little; began: when the run
    began, where that is known; found: what `read` found. started_by: scripts of the project that start it (`gradlew`); such a run
    does not count where the script was changed.
    """

    __slots__ = (
        "lists", "locate", "name", "named", "partly", "read", "recognise", "reports", "says", "scattered",
        "selection", "shadows", "started_by",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        recognise: Recognise,
        read: Read,
        selection: Selection,
        lists: Lists,
        shadows: tuple[str, ...] = (),
        locate: Locate = as_told,
        says: tuple[str, ...] = (),
        scattered: bool = False,
        reports: Reports | None = None,
        started_by: tuple[str, ...] = (),
        partly: Lists = never,
        named: Named = no_files,
    ) -> None:
        self.name = name
        self.lists = lists
        self.shadows = shadows
        self.recognise = recognise
        self.read = read
        self.selection = selection
        self.locate = locate
        self.says = says
        self.scattered = scattered
        self.reports = reports
        self.started_by = started_by
        self.partly = partly
        self.named = named


COUNTS = ("passed", "failed", "errors", "skipped", "deselected", "xfailed", "xpassed", "rerun")


def summed(
    passed: int = 0,
    failed: int = 0,
    errors: int = 0,
    skipped: int = 0,
    deselected: int = 0,
    xfailed: int = 0,
    xpassed: int = 0,
    rerun: int = 0,
    failing: Sequence[str] = (),
    cut: bool = False,
) -> Summary:
    """The summary of one run."""
    return {
        "passed": passed,
        "failed": failed,
        "errors": errors,
        "skipped": skipped,
        "deselected": deselected,
        "xfailed": xfailed,
        "xpassed": xpassed,
        "rerun": rerun,
        "failing": list(dict.fromkeys(failing)),
        "lines": 1,
        "empty": int(not (passed or failed or errors)),
        "cut": cut,
    }


def combine(parts: Sequence[Summary]) -> Summary | None:
    """Several summaries of one command as one: any failure stays a failure."""
    if not parts:
        return None
    whole: Summary = {"failing": [], "lines": 0, "empty": 0, "cut": False}
    for key in COUNTS:
        whole[key] = sum(part.get(key, 0) for part in parts)  # type: ignore[literal-required]
    for part in parts:
        whole["failing"] += [name for name in part.get("failing", []) if name not in whole["failing"]]
        whole["lines"] += part.get("lines", 1)
        whole["empty"] += part.get("empty", 0)
        whole["cut"] = whole["cut"] or part.get("cut", False)
    return whole


_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])"


def plain(output: str) -> str:
    """Output without colour and cursor sequences, with `\\n` line ends."""
    if "\x1b" in output:
        output = re.sub(_ESCAPES, "", output)
    return output.replace("\r\n", "\n") if "\r" in output else output


def last_lines(output: str, most: int) -> str:
    """The end of an output for people and agents: without colours, at most so many characters, from a line's beginning."""
    text = plain(output)
    if len(text) <= most:
        return text
    cut = text[-most:]
    line = cut.find("\n")
    return cut[line + 1 :] if 0 <= line < most // 2 else cut


def counted(text: str, words: str) -> dict[str, int]:
    """`2 failed, 1 passed` -> {"failed": 2, "passed": 1}, for these words alone."""
    found: dict[str, int] = {}
    for number, word in re.findall(rf"(\d{{1,9}}) ({words})\b", text):
        found[word] = found.get(word, 0) + int(number)
    return found


def inside(file: str, folder: str) -> str | None:
    """A file that a runner named, relative to the folder, if it is there."""
    whole = os.path.join(folder, file)
    if "\0" in whole or not os.path.isfile(whole):
        return None
    for path, base in ((whole, folder), (os.path.realpath(whole), os.path.realpath(folder))):
        told = os.path.relpath(path, base)
        if not told.startswith(".."):
            return told
    return None


def file_there(name: str, folder: str) -> str | None:
    """For runners whose paths may be absolute, or of another folder than ours: named only where the file is there."""
    file, colons, test = name.partition("::")
    found = inside(file, folder) or _below(file, folder)
    return None if found is None else found + colons + test


def _below(file: str, folder: str) -> str | None:
    """A file that a runner named in a folder further down, as in the packages of a monorepo: where only one of git's ends
    so. Names of many packages (`index.test.js`) stay unknown."""
    from planweir.evidence.index import TreeError, listing

    if os.path.isabs(file) or ".." in file.split("/"):
        return None
    end = "/" + os.path.normpath(file)
    try:
        found = {path for _tag, path in listing(folder) if path.endswith(end)}
    except TreeError:
        return None
    return inside(found.pop(), folder) if len(found) == 1 else None


def options(args: Words, valued: Sequence[str]) -> tuple[list[tuple[str, str | None]], list[str | None]]:
    """((option, its value) in order, the other words). A value stands behind `=` or, for the options of `valued`,
    in the next word. A word that cannot be known stands among the others as None."""
    given: list[tuple[str, str | None]] = []
    others: list[str | None] = []
    at = 0
    while at < len(args):
        word = args[at]
        at += 1
        if word is None or not word.startswith("-") or word == "-":
            others.append(word)
        elif word == "--":
            continue
        else:
            option, equals, value = word.partition("=")
            if equals:
                given.append((option, value))
            elif option in valued:
                given.append((option, args[at] if at < len(args) else None))
                at += 1
            else:
                given.append((option, None))
    return given, others


def behind_dashes(args: Words) -> tuple[list[str | None], list[str | None]]:
    """(the words before `--`, those behind it), which runners of runners hand on."""
    at = list(args).index("--") if "--" in args else len(args)
    return list(args[:at]), list(args[at + 1 :])


# What is often handed on to the runner within, and selects nothing.
_PLAIN = (
    r"-[vqsxi]+|-r[a-zA-Z]+|-n(?:auto|\d+)?|--(?:verbose|quiet|silent|ci|run|coverage|no-coverage|runInBand|forceExit|"
    r"detectOpenHandles|watch(?:All)?=false|no-watch|bail|exitfirst|no-header|colou?rs?|no-colou?rs?|passWithNoTests|single-run|"
    r"race|no-cov|strict-markers)|--(?:tb|colou?r|maxfail|bail|maxWorkers|(?:test-)?reporters?|durations|cov|cov-report|timeout|"
    r"testTimeout|pool|capture|count|watch|coverage|junitxml)=\S*"
)


def handed_on(args: Words, cwd: str) -> tuple[bool, list[str]]:
    """What words select that are handed on to a runner which is not known: options may, save the well-known plain ones;
    other words do, as places. What stands behind an option may be its value."""
    from planweir.evidence.places import filters

    narrowed, words, before = None in args, [], ""
    for word in args:
        if word is None or word == "--":
            continue
        if word.startswith("-"):
            narrowed = narrowed or re.fullmatch(_PLAIN, word) is None
        elif not before.startswith("-") or os.path.exists(os.path.join(cwd, word.partition("::")[0])):
            words.append(word)
            narrowed = narrowed or "::" in word
        before = word
    return narrowed, [
        word if os.path.exists(os.path.join(cwd, word.partition("::")[0])) else place
        for word in words
        for place in filters([word], cwd)
    ]
