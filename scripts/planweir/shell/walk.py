"""The walk over the tree: follows the shell's memory and notes what is run and written.

Here stands what a plain command needs. The others are imported by what meets them: chains.py, bodies.py, opened.py,
wrappers.py, shells.py, programs.py, call.py.
"""

from __future__ import annotations

from planweir.shell.expand import Expander
from planweir.shell.grammar import DECLARES, Parser, assigns, plain_word
from planweir.shell.limits import MAX_PROGRAMS, Dear, Limit, Unreadable
from planweir.shell.marks import BRACKET, UNKNOWN, clean, known, visible
from planweir.shell.nodes import AndOr, Branches, Function, Group, Loop, Node, Pipeline, Simple, Test
from planweir.shell.scan import CERTAIN, POSSIBLE, Program, Scan, Write
from planweir.shell.state import Flow, State, holder, place
from planweir.shell.table import reads, row_of
from planweir.shell.words import ARR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.programs import Target
    from planweir.shell.table import Row
    from planweir.shell.words import Word

# Whose output may be told without running them: see printed.py.
_TELLING = frozenset(
    """echo printf which command type cat pwd dirname basename realpath readlink mktemp date nproc whoami hostname uname wc id
    git ls find fd fdfind grep egrep fgrep rg sort uniq head tail tac shuf tee
    base64 base32 xxd rev tr openssl sed gsed awk gawk mawk python python3 perl""".split()
)
# Variables whose value a shell runs: all of it (True), or the substitutions in it.
_RUN_LATER = {"PROMPT_COMMAND": True, "PS4": False, "PS0": False, "PS1": False, "PS2": False}
_PLAIN_TELLERS = frozenset("echo printf cd test [ : true false export set eval source .".split())
# See codefiles.py.
_CODE_FILES = frozenset(
    """make gmake npm pnpm yarn bun tclsh expect Rscript osascript julia wish lua luajit gcc g++ cc c++ clang clang++ rustc javac
    go cmake bwrap awk gawk mawk""".split()
)
_LOADING = ("BASH_ENV=", "ENV=", "NODE_OPTIONS=", "PYTHONPATH=", "PYTHONSTARTUP=", "PERL5LIB=", "RUBYOPT=")
_TRICKS = frozenset("complete compgen mapfile readarray shopt hash history fc".split())


# Whose words may hold the index of an array, which the shell expands once more.
_INDEXED = frozenset("test [ let unset read declare local typeset export printf".split())


class Walk:
    """One analysis; its result grows while it walks."""

    __slots__ = ("appended", "bare", "calls", "carried", "expander", "limit", "nested", "outer", "result", "scripts", "unsure")

    def __init__(self, result: Scan, limit: Limit, outer: Walk | None = None) -> None:
        self.result = result
        self.outer = outer  # the walk over the line that runs the script which is walked here
        self.appended: set[str] = set()  # files that are opened by >>
        self.bare = False  # only what the line itself says
        self.scripts = 0  # how many have been read
        self.carried: str | None = None  # what the last pipeline prints, marked
        self.limit = limit
        self.expander = Expander(self._substituted, limit.tick)
        self.nested = 0
        self.calls: list[str] = []
        self.unsure = 0  # how many branches and loops, which may not be run, surround the present command

    def text(self, source: str, cwd: str, env: dict[str, str]) -> None:
        """Walks a whole command line."""
        self.readable_lines(Parser, clean(source), State(place("/", cwd), env), Flow())

    def readable_lines(self, grammar: type[Parser], source: str, state: State, flow: Flow) -> None:
        """Walks a text; one that cannot be read as far as it can, and then raises Unreadable."""
        try:
            nodes = grammar(source, self.limit).program()
        except Dear:
            raise
        except Unreadable:
            self._lines_before(grammar, source, state, flow)
            raise
        self.walk_list(nodes, state, flow)

    def _lines_before(self, grammar: type[Parser], source: str, state: State, flow: Flow) -> None:
        """What cannot be read as a whole: a shell runs the lines before the broken one all the same."""
        for _ in range(40):
            source = source.rpartition("\n")[0]
            if not source:
                return
            self.limit.depth = 0
            try:
                nodes = grammar(source, self.limit).program()
            except Unreadable:
                continue
            self.walk_list(nodes, state, flow)
            return

    # -- lists ---------------------------------------------------------------------------------------------

    def walk_list(self, nodes: list[Node], state: State, flow: Flow) -> None:
        last = len(nodes) - 1
        for index, node in enumerate(nodes):
            one = flow
            if index < last and not state.strict and not flow.masked:
                one = flow.copy()
                one.masked = True
            self.node(node, state, one)

    def node(self, node: Node, state: State, flow: Flow) -> None:
        """Walks one node."""
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
            from planweir.shell.chains import pipeline

            pipeline(self, node, state, flow)
        elif isinstance(node, Group):
            self.walk_list(node.body, state.copy() if node.subshell else state, flow)
        elif isinstance(node, Branches):
            from planweir.shell.bodies import branches

            branches(self, node, state, flow)
        elif isinstance(node, Loop):
            from planweir.shell.bodies import loop

            loop(self, node, state, flow)
        elif isinstance(node, Function):
            state.define(node.name, node.body, not (self.unsure or self.calls))
            if node.name.startswith("command_not_found_handle"):
                self.node(node.body, state.copy(), flow)
        elif isinstance(node, Test):
            for word in node.words:
                self._indices([" ".join(self.expander.fields(word, state))], state)  # which [[ does not split

    def _indices(self, fields: list[str], state: State) -> None:
        """The index of an array in a word of test's and its like: the shell expands it once more."""
        for one in fields:
            if ("$(" in one or "`" in one) and ("[" in one or BRACKET in one):
                from planweir.shell.tricks import again

                again(self.expander, one, state)

    def _and_or(self, node: AndOr, state: State, flow: Flow) -> None:
        if node.background:
            state = state.copy()
            flow = flow.copy()
            flow.background = flow.masked = True
        if len(node.items) == 1:
            self.node(node.items[0][1], state, flow)
            return
        from planweir.shell.chains import chain

        chain(self, node, state, flow)

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
            if name in _RUN_LATER and isinstance(value, str):
                from planweir.shell.tricks import prompted

                prompted(self, value, temporary, _RUN_LATER[name])
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
                raise Dear("it has too many words")
        if node.redirections:
            flow = self._redirected(node, state, flow)
        if fields and temporary is not state:
            before, held = state.vars, state.exported
            state.vars, state.exported = temporary.vars, temporary.exported
            self.run(fields, settings, state, flow)
            for name, _, _ in node.assignments:
                state.vars.pop(name, None)
                if name in before:
                    state.vars[name] = before[name]
            state.exported = held
        elif fields:
            self.run(fields, settings, state, flow)

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

    def run(self, fields: list[str], settings: list[str], state: State, flow: Flow) -> None:
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
            from planweir.shell.bodies import call_function

            call_function(self, fields, state, flow)
            if None not in state.functions.get(fields[0], ()):
                return
        if name and (fields[0] != name or "PATH" in at.vars) and name not in _PLAIN_TELLERS and not self.bare:
            from planweir.shell.disguise import undisguised

            fields, name = undisguised(self, fields, name, at)
        row = row_of(name) if name else reads("")
        if row.kind == "wraps":
            from planweir.shell.wrappers import environment, unwrap

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
                at = environment(at, inner.opts if name == "env" else (), inner.settings)
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

    def less_sure(self, start: int, elsewhere: bool) -> None:
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
        program.nested = self.nested
        program.stdin_text = visible(stdin) if stdin is not None else None
        result.programs.append(program)
        args = fields[1:]
        if not name:
            self.opaque(program)
            return
        if name in _INDEXED:
            self._indices(args, state)
        if name in _TRICKS:
            from planweir.shell.tricks import play

            play(self, program, name, args, state, flow)
        if row.kind == "builtin":
            from planweir.shell.builtins import builtin

            if builtin(self, program, name, args, state, flow, stdin):
                return
            program.kind = "reads"
            return
        if row.kind == "sh":
            from planweir.shell.shells import run_shell

            run_shell(self, program, args, at, flow, stdin)
            return
        program.kind = row.kind
        if row.by:
            from planweir.shell.call import judge

            for base in reversed(at.folders):
                start = len(result.writes)
                judge(self, program, name, row, args, at.at_base(base) if at.others else at, flow, stdin)
                self.less_sure(start, base != at.cwd)
        elif row.kind != "reads" or row.out or row.runs or row.odd or row.operands:
            from planweir.shell.programs import described

            described(self, program, name, row, args, at, state)
        if not self.bare and (name in _CODE_FILES or (settings and any(one.startswith(_LOADING) for one in settings))):
            from planweir.shell.codefiles import look

            look(self, program, name, args, at, flow)
        if program.kind == "runs":
            self.opaque(program, "runs")
        elif program.kind == "unknown" and "/" in fields[0] and known(fields[0]):
            self.script(program, fields[0], fields, at)

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
        self.nested += 1
        self.limit.deeper()
        start, told = len(self.result.programs), len(self.result.writes)
        self.walk_list(nodes, state, flow)
        self.limit.shallower()
        self.nested -= 1
        found = self.carried if _is_pipeline(nodes) else self.printed(start, None, told)
        return UNKNOWN if found is None else found

    def printed(self, start: int, given: str | None, told: int) -> str | None:
        """What the only program since `start` prints, marked; None where that cannot be told."""
        programs = self.result.programs[start:]
        if len(programs) > 1:  # those in substitutions of its words are not its own
            outer = min(one.nested for one in programs)
            programs = [one for one in programs if one.nested == outer]
        if len(programs) != 1 or programs[0].name not in _TELLING or (programs[0].stdout_to and programs[0].name != "tee"):
            return None
        from planweir.shell.printed import output_of

        if programs[0].stdin_text is not None:
            given = programs[0].stdin_text
        return output_of(programs[0], given, lambda path: self.content(path, State(programs[0].cwd, {})), told > 0)

    def content(self, path: str, state: State, anyway: bool = False) -> str | None:
        """The text of a small file, as the line itself or the disk has it; see files.py."""
        whole = place(state.cwd, path) if known(path) else None
        if whole is None:
            return None
        from planweir.shell.files import content

        return content(self, whole, anyway)

    @property
    def nothing_written(self) -> bool:
        """Whether the line has changed nothing so far, so that files are as they lie on the disk."""
        return all(one.path is not None and one.path.startswith("/dev/") for one in self.result.writes)

    def script(
        self,
        program: Program,
        path: str,
        args: list[str] | None,
        state: State,
        shell: bool = True,
        part: Callable[[str], str | None] | None = None,
    ) -> None:
        """A script that is run: what it would do is told beside the line, in `program.script`. part: what of its text a
        shell runs."""
        if self.bare:
            return
        from planweir.shell.files import walk_script

        walk_script(self, program, path, args, state, shell, part)

    def given_script(self, program: Program, text: str, state: State, part: Callable[[str], str | None]) -> None:
        """A script that stands in the line itself."""
        from planweir.shell.files import walk_text

        walk_text(self, program, text, state, part)


def _is_pipeline(nodes: list[Node]) -> bool:
    only = nodes[0] if len(nodes) == 1 else None
    return isinstance(only, AndOr) and len(only.items) == 1 and isinstance(only.items[0][1], Pipeline)


def _appended(before: str | list[str] | None, value: str | list[str] | None) -> str | list[str] | None:
    """NAME+=VALUE."""
    if value is None or before == UNKNOWN:
        return None
    if isinstance(value, str):
        return (before or "") + value if not isinstance(before, list) else None
    return [*(before if isinstance(before, list) else [before] if before is not None else []), *value]
