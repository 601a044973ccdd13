"""Start-up is the product: a call before which nothing seldom is needed imports nothing seldom."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.redteam.world import World

SCRIPTS = Path(__file__).parents[3] / "scripts"
SELDOM = frozenset(
    """formatters npm queries builds changing shared processes owncode gitwords targets edits endless settings tools
    nested gitcode found twins variables
    planweir.shell.bodies planweir.shell.compounds planweir.shell.braces planweir.shell.globs planweir.shell.parameters
    planweir.shell.decoded planweir.shell.tricks planweir.shell.disguise planweir.shell.codefiles planweir.shell.makefiles
    planweir.shell.looked planweir.shell.codewrites unseen
    planweir.shell.heredocs planweir.shell.sums planweir.shell.escapes planweir.shell.posix""".split()
)
CODE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from planweir.guard.commands import judge_command
event, guard = json.load(sys.stdin)
decision = judge_command(event, guard)
print(json.dumps([decision and decision["decision"], [one for one in sys.modules if one.startswith("planweir.")]]))
"""


def imported(world: World, who: str, command: str) -> tuple[str, set[str]]:
    given = json.dumps([world.event(who, "Bash", {"command": command}), {**world.guard, "grants": True}])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CODE, str(SCRIPTS)], input=given, capture_output=True, text=True, check=True
    )
    decision, modules = json.loads(done.stdout)
    return decision, {one.removeprefix("planweir.guard.") for one in modules}


@pytest.mark.parametrize(
    ("who", "command", "beside"),
    [
        ("implementer", "pytest -q tests/test_a.py", ""),
        ("implementer", "sed -i s/a/b/ src/a.py", ""),
        ("main", "git status --short | head -20", "runners options scope"),
        ("reviewer", "rg -n foo src && cat src/a.py", "runners options scope"),
    ],
)
def test_the_usual_calls_import_nothing_seldom(who: str, command: str, beside: str, tmp_path: Path) -> None:
    decision, modules = imported(World(tmp_path), who, command)
    assert decision == "allow"
    assert not modules & (SELDOM | frozenset(beside.split()))
