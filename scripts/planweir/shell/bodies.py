"""Bodies: what is run once, often or never, as the walk meets it in branches, loops and functions."""

from __future__ import annotations

from planweir.shell.limits import MAX_TURNS
from planweir.shell.marks import UNKNOWN
from planweir.shell.nodes import AndOr, Simple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.nodes import Branches, Loop, Node
    from planweir.shell.state import Flow, State
    from planweir.shell.walk import Walk


def branches(walk: Walk, node: Branches, state: State, flow: Flow) -> None:
    """if and case: the heads, and each body from the memory before all of them."""
    guess = flow.copy()
    guess.masked = True
    if node.word is not None:
        walk.expander.fields(node.word, state)
    for index, head in enumerate(node.heads):
        walk.unsure += index > 0
        walk.walk_list(head, state, guess)
        walk.unsure -= index > 0
    start = state.copy()
    walk.unsure += 1
    branch = start
    for index, body in enumerate(node.bodies):
        if index - 1 in node.falls:
            branch.merge(start)
        else:
            branch = start.copy()
        walk.walk_list(body, branch, flow)
        state.merge(branch.copy())
    walk.unsure -= 1


def loop(walk: Walk, node: Loop, state: State, flow: Flow) -> None:
    """for, while, until, select: what it sets may be set or not."""
    walk.unsure += 1
    before = dict(state.vars)
    folders = state.folders
    _rounds(walk, node, state, flow)
    state.doubt(before)
    if state.folders != folders:
        state.be((*state.folders, *folders))
    walk.unsure -= 1


def _rounds(walk: Walk, node: Loop, state: State, flow: Flow) -> None:
    guess = flow.copy()
    guess.masked = True
    if node.name:
        walk.walk_list(node.head, state, guess)
    else:
        lines = None if flow.stdin is None or UNKNOWN in flow.stdin else _lines(flow.stdin)
        if lines is None or len(lines) > MAX_TURNS or not _reads_lines(node.head):
            _guessed(walk, node, state, guess)
            return
        for line in lines:  # `while read`: one line a round
            guess.stdin = line
            walk.walk_list(node.head, state, guess)
            walk.walk_list(node.body, state, guess)
        return
    values: list[str] = []
    if node.words is None:
        values = [UNKNOWN] if state.args is None else list(state.args[1:])
    for word in node.words or ():
        values.extend(walk.expander.fields(word, state))
    if len(values) > MAX_TURNS:
        from planweir.shell.changes import common_folder

        values = [common_folder(values)]
    for value in values:
        state.vars[node.name] = value
        walk.walk_list(node.body, state, guess)


def _guessed(walk: Walk, node: Loop, state: State, flow: Flow) -> None:
    """A loop of which nobody knows how often it is run."""
    walk.limit.spend(100)  # it is walked twice, and so is each loop in it
    # What the body sets at its end is what it starts with the next time: what it sets is not known in it.
    trial = state.copy()
    held = len(walk.result.programs), len(walk.result.writes)
    walk.walk_list(node.head, trial, flow)
    walk.walk_list(node.body, trial, flow)
    if (state.folders, state.args) == (trial.folders, trial.args) and not any(
        trial.vars.get(name, "\0") != state.vars.get(name, "\0") for name in trial.vars
    ):
        state.merge(trial)
        return
    state.merge(trial)
    del walk.result.programs[held[0] :], walk.result.writes[held[1] :]
    before = set(state.folders)
    walk.walk_list(node.head, state, flow)
    walk.walk_list(node.body, state, flow)
    if not before.issuperset(state.folders):
        state.move(None)  # each round goes further
        walk.walk_list(node.head, state.copy(), flow)
        walk.walk_list(node.body, state.copy(), flow)


def call_function(walk: Walk, fields: list[str], state: State, flow: Flow) -> None:
    """A function that the line defines, with its arguments."""
    name = fields[0]
    if walk.calls.count(name) > 1:
        return  # what it does when called again it has done already
    walk.limit.deeper()
    walk.calls.append(name)
    before, state.args = state.args, fields
    folders = state.folders
    values = dict(state.vars)
    for body in state.functions[name]:
        if body is not None:
            walk.node(body, state, flow)
    state.args = before
    state.doubt(values)  # it may have returned early, or have set a local one
    if state.folders != folders:
        state.be((*state.folders, *folders))
    walk.calls.pop()
    walk.limit.shallower()


def _lines(text: str) -> list[str]:
    end = "\0" if "\0" in text else "\n"
    return text.rstrip(end).split(end)


def _reads_lines(head: list[Node]) -> bool:
    """Whether a loop's condition is `read`."""
    only = head[0] if len(head) == 1 else None
    while isinstance(only, AndOr) and len(only.items) == 1:
        only = only.items[0][1]
    if not isinstance(only, Simple):
        return False
    return any(len(word) == 1 and word[0].text == "read" for word in only.words[:2])
