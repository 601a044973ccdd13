"""One event as one line of the journal, with its checksum (CRC-32: against accidents, not against forgers), and back."""

from __future__ import annotations

import json
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import Event

SUM_MARK = b',"sum":"'


class Damaged(Exception):
    """The journal is not what was written. What stands before line `line` is intact; 0 where no line can be named."""

    def __init__(self, path: str, line: int, why: str) -> None:
        where = f"line {line} is damaged ({why}); what stands before it is intact" if line else f"it is damaged ({why})"
        super().__init__(f"{path}: {where}")
        self.line = line
        self.why = why


def encode(event: Event) -> bytes:
    """`event` as one journal line, with its checksum."""
    body = json.dumps(event, separators=(",", ":"), sort_keys=False).encode()
    return body[:-1] + SUM_MARK + b'%08x"}\n' % crc32(body)


def decode(line: bytes) -> Event:
    """The event of one line. Raises ValueError where checksum or JSON is wrong."""
    body, mark, tail = line.rpartition(SUM_MARK)
    if not mark:
        raise ValueError("no checksum")
    body += b"}"
    if tail.rstrip(b"\n") != b'%08x"}' % crc32(body):
        raise ValueError("checksum differs")
    event = json.loads(body)
    if not isinstance(event, dict):
        raise ValueError("no object")
    return event


def parse(path: str, data: bytes, seq: int = 0) -> tuple[list[Event], int]:
    """The events of `data`, where number `seq` was the last before it, and where the last whole line ends.

    A torn last line is left out. Raises Damaged where a line that is not the last cannot be read, or where a line's
    number does not follow the one before: a line is missing or is there twice.
    """
    found: list[Event] = []
    position = 0
    # Not splitlines: a damaged byte may look like a carriage return, and what follows it is no torn line.
    for line in data.split(b"\n")[:-1]:
        number = seq + len(found) + 1
        try:
            event = decode(line)
        except ValueError as error:
            if position + len(line) + 1 == len(data):
                break  # a last line that a crash left half written
            raise Damaged(path, number, str(error)) from None
        if event.get("seq") != number:
            raise Damaged(path, number, f"it is numbered {event.get('seq')}")
        found.append(event)
        position += len(line) + 1
    return found, position
