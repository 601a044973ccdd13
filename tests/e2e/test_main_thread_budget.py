"""What a task may add to the main thread's context, measured in the real client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks import main_thread


@pytest.mark.parametrize(("name", "play"), main_thread.PLAYS.items())
def test_a_task_keeps_its_budget(real_client: Path, name: str, play: Callable[[], main_thread.Played]) -> None:
    played = play()
    assert main_thread.show(name, played)
    assert main_thread.per_task(played) > 1_000
