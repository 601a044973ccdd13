"""What the input of a tool that we know nothing about holds: strings, local paths, command lines, signs that it writes.

Servers give their fields any name and any nesting, JSON in strings among it, so all of it is looked at.
"""

from __future__ import annotations

import re

from planweir.guard.paths import canonical
from planweir.shell.lazy import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    Found = list[tuple[str, str]]  # the key that a string stands under, and the string

_DEEP = 12
_LONGEST_JSON = 256 * 1024  # characters; a longer string is text that happens to begin like JSON

FILE_KEYS = pattern(r"(?:file_?name|file|file_?path|path)\Z", re.I)
_PATH_KEYS = pattern(r"path|file|dir|folder|target|destination|dest|source|uri|name\Z", re.I)
# Folders that paths beside them are relative to: no target of their own, where there is another.
_ROOTS = pattern(
    r"(?:cwd|root|base|repo|repository|workspace|project|work_?(?:ing_?)?dir(?:ectory)?"
    r"|(?:base|root|repo(?:sitory)?|project|workspace|working)_?(?:path|dir(?:ectory)?|root|folder|uri))\Z",
    re.I,
)
_SOURCES = pattern(r"(?:source|src|from)(?:_?(?:path|file|dir(?:ectory)?|uri))?\Z", re.I)
# New text for a file, by names that nothing else bears, and by names that may be anything's.
_CONTENT = pattern(
    r"(?:file_?)?contents?\Z|file_?text\Z|new_?(?:text|string|str|contents?|source|lines?)\Z|insert_?text\Z|replacement\Z|patch\Z", re.I
)
_PERHAPS = pattern(r"text|body|data|source|code|value|lines?|edits?|diff|replace(?:_?with)?\Z", re.I)
_OPERATIONS = pattern(r"(?:op|operation|action|mode|method|verb|command|kind|type)\Z", re.I)
_CHANGES = pattern(
    r"(?:over)?write|edit|create|delete|remove|rm|mv|move|rename|patch|append|save|put|insert|replace|update|truncate|copy|w\+?|a\+?\Z",
    re.I,
)
_COMMANDS = pattern(
    r"(?:shell_?|bash_?|full_?)?(?:commands?|cmds?|scripts?|code)(?:_?(?:line|string|text)s?)?\Z|command_?to_?run\Z|exec(?:ute)?\Z", re.I
)
CODE = pattern(r"(?:code|script)s?\Z", re.I)
_TYPED = pattern(r"(?:keys|input|text|line|data|stdin|content)s?\Z", re.I)
_TERMINALS = pattern(r"shell|terminal|console|tmux|screen|pty|ssh|repl|bash|stdin|keystroke|send_keys", re.I)
_ARGUMENTS = ("args", "arguments", "argv")
_FOLDERS = ("cwd", "workdir", "working_dir", "working_directory", "workingDirectory", "dir", "directory")
_URI = pattern(r"(?:[\w.+-]+:)?file:(?://[^/]*)?(?=/)", re.I)
_TO = pattern(r"(?:output|out|dest(?:ination)?|save(?:_?(?:to|as))?|download)_?(?:file_?name|path|file|dir(?:ectory)?|folder|uri)?\Z", re.I)
_PATCH_LINES = pattern(r"^\*\*\* (?:(?:Update|Add|Delete) File|Move to): ([^\r\n]+)", re.M)
_DIFF_LINES = pattern(r"^--- (?:[abciow]/)?([^\t\r\n]+)[^\r\n]*\r?\n\+\+\+ (?:[abciow]/)?([^\t\r\n]+)", re.M)


def strings(value: object, key: str = "", depth: int = 0) -> Found:
    """Every string in an input with the key that it stands under; JSON within strings is looked into, and keys that are paths."""
    if isinstance(value, str):
        inner = _json(value) if depth <= _DEEP else None
        return [(key, value)] + ([] if inner is None else strings(inner, key, depth + 1))
    if depth > _DEEP:
        return [(key, repr(value))]
    found: Found = []
    if isinstance(value, dict):
        for name, inner in value.items():
            if "/" in str(name) or re.fullmatch(r"[\w-]+\.\w{1,8}", str(name)):
                found.append(("path", str(name)))
            found += strings(inner, str(name), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            found += strings(inner, key, depth + 1)
    return found


def _json(value: str) -> object:
    """The object or list that a string holds as JSON, None where it holds none."""
    start = value.lstrip()[:1]
    if start not in ("{", "[") or len(value) > _LONGEST_JSON:
        return None
    import json

    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found


def plain(value: str) -> str:
    """A path as the file system has it: out of a `file:` URI, with %2f and its like decoded."""
    found = _URI.match(value)
    if found:
        value = value[found.end() :]
    if "%" in value:
        from urllib.parse import unquote

        return unquote(unquote(value)) if found else unquote(value)
    return value


def paths(found: Found, cwd: str, project: str) -> list[tuple[str, str]]:
    """The local paths that an input names, canonical, each with its key; what they may be relative to is in it as well."""
    named = [(key, one) for key, one in found if like_a_path(key, one)]
    roots = [canonical(plain(one), cwd) for key, one in named if _ROOTS.match(key)]
    targets = [(key, one) for key, one in named if not _ROOTS.match(key)] or named
    targets += [("path", one) for _, text in found for one in patched(text)]
    remote = _remote(found)
    rows: list[tuple[str, str]] = []
    for key, one in targets:
        local = plain(one).strip()
        if local.startswith(("/", "~")):
            rows.append((key, canonical(local, cwd)))
        elif not remote:
            rows += [(key, canonical(local, base)) for base in roots or [cwd]]
    return list(dict.fromkeys(rows))


def everywhere(found: Found, cwd: str, project: str) -> list[str]:
    """Every path that an input may mean, relative to whatever: for what nobody may write, whoever's root it is."""
    named = [plain(one).strip() for key, one in found if like_a_path(key, one)]
    named += [one for _, text in found for one in patched(text)]
    bases = dict.fromkeys([cwd, project, "~", *(one for one in named if one.startswith(("/", "~")))])
    if _remote(found):
        named = [one for one in named if one.startswith(("/", "~"))]
    return list(
        dict.fromkeys(
            canonical(one, canonical(base)) for one in named for base in (("/",) if one.startswith(("/", "~")) else bases)
        )
    )


def _remote(found: Found) -> bool:
    """Whether relative paths are those of a repository elsewhere."""
    return {"owner", "repo"} <= {key.lower() for key, _ in found}


def patched(text: str) -> list[str]:
    """The files that a patch in a text would change."""
    if "\n" not in text or not ("*** " in text or "+++ " in text):
        return []
    pairs = [one.strip() for pair in _DIFF_LINES.findall(text) for one in pair]
    return [one for one in (*(line.strip() for line in _PATCH_LINES.findall(text)), *pairs) if one and one != "/dev/null"]


def like_a_path(key: str, value: str) -> bool:
    if not value or len(value) > 4_096 or "\n" in value:
        return False
    if value.startswith(("/", "./", "../", "~/")) or _URI.match(value):
        return True
    if FILE_KEYS.match(key) and re.fullmatch(r"[\w.@+-]+", value):
        return True
    return (
        bool(_PATH_KEYS.search(key))
        and "://" not in value
        and ("/" in value or "%2" in value or re.fullmatch(r"[\w.-]+\.\w+", value) is not None)
    )


def changes_files(found: Found, reader: bool) -> bool:
    """Whether an input looks like a change of a file, whatever its tool is called: it brings text for it, or names what to do.

    `reader`: the tool is called one that reads, so only what no reader takes counts.
    """
    for key, one in found:
        if _CONTENT.match(key) or patched(one) or (_TO.match(key) and like_a_path(key, one)):
            return True
        if not reader and (_PERHAPS.match(key) or (_OPERATIONS.match(key) and _CHANGES.match(one))):
            return True
    return False


def copied_from(key: str) -> bool:
    """Whether a path under this key is only read where a tool copies."""
    return _SOURCES.match(key) is not None


def command_lines(tool: str, value: object, depth: int = 0) -> list[tuple[str, str, str]]:
    """The command lines that a tool is to run: key, line, folder. A list of words is one line; `env` is put before it."""
    if depth > _DEEP:
        return []
    if isinstance(value, str):
        inner = _json(value)
        return [] if inner is None else command_lines(tool, inner, depth + 1)
    if isinstance(value, list):
        return [one for inner in value for one in command_lines(tool, inner, depth + 1)]
    if not isinstance(value, dict):
        return []
    found: list[tuple[str, str, str]] = []
    folder = next((str(value[key]) for key in _FOLDERS if isinstance(value.get(key), str)), "")
    after = [one for key in _ARGUMENTS if isinstance(value.get(key), list) for one in value[key] if isinstance(one, str)]
    after_text = next((str(value[key]) for key in _ARGUMENTS if isinstance(value.get(key), str)), "")
    set_first = _assignments(value)
    terminal = _TERMINALS.search(tool.rsplit("__", 1)[-1]) is not None
    for name, inner in value.items():
        key = str(name)
        runs = _COMMANDS.match(key) is not None or (terminal and _TYPED.match(key) is not None)
        words = [one for one in inner if isinstance(one, str)] if isinstance(inner, list) else []
        if runs and isinstance(inner, str):
            tail = [quoted(one) for one in after] or ([after_text] if after_text else [])
            found.append((key, " ".join([*set_first, inner, *tail]), folder))
        elif runs and words and len(words) == len(inner):
            lines = words if key.lower().rstrip("_").endswith("s") and any(" " in one for one in words) else []
            whole = " ".join(quoted(one) for one in words)
            found += [(key, " ".join([*set_first, one]), folder) for one in (lines or [whole])]
        elif key not in _ARGUMENTS:
            found += command_lines(tool, inner, depth + 1)
    if not found and after and terminal:
        found.append(("args", " ".join([*set_first, *(quoted(one) for one in after)]), folder))
    return found


def _assignments(value: dict[str, object]) -> list[str]:
    env = value.get("env") or value.get("environment")
    if not isinstance(env, dict):
        return []
    return [f"{name}={quoted(str(one))}" for name, one in env.items() if re.fullmatch(r"[A-Za-z_]\w*", str(name))]


def quoted(word: str) -> str:
    """A word for a shell."""
    return "'" + word.replace("'", "'\\''") + "'"
