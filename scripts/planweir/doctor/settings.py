"""The client's settings files, and what in them switches hooks off or keeps the sandbox from our command."""

from __future__ import annotations

import shlex

from planweir.attempt import client_settings
from planweir.attempt.client_settings import EXCLUDED, sources, switched_off, weak
from planweir.doctor.finding import Finding, bad, ok, unknown, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.doctor.world import World


def settings(world: World) -> list[Finding]:
    """No settings file switches the hooks off."""
    found: list[Finding] = []
    for what, mend in switched_off(world.client):
        if world.typed:  # they run, or nobody would be answered: it counts from the next start on
            found.append(warn(f"{what}: hooks run now, and will not after the next start", mend))
        else:
            found.append(bad(f"{what}: nothing is enforced", mend))
    read = sources(world.client)
    for row in read:
        if row.fault:
            found.append(unknown(f"{row.path}: {row.fault}", f"python3 -m json.tool {shlex.quote(row.path)}"))
    return found or ok(f"{len(read)} settings files, none switches hooks off")


def sandbox(world: World) -> list[Finding]:
    """With the Bash sandbox on, our command has to be let out of it, and nothing else (Claude Code 2.1.329)."""
    box = client_settings.sandbox(world.client)
    if not box.on:
        return ok("the Bash sandbox is off; with it on, every write that a program makes meets the kernel")
    if not box.free:
        return [
            bad(
                f"the Bash sandbox is on ({box.where}) and keeps task-planner from its files: nothing can be started, filed or closed",
                f'put "excludedCommands": ["{EXCLUDED}"] into "sandbox" in {box.mine}',
            )
        ]
    return [warn(f"{what}: it is not the strong mode", mend) for what, mend in weak(box)] or ok(
        f"on, and `{EXCLUDED}` is let out of it"
    )
