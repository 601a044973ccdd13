"""A lint for what `claude plugin validate` lets through: hooks that never run, that fail open, or that run
twice.

Each function takes parsed files and gives its findings as sentences; none found is an empty list. They know
nothing of this repository, so that tests can feed them bad samples as well as the real files.
"""

from __future__ import annotations

import json
import os
import re
import struct
from typing import NamedTuple


def words(text: str) -> tuple[str, ...]:
    """The words of a text: how the long lists below are written down."""
    return tuple(text.split())


# --- what the host knows -----------------------------------------------------------------------------------

TOOL_EVENTS = words("PreToolUse PostToolUse PostToolUseFailure PermissionRequest PermissionDenied")
AGENT_TYPES = words(
    "Explore Plan general-purpose workflow-subagent planweir:implementer planweir:task-reviewer"
    " planweir:code-reviewer other:agent"
)
# The matcher is read, but against something other than a tool's name; the values are what it is tried on.
MATCHED_VALUES: dict[str, tuple[str, ...]] = {
    "SessionStart": ("startup", "resume", "clear", "compact", "fork"),
    "UserPromptExpansion": words(
        "implement-plan planweir:implement-plan task-planner planweir:task-planner wave-gate"
        " planweir:wave-gate commit other:command"
    ),
    "SubagentStart": AGENT_TYPES,
    "SubagentStop": AGENT_TYPES,
    "PreCompact": ("manual", "auto"),
    "PostCompact": ("manual", "auto"),
    "ConfigChange": ("user_settings", "project_settings", "local_settings", "policy_settings", "skills"),
    "SessionEnd": ("clear", "logout", "prompt_input_exit", "other"),
    "StopFailure": ("rate_limit", "server_error", "unknown"),
}
MATCHER_IGNORED = words(
    "UserPromptSubmit PostToolBatch Stop TeammateIdle TaskCreated TaskCompleted WorktreeCreate "
    "WorktreeRemove MessageDisplay CwdChanged"
)
EVENTS = words(
    "PreToolUse PostToolUse PostToolUseFailure PostToolBatch Notification UserPromptSubmit "
    "UserPromptExpansion SessionStart SessionEnd Stop StopFailure SubagentStart SubagentStop PreCompact "
    "PostCompact PreModelSwitch PostModelSwitch PermissionRequest PermissionDenied Setup TeammateIdle "
    "TaskCreated TaskCompleted Elicitation ElicitationResult ConfigChange WorktreeCreate WorktreeRemove "
    "InstructionsLoaded CwdChanged FileChanged DirectoryAdded MessageDisplay"
)
ON_FAILURE_IGNORED = words("Stop SubagentStop TaskCompleted TeammateIdle")
# A decision is read from these; an async hook cannot give one.
DECIDING = words(
    "PreToolUse PermissionRequest Stop SubagentStop UserPromptSubmit UserPromptExpansion ConfigChange"
)
HANDLER_KEYS = words("type command args timeout statusMessage onFailure if shell async asyncRewake")

LEGACY_NAMES: dict[str, tuple[str, ...]] = {
    "Agent": ("Task",),
    "TaskStop": ("KillShell", "KillBash"),
    "ListAgents": ("ListPeers",),
    "SendUserMessage": ("Brief",),
    "ListMcpResourcesTool": ("ListMcpResources",),
    "ReadMcpResourceTool": ("ReadMcpResource",),
    "ReadMcpResourceDirTool": ("ReadMcpResourceDir",),
    "SetGoal": ("ProposeGoal",),
}
TOOLS: tuple[str, ...] = (
    *words(
        "Agent Artifact AskUserQuestion Bash CronCreate CronDelete CronList Edit EndConversation "
        "EnterPlanMode EnterWorktree ExitPlanMode ExitWorktree Glob Grep ListAgents ListMcpResourcesTool "
        "LSP Monitor MultiEdit NotebookEdit PowerShell Projects PushNotification Read "
        "ReadMcpResourceDirTool ReadMcpResourceTool RemoteTrigger ReportFindings ScheduleWakeup "
        "SendFeedback SendMessage SendUserFile SendUserMessage SetGoal Skill StructuredOutput "
        "SubagentHandback TaskCreate TaskGet TaskList TaskOutput TaskStop TaskUpdate TodoWrite "
        "ToolSearch WaitForMcpServers WebFetch WebSearch Workflow Write Eval REPL"
    ),
    "mcp__files__write_file",
    "mcp__plugin_other_server__edit-file",
    "ATool2030",  # made up: a tool that a later client brings
)

EXACT_LIST = re.compile(r"[a-zA-Z0-9_|, -]+")
PLAIN_ALTERNATION = re.compile(r"\^?(?:\((?:\?:)?)?\^?\w+\$?(?:\|\^?\w+\$?)*\)?\$?")
PYTHON_ONLY = re.compile(r"\(\?P|\(\?[aiLmsux]+[):]|\\A|\\Z")

# --- reading JSON without trusting it ----------------------------------------------------------------------


def as_map(value: object) -> dict[str, object]:
    """The value as an object with string keys; anything else is an empty one."""
    if not isinstance(value, dict):
        return {}
    return {key: item for key, item in value.items() if isinstance(key, str)}


def as_list(value: object) -> list[object]:
    """The value as a list; anything else is an empty one."""
    return list(value) if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The value as a string; anything else is empty."""
    return value if isinstance(value, str) else ""


def load_json(path: str) -> object:
    """A JSON file's value. Errors are raised: a file that does not parse is no matter of taste."""
    with open(path, encoding="utf-8") as file:
        value: object = json.load(file)
    return value


# --- matchers ----------------------------------------------------------------------------------------------


def names_in(matcher: str) -> list[str] | None:
    """The names of an exact list, or None where the matcher is a regular expression."""
    if not EXACT_LIST.fullmatch(matcher):
        return None
    return [name.strip() for name in re.split(r"[|,]", matcher) if name.strip()]


def meets(matcher: str | None, value: str, event: str = "") -> bool:
    """Whether the host runs a group with this matcher for this value (a tool's name on tool events).

    Lists of plain names are exact; all else is an unanchored regular expression. Either is tried on a tool's
    legacy names too. A Monitor call with a command also meets what names Bash, on the two events that
    guard it.
    """
    if matcher in (None, "", "*"):
        return True
    assert matcher is not None
    exact = names_in(matcher)
    candidates = [value]
    if event in TOOL_EVENTS:
        candidates += LEGACY_NAMES.get(value, ())
        if (
            value == "Monitor"
            and event in ("PreToolUse", "PermissionRequest")
            and (exact is not None or PLAIN_ALTERNATION.fullmatch(matcher))
        ):
            candidates.append("Bash")
    if exact is not None:
        return any(name in exact for name in candidates)
    pattern = re.compile(matcher)
    return any(pattern.search(name) for name in candidates)


def values_of(event: str) -> tuple[str, ...]:
    """What the matchers of an event are tried on; one made-up value where matchers are ignored."""
    if event in TOOL_EVENTS:
        return TOOLS
    return MATCHED_VALUES.get(event, ("anything",))


# --- hooks.json --------------------------------------------------------------------------------------------


class Group(NamedTuple):
    """One matcher with its handlers."""

    event: str
    number: int
    matcher: str | None
    handlers: tuple[dict[str, object], ...]

    @property
    def where(self) -> str:
        """How a finding names this group."""
        return f"{self.event}[{self.number}]" + (f" {self.matcher!r}" if self.matcher else "")


def groups(hooks: object) -> list[Group]:
    """All groups of a parsed hooks.json, in order. What is of the wrong shape is left out (see `shape`)."""
    found: list[Group] = []
    for event, entries in as_map(as_map(hooks).get("hooks")).items():
        for number, entry in enumerate(as_list(entries)):
            fields = as_map(entry)
            matcher = fields.get("matcher")
            handlers = tuple(as_map(handler) for handler in as_list(fields.get("hooks")))
            found.append(Group(event, number, matcher if isinstance(matcher, str) else None, handlers))
    return found


def shape(hooks: object) -> list[str]:
    """What is not `{"hooks": {Event: [{"matcher", "hooks": [handler]}]}}`; one handler in each group."""
    extra = sorted(set(as_map(hooks)) - {"description", "hooks"})
    problems = [f"hooks.json: unknown key {key!r}" for key in extra]
    events = as_map(hooks).get("hooks")
    if not isinstance(events, dict) or not events:
        return [*problems, "hooks.json: no events under the key 'hooks'"]
    for event, entries in as_map(events).items():
        if not isinstance(entries, list) or not entries:
            problems.append(f"{event}: not a list of groups")
            continue
        for number, entry in enumerate(entries):
            where = f"{event}[{number}]"
            extra = sorted(set(as_map(entry)) - {"matcher", "hooks"})
            problems += [f"{where}: unknown key {key!r}" for key in extra]
            if not isinstance(as_map(entry).get("matcher", ""), str):
                problems.append(f"{where}: the matcher is not a string")
            handlers = as_map(entry).get("hooks")
            if not isinstance(handlers, list) or not all(isinstance(handler, dict) for handler in handlers):
                problems.append(f"{where}: 'hooks' is not a list of handlers")
            elif len(handlers) != 1:
                problems.append(f"{where}: {len(handlers)} handlers; one script answers an event")
    return problems


def unknown_events(hooks: object) -> list[str]:
    """Events that the host does not have: their hooks never run."""
    return [f"{event}: no such event" for event in as_map(as_map(hooks).get("hooks")) if event not in EVENTS]


def handler_keys(hooks: object) -> list[str]:
    """Keys that do nothing in a handler, `once` and `if` among them where they are not honoured."""
    problems: list[str] = []
    for group in groups(hooks):
        for handler in group.handlers:
            for key in sorted(set(handler).difference(HANDLER_KEYS)):
                why = "honoured only in a skill's frontmatter" if key == "once" else "no such key"
                problems.append(f"{group.where}: {key!r}: {why}")
            if "if" in handler:
                problems.append(
                    f"{group.where}: 'if': "
                    + (
                        "it runs the hook when it cannot be read, never a rule; filter in the script"
                        if group.event in TOOL_EVENTS
                        else "not a tool event, so this hook never runs"
                    )
                )
            if handler.get("type") != "command":
                problems.append(
                    f"{group.where}: type {handler.get('type')!r}: others than commands fail open"
                )
            if handler.get("async") and group.event in DECIDING:
                problems.append(f"{group.where}: 'async': its decision would come too late")
    return problems


def timeouts(hooks: object) -> list[str]:
    """Handlers without a time limit of their own (the host's is ten minutes), or with one that is none."""
    problems: list[str] = []
    for group in groups(hooks):
        for handler in group.handlers:
            limit = handler.get("timeout")
            if limit is None:
                problems.append(f"{group.where}: no timeout")
            elif isinstance(limit, bool) or not isinstance(limit, (int, float)) or not 0 < limit <= 600:
                problems.append(f"{group.where}: timeout {limit!r} is not between 0 and 600 seconds")
    return problems


def failure_direction(hooks: object) -> list[str]:
    """Guards that would fail open, and `onFailure` where the host does not honour it."""
    problems: list[str] = []
    for group in groups(hooks):
        for handler in group.handlers:
            answer = handler.get("onFailure")
            if group.event in ("PreToolUse", "PermissionRequest") and answer != "block":
                problems.append(f"{group.where}: no onFailure block: a hook that breaks lets the call pass")
            elif group.event in ON_FAILURE_IGNORED and answer is not None:
                problems.append(f"{group.where}: 'onFailure' is ignored on this event")
            elif answer not in (None, "block", "continue"):
                problems.append(f"{group.where}: onFailure {answer!r} is neither block nor continue")
    return problems


def matchers(hooks: object) -> list[str]:
    """Matchers that do not compile, that are ignored, or of which two meet the same value."""
    problems: list[str] = []
    usable: dict[str, list[Group]] = {}
    for group in groups(hooks):
        if group.matcher and group.event in MATCHER_IGNORED:
            problems.append(f"{group.where}: the host ignores matchers on this event")
        if group.matcher and PYTHON_ONLY.search(group.matcher):
            problems.append(f"{group.where}: not a JavaScript regular expression")
            continue
        try:
            re.compile(group.matcher or "")
        except re.error as error:
            problems.append(f"{group.where}: {error}")
            continue
        usable.setdefault(group.event, []).append(group)
    for event, found in usable.items():
        for value in values_of(event):
            meeting = [
                group.where
                for group in found
                if event in MATCHER_IGNORED or meets(group.matcher, value, event)
            ]
            if len(meeting) > 1:
                problems.append(f"{event}: {value} meets {' and '.join(meeting)}; one process per event")
        # A name that no list of tools knows is a typing error, or the legacy form that an old client needs.
        known = {*values_of(event), *(old for names in LEGACY_NAMES.values() for old in names)}
        for group in found if event in TOOL_EVENTS else []:
            for name in names_in(group.matcher or "") or []:
                if name not in known:
                    problems.append(f"{group.where}: no tool is called {name!r}")
    return problems


def uncovered(hooks: object, event: str, values: tuple[str, ...]) -> list[str]:
    """Values (tool names on tool events) for which no group of the event runs."""
    present = [group for group in groups(hooks) if group.event == event]
    return [
        f"{event}: nothing judges {value}"
        for value in values
        if not any(event in MATCHER_IGNORED or meets(group.matcher, value, event) for group in present)
    ]


def duplicates(hooks: object) -> list[str]:
    """The same handler twice in one group: the host runs it once."""
    problems: list[str] = []
    for group in groups(hooks):
        seen: set[str] = set()
        for handler in group.handlers:
            key = json.dumps([handler.get(name) for name in ("shell", "command", "args", "if")])
            if key in seen:
                problems.append(f"{group.where}: the same command twice; it runs once")
            seen.add(key)
    return problems


ROOT_VARIABLE = "${CLAUDE_PLUGIN_ROOT}/"


def script_of(handler: dict[str, object]) -> str:
    """The rule's name: the last argument of the launcher."""
    arguments = as_list(handler.get("args"))
    return as_text(arguments[-1]) if len(arguments) > 1 else ""


def commands(hooks: object, root: str) -> list[str]:
    """Commands other than `/bin/sh <plugin>/hooks/launch <rule>`, missing files, rules that no event runs."""
    problems: list[str] = []
    used: set[str] = set()
    for group in groups(hooks):
        for handler in group.handlers:
            arguments = [as_text(argument) for argument in as_list(handler.get("args"))]
            if handler.get("command") != "/bin/sh" or not arguments:
                problems.append(f"{group.where}: not in exec form with /bin/sh and args")
                continue
            for argument in arguments:
                if "${" in argument and not argument.startswith(ROOT_VARIABLE):
                    problems.append(f"{group.where}: {argument!r} has a placeholder that is not the root")
                elif argument.startswith(ROOT_VARIABLE) and not os.path.isfile(
                    os.path.join(root, argument[len(ROOT_VARIABLE) :])
                ):
                    problems.append(f"{group.where}: {argument} is missing")
            rule = script_of(handler)
            used.add(rule)
            if not rule or not os.path.isfile(os.path.join(root, "hooks", f"{rule}.py")):
                problems.append(f"{group.where}: hooks/{rule or '?'}.py is missing")
    folder = os.path.join(root, "hooks")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.endswith(".py") and not name.startswith("_") and name[:-3] not in used:
            problems.append(f"hooks/{name}: no event runs it")
    return problems


def lint_hooks(hooks: object, root: str) -> list[str]:
    """Everything above, for one plugin."""
    return [
        *shape(hooks),
        *unknown_events(hooks),
        *handler_keys(hooks),
        *timeouts(hooks),
        *failure_direction(hooks),
        *matchers(hooks),
        *duplicates(hooks),
        *commands(hooks, root),
    ]


# --- frontmatter of skills and agents ----------------------------------------------------------------------

AGENT_KEYS = words(
    "name description model effort maxTurns tools disallowedTools skills memory background isolation "
    "color omitClaudeMd autoCompactWindow observeToolResults"
)
# Accepted by the validator and then ignored in an agent that a plugin brings.
AGENT_KEYS_IGNORED = words(
    "permissionMode hooks mcpServers initialPrompt observer observerMessage observeSubagents"
)
SKILL_KEYS = words(
    "name description when_to_use argument-hint arguments disable-model-invocation user-invocable "
    "allowed-tools disallowed-tools model effort context agent background hooks paths shell metadata "
    "license compatibility"
)
YAML_MARKS = tuple("[{&*!|>%@`'")  # a plain value that begins with one is something else to YAML
DESCRIPTION_LIMIT = 1536  # characters; the host cuts what is longer


class Document(NamedTuple):
    """A Markdown file with its frontmatter."""

    fields: dict[str, str]
    body: str
    problems: list[str]


def read_document(text: str) -> Document:
    """Splits off frontmatter of the plain kind used here: `key: value`, the value plain or double-quoted."""
    lines = text.split("\n")
    if lines[0] != "---" or "---" not in lines[1:]:
        return Document({}, text, ["no frontmatter"])
    end = lines.index("---", 1)
    fields: dict[str, str] = {}
    problems: list[str] = []
    for line in lines[1:end]:
        found = re.fullmatch(r"([A-Za-z_-]+): *(.*)", line)
        if not found:
            problems.append(f"frontmatter: cannot read {line!r}")
            continue
        key, value = found.group(1), found.group(2).rstrip()
        if key in fields:
            problems.append(f"frontmatter: {key!r} twice")
        if value.startswith('"'):
            try:
                value = as_text(json.loads(value))
            except ValueError:
                problems.append(f"frontmatter: {key}: not one quoted string")
        elif ": " in value or " #" in value or value[:1] in YAML_MARKS:
            problems.append(f"frontmatter: {key}: YAML reads this otherwise; quote it")
        fields[key] = value
    return Document(fields, "\n".join(lines[end + 1 :]), problems)


def lint_agent(text: str, name: str) -> list[str]:
    """An agent of a plugin: `name` is its file's name without `.md`."""
    document = read_document(text)
    fields = document.fields
    problems = list(document.problems)
    if fields.get("name") != name or ":" in name:
        problems.append(f"name {fields.get('name')!r} is not the file's name {name!r}")
    problems += [
        f"{key!r} is ignored in plugin agents" for key in sorted(set(fields).intersection(AGENT_KEYS_IGNORED))
    ]
    problems += [
        f"{key!r}: no such key" for key in sorted(set(fields).difference(AGENT_KEYS, AGENT_KEYS_IGNORED))
    ]
    problems += description_problems(fields.get("description", ""))
    if not fields.get("tools"):
        problems.append("no tools named, so it would have all of them, Agent included")
    problems += [f"no tool is called {tool!r}" for tool in tools_of(fields) if tool not in TOOLS]
    if not re.fullmatch(r"[1-9][0-9]*", fields.get("maxTurns", "")):
        problems.append("maxTurns is not a whole number")
    return problems


def tools_of(fields: dict[str, str]) -> list[str]:
    """The tools that an agent's frontmatter lists."""
    return [tool.strip() for tool in fields.get("tools", "").split(",") if tool.strip()]


def lint_skill(text: str, name: str) -> list[str]:
    """A skill that only a person starts: `name` is its folder's name."""
    document = read_document(text)
    fields = document.fields
    problems = list(document.problems)
    if fields.get("name") != name:
        problems.append(f"name {fields.get('name')!r} is not the folder's, so /{name} would not find it")
    if fields.get("disable-model-invocation") != "true":
        problems.append("no 'disable-model-invocation: true', so a model could start it")
    problems += [f"{key!r}: no such key" for key in sorted(set(fields).difference(SKILL_KEYS))]
    if "hooks" in fields:
        problems.append("'hooks' in a skill hold only once it was typed; they belong in hooks.json")
    problems += description_problems(fields.get("description", ""))
    return problems


def description_problems(description: str) -> list[str]:
    """A description says when to use the thing, and fits."""
    problems: list[str] = []
    if not description.startswith("Use when "):
        problems.append("the description does not begin with 'Use when '")
    if len(description) > DESCRIPTION_LIMIT:
        problems.append(f"the description is cut at {DESCRIPTION_LIMIT} characters")
    return problems


# --- manifest, marketplace, icon ---------------------------------------------------------------------------

MANIFEST_TYPES: dict[str, type] = {
    "$schema": str,
    "name": str,
    "displayName": str,
    "version": str,
    "description": str,
    "author": dict,
    "homepage": str,
    "repository": str,
    "license": str,
    "keywords": list,
    "defaultEnabled": bool,
    "dependencies": list,
    "metadata": dict,
    "engines": dict,
    "network": dict,
    "userConfig": dict,
}
# Named in the manifest, these replace the default folders or load one twice; the default places suffice.
MANIFEST_PATHS = words("hooks commands agents skills workflows outputStyles mcpServers lspServers")


def lint_manifest(manifest: object, root: str) -> list[str]:
    """A plugin's manifest: fields that the host knows, of the right type, and paths that lead somewhere."""
    fields = as_map(manifest)
    problems: list[str] = []
    for key, value in fields.items():
        if key in MANIFEST_PATHS:
            problems += named_paths(key, value, root)
        elif key not in MANIFEST_TYPES:
            problems.append(f"{key!r}: no such field")
        elif not isinstance(value, MANIFEST_TYPES[key]):
            problems.append(f"{key!r}: not a {MANIFEST_TYPES[key].__name__}; the plugin would not load")
    problems += [
        f"{key!r} is missing"
        for key in ("name", "version", "description", "author", "license", "keywords")
        if not fields.get(key)
    ]
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", as_text(fields.get("name"))):
        problems.append("'name' is not in kebab case")
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", as_text(fields.get("version"))):
        problems.append("'version' is not of the form 1.2.3")
    engine = as_text(as_map(fields.get("engines")).get("claude-code"))
    if not re.fullmatch(r">=\d+\.\d+\.\d+( <\d+\.\d+\.\d+)?", engine):
        problems.append("'engines' names no range of claude-code")
    if as_map(fields.get("network")).get("hosts") != []:
        problems.append("'network' does not say that no host is reached")
    return problems


def named_paths(key: str, value: object, root: str) -> list[str]:
    """Paths that a manifest names under a key: relative, inside the plugin, there, no default place again."""
    problems: list[str] = []
    for path in [value] if isinstance(value, str) else as_list(value):
        text = as_text(path)
        if not text.startswith("./") or ".." in text.split("/"):
            problems.append(f"{key!r}: {text!r} does not begin with ./ or leaves the plugin")
        elif not os.path.exists(os.path.join(root, text)):
            problems.append(f"{key!r}: {text!r} is missing")
        elif key == "hooks" and os.path.normpath(text) == os.path.join("hooks", "hooks.json"):
            problems.append("'hooks': hooks/hooks.json is loaded anyway; named again it is an error")
    return problems


def lint_marketplace(marketplace: object, manifest: object) -> list[str]:
    """A repository that is its own marketplace: one plugin, at its root."""
    fields, plugin = as_map(marketplace), as_map(manifest)
    needed = ("name", "owner", "description", "plugins")
    problems = [f"{key!r} is missing" for key in needed if not fields.get(key)]
    if not as_text(as_map(fields.get("owner")).get("name")):
        problems.append("the owner has no name")
    entries = [as_map(entry) for entry in as_list(fields.get("plugins"))]
    if len(entries) != 1:
        return [*problems, f"{len(entries)} plugins; this repository is one"]
    if entries[0].get("source") != "./":
        problems.append("the plugin's source is not './'")
    if entries[0].get("name") != plugin.get("name"):
        problems.append("the plugin's name is not the manifest's")
    if "strict" in entries[0]:
        problems.append("'strict' would put this entry in place of the manifest")
    return problems


def lint_links(root: str) -> list[str]:
    """`plugin.json` at the root is a relative link to the real manifest, never the other way round."""
    real = os.path.join(root, ".claude-plugin", "plugin.json")
    link = os.path.join(root, "plugin.json")
    problems: list[str] = []
    if os.path.islink(real) or not os.path.isfile(real):
        problems.append(".claude-plugin/plugin.json is not a real file")
    if not os.path.islink(link):
        problems.append("plugin.json is not a link")
    elif os.readlink(link) != ".claude-plugin/plugin.json":
        problems.append("plugin.json does not lead to .claude-plugin/plugin.json by a relative path")
    return problems


def lint_icon(content: bytes) -> list[str]:
    """A square PNG of 512 to 2048 pixels and less than 2 MB."""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        return ["not a PNG"]
    width, height = struct.unpack(">II", content[16:24])
    problems: list[str] = []
    if width != height or not 512 <= width <= 2048:
        problems.append(f"{width} x {height} pixels; square, 512 to 2048 is asked for")
    if len(content) >= 2_000_000:
        problems.append("2 MB or more")
    return problems


def versions(root: str) -> dict[str, str]:
    """Each place of the repository that states the version, and what it states ('?': should, does not).

    The launcher names the version only if it does so by a line `version=…`; it may as well read it.
    """
    stated = {
        ".claude-plugin/plugin.json": as_text(
            as_map(load_json(os.path.join(root, ".claude-plugin", "plugin.json"))).get("version")
        )
    }
    marketplace = as_map(load_json(os.path.join(root, ".claude-plugin", "marketplace.json")))
    for entry in as_list(marketplace.get("plugins")):
        if "version" in as_map(entry):
            stated[".claude-plugin/marketplace.json"] = as_text(as_map(entry)["version"])
    lines = {
        "pyproject.toml": (r'^version = "([^"]+)"', True),
        "scripts/planweir/__init__.py": (r'^__version__ = "([^"]+)"', True),
        "bin/task-planner": (r"(?im)^\s*(?:PLANWEIR_)?version=[\"']?([0-9][^\"'\s]*)", False),
        "CHANGELOG.md": (r"^## ([0-9]\S*)", True),
    }
    for path, (pattern, required) in lines.items():
        full = os.path.join(root, path)
        if not os.path.isfile(full):
            continue
        with open(full, encoding="utf-8") as file:
            found = re.search(pattern, file.read(), re.MULTILINE)
        if found or required:
            stated[path] = found.group(1) if found else "?"
    return stated


def lint_versions(stated: dict[str, str]) -> list[str]:
    """All places state the same version: an update is seen only if the manifest's was raised."""
    if len(set(stated.values())) == 1:
        return []
    return ["versions differ: " + ", ".join(f"{path} {version}" for path, version in sorted(stated.items()))]
