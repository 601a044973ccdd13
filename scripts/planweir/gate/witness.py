"""What pytest itself counted in a command of the plan, beside what was printed: the second source of the gate's own runs.

A plugin of ours (inside_pytest.py) is lent to the command by its environment alone. It sees what a conftest hides (a report
rewritten, an exit status set, a summary of its own), and its silence tells of a run that ended in its middle (`os._exit(0)`).
Where nothing can be lent (tox, a container, variables that the command sets itself) pytest's own JUnit report is asked for, or
nothing is and nothing is said.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import tempfile

from planweir.evidence.opaque import find_opaque
from planweir.evidence.runners import find, runners
from planweir.evidence.runners.base import plain
from planweir.shell.scan import scan
from planweir.values import number_or

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planweir.shell.scan import Program

MODULE = "planweir_witness"
FOLDER = "PLANWEIR_WITNESS"
WAS = "PLANWEIR_WAS_"
REPORT = "junit.xml"
# Programs behind which another environment lies.
_AWAY = frozenset(("docker", "podman", "nerdctl", "kubectl", "ssh", "vagrant", "tox", "nox", "hatch", "nix", "nix-shell", "wsl", "sudo", "su", "chroot", "bwrap"))
_OWN_PATH = re.compile(r"\b(?:PYTHONPATH|PYTHONSAFEPATH)=|(?:^|\s)-[A-Za-z]*[IE][A-Za-z]*(?=\s)")
_OWN_OPTIONS = re.compile(r"\bPYTEST_\w+=|\benv\s+(?:-i|-\s|--ignore-environment|-u)|\bunset\b|-p[ =]?no:(?:junitxml|planweir)|\$\(|`")
_REPORTS = re.compile(r"--junit-?xml|-p[ =]?no:junitxml")
_SETTINGS = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_AGAIN = re.compile(r"\b(\d+) (?:rerun|reruns|retried|flaky)\b")


class Asked:
    """What was lent to one command beside its variables `env`; nothing without them. `direct`: how many pytests it starts by itself, each of which owes a report."""

    __slots__ = ("_folder", "_xml", "direct", "environment", "redirected")

    def __init__(self, env: Mapping[str, str] | None = None, direct: int = 0, xml: bool = False, redirected: bool = False) -> None:
        self.direct = direct
        self.redirected = redirected
        self._xml = xml
        self._folder = tempfile.mkdtemp(prefix="planweir-witness-") if env is not None else ""
        self.environment = {} if env is None else self._environment(env)

    def _environment(self, env: Mapping[str, str]) -> dict[str, str]:
        options = env.get("PYTEST_ADDOPTS", "")
        if self._xml:
            asked = f"--junit-xml={shlex.quote(os.path.join(self._folder, REPORT))}"
            return {"PYTEST_ADDOPTS": f"{options} {asked}".strip()}
        lent = f"{self._folder}/lent"
        os.mkdir(lent)
        shutil.copyfile(os.path.join(os.path.dirname(__file__), "inside_pytest.py"), f"{lent}/{MODULE}.py")
        path = env.get("PYTHONPATH", "")
        return {
            "PYTEST_ADDOPTS": f"{options} -p {MODULE}".strip(),
            "PYTHONPATH": f"{path}:{lent}" if path else lent,
            f"{WAS}PYTEST_ADDOPTS": options,
            f"{WAS}PYTHONPATH": path,
            FOLDER: self._folder,
        }

    def hinders(self, status: int | None, output: str) -> bool:
        """Did the run fail because of what was lent? It is run again without it then."""
        if not self._folder or status is None or self.read() is not None:
            return False
        named = MODULE in output or (self._xml and "unrecognized arguments: --junit-xml" in output)
        return named or (status != 0 and self.redirected)

    def read(self) -> tuple[int, int, int] | None:
        """(pytests that told, tests that passed, tests that failed) as pytest itself counted; None where none told."""
        if not self._folder:
            return None
        return _junit(f"{self._folder}/{REPORT}") if self._xml else _notes(self._folder)

    def dropped(self) -> int:
        """Tests that something took out after they were found, and told nobody of."""
        return 0 if self._xml or not self._folder else sum(number_or(row, "dropped") for row in _rows(self._folder))

    def doubt(self, told: tuple[int, int, int] | None, output: str) -> str:
        """Why exit status 0 is not believed; empty where it is."""
        if told is None:
            if self.direct and self._folder:
                return "pytest ended without coming to its end (its own report is missing): something in the tests ends the process"
            return ""
        count, passed, failed = told
        again = sum(int(number) for number in _AGAIN.findall(output))
        if failed > again:
            return f"pytest itself saw {failed} failing: a conftest or a plugin hides it"
        printed = runners()["pytest"].read(plain(output))
        # Where every pytest of the command told, or as many as summaries stand there: another one may have printed what ours did not see.
        whole = count == self.direct or (printed is not None and printed["lines"] == count)
        if printed is not None and printed["passed"] > passed + again and (whole or not passed):
            return f"the summary says {printed['passed']} passed, pytest itself saw {passed}: something else prints a summary"
        if whole and not passed and printed is None:
            return "no test passed, as pytest itself counted"
        return ""

    def close(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def ask(root: str, command: str, env: Mapping[str, str]) -> Asked:
    """Lend what `command` can take beside its variables `env`."""
    scanned = scan(command, root)
    direct = [program for program in scanned.programs if _is_pytest(program)]
    opaque = [program for program in scanned.programs if find_opaque(program.words, program.cwd) is not None]
    words = {os.path.basename(word) for program in scanned.programs for word in program.argv if word}
    if not (direct or opaque) or words & _AWAY or _OWN_OPTIONS.search(command):
        return Asked()
    if opaque or not scanned.readable:
        return Asked(env)
    redirected = any(program.stdout_to is not None for program in direct)
    # A branch that is not taken (`pytest || pytest --lf`) owes nothing, nor does a run that only lists.
    owes = len(direct) if len(direct) == 1 and not _may_not_run(direct[0]) else 0
    if _OWN_PATH.search(command):
        if len(direct) > 1 or _REPORTS.search(command) or _reports(root):
            return Asked()
        return Asked(env, owes, xml=True, redirected=redirected)
    return Asked(env, owes, redirected=redirected)


def _is_pytest(program: Program) -> bool:
    found = find(program.words, program.cwd)
    return found is not None and found[0].name == "pytest"


def _may_not_run(program: Program) -> bool:
    found = find(program.words, program.cwd)
    return program.background or program.nested > 0 or found is None or found[0].lists(found[1])


def _reports(root: str) -> bool:
    """Does the project ask pytest for a report of its own, which ours would take the place of?"""
    for name in _SETTINGS:
        try:
            with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
                if _REPORTS.search(file.read()):
                    return True
        except OSError:
            continue
    return False


def _notes(folder: str) -> tuple[int, int, int] | None:
    count = passed = failed = 0
    for row in _rows(folder):
        count += row.get("controls") is True
        passed += number_or(row, "passed")
        failed += number_or(row, "failed")
    return (count, passed, failed) if count else None


def _rows(folder: str) -> Iterator[dict[str, object]]:
    for name in os.listdir(folder):
        if not name.endswith(".json"):
            continue
        try:
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                row = json.load(file)
        except (OSError, ValueError):
            continue
        if isinstance(row, dict):
            yield row


def _junit(path: str) -> tuple[int, int, int] | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            head = re.search(r"<testsuite\s[^>]*>", file.read())
    except OSError:
        return None
    if head is None:
        return None
    counts = {key: int(number) for key, number in re.findall(r'\b(tests|failures|errors|skipped)="(\d+)"', head[0])}
    bad = counts.get("failures", 0) + counts.get("errors", 0)
    return 1, max(0, counts.get("tests", 0) - bad - counts.get("skipped", 0)), bad
