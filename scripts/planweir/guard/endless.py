"""Test runners that watch: they run again at every change and never end, so no run of theirs can be recorded."""

from __future__ import annotations

from planweir.guard.launchers import bare
from planweir.guard.rules import deny
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.guard.case import Case
    from planweir.guard.rules import Decision

# tool -> (words that make it watch, words that keep it from it, how it is run once)
_WATCHING: dict[str, tuple[str, str, str]] = {
    "jest": ("--watch --watchAll", "", "npx jest"),
    "vitest": ("watch dev --watch -w", "run --run list bench", "npx vitest run"),
    "mocha": ("--watch -w", "", "npx mocha"),
    "ava": ("--watch -w", "", "npx ava"),
    "tsc": ("--watch -w", "", "npx tsc --noEmit"),
    "node": ("--watch --watch-path", "", "node --test"),
    "ptw": ("", "", "pytest"),
    "pytest-watch": ("", "", "pytest"),
}
_SCRIPT = pattern(r"(?i:(?:.*[:_-])?watch(?:all)?(?:[:_-].*)?)\Z")
_ENDERS = frozenset(("timeout", "gtimeout"))
_OFF = frozenset(("false", "0", "no"))


def endless(case: Case) -> Decision | None:
    """The denial for a command line whose test runner would never end; one under `timeout` does end."""
    for program in case.scan.programs:
        if not _ENDERS.isdisjoint(program.wrappers):
            continue
        once = _once(bare(program.words, program.cwd))
        if once:
            shown = " ".join(one or "…" for one in program.words)[:80]
            return deny("endless-command", f"`{shown}` watches files and never ends", f"run it once: `{once}`")
    return None


def _once(words: list[str]) -> str:
    """How the tests are run once, where these words have them watched; else empty."""
    if not words:
        return ""
    name, rest = words[0], words[1:]
    if name in ("npm", "yarn", "pnpm", "bun"):
        cut = rest.index("--") if "--" in rest else len(rest)
        script = next((one for one in rest[:cut] if not one.startswith("-") and one not in ("run", "run-script")), "")
        handed = rest[cut:] if name == "npm" else rest
        if _SCRIPT.match(script) and "test" in script:
            return f"{name} test"
        return f"{name} test" if script.startswith("t") and _watches(handed, "--watch --watchAll") else ""
    row = _WATCHING.get(name)
    if row is None:
        return ""
    watching, keeping, once = row
    if set(keeping.split()) & set(rest) or (name == "node" and "--test" not in rest):
        return ""
    return once if not watching or _watches(rest, watching) else ""


def _watches(words: list[str], watching: str) -> bool:
    options = watching.split()
    for at, word in enumerate(words):
        option, _equals, value = word.partition("=")
        if option not in options or value in _OFF:
            continue
        if option.startswith("-") or at == 0:  # `vitest dev`, and not a file of that name
            return True
    return False
