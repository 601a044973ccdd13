"""Who the person is: as git knows them here, else as the system does. A name that is kept beside what they said, no proof."""

from __future__ import annotations

import getpass

from planweir.evidence.index import TreeError, run_git
from planweir.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

LONGEST = 200  # characters


def name(places: Places) -> str:
    """`Ann Example <ann@example.org>`, or the name of the account."""
    called, mail = (_setting(places, key) for key in ("user.name", "user.email"))
    if called or mail:
        return (f"{called} <{mail}>" if called and mail else called or mail)[:LONGEST]
    try:
        return getpass.getuser()[:LONGEST]
    except (KeyError, OSError):
        return "somebody without a name"


def _setting(places: Places, key: str) -> str:
    try:
        words = run_git(places.project, ("config", "--get", key), ok=(0, 1)).decode("utf-8", "replace")
    except TreeError:
        return ""
    return " ".join(shown(words).split())
