"""Which client wrote a transcript, for the few things that older ones do otherwise."""

from __future__ import annotations

import glob
import json
import os
import re

from planweir.values import text_or

# An agent that ends while a shell of its own runs: newer clients say so and start it again at the shell's end. Those
# between 2.1.260 and 2.1.285 start it again and report an end nevertheless; 2.1.240 starts it again in print mode alone.
WAITS_FOR_SHELLS = (2, 1, 300)

# A prompt that comes while a turn runs raises UserPromptSubmit: not in 2.1.250.
ALL_PROMPTS_RAISE_EVENTS = (2, 1, 260)

# The Workflow tool is offered, as far back as was tried.
WORKFLOWS = (2, 1, 240)

LONGEST_LINE = 1024 * 1024  # bytes of a line that are read
LOOKED_AT = 8  # lines at the beginning; the client puts its version into every one that is a message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Version = tuple[int, int, int]
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")


def written_by(path: str) -> Version | None:
    """The version of the client that wrote transcript `path`; None where it does not say so."""
    try:
        with open(path, "rb") as stream:
            lines = [stream.readline(LONGEST_LINE) for _ in range(LOOKED_AT)]
    except OSError:
        return None
    return first_named(lines)


def first_named(lines: Iterable[bytes]) -> Version | None:
    """The version that the first of these lines of a transcript names which names any."""
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        match = _VERSION.match(text_or(entry, "version")) if isinstance(entry, dict) else None
        if match is not None:
            return int(match[1]), int(match[2]), int(match[3])
    return None


def newest(config: str, session: str) -> Version | None:
    """The version of the client that wrote last into the transcript of `session`, below the person's folder `config`."""
    for path in glob.glob(f"{glob.escape(config)}/projects/*/{glob.escape(session)}.jsonl"):
        try:
            with open(path, "rb") as stream:
                stream.seek(max(0, os.fstat(stream.fileno()).st_size - LONGEST_LINE))
                lines = stream.read().splitlines()
        except OSError:
            continue
        found = first_named(reversed(lines))
        if found is not None:
            return found
    return None


def waits_for_shells(path: str) -> bool:
    """Does the client that wrote `path` start an agent again when its own shell ends? Yes where it is not known."""
    version = written_by(path)
    return version is None or version >= WAITS_FOR_SHELLS
