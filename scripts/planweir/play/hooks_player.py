"""Plays a recording through the plugin's hooks, with the stand-in for the client, and verifies what it expects.

The main thread's `follow` does what a good orchestrator does: it asks `task-planner next` and makes the calls that it
prints. Agents started by one message run side by side. Where the client is cut, everything that runs in it stops at its
next step, no hook hears of it, and the recording goes on with the person who resumes the session.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from planweir.play import answers, expected, tools
from planweir.play.expected import named
from planweir.play.host import Agent, Called, Host
from planweir.play.recording import MAIN, NEXT_COMMAND, Json, Recording, Step, actor_of, fill
from planweir.play.seen import Disagreement as Disagreement
from planweir.play.seen import Seen as Seen
from planweir.play.seen import rule_of as rule_of

ROUNDS = 200  # answers of `task-planner next` that are followed before the player gives up
SAME_ANSWERS = 4  # the same answer so often in a row: nothing moves
AT_ONCE = 8  # threads for agents
PATIENCE = 120.0  # seconds that a step waits for the actor that it comes after

_R = TypeVar("_R")


class _Cut(Exception):
    """The client that this runs in was killed."""


class Player:
    """Plays `recording` on `host`. `tell` hears what happens, never two things at once.

    `background` True runs agents in the background, as a terminal does: the main thread's turn ends while they run and
    each one that ends wakes it. `counts` has what was seen: denied, held, started, rejected (reviews), failed gate, passed gate.
    """

    def __init__(
        self,
        host: Host,
        recording: Recording,
        tell: Callable[[Seen], None] = lambda seen: None,
        *,
        parallel: bool = True,
        background: bool = False,
    ) -> None:
        self.host = host
        self.counts: Counter[str] = Counter()
        self._recording = recording
        self._tell = tell
        self._parallel = parallel
        self._background = background
        self._lock = threading.Lock()
        self._ids: dict[str, str] = {}
        self._uses: Counter[str] = Counter()
        self._place = 0  # of the main thread's next step
        self._running: dict[Future[str], Agent] = {}
        self._ended: set[str] = set()  # actors
        self._change = threading.Condition()  # of _ended and _over
        self._over = False  # the client is gone, or the play has failed: nobody takes a further step

    def play(self) -> None:
        """Play the whole recording, the person's part too. Raises Disagreement."""
        self._no_failures(self.host.start_session().failures)
        steps = self._recording.actors.get(MAIN, ())
        while self._place < len(steps):
            step = steps[self._place]
            where = f"{MAIN}, step {self._place + 1}"
            if step.type is None and not step.resume and not step.cut:
                raise Disagreement(f"{where}: no turn runs, so a person types or resumes here ({named(step)})")
            if step.resume != self._over:
                raise Disagreement(
                    f"{where}: the session was cut, so a person resumes it here"
                    if self._over
                    else f"{where}: nothing has cut the session, or the turn that should was never played"
                )
            self._place += 1
            if step.resume:
                self._over = False
                verdict = self.host.resume_session()
                self._no_failures(verdict.failures)
                self._seen(Seen("resumed", "person", "\n".join(verdict.context), note=step.note))
            elif step.cut:
                self._stop(Seen("cut", MAIN, note=step.note))
            else:
                expected.told(where, step.expect, self.type(step.type or "", step.note))
        self.finish()

    def stop(self) -> None:
        """Nobody takes a further step."""
        with self._change:
            self._over = True
            self._change.notify_all()

    def type(self, words: str, note: str = "") -> str:
        """A person types `words`; the turn that follows from it is played. Returns what they were told.

        Raises Disagreement.
        """
        self._seen(Seen("typed", "person", words, note=note))
        verdict = self.host.prompt(words)
        told = verdict.held if verdict.held is not None else "\n".join(verdict.context)
        self._no_failures(verdict.failures)
        if told:
            self._seen(Seen("answer", "person", told))
        if verdict.held is None:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                try:
                    self._turn(pool)
                except _Cut:
                    wait(self._running)
                    self._running.clear()
                except BaseException:
                    self.stop()  # or the pool would wait for agents that go on
                    raise
        return told

    def finish(self) -> None:
        """Everything that was recorded has been played. Raises Disagreement."""
        main = self._recording.actors.get(MAIN, ())
        if self._place < len(main):
            raise Disagreement(f"{MAIN}, step {self._place + 1}: the turn ended before it ({named(main[self._place])})")
        never = sorted(set(self._recording.actors) - set(self._ids) - {MAIN})
        if never:
            raise Disagreement(f"never started, though the recording has steps for them: {', '.join(never)}")

    # --- the main thread -------------------------------------------------------------------------------------------

    def _turn(self, pool: ThreadPoolExecutor) -> None:
        steps = self._recording.actors.get(MAIN, ())
        holds = 0
        while True:
            if self._place >= len(steps):
                raise Disagreement(f"{MAIN}: the turn goes on, and the recording has no step {self._place + 1}")
            step = steps[self._place]
            if step.type is not None or step.resume:
                raise Disagreement(f"{MAIN}: the turn goes on, and step {self._place + 1} is the person's ({named(step)})")
            self._place += 1
            self._turn_of(MAIN, self._place, step)
            if step.calls:
                made = self._calls(MAIN, step, pool)
                self._verify(MAIN, self._place, step, made)
                continue
            said = self._follow(pool) if step.follow else step.say or ""
            if self._end_turn(said, holds, self._place, step):
                return
            holds += 1

    def _end_turn(self, said: str, holds: int, number: int, step: Step) -> bool:
        """The main thread's stop. False: it was held, and the next step is played."""
        verdict = self.host.stop(said, holds > 0, self._tasks())
        self._no_failures(verdict.failures)
        self._stopped(MAIN, said, step.note, verdict.held)
        expected.end(f"{MAIN}, step {number}", step.expect, verdict.held, holds)
        return verdict.held is None

    def _follow(self, pool: ThreadPoolExecutor) -> str:
        """Do what `task-planner next` says until it wants a person or is done. Returns the last text of the turn."""
        before, same = "", 0
        for _ in range(ROUNDS):
            if self._over:
                raise _Cut
            answer = self._ask_next()
            same = same + 1 if answer == before else 0
            before = answer
            if same >= SAME_ANSWERS:
                raise Disagreement(f"follow: `{NEXT_COMMAND}` says the same again and again: {answer[:600]}")
            step = answers.read(answer)
            kind, said = str(step.get("step")), str(step.get("say"))
            self._seen(Seen("next", MAIN, said))
            if kind in ("person", "done"):
                return said
            if kind == "wait":
                if not self._running:
                    raise Disagreement(f"follow: next waits, and nothing runs: {said}")
                self._sleep(said)
                continue
            calls = answers.calls(step)
            made = self._make(MAIN, answers.chosen(calls, self._left(), said) if kind == "choose" else calls, pool, "")
            for tool, _given, called in made:
                if called.denied is not None:
                    raise Disagreement(f"follow: {tool} was printed by next and denied: {called.denied}")
            if self._running:
                self._sleep("The agents are at work.")
        raise Disagreement(f"follow: no end after {ROUNDS} answers of next")

    def _left(self) -> set[str]:
        """The tasks for which the recording has an implementer left."""
        return {name.split()[0] for name in self._recording.actors if " implementer " in name and name not in self._ids}

    def _ask_next(self) -> str:
        given: dict[str, Json] = {"command": NEXT_COMMAND, "description": "Next step of the plan"}
        called = self.host.call("Bash", given, self._use(MAIN))
        if called.result is None or not called.ok:
            came = called.denied or (called.result.text if called.result else "")
            raise Disagreement(f"follow: `{NEXT_COMMAND}` gave no answer: {came}")
        return str(called.result.response.get("stdout"))

    def _sleep(self, said: str) -> None:
        """End the turn while agents run in the background, and be woken by the first that ends."""
        verdict = self.host.stop(said, False, self._tasks())
        self._no_failures(verdict.failures)
        if verdict.held is not None:
            self._stopped(MAIN, said, "", verdict.held)
            return
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future, report in zip(done, _results(list(done)), strict=True):
            agent = self._running.pop(future)
            self.host.prompt(
                f"<task-notification>\n<task-id>{agent.id}</task-id>\n<tool-use-id>{agent.use}</tool-use-id>\n"
                f"<status>completed</status>\n<summary>Agent finished</summary>\n<result>{report}</result>\n</task-notification>"
            )

    def _tasks(self) -> list[Json]:
        return [
            {"id": agent.id, "type": "subagent", "status": "running", "description": "", "agent_type": agent.kind}
            for future, agent in list(self._running.items())  # agents ask too, from their threads
            if not future.done()
        ]

    # --- calls -----------------------------------------------------------------------------------------------------

    def _calls(
        self, actor: str, step: Step, pool: ThreadPoolExecutor, agent: Agent | None = None
    ) -> list[tuple[str, dict[str, Json], Called]]:
        given = [(call.tool, fill(call.input, self.host.project, self._id_of)) for call in step.calls]
        return self._make(actor, given, pool, step.note, agent)

    def _make(
        self,
        actor: str,
        calls: Sequence[tuple[str, dict[str, Json]]],
        pool: ThreadPoolExecutor,
        note: str,
        agent: Agent | None = None,
    ) -> list[tuple[str, dict[str, Json], Called]]:
        """Make the calls of one message; agents among them side by side."""
        rows = [(tool, given, self._use(actor)) for tool, given in calls]
        if self._parallel and not self._background and sum(tool == "Agent" for tool, _, _ in rows) > 1:
            futures = [pool.submit(self._one, actor, *row, note, pool, agent) for row in rows]
            wait(futures)
            made = _results(futures)
        else:
            made = [self._one(actor, *row, note, pool, agent) for row in rows]
        return [(tool, given, called) for (tool, given, _use), called in zip(rows, made, strict=True)]

    def _one(
        self,
        actor: str,
        tool: str,
        given: dict[str, Json],
        use: str,
        note: str,
        pool: ThreadPoolExecutor,
        agent: Agent | None,
    ) -> Called:
        if tool == "Agent" and agent is None:
            return self._agent_call(actor, given, use, note, pool)
        try:
            called = self.host.call(tool, given, use, agent)
        except tools.NotPlayed as error:
            raise Disagreement(f"{actor}: {error}") from None
        self._seen(Seen("call", actor, tool=tool, given=given, called=called, note=note))
        if called.result is not None and _is_gate(tool, given):
            self.counts["passed gate" if called.ok else "failed gate"] += 1
        return called

    def _agent_call(
        self, actor: str, given: dict[str, Json], use: str, note: str, pool: ThreadPoolExecutor
    ) -> Called:
        asked = self.host.ask("Agent", given, use)
        if asked.denied is not None:
            self._seen(Seen("call", actor, tool="Agent", given=given, called=asked, note=note))
            return asked
        name = actor_of(str(asked.given.get("prompt", "")))
        if name is None or name not in self._recording.actors:
            who = name or f"with the prompt {str(asked.given.get('prompt', ''))[:80]!r}"
            raise Disagreement(f"an agent was started, {who}, and the recording has no steps for it")
        if name in self._ids:
            raise Disagreement(f"{name} was started a second time")
        agent = self.host.start_agent(asked.given, use)
        with self._lock:
            self._ids[name] = agent.id
        self.counts["started"] += 1
        self._seen(Seen("started", name, given=asked.given))
        if self._background:
            self.host.agent_launched(agent, asked.given)
            self._running[pool.submit(self._agent, name, agent, pool)] = agent
            return Called(asked.given, result=tools.Result(True, "Async agent launched successfully."))
        began = time.monotonic()
        report = self._agent(name, agent, pool)
        self.host.agent_returned(agent, asked.given, report, time.monotonic() - began)
        return Called(asked.given, result=tools.Result(True, report))

    # --- agents ----------------------------------------------------------------------------------------------------

    def _agent(self, actor: str, agent: Agent, pool: ThreadPoolExecutor) -> str:
        """Play an agent to its end and return its last message."""
        try:
            said = self._steps(actor, agent, pool)
        except BaseException:
            self.stop()  # others may wait for this one
            raise
        with self._change:
            self._ended.add(actor)
            self._change.notify_all()
        return said

    def _turn_of(self, actor: str, number: int, step: Step) -> None:
        """The moment of this step has come when this returns. Raises _Cut and Disagreement."""
        with self._change:
            come = self._change.wait_for(
                lambda: self._over or not step.after or step.after in self._ended, PATIENCE
            )
            if self._over:
                raise _Cut
        if not come:
            raise Disagreement(f"{actor}, step {number}: it comes after the end of {step.after}, which has not come")
        if step.cut:
            self._stop(Seen("cut", actor, note=step.note))
            raise _Cut

    def _stop(self, seen: Seen) -> None:
        """The client is killed."""
        self.stop()
        self.host.cut()
        self.counts["cut"] += 1
        self._seen(seen)

    def _steps(self, actor: str, agent: Agent, pool: ThreadPoolExecutor) -> str:
        holds = 0
        steps = self._recording.actors[actor]
        for number, step in enumerate(steps, 1):
            self._turn_of(actor, number, step)
            if step.calls:
                made = self._calls(actor, step, pool, agent)
                self._verify(actor, number, step, made)
                continue
            said = step.say or ""
            verdict = self.host.stop_agent(agent, said, holds > 0, self._tasks())
            self._no_failures(verdict.failures)
            self._stopped(actor, said, step.note, verdict.held)
            expected.end(f"{actor}, step {number}", step.expect, verdict.held, holds)
            if verdict.held is None:
                if number < len(steps):
                    raise Disagreement(f"{actor}, step {number}: it ended here, and the recording has {len(steps)} steps")
                return said
            holds += 1
        raise Disagreement(f"{actor}: the recording ends before the agent does (its last step must be a say that is not held)")

    # --- small things ----------------------------------------------------------------------------------------------

    def _verify(self, actor: str, number: int, step: Step, made: Sequence[tuple[str, dict[str, Json], Called]]) -> None:
        denied = expected.calls(f"{actor}, step {number} ({named(step)})", step.expect, [(tool, called) for tool, _, called in made])
        self.counts["denied"] += denied

    def _stopped(self, actor: str, said: str, note: str, reason: str | None) -> None:
        if reason is not None:
            self.counts["held"] += 1
        elif said.startswith("FILED fail"):
            self.counts["rejected"] += 1
        self._seen(Seen("ended" if reason is None else "held", actor, said, reason=reason or "", note=note))

    def _no_failures(self, failures: Sequence[str]) -> None:
        if failures:
            raise Disagreement(f"a hook came to no decision: {'; '.join(failures)}")

    def _seen(self, seen: Seen) -> None:
        with self._lock:
            self._tell(seen)

    def _use(self, actor: str) -> str:
        with self._lock:
            self._uses[actor] += 1
            slug = re.sub(r"[^A-Za-z0-9]+", "_", actor)
            return f"toolu_{slug}_{self._uses[actor]:03d}"

    def _id_of(self, actor: str) -> str:
        if actor not in self._ids:
            raise Disagreement(f"${{agent:{actor}}} stands in the recording, and no such agent was started yet")
        return self._ids[actor]


def _results(futures: Sequence[Future[_R]]) -> list[_R]:
    """What came of each, all being done. A disagreement is told before a cut that it may have caused."""
    errors = [error for future in futures if (error := future.exception()) is not None]
    for error in sorted(errors, key=lambda error: isinstance(error, _Cut)):
        raise error
    return [future.result() for future in futures]


def _is_gate(tool: str, given: Mapping[str, Json]) -> bool:
    return tool == "Bash" and str(given.get("command", "")).split()[:2] == ["task-planner", "gate"]
