"""How far a value, a list or a text reaches below the line that begins it."""

from __future__ import annotations

import re

from planweir.plan.headings import heading_of
from planweir.plan.keys import BULLET, PLAN_KEYS, TASK_KEYS, Entry, entry_of, is_key_like
from planweir.plan.lines import RULE, Row

_ITEM = re.compile(r"^([ \t]*)(?:[-*+•]|\d{1,3}[.)])(?:[ \t]+(.*))?$")


def value_end(body: list[Row], at: int) -> int:
    """Where a task's key ends: below it belongs what is indented further, and what an ending comma
    announces."""
    base = body[at].indent
    bare = BULLET.match(body[at].text) is None and is_bare(body[at])
    end = at + 1
    while end < len(body):
        row = body[end]
        if row.blank:
            later = next((n for n in range(end, len(body)) if not body[n].blank), len(body))
            if later == len(body) or body[later].indent <= base + 1:
                break
            end = later
        elif row.hidden == "fence":
            inside = body[end - 1].hidden == "fence" and end - 1 > at
            if not (row.indent > base + 1 or inside or bare):
                break
            end += 1
        elif row.hidden == "comment":
            break
        elif (
            row.indent > base + 1
            or (
                body[end - 1].text.rstrip().endswith(",")
                and heading_of(row) is None
                and entry_of(row, TASK_KEYS) is None
            )
            or (bare and BULLET.match(row.text) and entry_of(row, TASK_KEYS) is None)
        ):
            end += 1
        else:
            break
    return end


def is_bare(row: Row) -> bool:
    entry = entry_of(row, TASK_KEYS)
    return entry is not None and not entry.value


def items_of(body: list[Row], at: int, outer: int) -> tuple[list[tuple[int, str]], int]:
    """The bullets from `at` on, each with its line and its whole text; and where they end. With `outer` >= 0
    only those indented further than that."""
    items: list[tuple[int, list[str]]] = []
    base: int | None = None
    while at < len(body):
        row = body[at]
        if row.hidden == "comment":
            at += 1
            continue
        if row.blank:
            at += 1
            continue
        if heading_of(row) is not None or RULE.match(row.text):
            break
        if outer >= 0 and row.indent <= outer:
            break
        found = None if row.hidden else _ITEM.match(row.text)
        after_blank = at > 0 and body[at - 1].blank
        if found and (base is None or row.indent < base + 2):
            base = row.indent if base is None else min(base, row.indent)
            text = re.sub(r"^\\?\[[ xX]\\?\](?:[ \t]+|$)", "", (found[2] or "").strip())
            items.append((row.number, [text]))
        elif (
            items
            and base is not None
            and (row.indent >= base + 2 or not after_blank)
            and not (row.hidden and row.indent < base + 2)
        ):
            items[-1][1].extend([""] if after_blank else [])
            items[-1][1].append(row.text)
        elif base is None and not row.hidden:
            # Prose in place of bullets: a line that announces the list, or a criterion of its own.
            end = at
            while (
                end < len(body)
                and not body[end].blank
                and not body[end].hidden
                and not _ITEM.match(body[end].text)
            ):
                if heading_of(body[end]) is not None:
                    break
                end += 1
            text = " ".join(r.text.strip() for r in body[at:end])
            if not text.endswith((":", "：")):
                items.append((row.number, [text]))
            at = max(end, at + 1)
            continue
        else:
            break
        at += 1
    return [(line, joined(texts)) for line, texts in items], at


def joined(texts: list[str]) -> str:
    """A bullet's first line and those that go on with it, without their common margin."""
    rest = texts[1:]
    margin = min((len(t) - len(t.lstrip()) for t in rest if t.strip()), default=0)
    return "\n".join([texts[0], *(t[margin:].rstrip() for t in rest)]).strip()


def unruled(rows: list[Row]) -> list[Row]:
    """Without blank lines and rules at both ends."""

    def empty(row: Row) -> bool:
        return row.blank or (not row.hidden and RULE.match(row.text) is not None)

    start, end = 0, len(rows)
    while start < end and empty(rows[start]):
        start += 1
    while end > start and empty(rows[end - 1]):
        end -= 1
    return rows[start:end]


def text_of(rows: list[Row]) -> str:
    return "\n".join(row.text for row in rows).strip("\n")


def header_value_end(rows: list[Row], at: int, entry: Entry) -> int:
    """Where the value of a key below the title ends: lines that go on with it, bullets or a fence below
    it."""
    listing = not entry.value
    end = at + 1
    while end < len(rows):
        row = rows[end]
        if row.hidden == "fence":
            if not (listing or row.indent > rows[at].indent):
                break
        elif row.hidden or row.blank:
            # A blank line ends the value, save between an empty key and its list or fence.
            later = next((r for r in rows[end:] if not r.blank), None)
            goes_on = later is not None and (later.hidden == "fence" or BULLET.match(later.text) is not None)
            if row.hidden or not (listing and goes_on):
                break
            while rows[end + 1].blank:
                end += 1
        elif heading_of(row) is not None or RULE.match(row.text):
            break
        else:
            inner = entry_of(row, PLAN_KEYS)
            if inner is not None and (not inner.bullet or row.indent <= rows[at].indent):
                known = inner.norm in PLAN_KEYS or not (listing and inner.bullet)
                if known and is_key_like(inner, PLAN_KEYS):
                    break
            if BULLET.match(row.text) and not listing and row.indent <= rows[at].indent:
                break
        end += 1
    return end
