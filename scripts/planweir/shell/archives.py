"""Archives and patches: what they hold goes into a folder."""

from __future__ import annotations

from planweir.shell.call import Call
from planweir.shell.marks import known
from planweir.shell.programs import beside, options, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_TAR_VALUES = frozenset(
    """-f -C -b -T -X -I -K -N -V -g -F -H -L --file --directory --exclude --files-from --transform --xform --to-command
    --use-compress-program --checkpoint-action --strip-components --one-top-level --info-script --new-volume-script
    --rsh-command --index-file --volno-file --listed-incremental --exclude-from --format""".split()
)
_TAR_CODE = frozenset(
    "--to-command --checkpoint-action -I --use-compress-program -F --info-script --new-volume-script --rsh-command".split()
)
# Those that may be cut short, and those that others begin like.
_TAR_LONG = """--extract --exclude --exclude-from --directory --to-command --to-stdout --use-compress-program --checkpoint
    --checkpoint-action --transform --remove-files --one-top-level --list --file --files-from""".split()
_TAR_OWN_NAMES = frozenset("--transform --xform -s -K --starting-file".split())


def _tar(call: Call) -> None:
    args = list(call.args)
    if args and not args[0].startswith("-"):  # the old way: letters first, their values after them in order
        letters = args.pop(0)
        values = [letter for letter in letters if letter in "fCbTXIKNVgFHL"]
        plain = ["-" + letter for letter in letters if letter not in values]
        given, args = args[: len(values)], args[len(values) :]
        pairs = zip(["-" + one for one in values], given, strict=False)
        args = plain + [part for pair in pairs for part in pair] + args
    found, operands = options(whole(args, _TAR_LONG), _TAR_VALUES)
    names = {name for name, _ in found}
    packers = ("gzip", "pigz", "bzip2", "xz", "zstd", "lz4", "pixz", "pbzip2", "lzma")
    if any(name in _TAR_CODE and value.split(" ")[0] not in packers for name, value in found):
        call.runs_code("\n".join(value for _, value in found))
    else:
        call.kind = "writes"
    archive = [value for name, value in found if name in ("-f", "--file") and value not in ("-", "")]
    folder = next((value for name, value in reversed(found) if name in ("-C", "--directory")), ".")
    call.targets = [("write", value) for name, value in found if name in ("--index-file", "--volno-file", "-g")]
    if names & {"-x", "--extract", "--get"}:
        if names & {"-O", "--to-stdout"}:
            call.kind = "reads" if call.kind == "writes" else call.kind
            return
        inside = None
        if archive and not names & _TAR_OWN_NAMES:
            from planweir.shell.members import in_tar

            path = call.intact(archive[-1])
            inside = None if path is None else in_tar(path)
        elif not archive and not names & _TAR_OWN_NAMES:
            from planweir.shell.members import from_pipe

            inside = from_pipe(call)
        call.targets += _unpacked(inside, operands, folder, found)
    elif names & {"-t", "--list", "-d", "--diff", "--compare"}:
        call.kind = "reads" if call.kind == "writes" else call.kind
    else:
        call.targets += [("write", one) for one in archive]
        if "--remove-files" in names:
            call.targets += [("tree", one) for one in operands]
        if not call.targets and call.kind == "writes":
            call.kind = "reads"


def _unpacked(
    inside: list[str] | None, operands: list[str], folder: str, found: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Where the members of an archive go; of those that are named, all that may be meant."""
    names = {name for name, _ in found}
    count = next((value for name, value in found if name == "--strip-components"), "0")
    if "--one-top-level" in names or not names.isdisjoint(_TAR_OWN_NAMES):
        return [("spread", folder)]
    if inside is None or not count.isdigit():
        whole = [("tree", folder + "/" + one) for one in operands] if count == "0" else []
        return whole or [("spread", folder)]
    from planweir.shell.members import stripped

    targets = []
    for one in inside:
        bare = one if count != "0" else one.removeprefix("./")  # a leading `.` counts among the folders
        if operands and not any(bare == each.strip("./") or bare.startswith(each.strip("./") + "/") for each in operands):
            if bare.startswith("./") and any(bare[2:] == each.strip("./") or bare[2:].startswith(each.strip("./") + "/") for each in operands):
                pass
            elif not any("*" in each or "?" in each or not known(each) for each in operands):
                continue
        if int(count) >= len(bare.split("/")):
            continue
        name = stripped(bare.lstrip("/"), int(count))
        absolute = one.startswith("/") and names & {"-P", "--absolute-names"}
        targets.append(("write", one if absolute else folder + "/" + name))
    return targets


def _unzip(call: Call) -> None:
    found, operands = options(call.args, frozenset(("-d", "-x", "-P")))
    names = {name for name, _ in found}
    if names & {"-l", "-p", "-t", "-v", "-z", "-c", "-Z"}:
        call.kind = "reads"
        return
    call.kind = "writes"
    folder = next((value for name, value in found if name == "-d"), ".")
    inside = None
    if operands:
        from planweir.shell.members import in_zip

        path = call.intact(operands[0]) or call.intact(operands[0] + ".zip")
        inside = None if path is None else in_zip(path)
    if inside is None:
        call.targets = [("write", folder + "/" + one) for one in operands[1:]] or [("spread", folder)]
    else:
        wanted = [one for one in inside if not operands[1:] or one in operands[1:] or any("*" in each for each in operands[1:])]
        call.targets = [("write", folder + "/" + (one.rpartition("/")[2] if "-j" in names else one)) for one in wanted]


def _ar(call: Call) -> None:
    """ar: letters, then the archive."""
    letters = call.args[0].lstrip("-") if call.args else "t"
    call.kind = "writes"
    if letters[:1] in ("t", "p"):
        call.kind = "reads"
    elif letters[:1] == "x":
        call.targets = [("spread", ".")]
    else:
        call.targets = [("write", one) for one in [one for one in call.args[1:] if not one.startswith("-")][:1]]


def _zip(call: Call) -> None:
    """zip: the archive; with -m also what it takes in."""
    found, operands = options(call.args, frozenset("-b -i -n -O -P -s -t -tt -x -TT --unzip-command --out".split()))
    names = {name for name, _ in found}
    if names & {"-TT", "--unzip-command"}:
        call.runs_code("\n".join(value for name, value in found if name in ("-TT", "--unzip-command")))
    else:
        call.kind = "writes"
    taken = operands[1:] if names & {"-m", "--move"} else []
    made = [value for name, value in found if name in ("-O", "--out")] or operands[:1]
    made = [one if "." in one.rsplit("/", 1)[-1] else one + ".zip" for one in made if one != "-"]
    call.targets = [("write", one) for one in made] + [("tree", one) for one in taken]


def _patch(call: Call) -> None:
    values = "-p -d -D -B -F -z -Y -V -g -i -o -r --strip --directory --input --output --reject-file --fuzz --suffix"
    found, operands = options(call.args, frozenset(values.split()))
    names = {name for name, _ in found}
    call.kind = "reads" if "--dry-run" in names else "writes"
    if call.kind == "reads":
        return
    folder = next((value for name, value in found if name in ("-d", "--directory")), ".")
    outputs = [value for name, value in found if name in ("-o", "--output", "-r", "--reject-file") and value != "-"]
    call.targets = [("write", one) for one in outputs]
    if any(name in ("-o", "--output") for name, _ in found):
        return
    if operands:
        call.targets += [("write", folder + "/" + operands[0] if not operands[0].startswith("/") else operands[0])]
        call.targets += [("write", beside(one)) for _, one in call.targets]
        return
    listed = next((value for name, value in found if name in ("-i", "--input")), None)
    text = call.stdin if listed is None else call.content(listed if listed.startswith("/") else folder + "/" + listed)
    strip = next((value for name, value in found if name in ("-p", "--strip")), "")
    call.targets += patch_targets(text, strip, folder)
    call.targets += [("write", beside(one)) for how, one in call.targets if how == "write"]  # .orig, .rej


def patch_targets(text: str | None, strip: str, folder: str) -> list[tuple[str, str]]:
    """The files that a patch changes; the folder where they cannot be told."""
    from planweir.shell.members import patched, stripped

    found = patched(text) if text and known(text) else []
    targets: list[tuple[str, str]] = []
    for names in found:
        for one in names:
            if strip.isdigit():
                targets.append(("write", folder + "/" + stripped(one, int(strip))))
            else:  # patch looks which of them is there
                targets += [("write", folder + "/" + each) for each in (one, stripped(one, 1), one.rpartition("/")[2])]
    return list(dict.fromkeys(targets)) or [("spread", folder)]


HANDLERS: dict[str, Callable[[Call], None]] = {
    **dict.fromkeys(["tar", "gtar", "bsdtar"], _tar),
    "ar": _ar,
    "unzip": _unzip,
    "zip": _zip,
    "patch": _patch,
}
