"""The documentation says what is there: links lead somewhere, commands and files exist, quoted messages are the product's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from planweir.cli.main import task_planner
from planweir.gate.commands import LIMIT
from planweir.hooked.typed import READS
from planweir.places import Places
from planweir.plan.check import check
from planweir.plan.reader import read_text
from planweir.verbs.complete import WAIT
from planweir.verbs.ending import OURS
from planweir.verbs.words import VERBS, split

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder, pattern in (("", "*.md"), ("docs", "*.md"), ("skills", "*/*.md"), ("agents", "*.md"), ("examples", "*/*.md"))
    for path in (ROOT / folder).glob(pattern)
)
_GROUP = click.Context(task_planner)
COMMANDS = set(task_planner.list_commands(_GROUP))
SHOWN = sorted(name for name in COMMANDS if not getattr(task_planner.get_command(_GROUP, name), "hidden", True))
TYPED = {*VERBS, *READS, "resume", "help"}
GAP = "\0"  # where a message holds what differs
SHORTEST = 5  # letters of a fragment that is worth looking for


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def code(page: str) -> Iterator[str]:
    """What stands in backticks, and the lines of code fences."""
    words = text(page)
    fences = re.findall(r"^([ ]*)(`{3,})[^\n]*\n(.*?)^\1\2[ ]*$", words, re.MULTILINE | re.DOTALL)
    for _indent, _marks, body in fences:
        yield from body.splitlines()
    rest = re.sub(r"^([ ]*)(`{3,})[^\n]*\n.*?^\1\2[ ]*$", "", words, flags=re.MULTILINE | re.DOTALL)
    yield from (re.sub(r"\s*\n\s*", " ", span) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", rest))


def anchors(page: str) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text(page), re.MULTILINE):
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        whole = (ROOT / page).parent / path if path else ROOT / page
        assert whole.exists(), target
        if anchor:
            assert anchor in anchors(whole.resolve().relative_to(ROOT).as_posix()), target


def test_the_index_names_every_page() -> None:
    index = text("docs/README.md")
    for page in PAGES:
        if page.startswith("docs/") and page != "docs/README.md":
            assert f"]({page.removeprefix('docs/')})" in index, page


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("CHANGELOG")])
def test_every_typed_verb_that_is_named_exists(page: str) -> None:
    for line in code(page):
        for dashes, verb in re.findall(r"(?<![\w}])/task-planner (--)?([a-z]+)", line):
            assert verb in TYPED, (line, dashes + verb)


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("CHANGELOG")])
def test_every_command_that_is_named_exists(page: str) -> None:
    for line in code(page):
        for verb in re.findall(r"(?<![/\w-])(?:bin/)?task-planner ([a-z_](?:[a-z_-]*[a-z])?)", line):
            assert verb in COMMANDS, line


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_ours_that_is_named_exists(page: str) -> None:
    for line in code(page):
        for path in re.findall(r"(?<![\w/.$}-])((?:scripts|hooks|tests|bin|examples|docs|benchmarks)/[\w./-]*\w)", line):
            if path.startswith("docs/") and not path.endswith(".md"):
                continue
            if page.startswith(("docs/plan-format", "skills/", "agents/", "examples/")) or not _ours(path):
                continue
            assert (ROOT / path).exists(), path


# Paths of somebody's project that the pages use as examples.
THEIRS = re.compile(r"docs/plan\.md|docs/plans/.*|docs/login\.md|docs/api\.json|tests/test_(?!demo)\w*\.py|tests/login/.*")


def _ours(path: str) -> bool:
    return THEIRS.fullmatch(path) is None


@cache
def messages() -> list[str]:
    """Every text of the product: string constants, with a gap where an f-string puts a value in; and the shell's."""
    found = [(ROOT / path).read_text("utf-8") for path in ("hooks/launch", "bin/task-planner")]
    for path in (ROOT / "scripts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def quotes() -> list[str]:
    """What docs/recovery.md and docs/sandbox.md say that a person sees, in the product's words."""
    found = []
    for page in ("docs/recovery.md", "docs/sandbox.md", "docs/ci.md"):
        for block in re.findall(r"^- You see.*?: (.*?)(?=^- |^#|^\n)", text(page), re.MULTILINE | re.DOTALL):
            found += [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", block)]
    return found


# What a person sees there is the client's, a file's name, or typed by themselves.
NOT_OURS = re.compile(r"/task-planner .*|\.claude/.*|\[!\]|lost|No space left on device")


@pytest.mark.parametrize("quote", [quote for quote in quotes() if not NOT_OURS.fullmatch(quote)])
def test_quoted_messages_are_the_products_own(quote: str) -> None:
    texts = messages()
    for fragment in re.split(r"…", quote):
        words = fragment.strip(" .,:;()[]")
        if len(words) >= SHORTEST:
            assert any(words in told for told in texts), words


def test_there_are_quotes_to_hold_the_pages_to() -> None:
    assert len(quotes()) > 40


@pytest.mark.parametrize("name", OURS)
def test_every_file_that_a_plan_keeps_is_told_about(name: str) -> None:
    assert f"{name}`" in text("docs/storage.md") or f"{name}/" in text("docs/storage.md")


INSIDE = "PLANWEIR_JOB_LOCK"  # between a job and its work


def test_every_variable_that_is_read_is_told_about() -> None:
    read = {name for told in messages() for name in re.findall(r"PLANWEIR_[A-Z_]+", told)} - {INSIDE}
    assert {name for name in read if f"`{name}`" not in text("docs/storage.md")} == set()
    assert f"`PLANWEIR_COMMAND_LIMIT` | seconds after which the gate gives one command up ({LIMIT:.0f})" in text("docs/storage.md")
    assert f"lets it run on ({WAIT:.0f})" in text("docs/storage.md")


PAGES_OF_LINES = ("docs/recovery.md", "docs/commands.md", "docs/rules.md", "docs/doctor.md", "docs/ci.md")


def typed_lines() -> list[tuple[str, list[str]]]:
    """Verb and words of every line with arguments that a page has a person type."""
    found = []
    for page in PAGES_OF_LINES:
        for line in code(page):
            match = re.match(r"(?:/)?task-planner ([a-z]+) ([^\s#].*?)(?:   .*|  +#.*)?$", line.strip())
            if match is not None and match[1] in VERBS:
                found.append((match[1], split(match[2])))
    return found


@pytest.mark.parametrize(("verb", "words"), typed_lines(), ids=lambda value: value if isinstance(value, str) else " ".join(value))
def test_a_line_to_type_has_the_words_that_its_verb_takes(tmp_path: Path, verb: str, words: list[str]) -> None:
    answer = VERBS[verb](Places(str(tmp_path / "home"), str(tmp_path)), words)  # raises BadWords
    assert answer.text.startswith("no plan is open here")


def test_the_readmes_plan_is_a_good_one() -> None:
    found = re.search(r"^```markdown\n(.*?)^```$", text("README.md"), re.MULTILINE | re.DOTALL)
    assert found is not None
    reading = read_text(found[1])
    assert reading.plan is not None
    assert [*reading.problems, *check(reading.plan)] == []


ROWS = text("docs/commands.md")


@pytest.mark.parametrize("verb", sorted({*VERBS, *READS}))
def test_every_typed_verb_has_its_row(verb: str) -> None:
    assert re.search(rf"^\| `/task-planner (--)?{verb}\b", ROWS, re.MULTILINE)


@pytest.mark.parametrize("command", SHOWN)
def test_every_command_has_its_place(command: str) -> None:
    assert re.search(rf"^\|.*`(task-planner )?{command}\b", ROWS.partition("## On a command line")[2], re.MULTILINE)
