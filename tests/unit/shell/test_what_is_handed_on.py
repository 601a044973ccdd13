"""Names that one command hands to another: pipes, loops, lists in files, archives, patches and scripts."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from planweir.shell.scan import Scan, Write, scan

DIFF = "--- a/docs/plan.md\n+++ b/docs/plan.md\n@@ -1 +1 @@\n-p\n+q\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("src/a.py", "src/b.py", "docs/plan.md", "x/docs/plan.md", "x/new.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("p\n")
    (tmp_path / "list").write_text("src/a.py\nsrc/b.py\n")
    (tmp_path / "f.diff").write_text(DIFF)
    (tmp_path / "x.sh").write_text("#!/bin/sh\nrm docs/plan.md\nif test -f x; then rm src/b.py; fi\n")
    (tmp_path / "x.py").write_text("open('docs/plan.md', 'w')\n")
    (tmp_path / "reads.py").write_text("print(open('docs/plan.md').read())\n")
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        archive.add(tmp_path / "x", "x")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("docs/plan.md", "z")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def shown(found: Scan, root: Path) -> set[str]:
    return {_shown(one, root) for one in found.writes}


def _shown(write: Write, root: Path) -> str:
    if write.path is not None:
        return write.path.removeprefix(f"{root}/")
    if write.within is None:
        return "?"
    return f"{write.within.removeprefix(str(root)) or '/'}:{(write.pattern or ('?',))[0]}"


BOTH = {"src/a.py", "src/b.py"}
HANDED: list[tuple[str, set[str]]] = [
    ("echo src/a.py src/b.py | xargs sed -i s/a/b/", BOTH),
    ("ls src | xargs rm", {"a.py", "b.py"}),
    ("cd src && ls | xargs rm", BOTH),
    ("ls src/*.py | xargs rm", BOTH),
    ("ls src | grep a | xargs -I% rm src/%", {"src/a.py"}),
    ("ls src | head -1 | xargs rm", {"/:?"}),
    ("find src -name '*.py' | xargs rm", {"/src:*.py"}),
    ("find . -type f -print0 | xargs -0 sed -i s/a/b/", {"/:*"}),
    ("find . -type f | grep plan.md | xargs rm", {"/:*plan.md*"}),
    ("find . -type f | grep -v plan | xargs rm", {"/:?"}),
    ("find . -maxdepth 1 -name '*.diff' -delete", {"f.diff"}),
    ("find . -name plan.md -exec cp /tmp/x {} \\;", {"/:plan.md"}),
    ("printf '%s\\0' docs/plan.md | xargs -0 rm", {"docs/plan.md"}),
    ("printf '%s\\n' src/a.py src/b.py | while read -r f; do rm \"$f\"; done", BOTH),
    ("while IFS= read -r f; do rm \"$f\"; done < list", BOTH),
    ("while IFS= read -r -d '' f; do rm \"$f\"; done < <(find docs -name '*.md' -print0)", {"/docs:*.md"}),
    ("xargs rm < list", BOTH),
    ("xargs -a list rm", BOTH),
    ("cat list | xargs -n1 rm", BOTH),
    ("for f in $(ls src); do rm src/$f; done", BOTH),
    ("for f in $(cat list); do echo > $f; done", BOTH),
    ("for f in $(find src -name '*.py'); do echo > $f; done", {"/src:*.py"}),
    ('mapfile -t fs < list; rm "${fs[@]}"', BOTH),
    ("git ls-files '*.py' | xargs rm", {"/:*.py"}),
    ("parallel rm ::: src/a.py src/b.py", BOTH),
    ("parallel 'cp {} {.}.bak' ::: src/a.py", {"src/a.bak"}),
    ("parallel rm :::: list", BOTH),
    ("some-program | xargs rm", {"?"}),
    ("cp -r x/. .", {"docs/plan.md", "new.txt"}),
    ("cp -r x/* .", {"docs/plan.md", "new.txt"}),
    ("rsync -r x/ ./", {"docs/plan.md", "new.txt"}),
    ("mkdir x/y; cp -r x/. .", {"x/y", "/:?"}),
    ("tar xzf a.tgz --strip-components=1", {"docs/plan.md", "new.txt"}),
    ("tar xzf a.tgz -C src", {"src/x/docs/plan.md", "src/x/new.txt"}),
    ("cp /tmp/other.tgz a.tgz; tar xzf a.tgz", {"a.tgz", "/:?"}),
    ("unzip -o a.zip", {"docs/plan.md"}),
    ("patch -p1 < f.diff", {"docs/plan.md", "/docs:plan.md*"}),
    ("patch -p1 -i f.diff", {"docs/plan.md", "/docs:plan.md*"}),
    ("cat f.diff | git apply", {"docs/plan.md"}),
    ("git apply f.diff", {"docs/plan.md"}),
    (f"git apply <<'E'\n{DIFF}E", {"docs/plan.md"}),
    ("git apply --check f.diff", set()),
    ("git diff > /tmp/f.diff && git apply /tmp/f.diff", {"/tmp/f.diff", "/:?"}),
    ("git checkout HEAD -- docs/plan.md", {"docs/plan.md", "/:?"}),
    ("git restore --staged docs/plan.md", set()),
    ("git rebase -x 'rm src/a.py' main", {"src/a.py", "/:?", "?"}),
    ("bash < x.sh", {"docs/plan.md", "src/b.py"}),
    ("cat x.sh | sh", {"docs/plan.md", "src/b.py"}),
    ("su root -c 'rm src/a.py'", {"src/a.py"}),
    ("flock /tmp/l -c 'rm src/a.py'", {"src/a.py", "/tmp/l"}),
    ("script -qc 'rm src/a.py' /dev/null", {"src/a.py", "/dev/null"}),
    ("echo 'rm src/a.py' | at now", {"src/a.py"}),
    ("sqlite3 x.db '.output docs/plan.md'", {"docs/plan.md", "?"}),
    ("ssh localhost 'rm /tmp/a'", {"/tmp/a", "?"}),
]


@pytest.mark.parametrize(("command", "expected"), HANDED, ids=[one[0][:60] for one in HANDED])
def test_what_is_written_is_told_by_name_or_by_the_folder_that_holds_it(
    command: str, expected: set[str], root: Path
) -> None:
    found = scan(command, str(root), env={})
    assert found.readable, found.why
    assert shown(found, root) == expected


@pytest.mark.parametrize(
    "command",
    [
        "grep -rn x . | xargs wc -l",
        "find . -name '*.py' | xargs grep foo",
        "find . -name '*.py' -exec grep -l foo {} +",
        "git ls-files | xargs wc -l",
        "cat list | while read f; do wc -l \"$f\"; done",
        "for f in $(ls src); do echo $f; done",
        "ls | wc -l",
        "tar tzf a.tgz",
        "unzip -l a.zip",
        "patch --dry-run -p1 < f.diff",
    ],
)
def test_what_only_reads_its_list_writes_nothing(command: str, root: Path) -> None:
    assert scan(command, str(root), env={}).writes == []


@pytest.mark.parametrize("command", ["sh x.sh", "./x.sh", ". ./x.sh", "bash -e x.sh a b", "timeout 5 ./x.sh"])
def test_a_script_that_is_run_is_told_beside_the_line(command: str, root: Path) -> None:
    found = scan(command, str(root), env={})
    script = found.programs[0].script
    assert script is not None
    assert script.readable
    assert [(_shown(one, root), one.certainty) for one in script.writes] == [
        ("docs/plan.md", "certain"),
        ("src/b.py", "possible"),
    ]
    assert not script.fresh
    assert not shown(found, root) - {"?"}


@pytest.mark.parametrize(
    "command",
    [
        "echo 'rm docs/plan.md' > /tmp/pw-y.sh; sh /tmp/pw-y.sh",
        "cat > y.sh <<'E'\nrm docs/plan.md\nE\nchmod +x y.sh && ./y.sh",
        "printf 'rm docs/plan.md\\n' | tee y.sh; bash y.sh",
        "cp x.sh y.sh; sh y.sh",
        "echo 'rm docs' >> y.sh; echo 'rm docs/plan.md' >> y.sh; sh y.sh",
    ],
)
def test_a_script_that_the_line_writes_itself_is_read_as_it_will_be(command: str, root: Path) -> None:
    script = scan(command, str(root), env={}).programs[-1].script
    assert script is not None
    assert script.fresh
    assert "docs/plan.md" in shown(script, root)


def test_a_script_for_another_interpreter_is_told_by_its_text(root: Path) -> None:
    script = scan("python3 x.py", str(root), env={}).programs[0].script
    assert script is not None
    assert (script.readable, script.source) == (False, "open('docs/plan.md', 'w')\n")
    reading = scan("python3 reads.py", str(root), env={}).programs[0].script
    assert reading is not None
    assert reading.readable


def test_few_scripts_of_a_line_are_read_and_none_runs_itself_forever(root: Path) -> None:
    (root / "again.sh").write_text("sh again.sh; sh again.sh\n")
    found = scan("sh again.sh; " * 50, str(root), env={})
    assert found.readable
    assert sum(one.script is not None for one in found.programs) <= 4
