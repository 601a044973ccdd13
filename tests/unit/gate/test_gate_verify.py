"""The gate runs the plan's commands itself; results are kept for the very tree; the baseline says what is forgiven."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest
from tests.unit.gate.shop import Shop, check, plan, results, task

from planweir.gate.commands import run
from planweir.verbs import mend
from planweir.verbs.complete import complete


def pytest_says(shop: Shop, *failing: str, passed: int = 3) -> None:
    """What the plan's test command prints from now on, in the words of pytest; it fails where a test does."""
    lines = [f"FAILED {name} - assert False" for name in failing]
    counts = (f"{len(failing)} failed, " if failing else "") + f"{passed} passed in 0.01s"
    said = "\n".join(
        [
            "============================= test session starts ==============================",
            "collected 3 items",
            "",
            *(
                ["=========================== short test summary info ============================"]
                if lines
                else []
            ),
            *lines,
            f"{'=' * 20} {counts} {'=' * 20}",
        ]
    )
    (shop.folder / "says").write_text(said + "\n")
    (shop.folder / "exit").write_text("1" if failing else "0")


def says(shop: Shop) -> str:
    return f"cat {shop.folder}/says; exit $(cat {shop.folder}/exit)"


def two_waves(shop: Shop, *, head: str = "") -> str:
    return plan(
        task("T1", "a.py test_a.py"),
        task("T2", "b.py", "T1"),
        head=head or f"Verify: `{says(shop)}`",
    )


class TestRunning:
    def test_in_the_projects_root_by_bash_with_pipefail(self, shop: Shop) -> None:
        assert run(str(shop.root), "pwd; [[ -n $BASH ]] && echo bash").output == f"{shop.root}\nbash\n"
        assert run(str(shop.root), "false | cat").exit == 1

    def test_command_exit_status_duration_and_tree_are_journaled(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Verify: `true # it`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        event = next(row for row in shop.journal.events()[0] if row["kind"] == "gate_passed")
        rows = event["checks"]
        assert isinstance(rows, list)
        ran = next(row for row in rows if row["name"] == "verify-1")
        assert (ran["command"], ran["exit"]) == ("true # it", 0)
        assert ran["seconds"] >= 0
        assert len(str(event["tree"])) == 40

    def test_exit_0_without_a_passed_test_is_a_failure(self, shop: Shop) -> None:
        ran = run(str(shop.root), "echo '=== no tests ran in 0.01s ==='")
        assert ran.none_ran
        assert not ran.ok

    def test_the_end_of_a_failing_commands_output_is_printed(self, shop: Shop) -> None:
        shop.open(
            plan(task("T1", "a.py"), head="Verify: `test ! -e a.py || { seq 9999; echo the end; false; }`")
        )
        shop.reviewed("T1", {"a.py": "a\n"})
        row = check(shop.fails(), "verify-1")
        assert row.details[-1].endswith("9999\nthe end")
        assert len(row.details[-1]) <= 1500

    def test_what_is_printed_begins_with_a_line_and_holds_no_colours(self, shop: Shop) -> None:
        lines = r"for i in $(seq 999); do printf '\033[31mline %s\033[39m\n' $i; done"
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `test ! -e a.py || {{ {lines}; false; }}`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shown = check(shop.fails(), "verify-1").details[-1]
        assert shown.endswith("line 999")
        assert all(line.startswith("line ") for line in shown.split("\n"))

    def test_output_that_is_no_text_does_no_harm(self, shop: Shop) -> None:
        assert run(str(shop.root), r"printf '\xff\x00\xfe'; false").exit == 1

    def test_a_command_over_the_limit_is_ended_with_its_children_and_fails(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLANWEIR_COMMAND_LIMIT", "0.4")
        pids = shop.folder / "pids"
        ran = run(str(shop.root), f"sleep 300 & echo $! >> {pids}; echo begun; sleep 300")
        assert ran.exit is None
        assert not ran.ok
        assert ran.seconds < 5
        assert ran.output == "begun\n"
        assert "time limit" in ran.said
        for pid in pids.read_text().split():
            assert ends(int(pid))

    def test_what_a_command_leaves_running_neither_holds_the_gate_nor_lives_on(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLANWEIR_COMMAND_LIMIT", "20")
        pids = shop.folder / "pids"
        ran = run(str(shop.root), f"sleep 300 & echo $! > {pids}; echo done")
        assert (ran.exit, ran.output) == (0, "done\n")
        assert ran.seconds < 10
        assert ends(int(pids.read_text()))

    def test_a_daemon_of_its_own_session_does_not_hold_the_gate(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLANWEIR_COMMAND_LIMIT", "20")
        pids = shop.folder / "pids"
        code = (
            f"import os, time; os.setsid(); open({str(pids)!r}, 'w').write(str(os.getpid())); time.sleep(300)"
        )
        began = time.monotonic()
        ran = run(str(shop.root), f'{sys.executable} -c "{code}" & until test -s {pids}; do sleep 0.01; done')
        os.kill(int(pids.read_text()), signal.SIGKILL)
        assert ran.exit == 0
        assert time.monotonic() - began < 15


def ends(pid: int) -> bool:
    """A process that was killed is gone, or a zombie, within a moment."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        os.sched_yield()
    return False


class TestKeptResults:
    @pytest.fixture
    def counted(self, shop: Shop) -> list[int]:
        """A plan whose command counts its runs and whose gate fails at a stray file."""
        command, count = shop.counter()
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `{command}`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.write("stray.txt")
        shop.fails()
        self.count = count
        return [count()]

    def test_are_reused_on_an_unchanged_tree(self, shop: Shop, counted: list[int]) -> None:
        again = shop.fails()
        assert self.count() == counted[0]
        assert "kept" in check(again, "verify-1").said

    @pytest.mark.parametrize("change", ["content", "new", "gone", "mode"])
    def test_are_made_anew_after_any_change(self, shop: Shop, counted: list[int], change: str) -> None:
        if change == "content":
            shop.write("stray.txt", "other\n")
        elif change == "new":
            shop.write("new.txt")
        elif change == "gone":
            (shop.root / "stray.txt").unlink()
        else:
            (shop.root / "stray.txt").chmod(0o755)
        shop.gate()
        assert self.count() == counted[0] + 1

    def test_a_failure_is_never_kept(self, shop: Shop) -> None:
        command, count = shop.counter()
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `{command}; test ! -e a.py`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        before = count()
        shop.fails()
        shop.fails()
        assert count() == before + 2

    def test_a_broken_file_of_results_is_no_result(self, shop: Shop, counted: list[int]) -> None:
        (shop.folder / f"home/projects{shop.root}/artifacts/gate/results.json").write_text("[{")
        shop.fails()
        assert self.count() == counted[0] + 1


class TestBaseline:
    def test_a_test_that_failed_by_name_before_is_forgiven(self, shop: Shop) -> None:
        pytest_says(shop, "old/test_old.py::test_x")
        answer = shop.open(two_waves(shop))
        assert "old/test_old.py::test_x" in answer.text
        shop.reviewed("T1", {"a.py": "a\n"})
        row = check(shop.passes(), "verify-1")
        assert row.result == "ok"
        assert "1 failed before the plan too" in row.said

    def test_it_is_forgiven_at_the_last_gate_and_at_complete_too(self, shop: Shop) -> None:
        pytest_says(shop, "old/test_old.py::test_x")
        shop.open(plan(task("T1", "a.py"), head=f"Verify: `{says(shop)}`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        answer = complete(shop.places)
        assert answer.ok, answer.text

    def test_one_that_lies_in_a_tasks_files_is_not(self, shop: Shop) -> None:
        pytest_says(shop, "test_a.py::test_x")
        shop.open(two_waves(shop))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert check(shop.fails(), "verify-1").failed
        assert shop.status("T1") == "rework"

    def test_another_failure_beside_it_is_not(self, shop: Shop) -> None:
        pytest_says(shop, "old/test_old.py::test_x")
        shop.open(two_waves(shop))
        shop.reviewed("T1", {"a.py": "a\n"})
        pytest_says(shop, "old/test_old.py::test_x", "old/test_old.py::test_y")
        row = check(shop.fails(), "verify-1")
        assert row.details[0] == "old/test_old.py::test_y"

    def test_a_known_name_that_comes_with_failures_that_have_none_is_not(self, shop: Shop) -> None:
        pytest_says(shop, "old/test_old.py::test_x")
        shop.open(two_waves(shop))
        shop.reviewed("T1", {"a.py": "a\n"})
        told = (shop.folder / "says").read_text()
        (shop.folder / "says").write_text(told.replace("1 failed", "2 failed"))
        assert check(shop.fails(), "verify-1").failed

    UNNAMED = "Verify: `test -e b.py`"

    def test_a_failure_without_names_is_not_yet_at_earlier_gates(self, shop: Shop) -> None:
        answer = shop.open(two_waves(shop, head=self.UNNAMED))
        assert "without naming tests" in answer.text
        shop.reviewed("T1", {"a.py": "a\n"})
        done = shop.passes()
        assert check(done, "verify-1").result == "not yet"
        assert "not yet" in "\n".join(done.lines())

    def test_a_program_that_only_setup_brings_is_told_with_setup(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Setup: `make env`\nVerify: `.venv/bin/python -m pytest`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert "has Setup been run in the project (`make env`)?" in check(shop.fails(), "verify-1").mend

    def test_so_is_one_that_names_only_tests_of_no_task_that_is_done(self, shop: Shop) -> None:
        (shop.folder / "says").write_text("no tests ran in 0.01s\n")
        (shop.folder / "exit").write_text("5")
        answer = shop.open(two_waves(shop))
        assert "without naming tests" in answer.text
        shop.reviewed("T1", {"a.py": "a\n", "test_a.py": "def test_a(): assert False\n"})
        pytest_says(shop, "test_b.py::test_b")
        assert check(shop.passes(), "verify-1").result == "not yet"

    def test_it_fails_once_it_names_a_test_of_a_task_that_is_done_which_goes_back(self, shop: Shop) -> None:
        (shop.folder / "says").write_text("no tests ran in 0.01s\n")
        (shop.folder / "exit").write_text("5")
        shop.open(two_waves(shop))
        shop.reviewed("T1", {"a.py": "a\n", "test_a.py": "def test_a(): assert False\n"})
        pytest_says(shop, "test_a.py::test_a")
        assert check(shop.fails(), "verify-1").failed
        assert shop.status("T1") == "rework"

    def test_it_fails_at_the_last_gate(self, shop: Shop) -> None:
        shop.open(two_waves(shop, head=self.UNNAMED))
        shop.reviewed("T1", {"a.py": "a\n"})
        shop.passes()
        shop.reviewed("T2")
        assert check(shop.fails(), "verify-1").failed

    def test_what_has_passed_once_is_no_longer_forgiven(self, shop: Shop) -> None:
        document = plan(
            task("T1", "a.py"),
            task("T2", "b.py", "T1"),
            task("T3", "c.py", "T2"),
            head="Verify: `test -e a.py`",
        )
        shop.open(document)
        shop.reviewed("T1", {"a.py": "a\n"})
        assert check(shop.passes(), "verify-1").result == "ok"
        shop.implement("T2", {"b.py": "b\n"})
        shop.reviews("T2")
        os.rename(shop.root / "a.py", shop.folder / "a.py")
        assert check(shop.fails(), "verify-1").failed

    def test_nor_what_passed_at_a_gate_that_failed(self, shop: Shop) -> None:
        shop.open(
            plan(task("T1", "a.py"), task("T2", "b.py", "T1"), head=f"Verify: `test -e {shop.folder}/on`")
        )
        shop.reviewed("T1", {"a.py": "a\n"})
        (shop.folder / "on").touch()
        shop.write("stray.txt")
        shop.fails()
        (shop.folder / "on").unlink()
        (shop.root / "stray.txt").unlink()
        assert check(shop.fails(), "verify-1").failed

    def test_verify_at_end_has_no_baseline_and_is_for_the_last_gate_alone(self, shop: Shop) -> None:
        command, count = shop.counter()
        shop.open(two_waves(shop, head=f"Verify at end: `{command}; test -e b.py`"))
        assert count() == 0
        shop.reviewed("T1", {"a.py": "a\n"})
        assert "end-1" not in results(shop.passes())
        assert count() == 0
        shop.reviewed("T2")
        assert check(shop.fails(), "end-1").failed
        assert count() == 1

    def test_what_the_plans_commands_made_before_it_is_theirs_and_not_the_persons(self, shop: Shop) -> None:
        shop.write("report.txt", "the person ran it\n")
        answer = shop.open(plan(task("T1", "a.py"), head="Verify: `date +%N > report.txt; date > more.txt`"))
        assert "Yours, not the plan's (changed before it): report.txt\n" in answer.text
        shop.reviewed("T1", {"a.py": "a\n", "report.txt": "the agent ran it\n"})
        shop.passes()
        assert shop.files_of() == ["a.py"]


class TestATasksOwnCommands:
    def test_run_at_the_gate_of_its_wave(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py", verify="test -e a.py"), task("T2", "b.py", "T1", verify="false")))
        shop.reviewed("T1", {"a.py": "a\n"})
        done = shop.passes()
        assert results(done)["T1-1"] == "ok"
        assert "T2-1" not in results(done)

    def test_a_skipped_tasks_do_not(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py", verify="false")))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert mend.skip(shop.places, "T2").ok
        assert "T2-1" not in results(shop.passes())
