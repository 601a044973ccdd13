"""Plays a recording through the real client, whose model is the scripted API, and verifies what it expects.

The client runs in print mode, so that agents run in the foreground. What a person types is a client of its own that
goes on with the same session; where the recording is cut, the client is killed with all that it started.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable

from planweir.journal.store import Journal
from planweir.places import Places
from planweir.play.client.asked import hook_words, turn_of
from planweir.play.client.cast import Cast, Script
from planweir.play.client.run import Run
from planweir.play.client.witness import Witness
from planweir.play.client.world import ClientWorld
from planweir.play.recording import MAIN, Recording, Step
from planweir.play.seen import Disagreement, Seen

TURN_SECONDS = 900.0  # for what follows from one typed line
POLL_SECONDS = 0.05
BLOCKED = "operation blocked by hook:"


class ClientPlayer:
    """Plays `recording` in `world`, whose plans' records lie at `places`. `tell` hears what happens, never two things at
    once. `counts` has what was seen, in the words of the player of hooks. `script` has actors in place of the recording's
    own, with the steps that the API knows beside those of recordings."""

    def __init__(
        self,
        world: ClientWorld,
        places: Places,
        recording: Recording,
        tell: Callable[[Seen], None] = lambda seen: None,
        script: Script | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.runs: list[Run] = []
        self.world = world
        self._places = places
        self._cast = Cast(script or recording.actors)
        self._tell = tell
        self._witness = Witness(self._seen)
        self._session = str(uuid.uuid4())
        self._cut = False

    def play(self) -> None:
        """Play the whole recording, the person's part too. Raises Disagreement and Unavailable."""
        try:
            self._play()
        finally:
            self.end()

    def _play(self) -> None:
        main = self._cast.actor(MAIN)
        while main.position < len(main.steps):
            step: Step = main.steps[main.position]
            where = f"{MAIN}, step {main.position + 1}"
            if step.resume != self._cut:
                raise Disagreement(
                    f"{where}: the session was cut, so a person resumes it here"
                    if self._cut
                    else f"{where}: nothing has cut the session, or the turn that should was never played"
                )
            main.position += 1
            if step.resume:
                self._cut = False
                self._seen(Seen("resumed", "person", note=step.note))
            elif step.type is not None:
                told = self.type(step.type, step.note)
                if step.expect.told and step.expect.told not in told:
                    raise Disagreement(
                        f"{where}: the recording expects to be told {step.expect.told!r}; it was: {told}"
                    )
            elif step.cut:
                self._was_cut(Seen("cut", MAIN, note=step.note))
            else:
                raise Disagreement(f"{where}: no turn runs, so a person types or resumes here")
        self.finish()

    def type(self, words: str, note: str = "") -> str:
        """A person types `words`; the turn that follows from it is played. Returns what they were told.

        Raises Disagreement and Unavailable.
        """
        self._seen(Seen("typed", "person", words, note=note))
        going_on = any((self.world.home / ".claude" / "projects").glob(f"*/{self._session}.jsonl"))
        session = "--resume" if going_on else "--session-id"
        run = self.world.start(
            *("-p", words, session, self._session),
            cast=self._cast,
            witness=self._witness,
            strict=True,
            ended=self._ended,
        )
        self.runs.append(run)
        told, shown = "", False
        for _ in range(int(TURN_SECONDS / POLL_SECONDS)):
            ended = run.ended(POLL_SECONDS)
            if not shown and run.of():
                told, shown = self._answer(told_first(run)), True
            if run.problems:
                break
            assert run.api is not None
            if run.api.cut is not None:
                run.kill()
                self._cast.cut()
                self._was_cut(run.api.cut)
                return told
            if ended:
                break
        else:
            run.end()
            raise Disagreement(f"the client did not end within {TURN_SECONDS:g} s\n{run.story()}")
        problems = list(run.problems)  # before the end, after which all that was under way is missed too
        run.end()
        self._cast.turn_ended()
        if problems or run.problems:
            raise Disagreement("\n".join(problems or run.problems))
        if run.exit != 0:
            raise Disagreement(f"the client ended with {run.exit}: {(run.stderr or run.stdout).strip()[-1500:]}")
        if not run.requests:
            heading, _, answer = run.stdout.partition("\n")
            told = self._answer(answer.rstrip() if heading.endswith(BLOCKED) else run.stdout.rstrip())
        return told

    def end(self) -> None:
        """Ends what still runs, should the play have been broken off. Idempotent."""
        self.world.end()

    def finish(self) -> None:
        """Everything that was recorded has been played. Raises Disagreement."""
        left = self._cast.unplayed()
        never = sorted(name for name in left if name not in self._cast.actors)
        if never:
            raise Disagreement(f"never started, though the recording has steps for them: {', '.join(never)}")
        if left:
            raise Disagreement(
                "ended before its last step: " + ", ".join(f"{name} ({count} left)" for name, count in left.items())
            )

    # --- small things ------------------------------------------------------------------------------------------

    def _answer(self, told: str) -> str:
        if told:
            self._seen(Seen("answer", "person", told))
        return told

    def _was_cut(self, seen: Seen) -> None:
        self._cut = True
        self.counts["cut"] += 1
        self._seen(seen)

    def _ended(self, actor: str) -> bool:
        """Whether this actor's agent has ended in the plan's own books: its last hook has run."""
        agent = Journal(self._places).state()["agents"].get(self._cast.agents.get(actor, ""))
        return agent is not None and not agent["alive"]

    def _seen(self, seen: Seen) -> None:
        if seen.kind in ("started", "held"):
            self.counts[seen.kind] += 1
        elif seen.kind == "ended" and seen.text.startswith("FILED fail"):
            self.counts["rejected"] += 1
        elif seen.called is not None and seen.called.denied is not None:
            self.counts["denied"] += 1
        elif seen.called is not None and str(seen.given.get("command", "")).startswith("task-planner gate"):
            self.counts["passed gate" if seen.called.ok else "failed gate"] += 1
        self._tell(seen)


def told_first(run: Run) -> str:
    """What our hooks say to the typed line, where it went on to the model."""
    turn = turn_of(run.of()[0])
    return "\n".join(hook_words("UserPromptExpansion", f"{turn.text}\n\n{turn.notes}"))
