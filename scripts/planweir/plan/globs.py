"""Paths and globs of a task's Files, relative to the project, always with `/`.

`*` and `?` stay within one folder, `**` crosses folders, `[abc]` and `[!abc]` are classes, `{a,b}` are
alternatives, a trailing `/` is a folder with everything below. A `[name]` also stands for itself: projects
have files that are called `app/[id]/page.tsx`, and whoever writes that path means that file.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

MAX_ALTERNATIVES = 1000
_TIDY = re.compile(r"[\w@-]+(?:[./][\w@-]+)*")
_WILD = re.compile(r"[*?\[]")


def tidy(path: str) -> str:
    """The same path without `./`, doubled slashes and spaces around; the project itself (`.`) is `**`."""
    if _TIDY.fullmatch(path):
        return path
    text = re.sub(r"/{2,}", "/", path.strip())
    parts = [part for part in text.split("/") if part != "."]
    text = "/".join(parts)
    if text != text.strip():
        return tidy(text)  # what stood behind `./` begins with a space of its own
    return text if text else ("**" if path.strip().startswith(".") else "")


def is_glob(path: str) -> bool:
    """Whether the pattern can match more than the one path it spells."""
    return path.endswith("/") or bool(_WILD.search(path)) or expand(path) != [path]


def expand(glob: str) -> list[str]:
    """The glob without braces: one pattern per alternative. Raises ValueError above MAX_ALTERNATIVES."""
    if "{" not in glob:
        return [glob]
    done: list[str] = []
    todo = [(glob, 0)]
    while todo:
        text, start = todo.pop()
        group = _first_group(text, start)
        if group is None:
            done.append(text)
        else:
            begin, end, parts = group
            # Reversed, because the stack gives back the last first: the alternatives keep their order.
            todo.extend((text[:begin] + part + text[end:], begin) for part in reversed(parts))
        if len(done) + len(todo) > MAX_ALTERNATIVES:
            raise ValueError(f"more than {MAX_ALTERNATIVES} alternatives in {glob[:60]}")
    return list(dict.fromkeys(done))


def to_regex(glob: str) -> str:
    """The glob as an expression for re.fullmatch. Raises ValueError as `expand` does."""
    if _TIDY.fullmatch(glob):
        return re.escape(glob)  # a plain path, as most are
    parts = [_translate(one) for one in expand(tidy(glob))]
    return parts[0] if len(parts) == 1 else "(?:" + "|".join(parts) + ")"


def matches(glob: str, path: str) -> bool:
    """Whether the glob covers this path."""
    return compiled(glob).fullmatch(path) is not None


@lru_cache(maxsize=4096)
def compiled(glob: str) -> re.Pattern[str]:
    """`to_regex`, compiled and kept."""
    return re.compile(to_regex(glob))


def literal_prefix(one: str) -> str:
    """What every path that a brace-free pattern matches begins with."""
    found = _WILD.search(one)
    return one[: found.start()] if found else one


def conflict(a: str, b: str) -> bool:
    """Whether both patterns may mean the same file. Two globs are judged by their literal prefixes alone, so
    `src/*.py` and `src/*.ts` conflict: a wave too many costs less than two agents in one file."""
    return any(atoms_conflict(x, y) for x in expand(tidy(a)) for y in expand(tidy(b)))


def atoms_conflict(x: str, y: str) -> bool:
    """`conflict` for two tidy patterns without braces."""
    x_glob, y_glob = _is_wild(x), _is_wild(y)
    if x_glob and y_glob:
        p, q = literal_prefix(x), literal_prefix(y)
        return p.startswith(q) or q.startswith(p)
    if not x_glob and not y_glob:
        return x == y or x.startswith(y + "/") or y.startswith(x + "/")
    glob, path = (x, y) if x_glob else (y, x)
    # A path above the glob's folder must be a folder itself, and whoever owns a folder owns what is in it.
    return matches(glob, path) or literal_prefix(glob).startswith(path + "/")


def _is_wild(one: str) -> bool:
    return one.endswith("/") or bool(_WILD.search(one))


def _first_group(text: str, start: int) -> tuple[int, int, list[str]] | None:
    """The first `{a,b}` from `start` on: where it begins and ends, and its alternatives. `{a}` and `{` are
    plain text."""
    ends, commas = _pairs(text, start)
    for begin in sorted(ends):
        if begin in commas:
            cuts = [begin, *commas[begin], ends[begin]]
            parts = [text[a + 1 : b] for a, b in itertools.pairwise(cuts)]
            return begin, ends[begin] + 1, parts
    return None


def _pairs(text: str, start: int) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Where each brace that closes does so, and the commas directly inside each."""
    open_: list[int] = []
    ends: dict[int, int] = {}
    commas: dict[int, list[int]] = {}
    for at in range(start, len(text)):
        if text[at] == "{":
            open_.append(at)
        elif text[at] == "," and open_:
            commas.setdefault(open_[-1], []).append(at)
        elif text[at] == "}" and open_:
            ends[open_.pop()] = at
    return ends, commas


def _translate(one: str) -> str:
    parts = (one + "**" if one.endswith("/") else one).split("/")
    # `a/**/**/b` says no more than `a/**/b`, and costs the matcher dearly.
    kept = [part for n, part in enumerate(parts) if part != "**" or n == 0 or parts[n - 1] != "**"]
    out = []
    for n, part in enumerate(kept):
        last = n == len(kept) - 1
        if part == "**":
            out.append("(?:[^/]+/)*[^/]+" if last else "(?:[^/]+/)*")
        else:
            out.append(_component(part) + ("" if last else "/"))
    return "".join(out)


def _component(part: str) -> str:
    if part and not part.strip("*"):
        return "[^/]+"
    out = []
    at = 0
    while at < len(part):
        char = part[at]
        if char == "*":
            while part[at + 1 : at + 2] == "*":
                at += 1
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif (
            char == "["
            and (end := part.find("]", at + (3 if part[at + 1 : at + 2] in ("!", "^") else 2))) > 0
        ):
            out.append(_class(part[at + 1 : end]))
            at = end
        else:
            out.append(re.escape(char))
        at += 1
    return "".join(out)


def _class(body: str) -> str:
    """`[body]` as a set of characters, or as the text itself."""
    itself = re.escape(f"[{body}]")
    negated = body[0] in "!^"
    chars = body[1:] if negated else body
    items = []
    at = 0
    while at < len(chars):
        if chars[at + 1 : at + 2] == "-" and at + 2 < len(chars):
            low, high = chars[at], chars[at + 2]
            # A range the wrong way round holds nothing, as in a shell.
            if low <= high:
                items.append(f"{_in_class(low)}-{_in_class(high)}")
            at += 3
        else:
            items.append(_in_class(chars[at]))
            at += 1
    if not items:
        return f"(?:[^/]|{itself})" if negated else itself
    return f"(?:(?!/)[{'^' if negated else ''}{''.join(items)}]|{itself})"


def _in_class(char: str) -> str:
    return "\\" + char if char in "\\]^-[&~|" else char
