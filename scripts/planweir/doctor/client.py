"""The client: its version, whether its hooks were seen, and whether Bash has what SessionStart gives it."""

from __future__ import annotations

import glob
import json
import os
import re
import shutil

from planweir.attempt import turns
from planweir.attempt.client_settings import switched_off
from planweir.attempt.seen import hooks_seen
from planweir.doctor.finding import Finding, bad, ok, unknown, warn
from planweir.doctor.world import ago, run
from planweir.values import sub, text_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.doctor.world import World

ENDED = 65536  # bytes of a transcript's end that are read
_VERSION = re.compile(rb'"version":\s*"(\d+(?:\.\d+)+)"')


def client(world: World) -> list[Finding]:
    """The version of this session's client, else of `claude` on PATH, against `engines` in our manifest."""
    with open(f"{world.top}/.claude-plugin/plugin.json", encoding="utf-8") as file:
        wanted = text_or(sub(json.load(file), "engines"), "claude-code")
    least = re.fullmatch(r">=\s*(\d+(?:\.\d+)*)", wanted)
    if least is None:
        return [unknown(f"the manifest's engines cannot be read: {wanted!r}")]
    version, where = _of_session(world), "this session's client"
    if not version:
        path = shutil.which("claude", path=world.env.get("PATH", ""))
        if path is None:
            return [
                unknown(
                    f"no session tells and claude is not on PATH; the plugin loads in {wanted}",
                    # The first line of a session is typed before it has a transcript.
                    "/task-planner doctor again, once the model has answered here"
                    if world.typed
                    else "/task-planner doctor, typed in a session",
                )
            ]
        said = run([path, "--version"], env=world.env).stdout
        shown = re.search(r"\d+(?:\.\d+)+", said)
        version, where = shown[0] if shown else "", path
        if not version:
            return [unknown(f"{path} does not tell its version", f"{path} --version")]
    if _numbers(version) < _numbers(least[1]):
        return [
            bad(
                f"{where} is {version}: the plugin loads in {wanted} alone",
                "claude update, then restart claude",
            )
        ]
    return ok(f"{where} is {version} (wanted: {wanted})")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _of_session(world: World) -> str:
    """The version that the client writes into each line of the session's transcript."""
    if not world.session:
        return ""
    for path in glob.glob(f"{glob.escape(world.config)}/projects/*/{glob.escape(world.session)}.jsonl"):
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - ENDED))
            found = _VERSION.findall(file.read())
        if found:
            return str(found[-1].decode())
    return ""


def hooks(world: World) -> list[Finding]:
    """Hooks of the session that owns the plan run in its client: `next` hands out no work until they were seen."""
    state = world.plan
    if state is None:
        if world.typed:
            return ok("a hook gives this answer")
        return [
            unknown(
                "no plan is open, so hooks leave no sign",
                "/task-planner doctor, typed in a session: an answer means that they run",
            )
        ]
    session = world.session or state["owner"]["session"]
    if not session:
        return [
            warn(
                "no session owns the plan, so none was seen",
                "/implement-plan, typed in the session that is to carry it out",
            )
        ]
    seen = turns.last_seen(world.places, session)
    if world.typed:
        return ok(
            "a hook gives this answer" + ("" if seen is None else f"; seen {ago(world.now - seen)} ago")
        )
    off = [f"{what}: {mend}" for what, mend in switched_off(world.client)]
    mend = "; ".join(off) or (
        "type /reload-plugins, then /implement-plan; if that changes nothing, restart claude, without --settings that has "
        "disableAllHooks, and see that /plugin lists planweir as enabled and /hooks shows its hooks"
    )
    if seen is None:
        return [
            bad(
                f"no hook of session {session} was seen since the plan is open: nothing is enforced, no work is handed out",
                mend,
            )
        ]
    if session == state["owner"]["session"] and not hooks_seen(world.places, state):
        return [
            bad(
                f"the last hook was seen {ago(world.now - seen)} ago, before the plan was opened or taken over, or in another client: no work is handed out",
                mend,
            )
        ]
    if off:
        return [bad(f"hooks were seen {ago(world.now - seen)} ago, and are switched off since", mend)]
    return ok(f"seen {ago(world.now - seen)} ago in session {session}")


def bash(world: World) -> list[Finding]:
    """SessionStart gives Bash our folder, the project, and our name first on PATH."""
    if not world.env.get("CLAUDECODE") or world.typed:
        return [
            unknown("only a shell of the session can tell", "! task-planner doctor, typed in the session")
        ]
    lacking = [name for name in ("PLANWEIR_PROJECT", "PLANWEIR_HOME") if not world.env.get(name)]
    if lacking:
        return [
            bad(
                f"{' and '.join(lacking)} did not reach Bash (SessionStart's hook, CLAUDE_ENV_FILE): commands may look at another project",
                "restart claude in the project's folder; if that changes nothing, /reload-plugins and restart again",
            )
        ]
    return ok("has the project, our folder and our name")
