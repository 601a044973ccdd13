"""Outputs that could not be recorded here, written after the form that public documentation and logs of these tools show:
swift and dotnet are not packaged for the machines where samples are made, and of gradle, surefire, phpunit and nextest Debian has
older versions. Each: (runner, scenario, command, exit status, output, what it means)."""

from __future__ import annotations

Told = tuple[str, str, str, int, str, str]

_DOTNET_HEAD = """\
  Determining projects to restore...
  All projects are up-to-date for restore.
  Shop -> /home/dev/app/src/Shop/bin/Debug/net8.0/Shop.dll
  Shop.Tests -> /home/dev/app/tests/Shop.Tests/bin/Debug/net8.0/Shop.Tests.dll
Test run for /home/dev/app/tests/Shop.Tests/bin/Debug/net8.0/Shop.Tests.dll (.NETCoreApp,Version=v8.0)
VSTest version 17.11.1 (x64)

Starting test execution, please wait...
A total of 1 test files matched the specified pattern.
"""
_DOTNET_FAIL = """\
[xUnit.net 00:00:00.21]     Shop.Tests.CartTests.Adds [FAIL]
  Failed Shop.Tests.CartTests.Adds [5 ms]
  Error Message:
   Assert.Equal() Failure: Values differ
Expected: 3
Actual:   2
  Stack Trace:
     at Shop.Tests.CartTests.Adds() in /home/dev/app/tests/Shop.Tests/CartTests.cs:line 12
   at System.RuntimeMethodHandle.InvokeMethod(Object target, Void** arguments, Signature sig, Boolean isConstructor)

"""


def _dotnet(word: str, failed: int, passed: int, skipped: int, name: str = "Shop.Tests") -> str:
    return (
        f"\n{word}  - Failed: {failed:>5}, Passed: {passed:>5}, Skipped: {skipped:>5}, Total: {failed + passed + skipped:>5}, "
        f"Duration: 11 ms - {name}.dll (net8.0)\n"
    )


_TERMINAL = """\
Restore complete (0.4s)
  Shop succeeded (0.1s) → src/Shop/bin/Debug/net9.0/Shop.dll
  Shop.Tests succeeded (0.1s) → tests/Shop.Tests/bin/Debug/net9.0/Shop.Tests.dll
"""
DOTNET: list[Told] = [
    ("dotnet", "pass", "dotnet test", 0, _DOTNET_HEAD + _dotnet("Passed!", 0, 5, 0), "pass"),
    ("dotnet", "fail", "dotnet test", 1, _DOTNET_HEAD + _DOTNET_FAIL + _dotnet("Failed!", 1, 4, 1), "fail"),
    ("dotnet", "skip", "dotnet test", 0, _DOTNET_HEAD + _dotnet("Skipped!", 0, 0, 2), "none"),
    ("dotnet", "mixed", "dotnet test", 0, _DOTNET_HEAD + _dotnet("Passed!", 0, 4, 2), "pass"),
    (
        "dotnet",
        "several-one-fails",
        "dotnet test Shop.sln",
        1,
        _DOTNET_HEAD + _dotnet("Passed!", 0, 9, 0, "Core.Tests") + _DOTNET_FAIL + _dotnet("Failed!", 1, 4, 1),
        "fail",
    ),
    (
        "dotnet",
        "several-one-has-none",
        "dotnet test Shop.sln",
        0,
        _DOTNET_HEAD
        + _dotnet("Passed!", 0, 9, 0, "Core.Tests")
        + "No test is available in /home/dev/app/tests/Empty/bin/Debug/net8.0/Empty.dll. Make sure that test discoverer & executors "
        "are registered and platform & framework version settings are appropriate and try again.\n",
        "pass",
    ),
    (
        "dotnet",
        "none",
        "dotnet test",
        0,
        _DOTNET_HEAD + "No test is available in /home/dev/app/tests/Shop.Tests/bin/Debug/net8.0/Shop.Tests.dll. Make sure that test "
        "discoverer & executors are registered and platform & framework version settings are appropriate and try again.\n",
        "none",
    ),
    (
        "dotnet",
        "filter-none",
        "dotnet test --filter Name~zzz",
        0,
        _DOTNET_HEAD + "No test matches the given testcase filter `Name~zzz` in "
        "/home/dev/app/tests/Shop.Tests/bin/Debug/net8.0/Shop.Tests.dll\n",
        "none",
    ),
    (
        "dotnet",
        "broken",
        "dotnet test",
        1,
        "  Determining projects to restore...\n/home/dev/app/tests/Shop.Tests/CartTests.cs(9,13): error CS0103: The name 'nowhere' does "
        "not exist in the current context [/home/dev/app/tests/Shop.Tests/Shop.Tests.csproj]\n",
        "fail",
    ),
    (
        "dotnet",
        "aborted",
        "dotnet test",
        1,
        _DOTNET_HEAD + "The active test run was aborted. Reason: Test host process crashed : Unhandled exception.\n\nTest Run Aborted.\n",
        "fail",
    ),
    (
        "dotnet",
        "normal-verbosity",
        "dotnet test -v n",
        1,
        _DOTNET_HEAD + _DOTNET_FAIL + "Test Run Failed.\nTotal tests: 5\n     Passed: 4\n     Failed: 1\n Total time: 0.9 Seconds\n"
        "     1>Done Building Project \"/home/dev/app/Shop.sln\" (VSTest target(s)) -- FAILED.\n\nBuild FAILED.\n",
        "fail",
    ),
    (
        "dotnet",
        "normal-verbosity-pass",
        "dotnet test -v n",
        0,
        _DOTNET_HEAD + "Test Run Successful.\nTotal tests: 4\n     Passed: 4\n Total time: 0.9 Seconds\n\nBuild succeeded.\n",
        "pass",
    ),
    (
        "dotnet",
        "terminal-pass",
        "dotnet test",
        0,
        _TERMINAL + "  Shop.Tests test succeeded (1.2s)\n\n"
        "Test summary: total: 5, failed: 0, succeeded: 5, skipped: 0, duration: 1.2s\nBuild succeeded in 3.0s\n",
        "pass",
    ),
    (
        "dotnet",
        "terminal-fail",
        "dotnet test",
        1,
        _TERMINAL + "  Shop.Tests test failed with 1 error(s) (1.2s)\n    /home/dev/app/tests/Shop.Tests/CartTests.cs(12): error TESTERROR:\n"
        "      Shop.Tests.CartTests.Adds (5ms): Error Message: Assert.Equal() Failure: Values differ\n\n"
        "Test summary: total: 5, failed: 1, succeeded: 4, skipped: 0, duration: 1.2s\nBuild failed with 1 error(s) in 3.0s\n",
        "fail",
    ),
    (
        "dotnet",
        "terminal-skip",
        "dotnet test",
        0,
        _TERMINAL + "\nTest summary: total: 2, failed: 0, succeeded: 0, skipped: 2, duration: 0.7s\nBuild succeeded in 2.0s\n",
        "none",
    ),
    (
        "dotnet",
        "platform-pass",
        "dotnet test",
        0,
        "Running tests from tests/Shop.Tests/bin/Debug/net10.0/Shop.Tests.dll (net10.0|x64)\n"
        "tests/Shop.Tests/bin/Debug/net10.0/Shop.Tests.dll (net10.0|x64) passed (241ms)\n\n"
        "Test run summary: Passed!\n  total: 5\n  failed: 0\n  succeeded: 5\n  skipped: 0\n  duration: 322ms\n",
        "pass",
    ),
    (
        "dotnet",
        "platform-fail",
        "dotnet test",
        2,
        "failed Adds (12ms)\n  Assert.AreEqual failed. Expected:<3>. Actual:<2>.\n"
        "    at Shop.Tests.CartTests.Adds() in /home/dev/app/tests/Shop.Tests/CartTests.cs:line 12\n\n"
        "Test run summary: Failed! - tests/Shop.Tests/bin/Debug/net10.0/Shop.Tests.dll (net10.0|x64)\n"
        "  total: 5\n  failed: 1\n  succeeded: 4\n  skipped: 0\n  duration: 322ms\n",
        "fail",
    ),
    (
        "dotnet",
        "platform-none",
        "dotnet test",
        8,
        "Test run summary: Zero tests ran\n  total: 0\n  failed: 0\n  succeeded: 0\n  skipped: 0\n  duration: 32ms\n",
        "none",
    ),
]

_SWIFT_BUILD = "Building for debugging...\n[8/8] Linking ShopPackageTests\nBuild complete! (4.21s)\n"
_NO_TESTING = "◇ Test run started.\n↳ Testing Library Version: 6.0.3\n✔ Test run with 0 tests in 0 suites passed after 0.001 seconds.\n"
_NO_XCTEST = (
    "Test Suite 'All tests' started at 2026-11-21 10:00:00.000\nTest Suite 'All tests' passed at 2026-11-21 10:00:00.001\n"
    "\t Executed 0 tests, with 0 failures (0 unexpected) in 0.0 (0.0) seconds\n"
)


def _xctest(word: str, told: str, before: str = "") -> str:
    time = "2026-11-21 10:00:00.005"
    parts = "".join(
        f"Test Suite '{name}' {word} at {time}\n\t Executed {told} in 0.003 (0.003) seconds\n"
        for name in ("CartTests", "debug.xctest", "All tests")
    )
    return _SWIFT_BUILD + "Test Suite 'All tests' started at 2026-11-21 10:00:00.000\n" + before + parts


_SWIFT_FAIL = (
    "Test Case 'CartTests.testAdds' started at 2026-11-21 10:00:00.001\n"
    '/home/dev/app/Tests/ShopTests/CartTests.swift:9: error: CartTests.testAdds : XCTAssertEqual failed: ("2") is not equal to ("3") - \n'
    "Test Case 'CartTests.testAdds' failed (0.002 seconds)\n"
)
SWIFT: list[Told] = [
    ("swift", "pass", "swift test", 0, _xctest("passed", "3 tests, with 0 failures (0 unexpected)") + _NO_TESTING, "pass"),
    ("swift", "fail", "swift test", 1, _xctest("failed", "3 tests, with 1 failure (0 unexpected)", _SWIFT_FAIL) + _NO_TESTING, "fail"),
    ("swift", "skip", "swift test", 0, _xctest("passed", "1 test, with 1 test skipped and 0 failures (0 unexpected)") + _NO_TESTING, "none"),
    ("swift", "mixed", "swift test", 0, _xctest("passed", "3 tests, with 1 test skipped and 0 failures (0 unexpected)"), "pass"),
    ("swift", "none", "swift test", 0, _SWIFT_BUILD + _NO_XCTEST + _NO_TESTING, "none"),
    (
        "swift",
        "testing-pass",
        "swift test",
        0,
        _SWIFT_BUILD + _NO_XCTEST + "◇ Test run started.\n◇ Test adds() started.\n✔ Test adds() passed after 0.001 seconds.\n"
        "✔ Suite CartTests passed after 0.001 seconds.\n✔ Test run with 1 test in 1 suite passed after 0.001 seconds.\n",
        "pass",
    ),
    (
        "swift",
        "testing-fail",
        "swift test",
        1,
        _SWIFT_BUILD + _NO_XCTEST + "◇ Test run started.\n◇ Test adds() started.\n◇ Test takes() started.\n"
        "✘ Test adds() recorded an issue at CartTests.swift:9:5: Expectation failed: (1 + 1 → 2) == 3\n"
        "✘ Test adds() failed after 0.002 seconds with 1 issue.\n✔ Test takes() passed after 0.001 seconds.\n"
        "✘ Suite CartTests failed after 0.002 seconds with 1 issue.\n"
        "✘ Test run with 2 tests in 1 suite failed after 0.002 seconds with 1 issue.\n",
        "fail",
    ),
    (
        "swift",
        "testing-skip",
        "swift test",
        0,
        _SWIFT_BUILD + '◇ Test run started.\n➜ Test adds() skipped: "later"\n✔ Test run with 1 test in 0 suites passed after 0.001 seconds.\n',
        "none",
    ),
    (
        "swift",
        "both-one-fails",
        "swift test",
        1,
        _xctest("passed", "3 tests, with 0 failures (0 unexpected)") + "✘ Test adds() failed after 0.002 seconds with 1 issue.\n"
        "✘ Test run with 4 tests in 1 suite failed after 0.002 seconds with 1 issue.\n",
        "fail",
    ),
    (
        "swift",
        "broken",
        "swift test",
        1,
        "Building for debugging...\n/home/dev/app/Tests/ShopTests/CartTests.swift:9:9: error: cannot find 'nowhere' in scope\n"
        "        nowhere()\n        ^~~~~~~\nerror: fatalError\n",
        "fail",
    ),
    ("swift", "no-tests", "swift test", 1, "error: no tests found; create a target in the 'Tests' directory\n", "none"),
    (
        "swift",
        "signal",
        "swift test",
        1,
        _SWIFT_BUILD + "Test Suite 'All tests' started at 2026-11-21 10:00:00.000\nCartTests.swift:9: Fatal error: Index out of range\n"
        "error: Exited with unexpected signal code 4\n",
        "fail",
    ),
    ("swift", "filter-none", "swift test --filter zzz", 0, _SWIFT_BUILD + "No matching test cases were run\n", "none"),
]

_GRADLE_TASKS = "> Task :compileJava\n> Task :processResources NO-SOURCE\n> Task :classes\n> Task :compileTestJava\n> Task :testClasses\n"
OTHERS: list[Told] = [
    (
        "gradle",
        "later-told",
        "./gradlew test",
        0,
        "Starting a Gradle Daemon (subsequent builds will be faster)\n" + _GRADLE_TASKS + "\n> Task :test\n\nCartTest > adds() PASSED\n\n"
        "CartTest > takes() PASSED\n\nBUILD SUCCESSFUL in 1m 7s\n3 actionable tasks: 3 executed\n",
        "pass",
    ),
    (
        "gradle",
        "later-fail",
        "./gradlew test",
        1,
        _GRADLE_TASKS + "\n> Task :test FAILED\n\nCartTest > adds() FAILED\n    org.opentest4j.AssertionFailedError at CartTest.java:12\n\n"
        "2 tests completed, 1 failed\n\nFAILURE: Build failed with an exception.\n\n* What went wrong:\n"
        "Execution failed for task ':test'.\n> There were failing tests. See the report at: "
        "file:///home/dev/app/build/reports/tests/test/index.html\n\nBUILD FAILED in 3s\n3 actionable tasks: 3 executed\n",
        "fail",
    ),
    ("gradle", "later-none", "./gradlew test", 0, "> Task :test NO-SOURCE\n\nBUILD SUCCESSFUL in 456ms\n1 actionable task: 1 up-to-date\n", "none"),
    (
        "gradle",
        "later-untold",
        "./gradlew test",
        0,
        _GRADLE_TASKS + "> Task :test\n\nBUILD SUCCESSFUL in 2s\n3 actionable tasks: 3 executed\n",
        "unread",
    ),
    (
        "maven",
        "later-fail",
        "./mvnw verify",
        1,
        "[INFO] --- surefire:3.2.5:test (default-test) @ shop ---\n[INFO] Running com.ex.CartTest\n"
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.04 s <<< FAILURE! -- in com.ex.CartTest\n"
        "[ERROR] com.ex.CartTest.adds -- Time elapsed: 0.011 s <<< FAILURE!\norg.opentest4j.AssertionFailedError: expected: <3> but was: <2>\n"
        "\n[INFO] \n[INFO] Results:\n[INFO] \n[ERROR] Failures: \n[ERROR]   CartTest.adds:12 expected: <3> but was: <2>\n[INFO] \n"
        "[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0\n[INFO] \n[INFO] BUILD FAILURE\n",
        "fail",
    ),
    (
        "maven",
        "failsafe-fails-after-surefire",
        "mvn verify",
        1,
        "[INFO] --- surefire:3.2.5:test (default-test) @ shop ---\n[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 0\n"
        "[INFO] --- failsafe:3.2.5:integration-test (default) @ shop ---\n[ERROR] Tests run: 2, Failures: 0, Errors: 2, Skipped: 0\n"
        "[INFO] --- failsafe:3.2.5:verify (default) @ shop ---\n[INFO] BUILD FAILURE\n",
        "fail",
    ),
    (
        "maven",
        "failure-after-the-tests",
        "mvn verify",
        1,
        "[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 0\n[INFO] BUILD FAILURE\n"
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-checkstyle-plugin:3.3.1:check (default) on project shop: ...\n",
        "fail",
    ),
    (
        "maven",
        "old-surefire",
        "mvn test",
        0,
        "-------------------------------------------------------\n T E S T S\n-------------------------------------------------------\n"
        "Running com.ex.CartTest\nTests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.05 sec\n\nResults :\n\n"
        "Tests run: 3, Failures: 0, Errors: 0, Skipped: 0\n\n[INFO] BUILD SUCCESS\n",
        "pass",
    ),
    (
        "phpunit",
        "later-deprecations",
        "vendor/bin/phpunit",
        0,
        "PHPUnit 11.5.2 by Sebastian Bergmann and contributors.\n\nRuntime:       PHP 8.3.14\n\n.D  2 / 2 (100%)\n\nTime: 00:00.006, Memory: 8.00 MB\n\n"
        "OK, but there were issues!\nTests: 2, Assertions: 2, Deprecations: 1.\n",
        "pass",
    ),
    (
        "phpunit",
        "later-warnings",
        "vendor/bin/phpunit",
        0,
        "PHPUnit 11.5.2 by Sebastian Bergmann and contributors.\n\n.W  2 / 2 (100%)\n\nWARNINGS!\nTests: 2, Assertions: 2, Warnings: 3, PHPUnit Deprecations: 1.\n",
        "pass",
    ),
    (
        "phpunit",
        "later-skip",
        "vendor/bin/phpunit",
        0,
        "PHPUnit 11.5.2 by Sebastian Bergmann and contributors.\n\nS  1 / 1 (100%)\n\nOK, but some tests were skipped!\nTests: 1, Assertions: 0, Skipped: 1.\n",
        "none",
    ),
    ("phpunit", "later-none", "vendor/bin/phpunit", 1, "PHPUnit 11.5.2 by Sebastian Bergmann and contributors.\n\nNo tests executed!\n", "none"),
    (
        "pest",
        "pass",
        "./vendor/bin/pest",
        0,
        "\n   PASS  Tests\\Unit\\CartTest\n  ✓ it adds                                                              0.01s  \n\n"
        "  Tests:    1 passed (1 assertions)\n  Duration: 0.05s\n\n",
        "pass",
    ),
    (
        "pest",
        "fail",
        "./vendor/bin/pest",
        1,
        "\n   FAIL  Tests\\Unit\\CartTest\n  ⨯ it adds                                                              0.01s  \n  ✓ it takes\n"
        "  ────────────────────────────────────────────────────────────────────────────\n"
        "   FAILED  Tests\\Unit\\CartTest > it adds                                        \n  Failed asserting that 2 is identical to 3.\n\n"
        "  at tests/Unit/CartTest.php:4\n      1▕ <?php\n  ➜   4▕     expect(1 + 1)->toBe(3);\n\n\n"
        "  Tests:    1 failed, 1 skipped, 1 passed (2 assertions)\n  Duration: 0.06s\n\n",
        "fail",
    ),
    ("pest", "skip", "./vendor/bin/pest", 0, "\n   WARN  Tests\\Unit\\CartTest\n  - it adds\n\n  Tests:    1 skipped (0 assertions)\n  Duration: 0.05s\n", "none"),
    ("pest", "none", "./vendor/bin/pest", 1, "\n   INFO  No tests found.\n\n", "none"),
    (
        "pest",
        "artisan-pass",
        "php artisan test",
        0,
        "\n   PASS  Tests\\Feature\\ExampleTest\n  ✓ the application returns a successful response\n\n  Tests:    2 passed (2 assertions)\n  Duration: 0.31s\n",
        "pass",
    ),
    (
        "nextest",
        "older-form",
        "cargo nextest run",
        100,
        "    Starting 2 tests across 1 binary\n        PASS [   0.004s] ex t::a\n        FAIL [   0.004s] ex t::b\n------------\n"
        "     Summary [   0.005s] 2 tests run: 1 passed, 1 failed, 0 skipped\n        FAIL [   0.004s] ex t::b\nerror: test run failed\n",
        "fail",
    ),
    (
        "mix",
        "umbrella-one-app-without-tests",
        "mix test",
        0,
        "==> store\nThere are no tests to run\n==> web\n..\n\nFinished in 0.02 seconds (0.00s async, 0.02s sync)\n2 tests, 0 failures\n\nRandomized with seed 0\n",
        "pass",
    ),
    (
        "mix",
        "umbrella-one-app-fails",
        "mix test",
        1,
        "==> store\n\n\n  1) test adds (StoreTest)\n     test/store_test.exs:4\n     Assertion with == failed\n\nFinished in 0.02 seconds\n"
        "1 test, 1 failure\n==> web\n..\nFinished in 0.02 seconds (0.00s async, 0.02s sync)\n2 tests, 0 failures\n"
        "** (Mix) One or more failed\n",
        "fail",
    ),
    (
        "mix",
        "properties",
        "mix test",
        0,
        "...\nFinished in 0.1 seconds (0.00s async, 0.1s sync)\n1 property, 2 doctests, 3 tests, 0 failures\n\nRandomized with seed 1\n",
        "pass",
    ),
]
TOLD: list[Told] = [*DOTNET, *SWIFT, *OTHERS]
