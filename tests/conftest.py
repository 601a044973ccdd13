"""What holds for every test: a busy machine is no failure of a property test, and this process's own weight is none of what it tests."""

from __future__ import annotations

import gc

from hypothesis import HealthCheck, settings

from planweir.shell import limits

settings.register_profile("planweir", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("planweir")


def pytest_collection_finish() -> None:
    """Thousands of collected tests are looked through at each full collection of garbage: within the processor time that the shell
    analysis has for one line, that has made one unreadable. They are there to the end; nobody need look."""
    gc.collect()
    gc.freeze()


# In a process that carries 18,000 tests a line may meet a collection of garbage or a page fault of a fifth of a second, which is all the
# time that the analysis has; how long it takes in a hook's own process is what benchmarks/shell.py measures.
limits.DEADLINE = 2.0
