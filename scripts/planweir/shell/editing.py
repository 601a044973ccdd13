"""awk, sed and editors: what their scripts write, and whether they run commands."""

from __future__ import annotations

import re

from planweir.shell.call import Call
from planweir.shell.lazy import pattern
from planweir.shell.marks import PIECE, UNKNOWN, known
from planweir.shell.programs import options, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _awk(call: Call) -> None:
    values = frozenset("-F -v -f -i --field-separator --assign --file --include".split())
    found, operands = options(call.args, values)
    if any(name in ("-f", "--file", "-i", "--include") and value != "inplace" for name, value in found):
        call.runs_code(None)
        return
    code = operands[0] if operands else ""
    if len(code) > 4_000:
        call.runs_code(code)
        return
    bare = re.sub(r'"(?:\\.|[^"\\])*"', '""', re.sub(r"(?<![\w)\]])\s*/(?:\\.|[^/\\\n])+/", " 1 ", code))
    if known(code) and "@" not in bare:
        told = _COMMANDS.findall(code)
        call.runs = [["\0text", one] for each in told for one in each if one]
        plain = len(re.findall(r"(?<!\|)\|(?!\|)|\bsystem\b", bare)) == len(told)
    else:
        plain = False
    if not plain:
        call.runs_code(code)
        return
    call.code = code
    call.kind = "reads"
    if re.search(r"\bprintf?\b[^;}\n]*>", bare):
        call.kind = "writes"
        named = _named(code) + _by_variable(code, bare, found, operands)
        call.targets = [("write", one) for one in named] or [("write", UNKNOWN)]
        call.targets = [one for one in call.targets if one[1] not in ("/dev/stdout", "/dev/stderr")]
    if any(value == "inplace" for _, value in found):
        call.kind = "writes"
        call.targets += [("write", one) for one in operands[1:] if "=" not in one]


# A shell's text in awk: behind a pipe, before one, in system().
_COMMANDS = pattern(r'(?<!\|)\|&?\s*"([^"\\]*)"|"([^"\\]*)"\s*\|&?\s*getline|\bsystem\s*\(\s*"([^"\\]*)"\s*\)')


_JOINED = pattern(r'>\s*\(?\s*("[^"\\]*"(?:[ \t]+(?:"[^"\\]*"|\$?\w+(?:\[\w+\])?))*)')


def _named(code: str) -> list[str]:
    """Files that are named by a text, or by one that further texts and values are put behind."""
    found = []
    for match in _JOINED.finditer(code):
        parts = re.findall(r'"([^"\\]*)"|([^\s"]+)', match.group(1))
        found.append("".join(PIECE if value else text for text, value in parts))
    return found


def _by_variable(code: str, bare: str, found: list[tuple[str, str]], operands: list[str]) -> list[str]:
    """What awk writes through a name: FILENAME, a word of ARGV, what -v, an operand or the code itself gives."""
    given = dict(re.findall(r'\b([A-Za-z_]\w*)\s*=\s*"([^"\\]*)"', code))
    given |= dict(value.split("=", 1) for value in (*(value for name, value in found if name in ("-v", "--assign")), *operands[1:]) if "=" in value)
    named: list[str] = []
    for name, index in re.findall(r"\bprintf?\b[^;}\n]*>\s*([A-Za-z_]\w*)(?:\[(\d+)\])?", bare):
        if name == "FILENAME":
            named += [one for one in operands[1:] if "=" not in one]
        elif name == "ARGV" and index.isdigit():
            named += operands[int(index) : int(index) + 1]
        elif name in given:
            named.append(given[name])
    return named


_SED_ADDRESS = pattern(
    r"(?:\d+(?:~\d+)?|\$|/(?:\\.|[^/\\\n])*/[IM]*|\\(.)(?:(?!\1).)*\1)(?:,[+~]?(?:\d+|\$|/(?:\\.|[^/\\\n])*/))?\s*!?\s*"
)


def sed_files(script: str) -> list[str] | None:
    """The files that a sed script writes; None if it runs commands or cannot be read."""
    files: list[str] = []
    i, size = 0, len(script)
    while i < size:
        match = re.compile(r"[\s;{}]+").match(script, i) or _SED_ADDRESS.match(script, i)
        if match and match.end() > i:
            i = match.end()
            continue
        letter = script[i]
        i += 1
        if letter in "wW":
            end = script.find("\n", i)
            end = size if end < 0 else end
            files.append(script[i:end].strip())
            i = end
        elif letter in "sy":
            mark = script[i : i + 1]
            if not mark:
                return None
            for _ in range(2):
                i += 1
                while i < size and script[i] != mark:
                    if (
                        letter == "s"
                        and script[i] == "["
                        and (close := script.find("]", i + 2)) > 0
                        and mark not in script[i : close + 1]
                    ):
                        i = close
                    i += 2 if script[i] == "\\" else 1
                if i >= size:
                    return None
            i += 1
            flags = re.compile(r"[gpiImM0-9e]*").match(script, i)
            flag = flags.group() if flags else ""
            i += len(flag)
            if "e" in flag:
                return None
            if script[i : i + 1] == "w":
                end = script.find("\n", i)
                end = size if end < 0 else end
                files.append(script[i + 1 : end].strip())
                i = end
        elif letter in "aicrRbtT:lLqQ#":
            end = script.find("\n", i)
            if letter in "btT:lLqQ":
                semicolon = script.find(";", i)
                brace = script.find("}", i)
                ends = [one for one in (end, semicolon, brace) if one >= 0]
                end = min(ends) if ends else size
            while end > 0 and letter in "aic" and script[end - 1] == "\\" and end < size:
                end = script.find("\n", end + 1)
            i = size if end < 0 else end
        elif letter not in "=dDgGhHnNpPxzF":
            return None
    return files


_SED_LONG = "--expression --file --in-place --line-length".split()


def _sed(call: Call) -> None:
    found, operands = options(whole(call.args, _SED_LONG), frozenset("-e -f -l --expression --file --line-length".split()))
    # GNU's -i takes its suffix glued to it, so that -ie is no script; the cluster reader sees -i then -e.
    names = {name for name, _ in found}
    in_place = "-i" in names or "--in-place" in names
    if any(arg.startswith("-i") and len(arg) > 2 for arg in call.args):
        in_place = True
        found = [
            one for one in found if one[0] != "-e" or f"-i{one[0][1]}" not in {arg[:3] for arg in call.args}
        ]
    scripts = [value for name, value in found if name in ("-e", "--expression")]
    told = [call.content(value) if known(value) else None for name, value in found if name in ("-f", "--file")]
    scripts += [one for one in told if one is not None]
    if None in told:
        call.runs_code(None)
        if in_place:
            call.targets = [("write", one) for one in operands]
        return
    if not scripts and in_place and operands[:1] == [""] and len(operands) > 2:
        operands = operands[1:]  # BSD's -i takes its suffix apart; what GNU's would do with this is fail
    if not scripts and operands:
        scripts, operands = operands[:1], operands[1:]
    files: list[str] = []
    for script in scripts:
        some = sed_files(script) if known(script) else []
        if some is None:
            call.runs_code(script)
            break
        files += some
    else:
        call.kind = "reads"
    call.targets = [("write", one) for one in files if one not in ("/dev/stdout", "/dev/stderr")]
    if in_place:
        call.targets += [("write", one) for one in operands]
        call.targets += [("write", one) for one in _backups(call.args, operands)]
    if call.targets and call.kind == "reads":
        call.kind = "writes"


_SUFFIX = pattern(r"-[nErsuz]*i(.+)|--in-place=(.+)", re.S)


def _backups(args: list[str], operands: list[str]) -> list[str]:
    """What sed -iSUFFIX keeps of each file: a * in it stands for the file's name."""
    match = next((match for one in args if (match := _SUFFIX.fullmatch(one))), None)
    if match is None:
        return []
    suffix = match[1] or match[2]
    if "*" not in suffix:
        return [one + suffix for one in operands]
    parts = [one.rpartition("/") for one in operands]
    return [(folder + slash if "/" not in suffix else "") + suffix.replace("*", last) for folder, slash, last in parts]


_SAYS = pattern(r"^\s*\.(?:output|once|excel|backup|save|clone|log|trace)\s+(?:main\s+)?(['\"]?)([^'\"\n]+)\1", re.M)


_ATTACHED = pattern(r"\battach\s+(?:database\s+)?(['\"])([^'\":?]+)\1", re.I)
_CHANGES = pattern(r"\b(?:create|insert|update|delete|drop|alter|replace|vacuum)\b", re.I)


def _sqlite(call: Call) -> None:
    """sqlite3: its dot commands write files; the rest is its own."""
    found, _ = options(call.args, frozenset("-cmd -init -separator -newline -nullvalue".split()))
    given = [*(value for _, value in found), *call.args, call.stdin or ""]
    call.runs_code("\n".join(given))
    files = [match.group(2).strip() for one in given for match in _SAYS.finditer(one)]
    if any(_CHANGES.search(one) for one in given):
        files += [match.group(2) for one in given for match in _ATTACHED.finditer(one)]
    call.targets = [("write", one) for one in files if one not in ("stdout", "off") and not one.startswith("|")]


HANDLERS: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["awk", "gawk", "mawk", "nawk"], _awk),
    **dict.fromkeys(["sed", "gsed"], _sed),
    "sqlite3": _sqlite,
}
