"""What `sh` may do with a text that bash would read otherwise: its own words are no words of dash's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from planweir.shell.scan import POSSIBLE, Scan, scan

# A text, and the files that dash opens or takes away where bash does not.
TEXTS = (
    ("[[ a > f ]]", "f"),
    ("[[ -f x > f ]]", "f"),
    ("if [[ b > f ]]; then :; fi", "f"),
    ("[[ a || rm -f old ]]", "old"),
    ("x=`[[ a > f ]]`", "f"),
    ("(( 1 > f ))", "f"),
    ("echo $[1>f ]", "f"),
    ("echo > $'f\\x33'", "$f\\x33"),
    ('echo > $"f"', "$f"),
    ("echo > {f,g}", "{f,g}"),
    ("function g {\necho > f\n}", "f"),
    ("echo a &> f", "f"),
)


def run(command: str, root: Path) -> Scan:
    return scan(command, str(root), {})


def possible(found: Scan, root: Path) -> set[str]:
    return {one.path.removeprefix(f"{root}/") for one in found.writes if one.path and one.certainty == POSSIBLE}


def everything(found: Scan, root: Path) -> set[str]:
    return {one.path.removeprefix(f"{root}/") for one in found.writes if one.path}


@pytest.mark.parametrize(("text", "file"), TEXTS)
def test_what_sh_may_open_is_noted(text: str, file: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(text)
    found = run("sh < x", tmp_path)
    assert file in everything(found, tmp_path)


@pytest.mark.skipif(shutil.which("dash") is None, reason="there is no dash here")
@pytest.mark.parametrize(("text", "file"), TEXTS)
def test_dash_does_so_indeed(text: str, file: str, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("")
    subprocess.run(["dash", "-c", text], cwd=tmp_path, capture_output=True, check=False)
    assert (tmp_path / file).exists() != (file == "old")


@pytest.mark.parametrize("shell", ["sh", "dash", "ash", "busybox sh", "/bin/sh", "env sh", "echo a | xargs sh"])
def test_each_shell_that_may_know_no_double_bracket_is_read_so(shell: str, tmp_path: Path) -> None:
    assert possible(run(f"{shell} -c '[[ a > docs/plan.md ]]'", tmp_path), tmp_path) == {"docs/plan.md"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "ksh", "eval"])
def test_a_shell_that_knows_it_writes_nothing(shell: str, tmp_path: Path) -> None:
    flag = "" if shell == "eval" else "-c "
    assert run(f"{shell} {flag}'[[ a > docs/plan.md ]]'", tmp_path).writes == []


@pytest.mark.parametrize(
    "text",
    [
        "[[ -f x ]] && echo y",
        "[[ $a == b && -n $c ]] || echo z",
        "(( i + 3 ))",
        "echo $'a' {b,c}",
        "select x in a; do :; done",
        "echo $((1 > 2))",
        "for x in {1..3}; do echo $x; done",
        "function g { echo a; }; g",
    ],
)
def test_bash_words_that_open_no_file_write_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(text)
    found = run("sh < x", tmp_path)
    assert found.readable
    assert found.writes == []


def test_what_both_readings_find_is_noted_once_and_stays_certain(tmp_path: Path) -> None:
    found = run("sh -c '[[ -f x ]] && rm y'", tmp_path)
    assert [(one.path, one.certainty) for one in found.writes] == [(str(tmp_path / "y"), "certain")]
    assert [one.name for one in found.programs] == ["sh", "rm"]


def test_a_known_program_behind_a_double_bracket_is_told_and_an_operand_is_none(tmp_path: Path) -> None:
    found = run("sh -c '[[ a || git push ]]; [[ b || c ]]'", tmp_path)
    assert [(one.name, one.maybe) for one in found.programs] == [("sh", False), ("git", True)]


@pytest.mark.parametrize(
    ("shell", "header", "noted"),
    [
        ("sh", "", True),
        ("sh", "#!/bin/bash", True),
        ("", "#!/bin/sh", True),
        ("", "#!/usr/bin/env sh", True),
        ("", "#!/bin/bash", False),
        ("bash", "#!/bin/sh", False),
        (".", "#!/bin/sh", False),
        ("bash", "", False),
    ],
)
def test_a_script_is_read_so_where_it_is_given_to_sh_or_asks_for_it(
    shell: str, header: str, noted: bool, tmp_path: Path
) -> None:
    (tmp_path / "x.sh").write_text(f"{header}\n[[ a > docs/plan.md ]]\n")
    program = run(f"{shell} ./x.sh", tmp_path).programs[-1]
    assert program.script is not None
    assert possible(program.script, tmp_path) == ({"docs/plan.md"} if noted else set())


def test_a_broken_text_inside_does_not_hide_what_follows(tmp_path: Path) -> None:
    found = run("sh -c '[[ a > f ]]; echo {a,b}'; rm y", tmp_path)
    assert everything(found, tmp_path) == {"f", "y"}
