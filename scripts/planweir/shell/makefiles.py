"""The recipes that a Makefile has run for targets, as text for a shell. A small reader: what it does not follow it leaves out."""

from __future__ import annotations

import os
import re

_RULE = re.compile(r"([^\s:=#][^:=#]*?)\s*::?(?!=)\s*([^;=]*?)(?:;(.*))?\Z")
_SETTING = re.compile(r"\s*(?:export\s+|override\s+)?([\w.-]+)\s*(?:\?|:{1,3}|\+)?=\s*(.*)\Z")
_NAMED = re.compile(r"\$\$|\$[({]([\w.-]+)[)}]|\$([@<^?*])|\$(\w)|\$[({][^(){}]*[)}]")
_MOST = 40  # rules that are followed
_UNKNOWN = "$__of_make"


class _Rules:
    def __init__(self, text: str, given: dict[str, str]) -> None:
        self.values: dict[str, str] = {}
        self.needs: dict[str, list[str]] = {}
        self.lines: dict[str, list[str]] = {}
        self.first: str | None = None
        names: list[str] = []
        for line in re.sub(r"\\\n[ \t]*", " ", text).split("\n"):
            if line.startswith("\t"):
                for name in names:
                    self.lines[name].append(line[1:])
                continue
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            setting = _SETTING.match(line)
            if setting:
                self.values[setting[1]] = setting[2]
                continue
            names = self._rule(line)
        self.values |= given

    def _rule(self, line: str) -> list[str]:
        match = _RULE.match(line)
        names = match[1].split() if match else []
        for name in names:
            self.needs.setdefault(name, []).extend((match[2] if match else "").replace("|", " ").split())
            self.lines.setdefault(name, [])
            if match and match[3]:
                self.lines[name].append(match[3])
            if self.first is None and not name.startswith(".") and "%" not in name:
                self.first = name
        return names

    def filled(self, line: str, target: str, depth: int = 0) -> str:
        """A line with make's variables put in."""
        needs = self.needs.get(target, [])

        def one(match: re.Match[str]) -> str:
            whole, named, special, letter = match[0], match[1], match[2], match[3]
            if whole == "$$":
                return "$$" if depth else "$"
            if special:
                return {"@": target, "<": needs[0] if needs else "", "^": " ".join(needs)}.get(special, _UNKNOWN)
            value = self.values.get(named or letter or "")
            if named == "MAKE":
                return "make"
            if value is None or depth > 6:
                return _UNKNOWN
            return self.filled(value, target, depth + 1)

        return _NAMED.sub(one, line)


def recipes(text: str, targets: list[str], given: dict[str, str], folder: str = "/") -> str | None:
    """What make runs for targets (none: the first) in a folder, each line in a shell of its own; None where no rule is found.

    What is there and newer than all it is made of is not made again."""
    rules = _Rules(text, given)
    waiting = targets or ([rules.first] if rules.first else [])
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in rules.lines or len(order) > _MOST:
            return
        for one in rules.needs[name]:
            visit(rules.filled(one, name))
        order.append(name)

    for name in waiting:
        visit(name)
    if not order:
        return None
    phony = {one for name in rules.needs if name == ".PHONY" for one in rules.needs[name]}
    out = []
    for name in dict.fromkeys(order):
        if name not in phony and _made(name, rules.needs[name], folder):
            continue
        for line in rules.lines[name]:
            bare = rules.filled(line.lstrip(" \t@-+"), name).strip()
            if bare and not bare.startswith("#"):
                out.append(f"(\n{bare}\n)\n")
    return "".join(out) or None


def _made(name: str, needs: list[str], folder: str) -> bool:
    """Whether a target is a file that is there and newer than what it is made of."""
    try:
        made = os.path.getmtime(os.path.join(folder, name))
        return all(os.path.getmtime(os.path.join(folder, one)) <= made for one in needs)
    except (OSError, ValueError):
        return False
