"""Whether an agent's recorded runs are evidence that its task's checks pass (design, section 7)."""

from __future__ import annotations

import re

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


# What a flag of a recorded run does to it. `masked` is not here: it asks for a summary, nothing else.
# `narrowed` and `lists` are not either: they matter for which run decides.
_REFUSED: dict[str, tuple[Reason, str]] = {
    "unreadable": ("unrecognised", "the command is too involved to be read"),
    "shadowed": ("unrecognised", "a function or alias is defined beside the test runner"),
    "path": ("unrecognised", "PATH is set in the same command, so the runner may be another program"),
    "impure": ("unrecognised", "another program in the same command writes to the same output"),
    "background": ("unread", "it went to the background or was cut off, and its end was not seen"),
    "redirected": ("unread", "its output went to a file or a variable, so its summary was not seen"),
}


def judge(
    runs: Sequence[Row],
    verify: Sequence[str],
    digest_now: str,
    neighbours: Sequence[Sequence[str]],
    new_tests: bool,
) -> Verdict:
    """The verdict on the runs of one attempt, oldest first.

    `verify`: the task's own Verify commands. Where the agent ran any of them verbatim, these runs decide and
    nothing else: the last run of each one that was run must pass (one that was never run is the gate's to
    run). Otherwise the last run of a known test runner decides; if it selected less than an earlier run that
    failed, the earlier one still stands. `neighbours`: for each other running task the regular expressions of
    its files; failures that lie in them alone hold nobody, but something of one's own must have passed.
    `digest_now`: of the task's files at this moment; a run whose digest differs is stale. Order of what is
    told first: a failure, then staleness. Without Verify and with `new_tests` false the report suffices:
    reason "ok" whatever was run, and the detail says so.
    """
    if not verify and not new_tests:
        return _verdict(
            "ok", "The task asks for no new tests and names no Verify command: the report suffices."
        )
    again = _advice(verify)
    wanted = {command.strip() for command in verify}
    last: dict[str, Row] = {}
    for row in runs:
        key = _declared(row)
        if row.get("verify") and key in wanted:
            last[key] = row
    if last:
        verdicts = [
            _judge_row(row, digest_now, neighbours, f"Run `{key}` again") for key, row in last.items()
        ]
        failing = [verdict for verdict in verdicts if not verdict["ok"]]
        return failing[0] if failing else verdicts[-1]
    runner_rows = [row for row in runs if row.get("runner")]
    # `--version`, `--collect-only`: decide only where nothing else was run.
    deciding = [row for row in runner_rows if "lists" not in row.get("flags", [])] or runner_rows
    if not deciding:
        return _verdict("none", f"No run of a check was recorded for this attempt. {again}, then report.")
    verdict = _judge_row(deciding[-1], digest_now, neighbours, again)
    if not verdict["ok"]:
        return verdict
    for earlier in reversed(deciding[:-1]):
        if not _covers(deciding[-1], earlier) and not _covered_since(deciding, earlier):
            was = _judge_row(earlier, earlier.get("digest") or "", neighbours, again)
            if was["reason"] == "failed":
                told = (
                    f"`{_short(deciding[-1])}` passes, but `{_short(earlier)}` failed before it and "
                    "ran more tests. "
                    f"Run `{_short(earlier)}` again."
                )
                return _verdict("failed", told, earlier)
    return verdict


def _judge_row(row: Row, digest_now: str, neighbours: Sequence[Sequence[str]], again: str) -> Verdict:
    status, summary, flags = row.get("exit"), row.get("summary"), row.get("flags", [])
    runner, verify = row.get("runner"), bool(row.get("verify"))
    name = f"`{_short(row)}`"
    if not verify or status is None:
        for flag, (reason, why) in _REFUSED.items():
            if flag in flags:
                told = (
                    f"{name} does not count: {why}. {again}, alone, in the foreground, with its output shown."
                )
                return _verdict(reason, told, row)
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
                f"{name} printed no summary that could be read. {again}, without -qq and with its last "
                "lines shown."
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
        if len(names) >= bad and all(_in_scopes(test, neighbours) for test in names):
            if not passed:
                told = (
                    f"In {name} nothing passed; what failed lies in files of tasks that are running. {again}."
                )
                return _verdict("empty", told, row)
            told = f"{name}: {passed} passed; the {bad} that failed lie in files of tasks that are running"
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


def _fresh(row: Row, digest_now: str, told: str, again: str) -> Verdict:
    digest = row.get("digest", "")
    # None: a row of the transcript, which is given only where nothing was written after it.
    if digest is not None and digest != digest_now:
        return _verdict("stale", f"{told}, but files of the task changed after it. {again}.", row)
    return _verdict("ok", f"{told}.", row)


def _in_scopes(test: str, neighbours: Sequence[Sequence[str]]) -> bool:
    path = test.split("::", 1)[0].split("[", 1)[0].strip()
    return any(re.fullmatch(pattern, path) for scope in neighbours for pattern in scope)


def _covers(later: Row, earlier: Row) -> bool:
    """Whether the later run selected at least what the earlier one did."""
    if later.get("command") == earlier.get("command"):
        return True
    if "narrowed" in later.get("flags", []):
        return False
    chosen, before = later.get("select", []), earlier.get("select", [])
    if not chosen:
        return True
    return bool(before) and all(any(_below(path, place) for place in chosen) for path in before)


def _covered_since(rows: Sequence[Row], earlier: Row) -> bool:
    """Whether a later run, not only the last, took this one's place."""
    at = next(place for place, row in enumerate(rows) if row is earlier)
    return any(_covers(row, earlier) for row in rows[at + 1 :])


def _below(path: str, place: str) -> bool:
    path, place = path.split("::", 1)[0].removeprefix("./"), place.removeprefix("./").rstrip("/")
    return place in ("", ".") or path.rstrip("/") == place or path.startswith(place + "/")


def _declared(row: Row) -> str:
    return row.get("declared", row.get("command", "")).strip()


def _counts(row: Row) -> str:
    summary = row.get("summary") or {}
    words = ("passed", "failed", "errors", "skipped", "deselected", "xfailed", "xpassed", "rerun")
    numbers = ((word, int(str(summary.get(word, 0)))) for word in words)
    return ", ".join(f"{number} {word}" for word, number in numbers if number) or "no tests"


def _advice(verify: Sequence[str]) -> str:
    return f"Run `{verify[0].strip()}`" if verify else "Run the task's tests with its test runner"


def _short(row: Row) -> str:
    text = " ".join(row.get("command", "").split())
    return text if len(text) <= 120 else text[:117] + "..."


def _verdict(reason: Reason, detail: str, row: Row | None = None) -> Verdict:
    summary = row.get("summary") if row is not None else None
    passed = int(summary.get("passed", 0)) if summary is not None else None
    return {"ok": reason == "ok", "reason": reason, "detail": detail, "passed": passed, "run": row}
