"""Variables that decide which code a program runs."""

from __future__ import annotations

from planweir.shell.lazy import pattern

# Variables that decide which code a program runs.
_DANGEROUS = pattern(
    r"(?:PATH|LD_\w+|DYLD_\w+|BASH_ENV|ENV|NODE_OPTIONS|PYTHONSTARTUP|PYTHONHOME|PERL5\w*|RUBYOPT|GIT_\w+|"
    r"GOFLAGS|CARGO_\w+|RUSTC\w*|RUSTFLAGS|MAKE\w+|(?i:npm_config_\w+)|TOX_\w+|HARNESS_\w+|BUN_OPTIONS|BUN_INSPECT\w*|"
    r"PW_TEST_\w+|JAVA_TOOL_OPTIONS|MANPAGER|LESSOPEN|PS4|PROMPT_COMMAND|"
    r"INSTA_\w+|UPDATE_\w+|\w*SNAPSHOTS?(?:_UPDATE)?|"  # snapshots are written
    r"PYTEST_ADDOPTS|PYTEST_PLUGINS|PAGER|EDITOR|VISUAL|IFS|SHELL)\Z"
)
# Settings of these that change nothing about which code is run.
_PLAIN = pattern(
    r"(?:(?:GIT_|MAN)?PAGER=(?:cat|less|more|)|GIT_(?:OPTIONAL_LOCKS|TERMINAL_PROMPT|CONFIG_NOSYSTEM|TRACE)=[012]"
    r"|GIT_(?:AUTHOR|COMMITTER)_\w+=.*|CARGO_(?:TERM_\w+|INCREMENTAL|NET_\w+)=\w*|RUSTFLAGS=(?:-[ADWF] ?[\w:-]+ ?)*"
    r"|MAKEFLAGS=(?:-?[jksBn]\d* ?|--\w[\w-]* ?)*|GOFLAGS=(?:-(?:mod=(?:mod|vendor|readonly)|count=\d+|race|v|short|timeout=\w+|buildvcs=\w+) ?)*"
    r"|(?i:npm_config_)(?:yes|loglevel|audit|fund|progress|color|offline|update_notifier)=\w*|JAVA_TOOL_OPTIONS=(?:-X(?:mx|ms|ss)\w+ ?)*)\Z"
)


def dangerous(assignments: list[str]) -> str | None:
    """The first variable set for a call that could change which code it runs."""
    for one in assignments:
        name = one.partition("=")[0]
        if _DANGEROUS.match(name) and not _PLAIN.match(one) and not (name == "NODE_OPTIONS" and _plain_node(one)):
            return name
    return None


def _plain_node(setting: str) -> bool:
    from planweir.guard.npm import PLAIN_NODE

    return PLAIN_NODE.match(setting) is not None
