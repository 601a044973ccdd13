"""How much work one command line may cost. A slow command must not buy a hook that is too late to deny."""

from __future__ import annotations

from time import monotonic, process_time

DEADLINE = 0.2  # seconds of our own work for one command line: a busy machine makes no command unreadable
LATEST = 5.0  # seconds on the clock, whatever they went into; the host gives the hook 20
MAX_SIZE = 400_000  # characters of a command line
MAX_STEPS = 27_000  # of reading and following it; what is dear is so on every machine, however fast
MAX_SUM = 2_000  # characters of an arithmetic expression
MAX_NESTING = 24  # substitutions, groups, `bash -c` inside each other
MAX_BRACES = 256  # words that one brace expansion may make
MAX_GLOB = 400  # names that one pattern may look at
MAX_PROGRAMS = 3_000
MAX_WRITES = 1_200
MAX_FOLDERS = 8  # folders that the shell may be in after a `cd` that may have failed
MAX_TEXT = 500_000  # characters that one word may grow to
MAX_TURNS = 24  # rounds of a `for` loop that are followed one by one


class Unreadable(Exception):
    """The command cannot be read: its grammar is broken."""


class Dear(Unreadable):
    """Reading the command costs too much: a shell would run it all the same."""


class Limit:
    """One budget of time and depth shared by everything that reads one command line."""

    __slots__ = ("_countdown", "depth", "latest", "steps", "until")

    def __init__(self, seconds: float | None) -> None:
        self.until = process_time() + (DEADLINE if seconds is None else seconds)
        self.latest = monotonic() + LATEST
        self.depth = 0
        self.steps = MAX_STEPS
        self._countdown = 0

    def tick(self, cost: int = 1) -> None:
        """Called in every loop, with what the step costs; looks at the clock each 16th time."""
        self._countdown -= cost
        if self._countdown < 0:
            self.steps -= 16 - self._countdown
            self._countdown = 16
            if self.steps < 0:
                raise Dear("it is too long to be followed")
            if process_time() > self.until or monotonic() > self.latest:
                raise Dear("reading it took too long")

    def spend(self, steps: int) -> None:
        """What costs as much as so many steps."""
        self.steps -= steps
        if self.steps < 0:
            raise Dear("it is too long to be followed")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Dear("it is nested too deeply")

    def shallower(self) -> None:
        self.depth -= 1
