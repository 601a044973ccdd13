"""Guarded files that are not ours: a change of one is told once; what a commit would run waits for a person."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.gate.shop import Shop, check, new_repository, plan, task

from planweir.attempt import keeping, turns
from planweir.brief.noticed import lines
from planweir.notice import keepsake, memory
from planweir.verbs.ending import put_away
from planweir.verbs.mine import mine


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A plan that is carried out: the main thread's turn is the plan's, and a plugin lies beside the project."""
    home = tmp_path / "user"
    (home / ".claude").mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = A Person\n\temail = person@example.org\n")
    plugin = tmp_path / "plugin"
    (plugin / "hooks").mkdir(parents=True)
    (plugin / "hooks/hooks.json").write_text("{}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home / ".claude"))
    monkeypatch.setenv("CLAUDE_PLUGIN_ROOT", str(plugin))
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    made = Shop(tmp_path)
    new_repository(made.root)
    made.open(plan(task("T1", "a.py")))
    turns.go_on(made.places, "s1", "p1")
    return made


def look(shop: Shop) -> list[str]:
    """The incidents that a look finds."""
    known = len(shop.state["incidents"])
    keeping.look(shop.places, shop.state)
    return shop.state["incidents"][known:]


def user(shop: Shop) -> Path:
    return shop.folder / "user"


def test_what_was_not_touched_costs_no_event(shop: Shop) -> None:
    assert look(shop) == []
    os.utime(user(shop) / ".gitconfig")
    (shop.root / ".git/config").write_text((shop.root / ".git/config").read_text())
    assert look(shop) == []
    assert look(shop) == []
    assert shop.kinds() == ["opened", "engine_set", "kept"]  # once the new times


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("user.email", "other@example.org"), ""),
        (("remote.origin.url", "https://example.org/x.git"), ""),
        (("branch.main.merge", "refs/heads/main"), ""),
        (("alias.st", "status"), ""),
        (("alias.x", "!rm -r ."), "alias.x=!rm -r ."),
        (("core.editor", "sh -c evil"), "core.editor=sh -c evil"),
        (("core.fsmonitor", "./watch"), "core.fsmonitor=./watch"),
        (("filter.x.clean", "./evil"), "filter.x.clean=./evil"),
    ],
)
def test_of_gits_settings_those_count_that_name_code(shop: Shop, words: tuple[str, str], told: str) -> None:
    shop.git("config", *words)
    found = look(shop)
    assert (told in found[0]) if told else found == []
    assert look(shop) == []


def test_settings_that_are_included_are_looked_at_too(shop: Shop) -> None:
    more = user(shop) / "more"
    more.write_text("[alias]\n\tst = status\n")
    shop.git("config", "include.path", str(more))
    assert "include.path" in look(shop)[0]
    more.write_text("[core]\n\tsshCommand = evil\n")
    assert "core.sshcommand=evil" in look(shop)[0]


@pytest.mark.parametrize("words", [("core.fsmonitor", "./watch"), ("filter.x.clean", "./evil"), ("core.hooksPath", "/tmp")])
def test_what_a_commit_would_run_holds_the_gate_until_a_person_owns_it(shop: Shop, words: tuple[str, str]) -> None:
    shop.reviewed("T1")
    shop.git("config", *words)
    row = check(shop.fails(), "changes")
    assert words[0].lower() in row.details[0].lower()
    assert "/task-planner mine" in row.mend
    assert mine(shop.places, [".git/config"]).ok
    assert shop.state["keepsake"]["held"] == {}
    shop.passes()


@pytest.mark.parametrize("words", [("core.editor", "vim"), ("alias.x", "!date"), ("user.name", "B")])
def test_what_no_commit_runs_holds_nothing(shop: Shop, words: tuple[str, str]) -> None:
    shop.reviewed("T1")
    shop.git("config", *words)
    shop.passes()


def test_a_new_hook_holds_the_gate_and_is_settled_by_its_going(shop: Shop) -> None:
    shop.reviewed("T1")
    shop.hook("pre-commit", "touch ran")
    row = check(shop.fails(), "changes")
    assert ".git/hooks/pre-commit is new" in row.details[0]
    assert any(".git/hooks/pre-commit" in line for line in lines(shop.state))
    assert not (shop.root / "ran").exists()
    (shop.root / ".git/hooks/pre-commit").unlink()
    shop.passes()


def test_a_hook_that_a_check_of_the_gates_own_writes_does_not_run(shop: Shop, tmp_path: Path) -> None:
    hook = shop.root / ".git/hooks/pre-commit"
    put_away(shop.places, shop.journal.record({"kind": "aborted"}))
    writes = f"mkdir -p {hook.parent}; printf '#!/bin/sh\\ntouch {tmp_path}/ran\\n' > {hook}; chmod +x {hook}"
    run = shop.script("check", f"test -e {tmp_path}/armed || exit 0; {writes}")
    shop.open(plan(task("T1", "a.py"), head=f"Verify: `{run}`"))
    turns.go_on(shop.places, "s1", "p1")
    shop.reviewed("T1")
    (tmp_path / "armed").touch()
    assert check(shop.fails(), "changes").failed
    assert not (tmp_path / "ran").exists()


def test_a_rule_that_hides_files_names_them_and_holds_the_gate(shop: Shop) -> None:
    shop.reviewed("T1")
    shop.write("evil.py", "x\n")
    with (shop.root / ".git/info/exclude").open("a") as file:
        file.write("evil.py\n")
    found = look(shop)
    assert "git now ignores evil.py; that hides evil.py" in found[0]
    assert check(shop.fails(), "changes").failed
    with (user(shop) / "ignored").open("w") as file:
        file.write("*\n")
    shop.git("config", "core.excludesFile", str(user(shop) / "ignored"))
    assert any("git now ignores *" in one or "core.excludesfile" in one for one in look(shop))


def test_rules_that_the_client_itself_writes_are_nobodys_change(shop: Shop) -> None:
    ours = user(shop) / ".config/git/ignore"
    ours.parent.mkdir(parents=True, exist_ok=True)
    with ours.open("a") as file:
        file.write("**/.claude/settings.local.json\n**/.claude/.cc-writes/\n")
    assert look(shop) == []
    with ours.open("a") as file:
        file.write("**/.claude/agents/\n")
    assert "git now ignores **/.claude/agents/" in look(shop)[0]


def test_settings_of_the_client_are_told_by_their_keys(shop: Shop) -> None:
    (user(shop) / ".claude/settings.json").write_text('{"disableAllHooks": true}')
    assert look(shop)[0].endswith("settings.json is new: disableAllHooks")
    assert shop.state["keepsake"]["held"] == {}


def test_what_the_client_adds_when_a_person_allows_a_call_is_no_incident(shop: Shop) -> None:
    shop.write(".claude/settings.local.json", '{"permissions": {"allow": ["Bash(ls)"]}}')
    assert look(shop) == []
    assert "permissions.allow" in shop.state["keepsake"]["told"][0]
    shop.write(".claude/settings.local.json", '{"permissions": {"allow": ["Bash(ls)"]}, "hooks": {}}')
    assert len(look(shop)) == 1


@pytest.mark.parametrize("how", ["changed", "new", "gone"])
def test_a_file_of_the_plugin_is_told_once_and_holds_nothing(shop: Shop, how: str) -> None:
    hooks = shop.folder / "plugin/hooks"
    if how == "gone":
        (hooks / "hooks.json").unlink()
    else:
        (hooks / ("hooks.json" if how == "changed" else "more.py")).write_text("other\n")
    assert "of the plugin was changed" in look(shop)[0]
    assert look(shop) == []
    assert shop.state["keepsake"]["held"] == {}
    (hooks / "__pycache__").mkdir()
    assert look(shop) == []


def test_another_version_of_the_plugin_is_told_and_nobody_is_blamed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = shop.folder / "newer"
    (newer / "hooks").mkdir(parents=True)
    first = os.environ["CLAUDE_PLUGIN_ROOT"]
    for root in (str(newer), first, str(newer)):  # an old session goes on beside it
        monkeypatch.setenv("CLAUDE_PLUGIN_ROOT", root)
        assert look(shop) == []
    assert len(shop.state["keepsake"]["told"]) == 1
    (newer / "hooks/x.py").write_text("x\n")
    assert "a file of the plugin was changed" in look(shop)[0]


def test_what_changes_while_a_person_is_at_it_is_only_told(shop: Shop) -> None:
    memory.at_rest(shop.places, True)
    shop.hook("pre-commit", "exit 0")
    assert look(shop) == []
    assert "while you were at it" in shop.state["keepsake"]["told"][0]
    assert shop.state["keepsake"]["held"] == {}


def test_with_an_agent_at_work_it_was_no_person(shop: Shop) -> None:
    shop.begin("T1")
    memory.at_rest(shop.places, True)
    shop.hook("pre-commit", "exit 0")
    assert len(look(shop)) == 1


def test_a_keepsake_that_was_written_to_hides_nothing(shop: Shop) -> None:
    path = Path(keepsake.file_of(shop.places, shop.state["keepsake"]["name"]))
    shop.hook("pre-commit", "exit 0")
    path.write_text(path.read_text().replace("hooks", "skooh"))
    found = look(shop)
    assert "what git runs or reads changed since the last good look" in found[0]
    assert mine(shop.places, ["git"]).ok
    assert look(shop) == []


def test_a_keepsake_that_is_gone_is_an_incident_and_is_taken_anew(shop: Shop) -> None:
    Path(keepsake.file_of(shop.places, shop.state["keepsake"]["name"])).unlink()
    assert look(shop)[0].endswith("what it kept is as it was")
    assert look(shop) == []


def test_a_plan_of_an_earlier_version_is_not_compared(shop: Shop) -> None:
    state = shop.state
    state["keepsake"]["name"] = ""
    shop.hook("pre-commit", "exit 0")
    assert keeping.look(shop.places, state)["incidents"] == []
