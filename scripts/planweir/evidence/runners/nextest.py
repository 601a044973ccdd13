# words: nextest
"""cargo nextest: one summary for all targets. It runs no doc-tests."""

from __future__ import annotations

import os
import re

from planweir.evidence.runners import cargo
from planweir.evidence.runners.base import Runner, combine, inside, options, plain, summed
from planweir.evidence.wrappers import program_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Summary, Words

_VALUED = tuple(
    """-p --package --exclude --bin --example --test --bench -F --features -j --build-jobs --test-threads --jobs --cargo-profile
    --profile -P --target --target-dir --manifest-path --cargo-message-format --color --config -Z -E --filterset --filter-expr
    --retries --flaky-result --max-fail --status-level --final-status-level --failure-output --success-output --partition
    --run-ignored --config-file --tool-config-file --archive-file --workspace-remap --message-format --no-tests --show-progress
    --platform-filter --binaries-metadata --cargo-metadata --stress-count --stress-duration""".split()
)
_NARROWING = frozenset(
    """-p --package --exclude --lib --bins --bin --examples --example --tests --test --benches --bench -E --filterset
    --filter-expr --partition --skip --exact --platform-filter --rerun""".split()
)


def recognise(words: Words, cwd: str | None) -> list[str | None] | None:
    """`cargo [+toolchain] nextest run …`: the words behind `nextest`; None of its other subcommands save `list`."""
    if not words or program_name(words[0], cwd) not in ("cargo", "cargo-nextest"):
        return None
    at = 1
    while at < len(words) and words[at] != "nextest":
        word = words[at]
        if word is None or not word.startswith(("-", "+")):
            return None
        at += 2 if word in ("--config", "-C", "--color", "-Z", "--manifest-path") else 1
    rest = list(words[at + 1 :])
    others = options(rest, _VALUED)[1]
    return rest if others[:1] and others[0] in ("run", "r", "list") else None


def lists(args: Words) -> bool:
    return options(args, _VALUED)[1][:1] == ["list"] or any(word in ("--no-run", "--help", "-h", "--version", "-V") for word in args)


def selection(args: Words, cwd: str) -> tuple[bool, list[str]]:
    words = list(args)
    at = words.index("--") if "--" in words else len(words)
    given, others = options(words[:at], _VALUED)
    told, own = options(words[at + 1 :], ("--skip",))
    places = [f"tests/{value}.rs" for option, value in given if option == "--test" and value]
    narrowed = bool(others[1:] or own) or any(option in _NARROWING for option, _value in (*given, *told))
    return narrowed or ("--run-ignored", "only") in given, places


_SUMMARY = r"(?m)^ *Summary \[ *\d[\d.]*s\] +(?:(\d{1,9})/)?(\d{1,9}) tests? run: (.+)$"
_PART = r"(\d{1,9}) (passed|failed|exec failed|timed out|skipped)\b"
_FLAKY = r"\((?:\d+ \w+, )*(\d{1,9}) flaky"
_FAILED = (
    r"(?m)^ *(?:TRY \d+ )?(?:FAIL|TIMEOUT|ABORT|XFAIL|SIG[A-Z0-9]+|TMT|LEAK-FAIL|FLKY-FL)(?: \+ LEAK)? \[ *>? *\d[\d.]*s\] "
    r"(?:\( *[\d─-]+(?:/ *\d+)?\) +)?(\S+) (\S+)$"
)
_BROKEN = r"(?m)^error: (?:could not compile|command `[^\n]*` (?:exited with|failed)|test run failed|.*creating test list failed)"


def read(output: str) -> Summary | None:
    text = plain(output)
    found: list[Summary] = []
    start = 0
    for line in re.finditer(_SUMMARY, text):
        counts = dict.fromkeys(("passed", "failed", "exec failed", "timed out", "skipped"), 0)
        for number, word in re.findall(_PART, line[3]):
            counts[word] += int(number)
        # What failed is named again behind the summary, up to the end.
        flaky = re.search(_FLAKY, line[3])
        tries = re.findall(_FAILED, text[start : line.start()])
        told = re.findall(_FAILED, text[line.end() :].split("\n────", 1)[0]) or tries
        found.append(
            summed(
                passed=counts["passed"],
                failed=counts["failed"] + counts["exec failed"] + counts["timed out"],
                skipped=counts["skipped"],
                rerun=int(flaky[1]) if flaky else 0,
                failing=[f"{binary}::::{test}" for binary, test in told],
                cut=line[1] is not None and line[1] != line[2],
            )
        )
        start = line.end()
    broken = re.search(_BROKEN, text) is not None
    if broken and not any(part["failed"] for part in found) and ("nextest" in text or "test run failed" in text or "--message-format" in text):
        found.append(summed(errors=1))
    return combine(found)


def locate(name: str, folder: str) -> str | None:
    """`ex::it` `breaks` -> `tests/it.rs::breaks`; `ex` `sums::tests::a` -> `src/sums.rs::sums::tests::a`."""
    binary, _colons, test = name.partition("::::")
    package, _colons, target = binary.partition("::")
    if not target:
        roots = ["src/lib.rs"]
    elif target.startswith("bin/"):
        roots = [f"src/{target}.rs", "src/main.rs"]
    elif target.startswith(("example/", "bench/")):
        kind, _slash, rest = target.partition("/")
        roots = [f"{'examples' if kind == 'example' else 'benches'}/{rest}.rs"]
    else:
        roots = [f"tests/{target}.rs", f"tests/{target}/main.rs"]
    for root in roots:
        for base in cargo.packages(folder, package, root):
            file = inside(os.path.join(base, cargo.module_file(os.path.join(folder, base), root, test)), folder)
            if file is not None:
                return f"{file}::{test}"
    return None


RUNNER = Runner("nextest", recognise, read, selection, lists, locate=locate)
