"""Transcripts as the host writes them, of any size: long results, very many calls, or one line that is most of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

MB = 1_000_000
STAMP = "2026-11-20T17:38:14.510Z"
SOURCE = 'def greet(name):\n    return f"hello, {name}\\t\\u00e9"\n'  # with what JSON must escape


class Lines:
    """Lines of one agent's transcript, in pairs of a call and its result."""

    def __init__(self, cwd: str) -> None:
        self.cwd = cwd
        self.calls = 0

    def _line(self, kind: str, block: dict[str, object], **more: object) -> bytes:
        entry = {
            "parentUuid": f"p{self.calls}",
            "isSidechain": True,
            "agentId": "a1",
            "type": kind,
            "message": {"role": kind, "content": [block]},
            "timestamp": STAMP,
            "cwd": self.cwd,
            **more,
        }
        return json.dumps(entry, separators=(",", ":")).encode() + b"\n"

    def pair(self, name: str, given: dict[str, object], result: str) -> bytes:
        self.calls += 1
        use = f"toolu_{self.calls:06}"
        call: dict[str, object] = {"type": "tool_use", "id": use, "name": name, "input": given}
        back: dict[str, object] = {"tool_use_id": use, "type": "tool_result", "content": result}
        beside = {"stdout": result, "stderr": ""} if name == "Bash" else {"file": {"content": result}}
        return self._line("assistant", call) + self._line("user", back, toolUseResult=beside)

    def bash(self, command: str, result: str = "") -> bytes:
        return self.pair("Bash", {"command": command, "description": "x"}, result)

    def says(self, words: str) -> bytes:
        return self._line("assistant", {"type": "text", "text": words})


def _text(size: int) -> str:
    return (SOURCE * (size // len(SOURCE) + 1))[:size]


def long_results(lines: Lines, size: int) -> Iterator[bytes]:
    """Files that were read, pages that were fetched, long output: 20 kB to 1 MB each."""
    kinds = [
        lambda: lines.pair("Read", {"file_path": f"{lines.cwd}/src/x.py"}, _text(100_000)),
        lambda: lines.bash(f"git log -p -{lines.calls}", _text(30_000)),
        lambda: lines.pair("Grep", {"pattern": "x"}, _text(20_000)),
        lambda: lines.pair("WebFetch", {"url": "https://example.org"}, _text(1_000_000)),
        lambda: lines.pair("Edit", {"file_path": f"{lines.cwd}/src/x.py"}, _text(60_000)),
        lambda: lines.says(_text(4_000)),
    ]
    return _until(size, kinds)


def many_calls(lines: Lines, size: int) -> Iterator[bytes]:
    """Short calls, each command a little other than the one before."""
    kinds = [
        lambda: lines.bash(f"sed -n {lines.calls},+40p src/x.py | head -20", _text(2_000)),
        lambda: lines.bash(f"cd {lines.cwd} && grep -rn name{lines.calls} src", _text(1_000)),
        lambda: lines.pair(
            "Read", {"file_path": f"{lines.cwd}/src/x.py", "offset": lines.calls}, _text(4_000)
        ),
    ]
    return _until(size, kinds)


def one_line(lines: Lines, size: int) -> Iterator[bytes]:
    """One result is nearly the whole transcript (a call's result stands in its line twice)."""
    yield lines.pair("Read", {"file_path": f"{lines.cwd}/data.json"}, _text(int(size / 2.4)))


def _until(size: int, kinds: list[Callable[[], bytes]]) -> Iterator[bytes]:
    written, turn = 0, 0
    while written < size:
        block = kinds[turn % len(kinds)]()
        turn += 1
        written += len(block)
        yield block


SHAPES: dict[str, Callable[[Lines, int], Iterator[bytes]]] = {
    "long results": long_results,
    "many calls": many_calls,
    "one line": one_line,
}


def write(path: Path, cwd: str, shape: str, size: int, check: str, output: str) -> None:
    """Append to `path` a transcript of `size` bytes and that shape; at its end `check` ran and the agent reports."""
    lines = Lines(cwd)
    with path.open("ab") as file:
        for block in SHAPES[shape](lines, size):
            file.write(block)
        file.write(lines.bash(check, output))
        file.write(lines.says("DONE"))


class Cost(NamedTuple):
    """What a process and its children used."""

    status: int
    out: bytes
    cpu: float  # seconds
    rss: float  # MB, of the largest of them


# A process begins with the memory of the one that starts it as its high-water mark: a small one stands between. To a hook it
# is the client, which is known by its name: what is told to a hook that anybody else started does not count.
BETWEEN = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([used.ru_utime + used.ru_stime, used.ru_maxrss], file)
sys.exit(done.returncode)
"""


def cost(argv: list[str], given: bytes, env: dict[str, str], cwd: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        told, client = Path(folder) / "told", Path(folder) / "claude"
        client.symlink_to(Path(sys.executable).resolve())
        between = [str(client), "-I", "-S", "-c", BETWEEN, str(told)]
        done = subprocess.run(
            [*between, *argv], env=env, cwd=cwd, input=given, capture_output=True, check=False
        )
        assert done.stderr == b"", done.stderr.decode("utf-8", "replace")
        cpu, most = json.loads(told.read_text())
    return Cost(done.returncode, done.stdout, cpu, most * (1 if sys.platform == "darwin" else 1024) / MB)


# The bare minimum of reading such a file whole, which a slow machine is slow at too.
BARE = "import json, sys\nfor line in open(sys.argv[1], 'rb'):\n    if len(line) < 4_000_000:\n        json.loads(line)\n"
