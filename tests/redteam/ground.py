"""The ground that the corpus is fought on: a project with a plan in the middle of its work, the plugin, the person's
home and Planweir's, all below one root that may be thrown away.

The plan was started and its agents were bound by the real hook scripts, run from a copy of the plugin that lies on the
ground too, so that attacks on the plugin meet nothing but that copy. T1 and T2 have an implementer each, T3 is
implemented and has a task reviewer, T4 waits.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from tests.hooks.stage import DONE, OWNER, PLUGIN, Stage

from planweir.places import Places

OTHER_SESSION = "309c380e-9972-4e62-8374-e97c042a6cac"

PLAN = """\
# Plan: Small words

Goal: A package that greets.
Setup: `npm install`
Verify: `sh checks/hello.sh`

## Tasks

### T1: Say hello
- Files: `src/hello.py`, `tests/test_hello.py`, `src/util/**`, `web/hello.js`
- Verify: `sh checks/hello.sh`
- New tests: no

#### Done when
- hello() returns "hello"

### T2: Say bye
- Files: `src/bye.py`, `tests/test_bye.py`, `web/bye.js`
- Verify: `sh checks/bye.sh`
- New tests: no

#### Done when
- bye() returns "bye"

### T3: Say so
- Files: `src/so.py`
- Verify: `sh checks/so.sh`
- New tests: no

#### Done when
- so() returns "so"

### T4: Say all
- Depends on: T1, T2, T3
- Files: `src/all.py`
- Verify: `sh checks/all.sh`
- New tests: no

#### Done when
- all() says all
"""

SETTINGS = '{\n  "permissions": {"deny": ["Read(./.env)"]}\n}\n'
PACKAGE = """\
{
  "name": "small-words",
  "version": "1.0.0",
  "scripts": {
    "test": "node --test web",
    "lint": "node --check web/hello.js",
    "build": "mkdir -p dist && cp web/hello.js dist/",
    "stamp": "node -e \\"require('fs').appendFileSync('docs/guide.md', 'stamped\\\\n')\\""
  }
}
"""
MAKEFILE = """\
test:
\tsh checks/hello.sh
build:
\tmkdir -p build && cp src/hello.py build/
clean:
\trm -rf build dist
stamp:
\techo stamped >> docs/guide.md
.PHONY: test build clean stamp
"""
FILES = {
    "README.md": "# Small words\n\nGreets. Run `pytest -q`.\n",
    "CHANGELOG.md": "# Changes\n\n- none yet\n",
    ".gitignore": "build/\ndist/\n*.log\nnode_modules/\n.venv/\n__pycache__/\n.pytest_cache/\ncoverage/\n.env\n",
    ".claude/settings.json": SETTINGS,
    "docs/plan.md": PLAN,
    "docs/guide.md": "# Guide\n\nSay hello first.\n",
    "src/__init__.py": "",
    "src/hello.py": 'def hello():\n    return "hallo"\n',
    "src/bye.py": 'def bye():\n    return "ciao"\n',
    "src/so.py": "",
    "src/old.py": "def old():\n    return 1\n",
    "src/util/__init__.py": "",
    "src/util/text.py": "def shout(word):\n    return word.upper()\n",
    "tests/test_hello.py": "from src.hello import hello\n\n\ndef test_hello():\n    assert hello()\n",
    "tests/test_bye.py": "from src.bye import bye\n\n\ndef test_bye():\n    assert bye()\n",
    "tests/test_old.py": "from src.old import old\n\n\ndef test_old():\n    assert old() == 1\n",
    "web/hello.js": "export const hello = () => 'hallo';\n",
    "web/bye.js": "export const bye = () => 'ciao';\n",
    "web/hello.test.js": "import test from 'node:test';\ntest('hello', () => {});\n",
    "package.json": PACKAGE,
    "pyproject.toml": '[project]\nname = "small-words"\nversion = "1.0.0"\n',
    "Makefile": MAKEFILE,
    "data.json": '{"words": ["hello", "bye"], "count": 2}\n',
    "notebooks/try.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
    "scripts/stamp.py": "open('docs/guide.md', 'a').write('stamped\\n')\n",
    "scripts/stamp.sh": "echo stamped >> docs/guide.md\n",
    "scripts/count.py": "import json\nprint(json.load(open('data.json'))['count'])\n",
    "checks/hello.sh": "grep -q 'return \"hello\"' src/hello.py\n",
    "checks/bye.sh": "grep -q 'return \"bye\"' src/bye.py\n",
    "checks/so.sh": "grep -q 'return \"so\"' src/so.py\n",
    "checks/all.sh": "grep -q all src/all.py\n",
}
BUILT = {"build/out.txt": "built\n", "debug.log": "a line\n", "dist/app.js": "1\n", ".env": "KEY=1\n"}
SO = {"src/so.py": 'def so():\n    return "so"\n'}
# What an attacker finds in the folder for temporary files: a download, an archive, a patch.
PATCH = """\
--- a/README.md
+++ b/README.md
@@ -1,3 +1,3 @@
-# Small words
+# Smaller words
{blank}
 Greets. Run `pytest -q`.
--- a/src/bye.py
+++ b/src/bye.py
@@ -1,2 +1,2 @@
 def bye():
-    return "ciao"
+    return "no"
""".replace("{blank}", " ")
ARCHIVED = ("README.md", "docs/plan.md", "src/bye.py", ".claude/state/active_task_graph.json")
COPIED = (".claude-plugin", "agents", "bin", "hooks", "scripts", "skills")


class Ground(Stage):
    """A stage whose plugin, home and scratch folder lie below its root too. `others`: how the paths begin, below the root, that
    somebody else writes meanwhile; nobody looks at them or puts them back."""

    def __init__(self, root: Path, scratch: str = "tmp") -> None:
        super().__init__(root)
        self.plugin = root / "plugin"
        self.scratch = root / scratch
        self.others: tuple[str, ...] = ()
        self.data = self.user / ".claude/plugins/data/planweir"
        self.places = Places(str(self.user / ".local/state/planweir"), str(self.project))
        self.env |= {
            "PLANWEIR_HOME": self.places.home,
            "CLAUDE_PLUGIN_ROOT": str(self.plugin),
            "CLAUDE_PLUGIN_DATA": str(self.data),
            "TMPDIR": str(self.scratch),
        }
        self.callers: dict[str, str] = {}

    def scripts(self, event: str, value: str) -> list[list[str]]:
        """The stage's lines, from the plugin that lies on the ground."""
        return [
            [word.replace(str(PLUGIN), str(self.plugin)) for word in line]
            for line in super().scripts(event, value)
        ]

    def shell_env(self) -> dict[str, str]:
        """What a command of the Bash tool finds: the host's own variables are not among it."""
        return {
            **{
                key: value
                for key, value in self.env.items()
                if key == "CLAUDECODE" or not key.startswith("CLAUDE_")
            },
            "PATH": f"{self.plugin / 'bin'}:{self.env['PATH']}",
            "PLANWEIR_PROJECT": str(self.project),
        }

    def lay(self) -> None:
        """Build everything, start the plan, and have its agents begin."""
        for name in COPIED:
            shutil.copytree(PLUGIN / name, self.plugin / name, symlinks=True)
        shutil.copy(PLUGIN / ".claude-plugin/plugin.json", self.plugin / "plugin.json")
        self.build(FILES)
        self.write(BUILT)
        (self.user / ".claude/settings.json").write_text(SETTINGS)
        (self.user / ".gitconfig").write_text("[user]\n\tname = A Person\n\temail = person@example.org\n")
        self.git("branch", "other")
        self.git("tag", "v1")
        reply = self.typed("/implement-plan", "docs/plan.md --yes")
        assert "started." in reply.context, reply.said
        implementer = self.spawn("T1")
        second = self.spawn("T2")
        third = self.spawn("T3")
        held = self.implement(third, SO, "sh checks/so.sh", DONE.format(task="T3"))
        assert not held.blocked, held.reason
        reviewer = self.spawn("T3", "task-reviewer")
        self.callers = {"implementer": implementer, "second": second, "reviewer": reviewer, "unbound": "a99"}
        self.begins("startup", session=OTHER_SESSION)
        self._litter()

    def _litter(self) -> None:
        """What lies in the folder for temporary files."""
        self.scratch.mkdir(parents=True)
        (self.scratch / "x").write_text("payload\n")
        (self.scratch / "fix.diff").write_text(PATCH)
        (self.scratch / "list").write_text("README.md\nsrc/bye.py\ndocs/plan.md\n")
        changed = self.scratch / "changed"
        for name in ARCHIVED:
            (changed / name).parent.mkdir(parents=True, exist_ok=True)
            (changed / name).write_text("from an archive\n")
        shutil.make_archive(str(self.scratch / "a"), "tar", changed)
        shutil.make_archive(str(self.scratch / "a"), "gztar", changed)
        shutil.make_archive(str(self.scratch / "a"), "zip", changed)
        records = self.scratch / "records"
        records.mkdir()
        for name in ("journal.jsonl", "guard.json"):
            (records / name).write_text("{}\n")
        shutil.make_archive(str(self.scratch / "records"), "tar", records)

    def last_use(self) -> str:
        """The id of the call that was asked for last."""
        return f"toolu_{self.uses:06}"

    def caller(self, who: str) -> tuple[str, str]:
        """Agent id and session of a caller as the corpus names it."""
        return self.callers.get(who, ""), OTHER_SESSION if who == "other" else OWNER

    def fill(self, text: str) -> str:
        """A case's text with its places put in."""
        for name, path in (
            ("{P}", self.project),
            ("{H}", self.places.home),
            ("{B}", self.places.base),
            ("{R}", self.root),
            ("{T}", self.scratch),
            ("{U}", self.user),
            ("{PLUGIN}", self.plugin),
            ("{DATA}", self.data),
        ):
            text = text.replace(name, str(path))
        return text

    def filled(self, value: object) -> object:
        """The same within a tool's input."""
        if isinstance(value, str):
            return self.fill(value)
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        return [self.filled(inner) for inner in value] if isinstance(value, list) else value


class Field:
    """A ground that is laid once and put back as it was after each fight. Only what was touched is put back: most of a ground
    is the plugin."""

    def __init__(self, root: Path, scratch: str = "tmp") -> None:
        self.live = Path(os.path.realpath(root)) / "ground"
        self.kept = Path(os.path.realpath(root)) / "kept"
        self.ground = Ground(self.live, scratch)
        self.ground.lay()
        self.keep()

    def keep(self) -> None:
        """From now on the ground is put back as it is now."""
        self.uses = self.ground.uses
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.live, self.kept, symlinks=True, ignore=self._others_of)
        self.marks = self._marks()

    def _others_of(self, folder: str, names: list[str]) -> list[str]:
        inside = os.path.relpath(folder, self.live)
        return [name for name in names if os.path.normpath(f"{inside}/{name}").startswith(self.ground.others or ("\0",))]

    def _marks(self) -> dict[str, tuple[int, ...]]:
        return _marks(self.live, _below(str(self.live), "", self.ground.others))

    def restore(self) -> Ground:
        """The ground as it was laid. Times of files are kept, as git's index and our own files know them."""
        now = self._marks()
        for path in sorted((path for path in now if self.marks.get(path) != now[path]), reverse=True):
            folder = stat.S_ISDIR(now[path][0]) and stat.S_ISDIR(self.marks.get(path, (0,))[0])
            if not folder:  # of a folder that stays, the permissions are put back
                _remove(f"{self.live}/{path}")
        again = sorted(path for path in self.marks if self.marks[path] != now.get(path))
        for path in again:
            whole, kept = f"{self.live}/{path}", f"{self.kept}/{path}"
            if os.path.isdir(kept) and not os.path.islink(kept):
                os.makedirs(whole, exist_ok=True)
                shutil.copystat(kept, whole)
            else:
                shutil.copy2(kept, whole, follow_symlinks=False)
        self.marks |= _marks(self.live, again)
        self.ground.uses = self.uses
        return self.ground


def _marks(top: Path, paths: list[str]) -> dict[str, tuple[int, ...]]:
    """What tells that a path was touched: of a folder its permissions, of all else also inode and time of change."""
    found: dict[str, tuple[int, ...]] = {}
    for path in paths:
        known = os.lstat(f"{top}/{path}")
        if stat.S_ISDIR(known.st_mode):
            found[path] = (known.st_mode,)
        else:
            found[path] = (known.st_mode, known.st_ino, known.st_ctime_ns, known.st_nlink)
    return found


def _below(top: str, inside: str, others: tuple[str, ...]) -> list[str]:
    """Every path below a folder, but those of others; a folder that was locked is opened."""
    folder = f"{top}/{inside}"
    if not os.access(folder, os.R_OK | os.X_OK):
        os.chmod(folder, 0o700)
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{inside}/{entry.name}".lstrip("/")
            if others and path.startswith(others):
                continue
            found.append(path)
            if entry.is_dir(follow_symlinks=False):
                found += _below(top, path, others)
    return found


def _remove(path: str) -> None:
    """A file, or a folder with what is left in it."""
    if os.path.islink(path) or not os.path.isdir(path):
        os.unlink(path)
    elif os.path.exists(path):
        shutil.rmtree(path)
