"""Reads a plan from a file or a text, in Markdown or JSON. Bad content gives problems, never an exception."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from planweir.plan.forms import PlanFormError, other_key
from planweir.plan.globs import tidy
from planweir.plan.markdown import read_markdown
from planweir.plan.model import MAX_BYTES, MAX_LINES, MAX_TASKS, Plan, Problem, plan_from_json
from planweir.plan.notes import Lines

Form = Literal["markdown", "json"]
SCHEMA = Path(__file__).with_name("plan.schema.json")
_MAX_SCHEMA_PROBLEMS = 50


@dataclass(frozen=True)
class Reading:
    """What came of reading. `plan` is None as soon as anything is an error; `partial` is then what could be
    read, only good for finding more problems. `lines`: (task id, field) -> line; ("", field) for the plan's
    own keys."""

    plan: Plan | None
    problems: list[Problem]
    partial: Plan | None = None
    lines: Lines = field(default_factory=dict)


def reading(plan: Plan | None, problems: list[Problem], lines: Lines | None = None) -> Reading:
    """A Reading that keeps its promise about `plan`."""
    wrong = any(problem.level == "error" for problem in problems)
    return Reading(None if wrong else plan, problems, plan, lines or {})


def read_plan(path: str) -> Reading:
    """Reads the file at `path`. A name that ends in .json, or a text that begins with `{`, is JSON."""
    try:
        info = os.stat(path)
        if stat.S_ISDIR(info.st_mode):
            return _refused("unreadable", f"{path} is a folder", "name the plan's file")
        if not stat.S_ISREG(info.st_mode):
            return _refused("unreadable", f"{path} is no ordinary file", "name the plan's file")
        if info.st_size > MAX_BYTES:
            return _too_big(path)
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return _refused(
            "unreadable", f"{path} does not exist", "check the path; it is relative to where you are"
        )
    except OSError as error:
        return _refused("unreadable", f"{path} cannot be read: {error.strerror}", "make it readable")
    except ValueError:
        return _refused("unreadable", "the path holds a character that no path can hold", "check the path")
    if len(data) > MAX_BYTES:
        return _too_big(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        what = "it is UTF-16" if wide else f"byte {error.start} (0x{data[error.start]:02x}) is none"
        return _refused("encoding", f"{path} is not UTF-8: {what}", "save it as UTF-8", line)
    is_json = path.casefold().endswith(".json") or text.lstrip("\ufeff \t\r\n").startswith("{")
    return read_text(text, "json" if is_json else "markdown")


def read_text(text: str, form: Form = "markdown") -> Reading:
    """Reads a plan from text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return _refused(
            "encoding", "the text holds half of a character (a lone surrogate)", "take it out", line
        )
    if len(text) > MAX_BYTES:
        return _too_big("the text")
    if not text.lstrip("\ufeff").strip():
        return _refused("empty", "the plan is empty", "see docs/plan-format.md for the format")
    if form == "json":
        return read_json(text)
    if text.count("\n") > MAX_LINES:
        return _refused("too-big", f"the plan has more than {MAX_LINES} lines", "split the plan")
    return reading(*read_markdown(text))


def _refused(code: str, message: str, mend: str, line: int | None = None) -> Reading:
    return Reading(None, [Problem("error", code, message, mend, line)])


def _too_big(path: str) -> Reading:
    return _refused("too-big", f"{path} is larger than {MAX_BYTES // 1024 // 1024} MB", "split the plan")


# -- JSON -------------------------------------------------------------------------------------------


def read_json(text: str) -> Reading:
    """Reads the JSON form: by the published schema, or by the model's own checks where jsonschema is not
    installed."""
    try:
        return _read_json(text)
    except RecursionError:
        return _refused("json", "no valid plan: it is nested too deeply", "mend it")


def _read_json(text: str) -> Reading:
    try:
        obj = json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        return _refused(
            "json", f"no valid JSON: {error.msg} (column {error.colno})", "mend the syntax", error.lineno
        )
    except ValueError as error:
        return _refused("json", f"no valid JSON: {error}", "mend it")
    if isinstance(obj, dict) and isinstance(obj.get("tasks"), list) and len(obj["tasks"]) > MAX_TASKS:
        return _refused("too-many-tasks", f"more than {MAX_TASKS} tasks", "split the plan")
    problems = schema_problems(obj)
    if problems:
        return Reading(None, problems)
    try:
        plan = plan_from_json(obj)
    except PlanFormError as error:
        return _refused("json-form", f"{error.path} {error.what}", error.mend)
    half = next((path for path, value in _strings(obj, "$") if not _is_text(value)), None)
    if half is not None:
        return _refused("encoding", f"{half} holds half of a character (a lone surrogate)", "take it out")
    tasks = tuple(replace(t, files=_tidied(t.files), also=_tidied(t.also)) for t in plan.tasks)
    return reading(replace(plan, tasks=tasks), [])


def schema_problems(obj: object) -> list[Problem]:
    """What plan.schema.json says against the object, with JSON paths. Nothing when jsonschema is not
    installed: then plan_from_json, which holds the same rules, speaks alone."""
    try:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import ValidationError
    except ImportError:
        return []
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    problems: list[Problem] = []
    error: ValidationError
    for error in validator.iter_errors(obj):
        problems.extend(
            _from_schema(
                error.json_path, str(error.validator), error.validator_value, error.instance, error.schema
            )
        )
        if len(problems) >= _MAX_SCHEMA_PROBLEMS:
            break
    return problems


_TYPES = {
    "object": ("an object", "write { … }"),
    "array": ("a list", "write [ … ]"),
    "string": ("a string", "write it in double quotes"),
    "boolean": ("a boolean", "write true or false"),
    "integer": ("a whole number", "write a whole number"),
}


def _from_schema(path: str, rule: str, wanted: object, instance: object, schema: object) -> list[Problem]:
    """One violation in words: a table would not do, because each rule speaks of its own values."""

    def one(what: str, mend: str) -> Problem:
        return Problem("error", "json-form", f"{path} {what}", mend)

    if rule == "additionalProperties" and isinstance(instance, dict) and isinstance(schema, dict):
        known = tuple(schema.get("properties", {}))
        found = []
        for key in instance:
            if key not in known:
                found.append(one(f"has the unknown key `{_short(key)}`", other_key(str(key), known)))
        return found
    if rule == "required" and isinstance(instance, dict) and isinstance(wanted, list):
        return [one(f"lacks `{key}`", f'add "{key}"') for key in wanted if key not in instance]
    if rule == "type":
        names = [name for name in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(name, str)]
        what, mend = _TYPES.get(names[0], (names[0], "see the schema"))
        return [one(f"is {_short(json.dumps(instance))}, not {what}", mend)]
    value = _short(json.dumps(instance, ensure_ascii=False))
    if rule == "enum" and isinstance(wanted, list):
        return [one(f"is {value}", "write one of " + ", ".join(json.dumps(item) for item in wanted))]
    whats = {
        "pattern": f"is {value}",
        "minimum": f"is {value}",
        "maximum": f"is {value}",
        "minLength": "is empty",
        "minItems": "is empty",
        "maxLength": "is too long",
    }
    hint = schema.get("description") if isinstance(schema, dict) else None
    return [one(whats.get(rule, f"breaks the rule {rule}"), str(hint or f"{rule}: {wanted}"))]


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    got = dict(pairs)
    if len(got) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f'the key "{_short(twice)}" is given twice in one object')
    return got


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _strings(obj: object, path: str) -> list[tuple[str, str]]:
    if isinstance(obj, str):
        return [(path, obj)]
    if isinstance(obj, dict):
        return [pair for key, value in obj.items() for pair in _strings(value, f"{path}.{key}")]
    if isinstance(obj, list):
        return [pair for n, value in enumerate(obj) for pair in _strings(value, f"{path}[{n}]")]
    return []


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _tidied(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy(path) for path in paths))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
