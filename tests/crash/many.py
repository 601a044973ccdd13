"""Run one hook script on many events, each in a forked process of its own; one JSON line for each on standard output.

The fork spares the interpreter's start, nothing else: the child reads standard input, prints and ends as a hook does.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import tempfile


def main(script: str, lines: list[bytes]) -> None:
    for line in lines:
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            given.write(line)
            given.seek(0)
            child = os.fork()
            if not child:
                for number, file in enumerate((given, out, err)):
                    os.dup2(file.fileno(), number)
                sys.argv = [script]
                runpy.run_path(script, run_name="__main__")
                os._exit(0)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            out.seek(0)
            err.seek(0)
            row = {"status": status, "out": out.read().decode(), "err": err.read().decode("utf-8", "replace")}
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.path.insert(0, os.path.join(here, "scripts"))
    for name in (
        "hooked.judging",
        "hooked.events",
        "hooked.typed",
        "attempt.ending",
        "attempt.losses",
        "verbs.words",
    ):
        importlib.import_module(f"planweir.{name}")
    main(os.path.join(here, "hooks", f"{sys.argv[1]}.py"), sys.stdin.buffer.read().splitlines())
