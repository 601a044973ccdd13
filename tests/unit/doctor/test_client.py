"""The client's checks: version, settings, sandbox, the sign of hooks, what Bash was given."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.unit.doctor.clinic import Clinic
from tests.unit.gate.shop import TWO

from planweir.attempt import turns
from planweir.verbs.start import start


class TestVersion:
    def test_an_older_client_is_bad(self, clinic: Clinic) -> None:
        clinic.program("claude", "echo '2.1.99 (Claude Code)'")
        found = clinic.only("client")
        assert (found.state, found.mend) == ("bad", "claude update, then restart claude")

    def test_the_sessions_own_client_counts_before_the_one_on_path(self, clinic: Clinic) -> None:
        clinic.program("claude", "echo '2.1.99 (Claude Code)'")
        transcript = clinic.config / "projects" / "-app" / "s1.jsonl"
        transcript.parent.mkdir(parents=True)
        transcript.write_text(json.dumps({"type": "user", "version": "2.1.329"}) + "\n")
        assert clinic.only("client").state == "ok"

    def test_without_any_client_it_could_not_be_checked(self, clinic: Clinic) -> None:
        assert clinic.only("client", clinic.world(PATH="/nowhere")).state == "unknown"

    def test_who_typed_it_in_a_fresh_session_is_not_sent_where_they_are(self, clinic: Clinic) -> None:
        found = clinic.only("client", clinic.world(typed=True, PATH="/nowhere"))
        assert found.mend == "/task-planner doctor again, once the model has answered here"

    @pytest.mark.parametrize("body", ["exit 1", "echo hello"])
    def test_a_client_that_tells_nothing_is_unknown(self, clinic: Clinic, body: str) -> None:
        clinic.program("claude", body)
        assert clinic.only("client").state == "unknown"


class TestSettings:
    @pytest.mark.parametrize("where", ["user", "project", "local", "managed"])
    def test_hooks_switched_off_are_bad_and_the_file_is_named(self, clinic: Clinic, where: str) -> None:
        path = clinic.settings(where, '{"disableAllHooks": true}')
        found = clinic.only("settings")
        assert found.state == "bad"
        assert path in found.mend

    def test_managed_hooks_alone_are_bad_and_an_administrators(self, clinic: Clinic) -> None:
        path = clinic.settings("managed", '{"allowManagedHooksOnly": true}')
        found = clinic.only("settings")
        assert (found.state, path in found.mend, "administers" in found.mend) == ("bad", True, True)
        assert clinic.settings("user", '{"allowManagedHooksOnly": true}')
        assert len(clinic.findings("settings")) == 1  # in a person's own file it means nothing

    def test_a_plugin_that_is_off_is_bad_unless_what_counts_more_has_it_on(self, clinic: Clinic) -> None:
        path = clinic.settings("user", '{"enabledPlugins": {"planweir@planweir": false, "other@x": false}}')
        found = clinic.only("settings")
        assert (found.state, path in found.what) == ("bad", True)
        assert found.mend.startswith("/plugin enable planweir@planweir")
        clinic.settings("local", '{"enabledPlugins": {"planweir@planweir": true}}')
        assert clinic.only("settings").state == "ok"

    def test_a_plugin_that_managed_settings_force_runs_whatever_is_switched_off(self, clinic: Clinic) -> None:
        clinic.settings("user", '{"disableAllHooks": true, "enabledPlugins": {"planweir@planweir": false}}')
        clinic.settings(
            "managed", '{"enabledPlugins": {"planweir@planweir": true}, "allowManagedHooksOnly": true}'
        )
        assert clinic.only("settings").state == "ok"

    def test_a_plugin_of_the_command_lines_own_is_not_off_but_its_hooks_may_be(self, clinic: Clinic) -> None:
        world = clinic.world(CLAUDE_CODE_PLUGIN_DIRS="/somewhere")
        clinic.settings("user", '{"enabledPlugins": {"planweir@planweir": false}}')
        assert clinic.only("settings", world).state == "ok"
        clinic.settings("user", '{"disableAllHooks": true}')
        assert clinic.only("settings", world).state == "bad"

    @pytest.mark.parametrize("name", ["CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE"])
    def test_a_mode_without_plugins_is_bad(self, clinic: Clinic, name: str) -> None:
        world = clinic.world()
        world.env = {**world.env, name: "1"}
        assert clinic.only("settings", world).state == "bad"
        clinic.settings("user", json.dumps({"env": {name: "1"}}))
        assert name in clinic.only("settings").what

    def test_what_the_client_was_started_with_is_read_where_the_system_tells(self, clinic: Clinic) -> None:
        if not os.path.isdir("/proc/self"):
            pytest.skip("no /proc")
        words = ["sh", "-c", "echo ready; read x", "sh", "--bare", "--settings", '{"disableAllHooks": true}']
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
            assert client.stdout is not None
            client.stdout.readline()
            found = clinic.findings("settings", clinic.world(CLAUDE_PID=str(client.pid)))
        assert sorted(row.state for row in found) == ["bad", "bad"]
        assert any("--bare" in row.what for row in found)
        assert any("--settings" in row.what for row in found)

    @pytest.mark.parametrize("words", ["{", "[]", "\xff"])
    def test_a_file_that_cannot_be_read_is_unknown(self, clinic: Clinic, words: str) -> None:
        path = clinic.settings("project", "")
        Path(path).write_bytes(words.encode("latin-1"))
        found = clinic.only("settings")
        assert (found.state, path in found.mend) == ("unknown", True)

    def test_other_settings_are_well(self, clinic: Clinic) -> None:
        clinic.settings(
            "user", '{"disableAllHooks": false, "env": {"CLAUDE_CODE_SIMPLE": "0"}, "model": "x"}'
        )
        assert clinic.only("settings").state == "ok"


class TestSandbox:
    def test_one_that_does_not_let_our_command_out_is_bad(self, clinic: Clinic) -> None:
        path = clinic.settings("local", '{"sandbox": {"enabled": true, "excludedCommands": ["docker *"]}}')
        found = clinic.only("sandbox")
        assert found.state == "bad"
        assert '"excludedCommands": ["task-planner *"]' in found.mend
        assert path in found.mend

    def test_one_that_an_administrator_switched_on_is_mended_in_the_persons_own_file(
        self, clinic: Clinic
    ) -> None:
        path = clinic.settings("managed", '{"sandbox": {"enabled": true}}')
        found = clinic.only("sandbox")
        assert (found.state, path in found.what) == ("bad", True)
        assert found.mend.endswith(f"in {clinic.config}/settings.json")

    def test_one_that_does_is_well(self, clinic: Clinic) -> None:
        clinic.settings("managed", '{"sandbox": {"enabled": true, "failIfUnavailable": true, "allowUnsandboxedCommands": false}}')
        clinic.settings("user", '{"sandbox": {"excludedCommands": ["task-planner *"]}}')
        assert clinic.only("sandbox").state == "ok"

    @pytest.mark.parametrize("lacks", ["failIfUnavailable", "allowUnsandboxedCommands"])
    def test_one_that_can_be_left_is_told_with_the_line(self, clinic: Clinic, lacks: str) -> None:
        box = {"enabled": True, "failIfUnavailable": True, "allowUnsandboxedCommands": False, "excludedCommands": ["task-planner *"]}
        del box[lacks]
        path = clinic.settings("user", json.dumps({"sandbox": box}))
        found = clinic.only("sandbox")
        assert (found.state, f'"{lacks}": ' in found.mend, path in found.mend) == ("warn", True, True)


class TestHooks:
    def test_none_seen_since_the_plan_is_open_is_bad_with_the_way_back(self, clinic: Clinic) -> None:
        clinic.shop.open()
        os.unlink(clinic.places.session("s1"))
        found = clinic.only("hooks")
        assert found.state == "bad"
        for word in ("/reload-plugins", "/implement-plan", "restart", "--settings"):
            assert word in found.mend

    def test_the_settings_file_that_switches_them_off_is_the_mend(self, clinic: Clinic) -> None:
        clinic.open()
        path = clinic.settings("user", '{"disableAllHooks": true}')
        found = clinic.only("hooks")
        assert (found.state, path in found.mend) == ("bad", True)

    def test_one_seen_before_the_plan_was_taken_over_does_not_count(self, clinic: Clinic) -> None:
        clinic.open()
        os.utime(clinic.places.session("s1"), (1, 1))
        assert clinic.only("hooks").state == "bad"

    def test_another_clients_sign_does_not_count(
        self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CLAUDE_PID", "1")
        clinic.open()
        assert clinic.only("hooks").state == "ok"
        monkeypatch.setenv("CLAUDE_PID", "2")
        assert clinic.only("hooks").state == "bad"

    def test_an_answer_to_a_typed_command_is_the_sign_itself(self, clinic: Clinic) -> None:
        clinic.shop.open()
        os.unlink(clinic.places.session("s1"))
        assert clinic.only("hooks", clinic.world(typed=True)).state == "ok"

    def test_without_a_plan_there_is_no_sign_and_so_it_could_not_be_checked(self, clinic: Clinic) -> None:
        assert clinic.only("hooks").state == "unknown"

    def test_a_plan_without_an_owner_is_told(self, clinic: Clinic) -> None:
        path = clinic.shop.folder / "plan.md"
        path.write_text(TWO)
        assert start(clinic.places, str(path), "").ok
        assert clinic.only("hooks", clinic.world(drop=("CLAUDE_CODE_SESSION_ID",))).state == "warn"


class TestBash:
    def test_without_what_session_start_gives_it_is_bad(self, clinic: Clinic) -> None:
        found = clinic.only("bash", clinic.world(drop=("PLANWEIR_PROJECT",)))
        assert (found.state, "PLANWEIR_PROJECT" in found.what) == ("bad", True)

    def test_a_terminal_cannot_tell(self, clinic: Clinic) -> None:
        assert clinic.only("bash", clinic.world(drop=("CLAUDECODE",))).state == "unknown"
        assert clinic.only("bash", clinic.world(typed=True)).state == "unknown"


def test_the_sign_is_the_one_that_hooks_leave(clinic: Clinic) -> None:
    clinic.open()
    turns.touch(clinic.places, "s1")
    assert clinic.only("hooks").state == "ok"
