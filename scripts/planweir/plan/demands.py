"""Reads `## Requirements` of a document: a list, or headings, whose entries begin with an id."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from planweir.plan.blocks import joined, text_of, unruled
from planweir.plan.headings import heading_of, unboxed
from planweir.plan.lines import RULE, Row
from planweir.plan.model import ID_LENGTH
from planweir.plan.notes import Notes, short
from planweir.plan.requirements import MAX_TEXT, MAX_WANTED, Requirement, Wanted

NAME = "requirements"
_BULLET = re.compile(r"^([ \t]*)(?:[-*+•]|\d{1,3}[.)])(?:[ \t]+(.*))?$")
_BOX = re.compile(r"^\\?\[[ xX~-]\\?\](?:[ \t]+|$)")
_BY_HAND_MARK = r"[*_]{0,2}\(by[ -]hand\)[*_]{0,2}"
_BY_HAND_FIRST = re.compile(rf"^{_BY_HAND_MARK}\s*:?\s*", re.IGNORECASE)
_BY_HAND_LAST = re.compile(rf"{_BY_HAND_MARK}\.?$", re.IGNORECASE)
_ID = r"(?=[A-Za-z_-]*[0-9])[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*"
_ENTRY = re.compile(
    rf"(?:\*\*|__|`|\[)?(?:Requirement\s+|Criterion\s+)?({_ID})(?:\*\*|__|`|\])?"
    r"(?:\s*[:：](?:\*\*|__)?\s*|\)\s+|\s+[-–—](?:\s+|$)|\.\s+|$)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_CHECK = re.compile(r"\(checks?\s*:\s*(?:(`+)(?!`)((?:(?!(?<!`)\1(?!`)).)+)(?<!`)\1(?!`)|([^()`\n]*))\s*\)\.?$", re.IGNORECASE)
_BY_HAND_ANYWHERE = re.compile(r"\(by[ -]hand\)", re.IGNORECASE)
_CHECK_ANYWHERE = re.compile(r"\(checks?\s*:", re.IGNORECASE)


@dataclass
class _Item:
    """A bullet or a heading, with what stands below it."""

    line: int
    depth: int  # of a heading: -1
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return joined(self.words)


def names_ids(body: list[Row]) -> bool:
    """Does an entry of the section begin with an id? Else it is free text, as in a plan before there were requirements."""
    return any(_begins(item.text) for item in _items(body)[0])


def is_entry_heading(text: str) -> bool:
    """A heading of a requirement, where tasks may be headings of that level too."""
    return re.match(r"\W{0,3}(?:requirement\s+)?R-?\d", text, re.IGNORECASE) is not None


class DemandReader:
    """Gathers the requirements in document order."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.found: list[Requirement] = []
        self.count = 0

    def read(self, body: list[Row]) -> str:
        """Takes in one section; gives the prose in it, which is Context."""
        items, prose = _items(body)
        outer = [item.depth for item in items if item.depth >= 0]
        base = min(outer, default=0)
        # Bullets below a heading are its criteria.
        headed = False
        for item in items:
            if item.depth < 0 and not _begins(item.text):
                headed = False  # a heading that groups the entries below it
                continue
            top = item.depth < 0 or (item.depth < base + 2 and not headed)
            headed = headed or item.depth < 0
            self._entry(item, top)
        return text_of(unruled(prose))

    def _entry(self, item: _Item, top: bool) -> None:
        self.count += 1
        if self.count > MAX_WANTED:
            if self.count == MAX_WANTED + 1:
                self._wrong("too-many-requirements", f"more than {MAX_WANTED} requirements and criteria", "split the plan", item)
            return
        words, first = _stripped(_BY_HAND_FIRST, _bare(item.text))
        found = _ENTRY.match(words)
        if found is None:
            self._no_id(item, top, words)
            return
        name, said = found[1], found[2].strip()
        last = self.found[-1] if self.found else None
        if len(name) > ID_LENGTH or name.count(".") > 1:
            mend = "write `R1` for a requirement and `R1.1` for its criterion; criteria have none of their own"
            self._wrong("bad-requirement-id", f"`{short(name)}` is no id of a requirement or a criterion", mend, item)
            return
        self.notes.lines.setdefault(("", f"requirement {name.casefold()}"), item.line)
        if "." not in name:
            if not top:
                mend = f"write it at the list's outer margin, or as a criterion: `{last.id}.1`" if last else "write it at the outer margin"
                self._wrong("requirement-place", f"the requirement {name} stands below another", mend, item)
                return
            wanted = self._wanted(name, said, first, item)
            self.found.append(Requirement(wanted.id, wanted.text, wanted.by_hand, wanted.check, line=item.line))
            return
        self._criterion(name, self._wanted(name, said, first, item), item, None if top else last)

    def _criterion(self, name: str, wanted: Wanted, item: _Item, above: Requirement | None) -> None:
        of = name.rpartition(".")[0].casefold()
        if above is not None and above.id.casefold() != of:
            self._wrong("requirement-place", f"{name} stands below {above.id}", f"move it below its requirement, or name it {above.id}.…", item)
            return
        for at, row in enumerate(self.found):
            if row.id.casefold() == of:
                self.found[at] = Requirement(row.id, row.text, row.by_hand, row.check, (*row.criteria, wanted), row.line)
                return
        self._wrong("requirement-place", f"{name} has no requirement above it", f"write `- {name.rpartition('.')[0]}: <text>` before it", item)

    def _no_id(self, item: _Item, top: bool, words: str) -> None:
        if not words.strip(" .…-–—_*"):
            self._wrong("empty-requirement", "an entry of the Requirements is empty", "write what must hold, or take the bullet out", item)
            return
        if top or not self.found:
            numbers = [int(found[0]) for row in self.found if (found := re.findall(r"\d{1,6}", row.id))]
            name, what = f"R{max(numbers, default=0) + 1}", "requirement"
        else:
            last = self.found[-1]
            name, what = f"{last.id}.{len(last.criteria) + 1}", f"criterion of {last.id}"
        self._wrong("requirement-id", f"`{short(words)}` is a {what} without an id", f"write `- {name}: {short(words)}`; tasks name it", item)

    def _wanted(self, name: str, said: str, by_hand: bool, item: _Item) -> Wanted:
        text, first = _stripped(_BY_HAND_FIRST, said)
        by_hand = by_hand or first
        check = ""
        for _ in range(2):  # the two marks at the end, in either order
            text, last = _stripped(_BY_HAND_LAST, text.rstrip())
            by_hand = by_hand or last
            text = text.rstrip()
            found = _CHECK.search(text)
            if found and not check:
                code = found[2] if found[2] is not None else found[3]
                check = (code[1:-1] if len(code) > 2 and code[0] == code[-1] == " " and code.strip() else code).strip()
                text = text[: found.start()].rstrip()
                if not check:
                    self._wrong("bad-value", f"{name}: `check` names no command", "write (check: `command`) at its end, or take it out", item)
        if _CHECK_ANYWHERE.search(text):
            mend = "write one (check: `command`) at the very end; several commands are joined by `&&`"
            self._wrong("bad-value", f"{name}: its check cannot be read", mend, item)
        if _BY_HAND_ANYWHERE.search(text):
            self._wrong("bad-value", f"{name}: `(by hand)` stands in its midst", "put it at the beginning or at the end", item)
        if not text.strip(" .…-–—_*\n") or re.fullmatch(r"<[^<>]+>", text):
            self._wrong("empty-requirement", f"{name} has no text", f"write `- {name}: <what must hold>`", item)
        if len(text) > MAX_TEXT:
            self._wrong("bad-value", f"{name} has {len(text)} characters, more than {MAX_TEXT}", "shorten it", item)
        return Wanted(name, text, by_hand, check)

    def _wrong(self, code: str, message: str, mend: str, item: _Item) -> None:
        self.notes.problem(code, message, mend, item.line)


def _bare(text: str) -> str:
    return unboxed(_BOX.sub("", text.strip()))


def _stripped(mark: re.Pattern[str], text: str) -> tuple[str, bool]:
    bare = mark.sub("", text)
    return bare, bare != text


def _items(body: list[Row]) -> tuple[list[_Item], list[Row]]:
    """The bullets and headings of the section, each with the lines that go on with it, and the prose beside them."""
    items: list[_Item] = []
    prose: list[Row] = []
    ended = True  # a blank line ended what stood before
    for row in body:
        last = items[-1] if items else None
        if row.hidden == "comment":
            continue
        if row.blank:
            ended = True
            if last is not None:
                last.words.append("")
            prose.append(row)
            continue
        head = heading_of(row)
        found = None if row.hidden else _BULLET.match(row.text)
        if head is not None:
            items.append(_Item(row.number, -1, [unboxed(head[1])]))
            if not _begins(head[1]):
                prose.append(row)
        elif found and not (last is not None and row.indent >= last.depth + 2 and _is_criterion(last) and not _begins(found[2])):
            items.append(_Item(row.number, row.indent, [(found[2] or "").strip()]))
        elif last is None or RULE.match(row.text) or not _goes_on(last, row, ended):
            prose.append(row)
        else:
            last.words.append(row.text)
        ended = False
    return items, prose


def _goes_on(item: _Item, row: Row, ended: bool) -> bool:
    """Does the line go on with the entry?"""
    if item.depth < 0:
        return _begins(item.text)
    return row.indent > item.depth or (not ended and not row.hidden)


def _begins(text: str | None) -> bool:
    """Does an entry begin with an id? A bullet below a criterion that does not goes on with its text."""
    return _entry(text) is not None


def _is_criterion(item: _Item) -> bool:
    found = _entry(item.words[0])
    return found is not None and "." in found[1]


def _entry(text: str | None) -> re.Match[str] | None:
    return _ENTRY.match(_stripped(_BY_HAND_FIRST, _bare(text or ""))[0])
