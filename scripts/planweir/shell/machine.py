"""Programs that look at the machine or change it: signals, the clock, the network's settings, timed jobs."""

from __future__ import annotations

from planweir.shell.call import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


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


def _ip(call: Call) -> None:
    changes = {"add", "del", "delete", "set", "replace", "change", "flush", "exec"}
    call.kind = "unknown" if changes & set(call.args) else "reads"


def _crontab(call: Call) -> None:
    call.kind = "reads" if call.args == ["-l"] else "unknown"


HANDLERS: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["kill", "pkill", "killall", "skill"], _kill),
    "date": _date,
    "ip": _ip,
    "crontab": _crontab,
}
