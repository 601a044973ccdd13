"""`planweir.json`: what a project, and below it a person, have settled for every plan.

`.claude/planweir.json` holds `{"agents": [{"words": ["security", "auth"], "agent": "security-auditor"}], "engine": "agents",
"max_parallel": 3}`, all of it optional. The project's file counts before the person's in their own `~/.claude`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace

from planweir.plan.agents import LARGEST, Row, row_of
from planweir.plan.forms import PlanFormError, list_of, object_of, one_of, take
from planweir.plan.model import AT_ONCE, ENGINES, Plan, Problem, at_once_of

NAME = "planweir.json"


@dataclass(frozen=True)
class Config:
    """What the files say together. `engine` is empty and `max_parallel` 0 where they say nothing of it."""

    rows: list[Row] = field(default_factory=list)
    engine: str = ""
    engine_in: str = ""  # the file that says so
    max_parallel: int = 0
    problems: list[Problem] = field(default_factory=list)


def settled(project: str, config: str) -> Config:
    """The project's file and the person's as one; what cannot be read is told and counts for nothing."""
    found = Config()
    for path in dict.fromkeys((os.path.join(project, ".claude", NAME), os.path.join(config, NAME))):
        try:
            one = read(path)
        except PlanFormError as error:
            found.problems.append(Problem("error", "configuration", f"{path}: {error.path} {error.what}", error.mend))
            continue
        found.rows.extend(one.rows)
        if one.engine and not found.engine:
            found = replace(found, engine=one.engine, engine_in=path)
        found = replace(found, max_parallel=found.max_parallel or one.max_parallel)
    return found


def read(path: str) -> Config:
    """What one file says; nothing where it does not exist. Raises PlanFormError."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Config()
    except OSError as error:
        raise PlanFormError("$", f"cannot be read: {error.strerror}", "make it readable, or take it away") from None
    try:
        if len(data) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 1_000_000} MB")
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PlanFormError("$", f"is no valid JSON: {str(error)[:200]}", "mend the syntax") from None
    return config_of(value)


def config_of(value: object) -> Config:
    """A configuration. Raises PlanFormError on anything that is not of that form."""
    got = object_of(value, "$", ("agents", "engine", "max_parallel", "$schema"), ())
    return Config(
        [row_of(row, f"$.agents[{n}]") for n, row in enumerate(list_of(got.get("agents", []), "$.agents"))],
        engine=one_of(got["engine"], "$.engine", ENGINES) if "engine" in got else "",
        max_parallel=take(got, "$", "max_parallel", at_once_of, 0),
    )


def at_once(plan: Plan, config: Config) -> Plan:
    """The plan with as many tasks at once as the configuration wants for plans that do not say."""
    if plan.max_parallel != AT_ONCE or not config.max_parallel:
        return plan
    return replace(plan, max_parallel=config.max_parallel)
