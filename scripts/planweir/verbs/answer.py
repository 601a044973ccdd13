"""What a verb gives back: whether it was done, words for the person, and the same as data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """`ok` False means: the answer is no. `go_on` True means: the typed command goes on to the model."""

    ok: bool
    text: str
    data: dict[str, object] = field(default_factory=dict)
    go_on: bool = False


def no(words: str, **data: object) -> Answer:
    return Answer(False, words, dict(data))


def yes(words: str, **data: object) -> Answer:
    return Answer(True, words, dict(data))
