"""Commands of which each matters for the next: chains of && and ||, pipelines."""

from __future__ import annotations

from planweir.shell.grammar import plain_word
from planweir.shell.nodes import AndOr, Group, Simple
from planweir.shell.table import row_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.nodes import Node, Pipeline
    from planweir.shell.state import Flow, State
    from planweir.shell.walk import Walk


def chain(walk: Walk, node: AndOr, state: State, flow: Flow) -> None:
    """Several joined by && and ||: which of them are run decides where the shell is, and what is set."""
    first: dict[str, str | list[str] | None] | None = None  # variables when only the first had run
    last = max((index for index, (op, item) in enumerate(node.items) if op == "||" and not _gives_up(item)), default=0)
    failed = state.folders  # where the shell is if the last command failed
    left: list[str | None] = []  # where it is if one that stands before an && failed: nothing up to the next || runs there
    for index, (op, item) in enumerate(node.items):
        one = flow
        if index == 1:
            first = dict(state.vars)
        elif op == "||" and first is not None:
            state.doubt(first)
        if not flow.masked and last > index:
            one = flow.copy()
            one.masked = True
        before = state.folders
        if op == "||":
            state.be((*failed, *before, *left))
            left = []
        started, failed = state.folders, state.folders
        walk.unsure += index > 0
        walk.node(item, state, one)
        walk.unsure -= index > 0
        if op == "||":
            state.be(before if _ends(item) else (*before, *state.folders))
        elif op and state.folders != started:
            left += started
    if left:
        state.be((*state.folders, *left))
    if first is not None:
        state.doubt(first)


def pipeline(walk: Walk, node: Pipeline, state: State, flow: Flow) -> None:
    """A pipeline: what one prints, where that can be told, is what the next one reads."""
    carried: str | None = flow.stdin
    last = len(node.commands) - 1
    for index, command in enumerate(node.commands):
        one = flow.copy()
        one.negated = flow.negated or node.negated
        one.piped = flow.piped or index < last
        one.masked = flow.masked or node.negated or (index < last and not state.pipefail)
        one.stdin = carried
        if index < last:
            one.stdout = one.stderr = None
        start = len(walk.result.programs)
        given, told = one.stdin, len(walk.result.writes)
        walk.node(command, state.copy() if last else state, one)
        matters = walk.nested or not all(map(_only_reads, node.commands[index + 1 :]))
        carried = walk.printed(start, given, told) if matters else None
    walk.carried = carried


def _only_reads(node: Node) -> bool:
    """Whether a command only reads what it is given, and shows it: `head`, `wc`."""
    if not isinstance(node, Simple) or node.redirections or not node.words:
        return False
    row = row_of(plain_word(node.words[0]))
    return row.kind == "reads" and not row.by


def _ends(node: Node) -> bool:
    """Whether what stands behind || leaves the shell: `exit 1`."""
    if isinstance(node, Group) and not node.subshell and node.body:
        last = node.body[-1]
        return isinstance(last, AndOr) and len(last.items) == 1 and not last.background and _ends(last.items[0][1])
    return isinstance(node, Simple) and bool(node.words) and plain_word(node.words[0]) == "exit"


def _gives_up(node: Node) -> bool:
    """Whether what stands behind || keeps the failure: `exit 1`, `false`, `return 2`."""
    if isinstance(node, Group) and not node.subshell and node.body:
        last = node.body[-1]
        return isinstance(last, AndOr) and len(last.items) == 1 and _gives_up(last.items[0][1])
    if not isinstance(node, Simple) or not node.words:
        return False
    texts = ["".join(part.text for part in word) for word in node.words]
    return texts[0] == "false" or (texts[0] in ("exit", "return") and texts[1:] != ["0"])
