"""How each runner is recognised, what it was told to run, and what counts where a script runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.unit.evidence.calls import ROOT, bash, ran, recorded, verdict

from planweir.evidence.opaque import find_opaque
from planweir.evidence.places import below
from planweir.evidence.runners import find, node, runners
from planweir.evidence.runners.base import handed_on
from planweir.evidence.runs import record

JEST = "Test Suites: 1 passed, 1 total\nTests:       2 passed, 2 total\n"
JEST_FAILS = "Test Suites: 1 failed, 1 total\nTests:       1 failed, 1 passed, 2 total\n"
CARGO = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"
GO = "ok  \texample.com/ex/p\t0.002s\n"


class TestRecognise:
    @pytest.mark.parametrize(
        ("runner", "command"),
        [
            ("unittest", "python -m unittest"),
            ("unittest", "python3.12 -B -m unittest discover -s tests"),
            ("unittest", "uv run python -m unittest -v"),
            ("unittest", "uv run -m unittest"),
            ("unittest", "poetry run python -m unittest tests.test_a"),
            ("unittest", "timeout 60 .venv/bin/python -m unittest"),
            ("unittest", "coverage run -m unittest discover"),
            ("unittest", "python -m coverage run --branch -m unittest"),
            ("jest", "jest"),
            ("jest", "npx jest --ci"),
            ("jest", "npx --no-install jest"),
            ("jest", "npx -y jest@29.7.0"),
            ("jest", "npm exec jest"),
            ("jest", "npm exec -- jest --ci"),
            ("jest", "npm x -- jest"),
            ("jest", "yarn jest"),
            ("jest", "yarn run jest"),
            ("jest", "yarn exec jest"),
            ("jest", "pnpm jest"),
            ("jest", "pnpm exec jest"),
            ("jest", "pnpm --filter web exec jest"),
            ("jest", "bunx jest"),
            ("jest", "corepack yarn jest"),
            ("jest", "node_modules/.bin/jest"),
            ("jest", "./node_modules/.bin/jest t"),
            ("jest", "node node_modules/.bin/jest"),
            ("jest", "node --experimental-vm-modules node_modules/jest/bin/jest.js"),
            ("jest", "cross-env NODE_ENV=test jest"),
            ("jest", "env CI=1 timeout 300 npx jest"),
            ("vitest", "npx vitest run"),
            ("vitest", "vitest --run"),
            ("vitest", "pnpm vitest run src/a.test.ts"),
            ("vitest", "yarn vitest run"),
            ("vitest", "node node_modules/vitest/vitest.mjs run"),
            ("vitest", "npx dotenv -e .env.test -- vitest run"),
            ("mocha", "npx mocha --recursive"),
            ("mocha", "npx nyc mocha"),
            ("mocha", "node node_modules/mocha/bin/mocha.js"),
            ("node", "node --test"),
            ("node", "node --test tests/a.test.js"),
            ("node", "node --import tsx --test tests/*.ts"),
            ("node", "node --test-reporter=spec --test"),
            ("node", "npx tsx --test src/a.test.ts"),
            ("node", "npx c8 node --test"),
            ("node", "npx c8 --reporter text node --test"),
            ("go", "go test ./..."),
            ("go", "go test -race -count=1 ./pkg/..."),
            ("go", "go -C sub test ./..."),
            ("go", "env CGO_ENABLED=0 go test"),
            ("go", "/usr/local/go/bin/go test"),
            ("cargo", "cargo test"),
            ("cargo", "cargo t"),
            ("cargo", "cargo +nightly test --workspace"),
            ("cargo", "cargo --locked test"),
            ("cargo", "timeout -k 5 600 cargo test --offline"),
        ],
    )
    def test_is_found_in(self, runner: str, command: str) -> None:
        hit = find(command.split(), ROOT)
        assert hit is not None
        assert hit[0].name == runner

    @pytest.mark.parametrize(
        "command",
        [
            "echo jest",
            "cat jest.config.js",
            "./jest",
            "bin/jest",
            "scripts/vitest run",
            "npx create-jest",
            "npx -c jest",
            "npx jest-cli-fake",
            "node jest.js",
            "node src/jest/bin/jest.js",
            "node tests/a.test.js",
            "node tests/a.test.js --test",
            "node -e x --test",
            "python unittest.py",
            "python -c unittest -m unittest",
            "python tests/test_a.py",
            "go vet ./...",
            "go run ./test",
            "go build ./...",
            "./go test",
            "cargo build",
            "cargo run test",
            "cargo testy",
            "/home/dev/app/bin/cargo test",
            "yarn add jest",
            "npm install jest",
            "pnpm add vitest",
        ],
    )
    def test_is_not_found_in(self, command: str) -> None:
        assert find(command.split(), ROOT) is None

    @pytest.mark.parametrize(
        "command",
        [
            "python -m unittest -h",
            "npx jest --listTests",
            "npx jest --version",
            "npx vitest list",
            "npx vitest --version",
            "go test -list . ./...",
            "go test -c ./p",
            "cargo test --no-run",
            "cargo test -- --list",
        ],
    )
    def test_what_only_tells_runs_no_test(self, command: str) -> None:
        hit = find(command.split(), ROOT)
        assert hit is not None
        assert hit[0].lists(hit[1])


class TestSelection:
    @pytest.mark.parametrize(
        "command",
        [
            "python -m unittest -k adds",
            "python -m unittest -kadds",
            "python -m unittest discover -p test_a.py",
            "npx jest -t adds",
            "npx jest --testNamePattern=adds",
            "npx jest --onlyChanged",
            "npx jest --shard=1/2",
            "npx mocha -g adds",
            "npx vitest run -t adds",
            "npx vitest run src/a.test.ts:12",
            "npx vitest related src/a.ts",
            "node --test --test-name-pattern=adds",
            "node --test --test-only",
            "go test -run TestA ./...",
            "go test --run=TestA",
            "go test -test.run TestA",
            "go test -skip TestB ./...",
            "go test -short ./...",
            "cargo test parses",
            "cargo test --lib",
            "cargo test -p ex",
            "cargo test --test it",
            "cargo test -- --skip slow",
            "cargo test -- parses",
            "cargo test -- --ignored",
        ],
    )
    def test_options_that_leave_tests_out_narrow(self, command: str) -> None:
        assert selected(command)[0] is True

    @pytest.mark.parametrize(
        "command",
        [
            "python -m unittest",
            "python -m unittest discover -s tests -v",
            "python -m unittest discover -s tests -p test_*.py",
            "python -m unittest discover -s tests -p *_test.py",
            "npx jest --ci --coverage --maxWorkers 2",
            "npx jest --verbose tests",
            "npx vitest run --coverage --reporter verbose",
            "npx mocha -r ts-node/register --timeout 5000",
            "node --test --test-reporter spec",
            "node --import tsx --test tests",
            "go test -race -count=1 -v -timeout 60s ./...",
            "cargo test --workspace --all-features --locked",
            "cargo test -- --test-threads 1 --nocapture",
        ],
    )
    def test_other_options_do_not(self, command: str) -> None:
        assert selected(command)[0] is False

    @pytest.mark.parametrize(
        ("command", "places"),
        [
            ("python -m unittest discover -s tests", ["tests"]),
            ("python -m unittest tests/test_a.py", ["tests/test_a.py"]),
            ("npx jest", []),
            ("npx jest user", ["~user"]),
            ("npx jest --testPathPattern user", ["~user"]),
            ("npx vitest run user --reporter dot", ["~user"]),
            ("node --test tests/a.test.js", ["tests/a.test.js"]),
            ("node --test tests/**/*.test.js", ["tests"]),
            ("go test", ["*"]),
            ("go test ./...", ["."]),
            ("go test ./pkg/...", ["./pkg"]),
            ("go test ./pkg -args ./x", ["./pkg/*"]),
            ("cargo test --test it", ["tests/it.rs"]),
        ],
    )
    def test_named_places_are_told(self, command: str, places: list[str]) -> None:
        assert selected(command)[1] == places

    def test_a_dotted_name_of_unittest_is_its_file(self, tmp_path: Path) -> None:
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests/test_a.py").write_text("")
        selection = runners()["unittest"].selection
        assert selection(["tests.test_a"], str(tmp_path)) == (False, ["tests/test_a.py"])
        assert selection(["tests.test_a.T.test_x"], str(tmp_path)) == (True, ["tests/test_a.py::T.test_x"])
        assert selection(["tests"], str(tmp_path)) == (False, ["tests"])

    def test_an_import_path_of_the_module_is_its_folder(self, tmp_path: Path) -> None:
        (tmp_path / "go.mod").write_text("module example.com/ex\n")
        (tmp_path / "sub").mkdir()
        selection = runners()["go"].selection
        assert selection(["example.com/ex/p/..."], str(tmp_path))[1] == ["./p"]
        assert selection(["example.com/ex/p/..."], str(tmp_path / "sub"))[1] == ["../p"]


def selected(command: str) -> tuple[bool, list[str]]:
    hit = find(command.split(), ROOT)
    assert hit is not None
    return hit[0].selection(hit[1], ROOT)


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "place"),
        [
            ("tests/a.py", "tests"),
            ("tests/a.py", "."),
            ("a.py::test_x", "a.py"),
            ("src/user.test.ts", "~user"),
            ("pkg/a_test.go", "pkg/*"),
            ("./pkg/a_test.go", "./pkg/*"),
            ("a_test.go", "*"),
            ("pkg/*", "pkg"),
            ("~user-list", "~user"),
        ],
    )
    def test_hold(self, path: str, place: str) -> None:
        assert below(path, place)

    @pytest.mark.parametrize(
        ("path", "place"),
        [("tests2/a.py", "tests"), ("src/a.ts", "~user"), ("pkg/sub/a_test.go", "pkg/*"), ("p/a_test.go", "*")],
    )
    def test_do_not_hold(self, path: str, place: str) -> None:
        assert not below(path, place)

    def test_a_package_alone_is_not_the_folders_below_it(self) -> None:
        rows = [ran("go test ./...", "--- FAIL: TestA (0.00s)\nFAIL\tex/p\t0.1s\n", 1), ran("go test .", GO)]
        assert verdict(*rows)["reason"] == "failed"
        assert verdict(*rows, ran("go test ./...", GO))["reason"] == "ok"


class TestVariables:
    @pytest.mark.parametrize(
        "command",
        [
            "NODE_OPTIONS='--require ./fake.js' npx jest",
            "env NODE_OPTIONS=--import=./fake.js npx vitest run",
            "GOFLAGS=-exec=true go test ./...",
            "GOFLAGS=-run=zzz go test ./...",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=true cargo test",
            "RUSTC_WRAPPER=./fake cargo test",
            "npm_config_script_shell=./fake npm test",
        ],
    )
    def test_by_which_other_code_is_run_are_refused(self, command: str) -> None:
        assert verdict(recorded(command, JEST + GO))["reason"] == "unrecognised"

    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("NODE_OPTIONS=--experimental-vm-modules npx jest", JEST),
            ("CI=1 NODE_OPTIONS='--max-old-space-size=4096 --no-warnings' npx jest", JEST),
            ("GOFLAGS=-mod=mod go test ./...", GO),
            ("CGO_ENABLED=0 go test ./...", GO),
        ],
    )
    def test_others_are_not(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "ok"


class TestBesideOtherChecks:
    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("npm ci && npx tsc --noEmit && npx jest", JEST),
            ("npx eslint . && npx jest", JEST),
            ("pnpm install && pnpm exec tsc && pnpm jest", JEST),
            ("go vet ./... && go test ./...", GO),
            ("go build ./... && go test ./... 2>&1 | tail -20", GO),
            ("cd sub && go mod tidy && go test ./...", GO),
            ("cargo fmt --check && cargo clippy && cargo test", CARGO),
            ("npx jest 2>&1 | tail -40", JEST),
            ("CI=1 npx jest | grep -E 'Tests:|Suites:'", JEST),
        ],
    )
    def test_it_counts(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "ok"

    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("npx jest; cat old.log", JEST),
            ("go run ./say && go test ./...", GO),
            ("cargo run; cargo test", CARGO),
            ("npx jest || echo done", JEST),
            ("npm run build && npx jest", JEST),
        ],
    )
    def test_what_may_print_a_summary_itself_spoils_it(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "unrecognised"


class TestSummariesOfManyLines:
    """go, cargo, mocha and vitest tell of failures in lines of their own."""

    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("go test ./... 2>&1 | grep ok", GO),
            ("go test ./... | grep -v FAIL | tail -5", GO),
            ("go test ./... | head -3", GO),
            ("cargo test | grep 'result: ok'", CARGO),
            ("npx mocha | grep passing", "  3 passing (4ms)\n"),
        ],
    )
    def test_behind_a_filter_that_may_leave_them_out_are_unread(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "unread"

    def test_failures_that_show_all_the_same_count(self) -> None:
        assert verdict(recorded("go test ./... | grep -E 'ok|FAIL'", GO + "FAIL\tex/f\t0.1s\n"))["reason"] == "failed"

    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("go test ./... | tail -20", GO + "FAIL\n"),
            ("go test ./... | tail -1", "FAIL\n"),
            ("cargo test --no-fail-fast | tail -4", CARGO + "error: 2 targets failed:\n    `--lib`\n    `--test it`\n"),
            ("cargo test | tail -2", "\nerror: test failed, to rerun pass `--lib`\n"),
        ],
    )
    def test_cut_from_above_still_tell_at_their_end(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "failed"

    def test_with_pipefail_the_exit_status_speaks(self) -> None:
        assert verdict(recorded("set -o pipefail; go test ./... | grep -v 'no test files'", GO))["reason"] == "ok"


class TestReplaced:
    def test_a_script_named_after_the_runner_would_be_run_by_yarn(self, tmp_path: Path) -> None:
        (tmp_path / "package.json").write_text('{"scripts": {"jest": "echo"}}')
        for command, reason in (("yarn jest", "unrecognised"), ("yarn exec jest", "ok"), ("npx jest", "ok")):
            row = record(bash(command, JEST, cwd=str(tmp_path)), [], lambda: "now", str(tmp_path))
            assert verdict(row)["reason"] == reason

    def test_a_module_of_the_name_of_unittest(self, tmp_path: Path) -> None:
        (tmp_path / "unittest.py").write_text("")
        output = "Ran 1 test in 0.1s\n\nOK\n"
        row = record(bash("python -m unittest", output, cwd=str(tmp_path)), [], lambda: "now", str(tmp_path))
        assert verdict(row)["reason"] == "unrecognised"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("package.json", "Makefile", "tox.ini", "manage.py"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/package.json").write_text("{}")
    return tmp_path


def reason(project: Path, command: str, output: str, status: int = 0, changed: tuple[str, ...] = ()) -> str:
    from planweir.evidence.judge import judge

    row = record(bash(command, output, status, cwd=str(project)), [], lambda: "now", str(project))
    return judge([row] if row is not None else [], [], "now", [], True, changed=changed)["reason"]


PYTEST = "5 passed in 0.1s\n"
CARGO = "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s\n"


class TestSteered:
    """A program in the place of the runner, or of what sums it up, says nothing."""

    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("npx jest --runner ./fake.js", JEST),
            ("npx jest --testRunner=/tmp/fake.js", JEST),
            ("npx jest --reporters=./fake.js", JEST),
            ("npx -p ./fake jest", JEST),
            ("npx --package=file:fake jest", JEST),
            ("npm test --script-shell=./fake", JEST),
            ("NPM_CONFIG_SCRIPT_SHELL=./fake npm test", JEST),
            ("pytest -q -p fake", PYTEST),
            ("pytest -q -pfake", PYTEST),
            ("PYTEST_PLUGINS=fake pytest -q", PYTEST),
            ("go test -exec ./fake ./...", "ok  \tx\t0.1s\n"),
            ("go test -toolexec=./fake ./...", "ok  \tx\t0.1s\n"),
            ("cargo test --config target.x.runner=./fake", CARGO),
            ("cargo +./fake test", CARGO),
        ],
    )
    def test_does_not_count(self, project: Path, command: str, output: str) -> None:
        assert reason(project, command, output) == "unrecognised"

    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("npx jest --config jest.config.js --reporters=default --testRunner=jest-circus/runner", JEST),
            ("npx -p jest -p jsdom jest", JEST),
            ("npm test -- --reporters jest-junit", JEST),
            ("pytest -q -p no:cacheprovider -p xdist -n 4", PYTEST),
            ("uv run -p 3.12 pytest -q", PYTEST),
            ("go test -run TestX ./...", "ok  \tx\t0.1s\n"),
            ("cargo +nightly test --config net.offline=true", CARGO),
        ],
    )
    def test_settings_that_projects_use_count(self, project: Path, command: str, output: str) -> None:
        assert reason(project, command, output) == "ok"

    def test_a_dry_run_is_no_run(self, project: Path) -> None:
        assert reason(project, "npx mocha --dry-run", "  5 passing (1ms)\n") == "empty"

    def test_the_end_of_one_that_goes_on_after_failures_is_not_the_whole(self, project: Path) -> None:
        assert reason(project, "cargo test --no-fail-fast 2>/dev/null | tail -3", CARGO) == "unread"
        assert reason(project, "cargo test | tail -3", CARGO) == "ok"


class TestScripts:
    """What `npm test` runs stands in a file of the project."""

    COMMANDS = (
        "npm test",
        "npm t",
        "npm run test",
        "npm run test:unit",
        "npm run --silent test",
        "npm test -- --ci",
        "npm --prefix sub test",
        "yarn test",
        "yarn run test",
        "pnpm test",
        "pnpm -r test",
        "pnpm run test:unit",
        "make test",
        "make -s check",
        "make -C sub test",
        "tox",
        "tox -e py311",
        "python manage.py test",
        "timeout 60 npm test",
        "uv run tox",
        "npm test 2>&1",
        "npm ci && npm test",
    )

    @pytest.mark.parametrize("command", COMMANDS)
    def test_counts_with_the_summary_of_a_known_runner(self, project: Path, command: str) -> None:
        assert reason(project, command, JEST) == "ok"
        assert reason(project, command, JEST_FAILS, 1) == "failed"

    @pytest.mark.parametrize("command", COMMANDS)
    def test_does_not_without(self, project: Path, command: str) -> None:
        assert reason(project, command, "all good\n") == "unread"

    def test_with_a_summary_and_an_exit_status_that_disagree_fails(self, project: Path) -> None:
        assert reason(project, "npm test", JEST, 1) == "failed"
        assert reason(project, "npm test", JEST_FAILS, 0) == "failed"

    def test_one_failing_summary_of_several_wins(self, project: Path) -> None:
        assert reason(project, "make test", JEST_FAILS + "\n5 passed in 0.1s\n", 0) == "failed"
        assert reason(project, "make test", JEST + "\n5 passed in 0.1s\n", 0) == "ok"

    @pytest.mark.parametrize("command", ["npm test || true", "npm test; true", "npm test | grep -v x", "npm test | tail -5 || true"])
    def test_whose_exit_status_is_not_seen_is_unread(self, project: Path, command: str) -> None:
        assert reason(project, command, JEST) == "unread"

    @pytest.mark.parametrize("command", ["npm test | tail -20", "npm test 2>&1 | tee log | tail -5"])
    def test_whose_end_is_shown_whole_by_a_pipe_counts_by_what_it_says(self, project: Path, command: str) -> None:
        assert reason(project, command, JEST) == "ok"
        for end in ("npm error Lifecycle script `test` failed", "make: *** [Makefile:2: test] Error 1", " ELIFECYCLE  Test failed."):
            assert reason(project, command, f"{JEST}\n{end}") == "failed"
        assert reason(project, command, JEST_FAILS) == "failed"

    def test_that_the_attempt_itself_changed_does_not_count(self, project: Path) -> None:
        assert reason(project, "npm test", JEST, changed=("package.json",)) == "unrecognised"
        assert reason(project, "npm test", JEST, changed=("Makefile",)) == "ok"
        assert reason(project, "cd sub && npm test", JEST, changed=("package.json",)) == "unrecognised"
        assert reason(project, "npx jest", JEST, changed=("package.json",)) == "ok"

    def test_of_no_file_does_not_count(self, tmp_path: Path) -> None:
        assert reason(tmp_path, "npm test", JEST) == "unrecognised"

    def test_that_fails_and_is_no_run_of_tests_undoes_none(self, project: Path) -> None:
        root = str(project)
        rows = [
            record(bash(command, output, status, cwd=root), [], lambda: "now", root)
            for command, output, status in (("npm run check", "lint: 2 errors", 1), ("npx jest", JEST, 0))
        ]
        assert verdict(*rows)["reason"] == "ok"

    @pytest.mark.parametrize(
        "command",
        [
            "npm run build",
            "npm install",
            "npm ci",
            "npm run",
            "npm --script-shell=./fake test",
            "make",
            "make SHELL=./fake test",
            "make build",
            "yarn",
            "./npm test",
            "echo npm test",
            "npm testy",
        ],
    )
    def test_other_commands_are_none(self, command: str) -> None:
        assert find_opaque(command.split(), ROOT) is None

    def test_named_as_verify_it_counts_as_it_stands(self, project: Path) -> None:
        root, verify = str(project), ["make test"]
        row = record(bash("make test", "all good", cwd=root), verify, lambda: "now", root)
        assert verdict(row, verify=verify)["reason"] == "ok"
        row = record(bash("make test", "Ran 0 tests in 0.000s\n\nOK\n", cwd=root), verify, lambda: "now", root)
        assert verdict(row, verify=verify)["reason"] == "empty"

    def test_any_verify_command_in_whose_output_no_test_ran_is_empty(self) -> None:
        row = ran("bin/check", "Ran 0 tests in 0.000s\n\nOK\n", verify=["bin/check"])
        assert verdict(row, verify=["bin/check"])["reason"] == "empty"

    def test_a_failing_summary_that_a_passing_verify_command_prints_is_its_own_matter(self) -> None:
        row = ran("bin/check", JEST_FAILS, verify=["bin/check"])
        assert verdict(row, verify=["bin/check"])["reason"] == "ok"


class TestNamesInPackages:
    """`npm test --workspaces` runs jest in each package's folder, and jest names its files from there."""

    FAILS = "FAIL __tests__/old.test.js\n  ● old\n\nTest Suites: 1 failed, 1 total\nTests:       1 failed, 1 total\n"

    def failing(self, root: Path, *files: str) -> list[str]:
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        for file in files:
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text("")
        row = record(bash("npm test --workspaces", self.FAILS, 1, str(root)), [], lambda: "now", str(root))
        assert row is not None and row["summary"] is not None
        return row["summary"]["failing"]

    def test_a_file_that_only_one_package_has_is_named_whole(self, tmp_path: Path) -> None:
        found = self.failing(tmp_path, "packages/core/__tests__/old.test.js", "packages/web/__tests__/new.test.js")
        assert found == ["packages/core/__tests__/old.test.js::old"]

    def test_a_file_of_the_root_is_meant_before_those_of_packages(self, tmp_path: Path) -> None:
        assert self.failing(tmp_path, "__tests__/old.test.js", "packages/core/__tests__/old.test.js") == [
            "__tests__/old.test.js::old"
        ]

    def test_a_name_that_two_packages_have_names_nothing(self, tmp_path: Path) -> None:
        assert self.failing(tmp_path, "packages/a/__tests__/old.test.js", "packages/b/__tests__/old.test.js") == []

    def test_where_there_is_no_repository_nothing_is_looked_for(self, tmp_path: Path) -> None:
        assert find(["npx", "jest"], None) is not None
        assert runners()["jest"].locate("__tests__/old.test.js::old", str(tmp_path)) is None


def test_node_that_found_no_file_of_tests_ran_none() -> None:
    none = "TAP version 13\n1..0\n# tests 0\n# suites 0\n# pass 0\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n# duration_ms 27.2\n"
    found = node.RUNNER.read(none)
    assert found is not None
    assert found["passed"] == 0
    assert node.RUNNER.read(none.replace("# tests 0", "# tests 2").replace("# pass 0", "# pass 2")) is None  # cut: were they tests?


def test_a_reporter_that_is_handed_on_to_a_script_selects_nothing(tmp_path: Path) -> None:
    assert handed_on(["--", "--test-reporter=spec"], str(tmp_path)) == (False, [])
    assert handed_on(["--", "--test-name-pattern=a"], str(tmp_path)) == (True, [])
