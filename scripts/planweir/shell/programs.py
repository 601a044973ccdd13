"""What a program that a row of the table describes does to files."""

from __future__ import annotations

import os

from planweir.shell.marks import DEEP, PIECE, known
from planweir.shell.state import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.shell.scan import Program
    from planweir.shell.state import State
    from planweir.shell.table import Row
    from planweir.shell.walk import Walk

    Target = tuple[str, str]  # how it is changed (write, delete, tree, link, spread), marked path

_MODES = frozenset("-r -w -x -X -s -t --reference".split())
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".lzma", ".Z", ".br", ".lz4")


def options(args: list[str], values: frozenset[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Splits arguments into options with their values ("" where none) and operands."""
    found: list[tuple[str, str]] = []
    operands: list[str] = []
    i, count = 0, len(args)
    while i < count:
        arg = args[i]
        i += 1
        if arg == "--":
            operands.extend(args[i:])
            break
        if not arg.startswith("-") or arg == "-":
            operands.append(arg)
        elif arg.startswith("--"):
            name, equals, value = arg.partition("=")
            if not equals and name in values and i < count:
                value = args[i]
                i += 1
            found.append((name, value))
        elif arg in values:
            found.append((arg, args[i] if i < count else ""))
            i += 1
        else:
            for at in range(1, len(arg)):
                name = "-" + arg[at]
                if name in values:
                    rest = arg[at + 1 :]
                    if not rest and i < count:
                        rest = args[i]
                        i += 1
                    found.append((name, rest))
                    break
                found.append((name, ""))
    return found, operands


# Whose options are words behind one dash (`-fno-plt`), save -o, which may be glued to its value.
_LONG = frozenset("gcc g++ cc c++ clang clang++ ld as rustc".split())


def whole(args: list[str], long: list[str]) -> list[str]:
    """Long options may be cut short: `--out=x` is `--output=x`. long: those that matter, and those that others begin like."""
    if not any(one.startswith("--") and len(one) > 2 for one in args):
        return args
    found = []
    for one in args:
        name, equals, value = one.partition("=")
        if len(name) > 2 and name.startswith("--") and name not in long:
            name = next((each for each in long if each.startswith(name)), name)
        found.append(name + equals + value)
    return found


def _long(row: Row) -> list[str]:
    some = [*row.values, *row.unless, *row.out, *row.into, *row.runs, *row.only] if row.out or row.into or row.runs or row.only else ()
    return [one for one in some if one.startswith("--")]


def by_row(
    name: str, row: Row, args: list[str], state: State, written: bool
) -> tuple[str, list[Target], str | None]:
    """The kind, the targets, and the code that is run, of a program that a row describes.

    written: the line has written something before, so that what lies in folders is not known.
    """
    if name in _LONG:
        args = [one for one in args if len(one) < 3 or not one.startswith("-") or one[1] == "o" or one in row.values]
    found, operands = options(whole(args, _long(row)), row.values)
    names = {option for option, _ in found}
    targets: list[Target] = [("write", value) for option, value in found if option in row.out and value not in ("", "-")]
    if (row.kind == "writes" and names & {"--help", "--version"}) or (row.unless and row.unless & (names | set(args[:1]))):
        return ("writes" if targets else "reads"), targets, None
    if row.odd and row.odd & (names | set(operands)):
        return "unknown", targets, None
    code = "\n".join(value for option, value in found if option in row.code) if row.code else None
    if row.kind == "runs" or (row.runs and names & row.runs):
        code = code or "\n".join(value for option, value in found if option in row.runs) or None
        return "runs", targets + _operands(name, row, found, operands, state, written), code
    if row.kind in ("network", "unknown"):
        return row.kind, targets, None
    if row.only and not names & row.only:
        return ("writes" if targets else "reads"), targets, None
    targets += _operands(name, row, found, operands, state, written)
    # With no operands it may take them from its input (`tee`, `gofmt`): what it writes then is nothing of ours.
    writes = targets or (row.kind == "writes" and row.operands not in ("", "second", "third", "last", "dest"))
    return ("writes" if writes else "reads"), targets, None


def _operands(
    name: str, row: Row, found: list[tuple[str, str]], operands: list[str], state: State, written: bool
) -> list[Target]:
    """The targets among the operands."""
    if row.prefix:
        return [("write", one[len(row.prefix) :]) for one in operands if one.startswith(row.prefix)]
    if not row.operands:
        return []
    how = "tree" if row.deep and any(option in row.deep for option, _ in found) else row.how
    folder = next((value for option, value in found if option in row.into), None)
    if row.operands == "dest":
        return _destination(name, found, operands, folder, state, written)
    if row.operands == "cwd":
        return [(how, folder or ".")]
    if row.operands == "folders":
        return [(how, folder or "."), *((how, one) for one in operands)]
    if row.operands == "unpacked":
        made = [one[: one.rindex(".")] for one in operands if one.endswith(_PACKED)]
        return [(how, one) for one in (*operands, *made)]
    if row.operands == "made":
        from planweir.shell.printed import temporary

        names = [value for option, value in found if option in ("-p", "--tmpdir") and value] + operands
        fresh = temporary(found, operands) if names else None  # else it lies where temporary files do
        return [(how, fresh)] if fresh else []
    if name == "zip":
        operands = [one if "." in one.rpartition("/")[2] else one + ".zip" for one in operands]
    if row.operands == "pieces":
        return [(how, (operands[1] if len(operands) > 1 else "x") + PIECE)]
    if row.operands == "split":
        return [(how, next((value for option, value in found if option in ("-f", "--prefix")), "xx") + PIECE)]
    if row.operands == "typescript":
        return [(how, operands[0] if operands else "typescript")]
    if row.operands == "modes":  # the first is the mode, unless the mode looks like an option or is another file's
        given = {option for option, _ in found}
        operands = operands if given & _MODES else operands[1:]
    chosen = {
        "all": operands,
        "modes": operands,
        "first": operands[:1],
        "second": operands[1:2],
        "third": operands[2:],
        "rest": operands if _mode_given(found) else operands[1:],
        "last": operands[-1:],
    }[row.operands]
    return [(how, each) for one in chosen for each in ((one, one + row.add) if row.add else (one,)) if one != "-"]


def _destination(
    name: str, found: list[tuple[str, str]], operands: list[str], folder: str | None, state: State, written: bool
) -> list[Target]:
    """cp, mv, ln, install, rsync, scp: sources and a file or a folder that takes them."""
    flags = {option for option, _ in found}
    if folder is not None:
        sources, into = operands, True
    elif name == "install" and flags & {"-d", "--directory"}:
        return [("write", one) for one in operands]
    elif len(operands) == 1 and name == "ln":
        sources, folder, into = operands, ".", True
    elif len(operands) < 2:
        return []
    else:
        sources, folder = operands[:-1], operands[-1]
        into = folder.endswith("/") or len(sources) > 1 or _is_folder(folder, state)
        if flags & {"-T", "--no-target-directory"} or (
            name == "ln" and flags & {"-n"} and not folder.endswith("/")
        ):
            into = False
    targets: list[Target] = []
    if name in ("rsync", "scp") and ":" in folder.split("/", 1)[0]:
        return targets  # another machine
    if name == "rsync" and any(flag.startswith("--del") for flag in flags):
        targets.append(("tree", folder))
    for source in sources:
        last = source.rstrip("/").rsplit("/", 1)[-1]
        recursive = flags & {"-r", "-R", "-a", "--recursive", "--archive"}
        deep = (name == "mv" or (name in ("cp", "rsync") and recursive)) and _is_folder(source, state)
        spread = (into and last in ("", ".", "..")) or (name == "rsync" and source.endswith("/"))
        goal = folder if spread or not into else folder + "/" + (source if "--parents" in flags else last)
        inside = None if written or not (deep or spread) or flags & _CHOOSES else _files_of(source, state)
        if inside is not None:
            targets += [("write", goal + "/" + one) for one in inside]
            if name == "mv" or (name == "cp" and flags & {"-a", "-p", "--archive"}):
                targets.append(("write", goal))
        else:
            targets.append(("spread" if spread else "tree" if deep else "write", goal))
        if name == "mv":
            targets.append(("tree", source))
        elif name in ("ln", "link") or (flags & {"-l", "-s", "--link", "--symbolic-link"} and name == "cp"):
            soft = flags & {"-s", "--symbolic", "--symbolic-link"} and not flags & {"-r", "--relative"}
            base = folder if into else folder.rpartition("/")[0] or "."
            targets.append(("link", base + "/" + source if soft and not source.startswith("/") else source))
    if name in ("cp", "mv", "ln", "install") and flags & {"-b", "-S", "--backup", "--suffix"}:
        targets += [(how, beside(one)) for how, one in targets if how == "write"]
    if "--remove-source-files" in flags:
        targets += [("tree", source) for source in sources]
    return targets


def _mode_given(found: list[tuple[str, str]]) -> bool:
    """Whether chmod and its like have their mode in an option, so that all operands are files: `chmod -x f`."""
    return any(option == "--reference" or option in ("-r", "-w", "-x", "-X", "-s", "-t") for option, _ in found)


def beside(path: str) -> str:
    """What lies beside a file under a name that begins with its own: the backup that a program makes of it."""
    folder, slash, last = path.rpartition("/")
    last = "".join(f"[{char}]" if char in "*?[" else char for char in last)
    return (folder + slash if slash else "./") + DEEP + "/" + last + PIECE


# rsync takes only some of what lies in a folder.
_CHOOSES = frozenset("-f -C --filter --exclude --include --exclude-from --include-from --files-from".split())


def _files_of(marked: str, state: State) -> list[str] | None:
    """The files below a folder, relative to it; None where that cannot be told."""
    path = place(state.cwd, marked) if known(marked) else None
    if path is None or not os.path.isdir(path) or path in state.made:
        return None
    from planweir.shell.members import below

    return below(path)


def _is_folder(marked: str, state: State) -> bool:
    path = place(state.cwd, marked) if known(marked) else None
    return path is not None and state.is_folder(path)


def kind_of(program: Program) -> str:
    """ "reads", "writes", "runs" (code that may do anything), "network" or "unknown"."""
    return program.kind


def described(walk: Walk, program: Program, name: str, row: Row, args: list[str], at: State, state: State) -> None:
    """Notes what a program does that its row describes, and in the shell's memory what is there and what is gone after it."""
    written = bool(walk.result.writes)
    folders = at.folders if row.operands == "dest" else (at.cwd,)
    for base in reversed(folders):  # whether the last operand is a folder is another question in each
        alone = at if len(folders) == 1 else at.at_base(base)
        program.kind, targets, program.code = by_row(name, row, args, alone, written)
        start = len(walk.result.writes)
        walk.changed(targets, name, alone)
        walk.less_sure(start, base != at.cwd)
    for how, one in targets:
        if (how in ("tree", "delete") or name == "chmod") and known(one) and (path := place(at.cwd, one)):
            state.gone.add(path)
    if name in ("mkdir", "install"):
        made = {made for _, one in targets for base in at.folders if known(one) and (made := place(base, one))}
        state.made.update(made)
        state.gone.difference_update(made)
    elif name == "ln":
        from planweir.shell.changes import note_link

        note_link(targets, at)
