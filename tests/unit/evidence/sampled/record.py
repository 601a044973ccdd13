"""How `data/samples/` was made: `python -m tests.unit.evidence.sampled.record maven gradle` makes those of these runners anew, without
a name all of them.

Not part of the suite. They were made with Debian's golang, gotestsum, rspec, phpunit, cmake, elixir, maven and gradle (with
libsurefire-java, junit4, maven-debian-helper), and with the cargo-nextest of a package on PyPI that holds its binary; that one must be
on PATH. What names the machine is taken out.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.unit.evidence import sampled

DATA = Path(__file__).parent.parent / "data" / "samples"


def main(names: list[str]) -> None:
    for runner in names or sorted({row[0] for row in sampled.RUNS}):
        rows = [_row(row) for row in sampled.RUNS if row[0] == runner]
        DATA.mkdir(exist_ok=True)
        (DATA / f"{runner}.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def _row(row: sampled.Row) -> dict[str, object]:
    """One command, run in a project of its own."""
    runner, scenario, files, command, means = row
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "app"
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
        before = sampled.PREPARE.get((runner, scenario)) or sampled.PREPARE.get((runner, ""))
        if before:
            _run(before, place)
        status, output = _run(command, place)
        left = {str(path.relative_to(place)): _head(path.read_text()) for path in sorted(place.glob(sampled.KEPT.get(runner, "nowhere")))}
        print(runner, scenario, status, means, flush=True)
        told: dict[str, object] = {"runner": runner, "scenario": scenario, "cmd": command, "rc": status}
        return {**told, "out": _scrub(output, place), "expect": means, **({"left": left} if left else {})}


def _run(command: str, place: Path) -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if name not in ("CI", "FORCE_COLOR", "NO_COLOR", "CLAUDECODE", "PYTHONPATH")}
    done = subprocess.run(
        shlex.split(command), cwd=place, env={**env, "RUST_BACKTRACE": "0"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def _scrub(output: str, place: Path) -> str:
    """What the machine is called, where its programs lie."""
    for form in {str(place), os.path.realpath(place)}:
        output = output.replace(form, "/home/dev/app")
    output = re.sub(r"/(?:root|home/(?!dev)\w+|tmp)/[^\s'\":)]*/", "/usr/lib/", output)
    return output.replace(os.path.expanduser("~"), "/home/dev") if os.path.expanduser("~") != "/" else output


def _head(report: str) -> str:
    """The counts of a report, without what it says of the machine."""
    suite = re.search(r"<testsuite\b[^>]*>", report)
    tag = re.sub(r' (?:hostname|timestamp|xmlns:\w+|\w+:\w+)="[^"]*"', "", suite[0]) if suite else "<testsuite>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tag}\n</testsuite>\n'


if __name__ == "__main__":
    main(sys.argv[1:])
