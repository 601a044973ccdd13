"""The client's settings files, and what in them switches hooks off or keeps the sandbox from our command."""

from __future__ import annotations

import glob
import json
import os
import shlex
from dataclasses import dataclass

from planweir.doctor.finding import Finding, bad, ok, unknown, warn
from planweir.verbs.start import EXCLUDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from planweir.doctor.world import World

PLUGIN = "planweir"
SIMPLE = ("CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE")
# Words of the client's command line with which plugins' hooks do not run (Claude Code 2.1.329).
BARE = ("--bare", "--safe-mode", "--restricted")


@dataclass(frozen=True)
class Source:
    """One settings file as it was read; `fault` says why it could not be."""

    path: str
    value: dict[str, object]
    managed: bool = False
    fault: str = ""

    def table(self, key: str) -> dict[str, object]:
        value = self.value.get(key)
        return value if isinstance(value, dict) else {}


def sources(world: World) -> list[Source]:
    """The settings that are there, what counts more last: the person's, the project's, the command line's, managed ones."""
    project = f"{world.places.project}/.claude"
    own = [f"{world.config}/settings.json", f"{project}/settings.json", f"{project}/settings.local.json"]
    found = [_read(path) for path in own if os.path.exists(path)]
    given = _given(world)
    if given.lstrip().startswith("{"):
        found.append(_parsed("--settings", given))
    elif given:
        found.append(_read(os.path.join(world.places.project, given)))
    for folder in world.managed:
        for path in (
            f"{folder}/managed-settings.json",
            *sorted(glob.glob(f"{folder}/managed-settings.d/*.json")),
        ):
            if os.path.exists(path):
                row = _read(path)
                found.append(Source(row.path, row.value, True, row.fault))
    return found


def _read(path: str) -> Source:
    try:
        with open(path, encoding="utf-8") as file:
            return _parsed(path, file.read())
    except (OSError, ValueError) as error:
        return Source(path, {}, fault=f"it cannot be read ({error})")


def _parsed(path: str, words: str) -> Source:
    try:
        value = json.loads(words)
    except (ValueError, RecursionError) as error:
        return Source(path, {}, fault=f"it is no JSON ({error})")
    return (
        Source(path, value) if isinstance(value, dict) else Source(path, {}, fault="it holds no JSON object")
    )


def command_line(world: World) -> list[str]:
    """The words with which the client of this session was started, where the system tells."""
    try:
        with open(f"/proc/{world.pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().split("\0")[:-1] if world.pid else []
    except OSError:
        return []


def _given(world: World) -> str:
    words = command_line(world)
    for at, word in enumerate(words):
        if word == "--settings" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--settings="):
            return word.partition("=")[2]
    return ""


def switched_off(world: World) -> Iterator[tuple[str, str]]:
    """What keeps our hooks from running, each with its mend."""
    read = sources(world)
    if any(row.managed and _enabled(row) for row in read):
        return  # a plugin that managed settings force survives every switch (Claude Code 2.1.329)
    given = _own_folder(world)
    for row in read:
        if row.value.get("disableAllHooks") is True:
            yield (
                f'{row.path} has "disableAllHooks": true',
                f"{_who(row)} that line out of {row.path}, then restart claude",
            )
        if row.managed and row.value.get("allowManagedHooksOnly") is True:
            yield (
                f"{row.path} allows managed hooks alone (allowManagedHooksOnly)",
                f'whoever administers this machine sets "enabledPlugins": {{"{PLUGIN}@{PLUGIN}": true}} in {row.path}',
            )
        for name in SIMPLE:
            if not given and _set(row.table("env").get(name)):
                yield (
                    f"{row.path} sets {name}",
                    f'{_who(row)} {name} out of "env" in {row.path}, then restart claude',
                )
    off = _disabled(read)
    if off is not None and not given:
        name, row = off
        yield f"{row.path} switches the plugin {name} off", f"/plugin enable {name}, then /reload-plugins"
    for name in SIMPLE:
        if not given and _set(world.env.get(name)):
            yield f"{name} is set in the environment", f"unset {name}, then start claude again"
    for word in command_line(world):
        if word in BARE and not given:
            yield f"this client was started with {word}", f"start claude again without {word}"


def _set(value: object) -> bool:
    return str(value or "").lower() not in ("", "0", "false")


def _own_folder(world: World) -> bool:
    """Was the client started with a plugin's folder? Such a plugin is loaded whatever is switched off but hooks."""
    return _set(world.env.get("CLAUDE_CODE_PLUGIN_DIRS")) or any(
        word.partition("=")[0] == "--plugin-dir" for word in command_line(world)
    )


def _enabled(row: Source) -> bool:
    return any(
        name.partition("@")[0] == PLUGIN and value is True
        for name, value in row.table("enabledPlugins").items()
    )


def _who(row: Source) -> str:
    return "whoever administers this machine takes" if row.managed else "take"


def _disabled(read: list[Source]) -> tuple[str, Source] | None:
    """The plugin's name and the file that has it off, where none that counts more has it on."""
    last: dict[str, tuple[bool, Source]] = {}
    for row in read:
        for name, value in row.table("enabledPlugins").items():
            if name.partition("@")[0] == PLUGIN and isinstance(value, bool):
                last[name] = (value, row)
    if any(value for value, _row in last.values()):
        return None
    return next(((name, row) for name, (_value, row) in last.items()), None)


def settings(world: World) -> list[Finding]:
    """No settings file switches the hooks off."""
    found: list[Finding] = []
    for what, mend in switched_off(world):
        if world.typed:  # they run, or nobody would be answered: it counts from the next start on
            found.append(warn(f"{what}: hooks run now, and will not after the next start", mend))
        else:
            found.append(bad(f"{what}: nothing is enforced", mend))
    read = sources(world)
    for row in read:
        if row.fault:
            found.append(unknown(f"{row.path}: {row.fault}", f"python3 -m json.tool {shlex.quote(row.path)}"))
    return found or ok(f"{len(read)} settings files, none switches hooks off")


def sandbox(world: World) -> list[Finding]:
    """With the Bash sandbox on, our command has to be let out of it (Claude Code 2.1.329)."""
    on, where, free = False, "", False
    mine = f"{world.config}/settings.json"  # where a person may write
    for row in sources(world):
        box = row.table("sandbox")
        if isinstance(box.get("enabled"), bool):
            on, where = box["enabled"] is True, row.path
            mine = mine if row.managed or not os.path.isfile(row.path) else row.path
        names = box.get("excludedCommands")
        free = free or (isinstance(names, list) and EXCLUDED in names)
    if not on:
        return ok("the Bash sandbox is off; with it on, every write that a program makes meets the kernel")
    if free:
        return ok(f"on, and `{EXCLUDED}` is let out of it")
    return [
        bad(
            f"the Bash sandbox is on ({where}) and keeps task-planner from its files: nothing can be started, filed or closed",
            f'put "excludedCommands": ["{EXCLUDED}"] into "sandbox" in {mine}',
        )
    ]
