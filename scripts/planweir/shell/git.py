"""git: which subcommands only read, and what the others change.

detail of a git program: "" (reads), "record" (index, commits, what others see), "undo" (takes back what lies in the
work tree), "history" (moves branches and refs), "settings" (configuration, remotes, hooks).
"""


from __future__ import annotations

from planweir.shell.call import Call
from planweir.shell.lazy import pattern
from planweir.shell.marks import PIECE, known
from planweir.shell.programs import by_row, options
from planweir.shell.state import toplevel
from planweir.shell.table import row_of

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
            "merge-file",
            "unpack-file",
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
    **dict.fromkeys(["mailinfo", "mailsplit", "fast-export", "credential-store"], ""),
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
# Options with which a subcommand has a shell run what stands behind them.
_COMMANDS: dict[str, frozenset[str]] = {
    "rebase": frozenset(("-x", "--exec")),
    "grep": frozenset(("-O", "--open-files-in-pager")),
    "difftool": frozenset(("-x", "--extcmd")),
    "clone": frozenset(("-u", "--upload-pack")),
    "fetch": frozenset(("--upload-pack",)),
    "pull": frozenset(("--upload-pack",)),
    "ls-remote": frozenset(("--upload-pack", "--exec")),
    "push": frozenset(("--receive-pack", "--exec")),
    "archive": frozenset(("--exec",)),
    "fetch-pack": frozenset(("--upload-pack", "--exec")),
    "filter-branch": frozenset(
        "--tree-filter --index-filter --msg-filter --env-filter --commit-filter --parent-filter --setup".split()
    ),
}
# Options of a subcommand that take a value.
_TAKES: dict[str, str] = {
    "checkout": "-b -B --orphan --conflict --pathspec-from-file",
    "switch": "-c -C --create --force-create --orphan",
    "restore": "-s --source --pathspec-from-file",
    "commit": "-m -F -C -c -t --author --date --message --file",
    "clean": "-e --exclude",
    "apply": "-p -C --directory --exclude --include",
    "am": "-p -C --directory --exclude --include",
    "config": "-f --file --blob --type --default --get-color",
    "worktree": "-b -B --reason",
    "clone": "-b -o -u -c --branch --origin --depth --config --template --reference --separate-git-dir -j",
    "archive": "-o --output --format --prefix --remote",
    "format-patch": "-o --output-directory -v --start-number",
    "rebase": "--onto -s -X --strategy",
    "stash": "-m --message",
    "grep": "-e -f -A -B -C -m",
    "checkout-index": "--prefix --stage",
    "submodule": "-b --name --reference --depth",
}
# What these change in the work tree is anything, with one of these options (none: always).
_WHOLE_TREE: dict[str, frozenset[str]] = {
    "reset": frozenset(("--hard", "--merge", "--keep")),
    "read-tree": frozenset(("-u", "-m", "--reset")),
    **dict.fromkeys(
        "switch stash revert am rebase merge cherry-pick pull bisect submodule sparse-checkout rerere filter-branch".split(),
        frozenset[str](),
    ),
}
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
    args = call.args
    i, root, code = _before(call)
    if i >= len(args):
        call.kind = "reads"
        return
    sub, rest = args[i], args[i + 1 :]
    if any(one.startswith("ext::") for one in rest) or (sub == "grep" and any(_PAGES.match(one) for one in rest)):
        code.append("!" + " ".join(rest))
    takes = set(_TAKES.get(sub, "").split()) | _COMMANDS.get(sub, frozenset()) | {"--output"}
    found, operands = options(rest, frozenset(takes))
    names = {name for name, _ in found}
    call.detail = _effect(sub, names, operands)
    texts = [value for name, value in found if name in _COMMANDS.get(sub, ()) and value]
    code += [one for one in rest if one.startswith("ext::")]  # a remote that is a command
    if sub == "submodule" and operands[:1] == ["foreach"]:
        texts.append(" ".join(operands[1:]))
    elif sub == "bisect" and operands[:1] == ["run"]:
        call.runs.append(rest[rest.index("run") + 1 :])
    call.runs += [["\0text", one] for one in texts if known(one)]
    unknown = sub not in EFFECTS and sub not in MIXED and sub not in _WRITERS
    call.detail = "alias" if unknown else call.detail
    if code or texts or call.runs:
        call.runs_code("\n".join(code + texts))
    elif unknown:
        call.kind = "unknown"
        return
    else:
        call.kind = "writes" if call.detail else "reads"
    if sub == "fetch" and not any(":" in one or one.startswith("+") for one in rest):
        if not names & {"--upload-pack", "-u", "--update-head-ok"}:
            call.kind, call.detail = "network", ""
            return
    if names & {"-h", "--help"}:
        call.kind, call.detail = "reads", ""
        return
    _targets(call, sub, rest, names, found, operands, root)


def _before(call: Call) -> tuple[int, str | None, list[str]]:
    """git's own options: how many words they are, the work tree that they name, and code that they have run."""
    args = call.args
    i, root = 0, None
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
            call.state.enter(value) if known(value) else call.state.move(None)
        elif name == "--work-tree":
            root = value
        elif name in ("-c", "--config-env"):
            key, _, setting = value.partition("=")
            key = key.lower()
            if name == "-c" and setting.lower() in _NO_CODE:
                pass
            elif key.startswith(_RUNS_CODE) or key.endswith((".textconv", ".command", ".cmd", ".driver", ".clean")):
                code.append(value)
                if name == "-c" and known(value) and "path" not in key:
                    call.runs.append(["\0text", _text(value)])
        i += 1
    return i, root, code


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
    call: Call,
    sub: str,
    rest: list[str],
    names: set[str],
    found: list[tuple[str, str]],
    operands: list[str],
    root: str | None,
) -> None:
    """The paths that a subcommand changes."""
    outputs = [value for name, value in found if name in ("--output", "-o", "--output-directory") and value]
    top = root or toplevel(call.state.cwd) or "."
    row = row_of("git-" + sub)
    if row.kind != "unknown":
        call.kind, call.targets, _ = by_row("git-" + sub, row, rest, call.state, True)
    elif sub in ("diff", "log", "show", "archive", "diff-tree", "range-diff", "whatchanged", "shortlog"):
        call.targets += [("write", one) for one in outputs]
        if call.kind != "runs":
            call.kind = "writes" if outputs else "reads"
    elif sub == "format-patch":
        if "--stdout" in names:
            call.kind = "reads"
        else:
            call.kind = "writes"
            call.targets += [("write", (outputs[0] if outputs else ".").rstrip("/") + "/" + PIECE)]
    elif sub == "bundle" and operands[:1] == ["create"]:
        call.kind = "writes"
        call.targets += [("write", operands[1])] if len(operands) > 1 else []
    elif sub in _WRITERS:
        call.runs_code(None)
    elif sub in ("init", "clone"):
        last = operands[-1:] if sub == "init" else operands[1:2]
        call.targets += [("spread", last[0] if last else ".")]
    elif sub in ("rm", "mv"):
        if "--cached" not in names and call.detail:
            call.targets += [("tree", one) for one in operands]
    elif sub in ("checkout", "restore", "checkout-index"):
        _taken_back(call, sub, rest, names, found, operands, top)
    elif sub == "clean":
        if call.detail:
            call.targets += [("tree" if names & {"-x", "-X"} else "spread", one) for one in operands or ["."]]
    elif sub in ("apply", "am"):
        _applied(call, sub, names, found, operands, top)
    elif sub == "worktree" and call.detail and operands[:1] in (["add"], ["remove"], ["move"]):
        call.targets += [("spread" if operands[0] == "add" else "tree", one) for one in operands[1:2]]
        call.targets += [("spread", operands[2])] if operands[0] == "move" and len(operands) > 2 else []
    elif sub == "config" and call.detail:  # git's own files of settings are the guard's matter
        call.targets += [("write", value) for name, value in found if name in ("-f", "--file")]
    elif sub in _WHOLE_TREE and call.detail and (not _WHOLE_TREE[sub] or names & _WHOLE_TREE[sub]):
        call.targets += [("spread", top)]


def _taken_back(
    call: Call, sub: str, rest: list[str], names: set[str], found: list[tuple[str, str]], operands: list[str], top: str
) -> None:
    """checkout, restore: files as they were, or another branch."""
    if sub == "restore" and names & {"-S", "--staged"} and not names & {"-W", "--worktree"}:
        return
    if sub == "checkout-index":
        prefix = next((value for name, value in found if name == "--prefix"), "")
        call.targets += [("write", prefix + one) for one in operands]
        call.targets += [("spread", prefix or top)] if names & {"-a", "--all"} else []
        return
    if "--" in rest:
        paths = rest[rest.index("--") + 1 :]
    else:  # a branch, or a file
        paths = [one for one in operands if not _COMMIT.match(one) and ("." in one or call.exists(one))]
    if top != toplevel(call.state.cwd):  # --work-tree
        paths += [top + "/" + one for one in paths]
    call.targets += [("tree" if call.is_folder(one) else "write", one) for one in paths if not one.startswith(":")]
    call.targets += [("spread", top)]


_COMMIT = pattern(r"(?:HEAD|ORIG_HEAD|FETCH_HEAD|@)(?:[~^@].*)?\Z|[0-9a-f]{7,40}\Z|stash@|.*[~^]\d*\Z")


def _applied(
    call: Call, sub: str, names: set[str], found: list[tuple[str, str]], operands: list[str], top: str
) -> None:
    """apply, am: the files that a patch names."""
    if not call.detail or (names & {"--cached"} and sub == "apply"):
        return
    from planweir.shell.archives import patch_targets

    given = dict(found)
    files = [one for one in operands if one != "-"]
    texts = [call.content(one) for one in files] if files else [call.stdin]
    folder = top + "/" + given["--directory"] if given.get("--directory") else top
    for text in texts if not names & {"--continue", "--skip", "--abort", "--quit"} else [None]:
        call.targets += patch_targets(text, given.get("-p", "1"), folder)


HANDLERS: dict[str, Callable[[Call], None]] = {"git": git}
