"""What holds for every text: the scan never raises, keeps to its time, and reads quoted words as they are."""

from __future__ import annotations

import gc
import shlex
import string
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planweir.shell.scan import Scan, scan

PIECES = st.sampled_from(
    [
        "$(", ")", "`", '"', "'", "$'", "\\", "{", "}", "{a,b}", "(", ")", "((", "))", "[[", "]]", ";",
        "&", "&&", "||", "|", "|&", ">", ">>", ">|", "<>", "<", "<<", "<<-", "<<<", "EOF", "\n", "if",
        "then", "fi\n", "", "", "", "for", "in", "do", "done\n", "", "", "", "case", "esac", ";;",
        "while", "until", "function", "f()", "echo", "rm", "cat", "a", "b", "$x", "${x}", "${x:-",
        "${x#", "${!x}", "$((1))", "~", "*", "?", "[a]", "#", "!", "time\n", "", "", "", "eval",
        "exec\n", "", "", "", "bash", "-c", "sh", "find", "-exec", "\\;", "-delete", "xargs", "sed",
        "-i", "s/a/b/", "awk", "git", "stash", "cd", "..", "/", "/tmp", "x=1", "x=", "{fd}>", "2>&1",
        "&>", ">(\n", "", "", "", "<(", "coproc\n", "", "", "", "\x00", "é", "\ue000", "\t", "\r", "[[",
        "=~", "python", "-c",
    ]
)


@given(
    st.lists(PIECES, max_size=30).map(" ".join)
    | st.lists(PIECES, max_size=30).map("".join)
    | st.text(max_size=200)
)
@settings(max_examples=400, deadline=None)
def test_scan_never_raises_whatever_the_text(text: str) -> None:
    found = scan(text, "/nowhere", env={})
    assert found.readable or found.why


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs", "Co"))), min_size=1))
@settings(max_examples=200, deadline=None)
def test_a_quoted_word_is_read_as_it_is(words: list[str]) -> None:
    found = scan("echo " + " ".join(shlex.quote(one) for one in words), "/nowhere", env={})
    assert found.readable, found.why
    assert found.programs[0].argv == ["echo", *words]
    assert found.writes == []


@given(
    st.text(string.ascii_letters + " \"'$`\\{}*;&|<>()#~!\n", max_size=40).filter(lambda one: one.strip("\n"))
)
@settings(max_examples=200, deadline=None)
def test_nested_shells_see_the_same_words(text: str) -> None:
    inner = "echo " + shlex.quote(text)
    outer = "bash -c " + shlex.quote("sh -c " + shlex.quote(inner))
    found = scan(outer, "/nowhere", env={})
    assert found.readable, found.why
    assert found.programs[-1].argv == ["echo", text]


SLOW = {
    "braces": "echo " + "{a,b}" * 20,
    "range": "echo {1..99999999}",
    "doubling": "x=aa\n" + "x=$x$x\n" * 60,
    "words": "echo " + "'a'" * 33_000,
    "escapes": "echo " + "\\a" * 50_000,
    "substitutions": "echo " + "$(echo a)" * 11_000,
    "open substitutions": "echo " + "$(" * 40_000,
    "sums": "echo " + "$((" * 30_000,
    "parentheses": "(" * 100_000,
    "here-documents": "cat " + "<<E " * 5_000 + "\n" + "x\nE\n" * 5_000,
    "here-document": "cat <<E\n" + "a $x `b` $(c)\n" * 7_000 + "E\n",
    "commands": "ls a\n" * 20_000,
    "loops": "for i in a b c d e f g h; do " * 12 + "echo $i;" + "done;" * 12,
    "functions": "".join(f"f{i}(){{ f{i + 1};f{i + 1}; }};" for i in range(30)) + "f0",
    "trimming": "x=" + "a" * 1_900 + "; echo ${x%%*a*a*a*a*b}",
    "patterns": "ls /*/*/*/*/*",
    "sed": "sed '" + "s/a/b/;" * 14_000 + "'",
    "evals": "eval " * 3_000 + "ls",
    "removals": "rm " + " ".join(f"a{i}/../b" for i in range(8_000)),
    "awk": "awk '" + 'print "' * 12_000 + "'",
}


def best(command: str, deadline: float | None = None) -> tuple[Scan, float]:
    """The scan, and the processor seconds of the quickest of three, without the garbage that other tests left."""
    spent = []
    gc.disable()
    try:
        for _ in range(3):
            begin = process_time()
            found = scan(command, "/tmp", env={}, deadline=deadline)
            spent.append(process_time() - begin)
    finally:
        gc.enable()
    return found, min(spent)


@pytest.mark.parametrize("name", SLOW)
def test_a_dear_command_does_not_buy_time(name: str) -> None:
    scan("ls", "/tmp")  # what is imported at the first call is not counted
    found, spent = best(SLOW[name], deadline=0.05)
    assert spent < 0.15, f"{spent:.3f} s, {found.why}"  # the limit is 0.05 s of a machine with nothing else to do


def test_what_costs_too_much_is_unreadable_and_says_so() -> None:
    found = scan("echo " + "'a'" * 60_000, "/tmp", env={}, deadline=0.001)
    assert not found.readable
    assert found.why == "reading it took too long"


def test_a_command_beyond_the_size_limit_is_unreadable() -> None:
    assert scan("echo " + "a" * 500_000, "/tmp").why == "it is too long"


@pytest.mark.parametrize("command", ["ls /u*/b*/a* " * 5_000, "x=aaaa; echo " + "${x##*a*b}" * 9_000, "git status; " * 8_000])
def test_what_is_given_up_as_too_dear_may_write_anything(command: str) -> None:
    found, spent = best(command)
    assert spent < 0.15  # about 0.045 s on a machine with nothing else to do
    assert not found.readable
    assert found.writes[-1].certainty == "opaque"


def test_what_no_shell_would_run_writes_nothing() -> None:
    found = scan("echo 'never closed", "/tmp", env={})
    assert not found.readable
    assert found.writes == []
