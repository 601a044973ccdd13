"""Reading a test summary out of the output of a command that the gate ran itself, whatever started the runner."""

from __future__ import annotations

from planweir.evidence.runners import read_all
from planweir.values import number_or, texts


def summary_of(output: str, folder: str) -> dict[str, object] | None:
    """The counts of all known runners whose summaries stand in `output`; None where there is none. What failed is
    named by its file, relative to `folder`."""
    summary = read_all(output, folder)
    return None if summary is None else {**summary}


def named_failures(summary: dict[str, object] | None) -> list[str] | None:
    """The names of the tests that failed, if the summary names every one of them; else None."""
    if summary is None or summary.get("cut"):
        return None
    names = texts(summary, "failing")
    return names if len(names) >= number_or(summary, "failed") + number_or(summary, "errors") > 0 else None
