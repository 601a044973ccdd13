"""Code that nothing reaches is scaffold: its task is committed and closed, and no plan is complete with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.gate.shop import Shop, check, new_repository, plan, task

from planweir.brief import status
from planweir.brief.steps import next_step
from planweir.gate.reached import reachable
from planweir.journal import came
from planweir.journal.ready import due, graph_task, waits_for
from planweir.journal.transitions import Illegal
from planweir.verbs.complete import check_done, complete
from planweir.verbs.mend import amend, unblock, waive
from planweir.verbs.offer import offer
from planweir.verbs.words import run_verb

CLI = "from shop.cart import total\n\n\ndef main():\n    print(total())\n\n\nif __name__ == '__main__':\n    main()\n"
CART = "def total():\n    return 3\n"
STORE = "def save():\n    return 1\n"
TEST = "from shop.store import save\n\n\ndef test_save():\n    assert save()\n"
WIRED = "from shop.store import save\n\n\ndef total():\n    return save()\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    found = Shop(tmp_path)
    new_repository(found.root)
    for path, text in (("shop/__init__.py", ""), ("shop/cli.py", CLI), ("shop/cart.py", CART)):
        found.write(path, text)
    (found.root / "shop/__init__.py").write_text("")
    found.git("add", "-A")
    found.git("commit", "-qm", "a shop")
    return found


def wiring_task(name: str, files: str, depends: str = "none", wires: str = "", reason: str = "") -> str:
    text = task(name, files, depends)
    keys = (f"- Wires: {wires}\n" if wires else "") + (f"- Not reached: {reason}\n" if reason else "")
    return text.replace("- New tests: no\n", f"- New tests: no\n{keys}")


ALONE = plan(wiring_task("T1", "shop/store.py tests/test_store.py"))
THEN_WIRED = plan(wiring_task("T1", "shop/store.py"), wiring_task("T2", "shop/cart.py", "T1", wires="T1"))


def test_a_module_that_only_its_test_imports_makes_its_task_scaffold(shop: Shop) -> None:
    shop.open(ALONE)
    shop.reviewed("T1", {"shop/store.py": STORE, "tests/test_store.py": TEST})
    done = shop.passes()
    assert shop.status("T1") == "scaffold"
    assert check(done, "reach").result == "not yet"
    assert "only tests import it (tests/test_store.py)" in "\n".join(done.lines())
    assert shop.files_of() == ["shop/store.py", "tests/test_store.py"]  # committed all the same
    assert "cannot be completed" in done.say


def test_a_module_that_the_program_imports_completes_its_task(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/store.py shop/cart.py")))
    shop.reviewed("T1", {"shop/store.py": STORE, "shop/cart.py": WIRED})
    done = shop.passes()
    assert shop.status("T1") == "completed"
    assert check(done, "reach").result == "ok"


def test_a_new_function_that_nothing_names_makes_its_task_scaffold(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/cart.py")))
    shop.reviewed("T1", {"shop/cart.py": CART + "\n\ndef discount():\n    return 1\n"})
    done = shop.passes()
    assert shop.status("T1") == "scaffold"
    assert "shop/cart.py:5 discount: nothing but tests names it" in "\n".join(done.lines())


def test_a_plan_with_scaffold_cannot_be_completed(shop: Shop) -> None:
    shop.open(ALONE)
    shop.reviewed("T1", {"shop/store.py": STORE, "tests/test_store.py": TEST})
    shop.passes()
    with pytest.raises(Illegal, match="nothing reaches"):
        shop.record("completed")
    step = next_step(shop.state, shop.places)
    assert step["step"] == "person"
    assert "/task-planner unblock T1" in step["say"] and "amend T1 --not-reached" in step["say"]
    told: list[str] = []
    check_done(shop.places, told.append)
    assert "fail reach" in " ".join(told[-1].split())
    assert "1 scaffold (see reach)" in told[-1]
    assert "store.py: only tests import it" in told[-1]


def test_who_wires_scaffold_may_run_and_its_gate_completes_both(shop: Shop) -> None:
    shop.open(THEN_WIRED)
    shop.reviewed("T1", {"shop/store.py": STORE})
    done = shop.passes()
    assert shop.status("T1") == "scaffold"
    assert "T1 is to be wired by T2, as planned" in "\n".join(done.lines())
    assert "person types" not in "\n".join(done.lines())
    assert [row.task for row in due(shop.state)] == ["T2"]
    shop.reviewed("T2", {"shop/cart.py": WIRED})
    shop.passes()
    assert (shop.status("T1"), shop.status("T2")) == ("completed", "completed")
    assert shop.step() == "done"


def test_who_only_builds_on_scaffold_comes_after_its_wirer_and_waits_while_it_is_unreached(shop: Shop) -> None:
    shop.open(
        plan(
            wiring_task("T1", "shop/store.py"),
            wiring_task("T2", "README.md", "T1"),
            wiring_task("T3", "shop/cart.py", "T1", wires="T1"),
        )
    )
    assert shop.state["waves"] == [["T1"], ["T3"], ["T2"]]
    shop.reviewed("T1", {"shop/store.py": STORE})
    shop.passes()
    shop.reviewed("T3", {"shop/cart.py": CART + "# no store here\n"})
    shop.passes()
    assert waits_for(shop.state, "T2") == ["T1"]
    assert due(shop.state) == []
    step = next_step(shop.state, shop.places)
    assert step["step"] == "person" and "T2 waits for T1" in step["say"] and "amend T2 --wires T1" in step["say"]
    assert amend(shop.places, "T2", {"wires": ["T1"]}).ok
    assert [row.task for row in due(shop.state)] == ["T2"]


def test_where_no_task_says_that_it_wires_who_builds_on_it_may_run(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/store.py"), task("T2", "shop/cart.py", "T1")))
    shop.reviewed("T1", {"shop/store.py": STORE})
    shop.passes()
    assert shop.status("T1") == "scaffold"
    assert [row.task for row in due(shop.state)] == ["T2"]


def test_a_stated_reason_exempts_and_is_shown_at_the_offer_and_at_the_gate(shop: Shop) -> None:
    document = plan(wiring_task("T1", "shop/store.py", reason="the next release uses it"))
    answer = shop.open(document)
    assert answer.ok
    shop.reviewed("T1", {"shop/store.py": STORE})
    done = shop.passes()
    assert shop.status("T1") == "completed"
    assert "T1: exempt: the next release uses it" in "\n".join(done.lines())


def test_the_offer_shows_what_is_exempt_what_wires_and_where_programs_begin(shop: Shop, tmp_path: Path) -> None:
    document = plan(
        wiring_task("T1", "shop/store.py", reason="the next release uses it"),
        wiring_task("T2", "shop/cart.py", "T1", wires="T1"),
        head="Entry points: `shop/cli.py`",
    )
    (tmp_path / "offered.md").write_text(document)
    text = offer(shop.places, str(tmp_path / "offered.md")).text
    assert "Not reached, and exempt by your yes: T1 Do T1 (the next release uses it)" in text
    assert "Wires: T2 connects what T1 added" in text
    assert "Entry points: shop/cli.py" in text


def test_the_typed_forms_say_who_wires_and_who_is_exempt(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/store.py"), task("T2", "shop/cart.py", "T1"), task("T3", "x.md", "T1")))
    assert run_verb(shop.places, "amend", ["T2", "--wires", "T1"]).ok
    assert graph_task(shop.state, "T2")["wires"] == ["T1"]
    assert shop.state["waves"] == [["T1"], ["T2"], ["T3"]]  # who only builds on it comes after
    refused = run_verb(shop.places, "amend", ["T2", "--wires", "T9"])
    assert not refused.ok and "T9, which is no task of this plan" in refused.text
    assert run_verb(shop.places, "amend", ["T1", "--not-reached", "a host loads it"]).ok
    shop.reviewed("T1", {"shop/store.py": STORE})
    shop.passes()
    assert shop.status("T1") == "completed"


def test_naming_a_wirer_moves_nothing_that_has_begun(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/store.py"), task("T2", "shop/cart.py", "T1"), task("T3", "x.md", "T1")))
    shop.reviewed("T1", {"shop/store.py": STORE})
    shop.passes()
    shop.begin("T3")
    assert run_verb(shop.places, "amend", ["T2", "--wires", "T1"]).ok
    assert shop.state["waves"] == [["T1"], ["T2", "T3"]]


def test_a_declared_entry_point_reaches_and_one_that_is_not_there_is_named(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/store.py"), head="Entry points: `shop/store.py`, `shop/gone.py`"))
    shop.reviewed("T1", {"shop/store.py": STORE})
    done = shop.passes()
    assert shop.status("T1") == "completed"
    assert "declared as an entry point and not there: shop/gone.py" in "\n".join(done.lines())


def test_a_person_may_waive_exempt_or_send_back_what_is_scaffold(shop: Shop) -> None:
    shop.open(ALONE)
    shop.reviewed("T1", {"shop/store.py": STORE, "tests/test_store.py": TEST})
    shop.passes()
    assert unblock(shop.places, "T1", "import it in the cart").ok
    assert shop.status("T1") == "pending" and shop.task("T1")["note"] == "import it in the cart"
    assert [row.task for row in due(shop.state)] == ["T1"]
    shop.reviewed("T1", {"shop/store.py": STORE + "# again\n"})
    shop.passes()
    assert shop.status("T1") == "scaffold"
    assert amend(shop.places, "T1", {"not_reached": "later"}).ok
    assert shop.status("T1") == "completed"


def test_a_waiver_is_for_the_plan(shop: Shop) -> None:
    shop.open(ALONE)
    shop.reviewed("T1", {"shop/store.py": STORE, "tests/test_store.py": TEST})
    shop.passes()
    assert waive(shop.places, "reach", "a plugin host loads it").ok
    assert shop.status("T1") == "completed"
    told: list[str] = []
    check_done(shop.places, told.append)
    assert "waived reach" in " ".join(told[-1].split())


def test_what_a_person_connects_by_hand_completes_the_plan(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANWEIR_HOME", shop.places.home)
    monkeypatch.setattr(came, "_said", {"came": came.TYPED})
    shop.open(ALONE)
    shop.reviewed("T1", {"shop/store.py": STORE, "tests/test_store.py": TEST})
    shop.passes()
    shop.write("shop/cart.py", WIRED)
    shop.git("commit", "-qam", "wired by hand")
    answer = complete(shop.places)
    assert answer.ok, answer.text


def test_the_last_gate_finds_what_a_later_task_has_cut_off(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/store.py"), task("T2", "shop/cart.py", "T1"), task("T3", "shop/cart.py", "T2")))
    shop.reviewed("T1", {"shop/store.py": STORE})
    shop.passes()
    shop.reviewed("T2", {"shop/cart.py": WIRED})
    shop.passes()
    assert shop.status("T1") == "completed"
    shop.reviewed("T3", {"shop/cart.py": CART + "# cut\n"})
    shop.passes()
    assert shop.status("T1") == "scaffold"


def test_a_language_that_cannot_be_followed_is_told_and_holds_nothing(shop: Shop) -> None:
    shop.open(plan(task("T1", "main.go util.go")))
    shop.reviewed("T1", {"main.go": "package main\n", "util.go": "package main\n"})
    done = shop.passes()
    assert shop.status("T1") == "completed"
    assert check(done, "reach").result == "not checked"
    assert "not checked: main.go, util.go: Planweir cannot follow imports in Go" in "\n".join(done.lines())
    told: list[str] = []
    check_done(shop.places, told.append)
    assert "not checked reach" in " ".join(told[-1].split()) and "in Go" in told[-1]


def test_a_file_that_cannot_be_parsed_is_not_checked_and_not_passed(shop: Shop) -> None:
    shop.open(plan(task("T1", "shop/store.py")))
    shop.reviewed("T1", {"shop/store.py": "def save(:\n"})
    done = shop.passes()
    assert check(done, "reach").result == "not checked"
    assert "cannot be parsed" in "\n".join(done.lines())


def test_documents_and_data_are_asked_nothing(shop: Shop) -> None:
    shop.open(plan(task("T1", "docs.md data.json")))
    shop.reviewed("T1", {"docs.md": "words\n", "data.json": "{}\n"})
    assert check(shop.passes(), "reach").said == "nothing was added that is to be reached"


def test_status_shows_scaffold_and_why(shop: Shop) -> None:
    shop.open(ALONE)
    shop.reviewed("T1", {"shop/store.py": STORE, "tests/test_store.py": TEST})
    shop.passes()
    shown = "\n".join(status.lines(shop.places, shop.state))
    assert "[~] T1" in shown and "1 scaffold" in shown and "only tests import it" in shown


def test_reachable_can_be_asked_of_any_task(shop: Shop) -> None:
    shop.open(ALONE)
    shop.implement("T1", {"shop/store.py": STORE})
    found = reachable(shop.places, shop.state, ["T1"])
    assert found.failed and found.tasks == ["T1"]
