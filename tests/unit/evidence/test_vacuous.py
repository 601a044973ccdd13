"""Tests that pass whatever the code does, and honest ones that look a little like them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.evidence.before_after import BeforeAfter

CHECK = "assert tax(1) == 2"
VACUOUS = {
    "a condition that is never true": f"def test_x():\n    if not True:\n        {CHECK}\n",
    "two constants": f"def test_x():\n    if 1 == 2:\n        {CHECK}\n",
    "type checking alone": f"from typing import TYPE_CHECKING\ndef test_x():\n    if TYPE_CHECKING:\n        {CHECK}\n",
    "a loop over nothing": f"def test_x():\n    for x in []:\n        {CHECK}\n",
    "a range of none": f"def test_x():\n    for x in range(0):\n        {CHECK}\n",
    "a return in a condition that holds": f"def test_x():\n    if True:\n        return\n    {CHECK}\n",
    "swallowed by a return": f"def test_x():\n    try:\n        {CHECK}\n    except AssertionError:\n        return\n",
    "suppressed": f"import contextlib\ndef test_x():\n    with contextlib.suppress(AssertionError):\n        {CHECK}\n",
    "a lambda": "def test_x():\n    assert lambda: tax(1) == 2\n",
    "a function that nobody calls": f"def test_x():\n    def inner():\n        {CHECK}\n",
    "no cases": f"import pytest\n@pytest.mark.parametrize('x', [])\ndef test_x(x):\n    {CHECK}\n",
    "no cases by name": f"import pytest\n@pytest.mark.parametrize('x', argvalues=())\ndef test_x(x):\n    {CHECK}\n",
    "a mark on two constants": f"import pytest\n@pytest.mark.skipif(1 == 1, reason='x')\ndef test_x():\n    {CHECK}\n",
    "defined where nothing runs": f"if False:\n    def test_x():\n        {CHECK}\n",
    "a class that pytest does not make": f"class TestX:\n    def __init__(self):\n        self.x = 1\n    def test_x(self):\n        {CHECK}\n",
    "deleted": f"def test_x():\n    {CHECK}\ndel test_x\n",
    "bound to nothing": f"def test_x():\n    {CHECK}\ntest_x = None\n",
    "written over": f"def test_x():\n    {CHECK}\ndef test_x():\n    pass\n",
}
HONEST = {
    "a condition of the machine": f"import sys\ndef test_x():\n    if sys.platform == 'linux':\n        {CHECK}\n",
    "both branches of a constant": f"def test_x():\n    if False:\n        pass\n    else:\n        {CHECK}\n",
    "a loop without end": f"def test_x():\n    while True:\n        {CHECK}\n        break\n",
    "a loop over cases": f"def test_x():\n    for x in (1, 2):\n        {CHECK}\n",
    "a function that is called": f"def test_x():\n    def inner():\n        {CHECK}\n    inner()\n",
    "a function that is handed on": f"def test_x():\n    def inner():\n        {CHECK}\n    run(callback=inner)\n",
    "a function that a decorator takes": f"def test_x(app):\n    @app.route('/')\n    def inner():\n        {CHECK}\n    app.get('/')\n",
    "an error that is expected": "def test_x():\n    try:\n        tax(None)\n    except TypeError:\n        return\n    raise AssertionError('no error')\n",
    "another error suppressed": f"import contextlib\ndef test_x():\n    with contextlib.suppress(KeyError):\n        {CHECK}\n",
    "a class of unittest with a maker": "import unittest\nclass TestX(unittest.TestCase):\n    def __init__(self, *a):\n        super().__init__(*a)\n    def test_x(self):\n        self.assertEqual(tax(1), 2)\n",
    "one name in two branches": f"import sys\nif sys.platform == 'win32':\n    def test_x():\n        {CHECK}\nelse:\n    def test_x():\n        {CHECK}\n        assert tax(2) == 4\n",
    "cases from elsewhere": f"import pytest\n@pytest.mark.parametrize('x', cases())\ndef test_x(x):\n    {CHECK}\n",
    "a mark on the machine": f"import os, pytest\n@pytest.mark.skipif(os.name == 'nt', reason='x')\ndef test_x():\n    {CHECK}\n",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in VACUOUS.items()])
def test_what_never_runs_or_never_fails_is_no_new_test(tmp_path: Path, text: str) -> None:
    assert BeforeAfter(tmp_path).after({"test_a.py": text}).names == []


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HONEST.items()])
def test_what_may_run_and_fail_is_one(tmp_path: Path, text: str) -> None:
    assert "test_x" in BeforeAfter(tmp_path).after({"test_a.py": text}).names


@pytest.mark.parametrize(
    "body", ["raise RuntimeError('not implemented yet')", "raise Exception('Not implemented.')", "raise ValueError('TODO: later')", "return NotImplemented"]
)
def test_a_stub_by_other_words_is_severe(tmp_path: Path, body: str) -> None:
    repository = BeforeAfter(tmp_path)
    repository.after({"a.py": f"def tax(x):\n    {body}\n"})
    assert repository.severe()


@pytest.mark.parametrize(
    "text",
    [
        "def tax(x):\n    raise RuntimeError('no tax is implemented for this country, ask the office')\n",
        "class Money:\n    def __add__(self, other):\n        return NotImplemented\n",
        "class Money:\n    def __lt__(self, other):\n        if other:\n            return True\n        return NotImplemented\n",
    ],
)
def test_a_refusal_and_an_operator_are_none(tmp_path: Path, text: str) -> None:
    repository = BeforeAfter(tmp_path)
    repository.after({"a.py": text})
    assert not repository.severe()
