"""Options and variables that put a program of anybody's in the place of a test runner, or of the reporter that sums up.

Settings that projects use honestly (a configuration, a setup file, a loader) are not among them.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from planweir.evidence.runners.base import Words

# option -> the values that are well; the value is what stands behind `=`, else the next word.
_KNOWN = r"[@\w-]+(?:/[\w-]+)*"  # a package by its name, or a reporter that the runner brings
_SOME = f"{_KNOWN}(?:,{_KNOWN})*"
_FITS: dict[str, str] = {
    "--runner": r"jest-runner|jest-light-runner|groups|vitest",
    "--testRunner": r"jest-circus(?:/runner)?|jest-jasmine2",
    "--testResultsProcessor": r"jest-[\w-]+",
    "--reporter": _SOME,
    "--reporters": _SOME,
    "-R": _KNOWN,
    "--test-reporter": _KNOWN,
    "--script-shell": r"/bin/(?:ba|da|z)?sh|(?:ba|da|z)?sh",
    "-exec": r"",
    "-toolexec": r"",
    "-vettool": r"",
}
_SAME = {"--scriptShell": "--script-shell", "--test-runner": "--testRunner", "--exec": "-exec", "--toolexec": "-toolexec"}
# The same for options that mean this to one runner alone.
_OF_RUNNER: dict[str, dict[str, str]] = {
    "tap": {
        **dict.fromkeys(("-e", "--exec"), r"(?:perl|node|python3?|ruby|php|bash|sh)(?: -[\w]+)*"),
        **dict.fromkeys(("--source", "--harness", "-P", "--perl"), r""),
        **dict.fromkeys(("-F", "--formatter"), r"TAP::Formatter::\w+|tap(?:13)?|pretty|junit"),
    },
    "tox": dict.fromkeys(("-x", "--override"), r""),
    "gotestsum": {"--post-run-command": r""},
    "gradle": dict.fromkeys(("-I", "--init-script", "-b", "--build-file", "-c", "--settings-file"), r""),
    "phpunit": {"--printer": r""},
}
_PLUGIN = r"no:[\w.]+|xdist|randomly|cov|anyio|asyncio|pytester|pytest_\w+"
_FETCHERS = ("npx", "bunx", "npm", "pnpm", "yarn")
_VARIABLES = (
    r"(?i:npm_config_script_shell|PYTEST_PLUGINS|CARGO_TARGET_\w+_RUNNER|RUSTC_WRAPPER|TOX_OVERRIDE|TOX_CONFIG_FILE|PERL5OPT|"
    r"HARNESS_PERL\w*|HARNESS_SUBCLASS|BUN_OPTIONS|PW_TEST_REPORTER)="
)


def steered(words: Words, args: Words, runner: str, assigned: Iterable[str]) -> bool:
    """Whether a run is steered so; `words` are its own with all launchers, `args` those that its runner gets."""
    if any(re.match(_VARIABLES, word) for word in assigned):
        return True
    for option, value in _options(words):
        name = _SAME.get(option, option)
        if name in _FITS and not (runner == "ctest" and name == "-R") and re.fullmatch(_FITS[name], value) is None:
            return True
        own = _OF_RUNNER.get(runner, {})
        if option in own and re.fullmatch(own[option], value) is None:
            return True
        if runner in ("cargo", "nextest") and name == "--config" and re.search(r"runner|rustc", value):
            return True
    if runner in ("cargo", "nextest") and any(word and re.match(r"\+[./~]", word) for word in words):
        return True
    if runner == "pytest" and any(option == "-p" and re.fullmatch(_PLUGIN, value) is None for option, value in _options(args)):
        return True
    launcher = words[: len(words) - len(args)]
    return bool(launcher and launcher[0] in _FETCHERS) and any(
        option in ("-p", "--package") and re.match(r"[./~]|file:", value) for option, value in _options(launcher)
    )


def _options(words: Words) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for at, word in enumerate(words):
        if word is None or not word.startswith("-") or word in ("-", "--"):
            continue
        option, equals, value = word.partition("=")
        following = words[at + 1] if at + 1 < len(words) else ""
        found.append((option, value if equals else following or ""))
        if len(word) > 2 and word[1] in "xP":
            found.append((word[:2], word[2:]))
        if not equals and len(word) > 2 and word[1] in "pR" and word[1] != "-":
            found.append((word[:2], word[2:]))
    return found
