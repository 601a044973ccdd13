"""The tree of a command line, as far as running it matters."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.redirections import Redirection
    from planweir.shell.words import Word


class Node:
    """Base of all: what can be run, with the redirections put behind it."""

    __slots__ = ("redirections",)

    def __init__(self) -> None:
        self.redirections: list[Redirection] = []


class Simple(Node):
    """Assignments and words; either may be empty. An assignment is (name, appended?, value)."""

    __slots__ = ("assignments", "words")

    def __init__(self) -> None:
        super().__init__()
        self.assignments: list[tuple[str, bool, Word]] = []
        self.words: list[Word] = []


class Pipeline(Node):
    __slots__ = ("both", "commands", "negated")

    def __init__(self, commands: list[Node], negated: bool) -> None:
        super().__init__()
        self.commands = commands
        self.negated = negated


class AndOr(Node):
    """Pipelines joined by && and ||; the first operator is "". Runs in the background if told so."""

    __slots__ = ("background", "items")

    def __init__(self, items: list[tuple[str, Node]]) -> None:
        super().__init__()
        self.items = items
        self.background = False


class Group(Node):
    """{ } or, with its own state, ( )."""

    __slots__ = ("body", "subshell")

    def __init__(self, body: list[Node], subshell: bool) -> None:
        super().__init__()
        self.body = body
        self.subshell = subshell


class Branches(Node):
    """if and case: heads always may run, of the bodies at most one each; but those in `falls` go on with the next."""

    __slots__ = ("bodies", "falls", "heads", "word")

    def __init__(self, heads: list[list[Node]], bodies: list[list[Node]], word: Word | None = None) -> None:
        super().__init__()
        self.heads = heads
        self.bodies = bodies
        self.word = word
        self.falls: set[int] = set()


class Loop(Node):
    """while, until (head), for, select (name and words; words None: the positional parameters)."""

    __slots__ = ("body", "head", "name", "words")

    def __init__(
        self, head: list[Node], body: list[Node], name: str = "", words: list[Word] | None = None
    ) -> None:
        super().__init__()
        self.head = head
        self.body = body
        self.name = name
        self.words = words


class Function(Node):
    __slots__ = ("body", "name")

    def __init__(self, name: str, body: Node) -> None:
        super().__init__()
        self.name = name
        self.body = body


class Test(Node):
    """[[ ]] and (( )): nothing is run but what is substituted in its words."""

    __slots__ = ("words",)

    def __init__(self, words: list[Word]) -> None:
        super().__init__()
        self.words = words
