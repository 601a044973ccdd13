"""What code names where it writes."""

from __future__ import annotations

import pytest

from planweir.shell.codewrites import js_writes, perl_writes, python_writes
from planweir.shell.scan import scan

PYTHON = [
    ("open('a', 'w')", [("write", "a")]),
    ("print('x', file=open('a', mode='a'))", [("write", "a")]),
    ("open('a').read()", []),
    ("open('a', 'rb')", []),
    ("p = 'src/a'; s = open(p).read(); open(p, 'w').write(s)", [("write", "src/a")]),
    ("p = 'a'\nif x: p = 'b'\nopen(p, 'w')", []),
    ("from pathlib import Path; (Path('src') / 'a').write_text('x')", [("write", "src/a")]),
    ("import os; os.remove(os.path.join('src', 'a'))", [("delete", "src/a")]),
    ("import shutil; shutil.move('a', 'b')", [("tree", "a"), ("write", "b")]),
    ("import shutil; shutil.rmtree('src')", [("tree", "src")]),
    ("'a'.replace('b', 'c')", []),
    ("import os; os.chdir('/tmp'); open('a', 'w')", []),
    ("open(name, 'w')", []),
    ("def f(p):\n    open(p, 'w')\np = 'a'", []),
    ("open('a', 'w'", []),
]
JAVASCRIPT = [
    ("fs.writeFileSync('a', 'x')", [("write", "a")]),
    ('await writeFile("src/a", x)', [("write", "src/a")]),
    ("fs.readFileSync('a')", []),
    ("fs.renameSync('a', 'b')", [("tree", "a"), ("write", "b")]),
    ("fs.writeFileSync(`${d}/a`, 'x')", []),
    ("console.log(\"writeFile('a')\".length)", [("write", "a")]),  # a text that looks like it: rather too much than too little
    ("process.chdir('x'); fs.rmSync('a')", []),
]
PERL = [
    ('open F, ">a"; print F "x"', [("write", "a")]),
    ('open(my $f, ">>", "src/a")', [("write", "src/a")]),
    ('open F, "<", "a"', []),
    ('unlink "a"', [("write", "a")]),
    ('rename "a", "b"', [("tree", "a"), ("write", "b")]),
    ('unlink $x', []),
]


@pytest.mark.parametrize(("code", "writes"), PYTHON)
def test_python_is_read_for_what_it_names(code: str, writes: list[tuple[str, str]]) -> None:
    assert sorted(python_writes(code)) == writes


@pytest.mark.parametrize(("code", "writes"), JAVASCRIPT)
def test_javascript_is_read_for_what_it_names(code: str, writes: list[tuple[str, str]]) -> None:
    assert sorted(js_writes(code)) == writes


@pytest.mark.parametrize(("code", "writes"), PERL)
def test_perl_is_read_for_what_it_names(code: str, writes: list[tuple[str, str]]) -> None:
    assert sorted(perl_writes(code)) == writes


def test_what_code_names_is_certain_and_the_rest_stays_opaque() -> None:
    found = scan("python3 - <<'EOF'\nopen('a', 'w').write(x)\nEOF", "/x")
    assert {(write.path, write.certainty) for write in found.writes} == {("/x/a", "certain"), (None, "opaque")}


def test_code_that_else_only_reads_writes_nothing_but_what_it_names() -> None:
    found = scan("python3 -c \"import shutil; shutil.copy('docs/plan.md', 'build/plan.md')\"", "/x")
    assert [(write.path, write.certainty) for write in found.writes] == [("/x/build/plan.md", "certain")]


@pytest.mark.parametrize(
    "code",
    [
        "import shutil; shutil.copy(eval('x'), 'a')",
        "import shutil; shutil.copy('b', 'a'); shutil.copy('b', x)",
        "import shutil as s; s.rmtree('a'); import shutil; shutil.copy('b', 'a')",
        "from os import system; import os; os.remove('a'); system('x')",
        "import shutil; shutil.copy('b', 'a'); shutil.which = None; shutil.rmtree(b)",
    ],
)
def test_code_that_may_do_more_stays_opaque(code: str) -> None:
    found = scan(f'python3 -c "{code}"', "/x")
    assert any(write.certainty == "opaque" for write in found.writes)
