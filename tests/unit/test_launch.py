"""hooks/launch: nothing while no plan is open; fail closed without Python while one is; a person always gets out."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.crash.armed import GUARDS, ROOT, Armed, hooks, payload
from tests.unit.journal.walks import OWNER

from planweir.places import home
from planweir.verbs.ending import take_in_abort

SCRIPTS = sorted({script for _event, script in hooks()})
RECORDERS = [script for script in SCRIPTS if script not in (*GUARDS, "person_command")]
ODD_NAMES = [
    "app",
    "with space",
    "it's",
    'say "hi"',
    "two\nlines",
    "$HOME `id` \\n",
    "näher",
    "-dash",
    "*?[a]",
]


@pytest.fixture
def world(tmp_path: Path) -> Armed:
    return Armed(tmp_path)


def typed(arguments: str, command: str = "planweir:task-planner") -> dict[str, object]:
    return payload("UserPromptExpansion", command_name=command, command_args=arguments, session_id=OWNER)


def edit(world: Armed) -> dict[str, object]:
    given = {"file_path": str(world.project / "src" / "t1.py"), "content": "x = 1\n"}
    return payload(
        "PreToolUse", tool_name="Write", tool_input=given, session_id=OWNER, cwd=str(world.project)
    )


def sourced(env_file: Path, env: dict[str, str]) -> list[str]:
    """The three values that a real bash has after reading the file."""
    script = '. "$0"; printf "%s\\0" "$PLANWEIR_PROJECT" "$PLANWEIR_HOME" "$PATH"'
    done = subprocess.run(
        ["/bin/bash", "-c", script, str(env_file)], env=env, capture_output=True, check=True
    )
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:3]


# --- idle ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script != "person_command"])
def test_while_no_plan_is_open_a_hook_says_nothing_and_leaves_nothing(world: Armed, script: str) -> None:
    done = world.hook(script, edit(world))
    assert (done.status, done.out, done.err) == (0, "", "")
    assert not os.path.exists(world.places.home)


@pytest.mark.parametrize("script", SCRIPTS)
def test_another_projects_plan_arms_nothing_here(world: Armed, script: str, tmp_path: Path) -> None:
    world.arm()
    other = tmp_path / "app-2"
    other.mkdir()
    if script != "person_command":
        done = world.hook(script, edit(world), world.env(CLAUDE_PROJECT_DIR=str(other)))
        assert (done.status, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_sessions_start_gives_bash_its_three_variables_whatever_the_paths(
    tmp_path: Path, name: str
) -> None:
    world = Armed(tmp_path, f"{name}/app")
    env_file = tmp_path / "env file"
    env_file.write_text("export BEFORE=kept\n")
    mine = world.env(CLAUDE_ENV_FILE=str(env_file), PLANWEIR_HOME=f"{tmp_path}/{name}/home")
    done = world.hook("restore_session", payload("SessionStart"), mine)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert env_file.read_text().startswith("export BEFORE=kept\n")
    project, found_home, path = sourced(env_file, {"PATH": "/usr/bin:/bin"})
    assert project == str(world.project)
    assert found_home == f"{tmp_path}/{name}/home"
    assert path == f"{ROOT}/bin:/usr/bin:/bin"


def test_the_three_lines_come_while_a_plan_is_open_too(world: Armed, tmp_path: Path) -> None:
    world.arm()
    env_file = tmp_path / "env"
    done = world.hook("restore_session", payload("SessionStart"), world.env(CLAUDE_ENV_FILE=str(env_file)))
    assert done.status == 0
    assert "Plan: A plan" in done.out
    assert sourced(env_file, {"PATH": "/bin"})[:2] == [str(world.project), world.places.home]


# --- armed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True), (False, False)])
def test_either_marker_arms_and_the_journal_alone_does(world: Armed, first: bool, second: bool) -> None:
    world.arm(first, second)
    for python in (True, False):
        assert world.hook("block_direct_edits", edit(world), world.env(python)).decision == "deny"


def test_a_marker_that_is_gone_is_set_again_and_told(world: Armed) -> None:
    world.arm(first=False)
    world.hook("block_direct_edits", edit(world))
    assert os.path.exists(world.places.armed)
    assert world.journal.state()["incidents"] == [
        f"the marker {world.places.armed} was gone and was set again"
    ]


def test_a_marker_with_no_plan_to_explain_it_stays_armed(world: Armed) -> None:
    os.makedirs(os.path.dirname(world.places.armed))
    Path(world.places.armed).write_text("")
    done = world.hook("block_direct_edits", edit(world))
    assert done.decision == "deny"
    assert "--abort" in done.out


@pytest.mark.parametrize(
    "names",
    [
        {"PLANWEIR_HOME": "{}/p"},
        {"PLANWEIR_HOME": "{}/p/", "XDG_STATE_HOME": "{}/x"},
        {"PLANWEIR_HOME": "{}/a b/../p"},
        {"PLANWEIR_HOME": "", "XDG_STATE_HOME": "{}/x"},
        {"XDG_STATE_HOME": "{}/x/"},
        {"XDG_STATE_HOME": ""},
        {},
    ],
)
def test_shell_and_python_agree_where_the_home_is(tmp_path: Path, names: dict[str, str]) -> None:
    world = Armed(tmp_path)
    (tmp_path / "a b").mkdir()
    own = {"HOME": f"{tmp_path}/user", **{key: value.format(tmp_path) for key, value in names.items()}}
    env = {
        key: value for key, value in world.env(python=False).items() if key not in ("PLANWEIR_HOME", "HOME")
    }
    assert world.hook("block_direct_edits", edit(world), {**env, **own}).status == 0
    marker = f"{home(own)}/armed{world.project}/open"
    os.makedirs(os.path.dirname(marker))
    Path(marker).write_text("")
    assert world.hook("block_direct_edits", edit(world), {**env, **own}).status == 2
    env_file = tmp_path / "env"
    world.hook("restore_session", payload("SessionStart"), {**env, **own, "CLAUDE_ENV_FILE": str(env_file)})
    assert os.path.normpath(sourced(env_file, {"PATH": "/bin"})[1]) == home(own)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_plan_is_found_whatever_the_projects_path(tmp_path: Path, name: str) -> None:
    world = Armed(tmp_path, f"{name}/app")
    world.arm()
    assert world.hook("block_direct_edits", edit(world)).decision == "deny"
    assert world.hook("block_direct_edits", edit(world), world.env(False)).decision == "deny"
    slash = world.env(False, CLAUDE_PROJECT_DIR=f"{world.project}/")
    assert world.hook("block_direct_edits", edit(world), slash).decision == "deny"
    assert world.journal.state()["incidents"] == []


# --- no Python -------------------------------------------------------------------------------------------------


def broken_python(world: Armed) -> dict[str, str]:
    fake = world.root / "fake"
    fake.mkdir()
    (fake / "python3").write_text("#!/bin/sh\necho 'Traceback: broken' >&2\nexit 1\n")
    (fake / "python3").chmod(0o755)
    return world.env(PATH=f"{fake}:{world.root / 'tools'}")


@pytest.mark.parametrize("script", GUARDS)
@pytest.mark.parametrize("broken", [False, True])
def test_without_python_a_guard_denies_in_both_ways_that_clients_know(
    world: Armed, script: str, broken: bool
) -> None:
    world.arm()
    done = world.hook(script, edit(world), broken_python(world) if broken else world.env(python=False))
    assert done.status == 2
    assert done.decision == "deny"
    assert done.err.startswith("Planweir [undecided]: ")
    assert "Traceback" not in done.err
    assert "/task-planner --abort" in done.err


@pytest.mark.parametrize("script", RECORDERS)
def test_without_python_a_recorder_is_silent(world: Armed, script: str) -> None:
    world.arm()
    done = world.hook(script, edit(world), world.env(python=False))
    assert (done.status, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("broken", [False, True])
def test_without_python_a_person_is_answered(world: Armed, broken: bool) -> None:
    env = broken_python(world) if broken else world.env(python=False)
    for armed in (False, True):
        if armed:
            world.arm()
        done = world.hook("person_command", typed("--status"), env)
        assert done.status == 0
        assert done.reply["decision"] == "block"
        assert "python3" in str(done.reply["reason"])
        assert os.path.exists(world.places.armed) == armed


def spaced(event: dict[str, object]) -> bytes:
    return json.dumps(event).encode()


def compact(event: dict[str, object]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()


@pytest.mark.parametrize("written", [spaced, compact])
@pytest.mark.parametrize("words", ["--abort", "abort", "--abort "])
@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("marked", [True, False])
def test_without_python_abort_leaves_the_plan_and_the_journal_takes_it_in_later(
    world: Armed, written: Callable[[dict[str, object]], bytes], words: str, broken: bool, marked: bool
) -> None:
    world.arm(first=marked, second=marked)
    env = broken_python(world) if broken else world.env(python=False)
    done = world.hook("person_command", written(typed(words)), env)
    assert done.status == 0
    assert "is aborted" in str(done.reply["reason"])
    assert not os.path.exists(world.places.armed)
    assert not os.path.exists(world.places.second(str(world.data)))
    for script in SCRIPTS:
        if script != "person_command":
            idle = world.hook(script, edit(world), env)
            assert (idle.status, idle.out, idle.err) == (0, "", "")
    take_in_abort(world.places)
    assert not world.journal.exists
    kept = list(Path(world.places.archive).glob("*/journal.jsonl"))
    assert len(kept) == 1
    assert json.loads(kept[0].read_text().splitlines()[-1])["kind"] == "aborted"
    assert not os.path.exists(world.places.abort_requested)


@pytest.mark.parametrize(
    "event",
    [
        typed("abort-the-old-way.md", "planweir:implement-plan"),
        typed("--abort", "planweir:implement-plan"),
        typed("abort the upload when the client goes away"),
        typed('"command_args":"--abort"'),
        typed("--aborted"),
    ],
)
def test_without_python_words_that_are_no_abort_abort_nothing(world: Armed, event: dict[str, object]) -> None:
    world.arm()
    for data in (spaced(event), compact(event)):
        done = world.hook("person_command", data, world.env(python=False))
        assert "Nothing was done" in str(done.reply["reason"])
    assert os.path.exists(world.places.armed)


def test_without_python_an_abort_of_nothing_says_so(world: Armed) -> None:
    done = world.hook("person_command", typed("--abort"), world.env(python=False))
    assert "no plan is open" in str(done.reply["reason"])
    assert not os.path.exists(world.places.home)


def test_without_python_an_abort_that_could_not_be_done_is_not_told_as_done(world: Armed) -> None:
    world.arm()
    (world.root / "tools" / "mv").unlink()
    done = world.hook("person_command", typed("--abort"), world.env(python=False))
    assert "could not abort" in str(done.reply["reason"])
    assert not os.path.exists(world.places.abort_requested)
    assert world.hook("block_direct_edits", edit(world), world.env(python=False)).decision == "deny"


def test_the_runtimes_python_goes_before_the_one_on_the_path(world: Armed) -> None:
    world.arm()
    own = Path(world.places.home, "runtime", "0.5.0", "bin")
    own.mkdir(parents=True)
    (own / "python").write_text("#!/bin/sh\necho '{}'\n")
    (own / "python").chmod(0o755)
    assert world.hook("block_direct_edits", edit(world)).out == "{}\n"
