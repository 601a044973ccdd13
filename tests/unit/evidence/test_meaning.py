"""What decides what tests mean: which files, and what of them changed."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planweir.evidence.meaning import changed, steers


@pytest.mark.parametrize(
    "path",
    """conftest.py tests/unit/conftest.py pytest.ini .pytest.ini tox.ini setup.cfg pyproject.toml .coveragerc sitecustomize.py a/x.pth noxfile.py
    package.json packages/a/package.json jest.config.js jest.config.mjs vitest.config.ts vitest.workspace.ts vite.config.mts playwright.config.ts
    .mocharc.yml .babelrc babel.config.json tsconfig.json tsconfig.test.json .nycrc.json jest.setup.js test/setup.ts setupTests.ts .npmrc deno.jsonc
    Makefile sub/Makefile justfile .justfile Taskfile.yml .github/workflows/ci.yml .gitlab-ci.yml .circleci/config.yml Cargo.toml .cargo/config.toml
    pom.xml build.gradle.kts .rspec spec/spec_helper.rb phpunit.xml.dist composer.json mix.exs test/test_helper.exs CMakeLists.txt""".split(),
)
def test_these_do(path: str) -> None:
    assert steers(path)


@pytest.mark.parametrize(
    "path",
    "src/app.py tests/test_a.py README.md package-lock.json src/package.json.ts config.ts docs/pytest.ini.md makefile.py github/workflows/ci.txt src/setup.css yarn.lock a.test.js".split(),
)
def test_these_do_not(path: str) -> None:
    assert not steers(path)


@pytest.mark.parametrize(
    ("path", "before", "after", "said"),
    [
        ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "true"}}', "scripts.test: `jest` -> `true`"),
        ("package.json", "{}", '{"jest": {"testPathIgnorePatterns": ["a"]}}', 'jest.testPathIgnorePatterns = `["a"]` (new)'),
        ("package.json", '{"devDependencies": {"jest": "29", "x": "1"}}', '{"devDependencies": {"jest": "file:./j", "x": "2"}}', "devDependencies.jest: `29` -> `file:./j`"),
        ("pyproject.toml", "[tool.pytest.ini_options]\nmarkers = [\n  'a',\n]\n", "[tool.pytest.ini_options]\nmarkers = [\n  'a',\n  'b',\n]\n", "[tool.pytest.ini_options] markers: `[ 'a', ]` -> `[ 'a', 'b', ]`"),
        ("pyproject.toml", "[tool.coverage.report]\nfail_under = 90\n", "", "[tool.coverage.report] fail_under is gone (was `90`)"),
        ("setup.cfg", "[tool:pytest]\naddopts = -q\n", "[tool:pytest]\naddopts =\n  -q\n  --deselect a\n", "[tool:pytest] addopts: `-q` -> `-q --deselect a`"),
        (".coveragerc", "[run]\nomit = a\n", "[run]\nomit = *\n", "[run] omit: `a` -> `*`"),
        ("conftest.py", "", "collect_ignore = ['a']\n", "+1 -0 lines, with collect_ignore"),
        ("conftest.py", "a = 1\n", "a = 1\n\n\ndef pytest_runtest_makereport(item):\n    item.x = 1\n", "+4 -0 lines, with pytest_runtest_makereport"),
        ("Makefile", "test:\n\tpytest\n", "test:\n\ttrue\n", "+1 -1 lines"),
        ("jest.config.js", "a\n", None, "is gone"),
        ("pytest.ini", None, "[pytest]\naddopts = -q\n", "is new: [pytest] addopts = `-q`"),
        ("package.json", "{", "{}", "+1 -1 lines"),
    ],
)
def test_what_changed_is_told_by_keys_or_lines(path: str, before: str | None, after: str | None, said: str) -> None:
    assert changed(path, before, after) == said


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("package.json", '{"version": "1", "scripts": {"test": "jest"}}', '{"version": "2", "scripts": {"test": "jest"}}'),
        ("pyproject.toml", '[project]\nversion = "1"\n', '[project]\nversion = "2"\n'),
        ("pyproject.toml", "", '[project]\nname = "a"\n'),
        ("pyproject.toml", None, '[project]\nname = "a"\n'),
        ("pytest.ini", "[pytest]\n# a\naddopts = -q\n", "[pytest]\n; b\naddopts = -q\n"),
    ],
)
def test_what_decides_nothing_is_not_told(path: str, before: str | None, after: str) -> None:
    assert changed(path, before, after) == ""


_TEXT = st.text(alphabet=string.ascii_letters + "[]{}=:\"'#\n .-_", max_size=200)


@given(st.sampled_from(["package.json", "pyproject.toml", "setup.cfg", "tox.ini", "conftest.py", "Makefile", "tsconfig.json"]), _TEXT, _TEXT)
def test_no_content_makes_it_fail_and_nothing_changed_is_nothing(path: str, before: str, after: str) -> None:
    assert isinstance(changed(path, before, after), str)
    assert changed(path, before, before) == ""


@given(st.dictionaries(st.text(string.ascii_lowercase, min_size=1), st.text(string.ascii_lowercase, min_size=1), min_size=1, max_size=5))
def test_any_script_that_changes_is_told(scripts: dict[str, str]) -> None:
    name = min(scripts)
    other = {**scripts, name: scripts[name] + "x"}
    said = changed("package.json", json.dumps({"scripts": scripts}), json.dumps({"scripts": other}))
    assert f"scripts.{name}: " in said
