"""Values of a JSON document by their form; what is of another form is told with its path and a mend."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TypeVar

_T = TypeVar("_T")


class PlanFormError(ValueError):
    """A value that is no plan in JSON form: where (`path`, such as `$.tasks[2].files`), what and the mend."""

    def __init__(self, path: str, what: str, mend: str) -> None:
        super().__init__(f"{path}: {what}; {mend}")
        self.path = path
        self.what = what
        self.mend = mend


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known word that `word` most likely stands for, if any comes near."""
    found = get_close_matches(word.casefold(), [k.casefold() for k in known], 1, 0.6)
    return next((k for k in known if found and k.casefold() == found[0]), None)


def take(got: dict[str, object], path: str, key: str, read: Callable[[object, str], _T], default: _T) -> _T:
    return read(got[key], f"{path}.{key}") if key in got else default


def other_key(key: str, known: tuple[str, ...]) -> str:
    """How an unknown key is mended: the nearest one, else all there are."""
    near = nearest(key, known)
    return f"did you mean `{near}`?" if near else "its keys are " + ", ".join(k for k in known if k[0] != "$")


def object_of(obj: object, path: str, known: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(obj, dict):
        raise PlanFormError(path, f"is {_kind(obj)}, not an object", "write { … }")
    for key in obj:
        if key not in known:
            raise PlanFormError(path, f"has the unknown key `{key}`", other_key(str(key), known))
    for key in needed:
        if key not in obj:
            raise PlanFormError(path, f"lacks `{key}`", f'add "{key}"')
    return obj


def list_of(obj: object, path: str) -> list[object]:
    if not isinstance(obj, list):
        raise PlanFormError(path, f"is {_kind(obj)}, not a list", "write [ … ]")
    return obj


def text_of(obj: object, path: str) -> str:
    if not isinstance(obj, str):
        raise PlanFormError(path, f"is {_kind(obj)}, not a string", "write it in double quotes")
    return obj


def texts_of(obj: object, path: str) -> tuple[str, ...]:
    return tuple(text_of(item, f"{path}[{n}]") for n, item in enumerate(list_of(obj, path)))


def flag_of(obj: object, path: str) -> bool:
    if not isinstance(obj, bool):
        raise PlanFormError(path, f"is {_kind(obj)}, not a boolean", "write true or false")
    return obj


def number_of(obj: object, path: str) -> int | None:
    if obj is None:
        return None
    # JSON has one kind of number: 3.0 is the integer 3.
    if isinstance(obj, float) and obj.is_integer():
        return int(obj)
    if isinstance(obj, bool) or not isinstance(obj, int):
        raise PlanFormError(path, f"is {_kind(obj)}, not a whole number", "write a whole number or null")
    return obj


def one_of(obj: object, path: str, known: tuple[str, ...]) -> str:
    text = text_of(obj, path)
    if text not in known:
        raise PlanFormError(path, f"is {text!r}", "write one of " + ", ".join(f'"{k}"' for k in known))
    return text


def _kind(obj: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return "null" if obj is None else names.get(type(obj), type(obj).__name__)
