"""Modules of Python's own library that are run as programs (`python3 -m zipfile -e a.zip .`) and write what their arguments tell."""

from __future__ import annotations

from planweir.shell.call import Call


def judge(call: Call, module: str, args: list[str]) -> None:
    """Judges a call of one of interpreters.MODULES."""
    operands = [one for one in args if not one.startswith("-")]
    given = {one for one in args if one.startswith("-")}
    if module in ("zipfile", "tarfile"):
        _archive(call, module, given, operands)
    elif module == "gzip":
        packs = not given & {"-d", "--decompress"}
        call.kind = "writes"
        call.targets = [("write", one + ".gz" if packs else one.removesuffix(".gz")) for one in operands]
    elif module == "pydoc":
        call.kind = "writes" if "-w" in given else "reads"
        if "-w" in given:
            call.targets = [("write", one.rpartition("/")[2].removesuffix(".py") + ".html") for one in operands]
    else:  # venv: it also runs what it put there
        call.targets = [("write", one.rstrip("/") + "/pyvenv.cfg") for one in operands]


def _archive(call: Call, module: str, given: set[str], operands: list[str]) -> None:
    if given & {"-l", "--list", "-t", "--test"}:
        call.kind = "reads"
    elif given & {"-c", "--create"}:
        call.kind = "writes"
        call.targets = [("write", one) for one in operands[:1]]
    elif given & {"-e", "--extract"} and operands:
        from planweir.shell.members import in_tar, in_zip

        call.kind = "writes"
        folder = operands[1] if len(operands) > 1 else "."
        path = call.intact(operands[0])
        inside = None if path is None else (in_zip if module == "zipfile" else in_tar)(path)
        call.targets = [("spread", folder)] if inside is None else [("write", f"{folder}/{one}") for one in inside]
