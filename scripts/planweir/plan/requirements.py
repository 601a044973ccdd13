"""Requirements of a plan and their criteria: what must hold when it is done, beside what each task promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from planweir.plan.forms import PlanFormError, flag_of, list_of, object_of, take, text_of

# A requirement's id holds a digit, so that `Note: …` is none, and no dot: what stands behind one is its criterion's.
REQUIREMENT_ID = r"(?=[A-Za-z_-]*[0-9])[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*"
CRITERION_ID = rf"{REQUIREMENT_ID}\.[A-Za-z0-9]+"
MAX_WANTED = 2_000  # requirements and criteria together
MAX_TEXT = 10_000  # characters of one


@dataclass(frozen=True)
class Wanted:
    """One thing that must hold. `by_hand`: only a person can tell; `check`: the command that the gate runs for it."""

    id: str
    text: str
    by_hand: bool = False
    check: str = ""

    def to_json(self) -> dict[str, object]:
        return {"id": self.id, "text": self.text, "by_hand": self.by_hand, "check": self.check}


@dataclass(frozen=True)
class Requirement(Wanted):
    """A requirement. It holds when its criteria do; with none, or marked by hand or with a check itself, it is one of its own."""

    criteria: tuple[Wanted, ...] = ()
    line: int | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, object]:
        return {**super().to_json(), "criteria": [row.to_json() for row in self.criteria]}


def everything(requirements: tuple[Requirement, ...]) -> Iterator[Wanted]:
    """Each requirement, followed by its criteria."""
    for requirement in requirements:
        yield requirement
        yield from requirement.criteria


def requirements_from_json(obj: object, path: str) -> tuple[Requirement, ...]:
    """What to_json gave of each. Raises PlanFormError."""
    found: list[Requirement] = []
    for number, row in enumerate(list_of(obj, path)):
        where = f"{path}[{number}]"
        got = object_of(row, where, (*_FIELDS, "criteria"), ("id", "text"))
        below = list_of(got.get("criteria", []), f"{where}.criteria")
        criteria = tuple(_wanted(one, f"{where}.criteria[{n}]") for n, one in enumerate(below))
        own = _wanted({key: value for key, value in got.items() if key != "criteria"}, where)
        found.append(Requirement(own.id, own.text, own.by_hand, own.check, criteria))
    if sum(1 for _ in everything(tuple(found))) > MAX_WANTED:
        raise PlanFormError(path, f"holds more than {MAX_WANTED} requirements and criteria", "split the plan")
    return tuple(found)


_FIELDS = ("id", "text", "by_hand", "check")


def _wanted(obj: object, path: str) -> Wanted:
    got = object_of(obj, path, _FIELDS, ("id", "text"))
    return Wanted(
        id=text_of(got["id"], f"{path}.id"),
        text=text_of(got["text"], f"{path}.text"),
        by_hand=take(got, path, "by_hand", flag_of, False),
        check=take(got, path, "check", text_of, ""),
    )
