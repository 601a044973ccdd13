"""What a step of a recording expects, compared with what came of it. Each function raises Disagreement."""

from __future__ import annotations

from collections.abc import Sequence

from planweir.play.host import Called
from planweir.play.recording import Expect, Step
from planweir.play.seen import Disagreement, rule_of

HOLDS = 8  # the client lets an agent go after so many (Claude Code 2.1.329)


def calls(where: str, expect: Expect, made: Sequence[tuple[str, Called]]) -> int:
    """Of the calls of one step (tool, what became of it). Returns how many were denied."""
    denied = [called.denied for _, called in made if called.denied is not None]
    for reason in denied:
        if rule_of(reason) != expect.denied:
            wanted = f"[{expect.denied}]" if expect.denied else "no denial"
            raise Disagreement(f"{where}: the recording expects {wanted}; it was denied: {reason}")
    if expect.denied is not None and not denied:
        raise Disagreement(f"{where}: the recording expects a denial by [{expect.denied}]; it was let through")
    wrong = [(tool, called.result.text) for tool, called in made if called.result is not None and not called.ok]
    if expect.fails and not wrong:
        raise Disagreement(f"{where}: the recording expects it to fail; it passed")
    for tool, text in wrong:
        if expect.passes or (tool != "Bash" and not expect.fails):
            raise Disagreement(f"{where}: the recording expects it to pass; it failed: {text[-1500:]}")
    return len(denied)


def end(where: str, expect: Expect, reason: str | None, holds: int) -> None:
    """Of an end that was held with `reason`, or let go (None), after so many holds before."""
    if reason is None:
        if expect.held:
            raise Disagreement(f"{where}: the recording expects it to be held; it was let go")
        return
    if not expect.held:
        raise Disagreement(f"{where}: the recording expects it to end here; it was held: {reason}")
    if holds + 1 >= HOLDS:
        raise Disagreement(f"{where}: held {HOLDS} times; the client lets go after that")


def told(where: str, expect: Expect, answer: str) -> None:
    """Of the answer to what a person typed."""
    if expect.told not in answer:
        raise Disagreement(f"{where}: the recording expects to be told {expect.told!r}; it was: {answer}")


def named(step: Step) -> str:
    """A step in few words."""
    if step.note:
        return step.note
    if step.calls:
        first = step.calls[0]
        shown = first.input.get("command") or first.input.get("file_path") or first.input.get("prompt") or ""
        return f"{first.tool} {' '.join(str(shown).split())[:60]}".strip()
    if step.type is not None:
        return f"types {step.type}"
    return next((kind for kind in ("follow", "cut", "resume") if getattr(step, kind)), f"say {(step.say or '')[:40]!r}")
