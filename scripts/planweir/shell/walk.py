"""The walk over the tree: follows the shell's memory and notes what is run and written."""

from __future__ import annotations

from planweir.shell.builtins import builtin
from planweir.shell.call import Call
from planweir.shell.changes import common_folder, holder, note_link, note_write
from planweir.shell.expand import Expander
from planweir.shell.flow import Flow
from planweir.shell.grammar import DECLARES, Parser, assigns, plain_word
from planweir.shell.inputs import with_inputs
from planweir.shell.limits import MAX_PROGRAMS, MAX_TURNS, Limit, Unreadable
from planweir.shell.marks import PIECE, UNKNOWN, clean, known, visible
from planweir.shell.nodes import AndOr, Branches, Function, Group, Loop, Node, Pipeline, Simple, Test
from planweir.shell.opened import redirect
from planweir.shell.printed import output_of
from planweir.shell.programs import TABLE, Row, by_row
from planweir.shell.scan import Program, Scan, Write
from planweir.shell.shells import SHELLS, shell_text
from planweir.shell.special import reader
from planweir.shell.state import State, place
from planweir.shell.words import ARR
from planweir.shell.wrappers import unwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.words import Word

_NO_ROW = Row("unknown")


class Walk:
    """One analysis; its result grows while it walks."""

    __slots__ = ("_calls", "_nested", "unsure", "expander", "limit", "result")

    def __init__(self, result: Scan, limit: Limit) -> None:
        self.result = result
        self.limit = limit
        self.expander = Expander(self._substituted, limit.tick)
        self._nested = 0
        self._calls: list[str] = []
        self.unsure = 0  # how many branches and loops, which may not be run, surround the present command

    def text(self, source: str, cwd: str, env: dict[str, str]) -> None:
        """Walks a whole command line."""
        state = State(place("/", cwd), env)
        source = clean(source)
        try:
            nodes = Parser(source, self.limit).program()
        except Unreadable:
            self._lines_before(source, state)
            raise
        self._list(nodes, state, Flow())

    def _lines_before(self, source: str, state: State) -> None:
        """What cannot be read as a whole: a shell runs the lines before the broken one all the same."""
        for _ in range(40):
            source = source.rpartition("\n")[0]
            if not source:
                return
            self.limit.depth = 0
            try:
                nodes = Parser(source, self.limit).program()
            except Unreadable:
                continue
            self._list(nodes, state, Flow())
            return

    # -- lists ---------------------------------------------------------------------------------------------

    def _list(self, nodes: list[Node], state: State, flow: Flow) -> None:
        last = len(nodes) - 1
        for index, node in enumerate(nodes):
            one = flow
            if index < last and not state.strict and not flow.masked:
                one = flow.copy()
                one.masked = True
            self._node(node, state, one)

    def _node(self, node: Node, state: State, flow: Flow) -> None:
        self.limit.tick()
        if isinstance(node, Simple):
            self._simple(node, state, flow)
            return
        if node.redirections:
            flow = flow.copy()
            redirect(self, node.redirections, state, flow)
        if isinstance(node, AndOr):
            self._and_or(node, state, flow)
        elif isinstance(node, Pipeline):
            self._pipeline(node, state, flow)
        elif isinstance(node, Group):
            self._list(node.body, state.copy() if node.subshell else state, flow)
        elif isinstance(node, Branches):
            self._branches(node, state, flow)
        elif isinstance(node, Loop):
            self._loop(node, state, flow)
        elif isinstance(node, Function):
            state.define(node.name, node.body, not (self.unsure or self._calls))
        elif isinstance(node, Test):
            for word in node.words:
                self.expander.fields(word, state)

    def _and_or(self, node: AndOr, state: State, flow: Flow) -> None:
        if node.background:
            state = state.copy()
            flow = flow.copy()
            flow.background = flow.masked = True
        if len(node.items) == 1:
            self._node(node.items[0][1], state, flow)
            return
        first: dict[str, str | list[str] | None] | None = None  # variables when only the first had run
        failed = state.folders  # where the shell is if the last command failed
        for index, (op, item) in enumerate(node.items):
            one = flow
            if index == 1:
                first = dict(state.vars)
            elif op == "||" and first is not None:
                state.doubt(first)
            if not flow.masked and any(
                later == "||" and not _gives_up(other) for later, other in node.items[index + 1 :]
            ):
                one = flow.copy()
                one.masked = True
            before = state.folders
            if op == "||":
                state.be((*failed, *before))
            started, failed = state.folders, state.folders
            self.unsure += index > 0
            self._node(item, state, one)
            self.unsure -= index > 0
            if op == "||":
                state.be(before if _ends(item) else (*before, *state.folders))
            elif op and state.folders != started:
                state.be((*state.folders, *started))
        if first is not None:
            state.doubt(first)

    def _pipeline(self, node: Pipeline, state: State, flow: Flow) -> None:
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
            start = len(self.result.programs)
            self._node(command, state.copy() if last else state, one)
            carried = output_of(self.result.programs[start:])

    def _branches(self, node: Branches, state: State, flow: Flow) -> None:
        guess = flow.copy()
        guess.masked = True
        if node.word is not None:
            self.expander.fields(node.word, state)
        for index, head in enumerate(node.heads):
            self.unsure += index > 0
            self._list(head, state, guess)
            self.unsure -= index > 0
        start = state.copy()
        self.unsure += 1
        branch = start
        for index, body in enumerate(node.bodies):
            if index - 1 in node.falls:
                branch.merge(start)
            else:
                branch = start.copy()
            self._list(body, branch, flow)
            state.merge(branch.copy())
        self.unsure -= 1

    def _loop(self, node: Loop, state: State, flow: Flow) -> None:
        self.unsure += 1
        before = dict(state.vars)
        folders = state.folders
        self._rounds(node, state, flow)
        state.doubt(before)
        if state.folders != folders:
            state.be((*state.folders, *folders))
        self.unsure -= 1

    def _rounds(self, node: Loop, state: State, flow: Flow) -> None:
        guess = flow.copy()
        guess.masked = True
        if node.name:
            self._list(node.head, state, guess)
        else:
            # What the body sets at its end is what it starts with the next time: what it sets is not known
            # in it.
            trial = state.copy()
            held = len(self.result.programs), len(self.result.writes)
            self._list(node.head, trial, guess)
            self._list(node.body, trial, guess)
            if (state.folders, state.args) != (trial.folders, trial.args) or any(
                trial.vars.get(name, "\0") != state.vars.get(name, "\0") for name in trial.vars
            ):
                state.merge(trial)
                del self.result.programs[held[0] :], self.result.writes[held[1] :]
                known_places = set(state.folders)
                self._list(node.head, state, guess)
                self._list(node.body, state, guess)
                if not known_places.issuperset(state.folders):
                    state.move(None)  # each round goes further
                    self._list(node.head, state.copy(), guess)
                    self._list(node.body, state.copy(), guess)
            else:
                state.merge(trial)
            return
        values: list[str] = []
        if node.words is None:
            values = [UNKNOWN]
        for word in node.words or ():
            values.extend(self.expander.fields(word, state))
        if len(values) > MAX_TURNS:
            values = [common_folder(values)]
        for value in values:
            state.vars[node.name] = value
            self._list(node.body, state, guess)

    # -- simple commands -----------------------------------------------------------------------------------

    def _simple(self, node: Simple, state: State, flow: Flow) -> None:
        settings: list[str] = []
        lasting = not node.words or plain_word(node.words[0]) in DECLARES  # `declare x=(…)`
        temporary = state if lasting or not node.assignments else state.copy()
        for name, added, word in node.assignments:
            value = self._value(word, temporary)
            if added:
                value = _appended(temporary.lookup(name), value)
            temporary.assign(name, value)
            if not lasting:
                temporary.exported.add(name)
            self.result.assigned.add(name)
            settings.append(f"{name}={visible(value) if isinstance(value, str) and known(value) else ''}")
        fields: list[str] = []
        declares = bool(node.words) and plain_word(node.words[0]) in DECLARES
        for word in node.words:
            if declares and assigns(word):  # no splitting, no patterns
                fields.append(self.expander.text(word, state))
            else:
                fields.extend(self.expander.fields(word, state))
            if len(fields) > 20_000:
                raise Unreadable("it has too many words")
        if node.redirections:
            flow = flow.copy()
            redirect(self, node.redirections, state, flow)
        if fields and temporary is not state:
            before, held = state.vars, state.exported
            state.vars, state.exported = temporary.vars, temporary.exported
            self._run(fields, settings, state, flow)
            for name, _, _ in node.assignments:
                state.vars.pop(name, None)
                if name in before:
                    state.vars[name] = before[name]
            state.exported = held
        elif fields:
            self._run(fields, settings, state, flow)

    def _value(self, word: Word, state: State) -> str | list[str] | None:
        if len(word) == 1 and word[0].kind == ARR:
            values: list[str] = []
            for inner in word[0].words or []:
                values.extend(self.expander.fields(inner, state))
            return values if all(not one.startswith("[") for one in values) else None
        return self.expander.text(word, state)

    def _run(self, fields: list[str], settings: list[str], state: State, flow: Flow) -> None:
        """One command with its words expanded."""
        self.limit.tick()
        argv = fields
        wrappers: list[str] = []
        cwd_state = state
        stdin = flow.stdin
        while True:
            name = fields[0].rsplit("/", 1)[-1] if known(fields[0]) else ""
            if not wrappers and fields[0] in state.functions:
                self._function(fields, state, flow)
                if None not in state.functions.get(fields[0], ()):
                    return
            inner = unwrap(name, fields[1:])
            if inner is None or (not inner.fields and name not in ("xargs",)):
                break
            wrappers.append(name)
            settings = settings + inner.settings
            self.result.assigned.update(one.partition("=")[0] for one in inner.settings)
            for option, value in inner.opts:
                if option in ("-C", "--chdir", "-D") and name in ("env", "sudo"):
                    cwd_state = cwd_state.copy()
                    cwd_state.enter(value) if known(value) else cwd_state.move(None)
                elif name == "env" and option in ("-i", "-", "--ignore-environment"):
                    cwd_state = cwd_state.copy()
                    cwd_state.vars, cwd_state.env = {}, {}
                elif name == "env" and option in ("-u", "--unset"):
                    cwd_state = cwd_state.copy()
                    cwd_state.vars[value] = ""
                elif option in ("-o", "--output") and name in ("time", "strace", "ltrace"):
                    note_write(self.result, self.limit, "write", value, name, cwd_state)
            if inner.settings:
                cwd_state = cwd_state.copy()
                for label, _, value in (one.partition("=") for one in inner.settings):
                    cwd_state.vars[label] = value
                    cwd_state.exported.add(label)
            fields = inner.fields or ["echo"]
            if inner.inputs:
                fields = with_inputs(name, fields, inner.opts, stdin)
                stdin = None
            if name in ("watch", "flock") and (
                len(fields) == 1 or (name == "flock" and fields[0] in ("-c", "--command"))
            ):
                fields = ["sh", "-c", " ".join(fields[1:] if fields[0] in ("-c", "--command") else fields)]
            if name == "parallel" and len(fields) == 1:
                fields = ["sh", "-c", fields[0]]
        before = state.folders
        self._program(argv, fields, name, tuple(wrappers), settings, cwd_state, state, flow, stdin)
        if argv[0] in state.functions and state.folders != before:
            state.be((*state.folders, *before))  # a `cd` that may be something else

    def _program(
        self,
        argv: list[str],
        fields: list[str],
        name: str,
        wrappers: tuple[str, ...],
        settings: list[str],
        at: State,
        state: State,
        flow: Flow,
        stdin: str | None,
    ) -> None:
        result = self.result
        if len(result.programs) >= MAX_PROGRAMS:
            raise Unreadable("it runs too many programs")
        program = Program([visible(one) for one in argv], [visible(one) for one in fields], name, at.cwd)
        program.place(at.cwd, holder(at.cwd, ".") if at.cwd else None)
        program.assignments = settings
        program.wrappers = wrappers
        program.piped, program.background = flow.piped, flow.background
        program.negated, program.masked = flow.negated, flow.masked
        program.stdout_to = flow.stdout
        program.nested = self._nested
        program.stdin_text = visible(stdin) if stdin is not None else None
        result.programs.append(program)
        args = fields[1:]
        if not name:
            self.opaque(program)
            return
        if builtin(self, program, name, args, state, flow):
            return
        if name in SHELLS:
            self._shell(program, args, at, flow, stdin)
            return
        call = Call(name, args, stdin, at)
        handler = reader(name)
        if handler is not None:
            handler(call)
            program.kind, targets, program.code, program.detail = (
                call.kind,
                call.targets,
                call.code,
                call.detail,
            )
            if call.state is not at:  # git -C
                program.place(call.state.cwd, holder(call.state.cwd, ".") if call.state.cwd else None)
        else:
            program.kind, targets = by_row(name, TABLE.get(name, _NO_ROW), args, call.is_folder, at.cwd)
        for how, path in targets:
            note_write(self.result, self.limit, how, path, name, call.state)
        start = len(result.writes) - len(targets)
        for inner in call.runs:
            self.limit.deeper()
            deeper = flow.copy()
            deeper.stdin = None
            deeper.masked = True
            if inner and inner[0] == "\0text":
                self.source(inner[1], at.copy(), deeper)
            elif inner:
                bare = at.copy()
                bare.functions = {}  # a program sees no functions of the shell that runs it
                self._run(inner, [], bare, deeper)
            self.limit.shallower()
        if call.pattern is not None:
            for write in result.writes[start:]:
                write.pattern = call.pattern
        if name in ("mkdir", "install"):
            state.made.update(made for _, one in targets if known(one) and (made := place(at.cwd, one)))
        elif name == "ln":
            note_link(targets, at)
        if program.kind == "runs":
            self.opaque(program, "runs")

    def opaque(self, program: Program, kind: str = "unknown") -> None:
        program.kind = kind
        self.result.writes.append(Write(None, program.name))

    # -- code inside a command -----------------------------------------------------------------------------

    def source(self, text: str, state: State, flow: Flow) -> None:
        """Walks a text that a shell would run."""
        self.limit.deeper()
        self._list(Parser(text, self.limit).program(), state, flow)
        self.limit.shallower()

    def _substituted(self, nodes: list[Node], state: State) -> str:
        """Walks a substitution and answers with its output, marked."""
        if not nodes:
            return UNKNOWN
        flow = Flow()
        flow.masked = True
        self._nested += 1
        self.limit.deeper()
        start = len(self.result.programs)
        self._list(nodes, state, flow)
        self.limit.shallower()
        self._nested -= 1
        found = output_of(self.result.programs[start:])
        return UNKNOWN if found is None else found

    def _function(self, fields: list[str], state: State, flow: Flow) -> None:
        name = fields[0]
        if self._calls.count(name) > 1:
            return  # what it does when called again it has done already
        self.limit.deeper()
        self._calls.append(name)
        before, state.args = state.args, fields
        folders = state.folders
        values = dict(state.vars)
        for body in state.functions[name]:
            if body is not None:
                self._node(body, state, flow)
        state.args = before
        state.doubt(values)  # it may have returned early, or have set a local one
        if state.folders != folders:
            state.be((*state.folders, *folders))
        self._calls.pop()
        self.limit.shallower()

    def _shell(self, program: Program, args: list[str], state: State, flow: Flow, stdin: str | None) -> None:
        """sh -c TEXT, sh SCRIPT, sh < TEXT."""
        inner = state.copy()
        kind, text = shell_text(program.name, args, stdin, inner)
        if kind == "reads":
            program.kind = kind
        elif text is None or not known(text):
            if text is not None:
                program.code = text.replace(UNKNOWN, "?").replace(PIECE, "?")
            self.opaque(program, "runs")
        else:
            program.kind = "shell"
            program.code = text
            self.source(text, inner, flow)


def _appended(before: str | list[str] | None, value: str | list[str] | None) -> str | list[str] | None:
    """NAME+=VALUE."""
    if value is None or before == UNKNOWN:
        return None
    if isinstance(value, str):
        return (before or "") + value if not isinstance(before, list) else None
    return [*(before if isinstance(before, list) else [before] if before is not None else []), *value]


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
