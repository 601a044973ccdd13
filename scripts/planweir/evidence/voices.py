"""Who else may write to the output in which a summary is looked for: a voice beside the runner's."""

from __future__ import annotations

import os
import re

from planweir.evidence.wrappers import unwrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from planweir.shell.scan import Program

# Programs that write nothing to their standard output that an agent could choose.
_SILENT = frozenset((
    "cd", "pushd", "popd", "export", "set", "unset", "true", "false", ":", "test", "[", "[[", "mkdir",
    "touch", "rm", "rmdir", "cp", "mv", "ln", "chmod", "sleep", "wait", "exit", "return", "umask",
    "ulimit", "shopt", "local", "declare", "typeset", "readonly", "kill", "sync", "pwd",
))  # fmt: skip
# Checkers and installers: what they print is in a form of their own, line by line. (words after the program;
# () = any)
_OWN_FORM: dict[str, tuple[str, ...]] = {
    "ruff": (),
    "mypy": (),
    "black": (),
    "isort": (),
    "flake8": (),
    "pyright": (),
    "pip": ("install",),
    "pip3": ("install",),
    "uv": ("sync", "pip", "lock", "venv"),
    "poetry": ("install", "lock"),
    "pipenv": ("install", "sync"),
    "npm": ("ci", "install"),
    "yarn": ("install",),
    "pnpm": ("install",),
    "bun": ("install",),
    "deno": ("install", "fmt", "lint", "check"),
    "playwright": ("install", "install-deps"),
    "tsc": (),
    "vue-tsc": (),
    "eslint": (),
    "prettier": (),
    "biome": (),
    "gofmt": (),
    "golangci-lint": (),
    "staticcheck": (),
    "go": ("vet", "build", "mod", "fmt"),
    "cargo": ("build", "check", "clippy", "fmt"),
    "git": ("status", "add"),
    "dotnet": ("restore", "build", "format"),
    "swift": ("build",),
    "mix": ("deps.get", "compile", "format", "credo"),
    "bundle": ("install", "check"),
    "rubocop": (),
    "composer": ("install", "validate", "dump-autoload"),
    "phpstan": (),
    "swiftlint": (),
    "coverage": ("report", "combine", "html", "xml", "json", "lcov", "erase"),
}
_SHELLS = frozenset(("bash", "sh", "dash", "zsh", "ksh"))
_DEFINERS = frozenset(("alias", "enable", "hash"))
# What may stand behind a runner in a pipe: it passes lines on whole, or leaves them out.
_PASS_ON = frozenset(("tail", "head", "cat", "tee"))
_GREP_OPTION = r"-[EFGPivxwasn]+|-[ABCm]\d*|-e|--colou?r(?:=\w+)?|--line-buffered"
_FILTERS = frozenset(("grep", "egrep", "fgrep", "rg"))


def may_complain(program: Program, masked: bool, substituted: bool) -> bool:
    """Whoever complains of a word prints it, and a word of several lines can hold a summary line of its own;
    so can one that is not known, which matters where nothing but the summary speaks for the run."""
    words = program.argv
    if any(word is not None and "\n" in word for word in words):
        return True
    # GNU time prints whatever format it is given.
    timed = any(word is not None and os.path.basename(word) == "time" for word in words)
    if timed and any(word is not None and word.startswith(("-f", "--f")) for word in words):
        return True
    if None in words and masked:
        return substituted or program.name not in ("exit", "return")  # `exit $?`, `exit ${PIPESTATUS[0]}`
    return False


def goes_elsewhere(target: str | None) -> bool:
    return target is not None and not target.startswith(
        ("&", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/")
    )


def heard(programs: Sequence[Program], place: int, runs: Sequence[Program]) -> bool:
    """Whether this program may write to the command's output something of the agent's choosing."""
    program = programs[place]
    name, words = program.name, list(program.words)
    if program.nested or (
        goes_elsewhere(program.stdout_to) and not str(program.stdout_to).startswith("/proc/")
    ):
        return False
    if program.piped and place + 1 < len(programs) and programs[place + 1] in runs:
        return False  # it feeds the runner
    if not words or _prints_nothing(program) or activates(program) or runs_inline(program) or _builds_with_cmake(program):
        return False
    for form in ([name, *words[1:]], unwrap(words)):
        own = _OWN_FORM.get(form[0] or "") if form else None
        if own is not None and (not own or (len(form) > 1 and form[1] in own)):
            return False
    # Behind a runner in a pipe, directly or through others of its kind.
    at = place
    while at > 0 and programs[at - 1].piped:
        at -= 1
        if programs[at] in runs:
            return not _passes_on(program)
    return True


def _builds_with_cmake(program: Program) -> bool:
    """cmake, and make or ninja in a folder that it made: not as a script (`-P`), nor with `-E echo`."""
    if program.name == "cmake":
        return not {"-E", "-P"} & {word for word in program.words if word}
    if program.name not in ("make", "ninja") or program.cwd is None:
        return False
    words = list(program.words[1:])
    folder = next((after for word, after in zip(words, words[1:], strict=False) if word == "-C" and after), "")
    return os.path.isfile(os.path.join(program.cwd, folder, "CMakeCache.txt"))


def activates(program: Program) -> bool:
    """`source .venv/bin/activate`."""
    words = program.words
    return program.name in ("source", ".") and len(words) == 2 and (words[1] or "").endswith("bin/activate")


def runs_inline(program: Program) -> bool:
    """A shell that was given its commands on the line (`bash -lc '…'`): they are listed as programs of their
    own."""
    # Not with -x or -v, by which a shell prints what it reads.
    options = [word or "" for word in program.words[1:-1]]
    return (
        program.kind == "shell"
        and program.name in _SHELLS
        and all(re.fullmatch(r"-[lieuc]+|-o|pipefail", word) for word in options)
        and any("c" in word for word in options)
    )


def _prints_nothing(program: Program) -> bool:
    """A program of _SILENT in a form in which it really is."""
    given = program.words[1:]
    if program.name == "set":
        return all(
            re.fullmatch(r"[-+][eufCo]+|--|pipefail|errexit|nounset|noglob", word or "") for word in given
        ) and bool(given)
    if program.name in ("export", "declare", "typeset", "readonly", "local"):
        return bool(given) and not any(re.match(r"-\w*[pfF]", word or "-p") for word in given)
    return program.name in _SILENT and "\n" not in (program.cwd or "")


def _passes_on(program: Program) -> bool:
    options = [word or "--" for word in program.words[1:] if word is None or word.startswith("-")]
    others = [word for word in program.words[1:] if word is None or not re.fullmatch(r"[-+]?\d+|-.*", word)]
    if program.name in _FILTERS:
        # Other options (-o, -r, --replace) cut a line down to its passing half or read files; so do more
        # words than the patterns.
        return all(re.fullmatch(_GREP_OPTION, word) for word in options) and len(others) <= max(
            1, options.count("-e")
        )
    if program.name == "tee":
        return True
    if program.name in _PASS_ON:
        # By lines, not by bytes, and no file beside the pipe.
        return not others and all(
            re.fullmatch(r"-n?[-+]?\d*|--lines=[-+]?\d+|-[fuq]", word) for word in options
        )
    return False
