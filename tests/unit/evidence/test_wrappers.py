"""What stands before a runner is seen through where the runner's own words are on the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.evidence.calls import PASSES, ROOT, ran, recorded, verdict

from planweir.evidence.opaque import find_opaque
from planweir.evidence.runners import find
from planweir.evidence.wrappers import unwrap

SEEN_THROUGH = [
    "docker exec app pytest -q",
    "docker exec -it app pytest -q",
    "docker exec -e CI=1 -w /app --user dev app pytest -q",
    "docker compose exec app pytest -q",
    "docker compose exec -T app pytest -q",
    "docker compose -f compose.test.yml exec -T app pytest -q",
    "docker compose run --rm app pytest -q",
    "docker compose run --rm --no-deps -e CI=1 app pytest -q",
    "docker-compose run --rm app pytest -q",
    "docker-compose exec -T app python -m pytest -q",
    "podman exec app pytest -q",
    "podman-compose exec app pytest -q",
    "kubectl exec app-0 -- pytest -q",
    "kubectl exec -n shop -it app-0 -c web -- pytest -q",
    "kubectl -n shop exec app-0 -- pytest -q",
    "docker exec app bash -lc 'pytest -q'",
    "docker exec app sh -c 'cd /app && pytest -q'",
    "docker compose exec app timeout 60 pytest -q",
    "docker exec app env CI=1 pytest -q",
    "devcontainer exec --workspace-folder . pytest -q",
    "mise exec -- pytest -q",
    "mise exec python@3.12 -- pytest -q",
    "mise x -- pytest -q",
    "rtx exec -- pytest -q",
    "asdf exec pytest -q",
    "direnv exec . pytest -q",
    "nix develop -c pytest -q",
    "nix develop .#ci --command pytest -q",
    "nix shell nixpkgs#python3 -c pytest -q",
    "devbox run pytest -q",
    "devbox run -- pytest -q",
    "conda run -n shop pytest -q",
    "conda run -n shop --no-capture-output python -m pytest -q",
    "micromamba run -n shop pytest -q",
    "pixi run pytest -q",
    "pixi run -e test pytest -q",
    "hatch run pytest -q",
    "hatch run test:pytest -q",
    "uv run pytest -q",
    "uv run --extra dev python -m pytest -q",
    "poetry run pytest -q",
    "pipenv run pytest -q",
    "pdm run pytest -q",
    "env X=1 pytest -q",
    "X=1 pytest -q",
    "timeout 60 pytest -q",
    "timeout -k 5 60 uv run pytest -q",
    "bash -lc 'pytest -q'",
    "sh -c 'pytest -q'",
    "bash -lc 'cd web && uv run pytest -q'",
    "cd web && pytest -q",
    "nice -n 5 pytest -q",
    "command pytest -q",
    "time pytest -q",
]
SCRIPTS = [
    ("make test", "Makefile"),
    ("just test", "justfile"),
    ("task test", "Taskfile.yml"),
    ("npm test", "package.json"),
    ("pnpm test", "package.json"),
    ("yarn test", "package.json"),
    ("composer test", "composer.json"),
    ("composer run-script test", "composer.json"),
    ("pixi run test", "pixi.toml"),
    ("devbox run test", "devbox.json"),
    ("mise run test", "mise.toml"),
    ("hatch run test", "pyproject.toml"),
    ("turbo run test", "turbo.json"),
    ("docker compose run --rm app make test", "Makefile"),
    ("docker exec app npm test", "package.json"),
    ("nix develop -c make test", "Makefile"),
]


class TestSeenThrough:
    @pytest.mark.parametrize("command", SEEN_THROUGH)
    def test_the_run_behind_it_counts(self, command: str) -> None:
        row = ran(command)
        assert row["runner"] == "pytest"
        assert row["flags"] == []
        assert verdict(row)["reason"] == "ok"

    @pytest.mark.parametrize("command", SEEN_THROUGH)
    def test_and_fails_as_it_failed(self, command: str) -> None:
        assert verdict(ran(command, "1 failed, 3 passed in 0.1s", 1))["reason"] == "failed"

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("bundle exec rspec spec", ["rspec", "spec"]),
            ("composer exec phpunit", ["phpunit"]),
            ("composer exec -- phpunit --testdox", ["phpunit", "--testdox"]),
            ("spring rspec", ["rspec"]),
            ("xcrun swift test", ["swift", "test"]),
            ("docker compose exec app bundle exec rspec", ["rspec"]),
            ("podman exec -t app go test ./...", ["go", "test", "./..."]),
        ],
    )
    def test_also_where_wrappers_are_nested(self, command: str, words: list[str]) -> None:
        assert unwrap(command.split()) == words


class TestNotSeenThrough:
    @pytest.mark.parametrize(
        "command",
        [
            "docker exec app",
            "docker run app pytest",  # an image's own files
            "docker build -t pytest .",
            "docker compose up pytest",
            "docker compose exec app",
            "docker exec app cat pytest",
            "kubectl exec pytest",
            "kubectl logs app -- pytest",
            "nix develop",
            "nix build -c pytest",
            "conda install pytest",
            "conda create -n pytest",
            "mise install -- pytest",
            "direnv allow pytest",
            "ssh host pytest -q",
            "bundle add rspec",
            "composer require phpunit",
            "pixi add pytest",
        ],
    )
    def test_what_starts_no_runner(self, command: str) -> None:
        assert find(command.split(), ROOT) is None
        assert recorded(command) is None

    @pytest.mark.parametrize(
        "line", ["pytest -q; echo 4 passed", "pytest -q || true", "pytest -q | cat", "pytest $X", "echo pytest", "$(pytest)"]
    )
    def test_a_shell_behind_a_wrapper_that_does_more_than_one_thing(self, line: str) -> None:
        assert recorded(f"docker exec app bash -c '{line}'") is None


class TestScripts:
    @pytest.mark.parametrize(("command", "file"), SCRIPTS)
    def test_are_known_with_the_file_that_says_what_they_run(self, tmp_path: Path, command: str, file: str) -> None:
        (tmp_path / file).write_text("")
        assert find_opaque(command.split(), str(tmp_path)) is not None
        row = ran(command, cwd=str(tmp_path))
        assert "opaque" in row["flags"]

    def test_of_a_container_are_no_less_believed_than_at_home(self) -> None:
        assert verdict(ran("docker exec app pytest /app/tests", PASSES))["reason"] == "unrecognised"  # outside, for all that is known
