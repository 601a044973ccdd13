"""What every part of the grammar draws from: a source of numbers, and the little memory that one command line has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

DEEPEST = 3  # constructs inside each other
UPS = 3  # `cd ..` in one command line: the world is deeper than that


class Choice:
    """Draws, and remembers what keeps the line meaningful.

    number: a number from the first to the second (hypothesis gives it, so that what fails is shrunk, or a seeded generator); depth: constructs around the present place; ups: how often the line has gone up; dead: in a branch that bash does
    not take, where only names that begin with `never` are written; count: for names that are used once.
    """

    def __init__(self, number: Callable[[int, int], int]) -> None:
        self.number = number
        self.depth = 0
        self.ups = 0
        self.dead = False
        self.count = 0

    def one(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def chance(self, of: int) -> bool:
        """True about once in `of` times; shrinks to False."""
        return self.number(0, of - 1) == of - 1

    def fresh(self, stem: str) -> str:
        """A name for a variable or a function that the line uses for nothing else."""
        self.count += 1
        return f"{stem}{self.count}"
