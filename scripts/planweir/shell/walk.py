"""The walk over the tree: follows the shell's memory and notes what is run and written."""

from __future__ import annotations

from planweir.shell.expand import Expander
from planweir.shell.grammar import DECLARES, Parser, assigns, plain_word
from planweir.shell.limits import MAX_PROGRAMS, MAX_TURNS, Dear, Limit, Unreadable
from planweir.shell.marks import PIECE, UNKNOWN, clean, known, visible
from planweir.shell.nodes import AndOr, Branches, Function, Group, Loop, Node, Pipeline, Simple, Test
from planweir.shell.scan import CERTAIN, POSSIBLE, Program, Scan, Write
from planweir.shell.state import Flow, State, holder, place
from planweir.shell.table import reads, row_of
from planweir.shell.words import ARR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from planweir.shell.programs import Target
    from planweir.shell.table import Row
    from planweir.shell.words import Word

# Whose output may be told without running them: see printed.py.
_TELLING = frozenset(
    """echo printf which command type cat pwd dirname basename realpath readlink mktemp date nproc whoami hostname uname wc id
    git ls find fd fdfind grep egrep fgrep rg sort uniq head tail tac shuf tee base64 rev tr xxd""".split()
)


# Variables that a shell expands, or runs, each time that it prompts or traces.
_EXPANDED = frozenset(("PS0", "PS1", "PS2", "PS4"))
_INDEXED = frozenset("test [ let unset read declare local typeset export printf".split())


class Walk:
    """One analysis; its result grows while it walks."""

    __slots__ = ("_calls", "_carried", "_nested", "appended", "expander", "limit", "outer", "result", "scripts", "unsure")

    def __init__(self, result: Scan, limit: Limit, outer: Walk | None = None) -> None:
        self.result = result
        self.outer = outer  # the walk over the line that runs the script which is walked here
        self.appended: set[str] = set()  # files that are opened by >>
        self.scripts = 0  # how many have been read
        self._carried: str | None = None  # what the last pipeline prints, marked
        self.limit = limit
        self.expander = Expander(self._substituted, limit.tick, self.late)
        self._nested = 0
        self._calls: list[str] = []
        self.unsure = 0  # how many branches and loops, which may not be run, surround the present command

    def text(self, source: str, cwd: str, env: dict[str, str]) -> None:
        """Walks a whole command line."""
        state = State(place("/", cwd), env)
        source = clean(source)
        try:
            nodes = Parser(source, self.limit).program()
        except Dear:
            raise
        except Unreadable:
            self._lines_before(source, state)
            raise
        self.walk_list(nodes, state, Flow())

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
            self.walk_list(nodes, state, Flow())
            return

    # -- lists ---------------------------------------------------------------------------------------------

    def walk_list(self, nodes: list[Node], state: State, flow: Flow) -> None:
        last = len(nodes) - 1
        for index, node in enumerate(nodes):
            one = flow
            if index < last and not state.strict and not flow.masked:
                one = flow.copy()
                one.masked = True
            self._node(node, state, one)

    def _node(self, node: Node, state: State, flow: Flow) -> None:
        self.limit.tick()
        if self.unsure and self.outer is not None:
            self._in_branch(node, state, flow)
        else:
            self._walk(node, state, flow)

    def _in_branch(self, node: Node, state: State, flow: Flow) -> None:
        """In a script, what stands in a branch is only possible: it was not written for this very call."""
        programs, writes = len(self.result.programs), len(self.result.writes)
        self._walk(node, state, flow)
        for program in self.result.programs[programs:]:
            program.maybe = True
        for write in self.result.writes[writes:]:
            if write.certainty == CERTAIN:
                write.certainty = POSSIBLE

    def _walk(self, node: Node, state: State, flow: Flow) -> None:
        if isinstance(node, Simple):
            self._simple(node, state, flow)
            return
        if node.redirections:
            flow = self._redirected(node, state, flow)
        if isinstance(node, AndOr):
            self._and_or(node, state, flow)
        elif isinstance(node, Pipeline):
            self._pipeline(node, state, flow)
        elif isinstance(node, Group):
            self.walk_list(node.body, state.copy() if node.subshell else state, flow)
        elif isinstance(node, Branches):
            self._branches(node, state, flow)
        elif isinstance(node, Loop):
            self._loop(node, state, flow)
        elif isinstance(node, Function):
            state.define(node.name, node.body, not (self.unsure or self._calls))
            if node.name == "command_not_found_handle":  # run for any name that is no program
                self._node(node.body, state.copy(), Flow())
        elif isinstance(node, Test):
            for word in node.words:
                for one in self.expander.fields(word, state):
                    self.late(one, state)

    def late(self, text: str, state: State) -> None:
        """A text that the shell expands once more: the index of an array behind `-v`, what arithmetic finds in a variable,
        PS4."""
        if ("$(" in text or "`" in text) and known(text):
            self.source(': "' + text.replace('"', '\\"') + '"', state.copy(), Flow())

    def _and_or(self, node: AndOr, state: State, flow: Flow) -> None:
        if node.background:
            state = state.copy()
            flow = flow.copy()
            flow.background = flow.masked = True
        if len(node.items) == 1:
            self._node(node.items[0][1], state, flow)
            return
        first: dict[str, str | list[str] | None] | None = None  # variables when only the first had run
        last = max((index for index, (op, item) in enumerate(node.items) if op == "||" and not _gives_up(item)), default=0)
        failed = state.folders  # where the shell is if the last command failed
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
            given, told = one.stdin, len(self.result.writes)
            self._node(command, state.copy() if last else state, one)
            matters = self._nested or not all(map(_only_reads, node.commands[index + 1 :]))
            carried = self._printed(start, given, told) if matters else None
        self._carried = carried

    def _branches(self, node: Branches, state: State, flow: Flow) -> None:
        guess = flow.copy()
        guess.masked = True
        if node.word is not None:
            self.expander.fields(node.word, state)
        for index, head in enumerate(node.heads):
            self.unsure += index > 0
            self.walk_list(head, state, guess)
            self.unsure -= index > 0
        start = state.copy()
        self.unsure += 1
        branch = start
        for index, body in enumerate(node.bodies):
            if index - 1 in node.falls:
                branch.merge(start)
            else:
                branch = start.copy()
            self.walk_list(body, branch, flow)
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
            self.walk_list(node.head, state, guess)
        else:
            lines = None if flow.stdin is None or UNKNOWN in flow.stdin else _lines(flow.stdin)
            if lines is None or len(lines) > MAX_TURNS or not _reads_lines(node.head):
                self._guessed(node, state, guess)
                return
            for line in lines:  # `while read`: one line a round
                guess.stdin = line
                self.walk_list(node.head, state, guess)
                self.walk_list(node.body, state, guess)
            return
        values: list[str] = []
        if node.words is None:
            values = [UNKNOWN]
        for word in node.words or ():
            values.extend(self.expander.fields(word, state))
        if len(values) > MAX_TURNS:
            from planweir.shell.changes import common_folder

            values = [common_folder(values)]
        for value in values:
            state.vars[node.name] = value
            self.walk_list(node.body, state, guess)

    def _guessed(self, node: Loop, state: State, flow: Flow) -> None:
        """A loop of which nobody knows how often it is run."""
        # What the body sets at its end is what it starts with the next time: what it sets is not known in it.
        trial = state.copy()
        held = len(self.result.programs), len(self.result.writes)
        self.walk_list(node.head, trial, flow)
        self.walk_list(node.body, trial, flow)
        if (state.folders, state.args) == (trial.folders, trial.args) and not any(
            trial.vars.get(name, "\0") != state.vars.get(name, "\0") for name in trial.vars
        ):
            state.merge(trial)
            return
        state.merge(trial)
        del self.result.programs[held[0] :], self.result.writes[held[1] :]
        before = set(state.folders)
        self.walk_list(node.head, state, flow)
        self.walk_list(node.body, state, flow)
        if not before.issuperset(state.folders):
            state.move(None)  # each round goes further
            self.walk_list(node.head, state.copy(), flow)
            self.walk_list(node.body, state.copy(), flow)

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
            if name in _EXPANDED and isinstance(value, str):
                self.late(value, state)
            settings.append(f"{name}={visible(value) if isinstance(value, str) and known(value) else ''}")
        fields: list[str] = []
        declares = bool(node.words) and plain_word(node.words[0]) in DECLARES
        for word in node.words:
            if declares and assigns(word):  # no splitting, no patterns
                fields.append(self.expander.text(word, state))
            else:
                fields.extend(self.expander.fields(word, state))
            if len(fields) > 20_000:
                raise Dear("it has too many words")
        if node.redirections:
            flow = self._redirected(node, state, flow)
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

    def _redirected(self, node: Node, state: State, flow: Flow) -> Flow:
        from planweir.shell.opened import redirect

        flow = flow.copy()
        redirect(self, node.redirections, state, flow)
        return flow

    def _value(self, word: Word, state: State) -> str | list[str] | None:
        if len(word) == 1 and word[0].kind == ARR:
            values: list[str] = []
            for inner in word[0].words or []:
                values.extend(self.expander.fields(inner, state))
            return values if all(not one.startswith("[") for one in values) else None
        return self.expander.text(word, state)

    def _run(self, fields: list[str], settings: list[str], state: State, flow: Flow) -> None:
        """One command with its words expanded."""
        before = state.folders
        self._unwrapped(fields, fields, (), settings, state, state, flow, flow.stdin)
        if fields[0] in state.functions and state.folders != before:
            state.be((*state.folders, *before))  # a `cd` that may be something else

    def _unwrapped(
        self,
        argv: list[str],
        fields: list[str],
        wrappers: tuple[str, ...],
        settings: list[str],
        at: State,
        state: State,
        flow: Flow,
        stdin: str | None,
    ) -> None:
        """What is run in the end by one that runs another."""
        self.limit.tick()
        name = fields[0].rsplit("/", 1)[-1] if known(fields[0]) else ""
        if not wrappers and fields[0] in state.functions:
            self._function(fields, state, flow)
            if None not in state.functions.get(fields[0], ()):
                return
        row = row_of(name) if name else reads("")
        if row.kind == "wraps":
            from planweir.shell.wrappers import unwrap

            inner = unwrap(name, row, fields[1:], stdin, lambda path: self.content(path, at))
            if inner is None:
                row = reads(name)
            else:
                if row.stdin:  # a service of the machine is told as well
                    self._program(argv, fields, name, reads(name), wrappers, settings, at, state, flow, None)
                self.changed(inner.targets, name, at)
                self.result.assigned.update(one.partition("=")[0] for one in inner.settings)
                if inner.cd is not None:
                    at = at.copy()
                    at.enter(inner.cd) if known(inner.cd) else at.move(None)
                at = _environment(at, inner.opts if name == "env" else (), inner.settings)
                self.limit.deeper()
                for command in inner.commands:
                    self._unwrapped(argv, command, (*wrappers, name), settings + inner.settings, at, state, flow, inner.stdin)
                self.limit.shallower()
                return
        self._program(argv, fields, name, row, wrappers, settings, at, state, flow, stdin)

    def changed(self, targets: list[Target], by: str, at: State) -> None:
        """Notes the changes of paths."""
        if targets:
            from planweir.shell.changes import note_write

            for how, path in targets:
                note_write(self.result, self.limit, how, path, by, at)

    def _less_sure(self, start: int, elsewhere: bool) -> None:
        """What is written from a folder where the shell may be, but likelier is not."""
        for write in self.result.writes[start:] if elsewhere else ():
            if write.certainty == CERTAIN:
                write.certainty = POSSIBLE

    def _program(
        self,
        argv: list[str],
        fields: list[str],
        name: str,
        row: Row,
        wrappers: tuple[str, ...],
        settings: list[str],
        at: State,
        state: State,
        flow: Flow,
        stdin: str | None,
    ) -> None:
        result = self.result
        if len(result.programs) >= MAX_PROGRAMS:
            raise Dear("it runs too many programs")
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
        if name in _INDEXED:
            for one in args:
                if "[" in one:  # the index of an array
                    self.late(one.partition("[")[2], state)
        if row.kind == "builtin":
            from planweir.shell.builtins import builtin

            if builtin(self, program, name, args, state, flow, stdin):
                return
            program.kind = "reads"
            return
        if row.kind == "sh":
            self._shell(program, args, at, flow, stdin)
            return
        program.kind = row.kind
        if row.by:
            for base in reversed(at.folders):
                start = len(result.writes)
                self._judged(program, name, row, args, at.at_base(base) if at.others else at, flow, stdin)
                self._less_sure(start, base != at.cwd)
        elif row.kind != "reads" or row.out or row.runs or row.odd or row.operands:
            from planweir.shell.programs import by_row

            written = bool(result.writes)
            folders = at.folders if row.operands == "dest" else (at.cwd,)
            for base in reversed(folders):  # whether the last operand is a folder is another question in each
                alone = at if len(folders) == 1 else at.at_base(base)
                program.kind, targets, program.code = by_row(name, row, args, alone, written)
                start = len(result.writes)
                self.changed(targets, name, alone)
                self._less_sure(start, base != at.cwd)
            for how, one in targets:
                if (how in ("tree", "delete") or name == "chmod") and known(one) and (path := place(at.cwd, one)):
                    state.gone.add(path)
            if name in ("mkdir", "install"):
                made = {made for _, one in targets for base in at.folders if known(one) and (made := place(base, one))}
                state.made.update(made)
                state.gone.difference_update(made)
            elif name == "ln":
                from planweir.shell.changes import note_link

                note_link(targets, at)
        if program.kind == "runs":
            self.opaque(program, "runs")
        elif program.kind == "unknown" and "/" in fields[0] and known(fields[0]):
            self.script(program, fields[0], fields, at)

    def _judged(
        self, program: Program, name: str, row: Row, args: list[str], at: State, flow: Flow, stdin: str | None
    ) -> None:
        """A program that needs more than its row."""
        from planweir.shell.call import Call, handler

        self.limit.tick(12)
        call = Call(name, args, stdin, at, self)
        handler(name, row.by)(call)
        program.kind, program.code, program.detail = call.kind, call.code, call.detail
        if call.state is not at:  # git -C
            program.place(call.state.cwd, holder(call.state.cwd, ".") if call.state.cwd else None)
        if call.detail.startswith("script:"):
            self.script(program, call.detail[len("script:") :], None, at, shell=False)
        start = len(self.result.writes)
        self.changed(call.targets, name, call.state)
        for write in self.result.writes[start:] if call.pattern is not None else ():
            write.pattern = call.pattern
        for inner in call.runs:
            self.limit.deeper()
            deeper = flow.copy()
            deeper.stdin = None
            deeper.masked = True
            if inner and inner[0] == "\0text":
                self.source(inner[1], call.state.copy(), deeper)
            elif inner:
                bare = at.copy()
                bare.functions = {}  # a program sees no functions of the shell that runs it
                self._run(inner, [], bare, deeper)
            self.limit.shallower()

    def opaque(self, program: Program, kind: str = "unknown") -> None:
        program.kind = kind
        self.result.writes.append(Write(None, program.name))

    # -- code inside a command -----------------------------------------------------------------------------

    def source(self, text: str, state: State, flow: Flow) -> None:
        """Walks a text that a shell would run."""
        self.limit.deeper()
        self.walk_list(Parser(text, self.limit).program(), state, flow)
        self.limit.shallower()

    def _substituted(self, nodes: list[Node], state: State) -> str:
        """Walks a substitution and answers with its output, marked."""
        if not nodes:
            return UNKNOWN
        flow = Flow()
        flow.masked = True
        self._nested += 1
        self.limit.deeper()
        start, told = len(self.result.programs), len(self.result.writes)
        self.walk_list(nodes, state, flow)
        self.limit.shallower()
        self._nested -= 1
        found = self._carried if _is_pipeline(nodes) else self._printed(start, None, told)
        return UNKNOWN if found is None else found

    def _printed(self, start: int, given: str | None, told: int) -> str | None:
        """What the only program since `start` prints, marked; None where that cannot be told."""
        programs = self.result.programs[start:]
        if len(programs) != 1 or programs[0].name not in _TELLING or (programs[0].stdout_to and programs[0].name != "tee"):
            return None
        from planweir.shell.printed import output_of

        given = programs[0].stdin_text if given is None else given
        return output_of(programs[0], given, lambda path: self.content(path, State(programs[0].cwd, {})), told > 0)

    def content(self, path: str, state: State, anyway: bool = False) -> str | None:
        """The text of a small file, as the line itself or the disk has it; see files.py."""
        whole = place(state.cwd, path) if known(path) else None
        if whole is None:
            return None
        from planweir.shell.files import content

        return content(self, whole, anyway)

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
        from planweir.shell.shells import shell_text

        inner = state.copy()
        kind, text, script = shell_text(program.name, args, stdin, inner)
        if kind == "runs":
            self._started(program, args, inner)
        if kind == "reads":
            program.kind = kind
        elif script is not None:
            self.opaque(program, "runs")
            self.script(program, script, inner.args, inner)
        elif text is None or not known(text):
            if text is not None:
                program.code = text.replace(UNKNOWN, "?").replace(PIECE, "?")
            self.opaque(program, "runs")
        else:
            program.kind = "shell"
            program.code = text
            self.source(text, inner, flow)

    def _started(self, program: Program, args: list[str], state: State) -> None:
        """What a shell runs of itself when it starts: the files that its variables and options name, as the line sets them."""
        asks = any(one.startswith("-") and not one.startswith("--") and "i" in one for one in args)
        named = [args[at + 1] for at, one in enumerate(args[:-1]) if one in ("--rcfile", "--init-file") and asks]
        files = [state.vars.get(name) for name in ("BASH_ENV", "ENV" if asks else "BASH_ENV")]
        for path in dict.fromkeys([*named, *(one for one in files if isinstance(one, str) and one)]):
            text = self.content(path, state, True)
            if text is not None and known(text):
                self.source(text, state.copy(), Flow())
        prompts = state.vars.get("PROMPT_COMMAND") if asks else None
        if isinstance(prompts, str) and known(prompts):
            self.source(prompts, state.copy(), Flow())

    def script(
        self, program: Program, path: str, args: list[str] | None, state: State, shell: bool = True
    ) -> None:
        """A script that is run: what it would do is told beside the line, in `program.script`."""
        from planweir.shell.files import walk_script

        walk_script(self, program, path, args, state, shell)


def _is_pipeline(nodes: list[Node]) -> bool:
    only = nodes[0] if len(nodes) == 1 else None
    return isinstance(only, AndOr) and len(only.items) == 1 and isinstance(only.items[0][1], Pipeline)


def _only_reads(node: Node) -> bool:
    """Whether a command only reads what it is given, and shows it: `head`, `wc`."""
    if not isinstance(node, Simple) or node.redirections or not node.words:
        return False
    row = row_of(plain_word(node.words[0]))
    return row.kind == "reads" and not row.by


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


def _environment(at: State, opts: Iterable[tuple[str, str]], settings: list[str]) -> State:
    """The memory that a program starts with under `env`."""
    if not opts and not settings:
        return at
    at = at.copy()
    for option, value in opts:
        if option in ("-i", "-", "--ignore-environment"):
            at.vars, at.env = {}, {}
        elif option in ("-u", "--unset"):
            at.vars[value] = ""
    for name, _, value in (one.partition("=") for one in settings):
        at.vars[name] = value
        at.exported.add(name)
    return at


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
