"""git: which subcommands only read, and what the others change.

detail of a git program: "" (reads), "record" (index, commits, what others see), "undo" (takes back what lies in the
work tree), "history" (moves branches and refs), "settings" (configuration, remotes, hooks).
"""


from __future__ import annotations

from planweir.shell.call import Call
from planweir.shell.lazy import pattern
from planweir.shell.marks import known
from planweir.shell.printed import toplevel
from planweir.shell.programs import options
from planweir.shell.state import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


_READS = """status log diff show blame annotate ls-files ls-tree ls-remote rev-parse rev-list cat-file
describe shortlog grep
name-rev merge-base diff-tree diff-index diff-files for-each-ref show-ref var version help count-objects
check-ignore
check-attr check-mailmap check-ref-format whatchanged cherry range-diff fsck show-branch verify-commit
verify-tag
verify-pack merge-tree patch-id stripspace fmt-merge-msg column show-index get-tar-commit-id diff-pairs
request-pull last-modified repo rev-list cat-file
--version
--help --exec-path --html-path"""

# subcommand -> what it changes
EFFECTS: dict[str, str] = {
    **dict.fromkeys(_READS.split(), ""),
    **dict.fromkeys(
        """add stage commit push update-index commit-tree send-email mktree mktag write-tree send-pack http-push
        imap-send""".split(),
        "record",
    ),
    **dict.fromkeys(
        [
            "reset",
            "clean",
            "checkout",
            "restore",
            "switch",
            "rm",
            "mv",
            "revert",
            "read-tree",
            "checkout-index",
            "am",
            "merge-index",
            "merge-one-file",
            "subtree",
        ],
        "undo",
    ),
    **dict.fromkeys(
        """rebase merge cherry-pick pull fetch update-ref filter-branch filter-repo gc prune repack replace
        bisect
        pack-refs fast-import unpack-objects symbolic-ref backfill replay history fetch-pack index-pack pack-objects
        prune-packed multi-pack-index quiltimport p4 cvsimport archimport update-server-info""".split(),
        "history",
    ),
    **dict.fromkeys(["hook", "credential", "init", "clone", "fsmonitor--daemon", "scalar"], "settings"),
}

# subcommand -> (what it changes, words or options with which it only reads, whether it reads with no
# operands)
MIXED: dict[str, tuple[str, frozenset[str], bool]] = {
    "stash": ("undo", frozenset(("list", "show")), False),
    "branch": (
        "history",
        frozenset("--list -l --show-current -a --all -r --remotes --contains --no-contains --merged".split()),
        True,
    ),
    "tag": ("history", frozenset("-l --list -n --contains --merged --points-at -v --verify".split()), True),
    "remote": ("settings", frozenset(("show", "get-url")), True),
    "config": (
        "settings",
        frozenset("--get --get-all --get-regexp --get-urlmatch --list -l get list --show-origin".split()),
        False,
    ),
    "worktree": ("history", frozenset(("list",)), False),
    "sparse-checkout": ("history", frozenset(("list", "check-rules")), False),
    "rerere": ("history", frozenset(("status", "diff", "remaining")), False),
    "maintenance": ("history", frozenset(("is-needed",)), False),
    "refs": ("history", frozenset(("list", "exists", "verify")), False),
    "commit-graph": ("history", frozenset(("verify",)), False),
    "lfs": ("settings", frozenset("ls-files status env version locks logs".split()), True),
    "svn": ("history", frozenset("log info find-rev show-ignore blame".split()), False),
    "submodule": ("undo", frozenset(("status", "summary")), True),
    "notes": ("history", frozenset(("show", "list")), True),
    "reflog": ("history", frozenset(("show", "exists", "list")), True),
    "apply": ("undo", frozenset("--check --stat --numstat --summary".split()), False),
    "hash-object": ("", frozenset(), True),
    "interpret-trailers": ("", frozenset(), True),
    "bundle": ("", frozenset(("verify", "list-heads")), False),
}
# Options of a reading mode that do not keep it from changing something.
_CHANGES = frozenset(
    """-d -D -m -M -c -C -f -u --delete --move --copy --force --set-upstream-to --unset-upstream
    --edit-description
    --unset --unset-all --add --replace-all --rename-section --remove-section --edit -e expire
    delete""".split()
)
_VALUES = frozenset("-C -c --git-dir --work-tree --namespace --exec-path --super-prefix --config-env".split())
_RUNS_CODE = (
    "alias.",
    "core.pager",
    "core.editor",
    "core.fsmonitor",
    "core.sshcommand",
    "core.hookspath",
    "core.askpass",
    "diff.external",
    "sequence.editor",
    "pager.",
    "filter.",
    "credential.",
    "gpg.",
    "include",
    "man.",
    "browser.",
)
# Values of those that run nothing but what is there anyway: `-c core.pager=cat`, `-c core.fsmonitor=false`.
_NO_CODE = frozenset(("", "cat", "less", "more", "true", "false", "0", "1", "no", "off", "/dev/null"))


def git(call: Call) -> None:
    """Judges one git command."""
    i = 0
    args = call.args
    code: list[str] = []
    while i < len(args) and args[i].startswith("-"):
        name, _, value = args[i].partition("=")
        if name in ("--version", "--help", "--exec-path", "--html-path") and not value:
            break
        if name in _VALUES and not value and i + 1 < len(args):
            i += 1
            value = args[i]
        if name == "-C":
            call.state = call.state.copy()
            call.state.move(place(call.state.cwd, value) if known(value) else None, True)
        elif name == "-c":
            key, _, setting = value.partition("=")
            key = key.lower()
            if setting.lower() in _NO_CODE:
                pass
            elif key.startswith(_RUNS_CODE) or key.endswith(
                (".textconv", ".command", ".cmd", ".driver", ".clean")
            ):
                code.append(value)
        i += 1
    if i >= len(args):
        call.kind = "reads"
        return
    sub, rest = args[i], args[i + 1 :]
    if any(one.startswith("ext::") for one in rest) or (sub == "grep" and any(_PAGES.match(one) for one in rest)):
        code.append("!" + " ".join(rest))
    found, operands = options(
        rest, frozenset(("-o", "--output", "--source", "-s")) if sub != "log" else frozenset()
    )
    names = {name for name, _ in found}
    call.detail = _effect(sub, names, operands)
    if code or (sub not in EFFECTS and sub not in MIXED and sub not in _WRITERS):
        call.runs_code("\n".join(code))
        unknown = sub not in EFFECTS and sub not in MIXED and sub not in _WRITERS
        call.detail = "alias" if unknown else call.detail
        call.runs += [["\0text", text] for text in map(_text, code) if known(text)]
        if not code and call.detail == "alias":
            call.kind = "unknown"
        return
    call.kind = "writes" if call.detail else "reads"
    if sub == "fetch" and not any(":" in one or one.startswith("+") for one in rest):
        if not names & {"--upload-pack", "-u", "--update-head-ok"}:
            call.kind, call.detail = "network", ""
            return
    if names & {"-h", "--help"}:
        call.kind, call.detail = "reads", ""
        return
    _targets(call, sub, names, found, operands)


_PAGES = pattern(r"-\w*O|--open-files-in-pager")  # git grep: the program that opens what is found


def _text(setting: str) -> str:
    """What a setting that runs code would have a shell run."""
    key, _, value = setting.partition("=")
    if key.lower().startswith("alias.") and not value.startswith("!"):
        return "git " + value
    return value.removeprefix("!")


def _effect(sub: str, names: set[str], operands: list[str]) -> str:
    if sub in EFFECTS:
        if sub == "symbolic-ref" and len(operands) < 2 and not names & _CHANGES:
            return ""
        if sub == "bisect" and operands[:1] == ["log"]:
            return ""
        if sub in ("add", "clean", "rm", "push", "fetch", "commit") and names & {"--dry-run"}:
            return ""
        if sub in ("clean", "add", "rm") and "-n" in names:
            return ""
        return EFFECTS[sub]
    if sub not in MIXED:
        return ""
    effect, reading, bare = MIXED[sub]
    if operands[:1] and operands[0] in reading:
        return ""
    if names & _CHANGES or (operands and operands[0] in _CHANGES):
        return effect
    if names & reading:
        return ""
    if bare and not operands:
        return ""
    if sub == "config" and len(operands) == 1:
        return ""
    return effect


_WRITERS = (
    "format-patch",
    "archive",
    "difftool",
    "mergetool",
    "diagnose",
    "bugreport",
    "daemon",
    "gui",
    "citool",
)


def _targets(
    call: Call, sub: str, names: set[str], found: list[tuple[str, str]], operands: list[str]
) -> None:
    """The paths that a subcommand changes."""
    outputs = [value for name, value in found if name in ("--output", "-o", "--output-directory") and value]
    if sub in ("diff", "log", "show", "archive", "diff-tree", "range-diff", "whatchanged", "shortlog"):
        call.targets += [("write", one) for one in outputs]
        call.kind = "writes" if outputs else "reads"
    elif sub == "format-patch":
        if "--stdout" in names:
            call.kind = "reads"
        else:
            call.kind = "writes"
            call.targets += [("spread", outputs[0] if outputs else ".")]
    elif sub == "bundle" and operands[:1] == ["create"]:
        call.kind = "writes"
        call.targets += [("write", operands[1])] if len(operands) > 1 else []
    elif sub in _WRITERS:
        call.runs_code(None)
    elif sub in ("init", "clone"):
        last = operands[-1:] if sub == "init" else operands[1:2]
        call.targets += [("spread", last[0] if last else ".")]
    elif sub in ("rm", "mv"):
        call.targets += [("tree", one) for one in operands]
    elif sub in ("checkout", "restore", "checkout-index"):
        call.targets += [("write", one) for one in operands]
        call.targets += [("spread", toplevel(call.state.cwd) or ".")]
    elif sub == "clean":
        if call.detail:
            call.targets += [("tree" if names & {"-x", "-X"} else "spread", one) for one in operands or ["."]]
    elif call.detail == "undo" or (
        call.detail == "history" and sub in ("rebase", "merge", "pull", "cherry-pick")
    ):
        call.targets += [("spread", toplevel(call.state.cwd) or ".")]


HANDLERS: dict[str, Callable[[Call], None]] = {"git": git}
