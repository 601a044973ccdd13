"""complete: refuses with what is open, computes anew, tells everything, and leaves nothing behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.unit.gate.shop import TWO, Shop, plan, task

from planweir import jobs
from planweir.evidence import tree
from planweir.journal.store import Journal
from planweir.places import Places
from planweir.verbs import mend
from planweir.verbs.complete import complete
from planweir.verbs.ending import abort
from planweir.verbs.lifecycle import pause
from planweir.verbs.mine import mine
from planweir.verbs.start import start

ONE = plan(task("T1", "a.py"))


def closed(shop: Shop, document: str = ONE) -> None:
    """The plan's only wave is closed."""
    shop.open(document)
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.passes()


def test_refuses_and_names_what_is_open(shop: Shop) -> None:
    shop.open(TWO)
    shop.reviewed("T1", {"a.py": "a\n"})
    answer = complete(shop.places)
    assert not answer.ok
    assert "T1, T2 still open" in answer.text
    assert shop.state["plan"]["status"] == "open"


def test_refuses_while_a_gate_is_due(shop: Shop) -> None:
    shop.open(TWO)
    for name in ("T1", "T2"):
        assert mend.skip(shop.places, name).ok
    answer = complete(shop.places)
    assert not answer.ok
    assert "gate" in answer.text
    shop.passes()
    assert complete(shop.places).ok


def test_refuses_where_no_plan_is_open(shop: Shop) -> None:
    assert complete(shop.places).text == "no plan is open here."


def test_a_paused_plan_may_be_completed(shop: Shop) -> None:
    closed(shop)
    pause(shop.places)
    assert complete(shop.places).ok


class TestComputesAnew:
    def test_verify_and_verify_at_end_both_run_on_a_changed_tree(self, shop: Shop) -> None:
        command, count = shop.counter()
        at_end, ends = shop.counter("ends")
        closed(shop, plan(task("T1", "a.py"), head=f"Verify: `{command}`\nVerify at end: `{at_end}`"))
        before = (count(), ends())
        shop.write("README.md", "mine\n")
        shop.git("commit", "-qam", "mine")
        assert complete(shop.places).ok
        assert (count(), ends()) == (before[0] + 1, before[1] + 1)

    def test_a_failing_command_is_said_with_its_output_and_its_mend(self, shop: Shop) -> None:
        closed(
            shop, plan(task("T1", "a.py"), head="Verify at end: `cat README.md; ! grep -q broken README.md`")
        )
        shop.write("README.md", "broken\n")
        shop.git("commit", "-qam", "mine")
        answer = complete(shop.places)
        assert not answer.ok
        assert "end-1" in answer.text
        assert "Next: " in answer.text
        assert shop.state["plan"]["status"] == "open"

    def test_a_failure_without_names_from_before_the_plan_fails_here(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), head="Verify: `test -e b.py`"))
        shop.reviewed("T1", {"a.py": "a\n"})
        assert mend.waive(shop.places, "verify-1", "not ours").ok
        shop.passes()
        answer = complete(shop.places)
        assert answer.ok
        assert "waived by a person: not ours" in answer.text

    @pytest.mark.parametrize("way", ["commit", "discard", "waive"])
    def test_drift_since_the_last_gate_has_its_ways_out(self, shop: Shop, way: str) -> None:
        closed(shop)
        shop.write("a.py", "drifted\n")
        assert not complete(shop.places).ok
        if way == "commit":
            shop.git("commit", "-qam", "mine")
            assert not complete(shop.places).ok  # no review and no gate saw that
            assert mine(shop.places, ["a.py"]).ok
        elif way == "discard":
            assert mend.discard(shop.places, ["a.py"]).ok
        else:
            assert mend.waive(shop.places, "changes", "mine").ok
            assert mend.waive(shop.places, "tree", "mine").ok
        answer = complete(shop.places)
        assert answer.ok, answer.text

    def test_what_an_earlier_call_found_is_not_believed_after_a_change(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.mkfifo(shop.folder / "go")
        wait = shop.script(
            "wait", f"test -e {shop.folder}/free || read -r _ < {shop.folder}/go; ! test -e bad.txt"
        )
        (shop.folder / "free").touch()
        closed(shop, plan(task("T1", "a.py"), head=f"Verify at end: `{wait}`"))
        shop.write("README.md", "mine\n")
        shop.git("commit", "-qam", "mine")
        (shop.folder / "free").unlink()
        monkeypatch.setenv("PLANWEIR_WAIT", "0.2")
        answer = complete(shop.places)
        assert not answer.ok
        assert "still run" in answer.text
        (shop.folder / "go").write_text("go\n")
        while jobs.running(shop.places, "complete"):
            os.sched_yield()
        (shop.folder / "free").touch()
        shop.write("bad.txt")
        monkeypatch.delenv("PLANWEIR_WAIT")
        answer = complete(shop.places)
        assert not answer.ok
        assert "bad.txt" in answer.text
        (shop.root / "bad.txt").unlink()
        assert complete(shop.places).ok


@pytest.mark.parametrize("behind", [0, 1])
def test_a_result_that_no_check_of_ours_journaled_is_none(shop: Shop, behind: int) -> None:
    closed(shop, plan(task("T1", "a.py"), head="Verify at end: `! test -e bad.txt`"))
    shop.write("bad.txt")
    shop.git("add", "bad.txt")
    shop.git("commit", "-qm", "a person's")
    there = Path(shop.places.jobs) / "complete" / "found.json"
    there.parent.mkdir(parents=True, exist_ok=True)
    said = {"ok": True, "lines": ["  ok end-1"], "seq": shop.state["seq"] - behind, "tree": tree.snapshot(str(shop.root))}
    there.write_text(json.dumps(said))
    answer = complete(shop.places)
    assert not answer.ok
    assert "end-1" in answer.text


def test_the_printout_holds_by_hand_items_skipped_tasks_waivers_and_commits(shop: Shop) -> None:
    shop.open(
        plan(
            task("T1", "a.py", done_when=("it works", "(by hand) it looks well")),
            task("T2", "b.py", done_when=("(by hand) never asked",)),
        )
    )
    shop.reviewed("T1", {"a.py": "a\n"})
    assert mend.skip(shop.places, "T2", why="out of scope").ok
    assert mend.waive(shop.places, "new-tests", "a spike").ok
    shop.passes()
    commit = shop.git("rev-parse", "--short=10", "HEAD").strip()
    answer = complete(shop.places)
    assert answer.ok
    assert "T1 1: it looks well" in answer.text
    assert "never asked" not in answer.text
    assert "T2 skipped: out of scope" in answer.text
    assert f"T1 {commit}" in answer.text
    assert "new-tests" in answer.text
    assert "a spike" in answer.text


def listing(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if ".git/objects" not in str(path)
    )


def left(shop: Shop) -> list[str]:
    """What the plan's folder holds beside the archive."""
    return sorted(name for name in os.listdir(shop.places.base) if name != "archive")


@pytest.mark.parametrize("ending", [complete, abort])
@pytest.mark.parametrize("layout", ["plain", "worktree", "no exclude file"])
def test_plans_in_a_row_leave_nothing_behind(
    shop: Shop, layout: str, ending: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_PLUGIN_DATA", str(shop.folder / "data"))
    common = shop.root / ".git"
    if layout == "worktree":
        shop.git("worktree", "add", "-q", str(shop.folder / "tree"))
        shop.root = shop.folder / "tree"
        shop.places = Places(shop.places.home, str(shop.root))
        shop.journal = Journal(shop.places)
    exclude = common / "info" / "exclude"
    if layout == "no exclude file":
        exclude.unlink()
    before = exclude.read_bytes() if exclude.exists() else b""
    for number in range(3):
        path = shop.folder / "plan.md"
        path.write_text(plan(task("T1", "a.py"), title=f"Plan {number}"))
        assert start(shop.places, str(path), "s1").ok
        assert (shop.root / ".claude/state/active_task_graph.json").exists()
        shop.reviewed("T1", {"a.py": f"{number}\n"})
        shop.passes()
        answer = ending(shop.places)  # type: ignore[operator]
        assert answer.ok, answer.text
        assert not (shop.root / ".claude").exists()
        assert shop.dirty() == []
        assert (exclude.read_bytes() if exclude.exists() else b"") == before
        assert left(shop) == []
        assert listing(shop.folder / "home" / "armed") == []
        assert listing(shop.folder / "data" / "armed") == []
        assert len(os.listdir(shop.places.archive)) == number + 1
    kept = Path(shop.places.archive)
    assert all((kept / name / "journal.jsonl").exists() for name in os.listdir(kept))


def test_a_project_below_another_keeps_its_plan_when_the_upper_one_ends(shop: Shop, template: Path) -> None:
    import shutil

    below = Shop(shop.folder)
    below.root = shop.root / "sub"
    shutil.copytree(template, below.root, symlinks=True)
    below.places = Places(shop.places.home, str(below.root))
    below.journal = Journal(below.places)
    shop.write(".gitignore", "/sub/\n")
    shop.git("add", ".gitignore")
    shop.git("commit", "-qm", "ignore")
    below.open(ONE)
    closed(shop)
    assert complete(shop.places).ok
    assert below.state["plan"]["status"] == "open"
    assert Path(below.places.armed).exists()
    below.reviewed("T1", {"a.py": "a\n"})
    below.passes()
    assert complete(below.places).ok


def test_what_another_committed_since_the_last_gate_is_told(shop: Shop) -> None:
    closed(shop, plan(task("T1", "a.py")))
    shop.write("README.md", "mine\n")
    shop.git("commit", "-qam", "after all")
    answer = complete(shop.places)
    assert answer.ok
    assert "after all" in answer.text
