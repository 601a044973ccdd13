"""Archives, patches and images: tar, unzip, patch, dd."""

from __future__ import annotations

from planweir.shell.call import Call
from planweir.shell.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


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


def _dd(call: Call) -> None:
    call.targets = [("write", one[3:]) for one in call.args if one.startswith("of=")]
    call.kind = "writes" if call.targets else "reads"


HANDLERS: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["tar", "gtar", "bsdtar"], _tar),
    "unzip": _unzip,
    "patch": _patch,
    "dd": _dd,
}
