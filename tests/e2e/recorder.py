"""The plugin that records what the client sends to hooks (fixtures/recorder), and reading what it saw."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).resolve().parent / "fixtures" / "recorder"


class Recorder:
    """A copy of the plugin in `place`. A rule is {"when": {dotted key: regular expression}, "out": {...}}."""

    def __init__(self, place: Path, rules: Sequence[dict[str, Any]] = ()) -> None:
        self.path = place
        shutil.copytree(FIXTURE, place)
        (place / "rules.json").write_text(json.dumps(list(rules)))

    def lines(self) -> list[dict[str, Any]]:
        seen = self.path / "seen.jsonl"
        return [json.loads(line) for line in seen.read_text().splitlines()] if seen.exists() else []

    def events(self, name: str | None = None, **wanted: object) -> list[dict[str, Any]]:
        """Payloads in the order of their arrival, those of one event, with these fields."""
        return [
            line["event"]
            for line in self.lines()
            if (name is None or line["event"]["hook_event_name"] == name)
            and all(line["event"].get(key) == value for key, value in wanted.items())
        ]

    def sanitised(self, project: Path, home: Path) -> list[dict[str, Any]]:
        """The payloads as they may be kept: the world's paths become /home/dev and /home/dev/app."""
        text = json.dumps(self.events())
        for path, name in ((project, "/home/dev/app"), (home, "/home/dev"), (self.path, "/home/dev/planweir")):
            slug = re.sub(r"[^A-Za-z0-9]", "-", str(path))
            text = text.replace(str(path), name).replace(slug, name.replace("/", "-"))
        kept: list[dict[str, Any]] = json.loads(text.replace(str(project.parent), "/tmp/world"))
        return kept
