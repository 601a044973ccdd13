# words: cargo
"""cargo test: one summary for each target that was tested."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners.base import Runner, inside, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    if not words or program_name(words[0], cwd) != "cargo":
        return None
    at = 1
    while at < len(words):
        word = words[at]
        if word in ("test", "t"):
            return list(words[at + 1 :])
        if word is None or not word.startswith(("-", "+")):
            return None
        at += 2 if word in _BEFORE else 1
    return None


_BEFORE = ("--config", "-C", "--color", "-Z", "--manifest-path")
_VALUED = tuple(
    """-p --package --exclude --bin --example --test --bench -F --features -j --jobs --profile --target --target-dir
    --manifest-path --message-format --color --config -Z --lockfile-path""".split()
)
_NARROWING = frozenset(
    """-p --package --exclude --lib --bins --bin --examples --example --tests --test --benches --bench --doc
    --skip --exact --ignored""".split()
)


def lists(args: Words) -> bool:
    return any(word in ("--no-run", "--list", "--help", "-h", "--build-plan", "--unit-graph") for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    """A name selects tests by their own names; only `--test NAME` names a file."""
    words = list(args)
    own = words[words.index("--") + 1 :] if "--" in words else []
    given, others = options(words[: len(words) - len(own)], _VALUED)
    told, words_of = options(own, ("--skip", "--test-threads", "--color", "--format", "--logfile", "--shuffle-seed", "-Z"))
    given += told
    others += words_of
    places = [f"tests/{value}.rs" for option, value in given if option == "--test" and value]
    return bool(others) or any(option in _NARROWING for option, _value in given), places


# --- how the summary reads ---

_LINE = (
    r"test result: (ok|FAILED)\. (\d{1,9}) passed; (\d{1,9}) failed; (\d{1,9}) ignored; (\d{1,9}) measured; "
    r"(\d{1,9}) filtered out"
)
_TARGET = r" +Running (?:unittests )?(\S+\.rs) \((?:\S*/)?([\w-]+)-[0-9a-f]+(?:\.exe)?\)"
_DOCS = r" +Doc-tests (\S+)"
_BROKEN = r"error(?:\[E\d+\])?: (?:could not compile|process didn't exit successfully|failed to run)"
_RERUN = r"error: (?:(?:test|doctest|bench) failed\b|\d+ targets? failed:)"
_DOC_TEST = r"(\S+\.rs) - .+ \(line \d+\)"


def read(output: str) -> Summary | None:
    passed = failed = ignored = filtered = errors = 0
    names: list[str] = []
    target, seen, listing = "", False, False
    reruns = losses = 0
    several = False
    for line in plain(output).split("\n"):
        told = re.match(_LINE, line)
        if told is not None:
            seen, listing = True, False
            good, bad, skipped, _measured, out = map(int, told.groups()[1:])
            passed, failed, ignored, filtered = passed + good, failed + bad, ignored + skipped, filtered + out
            errors += told[1] == "FAILED" and not bad
            losses += told[1] == "FAILED"
        elif line == "failures:":
            listing = True  # comes twice: before what they printed, and before their names
        elif listing and re.match(r"    \S", line):
            name = line.strip()
            doc = re.fullmatch(_DOC_TEST, name)
            names.append(f"{doc[1]}::{name}" if doc is not None else f"{target}::{name}")
        elif line.startswith("---- "):
            listing = False
        elif (running := re.match(_TARGET, line)) is not None:
            target = f"{running[2]}|{running[1]}"
        elif re.match(_DOCS, line):
            target = ""
        elif re.match(_BROKEN, line):
            seen = True
            errors += 1
        elif re.match(_RERUN, line):
            seen = True
            all_told = line.endswith("failed:")
            reruns += not all_told
            several = several or all_told
    if not seen:
        return None
    # A target that broke off in its middle has no line of its own, but cargo tells of it.
    broken = max(0, reruns - losses)  # without --no-fail-fast the first that fails is the last
    if several and not (failed or errors or broken):
        broken = 1
    return summed(
        passed=passed,
        failed=failed,
        errors=errors + broken,
        skipped=ignored,
        deselected=filtered,
        failing=names,
        cut=broken > 0,
    )


def locate(name: str, folder: str) -> str | None:
    """`ex-hash's crate|src/lib.rs::sums::tests::a` -> `src/sums.rs::sums::tests::a`: the file of the innermost module
    that has one."""
    where, _colons, test = name.partition("::")
    crate, bar, root = where.rpartition("|")
    for base in packages(folder, crate, root) if bar else [""]:
        file = os.path.join(base, module_file(os.path.join(folder, base), root, test) if bar else where)
        found = inside(file, folder)
        if found is not None:
            return f"{found}::{test}"
    return None


def module_file(base: str, root: str, test: str) -> str:
    parts = test.split("::")[:-1]
    start = os.path.dirname(root)
    for end in range(len(parts), 0, -1):
        for file in (os.path.join(start, *parts[:end]) + ".rs", os.path.join(start, *parts[:end], "mod.rs")):
            if os.path.isfile(os.path.join(base, file)):
                return file
    return root


def packages(folder: str, crate: str, root: str) -> list[str]:
    """The package of this folder that has the target; in a workspace, the one member that does."""
    if not os.path.isfile(os.path.join(folder, "Cargo.toml")):
        return []
    found: list[str] = [""] if os.path.isfile(os.path.join(folder, root)) else []
    for base in _members(folder):
        if os.path.isfile(os.path.join(folder, base, root)) and (
            not root.endswith(("src/lib.rs", "src/main.rs")) or _called(os.path.join(folder, base), crate)
        ):
            found.append(base)
    if found[:1] == [""] and len(found) > 1 and _called(folder, crate):
        return [""]
    return found if len(found) == 1 else [base for base in found if base and _called(os.path.join(folder, base), crate)][:1]


def _members(folder: str) -> list[str]:
    """Folders with a Cargo.toml, two levels deep."""
    found: list[str] = []
    try:
        for one in sorted(os.scandir(folder), key=lambda entry: entry.name)[:200]:
            if one.is_dir(follow_symlinks=False) and not one.name.startswith(".") and one.name != "target":
                for base in (one.name, *(os.path.join(one.name, two) for two in sorted(os.listdir(one.path))[:200])):
                    if os.path.isfile(os.path.join(folder, base, "Cargo.toml")):
                        found.append(base)
    except OSError:
        return []
    return found


def _called(folder: str, crate: str) -> bool:
    try:
        with open(os.path.join(folder, "Cargo.toml"), encoding="utf-8", errors="replace") as file:
            named = re.findall(r'(?m)^\s*name\s*=\s*"([\w-]+)"', file.read(200_000))
    except OSError:
        return False
    return any(name.replace("-", "_") == crate.replace("-", "_") for name in named)


RUNNER = Runner("cargo", recognise, read, selection, lists, locate=locate, scattered=True)
