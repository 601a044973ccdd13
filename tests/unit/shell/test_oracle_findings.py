"""What bash was seen to do under the recorder (tests/oracle) that the analysis did not foretell, one line a finding."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from planweir.shell.scan import scan

# command -> paths that are written for certain or possibly, seen from a folder with d/e, a.txt and a link dl to d/e
FOUND = {
    "false && cd d; cd dl; echo > x": {"dl/x", "d/dl/x"},
    "false && cd d; touch n$RANDOM.x; cp a.txt d": {"d/a.txt", "d/d"},
    "cd nowhere || echo > x": {"x"},
    "cd d || exit; echo > x": {"d/x"},
    "cd dl; cd ..; echo > x": {"x"},
    "pushd d; popd; echo > x": {"x"},
    "pushd -n d; echo > x": {"x"},
    "HOME=$PWD/d cd; echo > x": {"d/x"},
    "cd d/e; OLDPWD=$PWD; cd -; echo > x": {"d/e/x"},
    "while cd e || cd d; do :; done; echo > $PWD/x": set(),
    "case a in a) cd d;& b) echo > x;; esac": {"d/x"},
    "rmdir s; cd s; echo > x": {"x"},
    "x=v bash -c 'echo > $x'": {"v"},
    "env x=v bash -c 'echo > $x'": {"v"},
    "x=v; bash -c 'echo > ${x:-w}'": {"w"},
    "export x=v; bash -c 'echo > $x'": {"v"},
    "declare -n r=x; x=v; echo > $r": {"v"},
    "x='a b'; f() { local v=$1; echo > \"$v\"; }; f \"$x\"": {"a b"},
    "a=(p); a+=(q r); echo > ${a[2]}": {"r"},
    "a=(p q r); touch ${a[@]:1:1}": {"q"},
    "a=(p q); touch ${a[@]/%/.z}": {"p.z", "q.z"},
    "x=ab/c; echo > ${x/b\\/c/z}": {"az"},
    "x='a*'; echo > ${x%\\*}": {"a"},
    "x='a*b'; echo > \"${x%'*'b}\"": {"a"},
    "x=QQa; echo > ${x/#QQ/}": {"a"},
    "echo > \"${x:=\\v}\"": {"\\v"},
    "set -- p q; shift; echo > $1": {"q"},
    "cp a.txt {n,}": {"n"},
    "touch [[:lower:]].txt": {"a.txt"},
    "f() { echo; } > $1; f v": {"v"},
    "echo >& '$(touch v)'": {"v"},
    "V=v; echo >& '$V'": {"v"},
    "chmod -x a.txt": {"a.txt"},
    "chmod --reference=a.txt v": {"v"},
    "zip v d": {"v.zip"},
    "sed --in-place=.o p a.txt": {"a.txt", "a.txt.o"},
    "sed -Ei.o p a.txt": {"a.txt", "a.txt.o"},
    "cp --parents d/e/f s": {"s/d/e/f"},
}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "d/e").mkdir(parents=True)
    (tmp_path / "s").mkdir()
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "dl").symlink_to("d/e")
    return tmp_path


@pytest.mark.parametrize("command", FOUND)
def test_what_bash_was_seen_to_write_is_foretold(command: str, world: Path) -> None:
    found = scan(command, str(world), env={"HOME": "/home/h", "PWD": str(world)})
    assert found.readable, found.why
    paths = {one.path for one in found.writes}
    assert {f"{world}/{one}" for one in FOUND[command]} <= paths, found.writes
    if not FOUND[command]:
        assert any(one.path is None and one.within is None for one in found.writes), found.writes


@pytest.mark.parametrize(
    ("command", "folder", "pattern"),
    [
        ("cp -b a.txt d/v", "d", "v*"),
        ("mv --backup=numbered a.txt v", "", "v*"),
        ("mktemp v.XXXX", "", None),
        ("mktemp -p d", "d", None),
        ("patch a.txt v.diff", "", "a.txt*"),
    ],
)
def test_a_name_that_the_program_chooses_is_known_by_its_folder(
    command: str, folder: str, pattern: str | None, world: Path
) -> None:
    found = scan(command, str(world), env={})
    where = f"{world}/{folder}".rstrip("/")
    assert any(one.within == where and one.pattern == (pattern and (pattern,)) for one in found.writes), found.writes


def test_braces_that_are_never_closed_do_not_buy_time() -> None:
    scan("echo {a,b}", "/tmp", env={})
    began = process_time()
    scan("echo " + "{a," * 30_000, "/tmp", env={})
    assert process_time() - began < 0.5
