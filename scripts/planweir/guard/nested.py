"""Sessions within the session, the socket by which sessions are written to, and what is started outside of it.

Imported where a word of the command line calls for it: see seldom.py.
"""

from __future__ import annotations

import os
import re

from planweir.guard.rules import deny
from planweir.guard.runners import is_check
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program, Scan

_CLIENT = pattern(r"@anthropic-ai/claude-code(?:[@/]|\Z)|/claude/versions/|claude-code[\w-]*/(?:\w+/)*(?:cli\.m?js|claude)\Z")
# Programs that fetch a package and run what it holds; True where a word of its own says so.
_FETCHERS = {"npx": False, "bunx": False, "pnpx": False, "uvx": False, "npm": True, "pnpm": True, "yarn": True, "bun": True}
_RUN_WORDS = ("exec", "x", "dlx")
# What `claude` answers without a session.
_ASKS = (
    ("--version",),
    ("-v",),
    ("--help",),
    ("-h",),
    ("doctor",),
    ("mcp", "list"),
    ("mcp", "get"),
    ("plugin", "list"),
    ("plugin", "validate"),
    ("plugin", "details"),
    ("config", "get"),
    ("config", "list"),
)
_IN_CODE = pattern(
    r"(?:run|call|check_output|check_call|Popen|system|popen|spawn\w*|exec\w*)\(\s*\[?\s*[frbu]?['\"](?:\S*/)?claude['\"\s]"
)
_SOCKET = "CLAUDE_CODE_MESSAGING_"
_SOCKET_USED = pattern(r"\$\{?[!#]?CLAUDE_CODE_MESSAGING_")
_SOCKET_PATH = pattern(r"\bcc-socks(?:-\d+)?/")
_ASK_ENV = ("printenv", "declare", "typeset", "export", "env", "set", "compgen")
_PROSE = ("gh", "glab", "hub", "jira", "git")
# Programs that hand work to a service of the machine, and the options or words with which they only look.
_LOOSE = {
    "at": ("-l", "-c", "-V"),
    "batch": (),
    "crontab": ("-l",),
    "systemd-run": ("--version", "--help"),
    "launchctl": ("list", "print", "help", "version", "blame"),
}


def judge_nested(case: Case) -> Decision | None:
    """The denial of what would start another session, speak to this one, or hand work to a service; in scripts that are run too."""
    free = case.role == "foreign" or (case.role == "main" and case.guard.get("status") == "paused")
    for scan, source in ((case.scan, case.source), *((one, one.source) for one in case.scripts)):
        denied = _of_line(scan, source, free)
        if denied:
            return denied
    return None


def _of_line(scan: Scan, source: str, free: bool) -> Decision | None:
    if reaches_socket(scan, source):
        return deny(
            "person-verbs",
            "the session's own socket would be used, by which it is told what to do",
            "say it in your report or your answer; a person reads it",
        )
    for program in scan.programs:
        if _unplugs(program):
            return deny(
                "guarded-paths", "Claude Code's plugins would be changed while one of them enforces a plan", "tell the person what you would need"
            )
        if free:
            continue
        if is_session(program):
            return deny("nested-session", "claude would be started from Bash", "do the work in this session")
        service = _service(program)
        if service:
            return deny(
                "loose-process",
                f"{service} would have a service of the machine run it",
                "run it in this shell (in the background with &, or by the tool's run_in_background)",
            )
    return None


def is_session(program: Program) -> bool:
    """Whether a program is Claude Code, by whatever name, and more than asked for its version or its settings."""
    words = [one or "" for one in program.words]
    if program.name in ("claude", "claude.exe", "claude-code"):
        return not any(tuple(words[1 : 1 + len(ask)]) == ask for ask in _ASKS)
    if program.code and program.kind == "runs" and _IN_CODE.search(program.code):
        return True
    if program.kind not in ("runs", "unknown"):
        return False
    needs = _FETCHERS.get(program.name)
    if needs is not None:
        runs = not needs or any(one in _RUN_WORDS for one in words[1:3])
        return runs and any(re.fullmatch(r"claude|@anthropic-ai/claude-code(?:@\S+)?", one) for one in words[1:8])
    return any(_CLIENT.search(one) for one in words[:5]) and not is_check(program)


def _unplugs(program: Program) -> bool:
    """Whether Claude Code's own command line would switch plugins, or hooks, off or exchange them."""
    words = [one or "" for one in program.words]
    if program.name not in ("claude", "claude.exe"):
        return False
    if words[1:2] in (["plugin"], ["plugins"]) and words[2:3] in (
        [one] for one in ("disable", "uninstall", "remove", "rm", "update", "enable")
    ):
        return True
    return words[1:3] == ["config", "set"] and any("ooks" in one for one in words[3:])


def reaches_socket(scan: Scan, source: str) -> bool:
    """Whether a command line uses the socket on which the session takes messages, or its token."""
    if _SOCKET_USED.search(source):
        return True
    value = os.environ.get(_SOCKET + "SOCKET", "")
    for program in scan.programs:
        if program.name in _PROSE:
            continue
        texts = [program.code]
        if program.kind != "reads" or program.name in _ASK_ENV:
            texts += [*program.words, *program.assignments, program.stdin_text]
        for one in texts:
            if one and (_SOCKET in one or _SOCKET_PATH.search(one) or (value and value in one)):
                return True
    return not scan.readable and _SOCKET in source


def _service(program: Program) -> str:
    """The service of the machine that a program would have run something; empty for none."""
    wrapped = next((one for one in program.wrappers if one in _LOOSE), "")
    if wrapped or program.kind == "reads" or program.name not in _LOOSE:
        return wrapped
    looks = _LOOSE[program.name]
    return "" if any(one in looks for one in program.words[1:3]) else program.name
