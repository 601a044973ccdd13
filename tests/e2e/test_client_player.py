"""One recording, two players: the real client and the stand-in for it come to the same journal."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.notes import implement, plan, review
from tests.e2e.plans import kinds
from tests.e2e.world import REPOSITORY, World

from planweir.places import Places
from planweir.play.client.fetch import cache_base
from planweir.play.client.player import ClientPlayer
from planweir.play.hooks_player import Player
from planweir.play.host import Host
from planweir.play.recording import Recording, from_json
from planweir.play.seen import Disagreement, Seen

MakeWorld = Callable[..., World]

TYPED = {"type": "/implement-plan plan.md --yes", "expect": {"told": "Wave 1 of 1: start T1 (implementer), T2"}}
EDIT = {"call": {"tool": "Write", "input": {"file_path": "one.txt", "content": "T1\n"}}}
BASH = {"tool": "Bash", "input": {"command": "git status --short"}}


def recording(main: list[Any], **actors: list[Any]) -> Recording:
    """Two notes by two agents; `actors` in place of those that only do what they should."""
    steps = {
        "T1 implementer 1": implement("T1"),
        "T2 implementer 1": implement("T2"),
        **{
            f"{task} {role} 1": review(task, role)
            for task in ("T1", "T2")
            for role in ("task-reviewer", "code-reviewer")
        },
        **{name.replace("_", " ").replace("task reviewer", "task-reviewer"): list(rows) for name, rows in actors.items()},
    }
    return from_json({"format": 1, "plan": "plan.md", "actors": {"main": main, **{k: v for k, v in steps.items() if v}}})


def cut() -> Recording:
    """A session that is killed while T1's agent works and T2's has ended, and gone on with."""
    return recording(
        [
            {"type": "/task-planner --status", "expect": {"told": "No plan is open here"}},
            TYPED,
            {**EDIT, "expect": {"denied": "main-thread-edits"}},
            {"say": "All is done.", "expect": {"held": True}},
            {"follow": True},
            {"resume": True},
            {"type": "/implement-plan", "note": "the next morning"},
            {"follow": True},
            {"type": "/task-planner --complete", "expect": {"told": "done: Write notes"}},
        ],
        T1_implementer_1=[{"calls": [BASH]}, {"cut": True, "after": "T2 implementer 1"}],
        T1_implementer_2=implement("T1"),
    )


def with_client(made: World, recorded: Recording, tell: Callable[[Seen], None] = lambda seen: None) -> ClientPlayer:
    player = ClientPlayer(made, Places(str(made.planweir_home), str(made.project)), recorded, tell)
    player.play()
    return player


def test_both_players_come_to_the_same_journal_over_a_cut(make_world: MakeWorld) -> None:
    real, stand_in = (make_world({"plan.md": plan("T1", "T2")}) for _ in range(2))
    told: list[Seen] = []
    client = with_client(real, cut(), told.append)
    hooks = Player(
        Host(str(REPOSITORY), str(stand_in.project), str(stand_in.root / "client"), stand_in.environment()), cut()
    )
    hooks.play()
    assert client.counts == hooks.counts
    for task in ("T1", "T2"):
        assert kinds(real, task) == kinds(stand_in, task)
    assert "lost" in kinds(real, "T1") and "lost" not in kinds(real, "T2")
    seen = [row.kind for row in told if row.actor in ("person", "T1 implementer 1")]
    assert seen == [
        *("typed", "answer", "typed", "answer", "started", "call", "cut", "resumed", "typed", "answer"),
        *("typed", "answer"),
    ]
    assert [row.reason.startswith("Planweir: the plan is open") for row in told if row.kind == "held"] == [True]
    assert len({run.session_id for run in client.runs if run.requests}) == 1


@pytest.mark.parametrize(
    ("main", "words"),
    [
        ([TYPED, EDIT], r"main: 'Write' was denied: .*main-thread-edits"),
        ([TYPED, {"say": "Done."}], r"main: 'Done\.' was held: Planweir: the plan is open"),
        ([TYPED, {"calls": [BASH], "expect": {"fails": True}}], r"main: 'Bash' did not fail"),
        ([{"type": "/task-planner --status", "expect": {"told": "all is well"}}], r"main, step 1: .*'all is well'; it was: Planweir: No plan"),
        ([{"type": "/task-planner --status"}], r"never started, though .*: T1 code-reviewer 1, T1 implementer 1"),
        ([{"resume": True}], r"main, step 1: nothing has cut the session"),
    ],
)  # fmt: skip
def test_a_disagreement_says_where_what_was_wanted_and_what_came(
    make_world: MakeWorld, main: list[Any], words: str
) -> None:
    with pytest.raises(Disagreement, match=words):
        with_client(make_world({"plan.md": plan("T1", "T2")}), recording(main))


def test_nothing_of_the_person_reaches_the_client_on_the_stage(tmp_path: Path) -> None:
    from planweir.play.client.staged import client_player

    env = {"PATH": "/usr/bin:/bin", "PLANWEIR_HOME": f"{tmp_path}/planweir", "HOME": "/home/me", "A_TOKEN": "secret"}
    player = client_player(str(REPOSITORY), str(tmp_path), str(tmp_path), env, recording([]), lambda seen: None)
    kept = player.world.client_environment()
    assert kept["HOME"] == str(tmp_path / "home")
    assert "A_TOKEN" not in kept
    assert kept["PLANWEIR_HOME"] == env["PLANWEIR_HOME"]


# --- `task-planner demo --client claude` -----------------------------------------------------------------------


def demo(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The demonstration as a stranger starts it; the client's cache is the person's, everything else is `folder`'s."""
    given = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PLANWEIR_HOME": str(folder / "planweir"),
        "XDG_CACHE_HOME": str(cache_base().parent),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        **env,
    }
    return subprocess.run(
        [str(REPOSITORY / "bin" / "task-planner"), "demo", "--client", "claude", "--plain"],
        cwd=folder,
        env=given,
        capture_output=True,
        text=True,
        timeout=400,
    )


def test_the_demonstration_runs_through_the_real_client(real_client: Path, tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("denied [scope]", "held: T1 has no evidence yet", "the session is gone", "refused: this agent has no"):
        assert words in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Seen, all as recorded: 23 agents, ")
    assert "1 lost session, 3 passed gates, 6 commits." in done.stdout


def test_without_a_network_of_its_own_the_client_is_not_started(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("python3", "git", "sh", "bash", "dirname", "env", "cat"):
        found = sys.executable if name == "python3" else shutil.which(name)
        (programs / name).write_text(f'#!/bin/sh\nexec "{found}" "$@"\n')
        (programs / name).chmod(0o755)
    done = demo(tmp_path, PATH=str(programs))
    assert done.returncode == 3
    assert "unshare (util-linux) is not installed" in done.stderr
    assert "`task-planner demo` plays the same recording through the hooks alone" in done.stderr
    assert "starts, with the brief" not in done.stdout
