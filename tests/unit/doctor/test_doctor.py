"""The doctor as a whole: well where all is well, never a traceback, never a byte written, a page for every check."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.doctor.clinic import Clinic
from tests.unit.gate.shop import PLANNER, TOP

from planweir.doctor import checks
from planweir.doctor.checks import CHECKS, look
from planweir.doctor.finding import Finding, ok
from planweir.doctor.report import doctor
from planweir.doctor.world import World

PAGE = (TOP / "docs" / "doctor.md").read_text()


def asked(
    clinic: Clinic, *words: str, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """`task-planner doctor`, as Bash of the session runs it."""
    return subprocess.run(
        [sys.executable, "-I", str(PLANNER), "doctor", *words],
        cwd=cwd or clinic.shop.root,
        env={**clinic.env, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def tree(*roots: Path) -> dict[str, tuple[int, int, str]]:
    """Every file and folder: mode, time of its last change, digest."""
    found = {}
    for root in roots:
        for path in (root, *root.rglob("*")):
            row = path.lstat()
            words = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found[str(path)] = (row.st_mode, row.st_mtime_ns, hashlib.sha256(words).hexdigest())
    return found


def damage(clinic: Clinic) -> None:
    path = Path(clinic.places.journal)
    path.write_bytes(b"garbage\n" + path.read_bytes())


def tear(clinic: Clinic) -> None:
    with open(clinic.places.journal, "ab") as file:
        file.write(b'{"seq":')


def unrender(clinic: Clinic) -> None:
    for path in (clinic.places.guard, clinic.places.state, clinic.places.plan, clinic.places.rendered_copy):
        os.unlink(path)


def disarm(clinic: Clinic) -> None:
    os.rename(clinic.places.armed, clinic.places.abort_requested)


def nothing(clinic: Clinic) -> None:
    return


def lose(clinic: Clinic) -> None:
    os.unlink(clinic.places.journal)


BROKEN = [nothing, damage, tear, unrender, disarm, lose]


class TestWell:
    def test_a_plan_that_is_well_is_ok_in_every_check(self, clinic: Clinic) -> None:
        clinic.open()
        found = look(clinic.world())
        assert [row for row in found if row.state != "ok"] == []
        assert [row.name for row in found] == list(CHECKS)

    def test_ends_with_0_and_says_so(self, clinic: Clinic) -> None:
        clinic.open()
        done = asked(clinic)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"the doctor's findings: {len(CHECKS)} ok.\n")

    def test_without_a_plan_nothing_is_bad(self, clinic: Clinic) -> None:
        done = asked(clinic)
        assert done.returncode == 0
        assert "no plan is open (so also: " in done.stdout


class TestAnswer:
    def test_json_holds_each_finding_with_name_state_what_and_mend(self, clinic: Clinic) -> None:
        clinic.open()
        damage(clinic)
        done = asked(clinic, "--json")
        assert done.returncode == 1
        value = json.loads(done.stdout)
        assert value["ok"] is False
        assert set(value["counts"]) == {"ok", "warn", "bad", "unknown"}
        assert sum(value["counts"].values()) == len(value["findings"])
        for row in value["findings"]:
            assert set(row) == {"name", "state", "what", "mend"}
            assert row["state"] == "ok" or row["what"]
            assert row["mend"] or row["state"] in ("ok", "unknown")
        assert {row["name"] for row in value["findings"]} == set(CHECKS)

    def test_what_could_not_be_checked_is_told_and_is_not_ok(self, clinic: Clinic) -> None:
        found = doctor(clinic.world(PATH="/nowhere"))
        assert "could not be checked" in found.text.splitlines()[0]
        assert any(line.startswith("unknown repository") for line in found.text.splitlines())

    def test_every_finding_is_one_line_and_its_mend_the_next(self, clinic: Clinic) -> None:
        clinic.open()
        Path(clinic.places.faults).write_text("2026-01-01T00:00:00Z x.py: two\r\x0blines\n")
        found = look(clinic.world())
        told = doctor(clinic.world()).text.split("\n")
        assert len(told) == 1 + len(found) + sum(bool(row.mend) for row in found)


class TestBroken:
    @pytest.mark.parametrize("how", BROKEN)
    def test_nothing_is_written_whatever_is_broken(self, clinic: Clinic, how: object) -> None:
        clinic.open()
        clinic.shop.begin("T1")
        assert callable(how)
        how(clinic)
        roots = (Path(clinic.places.home), clinic.shop.root)
        before = tree(*roots)
        done = asked(clinic)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert tree(*roots) == before

    def test_an_error_in_a_check_is_unknown_with_its_reason_and_ends_no_other(
        self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(_world: World) -> list[Finding]:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(checks, "CHECKS", {"first": breaks, "second": lambda _world: ok("well")})
        first, second = look(clinic.world())
        assert (first.name, first.state, "No space left" in first.what) == ("first", "unknown", True)
        assert (second.name, second.state) == ("second", "ok")

    def test_without_git_it_still_answers(self, clinic: Clinic) -> None:
        clinic.open()
        env = {name: value for name, value in clinic.env.items() if name != "PLANWEIR_PROJECT"}
        clinic.env = env
        done = asked(clinic, PATH="/nowhere")
        assert (done.returncode, done.stderr) == (1, "")
        assert "git is not on PATH" in done.stdout

    @pytest.mark.parametrize("how", BROKEN)
    def test_an_agent_is_told_nothing_that_destroys(self, clinic: Clinic, how: object) -> None:
        clinic.open()
        (clinic.shop.root / ".git" / "index.lock").write_text("")
        (Path(clinic.places.home) / "runtime" / "0.0.1").mkdir(parents=True)
        assert callable(how)
        how(clinic)
        told = "\n".join(row.mend for row in look(clinic.world(agent=True)))
        for word in ("rm ", "kill ", "reset --hard", "git clean"):
            assert word not in told
        assert "rm -rf" in "\n".join(row.mend for row in look(clinic.world()))


class TestPage:
    @pytest.mark.parametrize("name", CHECKS)
    def test_every_check_has_its_place_on_the_page(self, name: str) -> None:
        assert f"`{name}`" in PAGE

    @pytest.mark.parametrize(
        "symptom",
        [
            "stuck in progress",
            "hook not firing",
            "tick missing",
            "gate not advancing",
            "no evidence",
            "crashed",
            "wrong result",
            "again and again",
            "corrupt",
            "context",
        ],
    )
    def test_every_symptom_that_people_see_leads_to_a_check(self, symptom: str) -> None:
        row = next(line for line in PAGE.splitlines() if line.startswith("| ") and symptom in line.lower())
        assert any(f"`{name}`" in row for name in CHECKS)
