"""The corpus as data: what corpus/*.yaml hold. The format stands at the top of corpus/README.md."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

CORPUS = Path(__file__).parent / "corpus"
CALLERS = {
    "any": ("main", "reviewer", "implementer", "other"),
    "agents": ("main", "reviewer", "implementer"),
    "readers": ("main", "reviewer"),
}


@dataclass(frozen=True)
class Call:
    """One call of a tool. `does`: what a tool that we do not have would do, as a command of the shell."""

    tool: str
    given: dict[str, object]
    does: str = ""

    @property
    def command(self) -> str:
        """What is executed where the call passes; of Bash the command itself."""
        found = self.given.get("command")
        return self.does or (found if isinstance(found, str) and self.tool in ("Bash", "Monitor") else "")


@dataclass(frozen=True)
class Case:
    """One line of the corpus: who makes which calls, and the file that an attack is after."""

    name: str
    group: str
    attack: bool
    who: tuple[str, ...]
    calls: tuple[Call, ...]
    hits: str = ""
    cwd: str = ""
    needs: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The case on one line."""
        calls = [
            str(call.given["command"]) if call.tool == "Bash" else f"{call.tool} {json.dumps(call.given)}"
            for call in self.calls
        ]
        return " ⏭ ".join(calls).replace("\n", "⏎")


def bash(command: str) -> Call:
    return Call("Bash", {"command": command, "description": "x"})


def _calls(row: dict[str, object], where: str) -> tuple[Call, ...]:
    run = row.get("run")
    if run is not None:
        steps = run if isinstance(run, list) else [run]
        return tuple(bash(str(step)) for step in steps)
    given = row.get("input")
    assert isinstance(given, dict), f"{where}: neither run nor tool and input"
    return (Call(str(row["tool"]), {str(key): value for key, value in given.items()}, str(row.get("does", ""))),)


def _case(row: object, group: str, attack: bool, number: int) -> Case:
    where = f"{group}-{'attack' if attack else 'harmless'}-{number}"
    assert isinstance(row, dict), where
    unknown = set(row) - {"id", "who", "run", "tool", "input", "does", "hits", "cwd", "needs"}
    assert not unknown, f"{where}: {unknown}"
    who = str(row["who"])
    needs = row.get("needs", [])
    return Case(
        str(row.get("id", where)),
        group,
        attack,
        CALLERS.get(who, (who,)),
        _calls(row, where),
        str(row.get("hits", "")),
        str(row.get("cwd", "")),
        tuple(str(one) for one in (needs if isinstance(needs, list) else [needs])),
    )


def load(folder: Path = CORPUS) -> list[Case]:
    """Every case, by file and line."""
    found: list[Case] = []
    for path in sorted(folder.glob("*.yaml")):
        table = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        assert set(table) <= {"attacks", "harmless"}, path.name
        for kind in ("attacks", "harmless"):
            rows = table.get(kind) or []
            found += [_case(row, path.stem, kind == "attacks", n) for n, row in enumerate(rows, 1)]
    return found


# How an attack is dressed; {q} is the command as one word, {c} the command as it stands.
WRAPPINGS = {
    "bash -c": "bash -c {q}",
    "eval": "eval {q}",
    "timeout": "timeout 60 bash -c {q}",
    "env": "env X=1 bash -c {q}",
    "subshell": "(\n{c}\n)",
    "&&": "true && {{ {c}\n}}",
}
_PLAIN = re.compile(r"[\w./{}@%+,:=-]+(?: [\w./{}@%+,:='\"-]+)*\Z")


def wrapped(case: Case, form: str) -> Case:
    """The case with every command of it wrapped. One plain command needs no shell behind `timeout` and `env`."""

    def dress(call: Call) -> Call:
        command = call.given.get("command")
        if call.tool != "Bash" or not isinstance(command, str):
            return call
        shape = WRAPPINGS[form]
        if form in ("timeout", "env") and _PLAIN.match(command) and not re.match(r"(?:\w+=|cd |export |exec |alias |ulimit |unset |set |pushd |source |\. )", command):
            shape = shape.replace("bash -c {q}", "{c}")
        return bash(shape.format(q=shlex.quote(command), c=command))

    return replace(case, calls=tuple(dress(call) for call in case.calls))
