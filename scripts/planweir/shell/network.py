"""Copies from elsewhere, and shells there: curl, wget, gh, ssh."""

from __future__ import annotations

from planweir.shell.call import Call
from planweir.shell.marks import PIECE, known
from planweir.shell.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


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


def _ssh(call: Call) -> None:
    """ssh: on another machine whatever it likes; to this one it is a shell like any other."""
    values = frozenset("-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w".split())
    own = 0
    while own < len(call.args) and call.args[own].startswith("-"):
        own += 2 if call.args[own] in values else 1
    found, operands = options(call.args[:own], values)[0], call.args[own:]
    call.runs_code(" ".join(operands[1:]))
    call.targets = [("write", value) for name, value in found if name == "-E"]
    host = operands[0].rpartition("@")[2] if operands else ""
    if host in ("localhost", "ip6-localhost", "::1", "0.0.0.0") or host.startswith("127."):
        text = " ".join(operands[1:]) or call.stdin
        if text and known(text):
            call.state = call.state.copy()
            call.state.functions = {}
            home = call.state.lookup("HOME")
            call.state.cwd = home if isinstance(home, str) and known(home) else None
            call.runs.append(["\0text", text])


HANDLERS: dict[str, Callable[[Call], None]] = {
    "curl": _curl,
    "wget": _wget,
    "gh": _gh,
    "ssh": _ssh,
}
