"""Whether an agent's recorded runs are evidence that its task's checks pass (design, section 7)."""

from __future__ import annotations

import re

from planweir.evidence.covering import covers
from planweir.evidence.places import below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TypedDict

    from planweir.evidence.runs import Row

    Reason = Literal["ok", "none", "stale", "failed", "empty", "unread", "unrecognised"]

    class Verdict(TypedDict):
        ok: bool
        reason: Reason
        detail: str  # a sentence that an agent can act on
        passed: int | None  # tests that passed in the run that decided, where it told
        run: Row | None  # the run that decided


# What is told where no command is named.
KNOWN = (
    "pytest, unittest, tox, nox, jest, vitest, mocha, playwright test, bun test, deno test, node --test, go test, gotestsum, "
    "cargo test, cargo nextest, mvn, gradle, dotnet test, rspec, phpunit, pest, ctest, swift test, mix test; npm test, make test and their like"
)

# What a flag of a recorded run does to it. `masked` is not here: it asks for a summary, nothing else.
# `narrowed` is not either: it matters for which run decides.
_REFUSED: dict[str, tuple[Reason, str]] = {
    "unreadable": ("unrecognised", "the command is too involved to be read"),
    "shadowed": ("unrecognised", "a function or alias is defined beside the test runner"),
    "replaced": ("unrecognised", "a file of the project has the name of the test runner and would be run"),
    "path": ("unrecognised", "PATH is set in the same command, so the runner may be another program"),
    "steered": (
        "unrecognised",
        "an option or a variable puts another program in the place of the test runner or of what sums it up",
    ),
    "lists": ("empty", "it only lists or tells, and runs no test"),
    "impure": ("unrecognised", "another program in the same command writes to the same output; run the tests in a call of their own"),
    "outside": (
        "unrecognised",
        "it ran outside the project or on files outside it; run it in the project's folder",
    ),
    "background": ("unread", "it went to the background or was cut off, and its end was not seen"),
    "redirected": ("unread", "its output went to a file or a variable, so its summary was not seen"),
}


def judge(
    runs: Sequence[Row],
    verify: Sequence[str],
    digest_now: str,
    neighbours: Sequence[Sequence[str]],
    new_tests: bool,
    baseline: Sequence[str] = (),
    test_files: Sequence[str] = (),
    changed: Sequence[str] = (),
) -> Verdict:
    """The verdict on the runs of one attempt, oldest first.

    `verify`: the task's own Verify commands. Where the agent ran any of them verbatim, their runs decide and
    nothing else: the last run of each one that was run must pass, at least one was (one that was never run is
    the gate's to run). A later run of the same command with its output shortened counts as a run of it.
    Otherwise the last run of a known test runner decides; if it selected less than an earlier run that
    failed, the earlier one still stands. `neighbours`: for each other running task the regular expressions of
    its files; failures that lie in them alone hold nobody, but something must have passed. `digest_now`: of
    the task's files at this moment; a run whose digest differs is stale. `baseline`: names of tests that
    failed before the plan and are forgiven. A failure is told before staleness. Without Verify and with
    `test_files`: those that the attempt changed; where tests are owed and no Verify is named anywhere, a run
    must have included one of them. `changed`: all files that the attempt changed, and what of
    `says` anybody changed meanwhile; a script
    of tests does not count if what says what it runs is among them. Without Verify and with
    `new_tests` false the report suffices: reason "ok" whatever was run, and the detail says so.
    """
    if not verify and not new_tests:
        return _verdict(
            "ok", "The task asks for no new tests and names no Verify command: the report suffices."
        )
    again = _advice(verify)
    forgiven = _Forgiven(neighbours, baseline, changed)
    verdicts: list[Verdict] = []
    for command in dict.fromkeys(command.strip() for command in verify):
        own = [row for row in runs if _declared(row) == command]
        if any(row.get("verify") for row in own):
            verdicts.append(_last_that_tells(own, digest_now, forgiven, f"Run `{command}` again"))
    if verdicts:
        failing = [verdict for verdict in verdicts if not verdict["ok"]]
        return failing[0] if failing else verdicts[-1]
    runner_rows = [row for row in runs if row.get("runner")]
    # `--version`, `--collect-only`: decide only where nothing else was run.
    deciding = [row for row in runner_rows if "lists" not in row.get("flags", [])] or runner_rows
    if not deciding:
        return _verdict("none", f"No run of a check was recorded for this attempt. {again}, then report.")
    verdict = _last_that_tells(deciding, digest_now, forgiven, again)
    decided = verdict["run"]
    if not verdict["ok"] or decided is None:
        return verdict
    reasons = [_judge_row(row, digest_now, forgiven, again)["reason"] for row in deciding]
    for place, earlier in enumerate(deciding):
        if earlier is decided or any(
            covers(later, earlier) and reasons[at] in ("ok", "stale", "failed")
            for at, later in enumerate(deciding[place + 1 :], place + 1)
        ):
            continue
        if reasons[place] == "failed" or _tells_of_failing(earlier, forgiven):
            told = (
                f"`{_short(decided)}` passes, but `{_short(earlier)}` failed before it and ran more tests. "
                f"Run `{_short(earlier)}` again."
            )
            return _verdict("failed", told, earlier)
    if new_tests and not verify and test_files:
        took = [row for at, row in enumerate(deciding) if reasons[at] == "ok" and _took(row, test_files)]
        if not took:
            told = (
                f"`{_short(decided)}` passes, but no run that counts included a test file that this attempt changed "
                f"({', '.join(test_files[:5])}). Run them by name, or the whole suite, then report."
            )
            return _verdict("none", told, decided)
    return verdict


def _took(row: Row, files: Sequence[str]) -> bool:
    """Did the run select one of `files`, or everything?"""
    flags, chosen = row.get("flags", []), row.get("select", [])
    if not chosen:
        return "narrowed" not in flags and "unknown" not in flags
    places = [place.split("::", 1)[0] for place in chosen]
    return any(
        below(file, place) or (place.startswith("/") and (place.rstrip("/") + "/").endswith(f"/{file}/"))
        for file in files
        for place in places
    )


class _Forgiven:
    """Failures that hold nobody: in the files of a running neighbour, or known from before the plan. And what the
    attempt changed, which some runs are not believed for."""

    __slots__ = ("_baseline", "_patterns", "changed")

    def __init__(
        self, neighbours: Sequence[Sequence[str]], baseline: Sequence[str], changed: Sequence[str] = ()
    ) -> None:
        self.changed = frozenset(changed)
        self._patterns = [re.compile(pattern) for scope in neighbours for pattern in scope]
        self._baseline = frozenset(baseline)

    def holds(self, test: str) -> bool:
        path = test.split("::", 1)[0].strip()
        return test in self._baseline or any(pattern.fullmatch(path) for pattern in self._patterns)


def _last_that_tells(rows: Sequence[Row], digest_now: str, forgiven: _Forgiven, again: str) -> Verdict:
    """The verdict on the last run from which anything can be read; if there is none, on the last. A run that
    shows nothing does not undo one on the same files that did."""
    verdicts = [_judge_row(row, digest_now, forgiven, again) for row in rows]
    telling = [verdict for verdict in verdicts if verdict["reason"] not in ("unread", "unrecognised")]
    return (telling or verdicts)[-1]


def _judge_row(row: Row, digest_now: str, forgiven: _Forgiven, again: str) -> Verdict:
    status, summary, flags = row.get("exit"), row.get("summary"), row.get("flags", [])
    runner, verify = row.get("runner"), bool(row.get("verify"))
    name = f"`{_short(row)}`"
    if flags == ["redirected"] and status:
        return _verdict("failed", f"{name} ended with exit status {status}. Mend the cause. {again}.", row)
    if not verify or status is None or "replaced" in flags:
        for flag, (reason, why) in _REFUSED.items():
            if flag in flags:
                told = (
                    f"{name} does not count: {why}. {again}, alone, in the foreground, with its output shown."
                )
                return _verdict(reason, told, row)
    if not verify and row.get("says") and "opaque" not in flags and (script := _changed_script(row, forgiven)):
        told = (
            f"{name} does not count: {script} starts the test runner, and that file changed during this attempt. "
            "Run the test runner itself."
        )
        return _verdict("unrecognised", told, row)
    own = [file for file in row.get("config", []) if file in forgiven.changed]
    if own and not verify:
        told = (
            f"{name} does not count: {own[0]}, which an option names, says which tests there are, and it changed during this attempt. "
            "Run the tests without that option; where they need it, a Verify command of the plan must name it."
        )
        return _verdict("unrecognised", told, row)
    if not verify and "opaque" in flags:
        hidden = _opaque(row, forgiven, name, again)
        if hidden is not None:
            return hidden
    if not verify and {"filtered", "masked"} <= set(flags) and not _bad(row):
        told = (
            f"What stands behind {name.split(' |')[0].strip('`')} in the pipe may have left out what failed. {again} without "
            "grep or head behind it; tail is well."
        )
        return _verdict("unread", told, row)
    if status is None:
        return _verdict("unread", f"The end of {name} was not seen. {again} in the foreground.", row)
    if runner is None and not verify:
        return _verdict("unrecognised", f"{name} is no test runner that is known here. {again}.", row)
    if summary is None:
        if status != 0:
            return _verdict(
                "failed", f"{name} ended with exit status {status}. Mend the cause. {again}.", row
            )
        if not verify:
            told = (
                f"{name} printed no summary that could be read. {again}, with its own form of summary (no -qq, no other "
                f"reporter) and its last lines shown{' (the lines of its tests as well)' if runner == 'node' else ''}."
            )
            return _verdict("unread", told, row)
        return _fresh(row, digest_now, f"{name} passed", again)
    passed = int(summary.get("passed", 0))
    bad = int(summary.get("failed", 0)) + int(summary.get("errors", 0))
    counts = _counts(row)
    if summary.get("cut"):
        return _verdict(
            "failed", f"{name} did not come to a good end ({counts}). Mend the cause. {again}.", row
        )
    if bad:
        names = [str(test) for test in summary.get("failing", [])]
        if len(names) >= bad and all(forgiven.holds(test) for test in names):
            excuse = "lie in files of other running tasks or failed before the plan"
            if not passed:
                told = (
                    f"In {name} nothing passed; the {bad} that failed {excuse}. "
                    "Run the task's own test files by name."
                )
                return _verdict("empty", told, row)
            told = f"{name}: {passed} passed; the {bad} that failed {excuse}"
            return _fresh(row, digest_now, told, again)
        listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        told = f"{name} failed: {counts}{' (' + listed + ')' if listed else ''}. Mend the cause. {again}."
        return _verdict("failed", told, row)
    if not passed or summary.get("empty"):
        told = (
            f"In {name} no test ran to a pass ({counts}, exit status {status}). {again} so that tests "
            "really run."
        )
        return _verdict("empty", told, row)
    if status != 0:
        told = (
            f"{name} printed {counts} but ended with exit status {status}: they contradict each "
            "other, or something else "
            f"in the command failed. {again}, alone."
        )
        return _verdict("failed", told, row)
    return _fresh(row, digest_now, f"{name}: {counts}", again)


# What npm, yarn, pnpm, make and their like say in the end where the script failed, whatever hides the exit status.
_SCRIPT_FAILED = (
    r"(?m)^(?:npm (?:ERR!|error)\b|error Command failed with exit code \d|\s*ELIFECYCLE\b|g?make(?:\[\d+\])?: \*\*\* |"
    r"error: Recipe `|error: script \".*\" exited|rake aborted!|Script .* handling the \w+ event returned with error)"
)


def _opaque(row: Row, forgiven: _Forgiven, name: str, again: str) -> Verdict | None:
    """Why a run of `npm test`, `make test` and the like says too little, where it does."""
    if not row.get("says"):
        told = f"{name} does not count: no file of the project says what it runs. Run the test runner itself."
        return _verdict("unrecognised", told, row)
    # Also in another folder: a script may go on to those of workspaces.
    kinds = {file.rpartition("/")[2] for file in row.get("says", [])}
    own = [file for file in sorted(forgiven.changed) if file.rpartition("/")[2] in kinds]
    if own:
        told = (
            f"{name} does not count: {own[0]} says what it runs, and that file changed during this attempt. "
            "Run the test runner itself (`npx jest`, `npx vitest run`, `pytest`, …)."
        )
        return _verdict("unrecognised", told, row)
    if re.search(_SCRIPT_FAILED, row.get("tail", "")):
        return _verdict("failed", f"{name} says at its end that it failed. Mend the cause. {again}.", row)
    if row.get("summary") is None:
        return _verdict("unread", f"In the output of {name} stands no summary of a known test runner. {again}.", row)
    if "masked" in row.get("flags", []) and "shown" not in row.get("flags", []) and not _bad(row):
        told = (
            f"The exit status of {name} was not seen, and its script may do more than run tests. Run it again "
            "without a pipe, `||` or `;` behind it, or run the test runner itself."
        )
        return _verdict("unread", told, row)
    return None


def _changed_script(row: Row, forgiven: _Forgiven) -> str | None:
    """A script of the project by which a runner was started (`./gradlew`), where the attempt changed it."""
    return next((file for file in row.get("says", []) if file in forgiven.changed), None)


def _bad(row: Row) -> int:
    summary = row.get("summary") or {}
    return int(str(summary.get("failed", 0))) + int(str(summary.get("errors", 0)))


def _fresh(row: Row, digest_now: str, told: str, again: str) -> Verdict:
    digest = row.get("digest", "")
    # None: a row of the transcript, which is given only where nothing was written after it.
    if digest is not None and (not digest or digest != digest_now):
        return _verdict("stale", f"{told}, but files of the task changed after it. {again}.", row)
    return _verdict("ok", f"{told}.", row)


# What keeps a run from passing while what it printed was printed: it may still tell that something failed.
_STILL_TELLS = frozenset(("impure", "redirected", "background", "unreadable", "opaque", "masked", "shown", "filtered", "narrowed", "unknown"))


def _tells_of_failing(row: Row, forgiven: _Forgiven) -> bool:
    """A run that could not have passed, as something stands beside it, and in whose output failures stand: `pytest; echo done`,
    `pytest > log; tail log`. To tell of failing less is needed than to tell of passing."""
    names = [str(test) for test in (row.get("summary") or {}).get("failing", [])]
    if not _bad(row) or not _STILL_TELLS.issuperset(row.get("flags", [])):
        return False
    return len(names) < _bad(row) or not all(forgiven.holds(test) for test in names)


def _declared(row: Row) -> str:
    return row.get("declared", row.get("command", "")).strip()


def _counts(row: Row) -> str:
    summary = row.get("summary") or {}
    words = ("passed", "failed", "errors", "skipped", "deselected", "xfailed", "xpassed", "rerun")
    numbers = ((word, int(str(summary.get(word, 0)))) for word in words)
    told = [
        f"{number} {'error' if (number, word) == (1, 'errors') else word}"
        for word, number in numbers
        if number
    ]
    return ", ".join(told) or "no tests"


def _advice(verify: Sequence[str]) -> str:
    return f"Run `{verify[0].strip()}`" if verify else f"Run the task's tests with their runner ({KNOWN})"


def _short(row: Row) -> str:
    text = " ".join(row.get("command", "").split())
    return text if len(text) <= 120 else text[:117] + "..."


def _verdict(reason: Reason, detail: str, row: Row | None = None) -> Verdict:
    summary = row.get("summary") if row is not None else None
    passed = int(summary.get("passed", 0)) if summary is not None else None
    return {"ok": reason == "ok", "reason": reason, "detail": detail, "passed": passed, "run": row}
