"""Runs within the pytest of a plan's command, copied to a folder of its own: notes what each test came to where its phase
ended, before a conftest or another plugin can say otherwise, and how many there were.

Any pytest from 3.8 on, any Python that it runs on; standard library beside pytest itself.
"""

import json
import os
import unittest

import pytest

FOLDER = "PLANWEIR_WITNESS"
LENT = ("PYTEST_ADDOPTS", "PYTHONPATH")
WAS = "PLANWEIR_WAS_"
NOTES = "planweir_witness_notes"


class Witness:
    def __init__(self, folder, controls):  # type: ignore[no-untyped-def]
        self.folder = folder
        self.controls = controls
        self.phases = {}  # type: ignore[var-annotated]
        self.reported = {}  # type: ignore[var-annotated]
        self.subtests = 0
        self.broken = 0

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):  # type: ignore[no-untyped-def]
        yield  # pytest itself puts what a unittest.TestCase came to into `call` here
        self.phases.setdefault(item.nodeid, {})[call.when] = _kind(item, call)

    def pytest_runtest_logreport(self, report):  # type: ignore[no-untyped-def]
        if hasattr(report, "node"):
            return  # of a worker of xdist, which notes its own
        if "subtest" in type(report).__name__.lower():
            self.subtests += report.outcome == "passed"
        elif report.when == "call" or report.outcome != "passed":
            self.reported[report.nodeid] = report.outcome

    def pytest_collectreport(self, report):  # type: ignore[no-untyped-def]
        self.broken += report.outcome == "failed"

    def pytest_sessionfinish(self):  # type: ignore[no-untyped-def]
        self.write()

    def pytest_unconfigure(self):  # type: ignore[no-untyped-def]
        self.write()

    def write(self):  # type: ignore[no-untyped-def]
        kinds = [_worst(phases) for phases in self.phases.values()]
        # Tests in a process of their own (pytest-forked) are only reported.
        kinds += [kind for name, kind in self.reported.items() if name not in self.phases]
        told = {
            "controls": self.controls,
            "passed": kinds.count("passed") + self.subtests,
            "failed": kinds.count("failed") + self.broken,
        }
        path = os.path.join(self.folder, "%d.json" % os.getpid())
        with open(path + ".new", "w") as file:
            json.dump(told, file)
        os.replace(path + ".new", path)


def _kind(item, call):  # type: ignore[no-untyped-def]
    if call.excinfo is None:
        return "passed"
    error = call.excinfo.value
    if isinstance(error, (pytest.skip.Exception, unittest.SkipTest)):
        return "skipped"
    if isinstance(error, pytest.xfail.Exception) or any(True for _ in item.iter_markers("xfail")):
        return "xfailed"
    return "failed"


def _worst(phases):  # type: ignore[no-untyped-def]
    kinds = list(phases.values())
    for kind in ("failed", "xfailed", "skipped"):
        if kind in kinds:
            return kind
    return "passed" if "call" in phases else "unknown"


def pytest_configure(config):  # type: ignore[no-untyped-def]
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
