"""What a changed rule hides: files that git would show by other rules and by those of now does not."""

from __future__ import annotations

import os

from planweir.evidence.byproducts import is_byproduct
from planweir.evidence.index import TreeError, run_git
from planweir.places import RENDERED_COPY, write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

LIMIT = 8.0  # seconds


def hidden(places: Places, rules: list[str]) -> list[str]:
    """The untracked files that only what the person's own rules (`rules`, line by line) became hides. What git cannot say is
    nothing."""
    kept = f"{places.base}/rules"
    write_whole(kept, "\n".join([*rules, f"/{RENDERED_COPY}", ""]))
    try:
        before = _others(places, "--exclude-per-directory=.gitignore", f"--exclude-from={kept}")
        return sorted(path for path in before - _others(places, "--exclude-standard") if not is_byproduct(path))
    except TreeError:
        return []
    finally:
        os.unlink(kept)


def _others(places: Places, *excluding: str) -> set[str]:
    out = run_git(places.project, ("ls-files", "-z", "--others", *excluding), limit=LIMIT)
    return {os.fsdecode(path) for path in out.split(b"\0") if path}
