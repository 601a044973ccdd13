"""task-planner called from Bash: which verbs are whose."""


from __future__ import annotations

import re

from planweir.guard.paths import below, canonical
from planweir.guard.rules import deny
from planweir.guard.seldom import is_check
from planweir.guard.who import REVIEWERS, binding, text
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.rules import Decision
    from planweir.guard.who import Event, Guard
    from planweir.shell.scan import Program, Scan

# verb -> who may run it: all, main, reviewer (bound to the task named), implementer (bound)
VERBS: dict[str, str] = {
    "check": "all",
    "status": "all",
    "next": "all",
    "log": "all",
    "take": "thread",
    "report": "thread",
    "summary": "all",
    "done": "all",
    "artifacts": "all",
    "script": "all",
    "doctor": "all",
    "demo": "all",
    "record": "all",
    "play": "all",
    "watch": "all",
    "help": "all",
    "version": "all",
    "gate": "main",
    "package": "all",
    "file": "reviewer",
    "discard": "implementer",
    "request-scope": "asker",
    "insight": "all",  # closing one is a person's
}
PERSON = (
    "start pause resume amend allow mine refuse waive skip unblock answer accept reject note checked complete abort rollback plan pr".split()
)
_SETTINGS = pattern(r"(?:CLAUDE\w*|PLANWEIR\w*|HOME|XDG_STATE_HOME|PYTHON\w*|PATH|LD_\w+|BASH_ENV)\Z", re.A)
_OURS = pattern(
    r"(?:^|/)(?:task-planner|planweir(?:[/.](?:cli|verbs|__main__)\b.*)?|person_command(?:\.py)?)\Z"
)
_HOOKS = pattern(
    r"(?:^|/)(?:hooks/launch|(?:block_direct_edits|guard_state_file|validate_task_execution|guard_other_tools|judge_review|record_run"
    r"|track_agents|update_task_status|hold_open_plan|restore_session|person_command|note_settings|notice_changes)(?:\.py)?)\Z"
)
_IN_CODE = pattern(
    r"(?:task-planner|planweir(?:[./]\w+)*)['\"\s,\[\]]+(?:-{1,2}\w[\w-]*['\"\s,]+)*("
    + "|".join(PERSON)
    + r"|insight['\"\s,\[\]]+(?:-{1,2}\w[\w-]*['\"\s,]+)*close)\b"
)


_SENDERS = frozenset("tmux screen xdotool ydotool wtype zellij kitty wezterm osascript".split())
_TYPED = pattern(r"/(?:\w+:)?(?:task-planner|implement-plan|wave-gate)\b")
_VERBS_CODE = pattern(
    r"\bplanweir\.(?:verbs|hooked\.typed|journal\.(?:store|came))\b|\brun_verb\b|hooks/launch\b|\bperson_command\b"
)
# Whose words are prose that nobody runs.
_PROSE = frozenset("gh glab hub jira git".split())
_SCRIPT = pattern(r"(?:\.(?:sh|bash|zsh|py|js|mjs|rb|pl|mk|command)|/[^./]+)\Z")


def _hidden_verb(program: Program) -> str | None:
    """A person's verb in what a program would run: its code, its arguments, what is piped into it, or a
    script that it prints into a file."""
    if program.name in ("echo", "printf", "cat", "tee"):
        file = program.stdout_to if program.name != "tee" else next(iter(program.words[1:]), None)
        if not file or file.startswith("/dev/") or not _SCRIPT.search("/" + file):
            return None
    elif program.kind not in ("runs", "unknown", "shell") or program.name in _PROSE or is_check(program):
        if not program.code or program.kind == "reads":
            return None
        found = _IN_CODE.search(program.code)
        return found.group(1) if found else None
    texts = [one for one in (*program.words, program.code, program.stdin_text) if one]
    found = _IN_CODE.search("\n".join(texts[1:]).replace("\\n", "\n"))
    if found is None and program.code and program.kind == "runs" and _VERBS_CODE.search(program.code):
        return "…"
    return found.group(1) if found else None


def code_verb(code: str) -> str | None:
    """A person's verb that stands in code of any language."""
    found = _IN_CODE.search(code)
    return found.group(1) if found else None


def clears_claudecode(scan: Scan) -> bool:
    """Whether a command takes from its programs the sign that an agent runs them."""
    if "CLAUDECODE" in scan.assigned:
        return True
    for program in scan.programs:
        if any(one.startswith("CLAUDECODE=") for one in program.assignments):
            return True
        if program.code and program.kind == "runs" and "CLAUDECODE" in program.code:
            return True
        if "env" in program.wrappers and _from_nothing(program, scan):
            return True
        if "env" in program.wrappers or program.name in ("unset", "export", "declare", "typeset", "env"):
            words = [one or "" for one in program.argv]
            for at, one in enumerate(words):
                before = words[at - 1] if at else ""
                if one in ("-uCLAUDECODE", "--unset=CLAUDECODE"):
                    return True
                if one == "CLAUDECODE" and (before in ("-u", "--unset") or program.name == "unset"):
                    return True
                if one == "CLAUDECODE" and program.name != "env" and any(
                    "n" in other or other.startswith("+") for other in words[1:at]
                ):
                    return True
    return False


def _from_nothing(program: Program, scan: Scan) -> bool:
    """Whether `env -i` starts what may start anything; a check or a program that reads needs no sign."""
    words = [one or "" for one in program.argv]
    at = next((index for index, one in enumerate(words) if one.rpartition("/")[2] == "env"), None)
    if at is None:
        return False
    for one in words[at + 1 :]:
        if one in ("-", "--ignore-environment") or (one[:1] == "-" and one[1:2] != "-" and "i" in one):
            inner = scan.programs if program.kind == "shell" and program.code else [program]
            return any(one.kind in ("runs", "unknown") and not _known(one) for one in inner) or (
                program.kind == "shell" and not program.code
            )
        if not one.startswith("-") and "=" not in one:
            return False
    return False


def _known(program: Program) -> bool:
    """Whether a program is a check, whatever is set for it: PATH and HOME are what one gives to `env -i`."""
    given, program.assignments = program.assignments, []
    try:
        return is_check(program)
    finally:
        program.assignments = given


def verb_of(program: Program) -> tuple[str | None, list[str | None]] | None:
    """The verb and what follows it, if the program is our command line; the verb is None where it is not
    known."""
    words = program.words
    index = next((i for i, one in enumerate(words[:4]) if one and _OURS.search(one)), None)
    if index is None:
        return None
    if index and not (program.kind in ("runs", "shell", "unknown") or words[0] in (".", "source")):
        return None  # an argument of a reader
    rest = words[index + 1 :]
    for at, one in enumerate(rest):
        if one is None:
            return None, []
        if one in ("--abort", "--complete", "--status"):
            return one[2:], rest[at + 1 :]
        if not one.startswith("-"):
            return one, rest[at + 1 :]
        if one in ("--help", "--version", "-h"):
            return "help", []
    return "help", []


def trusted(program: Program, cwd: str, guarded: list[str]) -> bool:
    """Whether a program is our command line itself, in a form that runs nothing but our own code.

    By its bare name, or a file that nobody may write: what is called so in a scratch folder is anybody's.
    """
    found = verb_of(program)
    if found is None or found[0] == "play" or "--client" in found[1] or "--client=claude" in found[1]:
        return False  # a recording holds commands
    if program.words[0] == "task-planner":
        return True
    path = next((one for one in program.words[:4] if one and _OURS.search(one)), "")
    whole = canonical(path, program.cwd or cwd)
    return "/" in path and any(below(whole, one) for one in guarded)


def written(program: Program) -> list[str]:
    """The files that our command line is told to write, as they are given."""
    found = verb_of(program)
    if found is None or found[0] not in ("record", "demo"):
        return []
    words, files = [one or "" for one in found[1]], []
    for at, one in enumerate(words):
        option, equals, value = one.partition("=")
        if option in ("-o", "--output", "--svg"):
            files.append(value if equals and option != "-o" else words[at + 1] if at + 1 < len(words) else "")
        elif one.startswith("-o"):
            files.append(one[2:])
    return files or (["RECORDING.json"] if found[0] == "record" else [])


def hook_called(program: Program) -> str | None:
    """The hook script that a program would start by hand."""
    if program.kind not in ("runs", "shell", "unknown"):
        return None
    return next((one for one in program.words[:4] if one and _HOOKS.search(one)), None)


def typed(verb: str) -> str:
    return (
        f"ask the person to type `/task-planner {verb} …`"
        if verb not in ("start", "resume")
        else ("ask the person to type `/implement-plan`")
    )


def judge_planner(scan: Scan, source: str, role: str, event: Event, guard: Guard) -> Decision | None:
    """The denial of a call of our command line, or None."""
    calls = [(program, verb_of(program)) for program in scan.programs]
    ours = [(program, found) for program, found in calls if found is not None]
    for program in scan.programs:
        hook = hook_called(program)
        if hook:
            return deny("person-verbs", f"{hook} is started by the host alone", "run `task-planner status`")
        hidden = _hidden_verb(program)
        if hidden and verb_of(program) is None:
            hidden = " ".join(re.findall(r"[\w-]+", hidden)) or hidden
            return deny("person-verbs", f"`task-planner {hidden}` is for a person", typed(hidden))
        if program.name in _SENDERS and any(one and _TYPED.search(one) for one in program.words):
            return deny(
                "person-verbs",
                f"{program.name} would type for the person what only a person types",
                "ask the person to type it",
            )
    if not scan.readable and (found := _IN_CODE.search(source)):
        return deny("person-verbs", f"`task-planner {found.group(1)}` is for a person", typed(found.group(1)))
    for program, (verb, rest) in ours:
        if verb is None:
            return deny("person-verbs", "the verb after task-planner cannot be read", "write the verb out")
        if verb.startswith("_") or (verb == "gate" and "--here" in rest):
            return deny(
                "person-verbs",
                f"`task-planner {verb}` in this form is started by the engine alone",
                "run `task-planner gate`" if verb == "gate" else "run `task-planner status`",
            )
        if verb not in VERBS or (verb == "doctor" and "--repair" in rest):
            if verb not in PERSON and verb != "doctor":
                continue  # a mistake: the command line says what there is
            return deny("person-verbs", f"`task-planner {verb}` is for a person", typed(verb))
        if verb == "insight" and not _notes(rest):
            return deny("person-verbs", "`task-planner insight close` is for a person", typed("insight close"))
        changed = _changed(program, scan)
        if changed:
            return deny(
                "person-verbs",
                f"{changed} is changed for task-planner, which then would not know for whom it runs",
                f"run `task-planner {verb}` as it is",
            )
        denied = _whose(verb, rest, role, event, guard)
        if denied:
            return denied
    return None


def _notes(rest: list[str | None]) -> bool:
    """Whether `insight` is surely told to add, or to list, and not to close."""
    word = next((one for one in rest if one is None or not one.startswith("-")), "")
    return word is not None and word != "close"


def _changed(program: Program, scan: Scan) -> str | None:
    names = scan.assigned | {one.partition("=")[0] for one in program.assignments}
    found = next((name for name in sorted(names) if _SETTINGS.match(name)), None)
    if found:
        return found
    for index, one in enumerate(program.argv):
        if "env" in program.wrappers and one in ("-i", "-", "--ignore-environment"):
            return "the environment"
        if "env" in program.wrappers and one and one.startswith(("-u", "--unset")):
            return one.partition("=")[2] or one[2:].strip() or program.argv[index + 1] or "a variable"
    return None


def _whose(verb: str, rest: list[str | None], role: str, event: Event, guard: Guard) -> Decision | None:
    """Whether this caller may run an agent's verb."""
    wanted = VERBS[verb]
    bound = binding(event, guard)
    if wanted == "thread" and rest and (event.get("agent_id") or role == "foreign" or not guard.get("single")):
        return deny(
            "single-mode",
            f"`task-planner {verb}` is for the main thread of a plan that it does itself",
            "end with your report instead" if event.get("agent_id") else "run `task-planner next`",
        )
    if verb == "next" and any(one is None or one.startswith("--engine") for one in rest):
        wanted, verb = "main", "next --engine"
    if wanted == "main" and role != "main":
        return deny(
            "gate-owner", f"`task-planner {verb}` is run by the main thread", "end with your report instead"
        )
    if wanted == "reviewer":
        task = next((one for one in rest if one and not one.startswith("-")), "")
        if role != "reviewer" or bound.get("role") not in REVIEWERS or bound.get("task") != task:
            own = text(bound, "task")
            return deny(
                "file-owner",
                f"a review of {task or 'a task'} is filed by the reviewer that is bound to it",
                f"file yours with `task-planner file {own}`"
                if role == "reviewer" and own
                else "run `task-planner status`, which shows the reviews that are due",
            )
    if wanted == "asker":
        task = next((one for one in rest if one and not one.startswith("-")), "")
        if role != "implementer" or (bound.get("task") != task and "--help" not in rest):
            own = text(bound, "task")
            step = "a person types `/task-planner allow TASK PATH`" if role in ("main", "foreign") else "report it as a finding"
            return deny(
                "request-owner",
                f"files for {task or 'a task'} are asked for by its implementer",
                f"ask for your own task: `task-planner request-scope {own} PATH --why \"…\"`" if role == "implementer" else step,
            )
    if wanted == "implementer" and role != "implementer":
        step = "a person types `/task-planner discard PATH`" if role == "main" else "report it as a finding"
        return deny("discard-owner", "changes are taken back by the agent that made them", step)
    return None
