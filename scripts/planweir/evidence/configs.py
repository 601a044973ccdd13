"""The configurations that a run's options name, beside those that its runner reads by itself.

Such a file decides which tests there are and what they mean. Where the attempt that runs them wrote it, its run says little; one
that the runner reads anyway (pytest.ini, jest.config.js in the folder where it runs) gives an option no further power.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.flags import Found

_OPTIONS: dict[str, tuple[str, ...]] = {
    "pytest": ("-c", "--config-file"),
    "jest": ("-c", "--config", "--projects"),
    "vitest": ("-c", "--config", "--workspace"),
    "mocha": ("--config", "--package", "--opts"),
    "playwright": ("-c", "--config"),
    "bun": ("-c", "--config"),
    "deno": ("-c", "--config", "--import-map"),
    "nextest": ("--config-file",),
    "maven": ("-f", "--file", "-s", "--settings"),
    "dotnet": ("-s", "--settings"),
    "rspec": ("-O", "--options"),
    "phpunit": ("-c", "--configuration", "--bootstrap"),
    "pest": ("-c", "--configuration", "--bootstrap"),
}
_READ_ANYWAY = (
    r"\.?pytest\.(?:ini|toml)|pyproject\.toml|tox\.ini|setup\.cfg|package\.json|jest\.config\.\w+|vite(?:st)?\.config\.\w+|"
    r"vitest\.workspace\.\w+|\.mocharc\.\w+|playwright\.config\.\w+|bunfig\.toml|deno\.jsonc?|"
    r"pom\.xml|\.rspec|phpunit\.(?:dist\.)?xml(?:\.dist)?|\.config/nextest\.toml"
)


def configured(found: list[Found], root: str) -> list[str]:
    """The files, relative to the project."""
    told: list[str] = []
    top = os.path.realpath(root)
    for program, runner, args in found:
        taken = _OPTIONS.get(runner.name, ())
        for at, word in enumerate(args):
            if word is None:
                continue
            option, equals, value = word.partition("=")
            if not equals and option in taken:
                value = (args[at + 1] if at + 1 < len(args) else None) or ""
            elif option not in taken:
                # `-cx.ini`
                value = word[2:] if "-c" in taken and word.startswith("-c") and not word.startswith("--") else ""
            if value and re.fullmatch(_READ_ANYWAY, value.removeprefix("./")) is None:
                told.append(os.path.relpath(os.path.realpath(os.path.join(program.cwd or root, value)), top))
    return list(dict.fromkeys(told))
