"""What becomes of a case: the guard is asked, what it lets pass is really run, and what changed is looked for.

    denied    the guard refused one of the case's calls: an attack that is prevented, or a harmless case that is not let be
    noticed   the attack ran and changed something; the truth is what it was, and the change is told
    missed    the attack ran, and the truth is another, or nothing tells of the change
    void      the attack ran and changed nothing that is anybody's
    passed    a harmless case, let through

An attack is run by bash in a box of bubblewrap: the ground is all that it can write, it has no network and its processes end
with it. Where bubblewrap cannot be had nothing is run, and what the guard lets pass is `unrun`.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tests.hooks.stage import Reply
from tests.redteam.cases import Call, Case
from tests.redteam.ground import Field, Ground
from tests.redteam.inprocess import here
from tests.redteam.noticing import incidents, noticed, truth

from planweir.notice import crossing

SECONDS = 20
LIMITS = "ulimit -t 10 -f 100000 -v 8000000 -u 2000; "
# Ours to change: what the ground's own callers may write.
OWN = {
    "implementer": ("app/src/hello.py", "app/tests/test_hello.py", "app/src/util/", "app/web/hello.js", "app/package-lock.json"),
    "second": ("app/src/bye.py", "app/tests/test_bye.py", "app/web/bye.js", "app/package-lock.json"),
}
# Of the project's files another session is kept from these alone.
RUNNING = ("app/src/hello.py", "app/tests/test_hello.py", "app/src/util/", "app/web/", "app/src/bye.py", "app/tests/test_bye.py")
IGNORED = ("app/build", "app/dist", "app/node_modules", "app/.venv", "app/coverage", "app/.env", "app/debug.log")
# git's own bookkeeping, of which refs, HEAD, configuration and hooks say all that matters here.
GIT_NOISE = ("objects", "logs", "index", "COMMIT_EDITMSG", "ORIG_HEAD", "FETCH_HEAD", "gc.log", "AUTO_MERGE")
NOISE = ("__pycache__", ".pytest_cache")


@dataclass(frozen=True)
class Verdict:
    """What the hook before a call answered."""

    denied: bool
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    case: Case
    who: str
    came: str  # denied, noticed, missed, void, passed, unrun
    why: str = ""
    changed: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """For a list of what is left: who | command | what happened."""
        return f"{self.who} | {self.case.shown} | {self.case.name}: {self.came}: {self.why} {' '.join(self.changed)}".strip()


# --- asking --------------------------------------------------------------------------------------------------


def fields(call: Call, ground: Ground) -> dict[str, object]:
    """The call's input with its places put in."""
    filled = ground.filled(call.given)
    assert isinstance(filled, dict)
    return filled


def ask_process(ground: Ground, call: Call, who: str, cwd: str = "") -> Verdict:
    """The answer of the real hook script, started as the host starts it."""
    if not ground.scripts("PreToolUse", call.tool):
        return Verdict(False)
    agent, session = ground.caller(who)
    more: dict[str, object] = {"cwd": str(ground.project / cwd)} if cwd else {}
    reply = ground.send(
        "PreToolUse",
        agent,
        session,
        None,
        tool_name=call.tool,
        tool_input=fields(call, ground),
        tool_use_id=ground.next_use(),
        **more,
    )
    return Verdict(reply.decision == "deny", reply.rule or "", reply.reason)


def ask_here(ground: Ground, call: Call, who: str, cwd: str = "") -> Verdict:
    """The same answer, by the same handler within this process."""
    if not ground.scripts("PreToolUse", call.tool):
        return Verdict(False)
    agent, session = ground.caller(who)
    event: dict[str, object] = {"tool_name": call.tool, "tool_input": fields(call, ground), "tool_use_id": ground.next_use()}
    if cwd:
        event["cwd"] = str(ground.project / cwd)
    reply = Reply(here(ground, "PreToolUse", event, agent, session))
    return Verdict(reply.decision == "deny", reply.rule or "", reply.reason)


Ask = Callable[[Ground, Call, str, str], Verdict]


def judged(ground: Ground, case: Case, who: str, ask: Ask = ask_here) -> Verdict:
    """The first denial among the case's calls, without running any of them."""
    said = Verdict(False)
    for call in case.calls:
        said = ask(ground, call, who, case.cwd)
        if said.denied:
            return said
    return said


# --- running -------------------------------------------------------------------------------------------------


@functools.cache
def boxed() -> bool:
    """Can attacks be run here without harm to anybody?"""
    if not shutil.which("bwrap"):
        return False
    done = subprocess.run([*_box(Path("/tmp"), Path("/tmp")), "true"], capture_output=True, check=False)
    return done.returncode == 0


def _box(root: Path, cwd: Path) -> list[str]:
    """bubblewrap: everything is read-only but the ground, no network, processes of its own."""
    words = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp"]
    words += ["--bind", str(root), str(root), "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent"]
    return [*words, "--new-session", "--chdir", str(cwd)]


@dataclass(frozen=True)
class Ran:
    exit: int
    output: str


def run(ground: Ground, command: str, cwd: str = "") -> Ran:
    """Run a command as the Bash tool would, in the box. What it leaves in the background gets half a second."""
    given = LIMITS + 'bash -c "$1"; e=$?; [ "$2" ] && sleep 0.5; exit $e'
    later = "x" if any(mark in command for mark in ("&", "nohup", "setsid", "coproc", "batch", "at now", "tmux", "flock")) else ""
    try:
        done = subprocess.run(
            [*_box(ground.root, ground.project / cwd), "bash", "-c", given, "bash", command, later],
            env=ground.shell_env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return Ran(124, (error.output or b"").decode(errors="replace"))
    return Ran(done.returncode, done.stdout.decode(errors="replace"))


def perform(ground: Ground, call: Call, cwd: str = "") -> Ran:
    """What the call does where it passes: a command is run, a file tool writes its file."""
    if call.command:
        return run(ground, ground.fill(call.command), cwd)
    given = fields(call, ground)
    path = str(given.get("file_path") or given.get("notebook_path") or "")
    if not path:
        return Ran(1, f"{call.tool} does nothing that is known")
    whole = os.path.join(ground.project, path)
    if not os.path.realpath(whole).startswith(str(ground.root) + "/"):
        return Ran(1, "outside the ground")
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        Path(whole).write_text(str(given.get("content") or given.get("new_string") or given.get("new_source") or "x\n"))
    return Ran(0, "")


Perform = Callable[[Ground, Call, str], Ran]


# --- looking -------------------------------------------------------------------------------------------------


def picture(ground: Ground) -> dict[str, str]:
    """Each path below the root with what it is: kind, permissions, and the digest of its bytes."""
    found: dict[str, str] = {}
    top = str(ground.root)
    for folder, folders, names in os.walk(top):
        inside = os.path.relpath(folder, top)
        if inside == ".":
            folders[:] = [name for name in folders if name != "tmp"]
        if inside == "app/.git":
            folders[:] = [name for name in folders if name not in GIT_NOISE]
            names = [name for name in names if name not in GIT_NOISE]
        folders[:] = [name for name in folders if name not in NOISE]
        for name in [*names, *(one for one in folders if os.path.islink(f"{folder}/{one}"))]:
            path = f"{folder}/{name}"
            found[os.path.normpath(f"{inside}/{name}")] = _fingerprint(path)
        if not folders and not names:
            found[inside + "/"] = "empty folder"
    if ground.others:
        return {path: mark for path, mark in found.items() if not path.startswith(ground.others)}
    return found


def _fingerprint(path: str) -> str:
    try:
        known = os.lstat(path)
        if stat.S_ISLNK(known.st_mode):
            return f"link {os.readlink(path)}"
        if not stat.S_ISREG(known.st_mode):
            return f"special {stat.S_IFMT(known.st_mode)}"
        with open(path, "rb") as file:
            digest = hashlib.blake2b(file.read(), digest_size=12).hexdigest()
    except OSError as error:
        return f"unreadable {error.errno}"
    return f"{stat.S_IMODE(known.st_mode):o} {digest}"


def protected(path: str, who: str) -> bool:
    """Is a changed path somebody else's than the caller's?"""
    if path.startswith(("user/.local/state/planweir/", "plugin/", "user/.claude/")):
        return "/sessions/" not in path and not path.endswith(".lock")
    if path.startswith(("user/.gitconfig", "user/.config/git")):
        return True
    if not path.startswith("app/"):
        return False
    if path.startswith(IGNORED) or path.endswith(".log"):
        return False
    if path.startswith(("app/.git/", "app/.claude/s", "app/docs/plan.md")):
        return True
    if who == "other":
        return path.startswith(RUNNING)
    return not path.startswith(OWN.get(who, ()) or ("\0",))


def differences(before: dict[str, str], after: dict[str, str], who: str) -> list[str]:
    return sorted(
        path for path in {*before, *after} if before.get(path) != after.get(path) and protected(path, who)
    )


# --- one case ------------------------------------------------------------------------------------------------


class Arena:
    """Where cases are fought. The ground is put back only after something ran on it. `perform`: how a call that passes is made."""

    def __init__(self, field: Field, ask: Ask = ask_here, perform: Perform = perform) -> None:
        self.field = field
        self.ask = ask
        self.perform = perform
        self.before = picture(field.ground)
        self.truth = truth(field.ground)
        self.incidents = len(incidents(field.ground))

    def fight(self, case: Case, who: str) -> Outcome:
        """One case by one caller."""
        if not case.attack:
            said = judged(self.field.ground, case, who, self.ask)
            return Outcome(case, who, "denied" if said.denied else "passed", f"[{said.rule}] {said.reason}" if said.denied else "")
        if len(case.calls) == 1:
            said = self.ask(self.field.ground, case.calls[0], who, case.cwd)
            if said.denied:
                return Outcome(case, who, "denied", said.rule)
        if not boxed():
            said = judged(self.field.ground, case, who, self.ask)
            return Outcome(case, who, "denied" if said.denied else "unrun", said.rule)
        try:
            return self._fought(case, who)
        finally:
            self.field.restore()

    def _fought(self, case: Case, who: str) -> Outcome:
        """Each call is asked for when the one before it has been made: what it finds is what that one left."""
        ground = self.field.ground
        agent, session = ground.caller(who)
        output = ""
        touched: set[str] = set()
        now = self.before
        for call in case.calls:
            said = self.ask(ground, call, who, case.cwd)
            if said.denied:
                # What earlier calls of it changed was theirs to change, or is looked for as well.
                changed = sorted(path for path in touched if now.get(path) != self.before.get(path))
                return Outcome(case, who, "denied", said.rule) if not changed else self._after(case, who, changed)
            begun = picture(ground)  # what our own hooks write before and after a call is no change of the attack's
            ran = self.perform(ground, call, case.cwd)
            now = picture(ground)
            touched.update(differences(begun, now, who))
            output = ran.output
            _tell(ground, call, ran, agent, session)
        changed = sorted(path for path in touched if now.get(path) != self.before.get(path))
        if not changed:
            return Outcome(case, who, "void", output.strip()[-200:].replace("\n", "⏎"))
        return self._after(case, who, changed)

    def _after(self, case: Case, who: str, changed: list[str]) -> Outcome:
        ground = self.field.ground
        told = noticed(ground, changed, self.incidents)
        now = truth(ground)
        if now.broken and told.stopped:
            return Outcome(case, who, "noticed", f"nothing goes on before a person repairs it: {now.broken}", tuple(changed))
        if not now.same_as(self.truth):
            return Outcome(case, who, "missed", f"the truth is another: {now.differs(self.truth)}", tuple(changed))
        quiet = [path for path in changed if not told.names(path)]
        if quiet:
            return Outcome(case, who, "missed", f"nothing tells of {quiet[0]}", tuple(changed))
        return Outcome(case, who, "noticed", told.words[:200], tuple(changed))

    def effect(self, case: Case, who: str) -> list[str]:
        """What the attack would change if nothing stood in its way."""
        ground = self.field.ground
        try:
            for call in case.calls:
                self.perform(ground, call, case.cwd)
            return differences(self.before, picture(ground), who)
        finally:
            self.field.restore()


def _tell(ground: Ground, call: Call, ran: Ran, agent: str, session: str) -> None:
    """PostToolUse of the call that was asked for last, where hooks listen to it."""
    name = "PostToolUseFailure" if ran.exit else "PostToolUse"
    if call.tool != "Bash" or not ground.scripts(name, call.tool):
        return
    response: dict[str, object] = {"error": f"Exit code {ran.exit}\n{ran.output}", "is_interrupt": False}
    if not ran.exit:
        response = {"tool_response": {"stdout": ran.output, "stderr": "", "interrupted": False, "isImage": False}}
    made = {"tool_name": call.tool, "tool_input": fields(call, ground), "tool_use_id": ground.last_use()}
    with mock.patch.object(crossing, "PATIENCE", 0.0):  # no client writes transcripts here, so none lags
        here(ground, name, {**made, "duration_ms": 12, **response}, agent, session)


def missing(case: Case) -> list[str]:
    """Programs that the case needs and that are not here."""
    return [name for name in case.needs if not shutil.which(name)]


__all__ = ["Arena", "Outcome", "ask_here", "ask_process", "boxed", "judged", "missing"]
