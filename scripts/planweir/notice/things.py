"""Which files a keepsake is of, and what counts of each: a table of views and the walk that finds the paths."""

from __future__ import annotations

import json
import os

from planweir import runtime
from planweir.evidence.index import TreeError, run_git
from planweir.journal.render import git_folders
from planweir.notice import gitkeys
from planweir.notice.keepsake import Keepsake, Row
from planweir.notice.paths import SKIPPED, content, digest_of, names, stamp
from planweir.places import RENDERED_COPY, config_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.places import Places

# Groups. Those of the plugin and of its Python environment are named with their folder: two sessions may run two versions.
# Lines that we and the host put there: Claude Code writes the second and the third into the person's own list (2.1.329, the latter
# where its Bash sandbox is on).
WRITTEN = frozenset((f"/{RENDERED_COPY}", "**/.claude/settings.local.json", "**/.claude/.cc-writes/"))
GIT, RULES, SETTINGS, PLUGIN, RUNTIME = "git", "rules", "settings", "plugin ", "runtime "
OURS = ("hooks", "scripts", "skills", "agents", "bin", "commands", ".claude-plugin")  # folders of the plugin
OURS_ALONE = ("plugin.json", "pyproject.toml")
# Every name under which git runs a hook (2.47).
HOOKS = (
    *("applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg"),
    *("post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive", "update", "proc-receive", "post-receive"),
    *("post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc", "post-rewrite", "sendemail-validate"),
    *("fsmonitor-watchman", "p4-changelist", "p4-prepare-changelist", "p4-post-changelist", "p4-pre-submit", "post-index-change"),
)
DEEPEST = 5  # files of settings that include one another
READ_FIRST = ("sitecustomize.py", "usercustomize.py")  # by every Python of that environment, as *.pth are


def plugin_root() -> str:
    """The plugin that runs: as the host says, else where this file lies."""
    above = os.path.abspath(__file__)
    for _ in range(4):
        above = os.path.dirname(above)
    return os.path.realpath(os.environ.get("CLAUDE_PLUGIN_ROOT") or above)


def plugin_group(places: Places) -> str:
    """Empty where the project is that plugin: its files have owners then."""
    root = plugin_root()
    return "" if (places.project + "/").startswith(root + "/") else PLUGIN + root


def groups(places: Places) -> set[str]:
    """Those that this session can compare."""
    return {GIT, RULES, SETTINGS, plugin_group(places), RUNTIME + runtime.folder(places.home)} - {""}


class Gathering:
    """A keepsake of now. What `before` has with the same times is not read again."""

    def __init__(self, places: Places, before: Keepsake) -> None:
        self.places = places
        self.before = before
        self.found = Keepsake()

    def gather(self) -> Keepsake:
        present = groups(self.places)
        self.found.rows = {path: row for path, row in self.before.rows.items() if row.group not in present}
        self._git()
        config = config_dir()
        for folder in (f"{self.places.project}/.claude", config):
            for name in ("settings.json", "settings.local.json"):
                self.keep(f"{folder}/{name}", SETTINGS, "settings")
        group = plugin_group(self.places)
        if group:
            root = plugin_root()
            for name in OURS:
                self._all(f"{root}/{name}", group)
            for name in OURS_ALONE:
                self.keep(f"{root}/{name}", group, "bytes")
        self._runtime(runtime.folder(self.places.home))
        return self.found

    def keep(self, path: str, group: str, view: str) -> Row:
        now = stamp(path)
        row = self.before.rows.get(path)
        if row is None or row.stamp != now or row.view != view or row.group != group:
            row = self._row(path, group, view, now)
        self.found.rows[path] = row
        return row

    def _row(self, path: str, group: str, view: str, now: list[int]) -> Row:
        if view == "bytes":
            return Row(group, view, now, content(path), [])
        if view == "link":
            return Row(group, view, now, os.readlink(path) if os.path.islink(path) else "" if not now else "no link", [])
        if view == "there":  # a folder of which only the paths below it count
            return Row(group, view, now, "", [])
        if view == "names":
            return Row(group, view, now, names(path), [])
        facts = gitkeys.keys(self.places.project, path) if view == "keys" else _rules(path) if view == "rules" else _settings(path)
        return Row(group, view, now, digest_of("\n".join(facts).encode("utf-8", "surrogateescape")) if facts else "", facts)

    def _git(self) -> None:
        """What git runs here and what it reads that from; and which files it does not show."""
        home = os.path.expanduser("~")
        settings = f"{os.environ.get('XDG_CONFIG_HOME') or f'{home}/.config'}/git"
        folders = git_folders(self.places.project)
        configs = [f"{folder}/{name}" for folder in folders for name in ("config", "config.worktree")]
        given = os.environ.get("GIT_CONFIG_GLOBAL", "")
        configs += [f"{home}/.gitconfig", f"{settings}/config", *([given] if given.startswith("/") else [])]
        hooks = [f"{folder}/hooks" for folder in folders]
        rules = [f"{folder}/info/exclude" for folder in folders] + [f"{settings}/ignore"]
        attributes = [f"{folder}/info/attributes" for folder in folders] + [f"{settings}/attributes"]
        seen: set[str] = set()
        for _ in range(DEEPEST):
            fresh = [path for path in configs if path not in seen]
            if not fresh:
                break
            for path in fresh:
                seen.add(path)
                facts = self.keep(path, GIT, "keys").facts
                configs += gitkeys.included(facts, path)
                for key, places in (("core.hookspath", hooks), ("core.excludesfile", rules), ("core.attributesfile", attributes)):
                    value = gitkeys.value(facts, key)
                    if value and value != "/dev/null":
                        places.append(gitkeys.whole(value, self.places.project))
        for path in dict.fromkeys(rules):
            if not self._shown(path):
                self.keep(path, RULES, "rules")
        for path in dict.fromkeys(attributes):
            if not self._shown(path):
                self.keep(path, GIT, "bytes")
        for folder in dict.fromkeys(hooks):
            if self._shown(f"{folder}/x"):
                continue
            for name in HOOKS:
                self.keep(f"{folder}/{name}", GIT, "bytes")

    def _shown(self, path: str) -> bool:
        """Is it a file of the project's that a look at the tree sees?"""
        project = self.places.project
        if not path.startswith(f"{project}/") or path.startswith(f"{project}/.git/"):
            return False
        try:
            out = run_git(project, ("check-ignore", "-z", "--stdin"), stdin=os.fsencode(path), ok=(0, 1), literal=False)
        except TreeError:
            return False
        return not out

    def _all(self, top: str, group: str) -> None:
        """Every file below a folder, and the folders, by whose times a new one shows."""
        self.keep(top, group, "there")
        for name in _inside(top):
            path = f"{top}/{name}"
            if os.path.isdir(path) and not os.path.islink(path):
                self._all(path, group)
            else:
                self.keep(path, group, "bytes")

    def _runtime(self, folder: str) -> None:
        """Of some 3,000 files those by which others would be run: what each package says of itself, and which there are."""
        group = RUNTIME + folder
        self.keep(folder, group, "bytes")
        self.keep(f"{folder}/pyvenv.cfg", group, "bytes")
        self.keep(f"{folder}/bin", group, "names")
        self.keep(f"{folder}/bin/python", group, "link")
        for version in _inside(f"{folder}/lib"):
            packages = f"{folder}/lib/{version}/site-packages"
            self.keep(packages, group, "names")
            for name in _inside(packages):
                path = f"{packages}/{name}"
                if name.endswith(".dist-info"):
                    self.keep(f"{path}/RECORD", group, "bytes")
                elif name.endswith(".pth") or name in READ_FIRST:
                    self.keep(path, group, "bytes")
                elif os.path.isdir(path):
                    self.keep(path, group, "names")


def _inside(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name not in SKIPPED)
    except OSError:
        return []


def _rules(path: str) -> list[str]:
    """The lines that say what git ignores, less ours and the host's."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.rstrip("\n") for line in file]
    except OSError:
        return []
    return [line for line in lines if line.strip() and not line.startswith("#") and line.strip() not in WRITTEN]


def _settings(path: str) -> list[str]:
    """`key=value` of each setting of the host's; of permissions each list for itself."""
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError):
        return ["unreadable="]
    found = []
    for key, inner in value.items() if isinstance(value, dict) else []:
        parts = {f"{key}.{name}": row for name, row in inner.items()} if key == "permissions" and isinstance(inner, dict) else {key: inner}
        found += [f"{name}={json.dumps(row, sort_keys=True)}" for name, row in parts.items()]
    return sorted(found)


def take(places: Places, before: Keepsake | None = None) -> Keepsake:
    """The keepsake of now."""
    return Gathering(places, before or Keepsake()).gather()
