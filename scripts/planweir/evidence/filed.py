"""Reviews that were filed by `task-planner file`, or answered with StructuredOutput, and reports by `report`, known by their digest."""

from __future__ import annotations

import json
import re

from planweir.evidence.voices import goes_elsewhere, heard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Scan

ANSWER = "StructuredOutput"  # the client's tool by which an agent with a schema answers


def filed_by(scanned: Scan, output: str) -> tuple[str, str] | None:
    """(sha256, task) of a review that `task-planner file T3`, or a report that `task-planner report T3`, took in: the
    digest that it printed, as long as nothing else could have printed it, else that of the here-document it read."""
    places = [
        at
        for at, p in enumerate(scanned.programs)
        if p.name == "task-planner" and list(p.words[1:2]) in (["file"], ["report"])
    ]
    if len(places) != 1 or not scanned.readable:
        return None
    program = scanned.programs[places[0]]
    task = next((word for word in program.words[2:] if word and not word.startswith("-")), None)
    if task is None or program.nested or program.background or program.negated:
        return None
    alone = not any(
        heard(scanned.programs, at, [program]) for at in range(len(scanned.programs)) if at != places[0]
    )
    told = re.findall(r"\b[0-9a-f]{64}\b", output) if alone and not goes_elsewhere(program.stdout_to) else []
    if len(told) == 1:
        return told[0], task
    if program.stdin_text is not None and not program.masked:
        return filed_sha(program.stdin_text), task
    return None


def answered(given: object) -> str:
    """A call of StructuredOutput as the command of a recorded run: the answer stands in it, so that nothing else need hold it."""
    return f"{ANSWER} {json.dumps(given, sort_keys=True)}"


def answers(command: str) -> bool:
    """Is this recorded run an answer by StructuredOutput?"""
    return command.startswith(f"{ANSWER} {{")


def looked_at(command: str, cwd: str) -> list[str]:
    """The tasks whose packages `task-planner package` prints in this command."""
    from planweir.shell.scan import scan

    programs = [program for program in scan(command, cwd).programs if program.name == "task-planner"]
    return [word for program in programs if list(program.words[1:2]) == ["package"] for word in program.words[2:3] if word]


def filed_text(command: str, cwd: str) -> str | None:
    """What this command files: the answer itself, or the here-document that `task-planner file` or `report` reads; None where there
    is none."""
    if answers(command):
        return command[len(ANSWER) + 1 :]
    from planweir.shell.scan import scan

    for program in scan(command, cwd).programs:
        if program.name == "task-planner" and list(program.words[1:2]) in (["file"], ["report"]):
            return program.stdin_text
    return None


def filed_sha(text: str) -> str:
    """The digest by which a filed review is known: sha256 of what came in on standard input, as UTF-8."""
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
