"""What a fresh pair of eyes tried: texts that a shell expands later, programs in other programs' words, options cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from planweir.shell.scan import scan


def written(command: str, cwd: Path) -> list[str]:
    """The names below `cwd` that are surely written."""
    found = scan(command, str(cwd))
    assert found.readable, found.why
    return [one.path.removeprefix(f"{cwd}/") for one in found.writes if one.path and one.sure]


WRITES = [
    # expanded once more
    "x='a[$(rm f)]'; echo $((x))",
    "x='a[$(rm f)]'; (( x ))",
    "[[ -v 'a[$(rm f)]' ]]",
    "i='a[$(rm f)0]'; [[ $i -eq 0 ]]",
    "test -v 'a[$(rm f)]'",
    "printf -v 'a[$(rm f)0]' x",
    "x='$(rm f)'; echo \"${x@P}\"",
    "a=(1); echo \"${a[$(rm f; echo 0)]}\"",
    "x='a[$(rm f)]'; y=${z:x}",
    "PS4='$(rm f)'; set -x; true",
    # run by the shell itself
    "echo 'rm f' > e; export BASH_ENV=e; bash -c true",
    "echo 'rm f' > e; ENV=e sh -i",
    "echo 'rm f' > e; bash --rcfile e -ic true",
    "PROMPT_COMMAND='rm f' bash -i",
    "command_not_found_handle() { rm f; }; nosuch",
    "g() { rm f; }; export -f g; bash -c g",
    "set -a; g() { rm f; }; bash -c g",
    "hash -p /bin/rm ls; ls f",
    "compgen -C 'rm f' x",
    "mapfile -C 'rm f;:' -c1 a < list",
    # in other programs' words
    "awk 'BEGIN{system(\"rm f\")}'",
    "awk 'BEGIN{\"rm f\" | getline}'",
    "awk '{print | \"tee f\"}' x",
    "awk -v n=f '{print > n}' x",
    "awk 'BEGIN{n=\"f\"; print 1 > n}'",
    "awk '{print > FILENAME}' f",
    "awk '{print > ARGV[2]}' x f",
    "awk '{print > \"\" \"f\"}' x",
    "echo 'w f' > s; sed -n -f s x",
    "cmake -E copy x f",
    "cmake -E rm f",
    "cmake -E env A=1 rm f",
    "python3 -m zipfile -c f x",
    "python3 -m tarfile -c f x",
    "sqlite3 :memory: \"attach 'f' as x; create table x.t(a)\"",
    "git interpret-trailers --in-place --trailer a=b f",
    # turned around on the way
    "echo cm0gZg== | base64 -d | sh",
    "eval \"$(base64 -d <<< cm0gZg==)\"",
    "echo 'f mr' | rev | sh",
    "echo 726d2066 | xxd -r -p | sh",
    "echo 'RM F' | tr A-Z a-z | sh",
    # options cut short, another spelling of a place
    "shuf --out=f x",
    "sort --ou f x",
    "sed --in-pl s/a/b/ f",
    "rm /proc/$$/cwd/f",
    "ln -s sub/deep l; rm l/../../f",
]


@pytest.mark.parametrize("command", WRITES)
def test_it_is_known_that_the_file_is_written(command: str, tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    assert any(one.rpartition("/")[2] == "f" for one in written(command, tmp_path)), scan(command, str(tmp_path)).writes


@pytest.mark.parametrize(
    "command",
    [
        "x=1; echo $((x + 1))",
        "printf '[%s]' '$(rm f)'",
        "awk '{print $1 | \"sort -u\"}' x",
        "awk 'BEGIN{system(\"ls\")}'",
        "awk '{print > \"/dev/stderr\"}' x",
        "cmake -E cat f",
        "python3 -m zipfile -l f",
        "python3 -m pydoc json",
        "sqlite3 :memory: \"attach 'f' as x; select 1\"",
        "git interpret-trailers --trailer a=b f",
        "echo aGVsbG8= | base64 -d",
        "hash -r",
        "ls @(a|f)",
        "sort --unique f",
    ],
)
def test_what_only_reads_writes_nothing(command: str, tmp_path: Path) -> None:
    assert written(command, tmp_path) == []


def test_grep_is_looked_up_so_that_only_what_it_finds_is_written(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("one\n")
    (tmp_path / "src" / "b.py").write_text("two\n")
    for search in ("grep -rl one src", "grep -rlE 'o(ne|ff)' src", "grep -rl 'o[n]*e' src"):
        found = written(f"{search} | xargs sed -i s/o/x/", tmp_path)
        assert found in (["src/a.py"], []), search
    assert written("grep -rl one src | xargs sed -i s/o/x/", tmp_path) == ["src/a.py"]


def test_a_test_that_narrows_a_search_leaves_its_names(tmp_path: Path) -> None:
    found = scan("find . -name '*.pyc' -not -path './.git/*' -delete", str(tmp_path))
    assert [one.pattern for one in found.writes] == [("*.pyc",)]
    found = scan("find . -path ./.git -prune -o -name '*.pyc' -type f -delete", str(tmp_path))
    assert [one.pattern for one in found.writes] == [("*.pyc",)]


def test_an_extended_pattern_names_what_it_may_mean(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    assert "f" in written("shopt -s extglob\nrm ?(x)f", tmp_path)
    assert written("bash -O extglob -c 'rm @(f|g)'", tmp_path) == ["f", "g"]
