"""The words that xargs and parallel take from standard input."""

from __future__ import annotations

import re

from planweir.shell.marks import UNKNOWN, known


def with_inputs(wrapper: str, fields: list[str], opts: list[tuple[str, str]], stdin: str | None) -> list[str]:
    """xargs and parallel: the words that come from standard input."""
    holes = [value or "{}" for option, value in opts if option in ("-I", "-i", "--replace")]
    hole = holes[0] if holes else "{}" if wrapper == "parallel" else None
    words = [UNKNOWN]
    if stdin is not None and known(stdin) and len(stdin) < 4_000 and "'" not in stdin and '"' not in stdin:
        words = re.split(r"[\0\s]+", stdin.strip()) or [UNKNOWN]
    if ":::" in fields:
        at = fields.index(":::")
        words, fields = fields[at + 1 :], fields[:at]
    if hole is not None and any(hole in one for one in fields):
        value = words[0] if len(words) == 1 else UNKNOWN
        return [one.replace(hole, value) for one in fields]
    return [*fields, *words]
