"""Tools that run code in a language that is not the shell's: PowerShell, and the host's own interpreters.

Python and JavaScript are judged as `python3 -c` and `node -e` are. Of PowerShell nothing is understood but names: guarded
paths, files of tasks, git, a person's verbs; what writes and names no file of the task is opaque.
"""

from __future__ import annotations

import os
import re

from planweir.guard.edits import delegate, guarded_denial, judge_file
from planweir.guard.paths import canonical, guarded_hit, guarded_paths, mentioned, relative, scratch
from planweir.guard.planner import code_verb, typed
from planweir.guard.rules import deny
from planweir.guard.scope import OUT, OWN, out_of_scope, standing
from planweir.guard.who import binding, table, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard

_JAVASCRIPT = ("REPL", "Repl", "Eval", "NodeRepl", "JavaScript")
_WRITES = re.compile(
    r"\b(?:Set|Add|Clear|New|Remove|Move|Copy|Rename|Out|Export|Expand|Compress|Tee)-(?:Content|Item\w*|File|Object|Csv|Clixml|Archive)\b"
    r"|(?:^|[;|&({\s])(?:ni|ri|rm|rmdir|del|erase|rd|md|mkdir|mi|mv|move|cpi?|copy|rni|ren|sc|ac|clc|tee)\s"
    r"|\[(?:System\.)?IO\.|\bInvoke-WebRequest\b.*-OutFile|\b(?:WriteAll\w+|AppendAll\w+|StreamWriter)\b|(?<![-=<\d])\d?>{1,2}(?!&)\s*[^\s$&]",
    re.I | re.M,
)
_HIDDEN = re.compile(r"\b(?:Invoke-Expression|iex)\b|-e(?:nc|ncodedcommand)\b|\[ScriptBlock\]::Create|FromBase64String", re.I)
_GIT = re.compile(
    r"\bgit(?:\.exe)?['\"]?\s+(?:-\S+\s+(?:\S+\s+)?)*"
    r"(?:stash|reset|clean|checkout|restore|switch|commit|push|add|rebase|merge|pull|revert|cherry-pick|rm|mv|tag|branch|config|apply|am)\b",
    re.I,
)
_KILLS = re.compile(r"\b(?:Stop-Process|taskkill|pkill|killall|spps)\b", re.I)
_CLIENT = re.compile(r"(?:^|[;|&({\n])\s*(?:&\s*)?['\"]?(?:[\w.:/\\~-]*[/\\])?claude(?:\.exe|\.cmd)?['\"]?(?=\s|\Z)", re.I | re.M)
_SIGN = re.compile(r"\bCLAUDECODE\b|\bCLAUDE_CODE_MESSAGING_")
_PATH = re.compile(r"[^\s'\"`;|&(){}\[\],=<>]*[/\\][^\s'\"`;|&(){}\[\],=<>]+")


def judge_script(tool: str, found: list[tuple[str, str]], role: str, event: Event, guard: Guard) -> Decision | None:
    """The decision on code that a tool of the host's would run."""
    code = "\n".join(one for _, one in found)
    if tool != "PowerShell":
        return _interpreted(tool, code, found, role, event, guard)
    denied = _anyone(code, role, event, guard)
    if denied:
        return denied
    if role == "foreign":
        return _foreign(code, event, guard)
    if role != "implementer":
        paused = role == "main" and guard.get("status") == "paused"
        return None if paused else deny("other-tools", f"{tool} runs code", delegate(role))
    return _implementer(code, event, guard)


def _interpreted(
    tool: str, code: str, found: list[tuple[str, str]], role: str, event: Event, guard: Guard
) -> Decision | None:
    from planweir.guard.commands import judge_command
    from planweir.guard.tools import as_shell

    named = mentioned(code, guard)
    if named:
        return guarded_denial(named, guard)
    if role in ("main", "reviewer") and guard.get("status") != "paused":
        return deny("other-tools", f"{tool} runs code", delegate(role))
    language = "javascript" if tool in _JAVASCRIPT else "python"
    for _, one in found:
        decision = judge_command({**event, "tool_input": {"command": as_shell(one, language)}}, guard)
        if decision and decision["decision"] == "deny":
            return decision
    return None


def _anyone(code: str, role: str, event: Event, guard: Guard) -> Decision | None:
    """What nobody may do from PowerShell."""
    slashed = code.replace("\\", "/")
    named = mentioned(code, guard) or mentioned(slashed, guard)
    if named:
        return guarded_denial(named, guard)
    if _WRITES.search(code):
        guarded = guarded_paths(guard)
        hit = next((path for path in _paths(code, event, guard) if guarded_hit(path, "tree", guarded)), None)
        if hit:
            return guarded_denial(hit, guard)
    verb = code_verb(slashed)
    if verb:
        return deny("person-verbs", f"`task-planner {verb}` is for a person", typed(verb))
    if role != "foreign" and _SIGN.search(code):
        return deny(
            "person-verbs",
            "what tells programs that an agent runs them, or the session's own socket, would be used",
            "run the command with the environment as it is",
        )
    free = role == "foreign" or (role == "main" and guard.get("status") == "paused")
    if _CLIENT.search(code) and not free:
        return deny("nested-session", "claude would be started from PowerShell", "do the work in this session")
    return None


def _paths(code: str, event: Event, guard: Guard) -> list[str]:
    """The paths that a script names, as far as they can be told: none with a variable in it."""
    cwd = text(event, "cwd") or text(guard, "project")
    words = [one.replace("\\", "/") for one in _PATH.findall(code) if "$" not in one and "://" not in one]
    return [canonical(one, cwd) for one in words]


def _owners(code: str, guard: Guard, but: str = "") -> tuple[str, str] | None:
    """A running task, but for `but`, of which a file is named."""
    slashed = code.replace("\\", "/").lower()
    for task, row in table(guard, "running").items():
        for file in texts(row, "files") if isinstance(row, dict) and task != but else ():
            fixed = re.split(r"[*?\[{]", file, maxsplit=1)[0].lower().rstrip("/")
            if fixed and re.search(r"(?<![\w-])" + re.escape(fixed) + r"(?![\w-])", slashed):
                return task, file
    return None


def _foreign(code: str, event: Event, guard: Guard) -> Decision | None:
    if not table(guard, "running"):
        return None
    what = ""
    if _GIT.search(code):
        what = "git would take or change what agents of another session work on"
    elif _WRITES.search(code):
        held = _owners(code, guard)
        if held:
            what = f"{held[1]} belongs to {held[0]}, which runs in another session"
        denied = next((found for path in _paths(code, event, guard) if (found := judge_file(path, "foreign", event, guard))), None)
        if denied:
            return denied
    step = "wait until that task has ended, or ask the person to pause the plan there"
    return deny("foreign-session", what, step) if what else None


def _implementer(code: str, event: Event, guard: Guard) -> Decision | None:
    task = text(binding(event, guard), "task")
    if _GIT.search(code):
        return deny(
            "neighbours", "git would work on what all agents share", "take back a change of your own with `task-planner discard PATH`"
        )
    if _KILLS.search(code):
        return deny("neighbours", "it may end what another agent runs", "end only what you started, by its id, from Bash")
    if _HIDDEN.search(code):
        return deny("unreadable-command", "the script runs what only shows when it runs", "write it out, or use Bash")
    if not _WRITES.search(code):
        return None
    held = _owners(code, guard, but=task)
    project = os.path.realpath(text(guard, "project") or "/")
    known = False
    for path in _paths(code, event, guard):
        stands = standing(path, "write", task, guard)
        if relative(path, project) is not None and stands == OUT:
            return out_of_scope(path, task, guard)
        known = known or stands == OWN or scratch(path)
    if held:
        return out_of_scope(os.path.join(project, held[1]), task, guard)
    if known or _owns(code, task, guard):
        return None
    return deny(
        "unreadable-command",
        "the script writes, and no file of the task is named in it",
        "name the task's file in full, or use Edit, Write or Bash",
    )


def _owns(code: str, task: str, guard: Guard) -> bool:
    """Whether a file of the task is named, or the task may write anything."""
    row = table(guard, "running").get(task)
    files = texts(row, "files") if isinstance(row, dict) else []
    names = [re.split(r"[*?\[{]", one, maxsplit=1)[0] for one in files]
    return not files or any(name and name in code.replace("\\", "/") for name in names)
