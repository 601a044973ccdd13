"""What the client that runs does: facts that hold since a version, so that a test says what older ones do instead."""

from __future__ import annotations

import json
from pathlib import Path

from planweir.play.client import fetch


def since(version: str) -> bool:
    """Is the client that runs of this version or newer?"""
    return _numbers(fetch.version()) >= _numbers(version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


# Each by the oldest version in which it was seen; tests/e2e/README.md says in which it was not.
def prompts_in_a_turn_raise_an_event() -> bool:
    return since("2.1.260")


def turn_limits_are_told() -> bool:
    """The notification of an agent that reached its limit of turns says so."""
    return since("2.1.260")


def hook_errors_are_named() -> bool:
    """A denial reaches the model as `PreToolUse:Write hook error: …`, not as its bare reason."""
    return since("2.1.285")


def print_mode_asks_for_permission() -> bool:
    """Under `-p` a call that no rule allows raises PermissionRequest."""
    return since("2.1.285")


def agents_wait_for_their_shells() -> bool:
    """An agent that ends while its own shell runs is told as waiting, and always starts again when the shell has ended."""
    return since("2.1.300")


def typed_commands_raise_a_prompt_first() -> bool:
    """A typed command raises UserPromptSubmit before UserPromptExpansion, so that one that is blocked raises both."""
    return since("2.1.300")


def messages_name_the_kind_of_their_recipient() -> bool:
    return since("2.1.300")


def tools_are_deferred() -> bool:
    """SendMessage, TaskStop and Monitor are not in the request until ToolSearch loads them, and run all the same."""
    return since("2.1.329")


def manifests_may_name_engines() -> bool:
    """`plugin validate` knows every field of our manifest, and has profiles; before, unknown fields are warnings."""
    return since("2.1.329")


def root_has_a_sandbox() -> bool:
    """In the sandbox a command of root runs; before, its helper may not map ids there. Those between were not tried."""
    return since("2.1.329")


def script_prompts_are_framed() -> bool:
    """The first message of a script's agent has the host's words before the prompt, each line of which is
    indented; what lies beside its transcript names its label and phase."""
    return since("2.1.329")


def script_paths_are_guarded() -> bool:
    """A Workflow call of a file outside the working directory is refused before hooks hear of it."""
    return since("2.1.329")


def scripts_take_a_limit() -> bool:
    """CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS says how many agents of a script run at once."""
    return since("2.1.329")


def in_transcript(path: str) -> list[str]:
    """The notifications that a main thread's transcript has, those that began a turn and those that came into one."""
    found: list[str] = []
    for line in Path(path).read_text().splitlines():
        entry = json.loads(line)
        if entry.get("type") == "user":
            text = entry["message"]["content"]
        elif entry.get("type") == "attachment" and entry["attachment"]["type"] == "queued_command":
            text = entry["attachment"]["prompt"]
        else:
            continue
        if isinstance(text, str) and text.startswith("<task-notification>"):
            found.append(text)
    return found
