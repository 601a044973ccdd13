"""phpunit."""

from __future__ import annotations


def _case(name: str, body: str) -> str:
    return f"<?php\nuse PHPUnit\\Framework\\TestCase;\nfinal class {name} extends TestCase {{\n{body}}}\n"


PHPUNIT = {
    "tests/PTest.php": _case(
        "PTest",
        "  function testA() { $this->assertTrue(true); }\n  function testB() { $this->assertSame(2, 1 + 1); }\n",
    ),
    "tests/FTest.php": _case(
        "FTest",
        "  function testA() { $this->assertTrue(true); }\n  function testB() { $this->assertSame(3, 1 + 1); }\n"
        "  /** @dataProvider two */\n  function testC($x) { $this->assertSame(1, $x); }\n"
        "  static function two() { return ['one' => [1], 'two' => [2]]; }\n",
    ),
    "tests/ETest.php": _case(
        "ETest",
        "  function testA() { throw new RuntimeException('x'); }\n  function testB() { $this->fail('y'); }\n"
        "  function testC() { $this->markTestSkipped(); }\n  function testD() { $this->markTestIncomplete(); }\n"
        "  function testE() { }\n",
    ),
    "tests/STest.php": _case("STest", "  function testA() { $this->markTestSkipped('no'); }\n"),
    "tests/RTest.php": _case("RTest", "  function testA() { }\n"),
    "tests/NTest.php": _case("NTest", ""),
    "tests/BTest.php": "<?php\nfinal class BTest extends {\n",
    "tests/OTest.php": _case("OTest", "  function testA() { echo \"\\nOK (5 tests, 5 assertions)\\n\"; $this->fail('x'); }\n"),
    "tests/XTest.php": _case("XTest", "  function testA() { exit(0); }\n"),
}

RUNS = [
    ("phpunit", "pass", PHPUNIT, "phpunit tests/PTest.php", "pass"),
    ("phpunit", "pass-testdox", PHPUNIT, "phpunit --testdox tests/PTest.php", "pass"),
    ("phpunit", "fail", PHPUNIT, "phpunit tests/FTest.php", "fail"),
    ("phpunit", "error", PHPUNIT, "phpunit tests/ETest.php", "fail"),
    ("phpunit", "error-verbose", PHPUNIT, "phpunit -v tests/ETest.php", "fail"),
    ("phpunit", "colour", PHPUNIT, "phpunit --colors=always tests/FTest.php", "fail"),
    ("phpunit", "colour-pass", PHPUNIT, "phpunit --colors=always tests/PTest.php", "pass"),
    ("phpunit", "skip", PHPUNIT, "phpunit tests/STest.php", "none"),
    ("phpunit", "risky", PHPUNIT, "phpunit tests/RTest.php", "none"),
    ("phpunit", "class-without-tests", PHPUNIT, "phpunit tests/NTest.php", "none"),
    ("phpunit", "filter-none", PHPUNIT, "phpunit --filter zzz tests/PTest.php", "none"),
    ("phpunit", "broken", PHPUNIT, "phpunit tests/BTest.php", "fail"),
    ("phpunit", "no-such-file", PHPUNIT, "phpunit tests/NowhereTest.php", "fail"),
    ("phpunit", "filter", PHPUNIT, "phpunit --filter testA tests/FTest.php", "pass"),
    ("phpunit", "ends-early", PHPUNIT, "phpunit tests/XTest.php", "unread"),
    ("phpunit", "prints-a-summary", PHPUNIT, "phpunit tests/OTest.php", "fail"),
]
PREPARE: dict[tuple[str, str], str] = {}
