"""cmake -E: a small shell of its own, which copies, removes, packs, and runs other programs. cmake itself is a build."""

from __future__ import annotations

from planweir.shell.call import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# command of -E -> the call that does the same
_LIKE = """
copy: cp
copy_if_different: cp
copy_if_newer: cp
copy_directory: cp -rT
copy_directory_if_different: cp -rT
copy_directory_if_newer: cp -rT
create_symlink: ln -s
create_hardlink: ln
make_directory: mkdir
rename: mv
remove: rm
remove_directory: rm -r
rm: rm
touch: touch
touch_nocreate: touch
tar: tar
time: time
chdir: env -C
env: env
"""
_READS = frozenset(
    """capabilities cat compare_files echo echo_append environment help md5sum sha1sum sha224sum sha256sum sha384sum
    sha512sum sleep true false""".split()
)


def _cmake(call: Call) -> None:
    if call.args[:1] != ["-E"] or len(call.args) < 2:
        call.runs_code(None)
        return
    command, args = call.args[1], call.args[2:]
    like = dict(line.split(": ", 1) for line in _LIKE.split("\n") if line).get(command)
    if like is not None and "--modify" not in args:
        call.kind = "reads"
        call.runs = [[*like.split(), *(one.replace("--unset=", "-u") for one in args)]]
    elif command in _READS:
        call.kind = "reads"
    else:
        call.runs_code(None)


HANDLERS: dict[str, Callable[[Call], None]] = {"cmake": _cmake}
