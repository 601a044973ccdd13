# words: go
"""go test, in words and with -json. Without -v a package that passed counts as one: its tests are not told."""

from __future__ import annotations

import json
import os
import re

from planweir.evidence.runners.base import Runner, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words or program_name(words[0], cwd) != "go":
        return None
    at = 1
    folder: list[str | None] = []
    if words[at : at + 1] == ["-C"]:
        folder, at = ["-C", *words[at + 1 : at + 2]], at + 2
    elif at < len(words) and (words[at] or "").startswith("-C="):
        folder, at = [words[at]], at + 1
    return [*folder, *words[at + 1 :]] if list(words[at : at + 1]) == ["test"] else None


_VALUED = frozenset(
    """-run -skip -bench -benchtime -blockprofile -blockprofilerate -count -coverpkg -coverprofile -cpu -cpuprofile
    -fuzz -fuzztime -list -memprofile -memprofilerate -mutexprofile -mutexprofilefraction -outputdir -parallel -shuffle
    -timeout -trace -vet -exec -o -C -p -covermode -asmflags -buildmode -compiler -gccgoflags -gcflags -installsuffix
    -ldflags -mod -modfile -overlay -pkgdir -tags -toolexec""".split()
)


def _option(word: str) -> tuple[str, str | None]:
    """`--test.run=x` -> (-run, x)."""
    option, equals, value = word.partition("=")
    return "-" + option.lstrip("-").removeprefix("test."), value if equals else None


def _given(args: Words) -> tuple[list[tuple[str, str | None]], list[str | None]]:
    given: list[tuple[str, str | None]] = []
    others: list[str | None] = []
    at = 0
    while at < len(args):
        word = args[at]
        at += 1
        if word is None or not word.startswith("-") or word == "-":
            others.append(word)
            continue
        option, value = _option(word)
        if option == "-args":
            break  # the rest is the tests' own
        if value is None and option in _VALUED:
            value = args[at] if at < len(args) else None
            at += 1
        given.append((option, value))
    return given, others


def named(args: Words) -> list[str | None]:
    """The packages and files that are named."""
    return _given(args)[1]


def lists(args: Words) -> bool:
    return any(option in ("-list", "-c", "-n", "-h", "-help") for option, _value in _given(args)[0])


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    given, others = _given(args)
    narrowed = None in others or any(option in ("-run", "-skip", "-short") for option, _value in given)
    base = next((value or "" for option, value in given if option == "-C"), "")
    module = _module(os.path.join(cwd, base))
    named = [word for word in others if word] or ["."]
    return narrowed, [os.path.normpath(os.path.join(base, _place(word, module))) if base else _place(word, module) for word in named]


def _place(word: str, module: tuple[str, str] | None) -> str:
    """`./...` everything, `./pkg/...` a folder, `./pkg` its own files; an import path of the module is a folder too."""
    if module is not None and (word + "/").startswith(module[0] + "/"):
        word = os.path.join(module[1], word[len(module[0]) + 1 :]) or "."
    if word.endswith(".go"):
        return word
    path = word.removesuffix("...").rstrip("/") or "."
    if word.endswith("..."):
        return path
    return f"{path}/*" if path != "." else "*"


def _module(folder: str) -> tuple[str, str] | None:
    """(import path of the module that holds this folder, its root relative to the folder)."""
    place = os.path.abspath(folder)
    while True:
        try:
            with open(os.path.join(place, "go.mod"), encoding="utf-8", errors="replace") as file:
                named = re.search(r'(?m)^module\s+"?([^\s"]+)', file.read(100_000))
                return (named[1], os.path.relpath(place, folder)) if named else None
        except (OSError, ValueError):
            pass
        above = os.path.dirname(place)
        if above == place:
            return None
        place = above


# --- how the summary reads ---

_PACKAGE = r"(ok  |FAIL|\?   )\t(\S+)(?:[\t ](.*))?"
_DONE = r"( *)--- (PASS|FAIL|SKIP): (\S+) \(\d[\d.]*s\)"
_BUILD = r"\[(?:build|setup) failed\]"
_PANIC = r"(?:panic: |fatal error: )"


def read(output: str) -> Summary | None:
    text = plain(output)
    if '{"' in text:
        text = _said(text)
    ok = bad = errors = 0
    tests = {"PASS": 0, "FAIL": 0, "SKIP": 0}
    names: list[str] = []
    verbose = cut = broke = seen = False
    block: list[tuple[int, str]] = []  # the failures of the package that is being told, with their depth
    for line in text.split("\n"):
        done = re.match(_DONE, line)
        if done is not None:
            tests[done[2]] += done[2] != "FAIL"
            if done[2] == "FAIL":
                depth = len(done[1])
                # A test fails with its subtests: only they are named and counted.
                if block and depth > block[-1][0] and done[3].startswith(block[-1][1] + "/"):
                    block.pop()
                block.append((depth, done[3]))
            continue
        if line.startswith("=== RUN"):
            verbose = True
            continue
        package = re.fullmatch(_PACKAGE, line.rstrip())
        if package is None:
            broke = broke or re.match(_PANIC, line) is not None
            continue
        kind, name, rest = package[1].strip(), package[2], package[3] or ""
        seen = True
        if kind == "FAIL":
            cut = cut or broke
            if re.search(_BUILD, rest):
                errors += 1
            elif not block:
                errors += 1  # it ended without a test that failed: os.Exit, a time limit
            bad += len(block)
            names += [f"{name}::{test}" for _depth, test in block]
        elif kind == "ok":
            ok += "[no tests to run]" not in rest
        block, broke = [], False
    if block:
        seen = True
        bad += len(block)
    if text.rstrip().rpartition("\n")[2] == "FAIL":
        seen = True
        errors += not (bad or errors)  # the package that failed stands above what was kept
    if not seen:
        return None
    passed = tests["PASS"] if verbose else ok
    return summed(passed=passed, failed=bad, errors=errors, skipped=tests["SKIP"], failing=names, cut=cut)


def _said(text: str) -> str:
    """The words in the output of -json: each event's text, and what the go command says itself."""
    parts: dict[str, list[str]] = {}
    whole: list[str] = []
    for line in text.split("\n"):
        if not line.startswith('{"'):
            whole.append(line + "\n")
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            whole.append(line + "\n")
            continue
        if not isinstance(row, dict) or not isinstance(row.get("Output"), str):
            continue
        package = str(row.get("Package", ""))
        told = parts.setdefault(package, [])
        told.append(row["Output"])
        # Packages run side by side: each is told whole, when its own line has come.
        if re.fullmatch(_PACKAGE, row["Output"].rstrip()):
            whole.append("".join(parts.pop(package)))
    return "".join([*whole, *("".join(rest) for rest in parts.values())])


def locate(name: str, folder: str) -> str | None:
    """`example.com/ex/f::TestA/sub` -> `f/f_test.go::TestA/sub`, the file that defines the test."""
    package, _colons, test = name.partition("::")
    module = _module(folder)
    if module is None or not (package + "/").startswith(module[0] + "/"):
        return None
    return defined_in(os.path.normpath(os.path.join(module[1], package[len(module[0]) + 1 :])), test, folder)


def defined_in(place: str, test: str, folder: str) -> str | None:
    """The file of the package's folder that defines the test, with its name behind."""
    defines = re.compile(r"(?m)^func " + re.escape(test.split("/", 1)[0]) + r"\(")
    try:
        for entry in sorted(os.listdir(os.path.join(folder, place))):
            if entry.endswith("_test.go"):
                with open(os.path.join(folder, place, entry), encoding="utf-8", errors="replace") as file:
                    if defines.search(file.read(2_000_000)):
                        return f"{os.path.normpath(os.path.join(place, entry))}::{test}"
    except (OSError, ValueError):
        return None
    return None


RUNNER = Runner("go", recognise, read, selection, lists, locate=locate, scattered=True)
