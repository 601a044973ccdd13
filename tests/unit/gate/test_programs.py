"""The test programs that the plan's commands start are those of its beginning, or what changed them is there to see."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.gate.shop import Shop, check, plan, task

from planweir.gate import programs


@pytest.fixture
def shop_with_runner(shop: Shop) -> Shop:
    """A project whose `.venv/bin/pytest` is a script beside a package `_pytest`, both ignored by git, and an open plan."""
    shop.write(".gitignore", ".venv\nnode_modules\n")
    install(shop)
    shop.write("requirements.txt", "pytest==9.0.0\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "runner")
    shop.open(plan(task("T1", "a.py"), head="Setup: `make venv`\nVerify: `.venv/bin/pytest -q`"))
    return shop


def install(shop: Shop, version: str = "9.0.0", body: str = "VERSION = 1\n") -> None:
    venv = shop.root / ".venv"
    packages = venv / "lib/python3.11/site-packages"
    (venv / "bin").mkdir(parents=True, exist_ok=True)
    for place in ("_pytest", "pytest"):
        (packages / place).mkdir(parents=True, exist_ok=True)
        (packages / place / "__init__.py").write_text(body)
    for old in packages.glob("pytest-*.dist-info"):
        old.rmdir()
    (packages / f"pytest-{version}.dist-info").mkdir()
    python = venv / "bin" / "python"
    if not python.exists():
        python.symlink_to("/usr/bin/env")

    (venv / "bin" / "pytest").write_text(f"#!{python} python3\nprint('3 passed in 0.01s')\n")
    (venv / "bin" / "pytest").chmod(0o755)


def test_as_they_were_is_ok(shop_with_runner: Shop) -> None:
    shop_with_runner.reviewed("T1", {"a.py": "a\n"})
    row = check(shop_with_runner.gate(), "programs")
    assert (row.result, "what it was at the start" in row.said) == ("ok", True)


@pytest.mark.parametrize(
    "path", [".venv/bin/pytest", ".venv/lib/python3.11/site-packages/_pytest/__init__.py", ".venv/lib/python3.11/site-packages/pytest/main.py"]
)
def test_a_replaced_launcher_or_a_changed_package_fails_the_gate(shop_with_runner: Shop, path: str) -> None:
    shop = shop_with_runner
    shop.reviewed("T1", {"a.py": "a\n"})
    kept = (shop.root / path).read_text() if (shop.root / path).exists() else ""
    (shop.root / path).write_text(kept + "# another\n")
    row = check(shop.fails(), "programs")
    assert path.rpartition("/")[0].removeprefix(".venv/") in "".join(row.details)
    assert "`make venv`" in row.mend


def test_setup_run_again_mends_it(shop_with_runner: Shop) -> None:
    shop = shop_with_runner
    shop.reviewed("T1", {"a.py": "a\n"})
    (shop.root / ".venv/lib/python3.11/site-packages/_pytest/__init__.py").write_text("VERSION = 2\n")
    shop.fails()
    install(shop)
    assert check(shop.gate(), "programs").result == "ok"


def test_another_version_with_a_changed_requirement_explains_itself(shop_with_runner: Shop) -> None:
    shop = shop_with_runner
    shop.reviewed("T1", {"a.py": "a\n", "requirements.txt": "pytest==9.1.0\n"})
    install(shop, "9.1.0", "VERSION = 2\n")
    assert check(shop.gate(), "programs").result == "ok"


def test_another_content_of_the_same_version_does_not(shop_with_runner: Shop) -> None:
    shop = shop_with_runner
    shop.reviewed("T1", {"a.py": "a\n", "requirements.txt": "pytest==9.1.0\n"})
    install(shop, body="VERSION = 2\n")
    assert check(shop.gate(), "programs").failed


def test_caches_of_compiled_code_are_no_change(shop_with_runner: Shop) -> None:
    shop = shop_with_runner
    shop.reviewed("T1", {"a.py": "a\n"})
    shop.write(".venv/lib/python3.11/site-packages/_pytest/__pycache__/x.pyc", "x")
    assert check(shop.gate(), "programs").result == "ok"


def test_what_npx_and_scripts_start_is_found_in_the_project(tmp_path: Path) -> None:
    (tmp_path / "node_modules/.bin").mkdir(parents=True)
    (tmp_path / "node_modules/jest/bin").mkdir(parents=True)
    (tmp_path / "node_modules/jest/package.json").write_text('{"version": "30.0.0"}')
    (tmp_path / "node_modules/jest/bin/jest.js").write_text("//\n")
    (tmp_path / "node_modules/.bin/jest").symlink_to("../jest/bin/jest.js")
    (tmp_path / "package.json").write_text('{"scripts": {"test": "jest --ci"}}')
    for command in ("npx jest", "npm test", "node_modules/.bin/jest"):
        found = programs.marks(str(tmp_path), [command])
        assert found[str(tmp_path / "node_modules/jest")].startswith("30.0.0 "), command


def test_a_word_that_means_a_program_in_the_project_now_fails(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.open(plan(task("T1", "a.py"), head="Verify: `pytest --version`"))
    shop.reviewed("T1", {"a.py": "a\n"})
    fake = shop.root / "bin"
    fake.mkdir()
    (fake / "pytest").write_text("#!/bin/sh\necho '3 passed in 0.01s'\n")
    (fake / "pytest").chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake}:{os.environ['PATH']}")
    assert "`pytest` is now" in check(shop.gate(), "programs").details[0]
