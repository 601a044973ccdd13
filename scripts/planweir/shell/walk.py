"""The walk over the tree: follows the shell's memory and notes what is run and written."""

from __future__ import annotations

import re
from itertools import pairwise

from planweir.shell import git as _git  # noqa: F401  (adds its row to SPECIAL)
from planweir.shell.expand import Expander
from planweir.shell.grammar import Parser
from planweir.shell.lazy import pattern
from planweir.shell.limits import MAX_PROGRAMS, MAX_TURNS, MAX_WRITES, Limit, Unreadable
from planweir.shell.marks import PIECE, UNKNOWN, clean, known, visible
from planweir.shell.nodes import AndOr, Branches, Function, Group, Loop, Node, Pipeline, Simple, Test
from planweir.shell.programs import TABLE, Row, by_row
from planweir.shell.redirections import duplicates
from planweir.shell.scan import Program, Scan, Write
from planweir.shell.special import SPECIAL, Call, output_of
from planweir.shell.state import State, place
from planweir.shell.words import ARR
from planweir.shell.wrappers import unwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.programs import Target
    from planweir.shell.redirections import Redirection
    from planweir.shell.words import Word

SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash", "mksh", "rbash"))
_NAME = pattern(r"([A-Za-z_]\w*)(\+?=)?", re.A)
_NO_ROW = Row("unknown")


class Flow:
    """What surrounds a command: who reads its output, and whether its exit status counts."""

    __slots__ = ("background", "masked", "negated", "nested", "piped", "stderr", "stdin", "stdout")

    def __init__(self) -> None:
        self.background = self.masked = self.negated = self.piped = False
        self.nested = 0
        self.stdin: str | None = None  # what it reads, marked; None: not known
        self.stdout: str | None = None
        self.stderr: str | None = None

    def copy(self) -> Flow:
        other = Flow()
        for name in Flow.__slots__:
            setattr(other, name, getattr(self, name))
        return other


class Walk:
    """One analysis; its result grows while it walks."""

    __slots__ = ("_calls", "_expander", "_limit", "_nested", "_result", "_unsure")

    def __init__(self, result: Scan, limit: Limit) -> None:
        self._result = result
        self._limit = limit
        self._expander = Expander(self._substituted, limit.tick)
        self._nested = 0
        self._calls: list[str] = []
        self._unsure = 0  # how many branches and loops, which may not be run, surround the present command

    def text(self, source: str, cwd: str, env: dict[str, str]) -> None:
        """Walks a whole command line."""
        state = State(place("/", cwd), env)
        source = clean(source)
        try:
            nodes = Parser(source, self._limit).program()
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
            self._limit.depth = 0
            try:
                nodes = Parser(source, self._limit).program()
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
        self._limit.tick()
        if isinstance(node, Simple):
            self._simple(node, state, flow)
            return
        if node.redirections:
            flow = flow.copy()
            self._redirect(node.redirections, state, flow)
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
            state.define(node.name, node.body, not (self._unsure or self._calls))
        elif isinstance(node, Test):
            for word in node.words:
                self._expander.fields(word, state)

    def _and_or(self, node: AndOr, state: State, flow: Flow) -> None:
        if node.background:
            state = state.copy()
            flow = flow.copy()
            flow.background = flow.masked = True
        if len(node.items) == 1:
            self._node(node.items[0][1], state, flow)
            return
        first: dict[str, str | list[str] | None] | None = None  # variables when only the first had run
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
            before = state.cwd
            self._unsure += index > 0
            self._node(item, state, one)
            self._unsure -= index > 0
            if op and before is not None and state.cwd not in (None, before) and before not in state.others:
                state.others = (*state.others, before)[-4:]
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
            start = len(self._result.programs)
            self._node(command, state.copy() if last else state, one)
            carried = output_of(self._result.programs[start:])

    def _branches(self, node: Branches, state: State, flow: Flow) -> None:
        guess = flow.copy()
        guess.masked = True
        if node.word is not None:
            self._expander.fields(node.word, state)
        for index, head in enumerate(node.heads):
            self._unsure += index > 0
            self._list(head, state, guess)
            self._unsure -= index > 0
        start = state.copy()
        self._unsure += 1
        for body in node.bodies:
            branch = start.copy()
            self._list(body, branch, flow)
            state.merge(branch)
        self._unsure -= 1

    def _loop(self, node: Loop, state: State, flow: Flow) -> None:
        self._unsure += 1
        before = dict(state.vars)
        self._rounds(node, state, flow)
        state.doubt(before)
        self._unsure -= 1

    def _rounds(self, node: Loop, state: State, flow: Flow) -> None:
        guess = flow.copy()
        guess.masked = True
        self._list(node.head, state, guess)
        if not node.name:
            # What the body sets at its end is what it starts with the next time: what it sets is not known
            # in it.
            trial = state.copy()
            held = len(self._result.programs), len(self._result.writes)
            self._list(node.body, trial, guess)
            if any(trial.vars.get(name, "\0") != state.vars.get(name, "\0") for name in trial.vars):
                state.merge(trial)
                del self._result.programs[held[0] :], self._result.writes[held[1] :]
                self._list(node.body, state, guess)
            else:
                state.merge(trial)
            return
        values: list[str] = []
        if node.words is None:
            values = [UNKNOWN]
        for word in node.words or ():
            values.extend(self._expander.fields(word, state))
        if len(values) > MAX_TURNS:
            values = [_common(values)]
        for value in values:
            state.vars[node.name] = value
            self._list(node.body, state, guess)

    # -- redirections --------------------------------------------------------------------------------------

    def _redirect(self, redirections: list[Redirection], state: State, flow: Flow) -> None:
        """Notes the files that redirections open and where standard output and errors then go."""
        for one in redirections:
            self._limit.tick()
            if one.body is not None:
                if one.fd in ("", "0"):
                    flow.stdin = self._expander.text(one.body.parts, state)
                else:
                    self._expander.text(one.body.parts, state)
                continue
            if one.op == "<<<":
                flow.stdin = self._expander.text(one.target, state) + "\n"
                continue
            names = self._expander.fields(one.target, state) or [UNKNOWN]
            name = names[0] if len(names) == 1 else UNKNOWN
            if one.op == "<":
                self._result.inputs.extend(self._shown(each, state) for each in names)
                if one.fd in ("", "0"):
                    flow.stdin = None
                continue
            if one.op == "<&" or (one.op == ">&" and duplicates(name)):
                if one.op == ">&":
                    self._duplicate(one.fd or "1", name, flow)
                continue
            for each in names:
                self._write("write", each, "redirect", state)
            place_of = self._shown(name, state)
            if one.op in ("&>", "&>>") or (one.op == ">&" and one.fd == ""):
                flow.stdout = flow.stderr = place_of
            elif one.fd in ("", "1") and one.op != "<>":
                flow.stdout = place_of
            elif one.fd == "2":
                flow.stderr = place_of

    def _duplicate(self, fd: str, name: str, flow: Flow) -> None:
        if fd == "1":
            flow.stdout = (flow.stderr or "/dev/stderr") if name == "2" else flow.stdout
        elif fd == "2" and name == "1":
            flow.stderr = flow.stdout

    def _shown(self, name: str, state: State) -> str:
        path = place(state.cwd, name) if known(name) else None
        return (visible(path) if path else visible(name)) or "?"

    # -- simple commands -----------------------------------------------------------------------------------

    def _simple(self, node: Simple, state: State, flow: Flow) -> None:
        settings: list[str] = []
        temporary = state.copy() if node.words and node.assignments else state
        for name, added, word in node.assignments:
            value = self._value(word, temporary)
            if added:
                before = temporary.lookup(name)
                value = before + value if isinstance(before, str) and isinstance(value, str) else None
            temporary.vars[name] = value
            self._result.assigned.add(name)
            settings.append(f"{name}={visible(value) if isinstance(value, str) and known(value) else ''}")
        fields: list[str] = []
        for word in node.words:
            fields.extend(self._expander.fields(word, state))
            if len(fields) > 20_000:
                raise Unreadable("it has too many words")
        if node.redirections:
            flow = flow.copy()
            self._redirect(node.redirections, state, flow)
        if fields:
            self._run(fields, settings, state, flow)

    def _value(self, word: Word, state: State) -> str | list[str] | None:
        if len(word) == 1 and word[0].kind == ARR:
            values: list[str] = []
            for inner in word[0].words or []:
                values.extend(self._expander.fields(inner, state))
            return values if all(not one.startswith("[") for one in values) else None
        return self._expander.text(word, state)

    def _run(self, fields: list[str], settings: list[str], state: State, flow: Flow) -> None:
        """One command with its words expanded."""
        self._limit.tick()
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
            self._result.assigned.update(one.partition("=")[0] for one in inner.settings)
            for option, value in inner.opts:
                if option in ("-C", "--chdir", "-D") and name in ("env", "sudo"):
                    cwd_state = cwd_state.copy()
                    cwd_state.move(place(cwd_state.cwd, value) if known(value) else None, True)
                elif option in ("-o", "--output") and name in ("time", "strace", "ltrace"):
                    self._write("write", value, name, cwd_state)
            fields = inner.fields or ["echo"]
            if inner.inputs:
                fields = self._with_inputs(name, fields, inner.opts, stdin)
                stdin = None
            if name in ("watch", "flock") and (
                len(fields) == 1 or (name == "flock" and fields[0] in ("-c", "--command"))
            ):
                fields = ["sh", "-c", " ".join(fields[1:] if fields[0] in ("-c", "--command") else fields)]
            if name == "parallel" and len(fields) == 1:
                fields = ["sh", "-c", fields[0]]
        before = state.cwd
        self._program(argv, fields, name, tuple(wrappers), settings, cwd_state, state, flow, stdin)
        if argv[0] in state.functions and before is not None and state.cwd != before:
            state.others = (*state.others, before)[-4:]  # a `cd` that may be something else

    def _with_inputs(
        self, wrapper: str, fields: list[str], opts: list[tuple[str, str]], stdin: str | None
    ) -> list[str]:
        """xargs and parallel: the words that come from standard input."""
        holes = [value or "{}" for option, value in opts if option in ("-I", "-i", "--replace")]
        hole = holes[0] if holes else "{}" if wrapper == "parallel" else None
        words = [UNKNOWN]
        if (
            stdin is not None
            and known(stdin)
            and len(stdin) < 4_000
            and "'" not in stdin
            and '"' not in stdin
        ):
            words = re.split(r"[\0\s]+", stdin.strip()) or [UNKNOWN]
        if ":::" in fields:
            at = fields.index(":::")
            words, fields = fields[at + 1 :], fields[:at]
        if hole is not None and any(hole in one for one in fields):
            value = words[0] if len(words) == 1 else UNKNOWN
            return [one.replace(hole, value) for one in fields]
        return [*fields, *words]

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
        result = self._result
        if len(result.programs) >= MAX_PROGRAMS:
            raise Unreadable("it runs too many programs")
        program = Program([visible(one) for one in argv], [visible(one) for one in fields], name, at.cwd)
        program.place(at.cwd, holder(at.cwd, ".") if at.cwd else None)
        program.assignments = settings
        program.wrappers = wrappers
        program.piped, program.background = flow.piped, flow.background
        program.negated, program.masked = flow.negated, flow.masked
        program.stdout_to, program.stderr_to = flow.stdout, flow.stderr
        program.nested = self._nested
        program.stdin_text = visible(stdin) if stdin is not None else None
        result.programs.append(program)
        args = fields[1:]
        if not name:
            self._opaque(program)
            return
        if self._builtin(program, name, args, state, flow):
            return
        if name in SHELLS:
            self._shell(program, args, at, flow, stdin)
            return
        call = Call(name, args, stdin, at)
        handler = SPECIAL.get(name)
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
            self._write(how, path, name, call.state)
        start = len(result.writes) - len(targets)
        for inner in call.runs:
            self._limit.deeper()
            deeper = flow.copy()
            deeper.stdin = None
            deeper.masked = True
            if inner and inner[0] == "\0text":
                self._source(inner[1], at.copy(), deeper)
            elif inner:
                bare = at.copy()
                bare.functions = {}  # a program sees no functions of the shell that runs it
                self._run(inner, [], bare, deeper)
            self._limit.shallower()
        if call.pattern is not None:
            for write in result.writes[start:]:
                write.pattern = call.pattern
        if name in ("mkdir", "install"):
            state.made.update(made for _, one in targets if known(one) and (made := place(at.cwd, one)))
        elif name == "ln":
            self._link(targets, at)
        if program.kind == "runs":
            self._opaque(program, "runs")

    def _link(self, targets: list[Target], state: State) -> None:
        """A link that the line itself makes: what is written through it later reaches its target."""
        for (_, link), (how, target) in pairwise(targets):
            if how == "link" and known(link) and known(target):
                here, there = place(state.cwd, link), place(state.cwd, target)
                if here and there and here != there:
                    state.links[here] = there

    def _opaque(self, program: Program, kind: str = "unknown") -> None:
        program.kind = kind
        self._result.writes.append(Write(None, program.name, False))

    # -- code inside a command -----------------------------------------------------------------------------

    def _source(self, text: str, state: State, flow: Flow) -> None:
        """Walks a text that a shell would run."""
        self._limit.deeper()
        self._list(Parser(text, self._limit).program(), state, flow)
        self._limit.shallower()

    def _substituted(self, nodes: list[Node], state: State) -> str:
        """Walks a substitution and answers with its output, marked."""
        if not nodes:
            return UNKNOWN
        flow = Flow()
        flow.masked = True
        self._nested += 1
        self._limit.deeper()
        start = len(self._result.programs)
        self._list(nodes, state, flow)
        self._limit.shallower()
        self._nested -= 1
        found = output_of(self._result.programs[start:])
        return UNKNOWN if found is None else found

    def _function(self, fields: list[str], state: State, flow: Flow) -> None:
        name = fields[0]
        if self._calls.count(name) > 1:
            return  # what it does when called again it has done already
        self._limit.deeper()
        self._calls.append(name)
        before, state.args = state.args, fields
        values = dict(state.vars)
        for body in state.functions[name]:
            if body is not None:
                self._node(body, state, flow)
        state.args = before
        state.doubt(values)  # it may have returned early, or have set a local one
        self._calls.pop()
        self._limit.shallower()

    def _shell(self, program: Program, args: list[str], state: State, flow: Flow, stdin: str | None) -> None:
        """sh -c TEXT, sh SCRIPT, sh < TEXT."""
        inner = state.copy()
        inner.functions = {}
        inner.pipefail = inner.strict = False
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
                if arg.endswith("o") and i < len(args):
                    inner.pipefail = inner.pipefail or args[i] == "pipefail"
                    i += 1
            elif arg in ("--version", "--help"):
                program.kind = "reads"
                return
        rest = args[i:]
        if only_looks and not any(one.startswith("+") for one in args[:i]):
            program.kind = "reads"
            return
        if takes_text and rest:
            text: str | None = rest[0]
            inner.args = rest[1:] or [program.name]
        elif rest and rest[0] not in ("/dev/stdin", "/proc/self/fd/0"):
            text = None
        else:
            text = stdin
        if text is None or not known(text):
            if text is not None:
                program.code = text.replace(UNKNOWN, "?").replace(PIECE, "?")
            self._opaque(program, "runs")
            return
        program.kind = "shell"
        program.code = text
        self._source(text, inner, flow)

    # -- builtins that change the shell's memory -----------------------------------------------------------

    def _builtin(self, program: Program, name: str, args: list[str], state: State, flow: Flow) -> bool:
        """Follows a builtin. True if nothing is left to note."""
        if name in ("cd", "pushd", "popd"):
            program.kind = "reads"
            self._cd(
                name, [one for one in args if one == "-" or not re.match(r"-[LPe@n]+\Z|--\Z", one)], state
            )
        elif name in ("export", "declare", "local", "readonly", "typeset"):
            program.kind = "reads"
            for one in args:
                match = _NAME.match(one)
                if match and match.group(2):
                    self._result.assigned.add(match.group(1))
                    state.vars[match.group(1)] = one[match.end() :] if match.group(2) == "=" else None
                    program.assignments.append(visible(one) or match.group(1) + "=")
        elif name == "unset":
            program.kind = "reads"
            for one in args:
                state.vars[one] = ""
                if one in state.functions:
                    state.define(one, None, False)
        elif name in ("read", "mapfile", "readarray", "getopts"):
            program.kind = "reads"
            for one in args:
                state.vars[one] = None
            state.vars["REPLY"] = None
        elif name == "printf" and args[:1] == ["-v"] and len(args) > 1:
            program.kind = "reads"
            state.vars[args[1]] = None
        elif name == "set":
            program.kind = "reads"
            self._set(args, state)
        elif name == "shift":
            program.kind = "reads"
            state.args = None
        elif name == "eval":
            text = " ".join(args)
            if known(text):
                program.kind = "shell"
                self._source(text, state, flow)
            else:
                program.code = text.replace(UNKNOWN, "?").replace(PIECE, "?")
                self._opaque(program, "runs")
        elif name in ("source", "."):
            program.code = None
            self._opaque(program, "runs")
        elif name == "trap":
            program.kind = "shell" if len(args) > 1 else "reads"
            if len(args) > 1 and args[0] not in ("-", "-p", "-l", ""):
                if known(args[0]):
                    self._source(args[0], state.copy(), flow)
                else:
                    self._opaque(program, "runs")
        elif name == "alias":
            program.kind = "shell" if any("=" in one for one in args) else "reads"
            for one in args:
                label, equals, text = one.partition("=")
                if equals and known(text):
                    self._source(text, state.copy(), flow)
                    if label.isidentifier():
                        # An alias is not expanded on the line that defines it: the program runs as well.
                        try:
                            body = Parser(text + ' "$@"\n:', self._limit).program()
                        except Unreadable:
                            body = Parser(text + "\n:", self._limit).program()
                        state.define(label, Group(body, False), False)
        else:
            return False
        return True

    def _set(self, args: list[str], state: State) -> None:
        for index, one in enumerate(args):
            if one == "--":
                state.args = ["sh", *args[index + 1 :]]
                return
            if one == "pipefail" and index and args[index - 1].endswith("o"):
                state.pipefail = args[index - 1].startswith("-")
            elif re.fullmatch(r"[-+][a-z]*e[a-z]*", one):
                state.strict = one[0] == "-"

    def _cd(self, name: str, args: list[str], state: State) -> None:
        if len(args) > 1 and name == "cd":  # bash refuses, zsh goes somewhere
            state.others = (*state.others, *(one for one in [place(state.cwd, args[0])] if one))[-4:]
            return
        target = args[0] if args else None
        if name == "popd" or (name == "pushd" and target is None):
            state.move(None, True)
            return
        if target is None:
            home = state.lookup("HOME")
            target = home if isinstance(home, str) else UNKNOWN
        elif target == "-":
            state.move(state.previous, True)
            return
        if UNKNOWN in target or not target or "CDPATH" in state.vars or state.env.get("CDPATH"):
            state.move(None, True)
            return
        path = place(state.cwd, target)
        state.move(path, path is not None and (PIECE in path or state.is_folder(path)))

    # -- changes -------------------------------------------------------------------------------------------

    def _write(self, how: str, marked: str, by: str, state: State) -> None:
        """Notes the change of one path, seen from the shell's folder (and from others where it may be)."""
        self._limit.tick()
        writes = self._result.writes
        if len(writes) > MAX_WRITES:
            raise Unreadable("it writes too many files")
        if state.cwd is not None and PIECE in state.cwd and not marked.startswith("/"):
            marked = state.cwd + "/" + marked
        spread = how.startswith("spread")
        if spread or not known(marked) or (not marked.startswith("/") and state.cwd is None):
            kind = how[len("spread-") :] or "write" if spread else how
            write = Write(None, by, False, kind)
            write.within = holder(state.cwd, marked, spread)
            writes.append(write)
            return
        path = place(state.cwd, marked)
        if path is None:
            return
        writes.append(Write(self._through_links(path, state), by, True, how))
        if not marked.startswith("/"):
            for other in state.others:
                elsewhere = place(other, marked)
                if elsewhere is not None and elsewhere != path:
                    writes.append(Write(elsewhere, by, False, how))

    def _through_links(self, path: str, state: State) -> str:
        for link, target in state.links.items():
            if path == link or path.startswith(link + "/"):
                return target + path[len(link) :]
        return path


def holder(cwd: str | None, marked: str, whole: bool = False) -> str | None:
    """The deepest folder that surely holds what a partly known path names. whole: the path itself is the
    folder."""
    if cwd is not None and PIECE in cwd and not marked.startswith("/"):
        marked = cwd + "/" + marked
    if UNKNOWN in marked or (not marked.startswith("/") and cwd is None):
        return None
    sure = marked.split(PIECE, 1)[0] if PIECE in marked else marked + "/" if whole else marked
    folder = sure.rpartition("/")[0] if "/" in sure else "."
    if "/.." in marked[len(folder) :]:
        return None
    return place(cwd, folder or ("/" if marked.startswith("/") else "."))


def _common(values: list[str]) -> str:
    """One marked text for many values: their common folder with one unknown name in it, if that is what
    they are."""
    folders = {one.rpartition("/")[0] for one in values}
    if len(folders) == 1 and all(
        UNKNOWN not in one and one.rpartition("/")[2] not in ("..", "") for one in values
    ):
        folder = folders.pop()
        return (folder + "/" if folder or values[0].startswith("/") else "") + PIECE
    return UNKNOWN


def _gives_up(node: Node) -> bool:
    """Whether what stands behind || keeps the failure: `exit 1`, `false`, `return 2`."""
    if isinstance(node, Group) and not node.subshell and node.body:
        last = node.body[-1]
        return isinstance(last, AndOr) and len(last.items) == 1 and _gives_up(last.items[0][1])
    if not isinstance(node, Simple) or not node.words:
        return False
    texts = ["".join(part.text for part in word) for word in node.words]
    return texts[0] == "false" or (texts[0] in ("exit", "return") and texts[1:] != ["0"])
