"""What a shell runs without being told so in so many words: completions, prompts, traces, history, hashed names.

Loaded only where one of these words is met.
"""

from __future__ import annotations

from planweir.shell.grammar import Parser
from planweir.shell.limits import Dear, Limit, Unreadable
from planweir.shell.marks import UNKNOWN, known
from planweir.shell.nodes import Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.expand import Expander
    from planweir.shell.nodes import Node
    from planweir.shell.scan import Program
    from planweir.shell.state import Flow, State
    from planweir.shell.walk import Walk

# option -> what stands behind it, for builtins that read: "text" is run, "function" is called
_RUNS = {
    "complete": {"-C": "text"},
    "compgen": {"-C": "text", "-F": "function"},
    "mapfile": {"-C": "text"},
    "readarray": {"-C": "text"},
}
_GLOBS = frozenset(("nocaseglob",))


def play(walk: Walk, program: Program, name: str, args: list[str], state: State, flow: Flow) -> None:
    """What one of these builtins has the shell run, now or later."""
    if name == "shopt":
        for one in _GLOBS.intersection(args):
            state.vars["shopt " + one] = "1" if "-s" in args else ""
    elif name == "hash":
        _hashed(walk, args, state)
    elif name in ("history", "fc"):
        _history(walk, program, name, args, state, flow)
    for option, what in _RUNS.get(name, {}).items():
        for at, one in enumerate(args[:-1]):
            if one != option:
                continue
            if what == "text" and known(args[at + 1]):
                walk.source(args[at + 1], state.copy(), flow)
            elif args[at + 1] in state.functions:
                from planweir.shell.bodies import call_function

                call_function(walk, [args[at + 1]], state, flow)


def _hashed(walk: Walk, args: list[str], state: State) -> None:
    """hash -p /bin/rm ls: from now on `ls` is rm."""
    if args[:1] == ["-p"] and len(args) > 2 and known(args[1]):
        body = Parser(f"'{args[1]}' \"$@\"\n:", walk.limit).program()
        for one in args[2:]:
            state.define(one, Group(body, False), False)


def _history(walk: Walk, program: Program, name: str, args: list[str], state: State, flow: Flow) -> None:
    if name == "history" and args[:1] == ["-s"] and known(" ".join(args)):
        walk.source(" ".join(args[1:]), state.copy(), flow)  # fc runs it again
    elif name == "history" and args in (["-w"], ["-a"]):
        file = state.lookup("HISTFILE")
        if isinstance(file, str):
            walk.changed([("write", file)], name, state)


def prompted(walk: Walk, value: str, state: State, whole: bool) -> None:
    """A value that the shell will run: all of it (PROMPT_COMMAND), or the substitutions in it (PS4)."""
    from planweir.shell.state import Flow

    if not whole:
        walk.expander.run(inside(walk.limit, value), state.copy())
    elif known(value):
        walk.source(value, state.copy(), Flow())


def inside(limit: Limit, value: str) -> list[Node]:
    """The commands of a text whose substitutions are run where it is expanded once more."""
    for form in (f': "{value}"', f": {value}"):
        try:
            return Parser(form, limit).program()
        except Dear:
            raise
        except Unreadable:
            continue
    return []


def once_more(expander: Expander, names: list[str], state: State) -> None:
    """Variables that stand where their value is expanded again: `$((x))`, `${x@P}`."""
    for name in names:
        value = state.lookup(name)
        for one in value if isinstance(value, list) else [value]:
            again(expander, one, state)


def again(expander: Expander, text: str | None, state: State) -> None:
    """A text that a shell expands once more: also the index of an array behind `-v`."""
    if isinstance(text, str) and UNKNOWN not in text and ("$(" in text or "`" in text):
        expander.run(inside(Limit(None), text), state.copy())
