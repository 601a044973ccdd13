"""Further small projects and commands for make_samples.py: the runners of scripts and browsers, TAP and JUnit XML, retries."""

from __future__ import annotations

PLAYWRIGHT = {
    "package.json": '{"name": "ex", "private": true}\n',
    "pw/pass.spec.ts": (
        "import { test, expect } from '@playwright/test';\ntest('a', () => { expect(1).toBe(1); });\ntest('b', () => {});\n"
    ),
    "pw/fail.spec.ts": (
        "import { test, expect } from '@playwright/test';\ntest.describe('sum', () => {\n"
        "  test('adds', () => { expect(1 + 1).toBe(2); });\n  test('loses', () => { expect(1 + 1).toBe(3); });\n"
        "  test.skip('later', () => {});\n});\ntest('throws', () => { throw new Error('x'); });\n"
    ),
    "pw/flaky.spec.ts": (
        "import { test, expect } from '@playwright/test';\n"
        "test('second try', ({}, info) => { expect(info.retry).toBe(1); });\ntest('sure', () => {});\n"
    ),
    "pw/skip.spec.ts": "import { test } from '@playwright/test';\ntest.skip('a', () => {});\n",
    "pw/broken.spec.ts": "import { test } from '@playwright/test';\ntest('a', () => {\n",
    "pw/none.spec.ts": "\n",
    "pw/hook.spec.ts": (
        "import { test } from '@playwright/test';\ntest.afterAll(() => { throw new Error('late'); });\ntest('a', () => {});\n"
    ),
}
BUN = {
    "package.json": '{"name": "ex", "private": true}\n',
    "b/pass.test.js": (
        "import { expect, test } from 'bun:test';\ntest('a', () => { expect(1).toBe(1); });\ntest('b', () => {});\n"
    ),
    "b/fail.test.js": (
        "import { describe, expect, test } from 'bun:test';\ndescribe('sum', () => {\n"
        "  test('adds', () => { expect(1 + 1).toBe(2); });\n  test('loses', () => { expect(1 + 1).toBe(3); });\n"
        "  test.skip('later', () => {});\n  test.todo('some day');\n});\ntest('throws', () => { throw new Error('x'); });\n"
    ),
    "b/flaky.test.js": (
        "import { expect, test } from 'bun:test';\nlet tries = 0;\n"
        "test('second try', () => { tries += 1; expect(tries).toBe(2); }, { retry: 2 });\n"
    ),
    "b/skip.test.js": "import { test } from 'bun:test';\ntest.skip('a', () => {});\n",
    "b/broken.test.js": "import { test } from 'bun:test';\ntest('a', () => {\n",
    "b/none.test.js": "\n",
}
DENO = {
    "d/pass_test.ts": "Deno.test('a', () => {});\nDeno.test('b', () => {});\n",
    "d/fail_test.ts": (
        "Deno.test('sum', async (t) => {\n  await t.step('adds', () => {});\n"
        "  await t.step('loses', () => { throw new Error('y'); });\n});\n"
        "Deno.test('throws', () => { throw new Error('x'); });\nDeno.test.ignore('later', () => {});\n"
    ),
    "d/skip_test.ts": "Deno.test.ignore('a', () => {});\n",
    "d/broken_test.ts": "Deno.test('a', () => {\n",
    "d/types_test.ts": "const x: number = 'a';\nDeno.test('a', () => { console.log(x); });\n",
    "d/none_test.ts": "\n",
    "d/only_test.ts": "Deno.test.only('a', () => {});\nDeno.test('b', () => { throw new Error('x'); });\n",
    "d/steps_test.ts": "Deno.test('sum', async (t) => {\n  await t.step('a', () => {});\n  await t.step('b', () => {});\n});\n",
}
TAPE = {
    "package.json": '{"name": "ex", "private": true}\n',
    "t/pass.js": (
        "const test = require('tape');\ntest('a', (t) => { t.equal(1, 1); t.end(); });\ntest('b', (t) => { t.ok(true); t.end(); });\n"
    ),
    "t/fail.js": (
        "const test = require('tape');\ntest('adds', (t) => { t.equal(1 + 1, 2); t.end(); });\n"
        "test('loses', (t) => { t.equal(1 + 1, 3); t.end(); });\ntest('later', { skip: true }, (t) => { t.end(); });\n"
    ),
    "t/todo.js": (
        "const test = require('tape');\ntest('a', (t) => { t.ok(true); t.end(); });\n"
        "test('some day', { todo: true }, (t) => { t.ok(false); t.end(); });\n"
    ),
    "t/skip.js": "const test = require('tape');\ntest('a', { skip: true }, (t) => { t.end(); });\n",
    "t/broken.js": "const test = require('tape');\ntest('a', (t) => {\n",
    "t/none.js": "require('tape');\n",
    "t/exits.js": "const test = require('tape');\ntest('a', (t) => { t.ok(true); });\n",
}
TAP = {
    "package.json": '{"name": "ex", "private": true}\n',
    **{
        name.replace("t/", "tp/"): text.replace("require('tape');\ntest", "require('tap').test;\ntest").replace("'tape'", "'tap'")
        for name, text in TAPE.items()
        if name.startswith("t/") and "todo" not in name and "exits" not in name
    },
}
PROVE = {
    "pl/pass.t": "use Test::More tests => 2;\nok(1, 'a');\nok(1, 'b');\n",
    "pl/fail.t": (
        "use Test::More;\nok(1, 'adds');\nis(1 + 1, 3, 'loses');\nSKIP: { skip 'later', 1; }\n"
        "TODO: { local $TODO = 'some day'; ok(0, 'todo'); }\ndone_testing;\n"
    ),
    "pl/skip.t": "use Test::More skip_all => 'no';\n",
    "pl/broken.t": "use Test::More;\nok(1\n",
    "pl/few.t": "use Test::More tests => 3;\nok(1);\n",
}
PYTEST = {
    "test_pass.py": "def test_a(): pass\ndef test_b(): pass\n",
    "test_fail.py": "def test_a(): pass\ndef test_b(): assert 0\n",
    "test_error.py": (
        "import pytest\n@pytest.fixture\ndef broken(): raise OSError('x')\ndef test_a(): pass\ndef test_b(broken): pass\n"
    ),
    "test_flaky.py": (
        "import pytest\ntries = []\n@pytest.mark.flaky(reruns=2)\ndef test_second_try():\n    tries.append(1)\n"
        "    assert len(tries) == 2\ndef test_sure(): pass\n"
    ),
    "test_broken.py": "import nowhere\n",
    "test_skip.py": "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n",
    "test_mixed.py": (
        "import pytest\ndef test_a(): pass\n@pytest.mark.skip\ndef test_b(): pass\n@pytest.mark.xfail\ndef test_c(): assert 0\n"
    ),
    "test_none.py": "",
    "tox.ini": (
        "[tox]\nenvlist = unit, compile\nno_package = true\n[testenv]\nskip_install = true\nallowlist_externals = *\n"
        "pass_env = SAMPLES_PYTHON\ncommands = {env:SAMPLES_PYTHON} -m pytest -p no:cacheprovider {posargs:test_pass.py}\n"
        "[testenv:compile]\ncommands = python -m compileall -q test_pass.py\n"
        "[testenv:fails]\ncommands = {env:SAMPLES_PYTHON} -m pytest -p no:cacheprovider test_fail.py\n"
        '[testenv:exits]\ncommands = python -c "import sys; sys.exit(1)"\n'
        "[testenv:ignored]\nignore_outcome = true\ncommands = {env:SAMPLES_PYTHON} -m pytest -p no:cacheprovider test_fail.py\n"
        "[testenv:dashed]\ncommands = - {env:SAMPLES_PYTHON} -m pytest -p no:cacheprovider test_fail.py\n"
    ),
    "noxfile.py": (
        "import os\nimport nox\nnox.options.default_venv_backend = 'none'\nRUN = [os.environ['SAMPLES_PYTHON'], '-m', 'pytest',"
        " '-p', 'no:cacheprovider']\n\n"
        "@nox.session\ndef tests(session): session.run(*RUN, *(session.posargs or ['test_pass.py']), external=True)\n\n"
        "@nox.session(default=False)\ndef fails(session): session.run(*RUN, 'test_fail.py', external=True)\n\n"
        "@nox.session(default=False)\ndef exits(session): session.run(RUN[0], '-c', 'raise SystemExit(1)', external=True)\n\n"
        "@nox.session(default=False)\ndef lenient(session): session.run(*RUN, 'test_fail.py', external=True, success_codes=[0, 1])\n\n"
        "@nox.session(default=False)\ndef skipped(session): session.skip('not today')\n"
    ),
}
JEST = {
    "package.json": '{"name": "ex", "private": true}\n',
    "t/flaky.test.js": (
        "jest.retryTimes(2);\nlet tries = 0;\ntest('second try', () => { tries += 1; expect(tries).toBe(2); });\n"
    ),
    "t/only.test.js": "test.only('a', () => {});\ntest('b', () => { throw new Error('x'); });\n",
    "t/after.test.js": "test('a', () => {});\nafterAll(() => { throw new Error('late'); });\n",
    "t/mixed.test.js": "test('a', () => {});\ntest.skip('b', () => {});\ntest.todo('c');\n",
    "t/pass.test.js": "test('a', () => { expect(1).toBe(1); });\ntest('b', () => {});\n",
    "t/fail.test.js": "test('a', () => {});\ntest('b', () => { throw new Error('x'); });\n",
    "t/none.test.js": "\n",
}
VITEST = {
    "package.json": '{"name": "ex", "private": true, "type": "module"}\n',
    "v/flaky.test.mjs": (
        "import { expect, test } from 'vitest';\nlet tries = 0;\n"
        "test('second try', { retry: 2 }, () => { tries += 1; expect(tries).toBe(2); });\n"
    ),
    "v/fail.test.mjs": (
        "import { describe, expect, test } from 'vitest';\ndescribe('sum', () => {\n  test('adds', () => {});\n"
        "  test('loses', () => { expect(1 + 1).toBe(3); });\n  test.skip('later', () => {});\n});\n"
    ),
    "v/pass.test.mjs": "import { expect, test } from 'vitest';\ntest('a', () => { expect(1).toBe(1); });\ntest('b', () => {});\n",
    "v/only.test.mjs": "import { test } from 'vitest';\ntest.only('a', () => {});\ntest('b', () => { throw new Error('x'); });\n",
    "v/after.test.mjs": (
        "import { afterAll, test } from 'vitest';\ntest('a', () => {});\nafterAll(() => { throw new Error('late'); });\n"
    ),
    "v/loose.test.mjs": (
        "import { test } from 'vitest';\ntest('a', async () => { Promise.reject(new Error('loose')); "
        "await new Promise((done) => setTimeout(done, 20)); });\n"
    ),
    "v/skip.test.mjs": "import { test } from 'vitest';\ntest.skip('a', () => {});\n",
    "v/none.test.mjs": "\n",
}
MOCHA = {
    "package.json": '{"name": "ex", "private": true}\n',
    "m/pass.js": "describe('d', () => { it('a', () => {}); it('b', () => {}); });\n",
    "m/fail.js": "describe('d', () => { it('a', () => {}); it('b', () => { throw new Error('x'); }); it('c'); });\n",
    "m/flaky.js": (
        "let tries = 0;\ndescribe('d', function () {\n  this.retries(2);\n"
        "  it('second try', () => { tries += 1; if (tries < 2) throw new Error('x'); });\n});\n"
    ),
    "m/hook.js": "describe('d', () => { before(() => { throw new Error('x'); }); it('a', () => {}); });\n",
    "m/skip.js": "describe('d', () => { it.skip('a', () => {}); });\n",
    "m/mixed.js": "describe('d', () => { it('a', () => {}); it.skip('b', () => {}); });\n",
    "m/broken.js": "describe('d', () => {\n",
}
NODE = {
    "package.json": '{"name": "ex", "private": true}\n',
    "n/pass.test.js": "const test = require('node:test');\ntest('a', () => {});\n",
    "n/fail.test.js": "const test = require('node:test');\ntest('a', () => {});\ntest('b', () => { throw new Error('x'); });\n",
    "n/mixed.test.js": "const test = require('node:test');\ntest('a', () => {});\ntest.skip('b', () => {});\ntest.todo('c', () => {});\n",
    "n/slow.test.js": "const test = require('node:test');\ntest('a', { timeout: 20 }, () => new Promise((done) => setTimeout(done, 2000)));\n",
}
UNITTEST = {
    "tests/__init__.py": "",
    "tests/test_mixed.py": (
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n    @unittest.skip('no')\n    def test_b(self): pass\n"
        "    @unittest.expectedFailure\n    def test_c(self): self.fail()\n"
    ),
    "tests/test_better.py": (
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n    @unittest.expectedFailure\n    def test_b(self): pass\n"
    ),
}

SCRIPTED = {
    **{name: text for project in (VITEST, MOCHA, TAPE, PROVE) for name, text in project.items()},
    "package.json": (
        '{"name": "ex", "private": true, "scripts": {"test": "mocha m/pass.js", "test:fails": "mocha m/fail.js && mocha m/pass.js",'
        ' "test:hidden": "mocha m/fail.js || true", "test:tape": "tape t/pass.js", "test:tap": "vitest run --reporter=tap v/pass.test.mjs",'
        ' "test:none": "mocha m/skip.js", "test:nothing": "true"}}\n'
    ),
    "Makefile": "test:\n\tprove pl/pass.t\ncheck:\n\tprove pl/pass.t pl/fail.t\n",
}

# (runner, scenario, the project, the command, what it means)
RUNS: list[tuple[str, str, dict[str, str], str, str]] = [
    *(
        ("playwright", scenario, PLAYWRIGHT, f"npx playwright test {given}", means)
        for scenario, given, means in (
            ("pass", "pw/pass.spec.ts", "pass"),
            ("fail", "pw/fail.spec.ts", "fail"),
            ("fail-one-worker", "pw/pass.spec.ts pw/fail.spec.ts --workers=1", "fail"),
            ("flaky", "pw/flaky.spec.ts --retries=1", "fail"),
            ("skip", "pw/skip.spec.ts", "none"),
            ("none", "pw/none.spec.ts", "none"),
            ("broken", "pw/broken.spec.ts", "fail"),
            ("broken-among-others", "pw", "fail"),
            ("hook", "pw/hook.spec.ts", "fail"),
            ("no-such-file", "zzz", "none"),
            ("filter-none", "-g zzz pw/pass.spec.ts", "none"),
            ("stops-early", "pw/fail.spec.ts pw/pass.spec.ts -x --workers=1", "fail"),
            ("dot", "pw/pass.spec.ts --reporter=dot", "pass"),
            ("line", "pw/fail.spec.ts --reporter=line", "fail"),
            ("github", "pw/fail.spec.ts --reporter=github", "fail"),
            ("junit", "pw/pass.spec.ts --reporter=junit", "pass"),
            ("junit-fail", "pw/fail.spec.ts --reporter=junit", "fail"),
            ("junit-skip", "pw/skip.spec.ts --reporter=junit", "none"),
        )
    ),
    *(
        ("bun", scenario, BUN, f"bun test {given}", means)
        for scenario, given, means in (
            ("pass", "./b/pass.test.js", "pass"),
            ("fail", "./b/fail.test.js", "fail"),
            ("all", "", "fail"),
            ("mixed", "./b/pass.test.js ./b/skip.test.js", "pass"),
            ("retried", "./b/flaky.test.js", "pass"),
            ("skip", "./b/skip.test.js", "none"),
            ("none", "./b/none.test.js", "none"),
            ("broken", "./b/broken.test.js", "fail"),
            ("filter-none", "-t zzz ./b/pass.test.js", "none"),
            ("no-such-file", "zzz", "none"),
            ("pass-with-no-tests", "--pass-with-no-tests zzz", "none"),
            ("bail", "--bail ./b/fail.test.js", "fail"),
            ("dots", "--reporter=dots ./b/pass.test.js", "pass"),
        )
    ),
    *(
        ("deno", scenario, DENO, f"deno test {given}", means)
        for scenario, given, means in (
            ("pass", "d/pass_test.ts", "pass"),
            ("fail", "d/fail_test.ts", "fail"),
            ("mixed", "--no-check d/pass_test.ts d/skip_test.ts d/steps_test.ts", "pass"),
            ("skip", "d/skip_test.ts", "none"),
            ("none", "d/none_test.ts", "none"),
            ("broken", "d/broken_test.ts", "fail"),
            ("types", "d/types_test.ts", "fail"),
            ("only", "d/only_test.ts", "fail"),
            ("filter-none", "--filter zzz d/pass_test.ts", "none"),
            ("no-such-file", "zzz", "fail"),
            ("dot", "--reporter=dot d/pass_test.ts", "pass"),
            ("tap", "--reporter=tap d/pass_test.ts", "pass"),
            ("tap-fail", "--reporter=tap d/fail_test.ts", "fail"),
            ("junit", "--reporter=junit d/pass_test.ts", "pass"),
            ("junit-fail", "--reporter=junit d/fail_test.ts", "fail"),
        )
    ),
    *(
        ("tap", f"tape-{scenario}", TAPE, f"tape {given}", means)
        for scenario, given, means in (
            ("pass", "t/pass.js", "pass"),
            ("fail", "t/fail.js", "fail"),
            ("skip", "t/skip.js", "none"),
            ("none", "t/none.js", "none"),
            ("broken", "t/broken.js", "fail"),
            ("exits", "t/exits.js", "fail"),
            ("mixed", "t/pass.js t/skip.js", "pass"),
        )
    ),
    *(
        ("tap", f"tap-{scenario}", TAP, f"tap --disable-coverage {given}", means)
        for scenario, given, means in (
            ("pass", "tp/pass.js", "pass"),
            ("fail", "tp/fail.js tp/pass.js", "fail"),
            ("skip", "tp/skip.js", "none"),
            ("none", "tp/none.js", "none"),
            ("broken", "tp/broken.js", "fail"),
            ("terse", "--reporter=terse tp/pass.js", "pass"),
        )
    ),
    *(
        ("tap", f"prove-{scenario}", PROVE, f"prove {given}", means)
        for scenario, given, means in (
            ("pass", "pl/pass.t", "pass"),
            ("fail", "pl/fail.t pl/pass.t", "fail"),
            ("verbose", "-v pl/fail.t pl/pass.t", "fail"),
            ("skip", "pl/skip.t", "none"),
            ("mixed", "pl/pass.t pl/skip.t", "pass"),
            ("broken", "pl/broken.t", "fail"),
            ("few", "pl/few.t", "fail"),
        )
    ),
    *(
        ("pytest", scenario, PYTEST, f"python -m pytest -p no:cacheprovider {given}", means)
        for scenario, given, means in (
            ("retried", "test_flaky.py", "pass"),
            ("retried-and-failed", "--reruns 1 test_fail.py", "fail"),
            ("mixed", "test_mixed.py", "pass"),
            ("fixture-error", "test_error.py", "fail"),
            ("all", "", "fail"),
            ("quiet", "-q test_pass.py", "pass"),
            ("on-workers", "-n 2 test_pass.py test_fail.py", "fail"),
            ("stops-at-first", "-x test_fail.py test_pass.py", "fail"),
        )
    ),
    *(
        ("tox", scenario, PYTEST, f"tox {given}".strip(), means)
        for scenario, given, means in (
            ("pass", "", "pass"),
            ("fail", "-e fails", "fail"),
            ("another-environment-fails", "-e unit,exits", "fail"),
            ("skip", "-e unit -- test_skip.py", "none"),
            ("none", "-e unit -- test_none.py", "none"),
            ("broken", "-e unit -- test_broken.py", "fail"),
            ("outcome-ignored", "-e ignored", "fail"),
            ("command-ignored", "-e dashed", "fail"),
            ("quiet", "-q -e unit", "pass"),
            ("run", "run -e unit,fails", "fail"),
        )
    ),
    *(
        ("nox", scenario, PYTEST, f"nox {given}".strip(), means)
        for scenario, given, means in (
            ("pass", "", "pass"),
            ("fail", "-s fails", "fail"),
            ("another-session-fails", "-s tests exits", "fail"),
            ("skip", "-s tests -- test_skip.py", "none"),
            ("none", "-s tests -- test_none.py", "none"),
            ("broken", "-s tests -- test_broken.py", "fail"),
            ("code-allowed", "-s lenient", "fail"),
            ("session-skipped", "-s skipped tests", "pass"),
        )
    ),
    *(
        ("jest", scenario, JEST, f"npx jest --ci {given}", means)
        for scenario, given, means in (
            ("retried", "t/flaky.test.js", "pass"),
            ("only", "t/only.test.js", "pass"),
            ("after-all", "t/after.test.js", "fail"),
            ("mixed", "t/mixed.test.js", "pass"),
            ("none-in-file", "t/none.test.js", "fail"),
            ("bail", "--bail t/fail.test.js t/pass.test.js", "fail"),
            ("coverage", "--coverage t/pass.test.js", "pass"),
            ("json", "--json t/pass.test.js", "pass"),
        )
    ),
    *(
        ("vitest", scenario, VITEST, f"npx vitest run {given}", means)
        for scenario, given, means in (
            ("retried", "v/flaky.test.mjs", "pass"),
            ("only", "v/only.test.mjs", "pass"),
            ("after-all", "v/after.test.mjs", "fail"),
            ("rejection", "v/loose.test.mjs", "fail"),
            ("none-in-file", "v/none.test.mjs", "fail"),
            ("dot", "--reporter=dot v/fail.test.mjs", "fail"),
            ("bail", "--bail 1 v/fail.test.mjs v/pass.test.mjs", "fail"),
            ("tap", "--reporter=tap v/pass.test.mjs", "pass"),
            ("tap-fail", "--reporter=tap v/fail.test.mjs v/pass.test.mjs", "fail"),
            ("tap-flat-fail", "--reporter=tap-flat v/fail.test.mjs", "fail"),
            ("junit", "--reporter=junit v/pass.test.mjs", "pass"),
            ("junit-fail", "--reporter=junit v/fail.test.mjs", "fail"),
            ("junit-skip", "--reporter=junit v/skip.test.mjs", "none"),
        )
    ),
    *(
        ("mocha", scenario, MOCHA, f"npx mocha {given}", means)
        for scenario, given, means in (
            ("retried", "m/flaky.js", "pass"),
            ("hook", "m/hook.js", "fail"),
            ("skip", "m/skip.js", "none"),
            ("mixed", "m/mixed.js", "pass"),
            ("broken", "m/broken.js", "fail"),
            ("no-such-file", "m/zzz.js", "none"),
            ("dot", "-R dot m/fail.js", "fail"),
            ("tap", "-R tap m/pass.js", "pass"),
            ("tap-fail", "-R tap m/fail.js", "fail"),
            ("xunit", "-R xunit m/pass.js", "pass"),
            ("xunit-fail", "-R xunit m/fail.js", "fail"),
        )
    ),
    *(
        ("node", scenario, NODE, f"node --test {given}", means)
        for scenario, given, means in (
            ("mixed", "n/mixed.test.js", "pass"),
            ("cancelled", "n/slow.test.js", "fail"),
            ("junit", "--test-reporter=junit n/pass.test.js", "pass"),
            ("junit-fail", "--test-reporter=junit n/fail.test.js", "fail"),
            ("dot-fail", "--test-reporter=dot n/fail.test.js", "fail"),
        )
    ),
    ("unittest", "mixed", UNITTEST, "python -m unittest tests.test_mixed", "pass"),
    ("unittest", "unexpected-success", UNITTEST, "python -m unittest tests.test_better", "fail"),
    # As their hosts start them for agents: they print less.
    ("bun", "for-agents", BUN, "env CLAUDECODE=1 bun test ./b/pass.test.js ./b/skip.test.js", "pass"),
    ("bun", "for-agents-fail", BUN, "env CLAUDECODE=1 bun test", "fail"),
    ("vitest", "for-agents", VITEST, "env CLAUDECODE=1 vitest run v/pass.test.mjs", "pass"),
    ("vitest", "for-agents-fail", VITEST, "env CLAUDECODE=1 vitest run v/fail.test.mjs v/pass.test.mjs", "fail"),
    # Scripts of the project's.
    *(
        ("script", command, SCRIPTED, command, means)
        for command, means in (
            ("npm test", "pass"),
            ("npm run test:fails", "fail"),
            ("npm run test:hidden", "fail"),
            ("npm run --silent test:tape", "pass"),
            ("npm run test:tap", "pass"),
            ("npm run test:none", "none"),
            ("bun run test", "pass"),
            ("bun run test:fails", "fail"),
            ("make test", "pass"),
            ("make check", "fail"),
        )
    ),
]
