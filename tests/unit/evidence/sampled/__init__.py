"""Small projects and the commands that were really run in them: one module for each family of runners.

A row: (runner, scenario, files of the project, command, what it means). `PREPARE` names what is run first, with its
output thrown away.
"""

from __future__ import annotations

from tests.unit.evidence.sampled import beam, cmake, gotest, java, php, ruby, rust

Row = tuple[str, str, dict[str, str], str, str]

MODULES = (beam, cmake, gotest, java, php, ruby, rust)
RUNS: list[Row] = [row for module in MODULES for row in module.RUNS]
# command that comes before, by (runner, scenario), "" for every scenario of a runner
PREPARE: dict[tuple[str, str], str] = {key: line for module in MODULES for key, line in module.PREPARE.items()}
# what a run leaves that says more than its output: kept with the sample
KEPT: dict[str, str] = {"gradle": "**/build/test-results/**/TEST-*.xml", "maven": "**/target/surefire-reports/TEST-*.xml"}
