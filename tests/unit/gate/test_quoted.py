"""Scripts that print a summary of tests of their own, and those that only look like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planweir.gate.quoted import summary_in_script


@pytest.mark.parametrize(
    ("path", "text", "command"),
    [
        ("Makefile", "test:\n\t@echo '3 passed in 0.02s'\n", "make test"),
        ("Makefile", 'test:\n\t@printf "==== 3 passed in 0.02s ====\\n"\n', "make test"),
        ("package.json", '{"scripts": {"test": "echo \\"3 passed in 0.02s\\""}}', "npm test"),
        ("package.json", '{"scripts": {"test": "printf \'ok 1 - a\\\\nok 2 - b\\\\n1..2\\\\n\'"}}', "npm run test"),
        ("run.sh", "echo 3 passed in 0.02s\n", "bash run.sh"),
    ],
)
def test_a_summary_written_into_a_script_is_told(tmp_path: Path, path: str, text: str, command: str) -> None:
    (tmp_path / path).write_text(text)
    assert summary_in_script(str(tmp_path), command) == f"{path} prints a summary of tests itself"


@pytest.mark.parametrize(
    ("path", "text", "command"),
    [
        ("Makefile", "# prints: 3 passed in 0.02s\ntest:\n\t@echo running tests\n\tpytest -q\n\t@echo 'all tests passed'\n", "make test"),
        ("package.json", '{"scripts": {"test": "echo testing && jest --coverage && echo done"}}', "npm test"),
        ("run.sh", 'pytest | tee log\necho "$(grep -c passed log) passed"\necho "ok"\n', "bash run.sh"),
        ("Makefile", "test:\n\t@printf 'Passed: %s\\n' \"$$N\"\n", "make test"),
    ],
)
def test_what_honest_scripts_say_is_none(tmp_path: Path, path: str, text: str, command: str) -> None:
    (tmp_path / path).write_text(text)
    assert summary_in_script(str(tmp_path), command) == ""


def test_a_command_of_the_plan_itself_is_the_persons_word(tmp_path: Path) -> None:
    assert summary_in_script(str(tmp_path), "echo '3 passed in 0.02s'") == ""
