"""The client's settings files, all of them, and what in them switches our hooks off or weakens the sandbox: the one reader,
for the doctor, for a start and for the hook that hears of a change."""

from __future__ import annotations

import glob
import itertools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from planweir.places import config_dir
from planweir.values import texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGIN = "planweir"
NO_WORKFLOWS = "CLAUDE_CODE_DISABLE_WORKFLOWS"
WORKFLOWS = "CLAUDE_CODE_WORKFLOWS"
SIMPLE = ("CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE")
# Words of the client's command line with which plugins' hooks do not run (Claude Code 2.1.329).
BARE = ("--bare", "--safe-mode", "--restricted")


# Where an administrator's settings lie (Claude Code 2.1.329).
MANAGED = ("/etc/claude-code", "/Library/Application Support/ClaudeCode")
EXCLUDED = "task-planner *"  # our command, as `excludedCommands` names it


@dataclass(frozen=True)
class Client:
    """Whose settings are read: the project, the person's folder, the environment of a process below the client."""

    project: str
    config: str
    env: Mapping[str, str]
    managed: tuple[str, ...] = MANAGED

    @property
    def pid(self) -> int:
        """The client's process; 0 outside a session."""
        given = self.env.get("CLAUDE_PID", "")
        return int(given) if given.isdigit() else 0


def here(project: str) -> Client:
    """The client that this process was started by, or the person's."""
    return Client(project, config_dir(), os.environ)


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


def sources(client: Client) -> list[Source]:
    """The settings that are there, what counts more last: the person's, the project's, the command line's, managed ones."""
    project = f"{client.project}/.claude"
    own = [f"{client.config}/settings.json", f"{project}/settings.json", f"{project}/settings.local.json"]
    found = [_read(path) for path in own if os.path.exists(path)]
    given = _given(client)
    if given.lstrip().startswith("{"):
        found.append(_parsed("--settings", given))
    elif given:
        found.append(_read(os.path.join(client.project, given)))
    for folder in client.managed:
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


def command_line(client: Client) -> list[str]:
    """The words with which the client of this session was started, where the system tells."""
    try:
        with open(f"/proc/{client.pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().split("\0")[:-1] if client.pid else []
    except OSError:
        return []


def _given(client: Client) -> str:
    words = command_line(client)
    for at, word in enumerate(words):
        if word == "--settings" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--settings="):
            return word.partition("=")[2]
    return ""


def switched_off(client: Client) -> Iterator[tuple[str, str]]:
    """What keeps our hooks from running, each with its mend."""
    read = sources(client)
    if any(row.managed and _enabled(row) for row in read):
        return  # a plugin that managed settings force survives every switch (Claude Code 2.1.329)
    given = _own_folder(client)
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
        if not given and _set(client.env.get(name)):
            yield f"{name} is set in the environment", f"unset {name}, then start claude again"
    for word in command_line(client):
        if word in BARE and not given:
            yield f"this client was started with {word}", f"start claude again without {word}"


def _set(value: object) -> bool:
    return str(value or "").lower() not in ("", "0", "false")


def _own_folder(client: Client) -> bool:
    """Was the client started with a plugin's folder? Such a plugin is loaded whatever is switched off but hooks."""
    return _set(client.env.get("CLAUDE_CODE_PLUGIN_DIRS")) or any(
        word.partition("=")[0] == "--plugin-dir" for word in command_line(client)
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


@dataclass(frozen=True)
class Sandbox:
    """The Bash sandbox as all settings together have it: whether it is on and by which file, whether our command is let out of
    it, and whether commands may run outside."""

    on: bool
    where: str
    free: bool
    unsandboxed: bool
    may_fail: bool
    mine: str  # the file where a person may write


def sandbox(client: Client) -> Sandbox:
    """What counts more comes last; names of commands that are let out add up (Claude Code 2.1.329)."""
    on, where, free = False, "", False
    unsandboxed, may_fail = True, True  # what the client does where nothing is said
    mine = f"{client.config}/settings.json"
    for row in sources(client):
        box = row.table("sandbox")
        if isinstance(box.get("enabled"), bool):
            on, where = box["enabled"] is True, row.path
            mine = mine if row.managed or not os.path.isfile(row.path) else row.path
        if isinstance(box.get("allowUnsandboxedCommands"), bool):
            unsandboxed = box["allowUnsandboxedCommands"] is True
        if isinstance(box.get("failIfUnavailable"), bool):
            may_fail = box["failIfUnavailable"] is not True
        names = box.get("excludedCommands")
        free = free or (isinstance(names, list) and EXCLUDED in texts(box, "excludedCommands"))
    return Sandbox(on, where, free, unsandboxed, may_fail, mine)


def weak(box: Sandbox) -> list[tuple[str, str]]:
    """What keeps a sandbox that is on from being the strong mode, each with the line that mends it."""
    found = []
    if box.on and box.unsandboxed:
        found.append(
            ("a Bash call may ask to run outside the Bash sandbox (allowUnsandboxedCommands is not false)", '"allowUnsandboxedCommands": false')
        )
    if box.on and box.may_fail:
        found.append(
            ("where the Bash sandbox cannot start, commands run without it (failIfUnavailable is not true)", '"failIfUnavailable": true')
        )
    return [(what, f'put {line} into "sandbox" in {box.mine}') for what, line in found]


def no_workflows(client: Client) -> str:
    """What keeps the client from offering its Workflow tool, in words; empty where nothing is known to.

    Of one key the file that counts most is heard, the project's too (Claude Code 2.1.240 and 2.1.329). An account for which the
    feature is off by default cannot be seen from here.
    """
    found = ""
    said: dict[str, tuple[object, str]] = {name: (value, "the environment") for name, value in client.env.items()}
    for row in sources(client):
        for key in ("disableWorkflows", "enableWorkflows"):
            if isinstance(row.value.get(key), bool):
                said[key] = (row.value[key], row.path)
        for name in (NO_WORKFLOWS, WORKFLOWS):
            if name in row.table("env"):
                said[name] = (row.table("env")[name], row.path)
        denied = row.table("permissions").get("deny")
        if isinstance(denied, list) and any(isinstance(rule, str) and _WORKFLOW.fullmatch(rule.strip()) for rule in denied):
            found = f"{row.path} denies the tool Workflow (permissions.deny)"
    for name, is_off in (
        ("disableWorkflows", lambda value: value is True),
        ("enableWorkflows", lambda value: value is False),
        (NO_WORKFLOWS, _set),
        (WORKFLOWS, lambda value: str(value).lower() in ("0", "false", "no", "off")),
    ):
        value, path = said.get(name, (None, ""))
        if value is not None and is_off(value):
            found = f"{path} sets {name} to {json.dumps(value)}"
    return found or left_out(command_line(client))


_WORKFLOW = re.compile(r"Workflow(?:\(\s*\**\s*\))?")


def left_out(words: list[str]) -> str:
    """The option with which the client was started that leaves the tool out."""
    for at, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option not in ("--tools", "--disallowedTools", "--disallowed-tools"):
            continue
        given = [value] if equals else list(itertools.takewhile(lambda one: not one.startswith("-"), words[at + 1 :]))
        names = [name for one in given for name in re.split(r"[\s,]+", one) if name]
        if ("Workflow" in names) != (option == "--tools") and "default" not in names:
            return f"the client was started with {option}" + (" Workflow" if option != "--tools" else ", which leaves Workflow out")
    return ""
