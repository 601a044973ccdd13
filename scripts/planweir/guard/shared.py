"""Tools beside git that reach what all agents share: they commit, switch, put the work of others aside, publish."""

from __future__ import annotations

from planweir.guard.launchers import bare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program

# tool(s) -> effect: subcommands that have it ("*": all but those behind "but"). Effects: see _WHAT.
_TOOLS = """
pre-commit = aside: run hook-impl
pre-commit = settings: install uninstall install-hooks autoupdate migrate-config init-templatedir
lint-staged nano-staged pretty-quick = aside: * but --help
lefthook overcommit = aside: run
husky simple-git-hooks lefthook overcommit yorkie = settings: * but version help dump validate
jj = history: * but log status st diff show op file bookmark branch interdiff evolog obslog root config help version util tag workspace
sl = history: * but log status st diff show cat annotate blame root config help version smartlog
hg = history: * but log status diff cat annotate identify branches tags root heads parents summary tip files manifest paths help version showconfig config
svn = history: commit ci update up revert switch merge copy delete rm mkdir move cleanup resolve relocate
hub = history: * but status log diff show version help browse issue api ci-status compare
gt git-town stg git-branchless git-machete git-absorb git-flow = history: * but log status help version
git-cz cz commitizen aicommits opencommit oco gcz = record: * but version check info help
gh glab = history: pr:checkout mr:checkout pr:merge mr:merge pr:update-branch mr:rebase repo:sync issue:develop co:*
gh glab = record: pr:create mr:create
gh glab = release: release:create release:delete release:edit release:upload repo:delete repo:archive repo:rename
lazygit gitui gitk git-gui gitg magit = history: * but --help
npm pnpm yarn bun = release: publish unpublish deprecate dist-tag version
cargo = release: publish release yank
twine = release: upload
poetry uv flit hatch pdm = release: publish
gem = release: push yank
mvn mvnw = release: deploy release:prepare release:perform
gradle gradlew = release: publish publishToMavenCentral release
mix = release: hex.publish
changeset changesets = release: version publish tag
lerna = release: publish version
semantic-release release-it standard-version np bumpversion bump2version bump-my-version auto commit-and-tag-version = release: * but --help
goreleaser = release: release
docker podman = release: push
kill-port fkill fkill-cli = signals: *
tmux = signals: kill-server
pm2 = signals: kill delete stop restart
"""
_WHAT = {
    "aside": ("puts aside, for as long as it runs, what all agents have not committed",
              "start the tool itself on your own files, or `pre-commit run --files YOUR FILES`"),
    "settings": ("changes the repository's settings and hooks",
                 "leave the repository's settings as they are; say in your report what you would need"),
    "history": ("works on what all agents share",
                "leave branches and history as they are; say in your report what you would need"),
    "record": ("commits or pushes", "leave it to the gate, which commits each task's files when its wave is done"),
    "release": ("releases or publishes", "leave releases to the person; say in your report what is ready"),
    "signals": ("may end what another agent runs", "start it in the same command with & and end it with `kill $!` or `kill %1`"),
}  # fmt: skip
_ASKS = frozenset(("--dry-run", "--help", "-h", "--version", "help", "--list", "ls"))

_ROWS: dict[str, list[tuple[str, list[str], list[str]]]] = {}


def _rows(name: str) -> list[tuple[str, list[str], list[str]]]:
    if not _ROWS:
        for line in _TOOLS.strip().split("\n"):
            head, _, subs = line.partition(": ")
            names, _, effect = head.partition(" = ")
            those, _, but = subs.partition(" but ")
            for each in names.split():
                _ROWS.setdefault(each, []).append((effect, those.split(), but.split()))
    return _ROWS.get(name, [])


def reach(program: Program) -> str:
    """What a tool's call does to what all share: one of the effects, "" for none that is known."""
    words = bare(program.words, program.cwd) or [(program.words[0] or "").rsplit("/", 1)[-1], *[one or "" for one in program.words[1:]]]
    name, rest = words[0], words[1:]
    if name == "fuser":
        return "signals" if any(one.startswith("-") and "k" in one for one in rest) else ""
    rows = _rows(name)
    if not rows or _ASKS & set(rest):
        return ""
    if name == "pre-commit" and {"-a", "--all-files", "--files"} & set(rest):
        return ""  # it puts nothing aside then; what it rewrites, formatters.py tells
    operands = [one for one in rest if not one.startswith("-")]
    sub = operands[0] if operands else ""
    pair = ":".join(operands[:2])
    for effect, those, but in rows:
        if those == ["*"]:
            if not (set(but) & set(operands[:1])) and not (set(but) & set(rest)):
                if sub or effect in ("aside", "release", "signals") or name in ("husky", "lazygit", "gitui", "gitk"):
                    return effect
        elif name == "npm" and sub == "version" and not operands[1:]:
            continue  # it only tells
        elif name == "npm" and operands[:2] == ["dist-tag", "ls"]:
            continue
        elif sub in those or pair in those or f"{sub}:*" in those:
            return effect
    return ""


def explained(effect: str) -> tuple[str, str]:
    """What an effect means for the others, and the next step of one who wanted it."""
    return _WHAT[effect]
