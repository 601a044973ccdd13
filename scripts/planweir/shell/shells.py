"""Shells inside the command line: what they are given to run."""

from __future__ import annotations

from planweir.shell.marks import PIECE, UNKNOWN, known
from planweir.shell.state import Flow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program
    from planweir.shell.state import State
    from planweir.shell.walk import Walk


# Which may be a shell that knows no word of bash's.
SHELLS = frozenset(("sh", "dash", "ash", "posh"))


def shell_text(program: str, args: list[str], stdin: str | None, inner: State) -> tuple[str, str | None, str | None]:
    """What `sh -c TEXT`, `sh SCRIPT` and `sh < TEXT` run: "reads" where it runs nothing, else "runs", the text, None where
    it is not known, and the script's path, None where it is none. Sets the memory of the new shell in `inner`."""
    inner.started()
    i = 0
    takes_text = only_looks = False
    while i < len(args):
        arg = args[i]
        if arg == "--" or arg in ("-s", "-"):
            i += 1
            break
        if not arg.startswith(("-", "+")):
            break
        i += 1
        if arg in ("--rcfile", "--init-file", "-O", "+O"):
            i += 1
        elif not arg.startswith("--"):
            takes_text = takes_text or "c" in arg
            only_looks = only_looks or (arg[0] == "-" and "n" in arg)
            inner.strict = inner.strict or "e" in arg
            if arg.endswith("o") and i < len(args):
                inner.pipefail = inner.pipefail or args[i] == "pipefail"
                i += 1
        elif arg in ("--version", "--help"):
            return "reads", None, None
    rest = args[i:]
    if only_looks and not any(one.startswith("+") for one in args[:i]):
        return "reads", None, None
    if takes_text and rest:
        text: str | None = rest[0]
        inner.args = rest[1:] or [program]
    elif rest and rest[0] not in ("/dev/stdin", "/proc/self/fd/0"):
        inner.args = rest
        return "runs", None, rest[0]
    else:
        text = stdin
        inner.args = [program, *rest[1:]]
    return "runs", text, None


def substituted(walk: Walk, args: list[str]) -> str | None:
    """The text of `sh <(…)`, where what stands in it tells what it prints."""
    if sum(one.startswith("/dev/fd/" + PIECE) for one in args) != 1 or not args[0].startswith("/dev/fd/"):
        return None
    text = walk.expander.printed
    return text if known(text) else None


def run_shell(walk: Walk, program: Program, args: list[str], state: State, flow: Flow, stdin: str | None) -> None:
    """sh -c TEXT, sh SCRIPT, sh < TEXT."""
    if any(one.startswith("BASH_ENV=") for one in program.assignments):
        from planweir.shell.codefiles import look

        look(walk, program, program.name, [], state, flow)
    inner = state.copy()
    kind, text, script = shell_text(program.name, args, stdin, inner)
    if kind == "runs":
        _started(walk, program, args, inner)
    if script is not None and (told := substituted(walk, args)) is not None:
        text, script = told, None
    if kind == "reads":
        program.kind = kind
    elif script is not None:
        walk.opaque(program, "runs")
        walk.script(program, script, inner.args, inner)
    elif text is None or not known(text):
        if text is not None:
            program.code = text.replace(UNKNOWN, "?").replace(PIECE, "?")
        walk.opaque(program, "runs")
    else:
        program.kind = "shell"
        program.code = text
        again = inner.copy()
        walk.source(text, inner, flow)
        if program.name in SHELLS:
            from planweir.shell.posix import read_again

            read_again(walk, text, again, flow)


def _started(walk: Walk, program: Program, args: list[str], state: State) -> None:
    """What a shell runs of itself when it starts: the files that its variables and options name, as the line sets them."""
    asks = any(one.startswith("-") and not one.startswith("--") and "i" in one for one in args)
    named = [args[at + 1] for at, one in enumerate(args[:-1]) if one in ("--rcfile", "--init-file") and asks]
    told = any(one.startswith("BASH_ENV=") for one in program.assignments)
    files = [state.vars.get(name) for name in (*(() if told else ("BASH_ENV",)), *(("ENV",) if asks else ()))]
    for path in dict.fromkeys([*named, *(one for one in files if isinstance(one, str) and one)]):
        text = walk.content(path, state, True)
        if text is not None and known(text):
            walk.source(text, state.copy(), Flow())
    prompts = state.vars.get("PROMPT_COMMAND") if asks else None
    if isinstance(prompts, str) and known(prompts):
        walk.source(prompts, state.copy(), Flow())
