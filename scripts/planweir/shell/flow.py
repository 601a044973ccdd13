"""What surrounds a command while its line is walked."""

from __future__ import annotations


class Flow:
    """What surrounds a command: who reads its output, and whether its exit status counts."""

    __slots__ = ("background", "masked", "negated", "nested", "piped", "stderr", "stdin", "stdout")

    def __init__(self) -> None:
        self.background = self.masked = self.negated = self.piped = False
        self.nested = 0
        self.stdin: str | None = None  # what it reads, marked; None: not known
        self.stdout: str | None = None
        self.stderr: str | None = None

    def copy(self) -> Flow:
        other = Flow()
        for name in Flow.__slots__:
            setattr(other, name, getattr(self, name))
        return other
