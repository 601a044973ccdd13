from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.recorder import Recorder
from tests.e2e.world import World

from planweir.play.client import fetch, namespace
from planweir.play.client.namespace import namespace_command

PAYLOADS = Path(__file__).resolve().parent / "payloads"


# A wait says what is usual; only what takes several times as long, on however busy a machine, has hung.
namespace.patience = 4.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def real_client() -> Path:
    """The client's binary. Where it or a namespace cannot be had: skipped aloud, and in CI a failure."""
    try:
        namespace_command()
        return fetch.client()
    except fetch.Unavailable as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must run the real client: {problem}")
        warnings.warn(f"the real client is not tested: {problem}", stacklevel=1)
        pytest.skip(f"no real client: {problem}")


@pytest.fixture
def make_world(real_client: Path) -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def make(*arguments: Any, **options: Any) -> World:
        world = World(*arguments, **options)
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def keep() -> Callable[[World, Recorder, str], None]:
    """With PLANWEIR_E2E_RECORD=1, writes what hooks were sent to payloads/NAME.jsonl, the world's paths replaced."""

    def write(world: World, recorder: Recorder, name: str) -> None:
        if os.environ.get("PLANWEIR_E2E_RECORD") == "1":
            lines = [json.dumps(event) for event in recorder.sanitised(world.project, world.home)]
            (PAYLOADS / f"{name}.jsonl").write_text("\n".join(lines) + "\n")

    return write


@pytest.fixture
def make_recorded(
    make_world: Callable[..., World], tmp_path: Path
) -> Callable[..., tuple[World, Recorder]]:
    """A world with the recording plugin, whose hooks answer by the given rules."""

    def make(*rules: dict[str, Any], **options: Any) -> tuple[World, Recorder]:
        recorder = Recorder(tmp_path / f"recorder-{len(list(tmp_path.iterdir()))}", rules)
        return make_world(plugin=recorder.path, **options), recorder

    return make
