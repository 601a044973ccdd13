"""Small projects of real files, and what is found of them."""

from __future__ import annotations

from pathlib import Path

from planweir.reach.files import Files, walked
from planweir.reach.judge import judge
from planweir.reach.outcome import Asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.reach.outcome import Verdict

MAIN = "if __name__ == '__main__':\n    print(1)\n"


def tree(root: Path, files: dict[str, str], seconds: float = 60.0) -> Files:
    for path, text in files.items():
        whole = root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(text)
    return Files(str(root), walked(str(root)), seconds)


def ask(
    root: Path, files: dict[str, str], *new: str, declared: tuple[str, ...] = (), old: frozenset[str] | None = None
) -> dict[str, Verdict]:
    """The verdict on each of the modules `new`."""
    if old is None:
        old = frozenset(set(files) - set(new))
    found = judge(tree(root, files), [Asked(path) for path in new], declared, old)
    return {row.path: row for row in found}


def words(root: Path, files: dict[str, str], *new: str, declared: tuple[str, ...] = ()) -> list[str]:
    """Those verdicts as words, in the order of `new`."""
    found = ask(root, files, *new, declared=declared)
    return [found[path].word for path in new]


def added(root: Path, files: dict[str, str], path: str, before: str, declared: tuple[str, ...] = ()) -> dict[str, str]:
    """name -> verdict of each definition that `path` has now and had not."""
    found = judge(tree(root, files), [Asked(path, before)], declared, frozenset(files))
    return {row.name: row.word for row in found}
