"""UserPromptExpansion of /implement-plan, /task-planner and /wave-gate: a person's verbs, done at once and without a request
to the model; what tells the plan to go on goes on to the model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hooks.stage import BYE, DONE, HELLO, OTHER, PLAN, Stage

from planweir.hooked.typed import typed as expansion
from planweir.verbs.words import VERBS

PLAN_FILE = "docs/plan.md"


def says(stage: Stage, command: str, words: str = "", session: str = "") -> str:
    """The answer to a typed command; no request to the model is made."""
    reply = stage.typed(command, words, session, prompted=False)
    assert reply.blocked, reply.said
    assert reply.specific["suppressOriginalPrompt"] is True
    assert reply.reason.startswith("Planweir: ")
    return reply.reason.removeprefix("Planweir: ")


def planner(stage: Stage, words: str, session: str = "") -> str:
    return says(stage, "/task-planner", words, session)


def goes_on(stage: Stage, command: str, words: str = "", session: str = "") -> str:
    """What the model is told beside a typed command that goes on to it."""
    reply = stage.typed(command, words, session)
    assert not reply.blocked, reply.reason
    return reply.context


def write_plan(stage: Stage, plan: str) -> None:
    stage.write({PLAN_FILE: plan})
    stage.git("commit", "-qam", "Another plan")


def with_verify(command: str) -> str:
    return PLAN.replace("Goal: A package that greets.", f"Goal: Greet.\nVerify: `{command}`")


# --- showing a plan ------------------------------------------------------------------------------------------


def test_another_plugins_command_of_the_same_name_is_not_ours(stage: Stage) -> None:
    for name in ("other:implement-plan", "other:planweir:implement-plan", "xplanweir:implement-plan"):
        assert stage.scripts("UserPromptExpansion", name) == []
        reply = expansion({"command_name": name, "command_args": "", "session_id": "s1"}, stage.places)
        assert reply is None
    for name in ("implement-plan", "planweir:implement-plan"):
        assert len(stage.scripts("UserPromptExpansion", name)) == 1


def test_a_plan_is_shown_with_its_waves_and_grants_and_nothing_is_started(bare: Stage) -> None:
    words = says(bare, "/implement-plan", PLAN_FILE)
    assert words.startswith("this plan is ready.\nPlan: Small words\n")
    assert "Wave 1: T1 Say hello; T2 Say bye\nWave 2: T3 Say both" in words
    assert "Grants: " in words
    assert words.endswith("Type /implement-plan go to start it.")
    assert not os.path.exists(bare.places.armed)
    assert bare.edit("README.md").said is None


def test_a_plan_with_errors_is_shown_with_them(bare: Stage) -> None:
    bare.write({PLAN_FILE: PLAN.replace("Depends on: T1, T2", "Depends on: T1, T9")})
    words = says(bare, "/implement-plan", PLAN_FILE)
    assert words.startswith("nothing was started.")
    assert "T9" in words
    assert "no plan was shown yet" in says(bare, "/implement-plan", "go")


@pytest.mark.parametrize("words", ["docs/none.md", "docs", "docs/none.md --yes"])
def test_a_plan_that_is_not_there_is_answered(bare: Stage, words: str) -> None:
    assert says(bare, "/implement-plan", words).startswith("nothing was started")


def test_two_plans_at_once_are_answered_with_the_usage(bare: Stage) -> None:
    assert "one plan at a time" in says(bare, "/implement-plan", f"{PLAN_FILE} README.md")


def test_check_has_no_side_effects(bare: Stage) -> None:
    assert "2 waves" in planner(bare, f"check {PLAN_FILE}")
    assert "no plan was shown yet" in says(bare, "/implement-plan", "go")


def test_a_rehearsal_plays_the_plan_through_and_starts_nothing(bare: Stage) -> None:
    words = planner(bare, f"rehearse {PLAN_FILE}")
    assert words.startswith("Rehearsal of Small words: 3 tasks in 2 waves")
    assert "  T3  III!III!IIItc  Say both\n" in planner(bare, f"rehearse {PLAN_FILE} --fail T3:2")
    assert "say which plan" in planner(bare, "rehearse")
    assert not os.path.exists(bare.places.armed)
    assert "no plan was shown yet" in says(bare, "/implement-plan", "go")


# --- starting ------------------------------------------------------------------------------------------------


def test_go_starts_what_was_shown_and_goes_on_to_the_model(bare: Stage) -> None:
    says(bare, "/implement-plan", PLAN_FILE)
    words = goes_on(bare, "/implement-plan", "go")
    assert words.startswith("Planweir: started.")
    assert "start T1 (implementer), T2 (implementer)" in words
    assert bare.state()["plan"]["status"] == "open"
    assert bare.state()["owner"]["session"] == bare.session


def test_yes_shows_and_starts_at_once(bare: Stage) -> None:
    words = goes_on(bare, "/implement-plan", f"{PLAN_FILE} --yes")
    assert "started." in words
    assert "Wave 1: T1 Say hello; T2 Say bye" in words


def test_go_before_anything_was_shown_starts_nothing(bare: Stage) -> None:
    assert "Type /implement-plan PLAN first." in says(bare, "/implement-plan", "go")


def test_go_starts_nothing_when_the_file_has_changed_since(bare: Stage) -> None:
    says(bare, "/implement-plan", PLAN_FILE)
    bare.write({PLAN_FILE: PLAN + "\n### T4: And one more\n- Files: `x`\n\n#### Done when\n- x\n"})
    assert "has changed since it was shown" in says(bare, "/implement-plan", "go")
    assert not os.path.exists(bare.places.armed)


def test_a_plan_that_is_shown_beside_an_open_one_offers_no_start(stage: Stage) -> None:
    words = says(stage, "/implement-plan", PLAN_FILE)
    assert words.startswith("this plan is sound, and cannot start now.")
    assert "A plan is open here: Small words. Type /implement-plan to go on with it" in words
    assert "implement-plan go" not in words


@pytest.mark.parametrize(("word", "line"), [("gate", "/wave-gate"), ("stop", "/task-planner pause"), ("go", "/implement-plan")])
def test_a_word_for_what_is_typed_otherwise_is_answered_with_the_line(stage: Stage, word: str, line: str) -> None:
    answer = planner(stage, word)
    assert f"Type {line}" in answer
    assert "then plan anew" not in answer


@pytest.mark.parametrize("words", ["go", f"{PLAN_FILE} --yes"])
def test_a_second_start_is_answered(stage: Stage, words: str) -> None:
    before = len(stage.events("opened"))
    answer = says(stage, "/implement-plan", words)
    assert "a plan is open here: Small words" in answer or "no plan was shown yet" in answer
    assert len(stage.events("opened")) == before == 1


def test_what_is_dirty_before_the_plan_is_listed_and_stays_the_persons(bare: Stage) -> None:
    bare.write({"README.md": "a person's own\n", "notes.txt": "too\n"})
    words = goes_on(bare, "/implement-plan", f"{PLAN_FILE} --yes")
    assert "Yours, not the plan's (changed before it): README.md, notes.txt" in words


def test_tests_that_fail_already_are_listed_by_name(bare: Stage) -> None:
    bare.write({"tests/test_old.py": "def test_old():\n    assert False\n"})
    write_plan(bare, with_verify("python3 -m pytest -q -p no:cacheprovider"))
    words = goes_on(bare, "/implement-plan", f"{PLAN_FILE} --yes")
    assert "Fails already and is forgiven outside the tasks' files: tests/test_old.py::test_old" in words
    assert bare.state()["baseline"]["failing"] == ["tests/test_old.py::test_old"]


def test_a_command_that_fails_without_names_is_listed_and_not_forgiven(bare: Stage) -> None:
    write_plan(bare, with_verify("sh checks/hello.sh"))
    words = goes_on(bare, "/implement-plan", f"{PLAN_FILE} --yes")
    assert "Fails already without naming tests; the last gate wants it to pass: sh checks/hello.sh" in words


def test_a_long_baseline_runs_on_detached_and_typing_again_joins_it(bare: Stage) -> None:
    write_plan(bare, with_verify("echo ran >> count.log; while [ ! -e go.log ]; do sleep 0.05; done"))
    bare.env["PLANWEIR_WAIT"] = "0.2"
    for _ in range(2):
        words = says(bare, "/implement-plan", f"{PLAN_FILE} --yes")
        assert "still run; nothing is armed yet" in words
        assert not os.path.exists(bare.places.armed)
    bare.write({"go.log": ""})
    bare.env["PLANWEIR_WAIT"] = "30"
    assert "started." in goes_on(bare, "/implement-plan", f"{PLAN_FILE} --yes")
    assert (bare.project / "count.log").read_text() == "ran\n"


def test_the_rendered_copy_stays_out_of_the_persons_git_status(stage: Stage) -> None:
    assert (stage.project / ".claude/state/active_task_graph.json").exists()
    assert stage.git("status", "--porcelain") == ""
    planner(stage, "--abort")
    assert not (stage.project / ".claude").exists()


# --- where no plan can run -----------------------------------------------------------------------------------


def refused(stage: Stage) -> str:
    words = says(stage, "/implement-plan", f"{PLAN_FILE} --yes")
    assert words.startswith("nothing was started: ")
    assert not os.path.exists(stage.places.armed)
    return words


def test_a_folder_that_is_no_git_repository_is_refused(bare: Stage) -> None:
    shutil.rmtree(bare.project / ".git")
    assert "this is no git repository" in refused(bare)


def test_a_repository_without_a_commit_is_refused(bare: Stage) -> None:
    shutil.rmtree(bare.project / ".git")
    bare.git("init", "-q", "--template=")
    assert "no commit yet" in refused(bare)


def test_a_folder_below_the_repositorys_top_is_refused(bare: Stage) -> None:
    shutil.rmtree(bare.project / ".git")
    subprocess.run(["git", "init", "-q", bare.root], check=True)
    subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=bare.root, env=bare.env, check=True
    )
    assert f"inside the repository {bare.root}" in refused(bare)


@pytest.mark.parametrize("place", ["user", "project", "local"])
def test_a_sandbox_that_keeps_us_from_our_files_is_refused_with_the_line_that_mends_it(
    bare: Stage, place: str
) -> None:
    path = {
        "user": bare.user / ".claude/settings.json",
        "project": bare.project / ".claude/settings.json",
        "local": bare.project / ".claude/settings.local.json",
    }[place]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"sandbox": {"enabled": True}}))
    assert '"excludedCommands": ["task-planner *"]' in refused(bare)
    path.write_text(json.dumps({"sandbox": {"enabled": True, "excludedCommands": ["task-planner *"]}}))
    assert "started." in goes_on(bare, "/implement-plan", f"{PLAN_FILE} --yes")


# --- going on ------------------------------------------------------------------------------------------------


def test_a_bare_implement_plan_without_a_plan_is_answered(bare: Stage) -> None:
    assert "no plan is open here" in says(bare, "/implement-plan")


def test_a_bare_implement_plan_goes_on_and_ends_a_pause(stage: Stage) -> None:
    planner(stage, "pause")
    assert stage.state()["plan"]["status"] == "paused"
    assert "going on." in goes_on(stage, "/implement-plan")
    assert stage.state()["plan"]["status"] == "open"


def test_another_session_takes_the_plan_over_and_is_told_so(stage: Stage) -> None:
    words = goes_on(stage, "/implement-plan", session=OTHER)
    assert "This session owns the plan from now on" in words
    assert stage.edit("README.md", session=OTHER).denied == "main-thread-edits"
    assert stage.edit("README.md").said is None


def test_resume_typed_to_task_planner_goes_on_without_the_model(stage: Stage) -> None:
    planner(stage, "pause")
    assert "Type /implement-plan to have the model go on." in planner(stage, "resume")
    assert stage.state()["plan"]["status"] == "open"


def test_wave_gate_goes_on_to_the_model(ready_for_gate: Stage) -> None:
    assert "the gate of the current wave is to run now" in goes_on(ready_for_gate, "/wave-gate")


def test_wave_gate_is_refused_where_there_is_none_to_run(bare: Stage) -> None:
    assert "there is no gate to run" in says(bare, "/wave-gate")


def test_wave_gate_is_refused_while_paused_and_to_another_session(stage: Stage) -> None:
    assert "another session owns the plan" in says(stage, "/wave-gate", session=OTHER)
    planner(stage, "pause")
    assert "the plan is paused" in says(stage, "/wave-gate")


# --- a request in words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "add user auth",
        '"add user auth"',
        "pause the music when a call comes in",
        "skip tests that need the network, unless asked",
        "complete the login page",
        "check that passwords are long enough",
    ],
)
def test_a_request_in_words_goes_on_to_the_model(bare: Stage, words: str) -> None:
    assert bare.typed("/task-planner", words).said is None


@pytest.mark.parametrize("words", ["add user auth", "pause the music when a call comes in"])
def test_a_request_in_words_is_answered_while_a_plan_is_open(stage: Stage, words: str) -> None:
    assert "a plan is open here; one at a time" in planner(stage, words)
    assert stage.state()["plan"]["status"] == "open"


def test_a_bare_command_name_is_ours(stage: Stage) -> None:
    reply = stage.send(
        "UserPromptExpansion",
        expansion_type="slash_command",
        command_name="task-planner",
        command_args="--status",
        prompt="/task-planner --status",
    )
    assert "Plan: Small words" in reply.reason


# --- reading -------------------------------------------------------------------------------------------------


def test_what_an_agent_says_moves_no_cursor_of_a_persons_terminal(open_plan: Callable[[str], Stage]) -> None:
    stage = open_plan(PLAN)
    agent = stage.spawn("T1")
    assert not stage.implement(agent, HELLO, "sh checks/hello.sh", "DONE\nConcerns: it is \x1b[2J\x1b[Hslow").blocked
    said = planner(stage, "--status")
    assert "T1 says (concerns): it is slow" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("words", ["", "--status", "status"])
def test_status_is_shown(stage: Stage, words: str) -> None:
    shown = planner(stage, words)
    assert "Wave 1/2 | nothing started" in shown
    assert "[ ] T3: Say both (implementer)" in shown
    assert "Legend: [✓] completed [→] in progress [◐] in review [!] blocked [ ] pending" in shown


@pytest.mark.parametrize("words", ["", "--status", "log", "next"])
def test_reading_where_no_plan_is_open_says_so(bare: Stage, words: str) -> None:
    assert "not open" in planner(bare, words).replace("No plan is open", "not open")


def test_log_and_next_are_shown(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    assert "spawn_allowed" in planner(stage, "log")
    assert "start T2 (implementer)" in planner(stage, "next")


@pytest.mark.parametrize("words", ["--rollback", "--stauts", "--abrot now"])
def test_a_flag_that_is_none_is_answered_and_does_nothing(bare: Stage, words: str) -> None:
    answer = planner(bare, words)
    assert words.split()[0] in answer
    assert "--status" in answer


# --- the verbs: what they do ---------------------------------------------------------------------------------


def test_pause_twice_says_so(stage: Stage) -> None:
    assert "the plan is paused; you and the main thread may edit" in planner(stage, "pause")
    assert "paused already" in planner(stage, "--pause")


def test_pause_names_the_agents_that_run(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    assert "Agents that run (T1) end what they do." in planner(stage, "pause")


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("--files src/a.py 'src/b/**'", "files", ["src/a.py", "src/b/**"]),
        ("--files src/a.py, src/b.py", "files", ["src/a.py", "src/b.py"]),
        ("--also CHANGES", "also", ["CHANGES"]),
        ("--verify 'sh checks/bye.sh' --verify 'make lint'", "verify", ["sh checks/bye.sh", "make lint"]),
        ("--new-tests yes", "new_tests", True),
        ("--complexity 9", "complexity", 9),
        ("--depends T1", "depends_on", ["T1"]),
        ("--depends none", "depends_on", []),
    ],
)
def test_amend_changes_a_field(stage: Stage, words: str, field: str, value: object) -> None:
    if field == "new_tests":
        stage.typed("/task-planner", "amend T2 --files src/bye.py tests/test_bye.py")
    assert planner(stage, f"amend T2 {words}").startswith("T2 is amended: ")
    text: dict[str, object] = {**stage.state()["graph"]["tasks"][1]}
    assert text[field] == value


def test_allow_widens_a_task(stage: Stage) -> None:
    assert planner(stage, "allow T2 src/x.py") == "T2 may change src/x.py."
    assert stage.state()["allowed"] == {"T2": ["src/x.py"]}


def test_waive_is_told_ever_after(stage: Stage) -> None:
    assert planner(stage, "waive changes --why the generator is flaky").startswith("'changes' is waived")
    assert "Waived: changes (the generator is flaky)" in planner(stage, "--status")


def test_skip_drops_a_task_and_names_those_that_build_on_it(stage: Stage) -> None:
    assert "T3 depends on it and counts it as done" in planner(stage, "skip T2")
    assert stage.task("T2")["status"] == "skipped"


def half_done(stage: Stage) -> None:
    """T1 has changed files and is a person's."""
    agent = stage.spawn("T1")
    stage.write(HELLO)
    stage.stop(agent, "BLOCKED\nBlocker: no idea")


def test_skip_asks_what_becomes_of_half_done_changes(stage: Stage) -> None:
    half_done(stage)
    words = planner(stage, "skip T1")
    assert "T1 has changed src/hello.py, tests/test_hello.py" in words
    assert "--to TASK" in words
    assert "--take-out" in words
    assert stage.task("T1")["status"] == "blocked"


def test_skip_hands_half_done_changes_to_another_task(stage: Stage) -> None:
    half_done(stage)
    assert "Its changes go to T3." in planner(stage, "skip T1 --to T3")
    assert stage.state()["allowed"]["T3"] == ["src/hello.py", "tests/test_hello.py"]


def test_skip_takes_half_done_changes_out_and_keeps_the_patch(stage: Stage) -> None:
    half_done(stage)
    words = planner(stage, "skip T1 --take-out")
    patch = Path(words.rpartition("kept in ")[2].split(". ")[0])
    assert '+    return "hello"' in patch.read_text()
    assert not (stage.project / "src/hello.py").exists()


def test_unblock_lets_a_task_be_tried_again(working: tuple[Stage, str]) -> None:
    stage, agent = working
    stage.stop(agent, "BLOCKED\nBlocker: no idea")
    assert planner(stage, "unblock T1 --note use the short one") == (
        "T1 may be tried again. Your note is in its brief."
    )
    assert stage.ask("T1").decision == "allow"


def test_complete_computes_anew_and_ends_the_plan(open_plan: Callable[[str], Stage]) -> None:
    only = PLAN[: PLAN.index("### T1")] + PLAN[PLAN.index("### T2") : PLAN.index("### T3")]
    stage = open_plan(only)
    assert "the plan is not done: T2 still open" in planner(stage, "--complete")
    agent = stage.spawn("T2")
    stage.implement(agent, BYE, "sh checks/bye.sh", DONE.format(task="T2"))
    stage.reviewed("T2", "task-reviewer")
    stage.reviewed("T2", "code-reviewer")
    assert stage.run("task-planner gate").exit == 0
    stage.write({"README.md": "changed since\n"})
    assert "changed since the last gate: README.md" in planner(stage, "--complete")
    stage.git("checkout", "-q", "README.md")
    assert "nothing is missing so far" in planner(stage, "done")
    assert "PLANWEIR-DONE" not in planner(stage, "complete --dry-run")
    words = planner(stage, "--complete")
    assert words.startswith("done: Small words")
    assert "Nothing is enforced here any more." in words
    line = words.splitlines()[-1]
    assert line.startswith("PLANWEIR-DONE ")
    assert planner(stage, f"done --verify {line}").startswith("it holds.")
    assert "ended already" in planner(stage, "--complete")
    assert not os.path.exists(stage.places.armed)
    assert stage.edit("README.md").said is None


@pytest.mark.parametrize("words", ["9", "--wave 9", "0"])
def test_the_gate_of_a_wave_that_does_not_exist_is_answered_with_the_waves(stage: Stage, words: str) -> None:
    reply = stage.typed("/wave-gate", words)
    assert reply.reason is not None
    assert "the plan has no wave" in reply.reason
    assert "1 (current): T1" in reply.reason


def test_abort_ends_the_plan_and_leaves_the_files(working: tuple[Stage, str]) -> None:
    stage, _agent = working
    stage.write(HELLO)
    words = planner(stage, "--abort")
    assert words.startswith("the plan is aborted: Small words.")
    archive = Path(words.rpartition("kept in ")[2].rstrip("."))
    assert (archive / "journal.jsonl").exists()
    assert (stage.project / "src/hello.py").exists()
    assert stage.edit("README.md").said is None
    assert "started." in goes_on(stage, "/implement-plan", f"{PLAN_FILE} --yes")


# --- the verbs: what they refuse -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "pause",
        "resume",
        "--complete",
        "--abort",
        "amend T1 --complexity 3",
        "allow T1 x.py",
        "waive changes --why x",
        "skip T1",
        "unblock T1",
        "discard README.md",
    ],
)
def test_every_verb_says_where_no_plan_is_open(bare: Stage, words: str) -> None:
    assert "no plan is open here" in planner(bare, words)


@pytest.mark.parametrize("words", ["amend T9 --complexity 3", "allow T9 x.py", "skip T9", "unblock T9"])
def test_an_unknown_task_is_answered_with_the_tasks_that_there_are(stage: Stage, words: str) -> None:
    assert planner(stage, words) == "T9 is no task of this plan. Its tasks: T1, T2, T3."


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"pause", "complete", "abort"}))
def test_a_verb_without_its_words_is_answered_with_its_usage(stage: Stage, verb: str) -> None:
    assert f"usage: /task-planner {verb}" in planner(stage, verb)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("allow", "usage: /task-planner allow"),
        ("allow T1", "T1 asks for nothing"),
        ("allow T1 ../outside.py", "is not inside the project"),
        ("allow T1 /etc/passwd", "is not inside the project"),
        ("amend T1", "say what to change"),
        ("amend T1 --new-tests maybe", "usage: /task-planner amend"),
        ("amend T1 --complexity high", "usage: /task-planner amend"),
        ("amend T1 --complexity 99", "nothing was changed"),
        ("amend T1 --depends T3", "nothing was changed"),
        ("amend T1 --files ../x.py", "nothing was changed"),
        ("amend T1 --colour red", "usage: /task-planner amend"),
        ("waive changes", "a waiver needs a reason"),
        ("waive reviews --why hurry", "cannot be waived"),
        ("waive nonsense --why hurry", "is no check of this plan"),
        ("unblock T1", "T1 is pending, not blocked"),
        ("skip T1 --to T9", "it is no unfinished task of this plan"),
        ("skip T1 --to T1", "it is no unfinished task of this plan"),
        ("discard /etc/passwd", "is not inside the project"),
        ("--abort now", "unexpected: now"),
        ("--pause now", "unexpected: now"),
    ],
)
def test_words_that_do_not_fit_are_answered_and_nothing_is_done(stage: Stage, words: str, why: str) -> None:
    before = stage.state()["seq"]
    assert why in planner(stage, words)
    assert stage.state()["seq"] == before


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("skip T1", "an agent works on T1"),
        ("amend T1 --depends T2", "T1 has been started; its dependencies stand"),
        ("allow T2 src/hello.py", "src/hello.py belongs to T1, which an agent works on now"),
        ("unblock T1", "T1 is in_progress, not blocked"),
    ],
)
def test_what_does_not_fit_a_running_task_is_answered(
    working: tuple[Stage, str], words: str, why: str
) -> None:
    stage, _agent = working
    assert why in planner(stage, words)


def test_what_is_finished_is_not_changed(stage: Stage) -> None:
    planner(stage, "skip T1")
    assert "T1 is skipped; what is finished is not changed" in planner(stage, "amend T1 --complexity 3")


# --- markers -------------------------------------------------------------------------------------------------


def both(stage: Stage) -> tuple[Path, Path]:
    return Path(stage.places.armed), Path(stage.places.second(str(stage.data)))


def test_start_sets_both_markers_and_records_the_second(stage: Stage) -> None:
    first, second = both(stage)
    assert first.exists()
    assert second.exists()
    assert str(second) in Path(stage.places.markers).read_text()


@pytest.mark.parametrize("which", [0, 1])
def test_a_marker_that_is_gone_is_set_again_and_told_as_an_incident(stage: Stage, which: int) -> None:
    gone = both(stage)[which]
    gone.unlink()
    assert stage.edit("README.md").denied == "main-thread-edits"
    assert gone.exists()
    assert f"Incident: the marker {gone} was gone and was set again" in planner(stage, "--status")


def test_status_sets_markers_again_when_both_are_gone(stage: Stage) -> None:
    for marker in both(stage):
        marker.unlink()
    assert "was gone and was set again" in planner(stage, "--status")
    assert [marker.exists() for marker in both(stage)] == [True, True]


def test_a_plan_whose_markers_are_both_gone_is_armed_by_its_journal(stage: Stage) -> None:
    for marker in both(stage):
        marker.unlink()
    assert stage.edit("README.md").denied == "main-thread-edits"
    assert [marker.exists() for marker in both(stage)] == [True, True]


def test_abort_moves_both_markers_away(stage: Stage) -> None:
    planner(stage, "--abort")
    assert [marker.exists() for marker in both(stage)] == [False, False]


def test_abort_in_a_terminal_moves_both_markers_away(stage: Stage) -> None:
    assert stage.run("task-planner abort", person=True).exit == 0
    assert [marker.exists() for marker in both(stage)] == [False, False]


@pytest.fixture(params=["journal", "folder", "folder and first marker"])
def unexplained(stage: Stage, sound: list[str], request: pytest.FixtureRequest) -> Stage:
    """Markers say that a plan is open; its journal, or all that we keep of the project, is gone."""
    if request.param == "journal":
        sound.append("its journal is gone")
        os.unlink(stage.places.journal)
    else:
        shutil.rmtree(stage.places.base)
    if request.param == "folder and first marker":
        os.unlink(stage.places.armed)
    return stage


def test_a_marker_without_a_journal_denies_and_status_says_why(unexplained: Stage) -> None:
    assert unexplained.edit("README.md").denied == "undecided"
    assert "its journal is gone" in planner(unexplained, "--status")


def test_a_marker_without_a_journal_is_cleared_by_abort(unexplained: Stage) -> None:
    assert unexplained.edit("README.md").denied == "undecided"
    assert "it was taken away" in planner(unexplained, "--abort")
    assert unexplained.edit("README.md").said is None


# --- what a person adds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "meant"), [("stauts", "status"), ("unblok T1", "unblock"), ("rollback", "Its verbs: ")])
def test_a_word_that_is_no_verb_is_answered_with_the_nearest_while_a_plan_is_open(
    stage: Stage, word: str, meant: str
) -> None:
    assert meant in planner(stage, word)
    assert stage.state()["plan"]["status"] == "open"


def test_a_request_that_begins_like_a_verb_is_a_request_without_a_plan(bare: Stage) -> None:
    for words in ("note taking app", "summary page for users", "script runner"):
        assert not bare.typed("/task-planner", words).blocked


def test_a_note_and_a_summary_are_answered_here(stage: Stage) -> None:
    assert "noted for T1" in planner(stage, "note T1 use the old parser, please")
    assert stage.task("T1")["notes"] == ["use the old parser, please"]
    assert "# Small words" in planner(stage, "summary")
    assert "nothing to check by hand" in planner(stage, "checked T1")


def test_the_script_of_a_wave_is_shown_here(stage: Stage) -> None:
    told = planner(stage, "--script")
    assert "artifacts/waves/wave-1.js" in told
    assert "export const meta" in told
    assert "// Wave 2 of " in planner(stage, "--script 2")
    assert "no wave 99" in planner(stage, "script 99")
    assert "which wave?" in planner(stage, "--script two")


def test_go_with_branch_works_on_a_branch_of_the_plans_own(bare: Stage) -> None:
    bare.git("branch", "-M", "main")
    assert "go --branch" in says(bare, "/implement-plan", PLAN_FILE)
    assert "Branch: feature/small-words" in goes_on(bare, "/implement-plan", "go --branch")
    assert bare.git("branch", "--show-current").strip() == "feature/small-words"
