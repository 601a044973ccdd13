"""Reading a test summary out of the output of a command that the gate ran itself, whatever started the runner."""

from __future__ import annotations

from planweir.evidence.runners import runners
from planweir.values import number_or, texts


def summary_of(output: str) -> dict[str, object] | None:
    """The counts of the first known runner whose summary stands in `output`; None where there is none."""
    for runner in runners().values():
        summary = runner.read(output)
        if summary is not None:
            return {**summary}
    return None


def named_failures(summary: dict[str, object] | None) -> list[str] | None:
    """The names of the tests that failed, if the summary names every one of them; else None."""
    if summary is None or summary.get("cut"):
        return None
    names = texts(summary, "failing")
    return names if len(names) >= number_or(summary, "failed") + number_or(summary, "errors") > 0 else None
