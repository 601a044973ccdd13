"""Tools beside Edit, Write, Bash and Agent: MCP servers, other shells, worktrees, schedules, what is not known yet."""


from __future__ import annotations

import os
import re

from planweir.guard.edits import delegate, guarded_denial, judge_edit, judge_file
from planweir.guard.inputs import (
    CODE,
    changes_files,
    command_lines,
    copied_from,
    everywhere,
    paths,
    quoted,
    strings,
)
from planweir.guard.paths import guarded_hit, guarded_paths, mentioned, relative
from planweir.guard.rules import deny
from planweir.guard.scope import OUT, holds_running, installed, out_of_scope, standing, tool_denial
from planweir.guard.who import binding, table, text, who
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard

    Found = list[tuple[str, str]]

# What these do is read, show, ask, or keep the host's own lists. Tools that the matcher in hooks.json leaves out are among them.
READERS = frozenset(
    """Read Grep Glob LS NotebookRead WebFetch WebSearch TaskOutput TaskCreate TaskUpdate TaskGet TaskList TaskStop
    ToolSearch AskUserQuestion TodoWrite TodoRead BashOutput KillShell KillBash EnterPlanMode ExitPlanMode
    ReportFindings StructuredOutput SendUserMessage SendUserFile SendFeedback PushNotification ReadNotifications Brief
    ListAgents ListPeers ListMcpResources ListMcpResourcesTool ReadMcpResource ReadMcpResourceTool ReadMcpResourceDir
    ReadMcpResourceDirTool CronDelete CronList EndConversation WaitForMcpServers SetGoal ProposeGoal
    SubagentHandback OfferChromeSetup ShowOnboardingRolePicker ShareOnboardingGuide ArtifactComments ArtifactData
    ArtifactCheck""".split()
)
RUN_CODE = frozenset(
    "PowerShell REPL Repl Eval NodeRepl PythonRepl Python JavaScript Jupyter CodeExecution".split()
)
# Words in an MCP tool's name that say that it writes.
WRITING = frozenset(
    """write edit create delete remove move rename patch append save upload set put insert replace update
    modify add
    copy mkdir touch truncate overwrite execute exec run eval shell start process apply rm mv cp""".split()
)
# The same where the tool is git's own; what it changes all agents share.
_GIT_VERBS = frozenset(
    """commit reset checkout stash push add merge rebase revert restore switch clean rm pull tag init cherry
    apply stage unstage branch""".split()
)
_READING = frozenset(
    """read get list search find view show query fetch stat describe tree head tail ask chat analyze analyse explain
    summarize summarise inspect lookup resolve compare count screenshot think validate""".split()
)
_ADDRESS = pattern(r"https?://\S+\Z")  # of a page: what it ends in is no file here
_RUNS = pattern(r"run|exec|eval|shell|terminal|process|start|send|type|input|code|cmd|command|script", re.I)
# Fields in which people and agents write to each other: what they name there, nobody opens.
_PROSE = pattern(
    r"(?:body|text|message|msg|description|title|comment|summary|notes?|query|prompt|markdown|subject|content|"
    r"question|reason|observations?|thoughts?)s?\Z",
    re.I,
)
_OURS = pattern(r"(?:\w+:)?(?:implement-plan|task-planner|wave-gate)\Z")
_TYPED = pattern(r"(?:^|\s)/(?:planweir:)?(?:implement-plan|task-planner|wave-gate)\b|^\s*<(?:task-notification|agent-message)\b", re.M)
_NOBODYS = ("guarded-paths", "person-verbs", "nested-session")
_LASTING = "it outlives this session"


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())


def writes(tool: str) -> bool:
    """Whether an MCP tool's last name part says that it writes. A browser's upload takes a file to a page: it reads it."""
    words = _words(tool.rsplit("__", 1)[-1])
    return any(one in WRITING for one in words) and not {"browser", "upload"} <= {*words}


def _reads(tool: str) -> bool:
    return (_words(re.sub(r"^git_", "", tool.rsplit("__", 1)[-1])) or [""])[0] in _READING


def judge_other_tool(event: Event, guard: Guard) -> Decision | None:
    """The decision on a call of a tool that has no rule of its own."""
    tool = text(event, "tool_name")
    if tool in READERS:
        return None
    role = who(event, guard)
    own = _OWN.get(tool)
    if own is not None:
        return own(event, guard, role)
    found = strings(event.get("tool_input"))
    if tool in RUN_CODE:
        from planweir.guard.scripts import judge_script

        return judge_script(tool, found, role, event, guard)
    project = os.path.realpath(text(guard, "project") or "/")
    cwd = text(event, "cwd") or project
    server = tool.startswith("mcp__")
    changes = changes_files(found, _reads(tool))
    reads = _reads(tool) and not changes and (not server or not writes(tool))
    denied = (None if reads else _guarded(tool, found, cwd, project, guard)) or _commands(tool, reads, event, guard)
    if denied:
        return denied
    local = paths(found, cwd, project)
    # What a server's neutral tool does to a path, its other fields tell; of a tool of the host's that is not known, nothing does.
    writer = bool(local) and (changes or (writes(tool) if server else not reads))
    if role == "foreign":
        return _foreign(tool, local if writer else [], event, guard)
    if role == "main" and guard.get("status") == "paused":
        return None
    if server and _git_verb(tool):
        if role == "implementer":
            return deny(
                "neighbours",
                f"{tool} works on what all agents share",
                "leave it to the gate, which commits each task's files when its wave is done",
            )
        return deny("other-tools", f"{tool} changes the repository", delegate(role))
    return _writer(tool, local, role, event, guard, project) if writer else None


def _guarded(tool: str, found: Found, cwd: str, project: str, guard: Guard) -> Decision | None:
    """The denial of a call that names what nobody may write: as a path, or within code."""
    kind = "tree" if _takes_away(tool) else "write"
    guarded = guarded_paths(guard)
    for path in everywhere(found, cwd, project):
        if guarded_hit(path, kind, guarded):
            return guarded_denial(path, guard)
    prose = tool.startswith("mcp__") and not _RUNS.search(tool)
    told = [one for key, one in found if not ((prose and _PROSE.match(key)) or _ADDRESS.match(one))]
    named = mentioned("\n".join(told), guard)
    return guarded_denial(named, guard) if named else None


def _git_verb(tool: str) -> bool:
    """Whether a server's tool is git's, and one of those that change what all agents share."""
    last = _words(tool.rsplit("__", 1)[-1])
    return "git" in _words(tool) and any(one in _GIT_VERBS for one in last) and not _reads(tool)


def _commands(tool: str, reads: bool, event: Event, guard: Guard) -> Decision | None:
    """Commands that a tool is to run are judged as Bash's are; a granted one is no more than not denied.

    Of a tool that is called one that reads they may be a database's: only what nobody may do counts.
    """
    lines = command_lines(tool, event.get("tool_input"))
    if not lines:
        return None
    from planweir.guard.commands import judge_command

    language = next((one.lower() for key, one in strings(event.get("tool_input")) if key.lower() in ("language", "lang", "kernel")), "")
    for key, line, folder in lines:
        whole = as_shell(line, language) if CODE.match(key) else line
        place = {"cwd": os.path.join(text(event, "cwd"), folder)} if folder else {}
        decision = judge_command({**event, **place, "tool_input": {"command": whole}}, guard)
        if decision and decision["decision"] == "deny" and (not reads or decision["rule"] in _NOBODYS):
            return decision
    return None


def as_shell(code: str, language: str) -> str:
    """Code as the command line that would run it."""
    if re.match(r"(?:java|type)script|js\b|ts\b|node", language):
        return f"node -e {quoted(code)}"
    if re.match(r"(?:ba|z)?sh\b|shell|bash", language):
        return code
    return f"python3 -c {quoted(code)}"


def _foreign(tool: str, local: list[tuple[str, str]], event: Event, guard: Guard) -> Decision | None:
    """Another session is kept from the files of running tasks, by whatever tool."""
    if tool.startswith("mcp__") and _git_verb(tool) and table(guard, "running"):
        return deny(
            "foreign-session",
            f"{tool} would take or change what agents of another session work on",
            "wait until their tasks have ended, or ask the person to pause the plan there",
        )
    for _, path in local:
        held = holds_running(path, guard) if _takes_away(tool) and os.path.isdir(path) else None
        denied = judge_file(path, "foreign", event, guard) or (
            deny(
                "foreign-session",
                f"{held[1]} belongs to {held[0]}, which runs in another session",
                "wait until that task has ended, or ask the person to pause the plan there",
            )
            if held
            else None
        )
        if denied:
            return denied
    return None


def _takes_away(tool: str) -> bool:
    return bool({"delete", "remove", "move", "rename", "rm", "mv"} & set(_words(tool)))


def _writer(
    tool: str, local: list[tuple[str, str]], role: str, event: Event, guard: Guard, project: str
) -> Decision | None:
    if role != "implementer":
        return deny("other-tools", f"{tool} changes files", delegate(role))
    task = text(binding(event, guard), "task")
    kind = "tree" if _takes_away(tool) else "write"
    for key, path in local:
        if "copy" in _words(tool) and copied_from(key):
            continue
        if installed(path, guard):
            return tool_denial(relative(path, project) or path)
        if relative(path, project) is not None and standing(path, kind, task, guard) == OUT:
            return out_of_scope(path, task, guard)
    return None


# --- tools of the host that have more to them than paths --------------------------------------------------------


def _worktree(event: Event, guard: Guard, role: str) -> Decision | None:
    if role == "foreign" or (role == "main" and guard.get("status") == "paused"):
        return None
    step = "work in the tree where you are" if role == "implementer" else "run `task-planner next`"
    return deny("other-tools", "the plan runs in the project's own tree", step)


def _leave_worktree(event: Event, guard: Guard, role: str) -> Decision | None:
    given = table(event, "tool_input")
    if given.get("action") != "remove":
        return None
    denied = _worktree(event, guard, role)
    return denied and deny(
        "other-tools", "a working tree would be removed, with what is in it", "leave it with `action: keep`, or tell the person"
    )


def _skill(event: Event, guard: Guard, role: str) -> Decision | None:
    """Our own skills are what a person types; any other skill is judged by the calls that it leads to."""
    given = table(event, "tool_input")
    for key in ("skill", "command", "name"):
        name = (text(given, key).split() or [""])[0].lstrip("/")
        if _OURS.match(name):
            return deny("person-verbs", f"/{name} is typed by a person", "run `task-planner next`, or ask the person to type it")
    return None


def _schedule(event: Event, guard: Guard, role: str) -> Decision | None:
    """CronCreate, ScheduleWakeup, RemoteTrigger: a prompt that comes later is no person's, and ends with the session."""
    tool = text(event, "tool_name")
    given = table(event, "tool_input")
    if any(_TYPED.search(one) for _, one in strings(given)):
        return deny(
            "person-verbs",
            f"{tool} would have come by itself what only a person types, or what only the client tells",
            "ask the person to type it",
        )
    if role == "foreign" or (role == "main" and guard.get("status") == "paused"):
        return None
    if role != "main" and text(given, "prompt"):
        return deny("loose-process", "an agent of the plan would have the main thread told something later", "say it in your report")
    if given.get("durable") is True:
        return deny("loose-process", f"a durable schedule was asked for: {_LASTING}", "leave out `durable`")
    if tool == "RemoteTrigger" and text(given, "action") not in ("list", "get"):
        return deny("loose-process", f"an agent elsewhere would be set up or started: {_LASTING}", "run `task-planner next`")
    return None


def _artifact(event: Event, guard: Guard, role: str) -> Decision | None:
    """Publishing reads a file; with `edits` it writes it as well (Claude Code 2.1.329)."""
    return judge_edit(event, guard) if table(event, "tool_input").get("edits") else None


_OWN: dict[str, Callable[[Event, Guard, str], Decision | None]] = {
    "EnterWorktree": _worktree,
    "ExitWorktree": _leave_worktree,
    "Skill": _skill,
    "SlashCommand": _skill,
    "CronCreate": _schedule,
    "ScheduleWakeup": _schedule,
    "RemoteTrigger": _schedule,
    "Artifact": _artifact,
    "LSP": lambda event, guard, role: None,
}
