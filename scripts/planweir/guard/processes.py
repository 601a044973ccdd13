"""Whether a process that a call would end was surely started by its own agent. Loaded when a call ends one.

A server that was started in an earlier call has lost its parent: nothing in the process says which agent started it. What
can be known: that it was started from a Bash call in this project (CLAUDECODE and the project's folder stand in its
environment or it works in that folder), and that no other agent is at work whose it could be. Linux alone (/proc); elsewhere
nothing is known, and nothing is allowed.
"""

from __future__ import annotations

import os
import re

from planweir.guard.paths import below, canonical
from planweir.guard.who import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.shell.scan import Program

_SIMPLE = re.compile(r"[\w ./:@=-]+\Z", re.A)
_MOST = 64


def own(program: Program, case: Case) -> bool:
    """Whether all that a call of kill, pkill, killall or fuser would end is the caller's own or left over."""
    if "-0" in program.words or _noted(program, case) or _children(program, case) or _kept_in_mind(program, case):
        return True
    agent = case.event.get("agent_id")
    if any(one != agent for one in table(case.guard, "agents")):
        return False
    found = _ended(program, case)
    return found is not None and found != [] and all(_ours(one, case) for one in found)


_NOTES = re.compile(r"""\becho\s+"?\$!"?\s*>\s*["']?([\w./-]+)""")


def _children(program: Program, case: Case) -> bool:
    """`kill $(jobs -p)`, `pkill -P $$`: what this very line started."""
    plain = [one for one in program.words[1:] if one is None or not one.startswith("-")]
    if plain != [None]:
        return False
    if program.name == "kill":
        asked = [one for one in case.scan.programs if one.nested]
        return bool(asked) and all(one.name == "jobs" for one in asked)
    return program.name == "pkill" and "-P" in program.words and re.search(r"-P\s*\$\$(?!\w)", case.source) is not None


_CALLS = re.compile(r"(?<![\w-])kill\b[ \t]*([^;&|\n)}]*)")
_ALLOWED = re.compile(r"-\w+|%\d*|\$!|\d?>[\w./]*|EXIT|INT|TERM|HUP|QUIT|ERR|0|\$(?:\w+|\{\w+\})", re.A)
_SAYING = re.compile(r"\becho[ \t][^;&|\n`>(]*")
_NOT_THEIRS = frozenset(("PPID", "BASHPID"))


def _kept_in_mind(program: Program, case: Case) -> bool:
    """`trap 'kill $P' EXIT; server & P=$!`, `stop() { kill $P; }`: the line gives the variable nothing but `$!`, though the call
    that names it stands before that."""
    if program.name != "kill" or not all(one is None or one.startswith("-") for one in program.words[1:]):
        return False
    names: set[str] = set()
    for given in _CALLS.findall(case.source):
        for one in re.sub(r"[\"']", "", given).split():
            if not _ALLOWED.fullmatch(one):
                return False
            if one.startswith("$") and one != "$!":
                names.add(one.strip("${}"))
    quiet = _SAYING.sub("", case.source)
    return bool(names) and not names & _NOT_THEIRS and all(_holds_own_job(name, quiet) for name in names)


def _holds_own_job(name: str, source: str) -> bool:
    """Whether every mention of a variable either reads it or gives it `$!`."""
    word = re.escape(name)
    given = len(re.findall(rf"(?<![\w$]){word}=\"?\$(?:!|\{{!\}})\"?(?=[\s;&|)}}]|\Z)", source))
    read = len(re.findall(rf"\$(?:{word}\b|\{{{word}\}})", source))
    return given > 0 and given + read == len(re.findall(rf"(?<!\w){word}(?!\w)", source))


def _noted(program: Program, case: Case) -> bool:
    """`kill $(cat x.pid)`, where the same line wrote its own job's number into that file."""
    noted = set(_NOTES.findall(case.source))
    asked = [one for one in case.scan.programs if one.nested]
    return (
        bool(noted and asked)
        and program.words[-1] is None
        and all(one is None or one.startswith("-") for one in program.words[1:])
        and all(one.name == "cat" and set(one.words[1:]) <= noted for one in asked)
    )


def _ended(program: Program, case: Case) -> list[int] | None:
    """The processes that a call would end; None where that cannot be told."""
    words = program.words[1:]
    if program.name == "kill":
        return _by_number(words, program, case)
    plain: list[str] = []
    full = False
    at = 0
    while at < len(words):
        one = words[at]
        if one is None:
            return None
        if one in ("-f", "--full"):
            full = True
        elif re.fullmatch(r"-(?:\d+|(?:SIG)?[A-Z]{3,5}\d?|9|e|s)", one):
            at += one == "-s"
        elif one.startswith("-"):
            return None
        else:
            plain.append(one)
        at += 1
    if program.name not in ("pkill", "killall") or len(plain) != 1 or not _SIMPLE.match(plain[0]):
        return None
    return _by_name(plain[0], full, exact=program.name == "killall")


def _by_number(words: list[str | None], program: Program, case: Case) -> list[int] | None:
    found: list[int] = []
    skip = False
    for at, one in enumerate(words):
        if skip:
            skip = False
        elif one is None:
            told = _told(program, case)
            if told is None:
                return None
            found += told
        elif at == 0 and re.fullmatch(r"-(?:\d+|(?:SIG)?[A-Z]{3,6}\d?)", one):
            continue
        elif one == "-s":
            skip = True
        elif one.isdigit() and int(one) > 1:
            found.append(int(one))
        elif one != "--":
            return None
    if "xargs" in program.wrappers:
        told = _told(program, case)
        return None if told is None else found + told
    return found


def _told(program: Program, case: Case) -> list[int] | None:
    """The numbers that `$(cat FILE)`, `$(lsof -ti:PORT)`, `$(pgrep -f NAME)` or a pipe from them would hand over."""
    found: list[int] = []
    asked = [one for one in case.scan.programs if one is not program and (one.nested or one.piped)]
    if not asked:
        return None
    for one in asked:
        words = [each or "" for each in one.words[1:]]
        if one.name == "cat" and len(words) == 1 and words[0] and one.cwd:
            numbers = _in_file(canonical(words[0], one.cwd))
        elif one.name == "lsof":
            ports = [each for word in words for each in re.findall(r":(\d{2,5})\b", word)]
            numbers = _on_port(int(ports[0])) if len(ports) == 1 else None
        elif one.name == "pgrep" and len(words) in (1, 2) and _SIMPLE.match(words[-1]) and words[:-1] in ([], ["-f"]):
            numbers = _by_name(words[-1], len(words) == 2, exact=False)
        else:
            numbers = None
        if numbers is None:
            return None
        found += numbers
    return found


def _in_file(path: str) -> list[int] | None:
    try:
        with open(path, encoding="ascii") as file:
            words = file.read(200).split()
    except (OSError, ValueError):
        return None
    return [int(one) for one in words] if words and all(one.isdigit() for one in words) else None


def _by_name(name: str, full: bool, exact: bool) -> list[int]:
    """What pkill and its like would find."""
    found = []
    for number in _running():
        try:
            with open(f"/proc/{number}/cmdline" if full else f"/proc/{number}/comm", encoding="utf-8", errors="replace") as file:
                said = file.read(4_000).replace("\0", " ").strip()
        except OSError:
            continue
        if said == name if exact else re.search(name, said):
            found.append(number)
    return found


def _on_port(port: int) -> list[int] | None:
    """The processes that hold a socket of a TCP port."""
    sockets: set[str] = set()
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/net/{name}", encoding="ascii") as file:
                for line in file.readlines()[1:]:
                    words = line.split()
                    if int(words[1].rpartition(":")[2], 16) == port or int(words[2].rpartition(":")[2], 16) == port:
                        sockets.add(f"socket:[{words[9]}]")
        except (OSError, ValueError, IndexError):
            return None
    found = []
    for number in _running():
        folder = f"/proc/{number}/fd"
        try:
            if any(_link(f"{folder}/{one}") in sockets for one in os.listdir(folder)):
                found.append(number)
        except OSError:
            continue
    return found


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _running() -> list[int]:
    try:
        return [int(one) for one in os.listdir("/proc") if one.isdigit()]
    except OSError:
        return []


def _ours(number: int, case: Case) -> bool:
    """Whether a process was started from a Bash call in this project, and is neither the client nor one of our hooks."""
    if number == os.getpid() or number in _above(os.getpid()):
        return False
    try:
        with open(f"/proc/{number}/environ", "rb") as file:
            settings = file.read(200_000).split(b"\0")
        with open(f"/proc/{number}/cmdline", "rb") as file:
            said = file.read(4_000)
        folder = os.readlink(f"/proc/{number}/cwd")
    except OSError:
        return False
    if b"CLAUDECODE=1" not in settings or b"/hooks/" in said or b"task-planner" in said:
        return False
    return f"PLANWEIR_PROJECT={case.project}".encode() in settings or below(canonical(folder), case.project)


def _above(number: int) -> list[int]:
    """The process's parents, up to the first."""
    found: list[int] = []
    while number > 1 and len(found) < _MOST:
        try:
            with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as file:
                number = int(file.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        found.append(number)
    return found
