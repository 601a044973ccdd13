"""What a person typed after /implement-plan, /task-planner or /wave-gate, taken apart. A table of verbs, and one parser."""

from __future__ import annotations

import argparse
import shlex

from planweir.journal.fold.insights import SORTS
from planweir.verbs import insights, lifecycle, mend, mine, notes, replies, requests
from planweir.verbs.answer import Answer, no
from planweir.verbs.complete import complete, done
from planweir.verbs.ending import abort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.places import Places

NEW_TESTS = {"yes": True, "no": False}


class BadWords(Exception):
    """The words do not fit the verb; the message is its usage."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise BadWords(f"{message}\n{self.format_usage().strip()}")


def _parser(verb: str, *shape: tuple[str, dict[str, object]]) -> _Parser:
    parser = _Parser(prog=f"/task-planner {verb}", add_help=False)
    for name, options in shape:
        parser.add_argument(name, **options)  # type: ignore[arg-type]
    return parser


def split(words: str) -> list[str]:
    """The words as a shell would split them; an odd quote is taken as it stands."""
    try:
        return shlex.split(words)
    except ValueError:
        return words.split()


def _commas(values: list[str] | None) -> list[str] | None:
    if values is None:
        return None
    return [
        part for value in values for part in (piece.strip().strip("`") for piece in value.split(",")) if part
    ]


def _amend(places: Places, words: list[str]) -> Answer:
    parser = _parser(
        "amend",
        ("task", {}),
        ("--files", {"nargs": "+"}),
        ("--also", {"nargs": "+"}),
        ("--verify", {"action": "append"}),
        ("--new-tests", {"choices": tuple(NEW_TESTS)}),
        ("--fewer-tests", {"nargs": "+"}),
        ("--complexity", {"type": int}),
        ("--depends", {"nargs": "*"}),
        ("--wires", {"nargs": "*"}),
        ("--not-reached", {}),
        ("--serves", {"nargs": "+"}),
    )
    given = parser.parse_args(words)
    fields: dict[str, object] = {}
    for key, value in (
        ("files", _commas(given.files)),
        ("also", _commas(given.also)),
        ("verify", given.verify),
        ("new_tests", NEW_TESTS.get(given.new_tests)),
        ("fewer_tests", " ".join(given.fewer_tests) if given.fewer_tests else None),
        ("complexity", given.complexity),
        ("serves", _commas(given.serves)),
        (
            "depends_on",
            None
            if given.depends is None
            else [name for name in _commas(given.depends) or [] if name != "none"],
        ),
    ):
        if value is not None:
            fields[key] = value
    if given.wires is not None:
        fields["wires"] = [name for name in _commas(given.wires) or [] if name != "none"]
    if given.not_reached is not None:
        fields["not_reached"] = given.not_reached.strip()
    return mend.amend(places, given.task, fields)


def _allow(places: Places, words: list[str]) -> Answer:
    given = _parser("allow", ("task", {}), ("path", {"nargs": "?", "default": ""})).parse_args(words)
    return requests.allow(places, given.task, given.path)


def _refuse(places: Places, words: list[str]) -> Answer:
    if len(words) < 2:
        raise BadWords('usage: /task-planner refuse TASK PATH ["why"]')
    return requests.refuse(places, words[0], words[1], " ".join(words[2:]))


def _waive(places: Places, words: list[str]) -> Answer:
    given = _parser("waive", ("check", {}), ("--why", {"nargs": "+", "default": []})).parse_args(words)
    return mend.waive(places, given.check, " ".join(given.why))


def _skip(places: Places, words: list[str]) -> Answer:
    shape: tuple[tuple[str, dict[str, object]], ...] = (
        ("task", {}),
        ("--to", {"default": ""}),
        ("--take-out", {"action": "store_true"}),
        ("--why", {"nargs": "+", "default": []}),
    )
    given = _parser("skip", *shape).parse_args(words)
    return mend.skip(places, given.task, given.to, given.take_out, " ".join(given.why))


def _unblock(places: Places, words: list[str]) -> Answer:
    given = _parser("unblock", ("task", {}), ("--note", {"nargs": "+", "default": []})).parse_args(words)
    return mend.unblock(places, given.task, " ".join(given.note))


def _answer(places: Places, words: list[str]) -> Answer:
    if len(words) < 2:
        raise BadWords('usage: /task-planner answer TASK "…"')
    return replies.answer(places, words[0], " ".join(words[1:]))


def _accept(places: Places, words: list[str]) -> Answer:
    return replies.accept(places, _parser("accept", ("task", {})).parse_args(words).task)


def _reject(places: Places, words: list[str]) -> Answer:
    if not words:
        raise BadWords('usage: /task-planner reject TASK "why"')
    return replies.reject(places, words[0], " ".join(words[1:]))


def _note(places: Places, words: list[str]) -> Answer:
    given = _parser("note", ("task", {}), ("words", {"nargs": "+"})).parse_args(words)
    return notes.note(places, given.task, " ".join(given.words))


def _checked(places: Places, words: list[str]) -> Answer:
    given = _parser("checked", ("task", {}), ("number", {"type": int, "nargs": "?"})).parse_args(words)
    return notes.checked(places, given.task, given.number)


INSIGHT = (
    'usage: /task-planner insight add --kind defect|learning|friction|upstream "…" [--task TASK] [--path PATH] | '
    "list [--kind KIND] [--open] | close N --why …"
)


class InsightWords(argparse.Namespace):
    """The words of `insight`, whichever its verb."""

    verb: str = ""
    kind: str = ""
    text: str | list[str] = ""
    task: str = ""
    path: str = ""
    open: bool = False
    number: int = 0
    why: str | list[str] = ""

    @property
    def said(self) -> str:
        return self.text if isinstance(self.text, str) else " ".join(self.text)

    @property
    def reason(self) -> str:
        return self.why if isinstance(self.why, str) else " ".join(self.why)


def insight_words(words: list[str]) -> InsightWords:
    """Raises BadWords."""
    shapes: dict[str, tuple[tuple[str, dict[str, object]], ...]] = {
        "add": (("text", {"nargs": "+"}), ("--kind", {"choices": SORTS, "required": True}), ("--task", {"default": ""}), ("--path", {"default": ""})),
        "list": (("--kind", {"choices": SORTS, "default": ""}), ("--open", {"action": "store_true"})),
        "close": (("number", {"type": int}), ("--why", {"nargs": "+", "default": []})),
    }
    if not words or words[0] not in shapes:
        raise BadWords(INSIGHT)
    given = _parser(f"insight {words[0]}", *shapes[words[0]]).parse_args(words[1:], namespace=InsightWords())
    given.verb = words[0]
    return given


def _insight(places: Places, words: list[str]) -> Answer:
    given = insight_words(words)
    if given.verb == "list":
        return insights.listing(places, given.kind, given.open)
    if given.verb == "close":
        return insights.close(places, given.number, given.reason)
    return insights.add_by_person(places, insights.Given(given.kind, given.said, given.task, given.path))


def _discard(places: Places, words: list[str]) -> Answer:
    given = _parser("discard", ("paths", {"nargs": "+"})).parse_args(words)
    return mend.discard(places, given.paths)


def _mine(places: Places, words: list[str]) -> Answer:
    given = _parser("mine", ("paths", {"nargs": "+"})).parse_args(words)
    return mine.mine(places, given.paths)


def _complete(places: Places, words: list[str]) -> Answer:
    given = _parser("complete", ("--dry-run", {"action": "store_true"})).parse_args(words)
    return done(places) if given.dry_run else complete(places)


def _bare(verb: Callable[[Places], Answer]) -> Callable[[Places, list[str]], Answer]:
    def run(places: Places, words: list[str]) -> Answer:
        if words:
            raise BadWords(f"unexpected: {' '.join(words)}")
        return verb(places)

    return run


VERBS: dict[str, Callable[[Places, list[str]], Answer]] = {
    "pause": _bare(lifecycle.pause),
    "amend": _amend,
    "allow": _allow,
    "refuse": _refuse,
    "waive": _waive,
    "skip": _skip,
    "unblock": _unblock,
    "answer": _answer,
    "accept": _accept,
    "reject": _reject,
    "discard": _discard,
    "insight": _insight,
    "mine": _mine,
    "note": _note,
    "checked": _checked,
    "complete": _complete,
    "abort": _bare(abort),
}


def run_verb(places: Places, verb: str, words: list[str]) -> Answer:
    """Do what a person typed; words that do not fit are answered with the usage."""
    try:
        return VERBS[verb](places, words)
    except BadWords as error:
        return no(f"nothing was done: {error}")
