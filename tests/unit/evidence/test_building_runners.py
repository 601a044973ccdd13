"""gotestsum, nextest, maven, gradle, dotnet, rspec, phpunit, pest, ctest, swift, mix: how each is recognised, what it was told to
run, and that ordinary honest invocations pass untouched."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.evidence.calls import ROOT, bash, ran, recorded, verdict

from planweir.evidence.runners import find
from planweir.evidence.runs import record

GOTESTSUM = "✓  p (3ms)\n✓  q (cached)\n\nDONE 12 tests, 1 skipped in 0.187s\n"
NEXTEST = "    Starting 3 tests across 2 binaries\n     Summary [   0.009s] 3 tests run: 3 passed, 1 skipped\n"
MAVEN = (
    "[INFO] --- surefire:3.2.5:test (default-test) @ shop ---\n[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, "
    "Time elapsed: 0.04 s -- in com.ex.CartTest\n[INFO] Results:\n[INFO] \n[WARNING] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1\n"
    "[INFO] BUILD SUCCESS\n[INFO] Total time:  4.1 s\n"
)
GRADLE = (
    "> Task :compileTestJava\n> Task :test\n\nCartTest > adds() PASSED\n\nCartTest > takes() PASSED\n\nBUILD SUCCESSFUL in 3s\n"
    "4 actionable tasks: 4 executed\n"
)
DOTNET = "\nPassed!  - Failed:     0, Passed:     5, Skipped:     1, Total:     6, Duration: 11 ms - Shop.Tests.dll (net8.0)\n"
RSPEC = "...*\n\nFinished in 0.01137 seconds (files took 0.11123 seconds to load)\n4 examples, 0 failures, 1 pending\n"
PHPUNIT = "PHPUnit 11.5.2 by Sebastian Bergmann and contributors.\n\n..  2 / 2 (100%)\n\nTime: 00:00.007, Memory: 4.00 MB\n\nOK (2 tests, 2 assertions)\n"
PEST = "\n   PASS  Tests\\Unit\\CartTest\n  ✓ it adds  0.01s\n\n  Tests:    1 passed (1 assertions)\n  Duration: 0.05s\n"
CTEST = "1/1 Test #1: a ....   Passed    0.00 sec\n\n100% tests passed, 0 tests failed out of 1\n\nTotal Test time (real) =   0.00 sec\n"
SWIFT = (
    "Test Suite 'All tests' passed at 2026-11-21 10:00:00.005\n\t Executed 3 tests, with 0 failures (0 unexpected) in 0.003 (0.003) seconds\n"
    "✔ Test run with 0 tests in 0 suites passed after 0.001 seconds.\n"
)
MIX = "..\nFinished in 0.01 seconds (0.00s async, 0.01s sync)\n1 doctest, 2 tests, 0 failures, 1 skipped\n\nRandomized with seed 1\n"

HONEST: dict[str, tuple[str, list[str]]] = {
    "gotestsum": (
        GOTESTSUM,
        [
            "gotestsum",
            "gotestsum ./...",
            "gotestsum --format testname ./...",
            "gotestsum --format pkgname -- -race -count=1 ./...",
            "gotestsum --junitfile report.xml -- -coverprofile=cover.out ./...",
            "go run gotest.tools/gotestsum@v1.12.0 --format dots ./...",
            "gotestsum ./... 2>&1 | tail -20",
            "CGO_ENABLED=0 gotestsum ./...",
            "cd svc && gotestsum ./...",
            "timeout 300 gotestsum --rerun-fails --packages ./... -- -count=1",
        ],
    ),
    "nextest": (
        NEXTEST,
        [
            "cargo nextest run",
            "cargo nextest r --workspace",
            "cargo nextest run --all-features --no-fail-fast",
            "cargo nextest run --profile ci --retries 2",
            "cargo +nightly nextest run --locked",
            "RUST_BACKTRACE=1 cargo nextest run --status-level all",
            "cargo nextest run 2>&1 | tail -40",
            "cargo fmt --check && cargo clippy && cargo nextest run",
            "cargo nextest run --manifest-path crates/shop/Cargo.toml",
        ],
    ),
    "maven": (
        MAVEN,
        [
            "mvn test",
            "mvn -B -ntp verify",
            "mvn clean verify",
            "mvn clean install -DskipITs=false",
            "./mvnw test",
            "./mvnw -B verify 2>&1 | tail -60",
            "mvn -T 1C -pl core -am test",
            "mvn -f core/pom.xml test",
            "MAVEN_OPTS='-Xmx1g -Djava.awt.headless=true' mvn test",
            "mvn surefire:test",
            "docker compose exec app mvn -o test",
        ],
    ),
    "gradle": (
        GRADLE,
        [
            "gradle test",
            "./gradlew test",
            "./gradlew clean build",
            "./gradlew check --no-daemon",
            "./gradlew :app:test :lib:test --continue",
            "./gradlew test --info --stacktrace",
            "./gradlew testDebugUnitTest",
            "./gradlew --offline --console=plain test 2>&1 | tail -40",
            "./gradlew test --rerun-tasks -Pfast=true",
            "GRADLE_OPTS=-Xmx2g gradle allTests integrationTest",
        ],
    ),
    "dotnet": (
        DOTNET,
        [
            "dotnet test",
            "dotnet test --no-build",
            "dotnet test Shop.sln -c Release",
            "dotnet test tests/Shop.Tests/Shop.Tests.csproj --nologo -v q",
            "dotnet test --logger 'console;verbosity=detailed'",
            "dotnet test --collect:'XPlat Code Coverage'",
            "dotnet test /p:CollectCoverage=true",
            "dotnet restore && dotnet build --no-restore && dotnet test --no-build",
            "dotnet test 2>&1 | tail -15",
            "cd tests/Shop.Tests && dotnet test",
        ],
    ),
    "rspec": (
        RSPEC,
        [
            "rspec",
            "bundle exec rspec",
            "bin/rspec",
            "bundle exec rspec spec/models --format documentation",
            "bundle exec rspec spec/cart_spec.rb",
            "RAILS_ENV=test bundle exec rspec --fail-fast",
            "bundle exec rspec 2>&1 | tail -30",
            "bundle install && bundle exec rspec",
            "rspec --order rand --seed 42",
            "bundle exec rspec -f p -f json -o tmp/rspec.json",
        ],
    ),
    "phpunit": (
        PHPUNIT,
        [
            "phpunit",
            "vendor/bin/phpunit",
            "./vendor/bin/phpunit --testdox",
            "php vendor/bin/phpunit",
            "php -d memory_limit=-1 vendor/bin/phpunit tests/Unit",
            "php bin/phpunit",
            "composer exec phpunit",
            "composer install && vendor/bin/phpunit -c phpunit.xml.dist",
            "XDEBUG_MODE=coverage vendor/bin/phpunit --coverage-text --colors=never",
            "vendor/bin/phpunit 2>&1 | tail -20",
            "vendor/bin/paratest -p 4",
        ],
    ),
    "pest": (
        PEST,
        [
            "./vendor/bin/pest",
            "vendor/bin/pest --parallel",
            "php artisan test",
            "php artisan test --parallel --processes=4",
            "vendor/bin/pest tests/Unit/CartTest.php",
            "composer exec pest",
        ],
    ),
    "ctest": (
        CTEST,
        [
            "ctest",
            "ctest --test-dir build",
            "ctest --test-dir build --output-on-failure -j 4",
            "ctest -C Debug -VV",
            "ctest --preset dev",
            "cmake -S . -B build && cmake --build build && ctest --test-dir build",
            "cmake --build build -j4 && ctest --test-dir build --output-on-failure 2>&1 | tail -20",
            "cd build && ctest",
            "cmake --build build --target test",
            "cd build && cmake .. && cmake --build . && ctest --output-on-failure",
            "CTEST_OUTPUT_ON_FAILURE=1 ctest --test-dir build",
        ],
    ),
    "swift": (
        SWIFT,
        [
            "swift test",
            "swift test -c release",
            "swift test --enable-code-coverage",
            "swift test --package-path core",
            "swift build && swift test --skip-build",
            "swift test 2>&1 | tail -20",
            "xcrun swift test",
            "swift test -Xswiftc -warnings-as-errors",
        ],
    ),
    "mix": (
        MIX,
        [
            "mix test",
            "MIX_ENV=test mix test",
            "mix test --trace",
            "mix test test/shop/cart_test.exs",
            "mix test --cover --seed 0",
            "mix deps.get && mix compile --warnings-as-errors && mix test",
            "mix format --check-formatted && mix test",
            "mix test 2>&1 | tail -10",
            "mix coveralls",
            "docker compose run --rm app mix test",
        ],
    ),
}


@pytest.mark.parametrize(("runner", "command"), [(runner, command) for runner, (_output, commands) in HONEST.items() for command in commands])
class TestHonestRuns:
    def test_pass_untouched(self, runner: str, command: str) -> None:
        row = ran(command, HONEST[runner][0])
        assert row["runner"] == runner
        assert verdict(row)["reason"] == "ok", row
        assert "narrowed" not in row["flags"]

    def test_do_not_pass_where_they_ended_badly(self, runner: str, command: str) -> None:
        row = ran(command, HONEST[runner][0], 1)
        assert verdict(row)["reason"] == "failed", row

    def test_nor_where_nothing_was_printed(self, runner: str, command: str) -> None:
        assert verdict(ran(command, ""))["reason"] == "unread"


class TestAreNotRecognisedIn:
    @pytest.mark.parametrize(
        "command",
        [
            "gotestsum tool slowest --jsonfile x",
            "gotestsum --raw-command -- ./print.sh",
            "./gotestsum ./...",
            "go run example.com/gotestsum ./...",
            "cargo nextest show-config version",
            "cargo nextest archive --archive-file x",
            "cargo install cargo-nextest",
            "mvn compile",
            "mvn clean",
            "mvn dependency:tree",
            "scripts/mvn test",
            "mvn exec:java -Dexec.mainClass=Test",
            "gradle assemble",
            "gradle testClasses",
            "gradle compileTestJava",
            "gradle cleanTest",
            "./gradlew tasks",
            "scripts/gradlew test",
            "dotnet build",
            "dotnet run --project tests",
            "dotnet new xunit",
            "dotnet watch test",
            "ruby spec/cart_spec.rb",
            "./rspec",
            "gem install rspec",
            "php tests/CartTest.php",
            "php -r phpunit",
            "php phpunit",
            "composer require phpunit/phpunit",
            "php artisan migrate",
            "cmake --build build --target install",
            "cmake --build build",
            "ctest -S steps.cmake",
            "ctest --build-and-test . b",
            "swift build",
            "swift run test",
            "mix compile",
            "mix ecto.drop",
            "mix run test",
            "./mix test",
        ],
    )
    def test_commands_that_are_something_else(self, command: str) -> None:
        assert find(command.split(), ROOT) is None


class TestWhatOnlyTells:
    @pytest.mark.parametrize(
        "command",
        [
            "gotestsum --version",
            "gotestsum -- -list . ./...",
            "cargo nextest list",
            "cargo nextest run --no-run",
            "mvn -DskipTests verify",
            "mvn -Dmaven.test.skip=true package",
            "gradle test --dry-run",
            "gradle test -m",
            "gradle build -x test",
            "dotnet test --list-tests",
            "dotnet test -t",
            "rspec --dry-run",
            "phpunit --list-tests",
            "phpunit --version",
            "pest --list-tests",
            "ctest -N",
            "ctest --show-only=json-v1",
            "ctest --print-labels",
            "swift test list",
            "swift test --list-tests",
            "mix test --dry-run",
        ],
    )
    def test_runs_no_test(self, command: str) -> None:
        row = ran(command, HONEST[_runner_of(command)][0])
        assert "lists" in row["flags"]
        assert verdict(row)["reason"] == "empty"


def _runner_of(command: str) -> str:
    hit = find(command.split(), ROOT)
    assert hit is not None
    return hit[0].name


class TestOptionsThatLeaveTestsOut:
    @pytest.mark.parametrize(
        "command",
        [
            "gotestsum -- -run TestA ./...",
            "gotestsum ./... -- -short",
            "cargo nextest run -E 'test(adds)'",
            "cargo nextest run adds",
            "cargo nextest run -p shop",
            "cargo nextest run --lib",
            "cargo nextest run --partition count:1/2",
            "mvn -Dtest=CartTest test",
            "mvn test -Dtest=CartTest#adds",
            "mvn verify -Dit.test=CartIT",
            "mvn test -Dgroups=fast",
            "mvn -pl :core test",
            "gradle test --tests '*Cart*'",
            "gradle :app:test --tests com.ex.CartTest",
            "gradle check -x integrationTest",
            "dotnet test --filter FullyQualifiedName~Cart",
            "dotnet test --filter-class Shop.CartTests",
            "dotnet test --treenode-filter '/*/*/CartTests/*'",
            "rspec spec/cart_spec.rb:12",
            "rspec 'spec/cart_spec.rb[1:2]'",
            "rspec -e adds",
            "rspec --tag focus",
            "rspec --only-failures",
            "phpunit --filter adds",
            "phpunit --testsuite unit",
            "phpunit --group fast",
            "vendor/bin/pest --filter adds",
            "vendor/bin/pest --dirty",
            "ctest -R adds",
            "ctest --test-dir build -E slow",
            "ctest -L fast",
            "ctest --rerun-failed",
            "swift test --filter CartTests",
            "swift test --skip SlowTests",
            "mix test test/cart_test.exs:12",
            "mix test --only fast",
            "mix test --exclude slow",
            "mix test --failed",
            "mix test --stale",
        ],
    )
    def test_narrow(self, command: str) -> None:
        row = recorded(command)
        assert row is not None
        assert "narrowed" in row["flags"]

    @pytest.mark.parametrize("runner", HONEST)
    def test_a_narrowed_run_does_not_lift_a_failing_one_of_everything(self, runner: str) -> None:
        narrowed = {
            "gotestsum": "gotestsum -- -run TestA ./...",
            "nextest": "cargo nextest run -E 'test(adds)'",
            "maven": "mvn -Dtest=CartTest test",
            "gradle": "gradle test --tests CartTest",
            "dotnet": "dotnet test --filter Cart",
            "rspec": "rspec -e adds",
            "phpunit": "phpunit --filter adds",
            "pest": "vendor/bin/pest --filter adds",
            "ctest": "ctest -R adds",
            "swift": "swift test --filter Cart",
            "mix": "mix test --only fast",
        }[runner]
        output, commands = HONEST[runner]
        wide = commands[0]
        assert verdict(ran(wide, output, 1), ran(narrowed, output))["reason"] == "failed"
        assert verdict(ran(wide, output, 1), ran(narrowed, output), ran(wide, output))["reason"] == "ok"


class TestPlaces:
    @pytest.mark.parametrize(
        ("command", "places"),
        [
            ("gotestsum", ["."]),
            ("gotestsum ./pkg", ["./pkg/*"]),
            ("gotestsum -- -race ./pkg/...", ["./pkg"]),
            ("cargo nextest run --test it", ["tests/it.rs"]),
            ("mvn test", []),
            ("mvn -f core/pom.xml test", ["core"]),
            ("gradle test", []),
            ("gradle :app:test", ["app"]),
            ("gradle :libs:core:test", ["libs/core"]),
            ("gradle -p app test", ["app"]),
            ("dotnet test", []),
            ("dotnet test Shop.sln", []),
            ("dotnet test tests/A/A.csproj", ["tests/A"]),
            ("dotnet test tests/A/bin/Debug/net8.0/A.dll", ["tests/A"]),
            ("rspec spec/a_spec.rb:12 spec/b_spec.rb", ["spec/a_spec.rb", "spec/b_spec.rb"]),
            ("vendor/bin/phpunit tests/Unit", ["tests/Unit"]),
            ("mix test test/a_test.exs:3", ["test/a_test.exs"]),
            ("swift test --package-path core", ["core"]),
        ],
    )
    def test_are_those_that_were_named(self, command: str, places: list[str]) -> None:
        hit = find(command.split(), ROOT)
        assert hit is not None
        assert hit[0].selection(hit[1], ROOT)[1] == places

    def test_of_ctest_are_the_project_that_was_built_there(self, tmp_path: Path) -> None:
        build = tmp_path / "build"
        build.mkdir()
        (build / "CMakeCache.txt").write_text(f"# cache\nCMAKE_HOME_DIRECTORY:INTERNAL={tmp_path}\n")
        hit = find(["ctest"], str(build))
        assert hit is not None
        assert hit[0].selection(hit[1], str(build)) == (False, [".."])
        assert hit[0].selection(["--test-dir", "build"], str(tmp_path)) == (False, [])

    def test_a_build_of_another_project_is_outside(self, tmp_path: Path) -> None:
        other = tmp_path / "other"
        (tmp_path / "app/build").mkdir(parents=True)
        other.mkdir()
        (tmp_path / "app/build/CMakeCache.txt").write_text(f"CMAKE_HOME_DIRECTORY:INTERNAL={other}\n")
        row = record(bash("ctest --test-dir build", CTEST, 0, str(tmp_path / "app")), [], lambda: "now", str(tmp_path / "app"))
        assert row is not None
        assert "outside" in row["flags"]


class TestSteered:
    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("gotestsum --post-run-command ./say ./...", GOTESTSUM),
            ("gotestsum -- -exec ./say ./...", GOTESTSUM),
            ("cargo nextest run --config target.x.runner=./say", NEXTEST),
            ("gradle -I /tmp/x.gradle test", GRADLE),
            ("gradle -b other.gradle test", GRADLE),
            ("phpunit --printer Say", PHPUNIT),
            ("RUBYOPT=-r./say rspec", RSPEC),
            ("MAVEN_OPTS=-javaagent:say.jar mvn test", MAVEN),
            ("DOTNET_STARTUP_HOOKS=say.dll dotnet test", DOTNET),
            ("PATH=./bin:$PATH ctest", CTEST),
        ],
    )
    def test_runs_do_not_count(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "unrecognised"

    @pytest.mark.parametrize(
        "command",
        ["make && ctest", "ninja && ctest", "cmake -E echo x && ctest", "cmake -P say.cmake && ctest", "echo '100% tests passed, 0 tests failed out of 3'; ctest", "ctest; cat log", "ctest || echo done"],
    )
    def test_nor_do_those_beside_another_voice(self, command: str) -> None:
        assert verdict(recorded(command, CTEST))["reason"] == "unrecognised"


def test_make_in_a_folder_that_cmake_made_is_no_other_voice(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build/CMakeCache.txt").write_text(f"CMAKE_HOME_DIRECTORY:INTERNAL={tmp_path}\n")
    for command in ("cd build && cmake .. && make -j4 && ctest", "ninja -C build && ctest --test-dir build", "make -C build && ctest --test-dir build"):
        row = record(bash(command, CTEST, 0, str(tmp_path)), [], lambda: "now", str(tmp_path))
        assert row is not None
        assert row["flags"] == [] and row["select"] in ([], ["."]), command


class TestThresholdsThatAreMissed:
    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("mix test --cover | tail -20", MIX + "Coverage test failed, threshold not met:\n"),
            ("bundle exec rspec | tail -20", RSPEC + "SimpleCov failed with exit 2 due to a coverage related error\n"),
        ],
    )
    def test_fail_the_run_also_where_the_exit_status_is_hidden(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "failed"


def test_rspecs_json_holds_its_line() -> None:
    output = '{"version":"3.12.0","examples":[],"summary":{"duration":0.1},"summary_line":"2 examples, 0 failures"}'
    assert verdict(ran("rspec --format json", output))["reason"] == "ok"
    assert verdict(ran("rspec --format json", output.replace("0 failures", "1 failure"), 1))["reason"] == "failed"


def test_a_set_up_of_xctest_that_failed_is_a_failure_without_a_test() -> None:
    output = SWIFT.replace("3 tests, with 0 failures (0 unexpected)", "0 tests, with 1 failure (1 unexpected)")
    assert verdict(ran("swift test | tail -3", output))["reason"] == "failed"


class TestFilters:
    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("mvn test | grep 'Tests run'", MAVEN),
            ("dotnet test | grep Passed", DOTNET),
            ("./gradlew test | grep PASSED", GRADLE),
            ("swift test | head -5", SWIFT),
        ],
    )
    def test_behind_which_failures_may_be_left_out_are_not_believed(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "unread"

    @pytest.mark.parametrize(
        ("command", "output"),
        [
            ("rspec | grep examples", RSPEC),
            ("cargo nextest run | grep -E 'Summary|FAIL'", NEXTEST),
            ("vendor/bin/phpunit | tail -3", PHPUNIT),
            ("set -o pipefail; mvn test | grep 'Tests run'", MAVEN),
        ],
    )
    def test_one_line_that_says_all_is(self, command: str, output: str) -> None:
        assert verdict(recorded(command, output))["reason"] == "ok"
