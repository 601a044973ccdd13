"""Signals: what they end."""

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


HANDLERS: dict[str, Callable[[Call], None]] = dict.fromkeys(["kill", "pkill", "killall", "skill"], _kill)
