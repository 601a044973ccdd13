"""Runs within the pytest of a plan's command, copied to a folder of its own: notes what each test came to where its phase
ended, before a conftest or another plugin can say otherwise, and how many there were.

Any pytest from 6 on, any Python from 3.7 on; standard library beside pytest itself.
"""

from __future__ import annotations

import json
import os
import unittest

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

FOLDER = "PLANWEIR_WITNESS"
LENT = ("PYTEST_ADDOPTS", "PYTHONPATH")
WAS = "PLANWEIR_WAS_"
NOTES = "planweir_witness_notes"


class Witness:
    def __init__(self, folder: str, controls: bool) -> None:
        self.folder = folder
        self.controls = controls
        self.phases: dict[str, dict[str, str]] = {}
        self.reported: dict[str, str] = {}
        self.subtests = 0
        self.broken = 0
        self.found = 0
        self.left_out = 0

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, None, None]:
        before = _kind(item, call)
        yield  # pytest itself puts what a unittest.TestCase came to into `call` here; a conftest may take out what was there
        self.phases.setdefault(item.nodeid, {})[call.when] = before if before == "failed" else _kind(item, call)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "node"):
            return  # of a worker of xdist, which notes its own
        if "subtest" in type(report).__name__.lower():
            self.subtests += report.outcome == "passed"
        elif report.when == "call" or report.outcome != "passed":
            self.reported[report.nodeid] = report.outcome

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        self.found = len(items)
        yield
        self.found -= len(items)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.left_out += len(items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.broken += report.outcome == "failed"

    def pytest_sessionfinish(self) -> None:
        self.write()

    def pytest_unconfigure(self) -> None:
        self.write()

    def write(self) -> None:
        kinds = [_worst(phases) for phases in self.phases.values()]
        # Tests in a process of their own (pytest-forked) are only reported.
        kinds += [kind for name, kind in self.reported.items() if name not in self.phases]
        told = {
            "controls": self.controls,
            "passed": kinds.count("passed") + self.subtests,
            "failed": kinds.count("failed") + self.broken,
            "dropped": max(0, self.found - self.left_out) if self.controls else 0,  # taken out, and nobody was told
        }
        path = os.path.join(self.folder, f"{os.getpid()}.json")
        with open(path + ".new", "w") as file:
            json.dump(told, file)
        os.replace(path + ".new", path)


def _kind(item: pytest.Item, call: pytest.CallInfo[None]) -> str:
    if call.excinfo is None:
        return "passed"
    error = call.excinfo.value
    if isinstance(error, (pytest.skip.Exception, unittest.SkipTest)):
        return "skipped"
    if isinstance(error, pytest.xfail.Exception) or any(True for _ in item.iter_markers("xfail")):
        return "xfailed"
    return "failed"


def _worst(phases: dict[str, str]) -> str:
    kinds = list(phases.values())
    for kind in ("failed", "xfailed", "skipped"):
        if kind in kinds:
            return kind
    return "passed" if "call" in phases else "unknown"


def pytest_configure(config: pytest.Config) -> None:
    worker = hasattr(config, "workerinput")
    folder = os.environ.get(FOLDER, "")
    # What the tests start is none of ours: they find the environment as it was. Workers of xdist load us by it first.
    if folder and (worker or getattr(config.option, "dist", "no") == "no"):
        os.environ.pop(FOLDER)
        for name in LENT:
            before = os.environ.pop(WAS + name, "")
            os.environ.pop(name, None)
            if before:
                os.environ[name] = before
    if folder and os.path.isdir(folder) and not config.pluginmanager.has_plugin(NOTES):
        config.pluginmanager.register(Witness(folder, not worker), NOTES)
