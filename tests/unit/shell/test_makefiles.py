"""What make runs is read as make itself says it: `make -n`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from planweir.shell.makefiles import recipes
from planweir.shell.scan import scan

MAKEFILE = """\
OUT := build
NAME = x-$(OUT)
.PHONY: all clean test
all: $(OUT)/a test
\t@echo all $(NAME) $@
$(OUT)/a: in.txt | dirs
\tcp $< $@
dirs:
\t-mkdir -p $(OUT) \\
\t  $(OUT)/b
test: ; echo test $$HOME
clean:
\trm -rf $(OUT)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "in.txt").write_text("x")
    return tmp_path


def lines(text: str | None) -> list[str]:
    return [" ".join(one.split()) for one in (text or "").split("\n") if one not in ("", "(", ")")]


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
@pytest.mark.parametrize("target", ["clean", "test", "dirs"])
def test_recipes_are_those_that_make_would_run(project: Path, target: str) -> None:
    real = subprocess.run(["make", "-n", target], cwd=project, capture_output=True, text=True, check=True).stdout
    assert lines(recipes(MAKEFILE, [target], {})) == lines(real.replace("\\\n", " "))


def test_the_first_target_is_made_with_what_it_needs() -> None:
    told = lines(recipes(MAKEFILE, [], {}))
    assert told[-1] == "echo all x-build all"
    assert "echo test $HOME" in told


def test_a_setting_on_the_line_is_put_in() -> None:
    assert lines(recipes(MAKEFILE, ["clean"], {"OUT": "other"})) == ["rm -rf other"]


def test_what_is_newer_than_its_sources_is_not_made_again(project: Path) -> None:
    text = "out.txt: in.txt\n\tcp in.txt out.txt\n"
    assert recipes(text, ["out.txt"], {}, str(project)) is not None
    (project / "out.txt").write_text("x")
    assert recipes(text, ["out.txt"], {}, str(project)) is None


def test_an_unknown_target_runs_nothing() -> None:
    assert recipes(MAKEFILE, ["none"], {}) is None


def test_what_a_target_writes_is_told_beside_the_line(project: Path) -> None:
    script = scan("make clean", str(project)).programs[0].script
    assert script is not None
    assert [(one.kind, one.path) for one in script.writes] == [("tree", f"{project}/build")]
    assert scan("make -n clean", str(project)).programs[0].script is None


def test_a_script_of_package_json_is_read_with_what_surrounds_it(project: Path) -> None:
    (project / "package.json").write_text('{"scripts": {"prebuild": "rm -rf dist", "build": "echo x > out.txt"}}')
    for command in ("npm run build", "npm run -s build", "pnpm build", "yarn build", "npm --prefix . run build"):
        script = scan(command, str(project)).programs[0].script
        assert script is not None
        assert [one.path for one in script.writes] == [f"{project}/dist", f"{project}/out.txt"], command
    assert scan("npm install", str(project)).programs[0].script is None
