"""How `engines.py` has another executor's skill carry a plan out: superpowers' subagent-driven-development.

`peer.md` says step by step what is done here and why no fewer steps are. Of the peer nothing stands here but the names of its
files and of the places that its templates leave open: its words are read from the checkout that the person names.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.workload import Finding, Task, Workload

from planweir.play.client.asked import Turn

Step: TypeAlias = "dict[str, Any]"
Talk: TypeAlias = "Generator[Step, Turn, Turn]"

PLAN = "docs/plan.md"
SKILL = "subagent-driven-development"
HERE = ".superpowers/sdd/plan"  # where its scripts keep what belongs to docs/plan.md
LEDGER = f"{HERE}/progress.md"
# The person settles beforehand what the skill would ask of them, which spares the main thread two more skills.
TYPED = f"/superpowers:{SKILL} {PLAN} This checkout is the isolated workspace, on its own branch; at the end keep the branch as it is."
IMPLEMENTER, REVIEWER, REREVIEWER = (f"{SKILL}/{name}-prompt.md" for name in ("implementer", "task-reviewer", "re-review"))
FINAL = "requesting-code-review/code-reviewer.md"
NAMED = "Task N: [task name]"
CLOSED = "The plan is carried out"

_TEMPLATE = re.compile(r"^ *prompt: \|\n((?: {4}.*\n|\n)+)", re.MULTILINE)
_AGENT_ID = re.compile(r"agentId: (\w+)")
_SHA = re.compile(r"\*\*Commits:\*\* (\w+)")
_LAST_WORDS = re.compile(r"\*\*(?:Status|Task quality|Fix round|Ready to merge)")
_PACKAGE = re.compile(r"wrote (\S+?): \d+ commit")


@dataclass(frozen=True)
class Peer:
    """A checkout. With `lean` an agent is told to read the template's file instead of being given its words: less than the skill's
    text asks for, and the least that can be thought of."""

    folder: Path
    lean: bool = False

    def prompt(self, name: str, what: str, filled: dict[str, str]) -> str:
        """The words of a template with its open places filled; `what` is the agent's work in a few words."""
        path = self.folder / "skills" / name
        if self.lean:
            return "\n".join([f"{what}. Read {path} and do what its prompt says.", *(f"{key} {value}" for key, value in filled.items())])
        words = self._words(path)
        for key, value in filled.items():
            if key not in words:
                raise ValueError(f"{path} has no {key} to fill: measure with the commit that peer.md names")
            words = words.replace(key, value)
        return words

    def actor(self, name: str, what: str, filled: dict[str, str]) -> str:
        """What the scripted API calls an agent with such a prompt."""
        return f"agent: {self.prompt(name, what, filled)[:40]}"

    @staticmethod
    def _words(path: Path) -> str:
        """What a template says. Raises ValueError."""
        found = _TEMPLATE.search(path.read_text())
        if found is None:
            raise ValueError(f"{path} holds no template of the form that was read: measure with the commit that peer.md names")
        return textwrap.dedent(found[1]).strip()


def plan(work: Workload) -> str:
    """The plan with the headings that the peer's scripts look for; its tasks say what they say in ours."""
    parts = [f"# {work.title} Implementation Plan\n\n{work.head}"]
    for task in work.tasks:
        files, done = ", ".join(f"`{path}`" for path in task.files), "\n".join(f"- {line}" for line in task.done)
        parts.append(f"### Task {task.number}: {task.title}\n\n**Files:** {files}\n**Test:** `{task.check}`\n\n{task.says}\n\nDone when:\n{done}\n")
    return "\n".join(parts)


# --- the main thread -------------------------------------------------------------------------------------------


@dataclass
class Conductor:
    """The main thread. `ended_at` is, once all tasks are done, how many requests it had been asked by then."""

    work: Workload
    peer: Peer
    foreground: bool
    asked: int = 0
    ended_at: int = 0
    _talk: Talk | None = None
    _over: bool = field(default=False)

    def __call__(self, turn: Turn) -> Step:
        self.asked += 1
        if self._over:
            return {"say": CLOSED, "stay": True}
        try:
            if self._talk is None:
                self._talk = self._conduct()
                step = next(self._talk)
            else:
                step = self._talk.send(turn)
        except StopIteration:
            self._over = True
            step = {"say": CLOSED}
        return {**step, "stay": True}

    def _conduct(self) -> Talk:
        skill = self.peer.folder / "skills" / SKILL
        prompts = [] if self.peer.lean else ["implementer-prompt.md", "task-reviewer-prompt.md"]
        briefs = f"for n in $(seq {len(self.work.tasks)}); do {skill}/scripts/task-brief {PLAN} $n; done"
        setup = f"{skill}/scripts/sdd-workspace {PLAN}; cat {LEDGER}; {briefs}; git rev-parse --short HEAD"
        turn = yield {"calls": [_bash(setup), _read(PLAN), *(_read(str(skill / name)) for name in prompts)]}
        begun = base = turn.results[0].text.strip().splitlines()[-1]
        note = f"echo '# SDD ledger — plan: {PLAN}' > {LEDGER}"
        for task in self.work.tasks:
            turn, head = yield from self._task(task, base, note)
            note = f"echo 'Task {task.number}: complete (commits {base}..{head}, review clean)' >> {LEDGER}"
            base = head
        self.ended_at = self.asked
        packed = f"{note}; {skill}/scripts/review-package {PLAN} {begun} HEAD"
        turn = yield {"calls": [_bash(packed), *([] if self.peer.lean else [_read(str(self.peer.folder / "skills" / FINAL))])]}
        filled = {
            "[DESCRIPTION]": f"{self.work.title}. The whole diff: {_packed(turn)}",
            "[PLAN_OR_REQUIREMENTS]": f"{PLAN}; deferred findings: {LEDGER}",
            "[BASE_SHA]": begun,
            "[HEAD_SHA]": base,
        }
        turn = yield from self._agent("Review code changes", "opus", self.peer.prompt(FINAL, "Final review", filled))
        turn = yield {"calls": [_bash(f"rm -rf {HERE}")]}
        return turn

    def _task(self, task: Task, base: str, note: str) -> Generator[Step, Turn, tuple[Turn, str]]:
        """A task to its approval: the turn that brought it, and the commit it ends with."""
        number = task.number
        needs = ", ".join(need[1:] for need in task.needs)
        brief, report = f"{HERE}/task-{number}-brief.md", f"{HERE}/task-{number}-report.md"
        filled = {
            NAMED: f"Task {number}: {task.title}",
            "[BRIEF_FILE]": brief,
            "[Scene-setting: where this fits, dependencies, architectural context]": f"It builds on {f'tasks {needs}' if needs else 'nothing'}.",
            "[directory]": ".",
            "[REPORT_FILE]": report,
        }
        prompt = self.peer.prompt(IMPLEMENTER, f"Implement Task {number}", filled)
        turn = yield from self._agent(f"Implement Task {number}: {task.title}", "haiku", prompt, _bash(note))
        identity = _agent_id(turn)
        head = _sha(turn)
        turn = yield {"calls": [_bash(self._package(base, head))]}
        filled = {
            "[BRIEF_FILE]": brief,
            "[GLOBAL_CONSTRAINTS]": "None.",
            "[REPORT_FILE]": report,
            "[BASE_SHA]": base,
            "[HEAD_SHA]": head,
            "[DIFF_FILE]": _packed(turn),
        }
        prompt = self.peer.prompt(REVIEWER, f"Review Task {number}", filled)
        turn = yield from self._agent(f"Review Task {number} (spec + quality)", "sonnet", prompt)
        if task.finding is not None:
            turn, head = yield from self._fix(task, task.finding, identity, head)
        return turn, head

    def _fix(self, task: Task, finding: Finding, identity: str, base: str) -> Generator[Step, Turn, tuple[Turn, str]]:
        """Round 1: the implementer is resumed with the finding; its report is looked at; a scoped review of the fix."""
        report = f"{HERE}/task-{task.number}-report.md"
        words = f"{_place(finding)}\nCovering test: {task.check}"
        call = {"tool": "SendMessage", "input": {"to": identity, "summary": "Fix the finding", "message": words}}
        turn = yield {"calls": [call]}
        turn = yield from _awaited(turn)
        head = _sha(turn)
        template = [] if self.peer.lean else [_read(str(self.peer.folder / "skills" / SKILL / "re-review-prompt.md"))]
        turn = yield {"calls": [_bash(f"tail -n 3 {report}; {self._package(base, head)}"), *template]}
        filled = {
            "[BRIEF_FILE]": f"{HERE}/task-{task.number}-brief.md",
            "[FINDINGS]": f"- {_place(finding)}",
            "[REPORT_FILE]": report,
            "[FIX_BASE_SHA]": base,
            "[HEAD_SHA]": head,
            "[DIFF_FILE]": _packed(turn),
        }
        prompt = self.peer.prompt(REREVIEWER, f"Re-review Task {task.number}", filled)
        turn = yield from self._agent(f"Re-review Task {task.number} fix round 1", "sonnet", prompt)
        return turn, head

    def _package(self, base: str, head: str) -> str:
        return f"{self.peer.folder}/skills/{SKILL}/scripts/review-package {PLAN} {base} {head}"

    def _agent(self, description: str, model: str, prompt: str, *before: Step) -> Talk:
        """Starts an agent, after other calls of the same message; returns the turn that brings its last words."""
        given: dict[str, Any] = {"description": description, "model": model, "prompt": prompt, "subagent_type": "general-purpose"}
        if self.foreground:
            given["run_in_background"] = False
        turn = yield {"calls": [*before, {"tool": "Agent", "input": given}]}
        return (yield from _awaited(turn))


def _awaited(turn: Turn) -> Talk:
    """The turn that brings an agent's last words: this one, or where it works in the background the one that it wakes."""
    while "<task-notification>" not in turn.text + turn.notes and not _LAST_WORDS.search(turn.result):
        turn = yield {"say": "Waiting."}
    return turn


def _all(turn: Turn) -> str:
    return "\n".join((turn.result, turn.text, turn.notes))


def _agent_id(turn: Turn) -> str:
    found = _AGENT_ID.search(turn.result) or re.search(r"<task-id>(\w+)</task-id>", _all(turn))
    if found is None:
        raise ValueError(f"no agent's id in: {_all(turn)[:400]}")
    return found[1]


def _sha(turn: Turn) -> str:
    found = _SHA.search(_all(turn))
    if found is None:
        raise ValueError(f"no commit in: {_all(turn)[:400]}")
    return found[1]


def _packed(turn: Turn) -> str:
    found = _PACKAGE.search(turn.result)
    if found is None:
        raise ValueError(f"no package in: {turn.result[:400]}")
    return found[1]


def _place(finding: Finding) -> str:
    return f"{finding.path}:{finding.line} {finding.what}"


def _bash(command: str) -> Step:
    return {"tool": "Bash", "input": {"command": command}}


def _read(path: str) -> Step:
    return {"tool": "Read", "input": {"file_path": path}}


# --- its agents ------------------------------------------------------------------------------------------------


def agents(work: Workload, peer: Peer) -> dict[str, list[Any]]:
    """What the agents do, by what the API calls them: the first words of their prompts, and a number where several begin alike."""
    actors: dict[str, list[Any]] = {}

    def add(template: str, what: str, steps: list[Any], filled: dict[str, str] | None = None) -> None:
        name = peer.actor(template, what, filled or {})
        same = sum(1 for other in actors if other.split(" #")[0] == name)
        actors[f"{name} #{same + 1}" if same else name] = steps

    for task in work.tasks:
        steps: list[Any] = []
        for attempt in task.attempts:
            steps += [*attempt, {"call": _bash(_commit(task, fixed=bool(steps)))}, _reported(task)]
        named = {} if peer.lean else {NAMED: f"Task {task.number}: {task.title}"}
        add(IMPLEMENTER, f"Implement Task {task.number}", steps, named)
        add(REVIEWER, f"Review Task {task.number}", _review(_reviewed(task)))
        if task.finding is not None:
            add(REREVIEWER, f"Re-review Task {task.number}", _review(_rereviewed(task.finding)))
    add(FINAL, "Final review", _review(_approved()))
    return actors


def _review(says: str) -> list[Any]:
    return [{"call": _bash(f"cat {HERE}/review-*.diff | tail -n 5")}, {"say": says}]


def _commit(task: Task, *, fixed: bool) -> str:
    """Checks, commits, writes the report; prints the commit."""
    report = f"{HERE}/task-{task.number}-report.md"
    words = f"{'Fixed' if fixed else 'Implemented'}: {task.title}\nTests: {task.check}\nOutput: passed"
    return (
        f"{task.check} > /dev/null && git add {' '.join(task.files)} && git commit -q -m '{_quoted(task.title)}' "
        f"&& printf '%s\\n' '{_quoted(words)}' >> {report}; git rev-parse --short HEAD"
    )


def _quoted(words: str) -> str:
    return words.replace("'", "'\\''")


def _reported(task: Task) -> Callable[[Turn], Step]:
    """The short report that the template asks for, with the commit that was just made."""

    def say(turn: Turn) -> Step:
        sha = turn.result.strip().splitlines()[-1]
        return {
            "say": f"**Status:** DONE\n**Commits:** {sha} {task.title}\n**Tests:** all passing, output pristine\n"
            f"**Concerns:** none\n**Report:** {HERE}/task-{task.number}-report.md"
        }

    return say


def _reviewed(task: Task) -> str:
    found = task.finding
    spec = f"❌ Issues found: {_place(found)}" if found else "✅ Spec compliant"
    issues = f"#### Important\n{_place(found)}" if found else "None."
    return (
        f"### Spec Compliance\n- {spec}\n### Strengths\n{task.files[0]}:1 is small and says what it does.\n### Issues\n{issues}\n"
        f"### Assessment\n**Task quality:** {'Needs fixes' if found else 'Approved'}\n**Reasoning:** Read against the brief, line by line."
    )


def _rereviewed(finding: Finding) -> str:
    return (
        f"### Finding Verdicts\n- **{_place(finding)}** — ADDRESSED, {finding.path}:{finding.line}\n### New Breakage in the Fix Diff\nNone\n"
        "### Out-of-Scope Observations\nNone\n### Verdict\n**Fix round:** All findings addressed, no new Critical/Important breakage"
    )


def _approved() -> str:
    return (
        "### Strengths\nEach file does one thing.\n### Issues\nNone.\n### Recommendations\nNone.\n"
        "### Assessment\n**Ready to merge?** Yes\n**Reasoning:** All of the plan is there and tested."
    )
