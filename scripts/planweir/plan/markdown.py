"""The native Markdown form of a plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from planweir.plan import values
from planweir.plan.lines import HEADING, RULE, Row, split
from planweir.plan.model import (
    DEFAULT_AGENT,
    ID_LENGTH,
    ID_PATTERN,
    MAX_LINE,
    MAX_TASKS,
    MAX_VALUE,
    Commit,
    Criterion,
    Grants,
    Level,
    Plan,
    Problem,
    Task,
    nearest,
)
from planweir.plan.values import Piece, Unreadable

Lines = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Key:
    """A key of the format: how it is written, the field it fills, how its value is read."""

    name: str
    field: str
    read: Callable[[list[Piece]], object]
    repeatable: bool = False
    may_be_empty: bool = False


_COMMIT = {"per task": "per task", "none": "none", "no": "none", "no verify": "no-verify"}
_GRANTS = {"default": "default", "none": "none", "no": "none"}

PLAN_KEYS = {
    key.name.casefold(): key
    for key in (
        Key("Goal", "goal", values.one_line),
        Key("Setup", "setup", values.commands, repeatable=True),
        Key("Verify", "verify", values.commands, repeatable=True),
        Key("Verify at end", "verify_at_end", values.commands, repeatable=True),
        Key("Commit", "commit", values.choice(_COMMIT)),
        Key("Grants", "grants", values.choice(_GRANTS)),
    )
}
TASK_KEYS = {
    key.name.casefold(): key
    for key in (
        Key("Depends on", "depends_on", values.ids, may_be_empty=True),
        Key("Files", "files", values.paths),
        Key("Also", "also", values.paths),
        Key("Verify", "verify", values.commands, repeatable=True),
        Key("Agent", "agent", values.agent),
        Key("Complexity", "complexity", values.complexity),
        Key("New tests", "new_tests", values.flag),
        Key("Plan first", "plan_first", values.flag),
    )
}
_DONE_WHEN = "done when"

# How a task's heading may begin. The sure form is a task wherever it stands; any other id needs `## Tasks`
# above it.
_SURE_ID = r"(?:task\s+)?(?:[a-z]{1,8}-?)?\d+[a-z]?(?:\.\d+[a-z]?)*"
_OPEN, _CLOSE, _SEP = (
    r"(?:\*\*|__|`|\[)?",
    r"(?:\*\*|__|`|\])?",
    r"\s*(?:[:：.)]|\s[-–—])(?:\*\*|__)?(?:\s+|$|(?<=：))",
)
_SURE = re.compile(rf"{_OPEN}({_SURE_ID}){_CLOSE}(?:{_SEP}|\s+(?=\S))(.*)", re.IGNORECASE)
_LOOSE = re.compile(rf"{_OPEN}(?:task\s+)?({ID_PATTERN}){_CLOSE}{_SEP}(.*)", re.IGNORECASE)
# Surely a task, even in a place where none belongs: `T3: …` or `Task 3: …`, not `3. …` and not `Phase 3: …`.
_STRAY = re.compile(rf"{_OPEN}(?:task\s+T?|T)\d+[a-z]?(?:\.\d+[a-z]?)*{_CLOSE}{_SEP}", re.IGNORECASE)
_TIGHT_HEADING = re.compile(r"^ {0,3}(#{1,6})((?:Task\s+|T)\d.*)$")
_BOX = re.compile(r"^\\?\[([ xX~-])\\?\]\s+")
_TASKS_SECTION = re.compile(
    r"(?:\d+[.)]\s*)?(?:the\s+)?tasks?(?:\s+list)?(?:\s*\([^)]*\))?\s*[:：]?", re.IGNORECASE
)
_TITLE = re.compile(r"^(?:implementation\s+)?plan\s*(?:[:：]|\s[-–—])\s*", re.IGNORECASE)

_MARK = r"(\*\*|__|\*|_|`)"
_NAME = r"([A-Za-z][A-Za-z _-]{0,40}?)"
_KEY_FORMS = (
    re.compile(rf"{_MARK}{_NAME}\s*[:：]\s*\1\s*[:：]?\s*(.*)$"),
    re.compile(rf"{_MARK}{_NAME}\1\s*[:：]\s*(.*)$"),
    re.compile(rf"(){_NAME}\s*[:：](?:\s+|(?=`)|$|(?<=：))(.*)$"),
)
_KEY_TIGHT = (re.compile(rf"(){_NAME}[:：](\S.*)$"), re.compile(rf"(\*\*|__){_NAME}\1\s+(\S.*)$"))
_BULLET = re.compile(r"^([ \t]*)([-*+•])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$")
_ITEM = re.compile(r"^([ \t]*)(?:[-*+•]|\d{1,3}[.)])(?:[ \t]+(.*))?$")
_BY_HAND = re.compile(
    r"^[*_]{0,2}\(by[ -]hand\)[*_]{0,2}\s*:?\s*|\s*[*_]{0,2}\(by[ -]hand\)[*_]{0,2}\.?$", re.IGNORECASE
)


@dataclass(frozen=True)
class _Entry:
    """A line that begins with a key: the key as written, the value behind it, whether a bullet or emphasis
    marks it."""

    row: Row
    name: str
    value: str
    bullet: bool
    marked: bool

    @cached_property
    def norm(self) -> str:
        """The key as the tables have it: `Depends_on` and `depends-on` are `depends on`."""
        return " ".join(self.name.casefold().replace("_", " ").replace("-", " ").split())


def _entry(row: Row, known: dict[str, Key]) -> _Entry | None:
    """The line as a key and its value, or None when it cannot be meant as one."""
    text = row.text.strip()
    # A key stands at the beginning of its line: looking further would only cost time on lines without end.
    start = text[:80]
    if row.hidden or not (":" in start or "：" in start or "**" in start or "__" in start):
        return None
    bullet = _BULLET.match(row.text)
    if bullet:
        text = bullet[3].strip()
    for form in _KEY_FORMS:
        found = form.match(text)
        if found:
            return _Entry(row, found[2].strip(), found[3].strip(), bool(bullet), bool(found[1]))
    for form in _KEY_TIGHT:
        found = form.match(text)
        if found:
            entry = _Entry(row, found[2].strip(), found[3].strip(), bool(bullet), bool(found[1]))
            if entry.norm in known or entry.norm == _DONE_WHEN:
                return entry
    return None


def read_markdown(text: str) -> tuple[Plan | None, list[Problem], Lines]:
    """The plan as far as it can be read, every problem on the way, and on which line each key of a task
    stands (the task is "" for the plan's own keys)."""
    reader = _Reader(text)
    plan = reader.read()
    return plan, reader.problems, reader.lines


class _Reader:
    def __init__(self, text: str) -> None:
        self.rows, self.open_fence = split(text)
        self.problems: list[Problem] = []
        self.lines: Lines = {}
        self.tasks: list[Task] = []
        self.context: list[str] = []
        self.title = ""
        self.fields: dict[str, object] = {}
        self.has_tasks_section = any(
            (head := _heading(row)) is not None and head[0] <= 2 and _is_tasks(head[1]) for row in self.rows
        )

    def problem(
        self,
        code: str,
        message: str,
        mend: str,
        line: int | None,
        task: str | None = None,
        level: Level = "error",
    ) -> None:
        self.problems.append(Problem(level, code, message, mend, line, task))

    # -- the document -------------------------------------------------------------------------------

    def read(self) -> Plan | None:
        for row in self.rows:
            if len(row.text) > MAX_LINE and not row.hidden:
                self.problem(
                    "long-line",
                    f"the line has {len(row.text)} characters, more than {MAX_LINE}",
                    "break it, or put it into a code fence",
                    row.number,
                )
        if self.problems:
            return None
        if self.open_fence is not None:
            self.problem(
                "unclosed-fence",
                "a code fence is never closed, so everything below it is hidden",
                "close it with the same backticks (an outer fence needs more of them than an inner one)",
                self.open_fence,
            )
        rows = self._without_front_matter()
        at = self._read_title(rows)
        end = self._next_section(rows, at)
        self._read_header(rows[at:end])
        while end < len(rows):
            start, end = end, self._next_section(rows, end + 1)
            self._read_section(rows[start], rows[start + 1 : end])
        if not self.tasks and not any(p.code in ("not-a-task", "no-title") for p in self.problems):
            self.problem(
                "no-tasks",
                "the plan has no tasks",
                "write `### T1: <title>` under a heading `## Tasks`",
                None,
            )
        self._resolve_dependencies()
        fields = self.fields
        return Plan(
            title=self.title,
            goal=cast(str, fields.get("goal") or ""),
            setup=_commands(fields, "setup"),
            verify=_commands(fields, "verify"),
            verify_at_end=_commands(fields, "verify_at_end"),
            commit=cast(Commit, fields.get("commit") or "per task"),
            grants=cast(Grants, fields.get("grants") or "default"),
            context="\n\n".join(part for part in self.context if part),
            tasks=tuple(self.tasks),
        )

    def _without_front_matter(self) -> list[Row]:
        rows = self.rows
        if rows and rows[0].text.rstrip() == "---":
            end = next(
                (n for n in range(1, min(len(rows), 200)) if rows[n].text.rstrip() in ("---", "...")), None
            )
            if end is not None and not any(_heading(row) for row in rows[1:end]):
                self.problem(
                    "front-matter",
                    "the front matter is not read",
                    "nothing need be done; keys go below the title",
                    1,
                    level="notice",
                )
                return rows[end + 1 :]
        return rows

    def _read_title(self, rows: list[Row]) -> int:
        """Reads the first heading as the title; gives the position below it."""
        mend = "begin the document with `# Plan: <title>`"
        for at, row in enumerate(rows):
            head = _heading(row)
            if head is None:
                continue
            level, text = head
            if level > 1 or _is_tasks(text):
                break
            self.title = _TITLE.sub("", text).strip()
            if not self.title or self.title.casefold() == "plan":
                self.problem("no-title", "the plan's heading has no title", mend, row.number)
            self.context.append(_text(_unruled(rows[:at])))
            return at + 1
        first = next((row.number for row in rows if not row.blank), 1)
        self.problem("no-title", "the plan has no title", mend, first)
        return 0

    def _next_section(self, rows: list[Row], at: int) -> int:
        """The next heading that begins a section: level 1 or 2, or a task in a document without `##
        Tasks`."""
        for n in range(at, len(rows)):
            head = _heading(rows[n])
            if head is not None and (
                head[0] <= 2 or (not self.has_tasks_section and head[0] == 3 and _is_sure(head[1]))
            ):
                return n
        return len(rows)

    def _read_section(self, heading: Row, body: list[Row]) -> None:
        head = _heading(heading)
        if head is None:
            return
        level, text = head
        name = text.rstrip(":： ").casefold()
        if _is_tasks(text):
            self._read_tasks(level, body)
        elif not self.has_tasks_section and _is_sure(text):
            self._read_task(heading, body)
        elif name == "context":
            self._stray_tasks(body)
            self.context.append(_text(_unruled(body)))
        elif name == "goal" and "goal" not in self.fields:
            self.fields["goal"] = " ".join(_text(_unruled(body)).split())
        elif name in PLAN_KEYS:
            self.problem(
                "key-as-heading",
                f"`{text}` is a key, not a section",
                f"write `{PLAN_KEYS[name].name}: …` as a line of its own below the title",
                heading.number,
            )
        else:
            self._stray_tasks([heading, *body])
            self.problem(
                "other-section",
                f"the section `{text}` is read as part of the Context",
                "nothing need be done; every brief holds it",
                heading.number,
                level="notice",
            )
            self.context.append(_text([heading, *_unruled(body)]))

    def _stray_tasks(self, rows: list[Row]) -> None:
        for row in rows:
            head = _heading(row)
            if head is not None and _STRAY.match(_unboxed(head[1])):
                self.problem(
                    "task-outside",
                    f"`{head[1]}` looks like a task and does not stand under `## Tasks`",
                    "move it under `## Tasks`, as `### T1: <title>`",
                    row.number,
                )

    # -- the plan's own keys ------------------------------------------------------------------------

    def _read_header(self, rows: list[Row]) -> None:
        prose: list[Row] = []
        at = 0
        while at < len(rows):
            row = rows[at]
            entry = _entry(row, PLAN_KEYS)
            if entry is None or not _is_key_like(entry, PLAN_KEYS) or (prose and not prose[-1].blank):
                if not (row.hidden == "comment" or RULE.match(row.text)) or prose:
                    prose.append(row)
                at += 1
                continue
            end = self._header_value_end(rows, at, entry)
            self._set(self.fields, entry, rows[at + 1 : end], PLAN_KEYS, None)
            at = end
        self._stray_tasks(prose)
        self.context.append(_text(_unruled(prose)))

    def _header_value_end(self, rows: list[Row], at: int, entry: _Entry) -> int:
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
                goes_on = later is not None and (
                    later.hidden == "fence" or _BULLET.match(later.text) is not None
                )
                if row.hidden or not (listing and goes_on):
                    break
                while rows[end + 1].blank:
                    end += 1
            elif _heading(row) is not None or RULE.match(row.text):
                break
            else:
                inner = _entry(row, PLAN_KEYS)
                if inner is not None and (not inner.bullet or row.indent <= rows[at].indent):
                    known = inner.norm in PLAN_KEYS or not (listing and inner.bullet)
                    if known and _is_key_like(inner, PLAN_KEYS):
                        break
                if _BULLET.match(row.text) and not listing and row.indent <= rows[at].indent:
                    break
            end += 1
        return end

    # -- tasks --------------------------------------------------------------------------------------

    def _read_tasks(self, level: int, body: list[Row]) -> None:
        heads = [(n, head) for n, row in enumerate(body) if (head := _heading(row)) is not None]
        task_level = heads[0][1][0] if heads else level + 1
        cuts = [
            n
            for n, head in heads
            if head[0] <= task_level
            and not (head[1].rstrip(":： ").casefold() == _DONE_WHEN and n != heads[0][0])
        ]
        before = _unruled([row for row in body[: cuts[0] if cuts else len(body)] if row.hidden != "comment"])
        if before:
            self.context.append(_text(before))
        for n, at in enumerate(cuts):
            self._read_task(body[at], body[at + 1 : cuts[n + 1] if n + 1 < len(cuts) else len(body)])

    def _read_task(self, heading: Row, body: list[Row]) -> None:
        head = _heading(heading)
        text = _unboxed(head[1] if head else "")
        if len(self.tasks) >= MAX_TASKS:
            if len(self.tasks) == MAX_TASKS and not any(p.code == "too-many-tasks" for p in self.problems):
                self.problem(
                    "too-many-tasks", f"more than {MAX_TASKS} tasks", "split the plan", heading.number
                )
            return
        found = _SURE.fullmatch(text) or _LOOSE.fullmatch(text)
        if found is None or (not _is_sure(text) and not any(_known_key(row) for row in body)):
            self.problem(
                "not-a-task",
                f"the heading `{_short(text)}` is no task",
                "write `### T1: <title>`, or use #### for a heading inside a task",
                heading.number,
            )
            return
        name = _task_id(found[1])
        title = found[2].strip()
        if title.endswith(("**", "__")) and title.count(title[-2:]) % 2:
            title = title[:-2].rstrip()
        if len(name) > ID_LENGTH or name.casefold() in values.NOTHING:
            self.problem(
                "bad-id",
                f"`{_short(name)}` is no task id",
                "write a short id such as `T1`",
                heading.number,
                name,
            )
        if not title:
            self.problem(
                "no-title",
                f"{name} has no title",
                f"write `### {name}: <what it does>`",
                heading.number,
                name,
            )
        elif re.fullmatch(r"<[^>]+>", title):
            self.problem(
                "placeholder",
                f"{name}: the title is a placeholder",
                "write what the task does",
                heading.number,
                name,
            )
        task = Task(id=name, title=title, line=heading.number)
        self.lines.setdefault((name, ""), heading.number)
        self.tasks.append(self._read_body(task, body))

    def _read_body(self, task: Task, body: list[Row]) -> Task:
        fields: dict[str, object] = {}
        description: list[Row] = []
        criteria: list[Criterion] = []
        at = 0
        in_keys, seen_key = True, False
        while at < len(body):
            row = body[at]
            if row.blank:
                if not in_keys:
                    description.append(row)
                at += 1
                continue
            done = self._done_when_at(row, in_keys)
            if done is not None:
                end = self._read_done_when(row, done, body, at + 1, criteria, task.id)
                in_keys = in_keys and done.bullet
                at = end
                continue
            entry = _entry(row, TASK_KEYS)
            if in_keys:
                if row.hidden == "comment" or RULE.match(row.text):
                    at += 1
                    continue
                tight = at == 0 or not body[at - 1].blank or not seen_key
                if entry is not None and self._belongs_to_keys(entry, tight):
                    end = _value_end(body, at)
                    self._set(fields, entry, body[at + 1 : end], TASK_KEYS, task.id)
                    seen_key = True
                    at = end
                    continue
                in_keys = False
            if entry is not None and entry.norm in TASK_KEYS and row.indent < 2:
                if not seen_key and (at == 0 or body[at - 1].blank):
                    # The description came first and the keys below it.
                    in_keys = True
                    continue
                self.problem(
                    "late-key",
                    f"{task.id}: `{entry.name}` stands in the description",
                    "move it up to the other keys under the task's heading, or word it differently",
                    row.number,
                    task.id,
                )
            self._check_inner_heading(row, task.id)
            description.append(row)
            at += 1
        return replace(
            task,
            depends_on=_commands(fields, "depends_on"),
            files=_commands(fields, "files"),
            also=_commands(fields, "also"),
            verify=_commands(fields, "verify"),
            agent=cast(str, fields.get("agent") or DEFAULT_AGENT),
            complexity=cast("int | None", fields.get("complexity")),
            new_tests=fields.get("new_tests") is not False,
            plan_first=fields.get("plan_first") is True,
            description=_text(_unruled(description)),
            done_when=tuple(criteria),
        )

    def _belongs_to_keys(self, entry: _Entry, tight: bool) -> bool:
        """Among a task's keys: a known key always; an unknown one where the list of keys stands, or nearly a
        key."""
        if entry.norm in TASK_KEYS:
            return entry.row.indent < 4
        if len(entry.norm.split()) > 3 and not nearest(entry.norm, tuple(TASK_KEYS)):
            return False
        if tight and entry.bullet:
            return True
        close = nearest(entry.norm, tuple(TASK_KEYS))
        return close is not None and _likeness(entry.norm, close) >= 0.8

    def _check_inner_heading(self, row: Row, task: str) -> None:
        head = _heading(row)
        if head is None:
            return
        if _STRAY.match(_unboxed(head[1])):
            self.problem(
                "task-level",
                f"`{_short(head[1])}` looks like a task and stands inside {task}",
                "give all tasks headings of one level: `### T1: <title>`",
                row.number,
                task,
            )
        elif " ".join(head[1].rstrip(":： ").casefold().split()) in TASK_KEYS:
            key = TASK_KEYS[" ".join(head[1].rstrip(":： ").casefold().split())].name
            self.problem(
                "key-as-heading",
                f"{task}: `{key}` is a key, not a heading",
                f"write `- {key}: …` directly under the task's heading",
                row.number,
                task,
            )

    def _done_when_at(self, row: Row, in_keys: bool) -> _Entry | None:
        """The line that begins the criteria: a heading, a bold line, or a bullet among the keys."""
        if row.hidden:
            return None
        head = _heading(row)
        if head is not None:
            text = head[1].strip("*_ ").rstrip(":： ").strip("*_ ")
            return _Entry(row, text, "", False, False) if _norm(text) == _DONE_WHEN else None
        if "one when" not in row.text[:40].casefold() or row.indent > 1:
            return None
        entry = _entry(row, TASK_KEYS)
        if entry is None or entry.norm != _DONE_WHEN:
            return None
        if entry.bullet and not in_keys:
            return None
        return entry if entry.bullet or entry.marked or not entry.value else None

    def _read_done_when(
        self, row: Row, entry: _Entry, body: list[Row], at: int, criteria: list[Criterion], task: str
    ) -> int:
        """Reads the criteria from `at` on; gives the position of the first line that is none of them."""
        self.lines.setdefault((task, "done_when"), row.number)
        items, at = _items(body, at, row.indent if entry.bullet else -1)
        if entry.value:
            items.insert(0, (row.number, entry.value))
        if not items:
            self.problem(
                "empty-criterion",
                f"{task}: nothing stands under `Done when`",
                "write `- <what must hold>` below it, or take the heading out",
                row.number,
                task,
            )
        for line, text in items:
            bare = _BY_HAND.sub("", text).strip()
            if not bare or not bare.strip(".…-–—_*"):
                self.problem(
                    "empty-criterion",
                    f"{task}: a criterion is empty",
                    "write what must hold, or take the bullet out",
                    line,
                    task,
                )
            else:
                criteria.append(Criterion(bare, bare != text))
        return at

    # -- keys ---------------------------------------------------------------------------------------

    def _set(
        self,
        fields: dict[str, object],
        entry: _Entry,
        rows: list[Row],
        known: dict[str, Key],
        task: str | None,
    ) -> None:
        """Reads one key into `fields`, or tells why it cannot be."""
        line = entry.row.number
        who = f"{task}: " if task else ""
        key = known.get(entry.norm)
        if key is None:
            other = PLAN_KEYS if known is TASK_KEYS else TASK_KEYS
            near = nearest(entry.norm, tuple(k.name for k in known.values()))
            if near:
                mend = f"did you mean `{near}`?"
            elif entry.norm in other:
                place = "below the plan's title" if known is TASK_KEYS else "under a task's heading"
                mend = f"`{other[entry.norm].name}` stands {place}"
            else:
                mend = "the keys are " + ", ".join(f"`{k.name}`" for k in known.values())
                mend += (
                    "; a bullet of the description needs a line of prose before it"
                    if task
                    else ("; free text goes under `## Context`")
                )
            self.problem("unknown-key", f"{who}`{entry.name}` is no key", mend, line, task)
            return
        if key.field in fields and not key.repeatable:
            first = self.lines.get((task or "", key.field))
            self.problem(
                "repeated-key",
                f"{who}`{key.name}` is given twice (first on line {first})",
                "keep one, with all values in it",
                line,
                task,
            )
            return
        self.lines.setdefault((task or "", key.field), line)
        if sum(len(row.text) for row in rows) > MAX_VALUE:
            self.problem("bad-value", f"{who}`{key.name}` is too long", "shorten it", line, task)
            return
        parts = values.pieces(line, entry.value, rows)
        if not parts and not key.may_be_empty:
            self.problem(
                "empty-value",
                f"{who}`{key.name}` has no value",
                "give it one, or take the line out",
                line,
                task,
            )
            return
        try:
            value = key.read(parts)
        except Unreadable as why:
            self.problem("bad-value", f"{who}`{key.name}`: {why.what}", why.mend, why.line or line, task)
            fields.setdefault(key.field, None)
            return
        if key.read is values.commands:
            self._warn_of_prose(key, parts, line, task)
            value = [*_commands(fields, key.field), *cast("list[str]", value)]
        fields[key.field] = value

    def _warn_of_prose(self, key: Key, parts: list[Piece], line: int, task: str | None) -> None:
        for part in parts:
            # No program begins with a capital and is followed by words alone: this is a sentence.
            if (
                not part.script
                and "`" not in part.text
                and re.fullmatch(r"[A-Z][a-z]+(?: [A-Za-z,']+){2,}\.?", part.text)
            ):
                self.problem(
                    "prose-command",
                    f"`{key.name}: {_short(part.text)}` reads as a sentence and will be run as a command",
                    "write the command that shows it; what a person must see goes under `Done when`",
                    line,
                    task,
                    level="warning",
                )

    def _resolve_dependencies(self) -> None:
        """`task 2`, `2` and `t2` mean T2 where that is a task."""
        names = {task.id: task.id for task in self.tasks}
        for task in self.tasks:
            names.setdefault(task.id.casefold(), task.id)

        def real(name: str) -> str:
            return (
                names.get(name) or names.get(_task_id(name).casefold()) or names.get(name.casefold()) or name
            )

        self.tasks = [
            replace(task, depends_on=tuple(dict.fromkeys(real(name) for name in task.depends_on)))
            if task.depends_on
            else task
            for task in self.tasks
        ]


# -- small readings of a line -----------------------------------------------------------------------


def _heading(row: Row) -> tuple[int, str] | None:
    """Level and text of a visible heading."""
    if row.hidden or "#" not in row.text[:4]:
        return None
    found = HEADING.match(row.text) or _TIGHT_HEADING.match(row.text)
    if not found:
        return None
    text = (found[2] or "").strip()
    closing = text.rstrip("#")
    # Closing marks of a heading stand behind a space; `C#` does not.
    if closing != text and (not closing or closing[-1] in " \t"):
        text = closing.strip()
    return len(found[1]), text


def _is_tasks(text: str) -> bool:
    return len(text) < 80 and _TASKS_SECTION.fullmatch(text.strip("*_ ")) is not None


def _is_sure(text: str) -> bool:
    found = _SURE.fullmatch(_unboxed(text))
    return found is not None and (not found[1][0].isdigit() or re.match(r"\d+[a-z]?[:：]", text) is not None)


def _unboxed(text: str) -> str:
    """A heading's text without a tick box and without bold marks around the whole of it."""
    text = _BOX.sub("", text)
    for mark in ("**", "__"):
        if text.startswith(mark) and text.endswith(mark) and text.count(mark) == 2:
            text = text[2:-2].strip()
    return text


def _task_id(name: str) -> str:
    """`Task 3`, `3` and `T3` are T3."""
    bare = re.sub(r"^task\s+", "", name.strip(), flags=re.IGNORECASE)
    return f"T{bare}" if bare[:1].isdigit() else bare


def _norm(text: str) -> str:
    return " ".join(text.casefold().split())


def _likeness(a: str, b: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, a.casefold(), b.casefold()).ratio()


def _is_key_like(entry: _Entry, known: dict[str, Key]) -> bool:
    """Whether a line below the title is meant as a key: few words, or nearly one that is known."""
    return len(entry.norm.split()) <= 3 or nearest(entry.norm, tuple(known)) is not None


def _known_key(row: Row) -> bool:
    entry = _entry(row, TASK_KEYS)
    return entry is not None and entry.norm in TASK_KEYS


def _value_end(body: list[Row], at: int) -> int:
    """Where a task's key ends: below it belongs what is indented further, and what an ending comma
    announces."""
    base = body[at].indent
    bullet = _BULLET.match(body[at].text) is not None
    bare = _is_bare(body[at])
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
            if not (row.indent > base + 1 or inside or (bare and not bullet)):
                break
            end += 1
        elif row.hidden == "comment":
            break
        elif (
            row.indent > base + 1
            or (
                body[end - 1].text.rstrip().endswith(",")
                and _heading(row) is None
                and _entry(row, TASK_KEYS) is None
            )
            or (bare and not bullet and _BULLET.match(row.text) and _entry(row, TASK_KEYS) is None)
        ):
            end += 1
        else:
            break
    return end


def _is_bare(row: Row) -> bool:
    entry = _entry(row, TASK_KEYS)
    return entry is not None and not entry.value


def _items(body: list[Row], at: int, outer: int) -> tuple[list[tuple[int, str]], int]:
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
        if _heading(row) is not None or RULE.match(row.text):
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
                if _heading(body[end]) is not None:
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
    return [(line, _joined(texts)) for line, texts in items], at


def _joined(texts: list[str]) -> str:
    """A bullet's first line and those that go on with it, without their common margin."""
    rest = texts[1:]
    margin = min((len(t) - len(t.lstrip()) for t in rest if t.strip()), default=0)
    return "\n".join([texts[0], *(t[margin:].rstrip() for t in rest)]).strip()


def _unruled(rows: list[Row]) -> list[Row]:
    """Without blank lines and rules at both ends."""

    def empty(row: Row) -> bool:
        return row.blank or (not row.hidden and RULE.match(row.text) is not None)

    start, end = 0, len(rows)
    while start < end and empty(rows[start]):
        start += 1
    while end > start and empty(rows[end - 1]):
        end -= 1
    return rows[start:end]


def _text(rows: list[Row]) -> str:
    return "\n".join(row.text for row in rows).strip("\n")


def _commands(fields: dict[str, object], name: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", fields.get(name) or ()))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
