"""What stands behind a key: code spans, lists, yes and no. What is not certain raises Unreadable."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from planweir.plan.globs import tidy
from planweir.plan.lines import Row
from planweir.plan.model import MOST_AT_ONCE

NOTHING = {"", "none", "nothing", "n/a", "na", "-", "–", "—", "nil"}
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])(?:[ \t]+(?:\[[ xX]\][ \t]+)?(.*))?$")
_JOINT = re.compile(r"(?:,|;|&|\+|\band\b|\bthen\b|&&|\s|\.$)+")
_REMARK = re.compile(r"\([^()]*\)|(?:^|\s)#\s.*$")
# Behind the only path of its bullet: ` - the model`. A slash or full stop in it might make it a path too.
_ASIDE = re.compile(r"\s*[-–—:]\s*[^\s/,`*][^/,`*.]*\.?\s*")
_LINE_SUFFIX = re.compile(r"(?<=[\w/]):\d+(?:-\d+)?$")
_PATHLIKE = re.compile(r"[^\s`<>|]*(?:/|\.\w+|[*?])[^\s`<>|]*|[A-Z][A-Za-z]*file|LICENSE|README|CODEOWNERS")
_RUN = re.compile(r"^(?:run|command|execute)\b:?", re.IGNORECASE)
_PASSES = re.compile(
    r"(?:(?:must|should|has to|have to|both|all|which|that)\s+)*"
    r"(?:pass(?:es)?|succeeds?|exits?\s+(?:with\s+)?0|(?:is|are|be)\s+(?:green|clean))\.?",
    re.IGNORECASE,
)


class Unreadable(Exception):
    """A value that cannot be read with certainty: what, and the mend."""

    def __init__(self, what: str, mend: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
        self.line = line


@dataclass(frozen=True)
class Piece:
    """A part of a value: `first` the text behind the key or bullet, or a fence's lines as one script."""

    line: int
    text: str
    script: bool = False


def pieces(line: int, first: str, rows: list[Row]) -> list[Piece]:
    """A key's value with its continuation lines: the text behind the key, one piece a nested bullet, one a
    fence."""
    out = [Piece(line, first)] if first else []
    at = 0
    while at < len(rows):
        row = rows[at]
        stripped = row.text.strip()
        bullet = _BULLET.match(row.text)
        if row.hidden == "comment" or not stripped:
            pass
        elif stripped.startswith(("```", "~~~")):
            mark = re.match(r"(`+|~+)", stripped)
            length = len(mark[0]) if mark else 3
            end = next(
                (n for n in range(at + 1, len(rows)) if _closes(rows[n].text, stripped[0], length)), len(rows)
            )
            out.append(Piece(row.number, _script([r.text for r in rows[at + 1 : end]]), script=True))
            at = end
        elif bullet:
            out.append(Piece(row.number, (bullet[1] or "").strip()))
        elif out and not out[-1].script:
            out[-1] = Piece(out[-1].line, (out[-1].text + "\n" + stripped).strip())
        else:
            out.append(Piece(row.number, stripped))
        at += 1
    return [piece for piece in out if piece.text]


def _closes(text: str, char: str, length: int) -> bool:
    stripped = text.strip()
    return len(stripped) >= length and not stripped.strip(char)


def _script(lines: list[str]) -> str:
    full = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in full), default=0)
    return "\n".join(line[margin:].rstrip() for line in lines).strip("\n")


def one_line(parts: list[Piece]) -> str:
    """All pieces as one line of text."""
    return " ".join(" ".join(part.text.split("\n")) for part in parts)


def scalar(parts: list[Piece]) -> str:
    """One plain word or number: without backticks, emphasis, a remark behind it, a full stop."""
    text = _REMARK.sub("", one_line(parts)).strip()
    return text.strip("`*_ ").rstrip(".").strip()


def spans(text: str) -> tuple[list[str], str]:
    """The code spans of a text, and the text without them."""
    found = []
    for match in _SPAN.finditer(text):
        code = match[2]
        if len(code) > 2 and code[0] == code[-1] == " " and code.strip():
            code = code[1:-1]
        found.append(code.strip())
    return found, _SPAN.sub(" ", text)


def commands(parts: list[Piece]) -> list[str]:
    """Commands: one per code span, per fence, or the whole text where nothing is in backticks."""
    out: list[str] = []
    for part in parts:
        if part.script:
            out.append(part.text)
            continue
        found, rest = spans(part.text)
        if not found:
            if "\n" in part.text:
                raise Unreadable(
                    "a command goes on over several lines",
                    "put it on one line in backticks, or into a code fence below the key",
                    part.line,
                )
            if part.text.casefold() not in NOTHING:
                out.append(part.text)
            continue
        # A remark is let go, but not one that says the command is to fail.
        rest = rest if re.search(r"\bfail", rest, re.IGNORECASE) else _REMARK.sub(" ", rest)
        rest = _RUN.sub("", rest.strip()).strip()
        rest = _JOINT.sub(" ", _PASSES.sub(" ", rest)).strip()
        if rest:
            raise Unreadable(
                f"`{_short(rest)}` stands outside the backticks",
                "put the whole of each command in backticks (doubled where it holds one), nothing beside",
                part.line,
            )
        out.extend(found)
    return out


def paths(parts: list[Piece]) -> list[str]:
    """Paths and globs, tidied: in backticks, or plain ones set apart by commas or spaces."""
    out: list[str] = []
    for part in parts:
        if part.script:
            out.extend(line.strip() for line in part.text.split("\n") if line.strip())
            continue
        text = part.text.replace("\n", " ")
        found, rest = spans(text)
        if len(found) == 1 and _ASIDE.fullmatch(rest):
            rest = ""
        rest = _REMARK.sub(" ", rest) if found else re.sub(r"(?:^|\s)#\s.*$|\s\([^()/*]*\)", " ", rest)
        rest = _JOINT.sub(" ", rest).strip() if found else rest.strip()
        if found and rest:
            words = rest.split()
            if not all(_PATHLIKE.fullmatch(word) for word in words):
                raise Unreadable(
                    f"`{_short(rest)}` stands beside the paths",
                    "put each path in backticks and remarks into the description",
                    part.line,
                )
            found.extend(words)
        elif rest:
            if "](" in rest:
                raise Unreadable("a link is no path", "write the path in backticks", part.line)
            found = _plain(rest, part.line)
        out.extend(found)
    tidied = [tidy(_LINE_SUFFIX.sub("", path)) for path in out]
    if any(path.casefold() in NOTHING for path in tidied):
        raise Unreadable(
            "`none` is no path", "leave the line out: a task without Files may change anything and runs alone"
        )
    return list(dict.fromkeys(tidied))


def _plain(text: str, line: int) -> list[str]:
    out = []
    for item in _outside_braces(text):
        words = item.strip().strip("\"'").split()
        if len(words) > 1 and not all(_PATHLIKE.fullmatch(word) for word in words):
            raise Unreadable(f"`{_short(item)}` is not clear", "put each path in backticks", line)
        out.extend(words)
    return out


def _outside_braces(text: str) -> list[str]:
    depth, start, out = 0, 0, []
    for at, char in enumerate(text):
        depth += (char == "{") - (char == "}" and depth > 0)
        if char in ",;" and depth == 0:
            out.append(text[start:at])
            start = at + 1
    out.append(text[start:])
    return out


def ids(parts: list[Piece]) -> list[str]:
    """Task ids as written: `T1, T2 and Task 3`. `none` is no id."""
    out = []
    for part in parts:
        text = _REMARK.sub(" ", part.text.replace("`", " ").replace("*", " ").replace("\n", " "))
        for item in re.split(r"[,;&+]|\band\b", text):
            name = re.sub(r"^tasks?\s+(?=\S)", "", item.strip().rstrip("."), flags=re.IGNORECASE)
            if name.casefold() not in NOTHING:
                out.extend(name.split() if all(re.fullmatch(r"T?\d\S*", w) for w in name.split()) else [name])
    return list(dict.fromkeys(out))


_YES = re.compile(r"(yes|y|true|on)(?=$|[\s,.;:(–—-])", re.IGNORECASE)
_NO = re.compile(r"(no|n|false|off|none)(?=$|[\s,.;:(–—-])", re.IGNORECASE)
_REST = re.compile(r"$|[.,;:(–—-]|\s+[(–—-]")


def flag(parts: list[Piece]) -> bool:
    """Yes or no, a remark behind it allowed (`no, only documentation`)."""
    text = re.sub(r"\s#\s.*", "", one_line(parts)).strip("`*_ ")
    for pattern, meaning in ((_YES, True), (_NO, False)):
        found = pattern.match(text)
        if found and _REST.match(text[found.end() :].lstrip("`*_")):
            return meaning
    raise Unreadable(f"`{_short(text)}` is neither yes nor no", "write `yes` or `no`")


def complexity(parts: list[Piece]) -> int | None:
    """1 to 10; nothing for none."""
    text = scalar(parts)
    if text.casefold() in NOTHING:
        return None
    found = re.fullmatch(r"([+-]?\d{1,9})(?:\s*(?:/|of|out of)\s*10)?", text)
    if not found or not 1 <= int(found[1]) <= 10:
        raise Unreadable(
            f"`{_short(text)}` is no complexity", "write a whole number from 1 to 10, or leave the line out"
        )
    return int(found[1])


def at_once(parts: list[Piece]) -> int:
    """How many tasks may run side by side."""
    text = scalar(parts)
    if not re.fullmatch(r"\d{1,9}", text) or not 1 <= int(text) <= MOST_AT_ONCE:
        raise Unreadable(f"`{_short(text)}` is no number of tasks at once", f"write a whole number from 1 to {MOST_AT_ONCE}")
    return int(text)


def choice(table: dict[str, str]) -> Callable[[list[Piece]], str]:
    """A reader for one of a few words; the table gives each accepted spelling its meaning."""

    def read(parts: list[Piece]) -> str:
        text = " ".join(scalar(parts).casefold().replace("-", " ").split())
        if text not in table:
            known = ", ".join(f"`{value}`" for value in dict.fromkeys(table.values()))
            raise Unreadable(f"`{_short(text)}` is none of {known}", f"write one of {known}")
        return table[text]

    return read


def agent(parts: list[Piece]) -> str:
    """The name of an agent type."""
    text = scalar(parts).removeprefix("@")
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*(?::[\w.-]+)*", text):
        raise Unreadable(
            f"`{_short(text)}` is no agent type", "write the name of one agent, such as `implementer`"
        )
    return text


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "…"
