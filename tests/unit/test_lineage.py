"""The processes above this one: the same by /proc and by ps, and what they tell about who started a hook."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planweir import lineage
from planweir.lineage import Process
from planweir.places import Places

LAUNCH = ("/bin/sh", "/opt/planweir/hooks/launch", "person_command")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    project = tmp_path / "app"
    project.mkdir()
    found = Places(str(tmp_path / "home"), str(project))
    path = Path(found.session("s"))
    path.parent.mkdir(parents=True)
    path.write_text('{"pid": "50"}')
    return found


def started(places: Places, monkeypatch: pytest.MonkeyPatch, *chain: tuple[int, tuple[str, ...]], client: str = "50") -> str:
    """Who started the hook, where these stand above it, nearest first."""
    rows = [Process(pid, chain[n + 1][0] if n + 1 < len(chain) else 1, words) for n, (pid, words) in enumerate(chain)]
    monkeypatch.setattr(lineage, "above", lambda: rows)
    return lineage.hook_started(places, client)[0]


def test_the_parents_are_this_processs_own() -> None:
    found = lineage.above()
    assert found[0].pid == os.getppid()
    assert lineage.parent_of(os.getpid()) == os.getppid()


def test_ps_tells_what_proc_tells() -> None:
    by_ps = lineage._from_ps()
    here = by_ps(os.getpid())
    if here is None:
        pytest.skip("no ps here")
    assert here.parent == os.getppid()


def test_a_process_that_is_gone_has_no_parent() -> None:
    assert lineage.parent_of(2**22 + 1) == 0


@pytest.mark.parametrize(
    ("words", "client"),
    [
        (("claude",), True),
        (("/home/p/.local/share/claude/versions/2.1.329", "-p", "x"), True),
        (("node", "/x/node_modules/@anthropic-ai/claude-code/cli.js"), True),
        (("claude.exe",), True),
        (("clang", "claude.c"), False),
        (("vim", "/x/claude"), False),
        (("node", "server.js"), False),
        ((), False),
    ],
)
def test_a_client_is_known_by_what_it_is_started_as(words: tuple[str, ...], client: bool) -> None:
    assert lineage.is_client(Process(7, 1, words)) is client


def test_the_client_starts_a_hook_through_launch_alone(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(places, monkeypatch, (60, LAUNCH), (50, ("claude",)), (40, ("zsh",))) == "client"
    assert started(places, monkeypatch, (61, LAUNCH), (60, LAUNCH), (50, ("anything",))) == "client"
    assert started(places, monkeypatch, (60, LAUNCH), (51, ("claude",)), client="") == "client"
    assert started(places, monkeypatch) == "client"  # the system tells nothing


def test_a_shell_below_the_client_is_an_agents(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(places, monkeypatch, (60, LAUNCH), (55, ("bash", "-c", "x")), (50, ("claude",))) == "shell"
    assert started(places, monkeypatch, (55, ("bash", "-c", "sh hooks/launch person_command")), (50, ("claude",))) == "shell"
    assert started(places, monkeypatch, (60, LAUNCH), (55, ("make", "x")), (50, ("claude",)), client="") == "shell"


def test_a_client_that_a_clients_shell_started_is_an_agents_too(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = (70, ("claude", "-p", "/task-planner pause"))
    assert started(places, monkeypatch, (75, LAUNCH), inner, (60, ("bash",)), (50, ("claude",)), client="70") == "shell"
    # a launcher, or a service that holds sessions, stands directly above its client
    assert started(places, monkeypatch, (75, LAUNCH), inner, (50, ("claude",)), (40, ("zsh",)), client="70") == "client"
    # a client of another project has a shell in which a person may start one here
    assert started(places, monkeypatch, (75, LAUNCH), inner, (60, ("bash",)), (51, ("claude",)), client="70") == "client"


def test_without_a_client_nobody_knows(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(places, monkeypatch, (60, LAUNCH), (55, ("zsh",)), (54, ("tmux",))) == "unknown"
