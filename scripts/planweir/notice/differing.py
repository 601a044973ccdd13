"""What differs between two keepsakes, in words, and what that is to the plan. Pure."""

from __future__ import annotations

from planweir.notice import gitkeys
from planweir.notice.things import GIT, PLUGIN, RULES, RUNTIME, SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.notice.keepsake import Keepsake, Row

NAMED = 12  # paths in one incident
SHOWN = 100  # characters of a setting's value
ALLOWED = "permissions.allow"  # the host adds to it where a person allows a call for good


class Difference:
    """`what` is said of `paths`. `held`: those of them that the gate waits for."""

    __slots__ = ("group", "held", "paths", "what")

    def __init__(self, group: str, paths: list[str], what: str, held: bool) -> None:
        self.group, self.paths, self.what = group, paths, what
        self.held = paths if held else []


def between(before: Keepsake, after: Keepsake, groups: set[str]) -> list[Difference]:
    """What differs in these groups, less what is seen for the first time. Of the plugin and its environment all files are one
    difference."""
    found: list[Difference] = []
    many: dict[str, list[str]] = {}
    known = {row.group for row in before.rows.values()}
    for path in sorted({*before.rows, *after.rows}):
        old, new = before.rows.get(path), after.rows.get(path)
        group = new.group if new is not None else old.group if old is not None else ""
        if group not in groups or group not in known or (old.sum if old else "") == (new.sum if new else ""):
            continue
        if group.startswith((PLUGIN, RUNTIME)):
            many.setdefault(group, []).append(path)
        else:
            what, held = _told(path, old, new)
            if what:
                found.append(Difference(group, [path], what, held))
    for group, paths in many.items():
        if group.startswith(RUNTIME) and group.removeprefix(RUNTIME) in paths and not before.rows[group.removeprefix(RUNTIME)].sum:
            continue  # it is built where it is first needed
        found.append(Difference(group, paths, _ours(group, paths), False))
    return found


def _told(path: str, old: Row | None, new: Row | None) -> tuple[str, bool]:
    """In words, and whether the gate waits for it."""
    was, now = (set(row.facts) if row is not None else set() for row in (old, new))
    view = (new or old).view if (new or old) is not None else ""  # type: ignore[union-attr]
    if view == "keys":
        facts = sorted(was ^ now)
        return f"{path} was changed: {_shown(facts, now)}, which git runs or reads more from", any(map(gitkeys.at_commit, facts))
    if view == "rules":
        return f"{path} was changed: git now {_rules(was, now)}", True
    how = "is new" if old is None or not old.sum else "is gone" if new is None or not new.sum else "was changed"
    if view == "settings":
        return f"{path} {how}: {', '.join(dict.fromkeys(fact.partition('=')[0] for fact in sorted(was ^ now)))}", False
    return f"{path} {how}, which git runs or reads", True


def _shown(facts: list[str], now: set[str]) -> str:
    named = [fact if fact in now else f"{gitkeys.name(fact)} (as it was)" for fact in facts]
    kept = [one for one in named if not one.endswith(" (as it was)") or not any(gitkeys.name(other) == one[:-11] for other in now)]
    return ", ".join(one if len(one) <= SHOWN else one[:SHOWN] + "…" for one in kept[:NAMED])


def _rules(was: set[str], now: set[str]) -> str:
    more, fewer = sorted(now - was), sorted(was - now)
    said = [f"ignores {', '.join(more[:NAMED])}"] if more else []
    return " and ".join([*said, *([f"shows {', '.join(fewer[:NAMED])}"] if fewer else [])])


def _ours(group: str, paths: list[str]) -> str:
    of = "the plugin" if group.startswith(PLUGIN) else "Planweir's Python environment"
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return f"{', '.join(paths[:NAMED])}{more}: {'files' if len(paths) > 1 else 'a file'} of {of} {'were' if len(paths) > 1 else 'was'} changed"


def by_host(difference: Difference, before: Keepsake, after: Keepsake) -> bool:
    """A list of what is allowed that only grew: the host writes that when a person says so in its dialog."""
    if difference.group != SETTINGS:
        return False
    path = difference.paths[0]
    old, new = before.rows.get(path), after.rows.get(path)
    facts = set(old.facts if old else []) ^ set(new.facts if new else [])
    return path.endswith("settings.local.json") and all(fact.startswith(f"{ALLOWED}=") for fact in facts)


GROUP_NAMES = {GIT: "what git runs or reads", RULES: "what git ignores", SETTINGS: "the client's settings"}


def group_name(group: str) -> str:
    return GROUP_NAMES.get(group) or ("the plugin's files" if group.startswith(PLUGIN) else "Planweir's Python environment")
