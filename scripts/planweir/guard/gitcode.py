"""Git configuration that would have git run code: set for good, for one call, or by the environment; and programs that install
hooks. Asked only where a line names git's settings or such a program."""

from __future__ import annotations

import re

from planweir.guard.case import elsewhere
from planweir.guard.edits import OF_GIT_NEXT as NEXT
from planweir.guard.launchers import bare
from planweir.guard.paths import below, canonical, guarded_hit, scratch
from planweir.guard.rules import deny
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision
    from planweir.shell.scan import Program

_KEYS = pattern(
    r"(?i:core\.(?:editor|pager|hookspath|fsmonitor|sshcommand|gitproxy|askpass|attributesfile|alternaterefscommand)|alias\..+|hook\..+|sequence\.editor|pager\..+"
    r"|filter\..+\.(?:clean|smudge|process)|diff\.(?:external|.+\.(?:command|textconv))|merge\..+\.driver|include\.path|includeif\..+\.path"
    r"|init\.templatedir|credential\.(?:.+\.)?helper|gpg\.(?:.+\.)?program|uploadpack\.packobjectshook|interactive\.difffilter"
    r"|trailer\..+\.(?:command|cmd)|(?:merge|diff)tool\..+\.cmd|remote\..+\.(?:vcs|uploadpack|receivepack)|submodule\..+\.update)\Z"
)
# Editors and pagers as people set them: the program alone, with options.
_SHOWS = pattern(r"(?:true|false|:|cat|less|more|most|delta|bat|vi|vim|nvim|nano|emacs|emacsclient|code|subl|micro|hx)(?: -[\w-]+)*\Z")
_RISKY = pattern(r"\b(?:ba|da|z)?sh\s+-c\b|[;&|`]|\$\(|\brm\s")  # of those that are set for one call
_SWITCH = frozenset(("", "true", "false", "yes", "no", "on", "off", "0", "1"))
_BUILT_IN_HELPERS = frozenset(("", "store", "cache", "osxkeychain", "manager", "manager-core", "wincred", "libsecret"))
_ENVIRONMENT = pattern(r"(GIT_CONFIG(?:_GLOBAL|_SYSTEM|_PARAMETERS|_KEY_\d+)?)=(.*)\Z", re.S)
_OWN_OPTIONS = frozenset("-C -c --git-dir --work-tree --namespace --exec-path --super-prefix --config-env".split())
_OTHER_FILE = ("-f", "--file", "--blob")
_VALUED = frozenset(("-f", "--file", "--blob", "--type", "--default", "--comment", "--value", "--url"))
_VERBS = frozenset(("set", "add"))
_READING = frozenset(
    "--get --get-all --get-regexp --get-urlmatch --get-color --get-colorbool --list -l get list unset "
    "--unset --unset-all --remove-section".split()
)
# program -> the first words after it with which it puts hooks into the repository; "" : with none
_INSTALLERS: dict[str, tuple[str, ...]] = {
    "pre-commit": ("install", "uninstall", "init-templatedir"),
    "husky": ("", "init", "install", "add", "set", "uninstall"),
    "lefthook": ("install", "uninstall", "add"),
    "overcommit": ("--install", "--uninstall", "-i", "-u"),
    "simple-git-hooks": ("",),
    "git-lfs": ("install", "uninstall"),
}


def runs_code(key: str | None, value: str | None, once: bool = False) -> bool:
    """Whether a setting of git's has it run what the value names. What is not known may. once: for one call, not for good."""
    if key is None or not _KEYS.match(key.strip()):
        return False
    if value is None:
        return True
    name, value = key.strip().lower(), value.strip()
    if not value:
        return False
    if name.startswith("alias."):
        return value.startswith("!")
    if name.endswith(("editor", "core.pager")) or name.startswith("pager."):
        if once:  # a pager is judged by what it would run
            return name.endswith("editor") and _RISKY.search(value) is not None
        return not _SHOWS.match(value)
    if name == "core.fsmonitor":
        return value.lower() not in _SWITCH
    if name == "core.hookspath":
        return value != "/dev/null"
    if name == "core.sshcommand":
        return re.match(r"(?:/usr/bin/)?ssh(?:\s|\Z)", value) is None or re.search(r"(?i)command|[;&|`$]", value[3:]) is not None
    if name.startswith("credential."):
        return value not in _BUILT_IN_HELPERS
    if name.startswith("submodule."):
        return value.startswith("!")
    return True


def git_code(case: Case) -> Decision | None:
    """The denial of a line that would have git run code, for every agent. A repository of its own in a scratch folder is free."""
    gits = [one for one in case.scan.programs if one.name == "git"]
    for program in case.scan.programs:
        words = bare(program.words, program.cwd)
        if words[:1] == ["git"] and words[1:2] == ["lfs"]:
            words = ["git-lfs", *words[2:]]
        first = next((one for one in words[1:] if not one.startswith("-") or one in ("--install", "--uninstall", "-i", "-u")), "")
        if words and first in _INSTALLERS.get(words[0], ()) and not elsewhere(program, case) and not {"-h", "--help"} & set(words):
            return deny("guarded-paths", f"`{' '.join(words[:3])}` would change which hooks git runs here", NEXT)
        if words[:2] == ["git", "init"] and _templated(words, program, case):
            return deny("guarded-paths", "`git init --template` would put hooks and settings into the repository", NEXT)
        if program.name == "git" and _edits_settings(words, program, case):
            return deny("guarded-paths", "`git config --edit` would have an editor write git's settings", NEXT)
        if program.name == "git" and (key := _set(program, case)):
            return deny("guarded-paths", f"{key} names code that git would run", NEXT)
    if gits and not all(elsewhere(one, case) for one in gits):
        key = _by_environment(case)
        if key:
            return deny("guarded-paths", f"{key} would give git settings that it runs code by", NEXT)
    return None


def _set(program: Program, case: Case) -> str | None:
    """The key that a call of git sets to code, for itself (-c) or for good (config)."""
    words = program.words[1:]
    apart = elsewhere(program, case)
    at = 0
    while at < len(words) and (word := words[at]) and word.startswith("-"):
        name, equals, value = word.partition("=")
        if name == "-c" or name == "--config-env":
            given = value if equals and name != "-c" else words[at + 1] if at + 1 < len(words) else None
            key, _, setting = (given or "").partition("=")
            if given is not None and runs_code(key, None if name == "--config-env" else setting, True) and not apart:
                return key
        at += 2 if name in _OWN_OPTIONS and not equals else 1
    if at >= len(words) or words[at] != "config":
        return None
    rest = words[at + 1 :]
    if any(one in _READING for one in rest[:3]):
        return None
    operands: list[str | None] = []
    file: str | None = ""
    skip = False
    for at, one in enumerate(rest):
        if skip:
            skip = False
        elif one is not None and one.startswith("-"):
            skip = one in _VALUED
            if one.partition("=")[0] in _OTHER_FILE:
                file = one.partition("=")[2] or (rest[at + 1] if skip and at + 1 < len(rest) else None)
        else:
            operands.append(one)
    if operands[:1] and operands[0] in _VERBS:
        operands = operands[1:]
    if len(operands) < 2:
        return None
    if file:
        path = canonical(file, program.cwd or case.cwd)
        return file if guarded_hit(path, "write", case.guarded) else None
    own_home = any(
        one.startswith(("HOME=", "GIT_CONFIG_GLOBAL=")) and scratch(canonical(one.partition("=")[2]) + "/x")
        for one in program.assignments
    )
    if (apart and not {"--global", "--system"} & set(rest)) or (own_home and "--global" in rest):
        return None
    return operands[0] if runs_code(operands[0], operands[1]) else None


def _edits_settings(words: list[str], program: Program, case: Case) -> bool:
    """Whether `git config --edit` would open git's own settings."""
    if words[1:2] != ["config"] or not {"-e", "--edit", "edit"} & set(words[2:5]) or elsewhere(program, case):
        return False
    return not any(one.partition("=")[0] in _OTHER_FILE for one in words)


def _templated(words: list[str], program: Program, case: Case) -> bool:
    """Whether `git init` would copy a template of one's own into this repository."""
    if not any(one.startswith("--template") and one != "--template=" for one in words) or elsewhere(program, case):
        return False
    last = words[-1]
    return last == "init" or last.startswith("-") or below(canonical(last, program.cwd or case.cwd), case.project)


def _by_environment(case: Case) -> str | None:
    """The variable by which git would read settings that may name code."""
    given = [one for program in case.scan.programs for one in (*program.argv, *program.assignments) if one]
    given += re.findall(r"\bGIT_CONFIG\w*=(?:'[^']*'|\"[^\"]*\"|[^\s;&|]*)", case.source)
    values: dict[str, str] = {}
    for one in given:
        found = _ENVIRONMENT.match(one)
        if found:
            values.setdefault(found[1], found[2].strip("\"'"))
    for name, value in values.items():
        if name.startswith("GIT_CONFIG_KEY_"):
            setting = next((one.partition("=")[2] for one in given if one.startswith(name.replace("KEY", "VALUE") + "=")), None)
            if runs_code(value, None if setting is None else setting.strip("\"'")):
                return name
        elif name == "GIT_CONFIG_PARAMETERS":
            if any(runs_code(*_pair(one)) for one in re.findall(r"[\w.-]+(?:=[^'\"]*)?", value)):
                return name
        elif value not in ("", "/dev/null"):
            return name
    return None


def _pair(words: str) -> tuple[str, str]:
    key, _, value = words.partition("=")
    return key, value
