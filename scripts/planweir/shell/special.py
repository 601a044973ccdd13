"""Programs whose arguments need more than a row of the table."""


from __future__ import annotations

import os
import re

from planweir.shell.lazy import pattern
from planweir.shell.marks import PIECE, UNKNOWN, known
from planweir.shell.programs import options
from planweir.shell.scan import Program
from planweir.shell.state import State, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.programs import Target


class Call:
    """One call to be judged, and the judgement: kind, targets, code, detail, pattern, and commands that it
    runs.

    runs holds lists of words, or ["\\0text", text] for a text that a shell would run.
    """

    __slots__ = ("args", "code", "detail", "kind", "name", "pattern", "runs", "state", "stdin", "targets")

    def __init__(self, name: str, args: list[str], stdin: str | None, state: State) -> None:
        self.name = name
        self.args = args
        self.stdin = stdin
        self.state = state
        self.kind = "unknown"
        self.targets: list[Target] = []
        self.pattern: tuple[str, ...] | None = None
        self.runs: list[list[str]] = []
        self.code: str | None = None
        self.detail = ""

    def is_folder(self, marked: str) -> bool:
        path = place(self.state.cwd, marked) if known(marked) else None
        return path is not None and self.state.is_folder(path)

    def runs_code(self, code: str | None) -> None:
        self.kind = "runs"
        self.code = None if code is None else code.replace(UNKNOWN, "?").replace(PIECE, "?")


def output_of(programs: list[Program]) -> str | None:
    """What a pipeline's or a substitution's only program prints, marked; None where that cannot be told."""
    if len(programs) != 1:
        return None
    program = programs[0]
    name, words = program.name, program.words
    if program.stdout_to or not words:
        return None
    args = [one for one in words[1:] if one is not None]
    if len(args) != len(words) - 1:
        return None
    if name == "echo":
        while args and re.fullmatch(r"-[neE]+", args[0]):
            args = args[1:]
        return " ".join(args) + "\n"
    if name == "printf" and args:
        if re.fullmatch(r"(?:%s(?:\\n|\\0)?)", args[0]):
            return "\n".join(args[1:])
        return (
            args[0].replace("\\n", "\n")
            if "%" not in args[0] and args[0].count("\\") == args[0].count("\\n")
            else None
        )
    if (name in ("which", "command", "type") and args[-1:] and not args[-1].startswith("-")) and (
        (name == "which" and len(args) == 1) or args[:-1] in (["-v"], ["-p"], ["-P"])
    ):
        return args[-1]  # where a program lies: as good as its name
    if name == "cat":
        return program.stdin_text if not args or args == ["-"] else None
    if name == "pwd":
        return program.cwd
    if name in ("dirname", "basename") and len(args) == 1:
        return os.path.dirname(args[0]) or "." if name == "dirname" else os.path.basename(args[0].rstrip("/"))
    if name in ("realpath", "readlink") and args:
        path = place(program.cwd, args[-1])
        return None if path is None else os.path.realpath(path)
    if name == "mktemp":
        return _temporary(args)
    if name in ("date", "nproc", "whoami", "hostname", "uname", "wc", "id"):
        return PIECE if not any("/" in one for one in args) or name == "wc" else None
    if name == "git" and args[:1] == ["rev-parse"]:
        if args[1:] == ["--show-toplevel"]:
            return toplevel(program.cwd)
        return PIECE if not any(one.startswith("--") and one != "--short" for one in args) else None
    return None


def _temporary(args: list[str]) -> str | None:
    found, operands = options(args, frozenset(("-p", "--suffix", "--tmpdir")))
    folder = next((value for option, value in found if option in ("-p", "--tmpdir") and value), None)
    if operands and folder is None and not any(option in ("-t", "--tmpdir") for option, _ in found):
        return operands[0].rpartition("X")[0].rstrip("X") + PIECE if "XXX" in operands[0] else None
    folder = folder or os.environ.get("TMPDIR") or "/tmp"
    return folder.rstrip("/") + "/" + PIECE


def toplevel(cwd: str | None) -> str | None:
    """The work tree's root above a folder."""
    while cwd:
        if os.path.exists(cwd + "/.git"):
            return cwd
        if cwd == "/":
            break
        cwd = os.path.dirname(cwd)
    return None


# -- interpreters ------------------------------------------------------------------------------------------


def _python(call: Call) -> None:
    args = call.args
    i = 0
    while i < len(args) and args[i].startswith("-") and args[i] != "-":
        arg = args[i]
        i += 1
        if arg in ("--version", "--help", "-V", "-VV", "-h"):
            call.kind = "reads"
            return
        if arg.startswith("--"):
            continue
        for at in range(1, len(arg)):
            value = arg[at + 1 :] or (args[i] if i < len(args) else "")
            if arg[at] == "c":
                _python_code(call, value)
                return
            if arg[at] == "m":
                call.runs_code(None)
                call.detail = "module:" + value
                if value == "json.tool":
                    operands = [
                        one for one in args[i + (0 if arg[at + 1 :] else 1) :] if not one.startswith("-")
                    ]
                    call.kind = "writes" if operands[1:] else "reads"
                    call.targets = [("write", one) for one in operands[1:2]]
                return
            if arg[at] in "WX":
                i += 0 if arg[at + 1 :] else 1
                break
    if i < len(args) and args[i] not in ("-", "/dev/stdin"):
        call.runs_code(None)
        call.detail = "script:" + args[i]
    else:
        _python_code(call, call.stdin if call.stdin is not None else UNKNOWN)


def _python_code(call: Call, code: str) -> None:
    if known(code) and len(code) < 20_000:
        from planweir.shell.pycode import only_reads

        if only_reads(code):
            call.kind, call.code = "reads", code
            return
    call.runs_code(code)


_NODE_READS = pattern(
    r"\s*(?:console\.log\()?\s*require\(['\"]\.{0,2}/?[\w./-]+\.json['\"]\)[\w.\[\]'\"]*\s*\)?;?\s*"
)


def _script(call: Call) -> None:
    """perl, ruby, node, php, lua: code in -e and its like, a script, or standard input."""
    codes: list[str] = []
    args = call.args
    i = 0
    in_place = False
    letters = {"node": "ep", "nodejs": "ep", "php": "rRBE", "deno": "", "bun": "ep"}.get(call.name, "eE")
    while i < len(args) and args[i].startswith("-") and args[i] != "-":
        arg = args[i]
        i += 1
        if arg in ("--version", "-v", "-V", "--help", "-h") and len(args) == 1:
            call.kind = "reads"
            return
        if arg in ("--eval", "--print"):
            codes.append(args[i] if i < len(args) else "")
            i += 1
        elif not arg.startswith("--"):
            if call.name in ("perl", "ruby") and re.match(r"-[a-zA-DF-Z0]*i", arg):
                in_place = True
            if arg[-1] in letters:
                codes.append(args[i] if i < len(args) else "")
                i += 1
    operands = args[i:]
    if codes and call.name in ("node", "nodejs") and _NODE_READS.fullmatch("\n".join(codes)):
        call.kind, call.code = "reads", "\n".join(codes)
        return
    call.runs_code("\n".join(codes) if codes else None if operands else call.stdin)
    if in_place:
        call.targets = [("write", one) for one in (operands if codes else operands[1:])]
    elif not codes and operands:
        call.detail = "script:" + operands[0]


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
    if "system" in bare or re.search(r"(?<!\|)\|(?!\|)", bare) or "@" in bare or not known(code):
        call.runs_code(code)
        return
    call.code = code
    call.kind = "reads"
    if re.search(r"\bprintf?\b[^;}\n]*>", bare):
        call.kind = "writes"
        named = re.findall(r'>\s*"((?:[^"\\])*)"', code)
        call.targets = [("write", one) for one in named] or [("write", UNKNOWN)]
        call.targets = [one for one in call.targets if one[1] not in ("/dev/stdout", "/dev/stderr")]
    if any(value == "inplace" for _, value in found):
        call.kind = "writes"
        call.targets += [("write", one) for one in operands[1:] if "=" not in one]


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


def _sed(call: Call) -> None:
    found, operands = options(call.args, frozenset("-e -f -l --expression --file --line-length".split()))
    # GNU's -i takes its suffix glued to it, so that -ie is no script; the cluster reader sees -i then -e.
    names = {name for name, _ in found}
    in_place = "-i" in names or "--in-place" in names
    if any(arg.startswith("-i") and len(arg) > 2 for arg in call.args):
        in_place = True
        found = [
            one for one in found if one[0] != "-e" or f"-i{one[0][1]}" not in {arg[:3] for arg in call.args}
        ]
    scripts = [value for name, value in found if name in ("-e", "--expression")]
    if names & {"-f", "--file"}:
        call.runs_code(None)
        if in_place:
            call.targets = [("write", one) for one in operands]
        return
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
        suffix = next((arg[2:] for arg in call.args if arg.startswith("-i") and len(arg) > 2), "")
        if suffix and "*" not in suffix:
            call.targets += [("write", one + suffix) for one in operands]
    if call.targets and call.kind == "reads":
        call.kind = "writes"


def _editor(call: Call) -> None:
    """vi, ex, ed, emacs: they write their files, and their commands may do anything."""
    found, operands = options(call.args, frozenset("-c -S -u -s --cmd --eval -l -f".split()))
    call.runs_code("\n".join([value for _, value in found] + ([call.stdin] if call.stdin else [])))
    call.targets = [("write", one) for one in operands if not one.startswith("+")]


# -- searching and archives --------------------------------------------------------------------------------


def _find(call: Call) -> None:
    args = call.args
    i = 0
    while i < len(args) and args[i] in ("-H", "-L", "-P"):
        i += 1
    roots: list[str] = []
    while i < len(args) and not args[i].startswith(("-", "(", "!", ",")):
        roots.append(args[i])
        i += 1
    roots = roots or ["."]
    patterns: list[str] = []
    choices, negated = 1, False
    deletes: list[tuple[str, str]] = []
    commands: list[list[str]] = []
    call.kind = "reads"
    while i < len(args):
        arg = args[i]
        i += 1
        if arg in ("-name", "-iname", "-path", "-ipath", "-wholename") and i < len(args):
            patterns.append(args[i])
            i += 1
        elif arg in ("-o", "-or"):
            choices += 1
        elif arg in ("!", "-not", ",", "-prune"):
            negated = True
        elif arg == "-delete":
            deletes = [("delete", root) for root in roots]
        elif arg in ("-fprint", "-fprintf", "-fls", "-fprint0") and i < len(args):
            call.targets.append(("write", args[i]))
            i += 1
        elif arg in ("-exec", "-execdir", "-ok", "-okdir"):
            start = i
            while i < len(args) and args[i] != ";" and not (args[i] == "+" and args[i - 1] == "{}"):
                i += 1
            commands.append(args[start:i])
            i += 1
    if not negated and len(patterns) == choices and all(known(one) for one in patterns):
        call.pattern = tuple(patterns)
    for how, root in deletes:
        call.kind = "writes"
        call.targets.append(("spread-" + how, root))
    for command in commands:
        for root in roots:
            folder = (root.rstrip("/") or "/") if call.is_folder(root) else None
            hit = root if folder is None else folder.rstrip("/") + "/" + PIECE
            call.runs.append([one.replace("{}", hit) for one in command])
    if call.targets:
        call.kind = "writes"


def _tar(call: Call) -> None:
    args = list(call.args)
    if args and not args[0].startswith("-"):  # the old way: letters first, their values after them in order
        letters = args.pop(0)
        values = [letter for letter in letters if letter in "fCbTXIKNVg"]
        plain = ["-" + letter for letter in letters if letter not in "fCbTXIKNVg"]
        given, args = args[: len(values)], args[len(values) :]
        args = (
            plain
            + [part for pair in zip(["-" + one for one in values], given, strict=False) for part in pair]
            + args
        )
    found, operands = options(
        args,
        frozenset(
            """-f -C -b -T -X -I -K -N -V -g --file --directory --exclude --files-from --transform
            --to-command
            --use-compress-program --checkpoint-action --strip-components --one-top-level""".split()
        ),
    )
    names = {name for name, _ in found}
    if names & {"--to-command", "--checkpoint-action", "-I", "--use-compress-program"}:
        call.runs_code("\n".join(value for _, value in found))
    else:
        call.kind = "writes"
    archive = [value for name, value in found if name in ("-f", "--file") and value not in ("-", "")]
    folder = next((value for name, value in reversed(found) if name in ("-C", "--directory")), ".")
    if names & {"-x", "--extract", "--get"}:
        if names & {"-O", "--to-stdout"}:
            call.kind = "reads"
            return
        call.targets += [("tree", folder + "/" + one) for one in operands] or [("spread", folder)]
    elif names & {"-t", "--list", "-d", "--diff", "--compare"}:
        call.kind = "reads" if call.kind == "writes" else call.kind
    else:
        call.targets += [("write", one) for one in archive]
        if "--remove-files" in names:
            call.targets += [("tree", one) for one in operands]
        if not call.targets and call.kind == "writes":
            call.kind = "reads"


def _unzip(call: Call) -> None:
    found, operands = options(call.args, frozenset(("-d", "-x", "-P")))
    names = {name for name, _ in found}
    if names & {"-l", "-p", "-t", "-v", "-z", "-c"}:
        call.kind = "reads"
        return
    call.kind = "writes"
    folder = next((value for name, value in found if name == "-d"), ".")
    call.targets = [("write", folder + "/" + one) for one in operands[1:]] or [("spread", folder)]


def _patch(call: Call) -> None:
    found, operands = options(
        call.args,
        frozenset("-p -d -D -B -F -z -Y -i -o -r --strip --directory --input --output --reject-file".split()),
    )
    names = {name for name, _ in found}
    call.kind = "reads" if "--dry-run" in names else "writes"
    if call.kind == "reads":
        return
    folder = next((value for name, value in found if name in ("-d", "--directory")), ".")
    outputs = [value for name, value in found if name in ("-o", "--output", "-r", "--reject-file")]
    call.targets = [("write", one) for one in outputs]
    call.targets += [("write", folder + "/" + operands[0])] if operands else [("spread", folder)]


# -- copies from elsewhere ---------------------------------------------------------------------------------


def _dd(call: Call) -> None:
    call.targets = [("write", one[3:]) for one in call.args if one.startswith("of=")]
    call.kind = "writes" if call.targets else "reads"


_CURL = """-o -D -c -K -T -d -H -X -u -A -e -b -F -m -w -x -E -Y -y -z -r -t -C -Q -P --output --dump-header
--cookie-jar
--config --upload-file --data --header --request --user --user-agent --referer --cookie --form --max-time
--write-out
--proxy --cert --output-dir --trace --trace-ascii --stderr --url --data-binary --data-raw --data-urlencode
--json
--retry --connect-timeout --resolve --cacert --key --limit-rate --etag-save"""


def _curl(call: Call) -> None:
    found, operands = options(call.args, frozenset(_CURL.split()))
    folder = next((value + "/" for name, value in found if name == "--output-dir"), "")
    call.kind = "network"
    for name, value in found:
        if name in ("-o", "--output") and value != "-":
            call.targets.append(("write", folder + value))
        elif name in (
            "-D",
            "--dump-header",
            "-c",
            "--cookie-jar",
            "--trace",
            "--trace-ascii",
            "--stderr",
            "--etag-save",
        ):
            if value != "-":
                call.targets.append(("write", value))
        elif name in ("-O", "--remote-name", "-J", "--remote-name-all"):
            for url in operands:
                last = url.rstrip("/").rsplit("/", 1)[-1].split("?")[0]
                call.targets.append(("write", folder + (last or PIECE)))
        elif name in ("-K", "--config"):
            call.runs_code(None)
    if call.targets and call.kind == "network":
        call.kind = "writes"


def _wget(call: Call) -> None:
    found, operands = options(
        call.args,
        frozenset(
            "-O -o -a -P -t -T -e -U -i -A -R -D -X -I "
            "--output-document --output-file --directory-prefix".split()
        ),
    )
    call.kind = "writes"
    out = [value for name, value in found if name in ("-O", "--output-document")]
    folder = next((value for name, value in found if name in ("-P", "--directory-prefix")), ".")
    call.targets = [("write", value) for name, value in found if name in ("-o", "--output-file", "-a")]
    if out:
        call.targets += [("write", one) for one in out if one != "-"]
    elif any(name == "--spider" for name, _ in found):
        pass
    else:
        for url in operands:
            last = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
            call.targets.append(("write", folder + "/" + last) if last else ("spread", folder))
    if not call.targets:
        call.kind = "network"


_GH_READS = frozenset("view list status diff checks search browse".split())


def _gh(call: Call) -> None:
    words = [one for one in call.args if not one.startswith("-")]
    call.kind = "network" if (words[1:2] and words[1] in _GH_READS) or words[:1] == ["search"] else "unknown"
    if words[:1] == ["api"] and not any(
        one.startswith(("-X", "--method", "-f", "-F", "--field", "--raw-field", "--input"))
        for one in call.args
    ):
        call.kind = "network"


def _kill(call: Call) -> None:
    """kill, pkill, killall: detail "own" where only jobs of this very command are meant, else "others"."""
    call.kind = "signals"
    operands = [
        one
        for index, one in enumerate(call.args)
        if not one.startswith("-") and not (index and call.args[index - 1] in ("-s", "-n"))
    ]
    jobs = all(one.startswith("%") for one in operands)
    asks = bool(call.args) and call.args[0] in ("-l", "-L", "-0")
    call.detail = "own" if call.name == "kill" and ((operands and jobs) or asks) else "others"


def _date(call: Call) -> None:
    call.kind = (
        "unknown" if any(one in ("-s", "--set") or one.startswith("--set=") for one in call.args) else "reads"
    )


def _fd(call: Call) -> None:
    runs = any(one in ("-x", "-X", "--exec", "--exec-batch") for one in call.args)
    if not runs:
        call.kind = "reads"
        return
    at = next(i for i, one in enumerate(call.args) if one in ("-x", "-X", "--exec", "--exec-batch"))
    call.kind = "reads"
    words = call.args[at + 1 :]
    if not any(re.search(r"\{(?:/|//|\.|/\.)?\}", one) for one in words):
        words = [*words, "{}"]  # fd puts what it found behind the command
    call.runs.append([re.sub(r"\{(?:/|//|\.|/\.)?\}", UNKNOWN, one) for one in words])


def _rg(call: Call) -> None:
    if any(one == "--pre" or one.startswith("--pre=") for one in call.args):
        call.runs_code(" ".join(call.args))
    else:
        call.kind = "reads"


def _ip(call: Call) -> None:
    changes = {"add", "del", "delete", "set", "replace", "change", "flush", "exec"}
    call.kind = "unknown" if changes & set(call.args) else "reads"


def _crontab(call: Call) -> None:
    call.kind = "reads" if call.args == ["-l"] else "unknown"


SPECIAL: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["python", "python2", "python3", "pypy", "pypy3"], _python),
    **dict.fromkeys(["perl", "ruby", "node", "nodejs", "php", "lua", "luajit", "bun", "deno"], _script),
    **dict.fromkeys(["awk", "gawk", "mawk", "nawk"], _awk),
    **dict.fromkeys(["sed", "gsed"], _sed),
    **dict.fromkeys(["vi", "vim", "nvim", "ex", "ed", "emacs"], _editor),
    **dict.fromkeys(["tar", "gtar", "bsdtar"], _tar),
    **dict.fromkeys(["kill", "pkill", "killall", "skill"], _kill),
    **dict.fromkeys(["fd", "fdfind"], _fd),
    "find": _find,
    "unzip": _unzip,
    "patch": _patch,
    "dd": _dd,
    "curl": _curl,
    "wget": _wget,
    "gh": _gh,
    "date": _date,
    "rg": _rg,
    "ip": _ip,
    "crontab": _crontab,
}
