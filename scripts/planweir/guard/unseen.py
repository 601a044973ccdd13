"""What nobody sees before it is done: a text that is decoded into a shell, an archive of unknown members over files of others."""

from __future__ import annotations

from planweir.guard.paths import below, canonical, relative
from planweir.guard.rules import deny
from planweir.shell.decoded import decodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program, Write

UNPACKS = frozenset("tar gtar bsdtar ar unzip cpio 7z patch python python3".split())
_SHELLS = frozenset("sh bash dash zsh ksh ash eval source .".split())


def unseen(case: Case) -> Decision | None:
    """The denial of what can be known only afterwards, where it would matter to others."""
    programs = [one for scan in (case.scan, *case.scripts) for one in scan.programs]
    decoder = next((one for one in programs if decodes(one) and (one.piped or one.nested)), None)
    if decoder is not None and any(map(_runs_unknown, programs)):
        shown = " ".join(one or "…" for one in decoder.words)[:60]
        return deny(
            "unreadable-command",
            f"what `{shown}` prints would be run by a shell, and nobody sees it before",
            "decode it into a file, read that, and run its commands as they are",
        )
    for write in case.scan.writes:
        if write.path is None and write.within is not None and write.pattern is None and write.by in UNPACKS:
            denied = _unpacked(write, case)
            if denied:
                return denied
    return None


def _runs_unknown(program: Program) -> bool:
    """Whether a shell is given a text that cannot be told, and no script."""
    if not program.name:
        return program.words[:1] == [None]
    if program.name not in _SHELLS or program.kind != "runs" or program.script is not None:
        return False
    return all(one is None or one.startswith(("-", "/dev/")) for one in program.words[1:])


def _unpacked(write: Write, case: Case) -> Decision | None:
    if write.by == "patch" and any(one.name == "git" and "--" in one.words for one in case.scan.programs):
        return None  # what it patches is named there
    folder = canonical(write.within or "", case.cwd)
    inside = relative(folder, case.project)
    if inside is None:
        return None
    held = next((one for one in case.guarded if below(one, folder)), None)
    whose = f"{relative(held, case.project) or held}, which is guarded" if held else ""
    if held is None:
        from planweir.guard.scope import holds_running

        running = holds_running(folder, case.guard, case.task)
        whose = f"{running[1]}, which belongs to {running[0]}, which is running" if running else ""
    if not whose:
        return None
    return deny(
        "unreadable-command",
        f"{write.by} would put files into {inside or 'the project'} whose names cannot be told beforehand, and there lies {whose}",
        "do it in an empty folder (`mkdir -p /tmp/x`, then `tar -C /tmp/x …`), and copy from there what is yours",
    )
