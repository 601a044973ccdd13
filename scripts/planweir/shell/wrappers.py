"""Programs that run another one that stands in their own arguments."""

from __future__ import annotations

import re

from planweir.shell.lazy import pattern
from planweir.shell.programs import options

_ASSIGNMENT = pattern(r"[A-Za-z_]\w*=", re.A)


class Wrapper:
    """values: options with a value; skip: operands before the command; settings: NAME=value may come before
    it."""

    __slots__ = ("settings", "skip", "values")

    def __init__(self, values: str = "", skip: int = 0, settings: bool = False) -> None:
        self.values = frozenset(values.split())
        self.skip = skip
        self.settings = settings


WRAPPERS: dict[str, Wrapper] = {
    "env": Wrapper("-u --unset -C --chdir -S --split-string", settings=True),
    "timeout": Wrapper("-s --signal -k --kill-after", skip=1),
    "gtimeout": Wrapper("-s --signal -k --kill-after", skip=1),
    "nice": Wrapper("-n --adjustment"),
    "ionice": Wrapper("-c -n -p --class --classdata"),
    "chrt": Wrapper("", skip=1),
    "taskset": Wrapper("", skip=1),
    "nohup": Wrapper(),
    "setsid": Wrapper(),
    "stdbuf": Wrapper("-i -o -e --input --output --error"),
    "unbuffer": Wrapper(),
    "command": Wrapper(),
    "builtin": Wrapper(),
    "exec": Wrapper("-a"),
    "time": Wrapper("-o -f --output --format"),
    "sudo": Wrapper("-u -g -h -p -C -r -t -T -U -D -R --user --group --chdir", settings=True),
    "doas": Wrapper("-u -C"),
    "busybox": Wrapper(),
    "toybox": Wrapper(),
    "fakeroot": Wrapper(),
    "proot": Wrapper("-r -b -w"),
    "strace": Wrapper("-o -e -p -s -u -E"),
    "ltrace": Wrapper("-o -e -p -s -u"),
    "catchsegv": Wrapper(),
    "dbus-run-session": Wrapper(),
    "xvfb-run": Wrapper("-n -s -e -f -p -w"),
    "unshare": Wrapper("-S -G -R -w"),
    "nsenter": Wrapper("-t -S -G"),
    "chroot": Wrapper("", skip=1),
    "flock": Wrapper("-w -E --timeout", skip=1),
    "xargs": Wrapper(
        "-a -d -E -I -i -L -n -P -s "
        "--arg-file --delimiter --max-args --max-procs --max-lines --replace --max-chars"
    ),
    "parallel": Wrapper("-j -a -I -N -n -L --jobs --arg-file --colsep -d --delimiter"),
    "watch": Wrapper("-n --interval"),
    "caffeinate": Wrapper("-t -w"),
}


class Inner:
    """What a wrapper runs. inputs: words come from its standard input too. opts: the wrapper's own
    options."""

    __slots__ = ("fields", "inputs", "opts", "settings")

    def __init__(
        self, fields: list[str], settings: list[str], opts: list[tuple[str, str]], inputs: bool
    ) -> None:
        self.fields = fields
        self.settings = settings
        self.opts = opts
        self.inputs = inputs


def unwrap(name: str, args: list[str]) -> Inner | None:
    """What is run inside, or None if `name` is no wrapper (or runs nothing here)."""
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return None
    end = _own(args, wrapper)
    opts, _ = options(args[:end], wrapper.values)
    rest = args[end:]
    settings: list[str] = []
    if wrapper.settings:
        while rest and _ASSIGNMENT.match(rest[0]):
            settings.append(rest.pop(0))
    rest = rest[wrapper.skip :]
    for option, value in opts:
        if name == "env" and option in ("-S", "--split-string"):
            rest = value.split() + rest
    if name == "command" and {option for option, _ in opts} & {"-v", "-V"}:
        return None
    if name == "exec" and not rest:
        return None
    return Inner(rest, settings, opts, name in ("xargs", "parallel"))


def _own(args: list[str], wrapper: Wrapper) -> int:
    """How many leading arguments are the wrapper's own options."""
    i = 0
    while i < len(args):
        arg = args[i]
        if arg == "--":
            return i + 1
        if not arg.startswith("-") or arg == "-":
            return i
        i += 1
        if arg in wrapper.values:
            i += 1
        elif not arg.startswith("--"):
            last = next((at for at in range(1, len(arg)) if "-" + arg[at] in wrapper.values), None)
            if last is not None and last == len(arg) - 1:
                i += 1
    return i
