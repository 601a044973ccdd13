"""Tools beside Edit, Write, Bash and Agent: MCP servers, other shells, worktrees, what is not known yet."""


from __future__ import annotations

import os
import re

from planweir.guard.edits import delegate, guarded_denial, judge_file
from planweir.guard.paths import canonical, guarded_hit, guarded_paths, mentioned, relative
from planweir.guard.rules import deny
from planweir.guard.scope import OUT, installed, out_of_scope, standing, tool_denial
from planweir.guard.who import binding, table, text, who
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard

READERS = frozenset(
    """Read Grep Glob LS NotebookRead WebFetch WebSearch TaskOutput TaskCreate TaskUpdate TaskGet TaskList
    TaskStop
    ToolSearch Skill AskUserQuestion TodoWrite TodoRead BashOutput KillShell KillBash ExitPlanMode
    EnterPlanMode
    ReportFindings StructuredOutput SendUserMessage ListAgents ListMcpResourcesTool ReadMcpResourceTool
    ScheduleWakeup CronCreate CronDelete CronList EndConversation WaitForMcpServers SetGoal
    ExitWorktree""".split()
)
RUN_CODE = frozenset(
    "PowerShell REPL Repl NodeRepl PythonRepl Python JavaScript Jupyter CodeExecution".split()
)
# Words in an MCP tool's name that say that it writes.
WRITING = frozenset(
    """write edit create delete remove move rename patch append save upload set put insert replace update
    modify add
    copy mkdir touch truncate overwrite execute exec run eval shell start process""".split()
)
# The same where the tool is git's own; what it changes all agents share.
_GIT_VERBS = frozenset(
    """commit reset checkout stash push add merge rebase revert restore switch clean rm pull tag init cherry
    apply stage unstage branch""".split()
)
_COMMAND = pattern(r"(?:shell_?)?(?:command|cmd|script|code)(?:_?line)?\Z", re.I)
_RUNS = pattern(r"run|exec|eval|shell|terminal|process|start|send|type|input|code|cmd|command|script", re.I)
# Fields in which people and agents write to each other: what they name there, nobody opens.
_PROSE = pattern(
    r"(?:body|text|message|msg|description|title|comment|summary|notes?|query|prompt|markdown|subject|content|"
    r"question|reason|observations?|thoughts?)s?\Z",
    re.I,
)
_FILE_KEYS = pattern(r"(?:file_?name|file|file_?path|path)\Z", re.I)
_PATH_KEYS = pattern(r"path|file|dir|folder|target|destination|dest|source|uri|name\Z", re.I)
_DEEP = 12


def strings(value: object, key: str = "", depth: int = 0) -> list[tuple[str, str]]:
    """Every string in an input with the key that it stands under."""
    if isinstance(value, str):
        return [(key, value)]
    if depth > _DEEP:
        return [(key, repr(value))]
    if isinstance(value, dict):
        return [one for name, inner in value.items() for one in strings(inner, str(name), depth + 1)]
    if isinstance(value, list):
        return [one for inner in value for one in strings(inner, key, depth + 1)]
    return []


def writes(tool: str) -> bool:
    """Whether an MCP tool's last name part says that it writes."""
    last = tool.rsplit("__", 1)[-1]
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", last).lower())
    return any(one in WRITING for one in words)


def judge_other_tool(event: Event, guard: Guard) -> Decision | None:
    """The decision on a call of a tool that has no rule of its own."""
    tool = text(event, "tool_name")
    role = who(event, guard)
    if tool in READERS:
        return None
    found = strings(event.get("tool_input"))
    project = os.path.realpath(text(guard, "project") or "/")
    cwd = text(event, "cwd") or project
    guarded = guarded_paths(guard)
    paths = [canonical(_unprefixed(one), cwd) for key, one in found if _like_a_path(key, one)]
    server = tool.startswith("mcp__")
    reads = server and not writes(tool) and _reads(tool)
    unknown = not server and tool not in RUN_CODE and tool not in _OWN_RULES and not _reads(tool)
    if not reads:
        for path in paths:
            if guarded_hit(path, "write", guarded):
                return guarded_denial(path, guard)
        prose = server and not _RUNS.search(tool)
        named = mentioned(
            "\n".join(one for key, one in found if not (prose and _PROSE.match(key))), guard
        )
        if named:
            return guarded_denial(named, guard)
        denied = None if tool in RUN_CODE else _commands(tool, found, role, event, guard)
        if denied:
            return denied
    if role == "foreign":
        return _foreign(tool, paths, unknown, event, guard)
    if role == "main" and guard.get("status") == "paused":
        return None
    if tool == "EnterWorktree":
        if role == "implementer":
            return deny(
                "other-tools", "the plan runs in the project's own tree", "work in the tree where you are"
            )
        return deny("other-tools", "the plan runs in the project's own tree", "run `task-planner next`")
    if tool in RUN_CODE and role != "implementer":
        return deny("other-tools", f"{tool} runs code", delegate(role))
    if server and _git_verb(tool):
        if role == "implementer":
            return deny(
                "neighbours",
                f"{tool} works on what all agents share",
                "leave it to the gate, which commits each task's files when its wave is done",
            )
        return deny("other-tools", f"{tool} changes the repository", delegate(role))
    if ((server and writes(tool)) or unknown) and paths:
        return _writer(tool, paths, role, event, guard, project)
    return None


_OWN_RULES = frozenset(("EnterWorktree", "LSP", "Agent", "Task", "SendMessage", "Workflow"))


def _git_verb(tool: str) -> bool:
    """Whether a server's tool is git's, and one of those that change what all agents share."""
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", tool).lower())
    last = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", tool.rsplit("__", 1)[-1]).lower())
    return "git" in words and any(one in _GIT_VERBS for one in last) and not _reads(tool)


def _commands(
    tool: str, found: list[tuple[str, str]], role: str, event: Event, guard: Guard
) -> Decision | None:
    """Commands that a tool is to run are judged as Bash's are; a granted one is no more than not denied."""
    lines = [(key, one) for key, one in found if _COMMAND.match(key)]
    if not lines or (role == "main" and guard.get("status") == "paused" and tool.startswith("mcp__") is False):
        return None
    from planweir.guard.commands import judge_command

    args = [one for key, one in found if key in ("args", "arguments", "argv")]
    for key, line in lines:
        if role == "implementer" and key.lower() in ("code", "script"):
            continue  # its own code may do what code does
        whole = " ".join([line, *(_quoted(one) for one in args)])
        decision = judge_command({**event, "tool_input": {"command": whole}}, guard)
        if decision and decision["decision"] == "deny":
            return decision
    return None


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def _foreign(tool: str, paths: list[str], unknown: bool, event: Event, guard: Guard) -> Decision | None:
    """Another session is kept from the files of running tasks, by whatever tool."""
    server = tool.startswith("mcp__")
    if server and _git_verb(tool) and table(guard, "running"):
        return deny(
            "foreign-session",
            f"{tool} would take or change what agents of another session work on",
            "wait until their tasks have ended, or ask the person to pause the plan there",
        )
    if not ((server and writes(tool)) or unknown):
        return None
    return next((denied for path in paths if (denied := judge_file(path, "foreign", event, guard))), None)


def _writer(
    tool: str, paths: list[str], role: str, event: Event, guard: Guard, project: str
) -> Decision | None:
    if role != "implementer":
        return deny("other-tools", f"{tool} changes files", delegate(role))
    task = text(binding(event, guard), "task")
    removes = re.search(r"delete|remove|move|rename", tool.rsplit("__", 1)[-1].lower()) is not None
    for path in paths:
        if installed(path, guard):
            return tool_denial(relative(path, project) or path)
        if standing(path, "tree" if removes else "write", task, guard) == OUT:
            return out_of_scope(path, task, guard)
    return None


def _reads(tool: str) -> bool:
    last = re.sub(r"^git_", "", tool.rsplit("__", 1)[-1].lower())
    return (
        re.match(r"(?:read|get|list|search|find|view|show|query|fetch|stat|describe|tree|head|tail)", last)
        is not None
    )


def _unprefixed(value: str) -> str:
    return value[7:] if value.startswith("file://") else value


def _like_a_path(key: str, value: str) -> bool:
    if not value or len(value) > 4_096 or "\n" in value:
        return False
    if value.startswith(("/", "./", "../", "~/", "file://")):
        return True
    if _FILE_KEYS.match(key) and re.fullmatch(r"[\w.@+-]+", value):
        return True
    return (
        bool(_PATH_KEYS.search(key))
        and "://" not in value
        and ("/" in value or re.fullmatch(r"[\w.-]+\.\w+", value) is not None)
    )
