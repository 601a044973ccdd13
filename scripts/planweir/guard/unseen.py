"""What nobody sees before it is done: a text that is decoded into a shell, an archive of unknown members over files of others."""

from __future__ import annotations

import os

from planweir.guard.paths import below, canonical, relative
from planweir.guard.rules import deny
from planweir.guard.scope import holds_running, unpacks
from planweir.shell.decoded import decodes
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program, Write

_CODED = pattern(r"b64decode|a2b_\w+|unhexlify|fromhex|decompress|rot_?13|marshal|decode_base64|base64_decode|pack\s*\(?\s*['\"]H|atob\(|['\"](?:base64|hex)['\"]")
_RUN = pattern(r"\b(?:exec|eval|system|Function|spawn|popen|execSync|run|call|check_output|check_call)\s*\(")
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
    for one in programs:
        if one.kind == "runs" and one.code and _CODED.search(one.code) and _RUN.search(one.code):
            return deny(
                "unreadable-command",
                f"the code that {one.name} is given decodes a text and runs it, and nobody sees it before",
                "write the code out as it is",
            )
    for write in case.scan.writes:
        if write.path is None and unpacks(write):
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
        running = holds_running(folder, case.guard, case.task)
        whose = f"{running[1]}, which belongs to {running[0]}, which is running" if running else ""
    if not whose:
        return None
    return deny(
        "unreadable-command",
        f"{write.by} would put files into {inside or 'the project'} whose names cannot be told beforehand, and there lies {whose}",
        "do it in an empty folder (`mkdir -p /tmp/x`, then `tar -C /tmp/x …`), and copy from there what is yours",
    )


_WRITING = pattern(r"""['"][wax]b?\+?['"]|\b(?:remove|unlink\w*|write_\w+|writeFile\w*|append\w*|rename\w*|rm\w*|truncate\w*|move|copy\w*)\(""")
_PATTERNS = pattern(r"""['"]([^'"\n]{0,300}[*?][^'"\n]{0,300})['"]""")
_SEARCHES = pattern(r"rglob|os\.walk|\*\*")


def by_pattern(program: Program, case: Case) -> str | None:
    """What is guarded and meant by a pattern in code that writes."""
    import fnmatch

    code = program.code or ""
    if not _WRITING.search(code):
        return None
    if _SEARCHES.search(code) and (one := next((one for one in ("journal.jsonl", "guard.json") if one in code), None)):
        return one
    found: list[str] = _PATTERNS.findall(code)
    for text in found[:20]:
        wanted = os.path.expanduser(text)
        wanted = wanted if wanted.startswith("/") else os.path.join(program.cwd or case.cwd, wanted)
        for one in case.guarded:
            parts = one.split("/")
            asked = os.path.normpath(wanted).split("/")
            if len(asked) < len(parts) or len(asked) > 40 or (len(asked) > len(parts) and os.path.isfile(one)):
                continue
            if all(fnmatch.fnmatchcase(part, ask) for part, ask in zip(parts, asked, strict=False)):
                return text
    return None
