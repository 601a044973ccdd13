"""A recording without its contents: who called what, when and with which end stays; code, commands' texts and words go."""

from __future__ import annotations

from planweir.play.recording import Json

KEPT = ("file_path", "notebook_path", "subagent_type", "prompt", "description")
FIRST_WORDS = 2  # of a command


def redacted(recording: dict[str, Json]) -> dict[str, Json]:
    """For reading: what agents wrote, said and ran is replaced by its size; the files are left out, the plan too."""
    actors = recording["actors"]
    out: dict[str, Json] = {key: value for key, value in recording.items() if key not in ("files", "executable", "title")}
    rows = actors.items() if isinstance(actors, dict) else ()
    out["actors"] = {name: [_step(step) for step in steps] if isinstance(steps, list) else [] for name, steps in rows}
    return {**out, "title": "", "redacted": True}


def _step(step: Json) -> Json:
    if not isinstance(step, dict):
        return step
    out = {key: value for key, value in step.items() if key in ("cut", "follow", "resume", "after", "expect")}
    for key in ("say", "type"):
        if key in step:
            out[key] = _words(str(step[key]))
    calls = step["calls"] if "calls" in step else [step["call"]] if "call" in step else []
    if isinstance(calls, list) and calls:
        out["calls"] = [_call(call) for call in calls]
    return out


def _call(call: Json) -> Json:
    given = call.get("input") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(given, dict):
        return call
    return {
        "tool": call.get("tool"),
        "input": {
            key: value if key in KEPT else _words(str(value)) if key == "command" else _size(value)
            for key, value in given.items()
        },
    }


def _words(text: str) -> str:
    """The first words, which say what kind of thing it is."""
    first = text.split()[:FIRST_WORDS]
    return " ".join([*first, f"({len(text.encode())} bytes)"]) if len(text.split()) > FIRST_WORDS else text


def _size(value: Json) -> Json:
    return f"({len(value.encode())} bytes)" if isinstance(value, str) else value
