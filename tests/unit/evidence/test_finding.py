"""A runner is found by a module's being in the folder, and a command is read without loading them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.evidence.calls import ROOT
from tests.unit.evidence.test_honest import FORMS

from planweir.evidence import runners as folder
from planweir.evidence.runners import find, runners, words_of_modules
from planweir.evidence.wrappers import forms

HERE = Path(__file__).parent
SCRIPTS = Path(folder.__file__).parents[3]
COMMANDS = sorted(
    {command for _runner, _scenario, _file, command in FORMS}
    | {
        line.strip().strip('",')
        for file in HERE.glob("test_*.py")
        for line in file.read_text().splitlines()
        if line.startswith("            ") and line.rstrip().endswith('",') and line.count('"') == 2
    }
)


def test_every_module_says_in_its_first_line_which_words_start_it() -> None:
    assert [module for module, words in words_of_modules().items() if not words] == []
    assert set(words_of_modules()) == {file.stem for file in Path(folder.__file__).parent.glob("*.py")} - {"__init__", "base"}


def test_every_command_of_these_tests_is_read_as_if_all_were_loaded() -> None:
    """The first line of a module hides none of the commands that start its runner."""
    assert len(COMMANDS) > 100
    for command in COMMANDS:
        words = forms(command.split())[-1]
        among_all = [name for name, runner in runners().items() if runner.recognise(words, ROOT) is not None]
        hit = find(command.split(), ROOT)
        assert ([hit[0].name] if hit is not None else []) == among_all[:1], command


@pytest.mark.parametrize(("command", "loaded"), [("git status", []), ("ls src", []), ("uv run pytest -q", ["pytest"])])
def test_a_command_loads_no_runner_but_its_own(command: str, loaded: list[str]) -> None:
    code = (
        "import sys\nfrom planweir.evidence.runners import find\n"
        f"find({command.split()!r}, '/')\n"
        "print(sorted(name.rpartition('.')[2] for name in sys.modules if name.startswith('planweir.evidence.runners.')"
        " and not name.endswith('.base')))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(SCRIPTS)})
    assert done.stdout.strip() == str(loaded)
