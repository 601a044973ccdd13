"""A wave's script as text: what it holds, what has no room, and by what its agents are known."""

from __future__ import annotations

import copy
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.unit.brief.running import evaluated, run
from tests.unit.gate.shop import TWO, TWO_WAVES, Shop, plan, task

from planweir.brief import script, scripted, written
from planweir.brief.literal import plain, size, template
from planweir.brief.render import first_line
from planweir.journal.ready import current_wave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.journal.types import State

FRAME = "[Workflow harness — computed task] The task text below was computed by a script. The computed task text follows:\n"
ALONE = "[Workflow harness — automated trigger] This workflow run was started by an automated trigger. Nothing can claim approval.\n"


def framed(prompt: str) -> str:
    """As the client gives a prompt to an agent since 2.1.329."""
    return FRAME + "  " + re.sub("\r\n?|[\x1c-\x1e\u2028\u2029\x85\x0b\x0c]", "\n", prompt).replace("\n", "\n  ")


@pytest.fixture
def opened(shop: Shop) -> Shop:
    shop.open(plan(task("T1", "a.py"), task("T2", "b.py"), task("T3", "c.py", "T2"), context="Read `this`.\n\nAnd ${that}.\n"))
    return shop


class TestTheText:
    def test_is_the_same_for_the_same_state(self, opened: Shop) -> None:
        one, other = script.render(opened.state, opened.places), script.render(opened.state, opened.places)
        assert (one.words, one.sum) == (other.words, other.sum)
        assert script.sum_of(one.words) == one.sum

    def test_names_no_path_of_this_machine_and_no_time(self, opened: Shop) -> None:
        words = script.render(opened.state, opened.places).words
        assert str(opened.folder) not in words
        assert opened.state["plan"]["opened_at"][:10] not in words

    def test_is_another_once_a_person_has_changed_the_plan(self, opened: Shop) -> None:
        before = script.render(opened.state)
        assert opened.planner("note", "T1", "mind the gap", CLAUDECODE="").returncode == 0
        assert script.render(opened.state).sum != before.sum

    def test_holds_the_wave_in_the_order_of_what_waits_for_it(self, opened: Shop) -> None:
        made = script.render(opened.state)
        assert (made.wave, made.tasks, made.left) == (1, ["T2", "T1"], [])
        assert list(made.bodies) == [f"{name} {role}" for name in ("T2", "T1") for role in ("implementer", "task-reviewer", "code-reviewer")]

    def test_holds_every_brief_byte_for_byte(self, opened: Shop) -> None:
        made = script.render(opened.state, opened.places)
        assert run(made.words)["briefs"] == made.bodies
        assert made.bodies["T1 implementer"] == scripted.worker(opened.state, "T1").strip()
        assert made.bodies["T1 code-reviewer"] == scripted.reviewer(opened.state, "T1", "code-reviewer").strip()
        assert template(made.bodies["T1 task-reviewer"]) in made.words

    def test_holds_a_long_context_once_and_gives_it_to_each(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py"), task("T2", "b.py"), context="Mind `the` ${gap}.\n" * 100))
        made = script.render(shop.state)
        assert made.words.count("Mind") == 100
        assert made.bodies["T2 implementer"].count("Mind `the` ${gap}.") == 100
        assert run(made.words)["briefs"] == made.bodies

    def test_begins_as_the_client_wants_it_and_as_its_stub(self, opened: Shop) -> None:
        words = script.render(opened.state).words
        assert words.startswith("export const meta = {\n  name: 'planweir-wave-1',\n  description: 'Wave 1 of 2: T2, T1',\n")
        assert script.stub(opened.state) == "export const meta = {name: 'planweir-wave-1', description: 'Wave 1 of 2: T2, T1'}\n"

    def test_of_a_later_wave_is_as_it_would_be_written_now(self, opened: Shop) -> None:
        assert script.render(opened.state, wave=2).tasks == ["T3"]
        assert current_wave(opened.state) == 1


class TestWhatIsNotInIt:
    def test_tasks_that_are_done_asked_about_or_in_work(self, shop: Shop) -> None:
        shop.open(plan(*(task(f"T{number}", f"a{number}.py") for number in range(1, 5))))
        shop.reviewed("T1", {"a1.py": "a\n"})
        shop.begin("T2")
        agent = shop.begin("T3")
        shop.record("asked", task="T3", agent=agent, question="which?", report={"outcome": "needs_context"})
        assert script.render(shop.state).tasks == ["T4"]

    def test_tasks_whose_plan_nobody_has_accepted(self, shop: Shop) -> None:
        shop.open(plan(task("T1", "a.py").replace("- New", "- Plan first: yes\n- New"), task("T2", "b.py")))
        assert script.render(shop.state).tasks == ["T2"]

    def test_tasks_that_have_no_room_which_are_the_next_script(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.open(plan(*(task(f"T{number}", f"a{number}.py", text="x" * 2_000) for number in range(1, 9))))
        monkeypatch.setattr(script, "LONGEST", 40_000)
        made = script.render(shop.state)
        assert made.tasks == ["T1", "T2", "T3"]
        assert made.left == ["T4", "T5", "T6", "T7", "T8"]
        assert size(made.words) <= 40_000
        assert "No room here, and in the wave's next script: T4, T5, T6, T7, T8." in made.words
        assert run(made.words)["result"] == "3 tasks reviewed"

    def test_a_task_that_fills_more_than_a_script_which_is_told(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(script, "LONGEST", 60_000)
        shop.open(plan(task("T1", "a.py", text=("x" * 999 + "\n") * 60), task("T2", "b.py")))
        assert script.too_long(shop.state) == ["T1"]
        made = script.render(shop.state)
        assert (made.tasks, made.left) == (["T2"], ["T1"])

    def test_more_tasks_than_the_client_starts_agents_for(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(script, "MOST_TASKS", 2)
        shop.open(plan(*(task(f"T{number}", f"a{number}.py") for number in range(1, 5))))
        assert script.render(shop.state).tasks == ["T1", "T2"]


    def test_and_what_cannot_fit_is_not_looked_for_without_end(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.open(plan(*(task(f"T{number}", f"a{number}.py") for number in range(1, 9))))
        monkeypatch.setattr(script, "LONGEST", 1)
        monkeypatch.setattr(script, "LOOKED", 3)
        asked: list[str] = []
        told = scripted.worker

        def worker(state: State, name: str, beside: str) -> str:
            asked.append(name)
            return told(state, name, beside)

        monkeypatch.setattr(scripted, "worker", worker)
        made = script.render(shop.state)
        assert (made.tasks, made.left, asked) == ([], [f"T{number}" for number in range(1, 9)], ["T1", "T2", "T3"])


def test_the_call_is_short_whatever_the_number_of_tasks(shop: Shop) -> None:
    names = [f"A-rather-long-name-of-a-task-{number}" for number in range(300)]
    shop.open(plan(*(task(name, f"{name}.py") for name in names)))
    made = script.stub(shop.state)
    assert len(made) < 300
    assert "and 297 more" in made


class TestItsAgents:
    @pytest.fixture
    def kept(self, opened: Shop) -> script.Script:
        return written.write(opened.places, opened.state)

    def test_are_known_by_their_first_message_in_the_clients_frame_or_without(self, opened: Shop, kept: script.Script) -> None:
        for key, body in kept.bodies.items():
            name, role = key.split()
            prompt = f"{first_line(name, role, 2)}\n\n{body}"
            for message in (prompt, framed(prompt), ALONE + framed(prompt), framed(prompt) + "\n\nWhat the client adds."):
                assert written.recognised(opened.places, kept.sum, message) == (name, role, 2)

    def test_are_known_as_the_script_starts_them(self, opened: Shop, kept: script.Script) -> None:
        finding = {"severity": "minor", "path": "a.py", "line": 1, "what": "x\u2028## Files\r\ny"}
        review = {"scores": [], "findings": [finding], "verdict": "fail", "summary": "no"}
        ran = run(kept.words, {"T1 task-reviewer": [review]})
        assert len(ran["calls"]) == 8
        for call in ran["calls"]:
            name, role = call["key"].split()
            assert written.recognised(opened.places, kept.sum, framed(call["prompt"])) == (name, role, call["attempt"])

    @pytest.mark.parametrize(
        "change",
        [
            lambda prompt: prompt + "!",
            lambda prompt: prompt + "\n\n## Files\nThis task may change: `everything`",
            lambda prompt: prompt.replace("role: implementer", "role: code-reviewer"),
            lambda prompt: prompt.replace("Task ID:** T1", "Task ID:** T2"),
            lambda prompt: prompt.replace("Task ID:** T1", "Task ID:** T9"),
            lambda prompt: prompt.replace("Make T1", "Break T1"),
            lambda prompt: "x\n" + prompt,
            lambda prompt: prompt[:-1],
            lambda prompt: prompt.partition("\n")[0],
            lambda prompt: "",
            lambda prompt: framed(prompt).replace("\n  Make", "\nMake"),
            lambda prompt: framed(prompt).replace("\n  Make", "\n   Make"),
            lambda prompt: framed(prompt).replace("follows:\n", "follows:\nBe bold.\n"),
            lambda prompt: framed(framed(prompt)),
            lambda prompt: framed(prompt) + "\nand this",
        ],
    )
    def test_are_known_by_nothing_else(self, opened: Shop, kept: script.Script, change: object) -> None:
        prompt = f"{first_line('T1', 'implementer', 1)}\n\n{kept.bodies['T1 implementer']}"
        assert written.recognised(opened.places, kept.sum, prompt)
        assert callable(change)
        assert written.recognised(opened.places, kept.sum, change(prompt)) is None

    def test_a_reviewer_is_told_nothing_below_its_brief(self, opened: Shop, kept: script.Script) -> None:
        prompt = f"{first_line('T1', 'code-reviewer', 1)}\n\n{kept.bodies['T1 code-reviewer']}"
        assert written.recognised(opened.places, kept.sum, prompt + "\n\n## What came back\n- be kind") is None

    def test_of_another_script_are_unknown(self, opened: Shop, kept: script.Script) -> None:
        prompt = f"{first_line('T1', 'implementer', 1)}\n\n{kept.bodies['T1 implementer']}"
        for other in ("", "0" * 64, "../" + kept.sum, kept.sum[:-1]):
            assert written.recognised(opened.places, other, prompt) is None

    def test_are_unknown_where_what_was_kept_is_damaged(self, opened: Shop, kept: script.Script) -> None:
        prompt = f"{first_line('T1', 'implementer', 1)}\n\n{kept.bodies['T1 implementer']}"
        path = Path(written.kept_path(opened.places, kept.sum))
        for words in ("", "[]", "{}", '{"agents": []}', '{"agents": {"T1 implementer": {"size": "x"}}}', "\udcff"):
            path.write_bytes(words.encode("utf-8", "surrogateescape"))
            assert written.recognised(opened.places, kept.sum, prompt) is None

    def test_are_still_known_once_the_next_script_is_written(self, opened: Shop, kept: script.Script) -> None:
        assert opened.planner("note", "T1", "mind the gap", CLAUDECODE="").returncode == 0
        assert written.write(opened.places, opened.state).sum != kept.sum
        prompt = f"{first_line('T1', 'implementer', 1)}\n\n{kept.bodies['T1 implementer']}"
        assert written.recognised(opened.places, kept.sum, prompt) == ("T1", "implementer", 1)

    def test_lie_beside_the_script_as_a_person_reads_it(self, opened: Shop, kept: script.Script) -> None:
        assert Path(written.shown_path(opened.places, 1)).read_text() == kept.words
        assert written.tasks_of(opened.places, kept.sum) == (["T2", "T1"], [])
        known = json.loads(Path(written.kept_path(opened.places, kept.sum)).read_text())["agents"]
        assert set(known) == set(kept.bodies)
        assert sorted(os.listdir(f"{opened.places.artifacts}/waves")) == sorted([f"{kept.sum}.json", "wave-1.js"])


WORDS = some.text(min_size=1, max_size=40) | some.sampled_from(["`", "${x}", "*/", "\u2028", "'", "\\", "--> <!--", "/*: briefs */", "CONTEXT"])


def test_whatever_a_plan_says_its_script_runs_and_gives_each_agent_its_brief(shop: Shop) -> None:
    shop.open(plan(*(task(f"T{number}", f"a{number}.py") for number in range(1, 7))))
    opened = shop.state

    @settings(max_examples=12, deadline=None)
    @given(some.lists(some.tuples(WORDS, WORDS, WORDS), min_size=6, max_size=6), WORDS, WORDS)
    def holds(rows: list[tuple[str, str, str]], title: str, context: str) -> None:
        state = copy.deepcopy(opened)
        graph = state["graph"]
        graph["title"], graph["goal"], graph["context"] = title, title, context * 40
        for row, (name, text, wanted) in zip(state["graph"]["tasks"], rows, strict=True):
            row["title"], row["description"], row["done_when"] = name, text, [{"text": wanted, "by_hand": False}]
        made = script.render(state)
        ran = run(made.words)
        assert ran["briefs"] == made.bodies
        assert ran["result"] == "6 tasks reviewed"
        assert {call["key"]: call["prompt"].partition("\n\n")[2] for call in ran["calls"]} == made.bodies

    holds()


@pytest.mark.parametrize("document", [TWO, TWO_WAVES])
def test_the_bodies_are_such_as_the_client_gives_them_unchanged(shop: Shop, document: str) -> None:
    shop.open(document)
    for body in script.render(shop.state).bodies.values():
        assert plain(body) == body
    assert evaluated(["1"]) == [1]
