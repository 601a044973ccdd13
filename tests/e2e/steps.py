"""Steps that scenarios write often."""

from __future__ import annotations

from typing import Any


def bash(command: str, **more: Any) -> dict[str, Any]:
    """One Bash call."""
    return {"call": {"tool": "Bash", "input": {"command": command, "description": "A step of the script", **more}}}


def agent(
    prompt: str, *, background: bool | None = None, kind: str = "planweir:implementer", description: str = ""
) -> dict[str, Any]:
    """An Agent call, to be put into `calls`. `background` None leaves the choice to the host."""
    given: dict[str, Any] = {
        "subagent_type": kind,
        "description": description or prompt.splitlines()[0][:30],
        "prompt": prompt,
    }
    if background is not None:
        given["run_in_background"] = background
    return {"tool": "Agent", "input": given}


def load(*names: str) -> dict[str, Any]:
    """Loads the schemas of deferred tools (SendMessage, TaskStop, Monitor, ...): the client refuses them before."""
    return {"call": {"tool": "ToolSearch", "input": {"query": "select:" + ",".join(names), "max_results": 9}}}
