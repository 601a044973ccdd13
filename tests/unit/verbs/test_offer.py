"""The offer and the start: the agents by keyword, the branch, and that `go` starts exactly what was shown."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.unit.gate.shop import Shop, plan, task

from planweir.verbs import branch, offer
from planweir.verbs import start as starting

AUTH = plan(task("T1", "a.py", text="Check the auth token."), task("T2", "b.py"), title="Añadir autenticación")


def configure(shop: Shop, *rows: tuple[str, str]) -> None:
    shop.write(
        ".claude/planweir.json",
        json.dumps({"agents": [{"words": [word], "agent": agent} for word, agent in rows]}),
    )


def shown(shop: Shop, document: str = AUTH) -> str:
    path = shop.folder / "plan.md"
    path.write_text(document)
    answer = offer.offer(shop.places, str(path))
    assert answer.ok, answer.text
    return answer.text


def test_a_setup_is_shown_as_the_persons_and_asked_after_where_the_checks_fail(shop: Shop) -> None:
    document = plan(task("T1", "a.js"), head="Setup: `npm ci`\nVerify: `exit 127`")
    assert "Setup: npm ci (gates run it in a clean checkout of their own; here you run it, before you start)" in shown(shop, document)
    said = starting.start_offered(shop.places, "s1", "p1").text
    assert "WARNING: a program of Verify is not here: `exit 127` (exit 127). No gate can pass so. Run the plan's Setup first (`npm ci`)" in said


def test_where_the_checks_pass_nobody_asks_after_the_setup(shop: Shop) -> None:
    document = plan(task("T1", "a.js"), head="Setup: `npm ci`\nVerify: `echo '3 passed in 0.01s'`")
    shown(shop, document)
    assert "Was the plan's Setup" not in starting.start_offered(shop.places, "s1", "p1").text


class TestAgents:
    def test_the_offer_says_which_word_gave_which_agent_and_the_start_freezes_it(self, shop: Shop) -> None:
        configure(shop, ("auth", "security-auditor"))
        assert "Agents: T1 → security-auditor (word: auth)" in shown(shop)
        assert starting.start_offered(shop.places, "s1", "p1").ok
        configure(shop, ("auth", "another"))
        agents = {row["id"]: row["agent"] for row in shop.state["graph"]["tasks"]}
        assert agents == {"T1": "security-auditor", "T2": "implementer"}

    def test_without_a_table_nothing_is_said_of_agents(self, shop: Shop) -> None:
        assert "Agents:" not in shown(shop)

    def test_a_broken_table_keeps_the_plan_from_starting(self, shop: Shop) -> None:
        shop.write(".claude/planweir.json", '{"agnts": []}')
        answer = shop.start(AUTH)
        assert not answer.ok
        assert "did you mean `agents`?" in answer.text

    def test_go_refuses_where_the_table_has_changed_since(self, shop: Shop) -> None:
        shown(shop)
        configure(shop, ("auth", "security-auditor"))
        answer = starting.start_offered(shop.places, "s1", "p1")
        assert not answer.ok
        assert "agents" in answer.text
        assert "changed since it was shown" in answer.text

    def test_problems_are_named_with_the_path_as_it_was_typed(self, shop: Shop) -> None:
        shop.write("docs/plan.md", plan(task("T1", "a.py", "T9")))
        said = offer.offer(shop.places, "docs/plan.md").text
        assert re.search(r"^docs/plan\.md:\d+: error: ", said, re.MULTILINE)


class TestAsDocument:
    def test_a_plan_in_json_is_printed_as_the_document_that_reads_the_same(self, shop: Shop) -> None:
        path = shop.folder / "plan.json"
        path.write_text(json.dumps({"title": "Sell", "tasks": [{"id": "T1", "title": "Do it", "files": ["a.py"], "new_tests": False}]}))
        done = shop.planner("check", str(path), "--markdown")
        assert done.returncode == 0, done.stderr
        assert "### T1: Do it\n- Depends on: none\n- Files: `a.py`\n- New tests: no" in done.stdout

    def test_one_that_cannot_be_read_is_refused_with_its_problems(self, shop: Shop) -> None:
        path = shop.folder / "plan.json"
        path.write_text("{}")
        done = shop.planner("check", str(path), "--markdown")
        assert done.returncode == 1
        assert "title" in done.stdout


class TestBranch:
    def on_main(self, shop: Shop) -> None:
        shop.git("branch", "-m", "main")

    def test_the_default_branch_is_warned_of_and_one_of_its_own_offered(self, shop: Shop) -> None:
        assert "--branch" not in shown(shop)
        self.on_main(shop)
        assert "/implement-plan go --branch starts it on a new branch, feature/anadir-autenticacion." in shown(shop)

    def test_a_remote_says_which_branch_is_the_default(self, shop: Shop) -> None:
        shop.git("update-ref", "refs/remotes/origin/work", "HEAD")
        shop.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/work")
        assert "--branch" in shown(shop)

    def test_go_with_branch_makes_it_before_the_baseline_and_keeps_what_is_dirty(self, shop: Shop) -> None:
        self.on_main(shop)
        shop.write("notes.txt", "mine\n")
        shown(shop, AUTH.replace("Goal: Sell.", "Goal: Sell.\nVerify: `git branch --show-current`"))
        answer = starting.start_offered(shop.places, "s1", "p1", starting.FEATURE)
        assert answer.ok, answer.text
        assert "Branch: feature/anadir-autenticacion." in answer.text
        assert shop.git("branch", "--show-current").strip() == "feature/anadir-autenticacion"
        assert shop.read("notes.txt") == "mine\n"
        assert shop.journal.events()[0][0]["branch"] == "feature/anadir-autenticacion"

    def test_one_that_is_there_already_starts_nothing(self, shop: Shop) -> None:
        self.on_main(shop)
        shop.git("branch", "feature/anadir-autenticacion")
        shown(shop)
        answer = starting.start_offered(shop.places, "s1", "p1", starting.FEATURE)
        assert not answer.ok
        assert "is there already" in answer.text
        assert not Path(shop.places.armed).exists()
        assert shop.git("branch", "--show-current").strip() == "main"

    def test_what_git_refuses_is_told(self, shop: Shop) -> None:
        shop.git("branch", "feature")
        assert "git could not make the branch feature/x" in branch.create(str(shop.root), "feature/x")

    def test_typed_again_it_is_the_same_branch(self, shop: Shop) -> None:
        assert branch.create(str(shop.root), "feature/x") == ""
        assert branch.create(str(shop.root), "feature/x") == ""


class TestSlug:
    @pytest.mark.parametrize(
        ("title", "wanted"),
        [
            ("Add user auth", "add-user-auth"),
            ("Größe ändern: Straße", "grosse-andern-strasse"),
            ("Žluťoučký kůň", "zlutoucky-kun"),
            ("  !!  ", "plan"),
        ],
    )
    def test_is_the_title_in_plain_letters(self, title: str, wanted: str) -> None:
        assert branch.slug(title) == wanted

    def test_another_alphabet_gets_a_name_of_its_own(self) -> None:
        one, other = branch.slug("Добавить вход"), branch.slug("Удалить вход")
        assert one != other
        assert one == branch.slug("Добавить вход")
        assert re.fullmatch(r"plan-[0-9a-f]{6}", one)

    @given(some.text(max_size=60))
    def test_whatever_the_title_git_takes_the_branch(self, title: str) -> None:
        name = branch.feature(title)
        assert re.fullmatch(r"feature/[a-z0-9]+(?:-+[a-z0-9]+)*", name)
        assert len(name) <= 60

    def test_git_agrees(self) -> None:
        for title in ("a.lock", "HEAD", "@{x}", "日本語", "x" * 300):
            name = branch.feature(title)
            assert subprocess.run(["git", "check-ref-format", "--branch", name], check=False, capture_output=True).returncode == 0
