"""The checks as a table, in the order in which they are told. One that cannot look says so; none ever ends the others."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from planweir.doctor import arms, client, kept, machine, repository, settings, symptoms
from planweir.doctor.finding import Finding, unknown
from planweir.doctor.world import Unread
from planweir.host import Unusable
from planweir.journal.store import Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.doctor.world import World

    Check = Callable[[World], list[Finding]]

CHECKS: dict[str, Check] = {
    "python": machine.python,
    "hook-python": machine.hook_python,
    "packages": machine.packages,
    "old-runtimes": machine.old_runtimes,
    "home": machine.home,
    "disk": machine.disk,
    "clock": machine.clock,
    "git": repository.git,
    "repository": repository.repository,
    "commit": repository.commits_possible,
    "exclude": repository.excluded,
    "client": client.client,
    "settings": settings.settings,
    "sandbox": settings.sandbox,
    "hooks": client.hooks,
    "path": machine.command,
    "bash": client.bash,
    "markers": arms.agree,
    "stale-arms": arms.others,
    "journal": kept.journal,
    "rendered": kept.rendered,
    "lock": kept.lock,
    "faults": kept.faults,
    "plan": symptoms.status,
    "owner": symptoms.owner,
    "agents": symptoms.agents,
    "spawns": symptoms.spawns,
    "tasks": symptoms.tasks,
    "evidence": symptoms.evidence,
    "gate": symptoms.gate,
    "jobs": symptoms.background,
    "commits": symptoms.commits,
    "incidents": symptoms.incidents,
}

# What a broken machine or a broken file raises; anything else is a mistake of ours and shall be seen.
BROKEN = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    RecursionError,
    subprocess.SubprocessError,
    Damaged,
    Unusable,
)


def look(world: World) -> list[Finding]:
    """What every check found, in the table's order, each finding with its check's name."""
    return [finding for name in CHECKS for finding in one(world, name)]


def one(world: World, name: str) -> list[Finding]:
    try:
        found = CHECKS[name](world)
    except Unread:
        found = [unknown("the journal cannot be read", "see `journal`")]
    except BROKEN as error:
        found = [
            unknown(
                f"could not be checked ({type(error).__name__}: {error})",
                "mend what it names, then ask again",
            )
        ]
    return [replace(row, name=name) for row in found]
