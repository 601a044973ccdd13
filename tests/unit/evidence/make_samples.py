"""How `data/runner-samples.json` and `data/more-runner-samples.json` were made: small projects, really tested by the runners
installed here.

Not part of the suite: `python -m tests.unit.evidence.make_samples` makes the files anew, `… make_samples tox nox` the samples of
these runners alone. What npm and pip have is installed for it (into `$PLANWEIR_SAMPLES`, to be used again, else for this once);
a runner that is not installed keeps the samples that it has. What names the machine is taken out.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from tests.unit.evidence import more_runs

HERE = Path(__file__).parent
DATA = HERE / "data" / "runner-samples.json"
MORE = HERE / "data" / "more-runner-samples.json"
_NPM = ["jest", "vitest", "mocha", "@playwright/test", "bun", "deno", "tape", "tap"]
_PIP = ["pytest", "pytest-rerunfailures", "pytest-xdist", "tox", "nox"]

PYTHON = {
    "tests/__init__.py": "",
    "tests/test_pass.py": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n    def test_b(self): pass\n",
    "tests/test_fail.py": (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_ok(self): pass\n"
        "    def test_a(self): self.assertEqual(1, 2)\n"
        "    def test_b(self): raise RuntimeError('x')\n"
        "    @unittest.skip('no')\n    def test_c(self): pass\n"
        "    @unittest.expectedFailure\n    def test_d(self): pass\n"
        "    def test_e(self):\n        for i in range(3):\n            with self.subTest(i=i): self.assertNotEqual(i, 1)\n"
    ),
    "tests/test_setup.py": (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls): raise ValueError('x')\n    def test_a(self): pass\n"
    ),
    "tests/test_import.py": "import nowhere\n",
    "tests/test_skip.py": "import unittest\nclass T(unittest.TestCase):\n    @unittest.skip('no')\n    def test_a(self): pass\n",
    "none/__init__.py": "",
}
JEST = {
    "package.json": '{"name": "ex", "private": true, "scripts": {"test": "jest --ci"}}\n',
    "t/pass.test.js": "test('a', () => { expect(1).toBe(1); });\ntest('b', () => {});\n",
    "t/fail.test.js": (
        "describe('sum', () => {\n  test('adds', () => { expect(1 + 1).toBe(2); });\n"
        "  test('loses', () => { expect(1 + 1).toBe(3); });\n  test.skip('later', () => {});\n  test.todo('some day');\n});\n"
        "test('throws', () => { throw new Error('x'); });\n"
    ),
    "t/broken.test.js": "test('a', () => {\n",
    "t/skip.test.js": "test.skip('a', () => {});\n",
    "t/none.test.js": "\n",
}
VITEST = {
    "package.json": '{"name": "ex", "private": true, "type": "module", "scripts": {"test": "vitest run"}}\n',
    **{
        f"v/{Path(name).name.replace('.test.js', '.test.mjs')}": "import { describe, expect, test } from 'vitest';\n" + text
        for name, text in JEST.items()
        if name.startswith("t/") and "none" not in name
    },
    "v/none.test.mjs": "\n",
}
MOCHA = {
    "package.json": '{"name": "ex", "private": true}\n',
    "m/pass.js": "describe('d', () => { it('a', () => {}); it('b', () => {}); });\n",
    "m/fail.js": "describe('d', () => { it('a', () => {}); it('b', () => { throw new Error('x'); }); it('c'); });\n",
    "m/none.js": "\n",
}
NODE = {
    "package.json": '{"name": "ex", "private": true}\n',
    "n/pass.test.js": "const test = require('node:test');\ntest('a', () => {});\n",
    "n/fail.test.js": (
        "const { describe, it, test } = require('node:test');\nconst assert = require('node:assert');\n"
        "describe('sum', () => {\n  it('adds', () => {});\n  it('loses', () => { assert.equal(1 + 1, 3); });\n});\n"
        "test('throws', () => { throw new Error('x'); });\ntest.skip('later', () => {});\n"
    ),
    "n/broken.test.js": "const test = require('node:test');\ntest('a', () => {\n",
    "n/none.test.js": "// nothing\n",
    "n/skip.test.js": "const test = require('node:test');\ntest.skip('a', () => {});\n",
}
GO = {
    "go.mod": "module example.com/ex\n\ngo 1.19\n",
    "p/p.go": "package p\n",
    "p/p_test.go": 'package p\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\nfunc TestB(t *testing.T) {}\n',
    "f/f.go": "package f\n",
    "f/f_test.go": (
        'package f\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\nfunc TestB(t *testing.T) { t.Fatal("x") }\n'
        'func TestC(t *testing.T) {\n\tt.Run("one", func(t *testing.T) {})\n\tt.Run("two", func(t *testing.T) { t.Error("y") })\n}\n'
        'func TestD(t *testing.T) { t.Skip("later") }\n'
    ),
    "e/e.go": "package e\n",
    "e/e_test.go": 'package e\n\nimport "testing"\n\nfunc TestA(t *testing.T) { nowhere() }\n',
    "s/s.go": "package s\n",
    "s/s_test.go": 'package s\n\nimport "testing"\n\nfunc TestA(t *testing.T) { t.Skip("later") }\n',
    "n/n.go": "package n\n",
    "w/w.go": "package w\n",
    "w/w_test.go": 'package w\n\nimport ("testing"; "time")\n\nfunc TestA(t *testing.T) { time.Sleep(time.Second) }\n',
    "pa/pa.go": "package pa\n",
    "pa/pa_test.go": 'package pa\n\nimport "testing"\n\nfunc TestA(t *testing.T) { panic("x") }\n',
}
CARGO = {
    "Cargo.toml": '[package]\nname = "ex"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": (
        "pub mod sums;\n#[cfg(test)]\nmod t {\n    #[test]\n    fn a() {}\n    #[test]\n    fn b() {}\n"
        "    #[test]\n    #[ignore]\n    fn c() {}\n}\n"
    ),
    "src/sums.rs": "/// ```\n/// assert_eq!(ex::sums::two(), 2);\n/// ```\npub fn two() -> i32 { 2 }\n",
    "tests/it.rs": "#[test]\nfn it() {}\n",
}
CARGO_FAILS = {
    **CARGO,
    "src/sums.rs": (
        "/// ```\n/// assert_eq!(ex::sums::two(), 3);\n/// ```\npub fn two() -> i32 { 2 }\n"
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn loses() { assert_eq!(super::two(), 3); }\n}\n"
    ),
    "tests/it.rs": "#[test]\nfn it() {}\n#[test]\nfn breaks() { panic!(\"x\") }\n",
}
CARGO_BROKEN = {**CARGO, "tests/it.rs": "#[test]\nfn it() { nowhere() }\n"}
CARGO_NONE = {**CARGO, "src/lib.rs": "", "src/sums.rs": "", "tests/it.rs": ""}

# (runner, scenario, the project, the command, what it means)
RUNS: list[tuple[str, str, dict[str, str], str, str]] = [
    ("unittest", "pass", PYTHON, "python -m unittest tests.test_pass", "pass"),
    ("unittest", "pass-verbose", PYTHON, "python -m unittest -v tests.test_pass", "pass"),
    ("unittest", "fail", PYTHON, "python -m unittest tests.test_fail", "fail"),
    ("unittest", "fail-verbose", PYTHON, "python -m unittest -v tests.test_fail", "fail"),
    ("unittest", "discover-from-a-folder", PYTHON, "python -m unittest discover -s tests", "fail"),
    ("unittest", "set-up", PYTHON, "python -m unittest tests.test_setup", "fail"),
    ("unittest", "import", PYTHON, "python -m unittest tests.test_import", "fail"),
    ("unittest", "skip", PYTHON, "python -m unittest tests.test_skip", "none"),
    ("unittest", "none", PYTHON, "python -m unittest discover -s none", "none"),
    ("jest", "pass", JEST, "npx jest --ci t/pass.test.js", "pass"),
    ("jest", "fail", JEST, "npx jest --ci t/fail.test.js", "fail"),
    ("jest", "all", JEST, "npx jest --ci", "fail"),
    ("jest", "colour", JEST, "npx jest --ci --colors t/fail.test.js", "fail"),
    ("jest", "verbose", JEST, "npx jest --ci --verbose t/fail.test.js t/pass.test.js", "fail"),
    ("jest", "broken", JEST, "npx jest --ci t/broken.test.js", "fail"),
    ("jest", "skip", JEST, "npx jest --ci t/skip.test.js", "none"),
    ("jest", "filter-none", JEST, "npx jest --ci -t zzz t/pass.test.js", "none"),
    ("jest", "pass-with-no-tests", JEST, "npx jest --ci --passWithNoTests zzz", "none"),
    ("jest", "no-tests-found", JEST, "npx jest --ci zzz", "none"),
    ("vitest", "pass", VITEST, "npx vitest run v/pass.test.mjs", "pass"),
    ("vitest", "fail", VITEST, "npx vitest run v/fail.test.mjs", "fail"),
    ("vitest", "all", VITEST, "npx vitest run", "fail"),
    ("vitest", "broken", VITEST, "npx vitest run v/broken.test.mjs", "fail"),
    ("vitest", "verbose", VITEST, "npx vitest run --reporter=verbose v/fail.test.mjs", "fail"),
    ("vitest", "skip", VITEST, "npx vitest run v/skip.test.mjs", "none"),
    ("vitest", "filter-none", VITEST, "npx vitest run -t zzz v/pass.test.mjs", "none"),
    ("vitest", "pass-with-no-tests", VITEST, "npx vitest run --passWithNoTests zzz", "none"),
    ("vitest", "no-tests-found", VITEST, "npx vitest run zzz", "none"),
    ("mocha", "pass", MOCHA, "npx mocha m/pass.js", "pass"),
    ("mocha", "fail", MOCHA, "npx mocha m/fail.js", "fail"),
    ("mocha", "none", MOCHA, "npx mocha m/none.js", "none"),
    *(
        ("node", f"{scenario}-{form}", NODE, f"node --test --test-reporter={form} {given}", means)
        for form in ("tap", "spec")
        for scenario, given, means in (
            ("pass", "n/pass.test.js", "pass"),
            ("fail", "n/fail.test.js n/pass.test.js", "fail"),
            ("broken", "n/broken.test.js", "fail"),
            ("skip", "n/skip.test.js", "none"),
            ("none", "n/none.test.js", "none"),
            ("filter-none", "--test-name-pattern=zzz n/pass.test.js", "none"),
        )
    ),
    ("node", "no-such-file", NODE, "node --test n/nowhere.test.js", "fail"),
    ("go", "pass", GO, "go test ./p", "pass"),
    ("go", "cached", GO, "go test ./p", "pass"),
    ("go", "verbose", GO, "go test -v ./p", "pass"),
    ("go", "json", GO, "go test -json ./p", "pass"),
    ("go", "fail", GO, "go test ./f ./p", "fail"),
    ("go", "fail-verbose", GO, "go test -v ./f ./p", "fail"),
    ("go", "fail-json", GO, "go test -json ./f ./p", "fail"),
    ("go", "build-failed", GO, "go test ./e ./p", "fail"),
    ("go", "build-failed-json", GO, "go test -json ./e ./p", "fail"),
    ("go", "panic", GO, "go test ./pa ./p", "fail"),
    ("go", "skip", GO, "go test ./s", "pass"),
    ("go", "skip-verbose", GO, "go test -v ./s", "none"),
    ("go", "no-test-files", GO, "go test ./n", "none"),
    ("go", "no-test-files-json", GO, "go test -json ./n", "none"),
    ("go", "filter-none", GO, "go test -run zzz ./p", "none"),
    ("go", "time-limit-of-a-test", GO, "go test -v -timeout 100ms ./w", "fail"),
    ("go", "all", GO, "go test ./...", "fail"),
    ("go", "some-have-none", GO, "go test ./n ./p", "pass"),
    ("cargo", "pass", CARGO, "cargo test --offline", "pass"),
    ("cargo", "fail", CARGO_FAILS, "cargo test --offline", "fail"),
    ("cargo", "fail-all", CARGO_FAILS, "cargo test --offline --no-fail-fast", "fail"),
    ("cargo", "quiet", CARGO, "cargo test --offline -q", "pass"),
    ("cargo", "broken", CARGO_BROKEN, "cargo test --offline", "fail"),
    ("cargo", "filter-none", CARGO, "cargo test --offline zzz", "none"),
    ("cargo", "none", CARGO_NONE, "cargo test --offline", "none"),
]


def main(chosen: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tools = Path(os.environ.get("PLANWEIR_SAMPLES", f"{folder}/tools"))
        modules, programs = _node_modules(tools / "npm"), _python_programs(tools / "py")
        for runs, data in ((RUNS, DATA), (more_runs.RUNS, MORE)):
            kept = {(row["runner"], row["scenario"]): row for row in json.loads(data.read_text())} if data.exists() else {}
            for runner, scenario, files, command, means in runs:
                if chosen and runner not in chosen:
                    continue
                place = Path(folder) / runner / f"{zlib.crc32(str(files).encode()):x}"
                _write(place, files)
                if modules is not None and "package.json" in files and not (place / "node_modules").exists():
                    (place / "node_modules").symlink_to(modules)
                ended = _run(command, place, modules, programs)
                if ended is None:
                    print(f"{runner} is not installed: its samples stay as they are")
                    continue
                kept[(runner, scenario)] = {
                    "runner": runner,
                    "scenario": scenario,
                    "cmd": command,
                    "rc": ended[0],
                    "out": _scrub(ended[1], place, Path(folder), tools),
                    "expect": means,
                }
            data.write_text(json.dumps(list(kept.values()), indent=1, ensure_ascii=False) + "\n")


def _node_modules(folder: Path) -> Path | None:
    if shutil.which("npm") is None:
        return None
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}')
        if subprocess.run(["npm", "install", "--silent", *_NPM], cwd=folder, check=False).returncode:
            return None
    return folder / "node_modules"


def _python_programs(folder: Path) -> Path:
    """The folder of programs of an environment with the runners of PyPI."""
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", *_PIP], check=True)
    return folder / "bin"


def _write(place: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)


def _run(command: str, place: Path, modules: Path | None, programs: Path) -> tuple[int, str] | None:
    """(exit status, output of both streams); None where the program is not there."""
    path = os.pathsep.join([*([str(modules / ".bin")] if modules is not None else []), str(programs), os.environ["PATH"]])
    words = command.split()
    if words[0] == "npx" and modules is None:
        return None
    if words[0] == "npx":
        words = words[1:]
    program = shutil.which(words[0], path=path)
    if program is None:
        return None
    left_out = ("CI", "NODE_OPTIONS", "FORCE_COLOR", "CLAUDECODE", "PYTHONPATH", "NO_COLOR")
    env = {name: value for name, value in os.environ.items() if name not in left_out}
    more = {"NO_UPDATE_NOTIFIER": "1", "RUST_BACKTRACE": "0", "PATH": path, "SAMPLES_PYTHON": str(programs / "python")}
    done = subprocess.run(
        [program, *words[1:]], cwd=place, env={**env, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def _scrub(output: str, place: Path, folder: Path, tools: Path) -> str:
    """What the machine is called, where its programs lie."""
    for real, told in ((place, "/home/dev/app"), (folder, "/home/dev"), (tools, "/home/dev/tools"), (Path(sys.base_prefix), "/usr")):
        for form in {str(real), os.path.realpath(real)}:
            output = output.replace(form, told)
    output = re.sub(r"(?m)^ +(?:at|❯)? ?\S.*(?:node_modules|node:internal).*\n", "", output)
    output = re.sub(r"(?m)^npm warn .*\n", "", output)
    output = re.sub(r"/(?:root|home/(?!dev)\w+|tmp)/[^\s'\":)]*/", "/usr/lib/", output)
    output = output.replace(platform.node(), "host") if len(platform.node()) > 3 else output
    return output.replace(os.path.expanduser("~"), "/home/dev") if os.path.expanduser("~") != "/" else output


if __name__ == "__main__":
    main(sys.argv[1:])
