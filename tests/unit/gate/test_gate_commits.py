"""The gate's commits: one a task, of its own paths alone, with trailers; the repository's own hooks run."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.unit.gate.shop import PLANNER, TWO, TWO_WAVES, Shop, check, plan, results, task

from planweir.brief.status import lines as status_lines
from planweir.gate.gate import run_gate
from planweir.gate.outcome import NotOpen
from planweir.verbs import mend
from planweir.verbs.ending import abort


def two_reviewed(shop: Shop, document: str = TWO) -> None:
    shop.open(document)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.reviewed("T2", {"b.py": "b\n"})


def test_each_task_is_one_commit_with_trailers(shop: Shop) -> None:
    two_reviewed(shop)
    shop.passes()
    assert shop.commits() == ["T1: Do T1", "T2: Do T2"]
    assert shop.files_of("HEAD~1") == ["a.py"]
    trailers = shop.git("log", "-1", "--format=%(trailers)", "HEAD~1").split("\n")
    assert trailers[:3] == [
        f"Planweir-Plan: {shop.state['plan']['id']}",
        "Planweir-Task: T1",
        "Planweir-Gate: wave 1",
    ]
    assert shop.task("T1")["commit"] == shop.git("rev-parse", "HEAD~1").strip()
    assert shop.dirty() == []


def test_a_task_that_changed_nothing_has_no_commit(shop: Shop) -> None:
    shop.open(TWO)
    shop.reviewed("T1")
    shop.reviewed("T2", {"b.py": "b\n"})
    told = check(shop.passes(), "commits").details
    assert shop.commits() == ["T2: Do T2"]
    assert shop.task("T1")["commit"] == ""
    assert told == ["T1: nothing to commit, it changed none of its files"]
    lines = status_lines(shop.places, shop.state)
    assert [("no commit" in line) for line in lines if ": Do T" in line] == [True, False]


def test_commit_none_makes_no_commit_in_any_wave(shop: Shop) -> None:
    shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head="Commit: none"))
    shop.reviewed("T1", {"a.py": "a\n"})
    assert check(shop.passes(), "commits").said == "the plan wants none"
    shop.reviewed("T2", {"b.py": "b\n"})
    shop.passes()
    assert shop.commits() == []
    assert shop.dirty() == ["?? a.py", "?? b.py"]


@pytest.mark.parametrize("change", ["changed", "gone"])
def test_under_commit_none_a_completed_tasks_file_that_changes_is_noticed(shop: Shop, change: str) -> None:
    shop.open(plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head="Commit: none"))
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.passes()
    shop.reviewed("T2", {"b.py": "b\n"})
    if change == "changed":
        shop.write("a.py", "changed\n")
    else:
        (shop.root / "a.py").unlink()
    assert "a.py" in check(shop.fails(), "changes").details[0]


def test_the_repositorys_hooks_run_and_no_verify_leaves_them_out(shop: Shop) -> None:
    shop.hook("pre-commit", f"echo ran >> {shop.folder}/hooked")
    two_reviewed(shop)
    shop.passes()
    assert (shop.folder / "hooked").read_text().count("ran") == 2


def test_no_verify_leaves_the_repositorys_hooks_out(shop: Shop) -> None:
    shop.hook("pre-commit", "exit 1")
    two_reviewed(shop, plan(task("T1", "a.py"), task("T2", "b.py"), head="Commit: no-verify"))
    shop.passes()
    assert shop.commits() == ["T1: Do T1", "T2: Do T2"]


def test_a_failing_hook_is_a_failing_check_with_its_output_and_sends_its_task_back(shop: Shop) -> None:
    shop.hook(
        "pre-commit", "if git diff --cached --name-only | grep -q b.py; then echo b.py is ugly; exit 1; fi"
    )
    two_reviewed(shop)
    row = check(shop.fails(), "commits")
    assert "b.py is ugly" in row.details[0]
    assert (shop.status("T1"), shop.status("T2")) == ("reviewed", "rework")
    assert "b.py is ugly" in shop.task("T2")["sent_back"]
    assert shop.commits() == ["T1: Do T1"]
    shop.mends_hook()
    shop.reviewed("T2", {"b.py": "pretty\n"})
    shop.passes()
    assert shop.commits() == ["T1: Do T1", "T2: Do T2"]


def test_what_a_task_changes_after_its_commit_is_committed_too(shop: Shop) -> None:
    shop.hook("pre-commit", "! git diff --cached --name-only | grep -q b.py")
    two_reviewed(shop)
    shop.fails()
    shop.mends_hook()
    shop.record("sent_back", task="T1", why="its tests fail now")
    shop.reviewed("T1", {"a.py": "mended\n"})
    shop.reviewed("T2")
    shop.passes()
    assert shop.git("show", "HEAD~1:a.py") == "mended\n"
    assert shop.dirty() == []


def test_a_missing_identity_is_said_and_is_the_persons_to_settle(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_reviewed(shop)
    for name in ("name", "email"):
        shop.git("config", "--unset", f"user.{name}")
    shop.git("config", "user.useConfigOnly", "true")
    row = check(shop.fails(), "commits")
    assert "identity" in "".join(row.details)
    assert "user.email" in row.mend
    assert shop.step() == "person"
    assert (shop.status("T1"), shop.status("T2")) == ("reviewed", "reviewed")
    shop.git("config", "user.name", "Me")
    shop.git("config", "user.email", "me@example.org")
    shop.passes()


def test_a_merge_under_way_is_the_persons_to_end(shop: Shop) -> None:
    shop.git("switch", "-qc", "other")
    shop.git("commit", "-q", "--allow-empty", "-m", "other")
    shop.git("switch", "-q", "work")
    shop.git("commit", "-q", "--allow-empty", "-m", "ours")
    two_reviewed(shop)
    shop.git("merge", "-q", "--no-ff", "--no-commit", "other")
    assert "merge" in check(shop.fails(), "commits").details[0]
    assert shop.step() == "person"
    shop.git("merge", "--abort")
    shop.passes()


def test_a_git_that_was_cut_off_is_said_and_no_task_is_blamed(shop: Shop) -> None:
    two_reviewed(shop)
    lock = shop.root / ".git" / "index.lock"
    lock.write_text("")
    assert str(lock) in check(shop.fails(), "commits").details[0]
    assert (shop.status("T1"), shop.status("T2")) == ("reviewed", "reviewed")
    lock.unlink()
    shop.passes()


def test_a_waived_commit_is_made_by_nobody_and_does_not_fail_the_next_gate(shop: Shop) -> None:
    shop.hook("pre-commit", "exit 1")
    shop.open(TWO_WAVES)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.fails()
    assert mend.waive(shop.places, "commits", "our hook is broken").ok
    shop.reviewed("T1")
    shop.passes()
    shop.reviewed("T2", {"b.py": "b\n"})
    assert results(shop.passes())["changes"] == "ok"


def here(shop: Shop, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(PLANNER), "gate", "--here"],
        cwd=shop.root,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


# Where a gate of two tasks can be cut off: before a commit, after it and before its event, before the last event.
CUTS = {
    "in the first command": ("verify", ""),
    "before the first commit": ("pre-commit", "a.py"),
    "after the first commit": ("post-commit", "a.py"),
    "before the second commit": ("pre-commit", "b.py"),
    "after the second commit": ("post-commit", "b.py"),
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_gate_that_is_killed_and_run_again_ends_with_one_commit_a_task(shop: Shop, cut: str) -> None:
    where, path = CUTS[cut]
    once = f"test -e {shop.folder}/armed && ! test -e {shop.folder}/cut && touch {shop.folder}/cut"
    # The gate is the nearest process above whose command line names it.
    kill = shop.script(
        "kill",
        'pid=$PPID; while [ "$pid" -gt 1 ]; do '
        "if tr '\\0' ' ' < /proc/$pid/cmdline | grep -q 'gate --here'; then kill -9 $pid; exit; fi; "
        "pid=$(awk '{print $4}' /proc/$pid/stat); done",
    )
    asked = {
        "verify": "",
        "pre-commit": f"git diff --cached --name-only | grep -q {path} && ",
        "post-commit": f"git show --name-only --format= HEAD | grep -q {path} && ",
    }[where]
    body = f"{asked}{once} && {kill}; exit 0"
    if where == "verify":
        two_reviewed(
            shop, plan(task("T1", "a.py"), task("T2", "b.py"), head=f"Verify: `{shop.script('v', body)}`")
        )
    else:
        shop.hook(where, body)
        two_reviewed(shop)
    (shop.folder / "armed").touch()
    assert here(shop).returncode == 3  # the gate died
    assert (shop.folder / "cut").exists()
    wait_for_git(shop)
    assert shop.status("T1") == "reviewed"
    again = here(shop)
    assert again.returncode == 0, again.stdout + again.stderr
    assert shop.commits() == ["T1: Do T1", "T2: Do T2"]
    assert [shop.task(name)["commit"] for name in ("T1", "T2")] == shop.git(
        "rev-list", "--reverse", "-2", "HEAD"
    ).split()
    assert shop.kinds().count("gate_passed") == 1


def wait_for_git(shop: Shop) -> None:
    """The git that the killed gate had started may still be at its commit: it ends when its pipe is closed."""
    while (shop.root / ".git" / "index.lock").exists():
        os.sched_yield()


def test_a_plan_that_ends_while_its_gate_runs_gets_no_commit_and_no_event(shop: Shop) -> None:
    end = shop.script("end", f"test -e {shop.folder}/armed && touch {shop.folder}/ended; true")
    two_reviewed(shop, plan(task("T1", "a.py"), task("T2", "b.py"), head=f"Verify: `{end}`"))

    def aborts(line: str) -> None:
        if line.startswith("running"):
            assert abort(shop.places).ok
            shop.open(TWO.replace("Shop", "Another"))

    with pytest.raises(NotOpen):
        run_gate(shop.places, aborts)
    assert shop.commits() == []
    assert shop.kinds() == ["opened", "engine_set"]
