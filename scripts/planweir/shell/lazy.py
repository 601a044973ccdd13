"""Regular expressions that are compiled when they are first used: most calls need few of them."""

from __future__ import annotations

import re


class _Lazy:
    """Stands for a compiled pattern; each method is fetched from it at its first use."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        method: object = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, method)
        return method


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern to be used like the result of re.compile."""
    return _Lazy(source, flags)  # type: ignore[return-value]
