"""A rehearsal in words for a person, 80 columns wide, and as data."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

from planweir.plan.requirements import everything
from planweir.rehearsal.cast import TAKES, part, verdict
from planweir.values import many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from planweir.plan.model import Plan
    from planweir.rehearsal.runner import Run, Turn
    from planweir.rehearsal.waves import Act, Rehearsal

WIDTH = 80
LONGEST_LANE = 40  # beats that are drawn
LETTERS = {"implementer": "I", "task-reviewer": "t", "code-reviewer": "c"}
CHANGES = "!"
BYTES_A_TOKEN = 4  # a rule of thumb for English prose and code
# Requests of the main thread. A wave: woken and gate, its answer and the script's call, the end of the turn; a further script of
# the same wave has no gate. Agent by agent in the background: each agent's end wakes it, one request calls, one ends the turn
# (counted in the real client: 18 for 9 agents); those that end together wake it once, so that it is the most (29 for 20, 44 for 72).
A_WAVE, A_FURTHER_SCRIPT, AN_AGENT = 3, 2, 2
LEGEND = "I implementer  t task-reviewer  c code-reviewer  ! asks for changes"
SESSION = "the session's"


@dataclass(frozen=True)
class Figures:
    """What a whole rehearsal comes to."""

    agents: Counter[str]
    models: Counter[str]
    words: int
    bytes: int
    beats: int
    scripted: int  # requests of the main thread
    by_agents: int

    @property
    def tokens(self) -> int:
        return -(-self.bytes // BYTES_A_TOKEN)


def figures(done: Rehearsal) -> Figures:
    turns = [turn for act in done.acts for turn in act.run.turns]
    first = [role for act in done.acts for _name, role in act.first]
    seen: set[int] = set()
    scripted = AN_AGENT * len(first)
    for act in done.acts:
        scripted += A_FURTHER_SCRIPT if act.wave in seen else A_WAVE
        seen.add(act.wave)
    roles = Counter([*(part(turn.call.prompt).role or "other" for turn in turns), *first])
    return Figures(
        roles,
        Counter(turn.call.model or SESSION for turn in turns),
        _words(turns),
        sum(len(turn.call.prompt.encode("utf-8", "replace")) for turn in turns),
        sum(act.run.ended for act in done.acts),
        scripted,
        AN_AGENT * (len(turns) + len(first)),
    )


def tell(done: Rehearsal, plan: Plan, given: str, at_once: int, why_at_once: str) -> str:
    """The rehearsal as lines of at most 80 columns."""
    count = len({act.wave for act in done.acts}) if not done.stopped else 0
    waves = f" in {many(count, 'wave')}" if count else ""
    head = f"Rehearsal of {plan.title}: {many(len(plan.tasks), 'task')}{waves}, from {given}"
    shown = [
        *_wrapped(head),
        *_wrapped(
            "No agent was started and nothing was written: the scripts that would run ran, with agents that only announce themselves. "
            f"Time is in beats, which are made up: an implementer takes {TAKES['implementer']}, a reviewer 1."
        ),
        *_wrapped(f"At once: at most {many(plan.max_parallel, 'task')} (the plan), at most {many(at_once, 'agent')} ({why_at_once})."),
    ]
    if plan.engine == "agents":
        shown += _wrapped("The plan says `Engine: agents`: its agents would be called one by one. The scripts are rehearsed all the same: order and agents are alike.")
    titles = {task.id: task.title for task in plan.tasks}
    for act in done.acts:
        shown += ["", *_act(act, titles)]
    if done.stopped:
        last = done.acts[-1].wave if done.acts else 1
        return "\n".join([*shown, "", *_wrapped(f"Stopped in wave {last}: {done.stopped}"), *_wrapped("No plan should be started whose script cannot run. `task-planner script` prints it; this is an error of Planweir's, please report it.")])
    return "\n".join([*shown, "", LEGEND, "", *_totals(done, plan)])


def _words(turns: Iterable[Turn]) -> int:
    return sum(len(turn.call.prompt.split()) for turn in turns)


def _act(act: Act, titles: dict[str, str]) -> list[str]:
    run = act.run
    shown = _wrapped(f"Wave {act.wave}: {', '.join(act.tasks) or 'no script'}")
    if act.first:
        called = ", ".join(f"{name} {role}" for name, role in act.first)
        shown += _wrapped(f"First, called by the main thread one by one: {called}.", 2)
    if not run.turns:
        return shown
    shown.append(" beat  begins")
    starts: dict[tuple[int, str], list[str]] = {}
    for turn in sorted(run.turns, key=lambda turn: (turn.start, turn.call.number)):
        starts.setdefault((turn.start, part(turn.call.prompt).role), []).append(_name(turn))
    for (beat, role), names in starts.items():
        begins = f"{beat:5}  {role:13}  "
        shown += textwrap.wrap(", ".join(names), WIDTH, initial_indent=begins, subsequent_indent=" " * len(begins), break_on_hyphens=False)
    shown += _lanes(run, act.tasks, titles)
    shown += _wrapped(f"{many(len(run.turns), 'agent')}, {run.most} at once at most, {_words(run.turns):,} words of briefs; {'the gate' if not act.blocked else 'it ends'} at beat {run.ended}.", 2)
    for words in run.dropped:
        shown += _wrapped(f"Dropped: {words}", 2)
    for name in act.blocked:
        shown += _wrapped(f"{name} is blocked: too many reviews asked for changes. You would be asked; the rehearsal goes on as if you had it tried again, in a further script.", 2)
    return shown


def _name(turn: Turn) -> str:
    task, _role, attempt = part(turn.call.prompt)
    again = " again" if attempt > 1 else ""
    return f"{task or turn.call.label or '?'}{again}{f' ({turn.call.model})' if turn.call.model else ''}"


def _lanes(run: Run, tasks: Iterable[str], titles: dict[str, str]) -> list[str]:
    """A line a task: who works for it at which beat."""
    shown: list[str] = []
    names = list(tasks)
    wide = min(20, max((len(name) for name in names), default=0))
    turns: dict[str, list[Turn]] = {}
    for turn in run.turns:
        turns.setdefault(part(turn.call.prompt).task, []).append(turn)
    for name in names:
        drawn = _lane(turns[name], run.ended) if run.ended <= LONGEST_LANE else _from_to(turns[name]).ljust(LONGEST_LANE)
        shown.append(_clipped(f"  {_clipped(name, wide):{wide}}  {drawn}  {titles.get(name, '')}", WIDTH))
    return shown


def _lane(turns: list[Turn], beats: int) -> str:
    lane = ["·"] * beats
    for turn in turns:
        letter = CHANGES if verdict(turn.answer) == "fail" else LETTERS.get(part(turn.call.prompt).role, "?")
        lane[turn.start : turn.end] = letter * (turn.end - turn.start)
    return "".join(lane)


def _from_to(turns: list[Turn]) -> str:
    return f"beat {min(turn.start for turn in turns)} to {max(turn.end for turn in turns)}, {many(len(turns), 'agent')}"


def _persons(done: Rehearsal, plan: Plan) -> str:
    """What is left to the person."""
    accepted = [name for act in done.acts for name, role in act.first if role == "planner"] if plan.plans_accepted_by == "person" else []
    by_hand = sum(row.by_hand for task in plan.tasks for row in task.done_when)
    by_hand += sum(row.by_hand for row in everything(plan.requirements))
    rows = [
        f"{many(len(accepted), 'submitted plan')} to accept ({', '.join(accepted)})" if accepted else "",
        *(f"{name} to decide about" for act in done.acts for name in act.blocked),
        f"{many(by_hand, 'item')} to check by hand" if by_hand else "",
        "/task-planner --complete at the end",
    ]
    return ", ".join(row for row in rows if row)


def _totals(done: Rehearsal, plan: Plan) -> list[str]:
    found = figures(done)
    agents = ", ".join(f"{count} {role}{'s' if count > 1 else ''}" for role, count in found.agents.items())
    models = ", ".join(f"{model} {count}" for model, count in sorted(found.models.items()))
    rows = (
        ("agents", f"{sum(found.agents.values()):,}: {agents}"),
        ("models", f"{models}. An agent's own definition may name another"),
        (
            "briefs",
            f"{found.words:,} words. By a rule of thumb ({BYTES_A_TOKEN} bytes a token) some {found.tokens:,} tokens, once each. Those of later "
            "waves will also hold what earlier tasks report. What agents read, run and write comes on top, is most of the cost, and cannot be told beforehand",
        ),
        (
            "requests",
            f"of the main thread: {found.scripted} with scripts ({A_WAVE} a wave), at most {found.by_agents:,} agent by agent in the background ({AN_AGENT} an agent; those that end together share them)",
        ),
        ("beats", f"{found.beats}, gates not counted"),
        ("you", _persons(done, plan)),
    )
    shown = ["In all"]
    for name, words in rows:
        shown += textwrap.wrap(words, WIDTH, initial_indent=f"  {name:9} ", subsequent_indent=" " * 12, break_on_hyphens=False)
    return shown


def data(done: Rehearsal, at_once: int, plan: Plan) -> dict[str, object]:
    """The rehearsal as JSON."""
    found = figures(done)
    return {
        "engine": plan.engine,
        "max_parallel": plan.max_parallel,
        "agents_at_once": at_once,
        "scripts": [
            {
                "wave": act.wave,
                "tasks": act.tasks,
                "called_before": [{"task": name, "role": role} for name, role in act.first],
                "blocked": act.blocked,
                "sum": sha256(act.words.encode("utf-8", "surrogatepass")).hexdigest(),
                "bytes": len(act.words.encode("utf-8", "surrogatepass")),
                "beats": act.run.ended,
                "most_at_once": act.run.most,
                "agents": [_row(turn) for turn in act.run.begun],
                "log": [{"beat": beat, "words": words} for beat, words in act.run.said],
                "dropped": act.run.dropped,
                "result": act.run.result,
                "error": act.run.error,
            }
            for act in done.acts
        ],
        "stopped": done.stopped,
        "totals": {
            "agents": dict(found.agents),
            "models": dict(found.models),
            "brief_words": found.words,
            "brief_bytes": found.bytes,
            "brief_tokens_estimated": found.tokens,
            "beats": found.beats,
            "requests": {"workflow": found.scripted, "agents": found.by_agents},
        },
    }


def _row(turn: Turn) -> dict[str, object]:
    task, role, attempt = part(turn.call.prompt)
    return {
        "task": task,
        "role": role,
        "attempt": attempt,
        "label": turn.call.label,
        "phase": turn.call.phase,
        "model": turn.call.model,
        "agent": turn.call.agent,
        "start": turn.start,
        "end": turn.end,
        "words": len(turn.call.prompt.split()),
        "verdict": verdict(turn.answer),
        "error": turn.error,
    }


def _wrapped(words: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_on_hyphens=False)


def _clipped(words: str, width: int) -> str:
    return words if len(words) <= width else words[: width - 1] + "…"
