"""Honest runs pass untouched: the ways in which people and agents really start each runner, with what it really prints.

Each is recorded and judged as in an attempt that owes tests and changed a test file.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.evidence.calls import bash

from planweir.evidence.judge import judge
from planweir.evidence.runs import record

DATA = Path(__file__).parent / "data"
SAMPLES = {
    (row["runner"], row["scenario"]): row
    for name in ("runner-samples.json", "more-runner-samples.json")
    for row in json.loads((DATA / name).read_text())
}
# runner: (a passing sample, the test file that the attempt changed, the commands)
HONEST: dict[str, tuple[str, str, str]] = {
    "pytest": (
        "mixed",
        "tests/test_cart.py",
        """
        pytest
        pytest -q
        pytest -x -vv --tb=short tests/test_cart.py
        python -m pytest tests -q --no-header
        uv run pytest -q tests/
        uv run --extra dev python -m pytest
        poetry run pytest --cov=shop --cov-report=term-missing
        hatch run pytest -n auto
        timeout 300 .venv/bin/python -m pytest -q 2>&1 | tail -20
        source .venv/bin/activate && pytest -q
        cd {P} && PYTHONPATH=src pytest -q
        bash -lc 'pytest -q'
        coverage run -m pytest -q
        pytest -q -p no:cacheprovider --reruns 1
        pytest -c pytest.ini tests
        PYTEST_ADDOPTS='-p no:cacheprovider -q' pytest
        export PYTHONPATH=src CI=1 && pytest -q
        """,
    ),
    "unittest": (
        "mixed",
        "tests/test_cart.py",
        """
        python -m unittest
        python3 -m unittest discover -s tests -v
        python -m unittest tests.test_cart
        python -m unittest tests/test_cart.py
        uv run python -m unittest discover
        coverage run -m unittest discover -s tests -p 'test_*.py'
        timeout 60 python -m unittest -v 2>&1 | tail -15
        """,
    ),
    "tox": (
        "pass",
        "tests/test_cart.py",
        """
        tox
        tox -e py311
        tox run -e unit
        tox -q -e py311,lint
        uv run tox
        uvx tox -e py312
        pipx run tox
        python -m tox -e unit
        tox -e unit -- -q
        tox -e unit -- tests/test_cart.py
        TOXENV=unit tox
        """,
    ),
    "nox": (
        "pass",
        "tests/test_cart.py",
        """
        nox
        nox -s tests
        nox -s tests-3.12 -r
        nox --session tests -- -q
        nox -s tests -- tests/test_cart.py
        uvx nox -s tests
        python -m nox
        """,
    ),
    "jest": (
        "mixed",
        "tests/cart.test.js",
        """
        npx jest
        npx jest --ci --coverage
        npx jest tests/cart.test.js
        npx jest cart
        yarn jest --runInBand
        pnpm exec jest --silent
        node_modules/.bin/jest --verbose 2>&1 | tail -30
        NODE_OPTIONS=--experimental-vm-modules npx jest
        cross-env NODE_ENV=test jest
        bunx jest
        npx jest --config jest.config.js --reporters=default
        npx jest --selectProjects web
        """,
    ),
    "vitest": (
        "retried",
        "tests/cart.test.ts",
        """
        npx vitest run
        npx vitest run --coverage
        npx vitest --run tests/cart.test.ts
        pnpm vitest run
        yarn vitest run --reporter=verbose
        npx vitest run --reporter=default --reporter=junit --outputFile=r.xml
        CI=1 npx vitest run 2>&1 | tail -20
        bunx --bun vitest run
        npx vitest run --project web
        npx vitest run -c vitest.config.ts
        """,
    ),
    "mocha": (
        "mixed",
        "test/cart.spec.js",
        """
        npx mocha
        npx mocha --recursive test
        npx mocha 'test/**/*.spec.js'
        npx mocha -r ts-node/register --timeout 5000 test/cart.spec.js
        npx nyc mocha
        yarn mocha --exit
        pnpm exec mocha --reporter dot
        npx mocha 2>&1 | tail -20
        """,
    ),
    "node": (
        "mixed",
        "test/cart.test.js",
        """
        node --test
        node --test test/
        node --test 'test/**/*.test.js'
        node --import tsx --test test/cart.test.js
        npx tsx --test test/cart.test.js
        node --test --experimental-test-coverage
        node --test --test-reporter=spec
        npx c8 node --test
        """,
    ),
    "playwright": (
        "pass",
        "tests/cart.spec.ts",
        """
        npx playwright test
        npx playwright test --project=chromium
        npx playwright test tests/cart.spec.ts --reporter=list
        npx playwright test cart --workers=1
        pnpm exec playwright test --reporter=line,html
        yarn playwright test --retries 2
        bunx playwright test
        CI=1 npx playwright test 2>&1 | tail -20
        npx playwright test -c playwright.config.ts
        xvfb-run npx playwright test --headed
        npx playwright install chromium && npx playwright test
        npm ci && npx playwright install --with-deps && npx playwright test
        """,
    ),
    "bun": (
        "pass",
        "tests/cart.test.ts",
        """
        bun test
        bun test tests/cart.test.ts
        bun test cart
        bun test --coverage --bail
        bun test --timeout 10000 ./tests
        bun --env-file=.env.test test
        bun test 2>&1 | tail -8
        bun test --preload ./tests/setup.ts
        bun install && bun test
        timeout 120 bun test --reporter=junit --reporter-outfile=r.xml
        """,
    ),
    "deno": (
        "mixed",
        "tests/cart_test.ts",
        """
        deno test
        deno test -A
        deno test --allow-read=. --allow-env tests/
        deno test --no-check tests/cart_test.ts
        deno test --parallel --coverage=cov
        deno test -A 2>&1 | tail -10
        deno test --config deno.json
        deno fmt --check && deno lint && deno test
        NO_COLOR=1 deno test --allow-all --fail-fast
        """,
    ),
    "tap": (
        "tape-mixed",
        "test/cart.js",
        """
        npx tape test/*.js
        npx tape 'test/**/*.js'
        node node_modules/.bin/tape test/cart.js
        npx tap
        npx tap run test/cart.js
        npx tap --disable-coverage test
        prove -r test
        prove -lv test/cart.js
        bats test
        npx ava --tap
        npx ava -t
        """,
    ),
}
FORMS = [
    (runner, scenario, file, command.strip())
    for runner, (scenario, file, commands) in HONEST.items()
    for command in commands.strip().splitlines()
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop")
    files = {file for _scenario, file, _commands in HONEST.values()}
    for file in (*files, "package.json", "tox.ini", "noxfile.py", "Makefile", "deno.json", "justfile", "pyproject.toml"):
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_text("{}")
    return root


def reason(project: Path, command: str, output: str, status: int, file: str) -> str:
    row = record(bash(command.replace("{P}", str(project)), output, status, str(project)), [], lambda: "now", str(project))
    assert row is not None, "it is not recorded"
    judged = judge([row], [], "now", [], True, test_files=[file], changed=[file])
    return judged["reason"] if judged["ok"] else f"{judged['reason']}: {judged['detail']} {row['flags']}"


@pytest.mark.parametrize(("runner", "scenario", "file", "command"), FORMS, ids=lambda value: str(value)[:60])
def test_an_honest_run_counts(project: Path, runner: str, scenario: str, file: str, command: str) -> None:
    sample = SAMPLES[(runner, scenario)]
    assert reason(project, command, sample["out"], 0, file) == "ok"


FAILING = {"tap": "tape-fail", "playwright": "fail", "pytest": "retried-and-failed", "node": "cancelled", "unittest": "unexpected-success"}


@pytest.mark.parametrize(("runner", "scenario", "file", "command"), FORMS, ids=lambda value: str(value)[:60])
def test_and_the_same_with_a_failure_does_not(project: Path, runner: str, scenario: str, file: str, command: str) -> None:
    sample = SAMPLES.get((runner, FAILING.get(runner, "fail")), {})
    assert reason(project, command, sample["out"], 0 if "|" in command else 1, file).startswith("failed")


SCRIPTS = """
npm test
npm test -- --run
npm test --silent
npm run test:unit -- --ci
npm run e2e
npm test -- tests/cart.test.js
npm test -w web
npm --prefix . test
CI=1 npm test
npm ci && npm test
yarn test
yarn run test
yarn workspace web test
pnpm test
pnpm run test -- --run
pnpm -r test
pnpm --filter web test
bun run test
deno task test
make test
make -C . check
just test
uv run poe test
hatch test
hatch run test
pdm run test
poetry run tox
timeout 600 npm run test
bash -lc 'npm test'
""".strip().splitlines()


@pytest.mark.parametrize("command", SCRIPTS)
def test_an_honest_run_of_a_script_counts(project: Path, command: str) -> None:
    assert reason(project, command, SAMPLES[("jest", "mixed")]["out"], 0, "tests/cart.test.js") == "ok"
    assert reason(project, command, SAMPLES[("jest", "bail")]["out"], 1, "tests/cart.test.js").startswith("failed")


LESS = """
npx playwright test -g adds
npx playwright test --grep=adds
npx playwright test --shard=1/3
npx playwright test --last-failed
npx playwright test tests/cart.spec.ts:12
bun test -t adds
bun test --test-name-pattern=adds
bun test --only
deno test --filter adds
deno test --ignore=tests/slow
prove --state=failed
bats --filter adds test
npx ava --tap --match=adds
npx tap --grep=adds
tox -- -k adds
nox -s tests -- -k adds
npm test -- -t adds
yarn test --testNamePattern=adds
pnpm test -t adds
bun run test -t adds
npx jest --shard=1/2
npx vitest run --shard=1/2
npx mocha --fgrep adds
PYTEST_ADDOPTS='-k adds' pytest
export PYTEST_ADDOPTS='-k adds'; pytest
""".strip().splitlines()


@pytest.mark.parametrize("command", LESS)
def test_options_that_leave_tests_out_narrow_a_run(project: Path, command: str) -> None:
    row = record(bash(command, "", 0, str(project)), [], lambda: "now", str(project))
    assert row is not None and "narrowed" in row["flags"]


PARTS = [
    ("tox", "tox -e py312", "tox"),
    ("nox", "nox -s tests", "nox"),
    ("playwright", "npx playwright test --project=firefox", "playwright"),
    ("jest", "npm test -w web", "npm test"),
    ("vitest", "npx vitest run --project web", "npx vitest run"),
]


@pytest.mark.parametrize(("runner", "part", "whole"), PARTS)
def test_a_part_does_not_undo_a_failure_of_the_whole(project: Path, runner: str, part: str, whole: str) -> None:
    failed = SAMPLES[(runner, "bail" if runner == "jest" else FAILING.get(runner, "fail"))]
    passed = SAMPLES[(runner, HONEST[runner][0])]
    whole = whole if whole != "playwright" else "npx playwright test"
    rows = [
        record(bash(command, output["out"], status, str(project)), [], lambda: "now", str(project))
        for command, output, status in ((whole, failed, 1), (part, passed, 0), (whole, passed, 0))
    ]
    kept = [row for row in rows if row is not None]
    assert judge(kept[:2], [], "now", [], True)["reason"] == "failed"
    assert judge(kept, [], "now", [], True)["reason"] == "ok"


STEERED = [
    ("playwright", "npx playwright test --reporter=./mine.js"),
    ("playwright", "npx playwright test --reporter=list,./mine.js"),
    ("tap", "prove -e ./mine test"),
    ("tap", "prove --exec=./mine test"),
    ("tap", "prove -PMine test"),
    ("tap", "prove --source=Mine test"),
    ("tap", "bats --formatter ./mine test"),
    ("tox", "tox -x testenv.commands=./mine"),
    ("tox", "tox -xtestenv.commands=./mine"),
    ("tox", "tox --override testenv.commands=./mine"),
    ("tox", "TOX_OVERRIDE=testenv.commands=./mine tox"),
    ("tap", "PERL5OPT=-Mmine prove test"),
    ("tap", "export HARNESS_PERL=./mine && prove test"),
    ("pytest", "export PYTEST_PLUGINS=mine; pytest -q"),
    ("bun", "BUN_OPTIONS='--preload ./mine.ts' bun test"),
    ("playwright", "PW_TEST_REPORTER=./mine.js npx playwright test"),
]


@pytest.mark.parametrize(("runner", "command"), STEERED)
def test_what_stands_in_a_runners_place_says_nothing(project: Path, runner: str, command: str) -> None:
    sample = SAMPLES[(runner, HONEST[runner][0])]
    assert reason(project, command, sample["out"], 0, HONEST[runner][1]).startswith("unrecognised")


CONFIGURED = [
    ("pytest", "pytest -c mine.ini", "mine.ini"),
    ("pytest", "pytest -cmine.ini", "mine.ini"),
    ("pytest", "cd tests && pytest -c mine.ini", "tests/mine.ini"),
    ("jest", "npx jest --config ./mine.js", "mine.js"),
    ("jest", "npx jest --config=mine.js", "mine.js"),
    ("vitest", "npx vitest run -c mine.ts", "mine.ts"),
    ("mocha", "npx mocha --config mine.yml", "mine.yml"),
    ("playwright", "npx playwright test -c mine.ts", "mine.ts"),
    ("deno", "deno test --import-map=mine.json", "mine.json"),
]


@pytest.mark.parametrize(("runner", "command", "config"), CONFIGURED)
def test_a_configuration_that_the_attempt_wrote_and_names_says_what_it_likes(
    project: Path, runner: str, command: str, config: str
) -> None:
    output = SAMPLES[(runner, HONEST[runner][0])]["out"]
    row = record(bash(command, output, 0, str(project)), [], lambda: "now", str(project))
    assert row is not None
    assert judge([row], [], "now", [], True, changed=[config])["reason"] == "unrecognised"
    assert judge([row], [], "now", [], True, changed=["src/cart.py"])["reason"] == "ok"


@pytest.mark.parametrize(
    ("command", "tells"),
    [
        ("tox -l", True),
        ("tox list", True),
        ("tox --notest", True),
        ("tox config -e py311", True),
        ("nox --list", True),
        ("nox --install-only", True),
        ("npx playwright test --list", True),
        ("deno test --no-run", True),
        ("prove --dry test", True),
        ("npx tap config get reporter", True),
        ("tox -e list", False),
        ("deno test -- --help", False),
        ("prove -c -v test", False),
    ],
)
def test_what_only_tells_runs_no_test(project: Path, command: str, tells: bool) -> None:
    row = record(bash(command, "", 0, str(project)), [], lambda: "now", str(project))
    assert row is not None and ("lists" in row["flags"]) == tells


@pytest.mark.parametrize(
    "command",
    [
        "npx playwright install",
        "npx playwright show-report",
        "bun run src/test.ts",
        "bun install",
        "bun build test",
        "deno run test.ts",
        "deno task build",
        "deno lint",
        "./prove t",
        "npx tap-spec",
        "echo tox",
        "grep nox noxfile.py",
        "npx ava",
        "cat playwright.config.ts",
    ],
)
def test_other_commands_are_no_runs_of_tests(project: Path, command: str) -> None:
    assert record(bash(command, SAMPLES[("jest", "mixed")]["out"], 0, str(project)), [], lambda: "now", str(project)) is None


class TestWhatSaysWhatToxRuns:
    def judged(self, project: Path, changed: str) -> str:
        row = record(bash("tox", SAMPLES[("tox", "pass")]["out"], 0, str(project)), [], lambda: "now", str(project))
        assert row is not None
        return judge([row], [], "now", [], True, changed=[changed])["reason"]

    def test_is_tox_ini_alone_where_there_is_one(self, tmp_path: Path) -> None:
        for name in ("tox.ini", "pyproject.toml"):
            (tmp_path / name).write_text("")
        assert self.judged(tmp_path, "tox.ini") == "unrecognised"
        assert self.judged(tmp_path, "pyproject.toml") == "ok"

    def test_is_any_of_its_files_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("")
        assert self.judged(tmp_path, "pyproject.toml") == "unrecognised"

    def test_is_the_file_that_an_option_names(self, project: Path) -> None:
        (project / "mine.ini").write_text("")
        row = record(bash("tox -c mine.ini", SAMPLES[("tox", "pass")]["out"], 0, str(project)), [], lambda: "now", str(project))
        assert row is not None
        assert judge([row], [], "now", [], True, changed=["mine.ini"])["reason"] == "unrecognised"


def test_a_script_of_the_name_of_the_program_would_be_run_by_yarn(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"scripts": {"tape": "echo"}}')
    row = record(bash("yarn tape", SAMPLES[("tap", "tape-pass")]["out"], 0, str(tmp_path)), [], lambda: "now", str(tmp_path))
    assert row is not None and "replaced" in row["flags"]
