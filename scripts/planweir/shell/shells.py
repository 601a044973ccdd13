"""Shells inside the command line: what they are given to run."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.state import State

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
        if arg in ("--rcfile", "--init-file"):
            i += 1
        elif not arg.startswith("--"):
            takes_text = takes_text or "c" in arg
            only_looks = only_looks or (arg[0] == "-" and "n" in arg)
            inner.strict = inner.strict or "e" in arg
            if arg.endswith(("o", "O")) and i < len(args):
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
