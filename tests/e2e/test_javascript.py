"""A project of node without dependencies: six tasks in three waves, in the mode that asks, with what agents do wrong there."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
from tests.e2e.plans import (
    MakeWorld,
    commits,
    denied,
    ends_well,
    held,
    journal,
    left_behind,
    passes,
    refused_by_the_client,
    results,
    reviews,
    told,
    trailers,
    write,
)
from tests.e2e.steps import bash

Steps = list[dict[str, Any]]

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None, reason="node and npm are not installed"
)


def task(name: str, mod: str, *, depends: str = "none", verify: str = "", files: str = "", also: str = "") -> str:
    lines = [
        f"### {name}: Write {mod}",
        f"- Depends on: {depends}",
        f"- Files: `{files or f'src/{mod}.js'}`, `test/{mod}.test.js`",
        *([f"- Also: `{also}`"] if also else []),
        f"- Verify: `{verify or check_of(mod)}`",
    ]
    return "\n".join(lines) + f"\n\n#### Done when\n- {mod} does what its test says\n"


def check_of(mod: str) -> str:
    return f"node --test test/{mod}.test.js"


PLAN = "\n".join(
    [
        "# Plan: Tables of CSV files\n",
        "Goal: `tablet` prints CSV as a table, sorted and summed.",
        "Verify: `npm test`\n",
        "## Context\n\nES modules, no dependencies.\n",
        "## Tasks\n",
        task("T1", "csv"),
        task("T2", "pad"),
        task("T3", "table", depends="T1, T2"),
        task("T4", "sort", depends="T1", verify="npm test"),
        task("T5", "sum", depends="T1"),
        task("T6", "cli", depends="T3, T4, T5", files="bin/tablet.js", also="package.json"),
    ]
)
PACKAGE = {"name": "tablet", "version": "0.1.0", "type": "module", "scripts": {"test": "node --test"}}
PROJECT = {
    "docs/plan.md": PLAN,
    "package.json": json.dumps(PACKAGE, indent=2) + "\n",
    "test/there.test.js": "import test from 'node:test';\n\ntest('there', () => {});\n",
    "test/old.test.js": "import test from 'node:test';\n\ntest('fails already', () => {\n  throw new Error('old');\n});\n",
    ".gitignore": "node_modules/\n",
}

# module -> (its source, the expressions that its test holds to be true)
MODULES = {
    "csv": ("export const csv = (text) => text.trim().split('\\n').map((line) => line.split(','));\n", "csv('a,b')[0][1] === 'b'"),
    "pad": ("export const pad = (text, width) => String(text).padEnd(width);\n", "pad('a', 3) === 'a  '"),
    "table": (
        "import { pad } from './pad.js';\n\n"
        "export const table = (rows) => rows.map((row) => row.map((cell) => pad(cell, 4)).join('')).join('\\n');\n",
        "table([['a', 'b']]) === 'a   b   '",
    ),
    "sort": ("export const sort = (rows, at) => [...rows].sort((a, b) => a[at] - b[at]);\n", "sort([['2'], ['1']], 0)[0][0] === '1'"),
    "sum": ("export const sum = (rows, at) => rows.reduce((all, row) => all + (Number(row[at]) || 0), 0);\n", "sum([['1'], ['x']], 0) === 1"),
}
CLI = (
    "import { csv } from '../src/csv.js';\nimport { sort } from '../src/sort.js';\nimport { sum } from '../src/sum.js';\n"
    "import { table } from '../src/table.js';\n\n"
    "export const cli = (text) => table(sort(csv(text), 0));\nexport const total = (text) => sum(csv(text), 0);\n"
)


def proof(mod: str, holds: str, source: str = "") -> str:
    return (
        "import test from 'node:test';\nimport assert from 'node:assert';\n"
        f"import {{ {mod} }} from '{source or f'../src/{mod}.js'}';\n\n"
        f"test('{mod} works', () => {{\n  assert.ok({holds});\n}});\n"
    )


def files(mod: str) -> Steps:
    source, holds = MODULES[mod]
    return [write(f"src/{mod}.js", source), write(f"test/{mod}.test.js", proof(mod, holds))]


def done(name: str) -> dict[str, Any]:
    return {"say": f"DONE\nTask: {name}"}


def implementer(name: str, mod: str, *wrong: dict[str, Any], check: str = "") -> Steps:
    """Both files, then what goes wrong, then the run that counts."""
    return [*files(mod), *wrong, passes(bash(check or check_of(mod))), done(name)]


SCRIPT: dict[str, Steps] = {
    "main": [denied(bash("npm install left-pad"), "main-thread-commands"), {"follow": True}],
    "T1 implementer 1": implementer("T1", "csv", passes(bash("echo '# tests 1'; echo '# pass 1'")), held("DONE\nTask: T1")),
    "T2 implementer 1": implementer("T2", "pad", denied(bash("node --test --watch test/pad.test.js"), "endless-command")),
    "T3 implementer 1": implementer("T3", "table", denied(bash("npm install left-pad"), "scope")),
    # `npm test` fails with the test that failed before the plan, which no task is to mend.
    "T4 implementer 1": [*files("sort"), bash("npm test"), done("T4")],
    "T5 implementer 1": implementer("T5", "sum", passes(bash("node --check src/sum.js && cat package.json"))),
    "T6 implementer 1": [
        write("bin/tablet.js", CLI),
        write("test/cli.test.js", proof("cli", "cli('a,b') === 'a   b   '", "../bin/tablet.js")),
        passes(bash("npm pkg get bin && node --version")),
        passes(bash(check_of("cli"))),
        done("T6"),
    ],
}
for _name in ("T1", "T2", "T3", "T4", "T5", "T6"):
    SCRIPT.update({actor: steps[1:] for actor, steps in reviews(_name).items()})


def test_six_tasks_of_a_node_project_in_three_waves(make_world: MakeWorld) -> None:
    made = make_world(PROJECT)
    run = made.claude("-p", "/implement-plan docs/plan.md --yes", script=SCRIPT, mode="default", seconds=170)
    assert run.exit == 0
    ends_well(made, run)
    assert refused_by_the_client(run) == []
    # what was so before the plan, and the gates
    opened = journal(made)[0]
    assert opened["waves"] == [["T1", "T2"], ["T3", "T4", "T5"], ["T6"]]
    assert opened["baseline"]["failing"] == ["test/old.test.js::fails already"]
    gates = [text for actor, _, text in results(run, "main") if "Gate of wave" in text]
    assert "1 failed before the plan too and lies in no task's files" in gates[0]
    assert "\n  ok 14 checks well\n" in gates[0]
    files = sorted((made.planweir_home / "projects").glob("**/artifacts/gates/wave-*.txt"))
    kept = [" ".join(path.read_text().split()) for path in files]
    assert "ok T2-1 `node --test test/pad.test.js`: exit 0, 1 passed" in kept[0]
    assert "ok new-tests 3 of 3 tasks that owe tests added some" in kept[1]
    # the mistakes
    assert "Planweir [evidence]: T1 has no evidence yet (none)" in told(run.of("T1 implementer 1")[4])
    assert "run it once: `node --test`" in told(run.of("T2 implementer 1")[3])
    # the commits
    assert [row["Planweir-Task"] for row in trailers(made)] == ["T1", "T2", "T3", "T4", "T5", "T6"]
    assert commits(made)[-1] == "T6: Write cli"
    assert left_behind(made) == []
    ended = made.claude("-p", "/task-planner --complete", mode="default")
    assert "done: Tables of CSV files" in ended.stdout, ended.stdout
