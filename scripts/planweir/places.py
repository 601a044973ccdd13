"""Where things live outside the project. Standard library only: every hook uses it.

`$PLANWEIR_HOME` (default `${XDG_STATE_HOME:-~/.local/state}/planweir`) is outside the work tree because agents run
`git stash -u`, `git clean -fdx` and `git checkout`. `hooks/launch` computes the same two markers in `/bin/sh`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

RENDERED_COPY = ".claude/state/active_task_graph.json"


def home(env: Mapping[str, str] = os.environ) -> str:
    """The absolute path of Planweir's home, without a slash at its end."""
    given = env.get("PLANWEIR_HOME")
    if given:
        return os.path.abspath(given)
    state = env.get("XDG_STATE_HOME") or os.path.join(
        env.get("HOME") or os.path.expanduser("~"), ".local/state"
    )
    return os.path.join(state, "planweir")


def config_dir(env: Mapping[str, str] = os.environ) -> str:
    """The host's folder of the person's own settings, agents and transcripts."""
    return env.get("CLAUDE_CONFIG_DIR") or os.path.expanduser("~/.claude")


class Places:
    """The files of one project. `project` is an absolute path, spelt as the host spells it."""

    __slots__ = ("base", "home", "project")

    def __init__(self, home: str, project: str) -> None:
        self.home = home
        self.project = "/" + project.strip("/")
        self.base = f"{home}/projects{self.project}"

    @property
    def armed(self) -> str:
        """The first marker: a plan is open here. What `hooks/launch` tests."""
        return f"{self.home}/armed{self.project}/open"

    def second(self, plugin_data: str) -> str:
        """The second marker, in the host's folder for the plugin."""
        return f"{plugin_data}/armed{self.project}/open"

    @property
    def journal(self) -> str:
        return f"{self.base}/journal.jsonl"

    @property
    def lock(self) -> str:
        return f"{self.base}/journal.lock"

    @property
    def plan(self) -> str:
        """The frozen graph, rendered from the journal."""
        return f"{self.base}/plan.json"

    @property
    def state(self) -> str:
        return f"{self.base}/state.json"

    @property
    def guard(self) -> str:
        return f"{self.base}/guard.json"

    @property
    def markers(self) -> str:
        """A JSON list of the paths of the markers seen beside the first."""
        return f"{self.base}/markers"

    @property
    def offered(self) -> str:
        """The plan that was shown last and may be started with `go`."""
        return f"{self.base}/offered.json"

    @property
    def abort_requested(self) -> str:
        """Left by `hooks/launch` when a person aborts and there is no Python to journal it."""
        return f"{self.base}/abort-requested"

    @property
    def artifacts(self) -> str:
        return f"{self.base}/artifacts"

    @property
    def archive(self) -> str:
        return f"{self.base}/archive"

    @property
    def jobs(self) -> str:
        return f"{self.base}/jobs"

    @property
    def permits(self) -> str:
        return f"{self.base}/permits"

    @property
    def notice(self) -> str:
        """What the last look at the tree saw, and git's cache for the next."""
        return f"{self.base}/notice"

    def call(self, agent: str, use: str) -> str:
        """What neighbours' files were when a call began that nobody could read."""
        return f"{self.notice}/calls/{safe_name(agent or 'main')}.{safe_name(use)}"

    @property
    def keepsakes(self) -> str:
        """What the guarded files that are not ours were when they were last found good."""
        return f"{self.base}/keepsake"

    @property
    def looked(self) -> str:
        """When our own files were last found well, and what could be held against nothing else."""
        return f"{self.base}/looked"

    @property
    def faults(self) -> str:
        """What failed in our own hooks, with its trace; the answer itself is never a trace."""
        return f"{self.base}/faults.log"

    def runs(self, agent: str) -> str:
        return f"{self.base}/runs/{safe_name(agent)}.jsonl"

    def session(self, session: str) -> str:
        """Turn and heartbeat of one session of the client."""
        return f"{self.base}/sessions/{safe_name(session)}.json"

    @property
    def rendered_copy(self) -> str:
        return f"{self.project}/{RENDERED_COPY}"


def safe_name(name: str) -> str:
    """`name` as a file name: the host's ids pass unchanged, anything else loses what could leave the folder."""
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)[:120]
    return kept if kept.strip(".") else "_"


def sweep(path: str) -> None:
    """Remove what writers of `path` that were killed half way left beside it. Never fails."""
    folder, name = os.path.split(path)
    try:
        for other in os.listdir(folder):
            writer = other[len(name) + 1 : -len(".new")]
            if other == f"{name}.{writer}.new" and writer.isdigit() and not _lives(int(writer)):
                os.unlink(f"{folder}/{other}")
    except OSError:
        return


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # another person's
    return True


def in_bytes(content: str) -> bytes:
    """`content` as `write_whole` writes it."""
    try:
        return content.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair, which only a JSON escape can hold
        return content.encode("utf-8", "backslashreplace")


def write_whole(path: str, content: str, mode: int = 0o644, when: int = 0) -> None:
    """Replace `path` in one step: a reader sees the old bytes or the new ones, never a part. `when`: the time (Unix seconds)
    that the file then has."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    scratch = f"{path}.{os.getpid()}.new"
    fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        data = in_bytes(content)
        while data:
            data = data[os.write(fd, data) :]
    finally:
        os.close(fd)
    if when:
        os.utime(scratch, (when, when))
    os.replace(scratch, path)
