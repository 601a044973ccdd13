"""What programs do to files: one row a program.

A program that only reads is "reads"; one whose targets are told by its arguments "writes"; one that runs code, which
may do anything, "runs"; one that only talks to a network "network"; what is in no table "unknown". Programs whose
arguments need more than a row have a function in special.py or git.py.
"""


from __future__ import annotations

from planweir.shell.marks import PIECE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from planweir.shell.scan import Program

    Target = tuple[str, str]  # how it is changed (write, delete, tree, link, spread), marked path


class Row:
    """One program.

    kind: see above. operands: which operands are changed: none, all, last, rest (all but the first), dest (the last,
    or a file in it if it is a folder). how: write (content or attributes), delete, tree (with all that is below it).
    values: options that take a value. out: options whose value is a file that is written. only: it changes its
    operands only with one of these. unless: with one of these it changes nothing. deep: with one of these "tree".
    """

    __slots__ = ("deep", "how", "kind", "only", "operands", "out", "unless", "values")

    def __init__(
        self,
        kind: str,
        operands: str = "none",
        how: str = "write",
        values: str = "",
        out: str = "",
        only: str = "",
        unless: str = "",
        deep: str = "",
    ) -> None:
        self.kind = kind
        self.operands = operands
        self.how = how
        self.out = out.split()
        self.values = frozenset(values.split()) | frozenset(self.out)
        self.only = frozenset(only.split())
        self.unless = frozenset(unless.split())
        self.deep = frozenset(deep.split())


_READERS = """
[ test true false : cat tac head tail grep egrep fgrep zgrep zcat bzcat xzcat rg ag ack ls dir vdir exa eza
wc cut
paste tr column fold fmt nl od xxd hexdump strings rev comm cmp diff diff3 colordiff stat file readlink
realpath
basename dirname pwd echo printf seq expr factor bc dc date cal sleep id whoami groups who w uname arch
hostname uptime free
df du nproc lscpu lsblk lsof ps pgrep pstree top htop vmstat which type whereis hash jobs wait man help info
whatis apropos printenv locale getconf tty tree cksum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum
b2sum
sum base64 base32 jq pr join look numfmt tsort ldd nm objdump readelf size cloc tokei scc bat batcat
fd fdfind ss netstat ip ping dig nslookup host getent ulimit umask times let getopts shift return exit break
continue
set shopt local export declare typeset readonly unset cd pushd popd dirs read readarray mapfile compgen
complete
history bind caller logout suspend disown fg bg builtin alias unalias trap iconv expand unexpand less more
most
gzcat lzcat zless zmore xmllint zdiff zcmp pygmentize shellcheck mktemp env command exec time nohup xargs
""".split()

_CODE = """
python python2 python3 pypy pypy3 node nodejs deno bun perl ruby php lua luajit Rscript R
julia tclsh expect osascript pwsh awk gawk mawk nawk make gmake cmake ninja npm npx pnpm pnpx yarn bunx
cargo go gradle gradlew mvn mvnw ant sbt dotnet msbuild bazel pip pip3 pipx uv uvx poetry pdm hatch rye
pipenv tox nox pytest py.test jest vitest mocha ts-node tsx tsc eslint prettier ruff black isort mypy
bundle rake rspec gem composer phpunit mix elixir iex swift ctest docker podman kubectl terraform
sh bash dash zsh ksh ash fish csh tcsh mksh rbash source . eval coproc
at batch crontab systemd-run screen tmux script gdb sqlite3 psql mysql redis-cli m4 gcc g++ cc clang rustc
javac java kotlin scala ghc just task pre-commit claude""".split()

TABLE: dict[str, Row] = dict.fromkeys(_READERS, Row("reads"))
TABLE.update(
    {
        # readers that can be told to write
        "sort": Row("reads", values="-k -t -S -T --key --field-separator", out="-o --output"),
        "uniq": Row("writes", "second", values="-f -s -w"),
        "shuf": Row("reads", values="-n -i", out="-o --output"),
        "yq": Row("writes", "rest", only="-i --inplace", values="-o -p --output-format"),
        "xxd": Row("writes", "second", values="-c -g -l -s -o -n"),
        "tree": Row("reads", values="-L -I -P -H -T --filelimit --charset", out="-o"),
        "less": Row("reads", out="-o -O --log-file --LOG-FILE"),
        "bat": Row("reads", values="-l -r -H --language --line-range --theme --style --paging"),
        "iconv": Row("reads", values="-f -t", out="-o --output"),
        "xmllint": Row("reads", values="--xpath --schema", out="--output -o"),
        "pygmentize": Row("reads", values="-l -f", out="-o"),
        "mktemp": Row("reads", values="-p --suffix"),
        # whole-file writers
        "tee": Row("writes", "all"),
        "sponge": Row("writes", "all"),
        "touch": Row("writes", "all", values="-d -r -t --date --reference"),
        "truncate": Row("writes", "all", values="-s -r --size --reference"),
        "fallocate": Row("writes", "all", values="-l -o -n"),
        "mkdir": Row("writes", "all", values="-m --mode"),
        "mkfifo": Row("writes", "all", values="-m --mode"),
        "mknod": Row("writes", "first", values="-m --mode"),
        "rm": Row("writes", "all", "tree"),
        "rmdir": Row("writes", "all", "delete"),
        "unlink": Row("writes", "all", "delete"),
        "shred": Row("writes", "all", values="-n -s --iterations --size --random-source"),
        "trash": Row("writes", "all", "tree"),
        "split": Row("writes", "second", values="-a -b -C -l -n"),
        "csplit": Row("writes", "cwd", "spread", values="-f -b -n"),
        "cp": Row("writes", "dest", values="-S --suffix", out="-t --target-directory"),
        "install": Row(
            "writes", "dest", values="-m -o -g -S --mode --owner --group", out="-t --target-directory"
        ),
        "mv": Row("writes", "dest", values="-S --suffix", out="-t --target-directory"),
        "ln": Row("writes", "dest", values="-S --suffix", out="-t --target-directory"),
        "link": Row("writes", "dest"),
        "rename": Row("writes", "rest", "tree"),
        "chmod": Row("writes", "rest", values="--reference", deep="-R --recursive"),
        "chown": Row("writes", "rest", values="--reference --from", deep="-R --recursive"),
        "chgrp": Row("writes", "rest", values="--reference", deep="-R --recursive"),
        "chattr": Row("writes", "rest", deep="-R"),
        "setfacl": Row("writes", "all", values="-m -x -M -X", deep="-R --recursive", unless="--test"),
        "setfattr": Row("writes", "all", values="-n -v -x"),
        "nano": Row("writes", "all"),
        "dos2unix": Row("writes", "all"),
        "unix2dos": Row("writes", "all"),
        "rsync": Row(
            "writes", "dest", "tree", values="-e -f --exclude --include --rsh", unless="-n --dry-run"
        ),
        "scp": Row("writes", "dest", values="-i -P -o -F -c -l"),
        "gzip": Row("writes", "all", "write", values="-S", unless="-c --stdout -l --list -t --test"),
        "gunzip": Row("writes", "all", "write", values="-S", unless="-c --stdout -l --list -t --test"),
        "bzip2": Row("writes", "all", unless="-c --stdout -t --test"),
        "bunzip2": Row("writes", "all", unless="-c --stdout -t --test"),
        "xz": Row("writes", "all", unless="-c --stdout -l --list -t --test"),
        "unxz": Row("writes", "all", unless="-c --stdout -l --list -t --test"),
        "zstd": Row("writes", "all", unless="-c --stdout -l --list -t --test", out="-o"),
        "zip": Row("writes", "first"),
        "cpio": Row("writes", "cwd", "spread", unless="-t --list"),
        "7z": Row("writes", "cwd", "spread"),
        "mount": Row("writes", "all", "tree"),
        "umount": Row("writes", "all", "tree"),
        "losetup": Row("writes", "all"),
        # formatters and checkers: in place or not
        "gofmt": Row("writes", "all", "tree", only="-w"),
        "clang-format": Row("writes", "all", only="-i"),
        "shfmt": Row("writes", "all", "tree", only="-w --write", values="-i -ln"),
        "indent": Row("writes", "all"),
        # the network
        "ssh": Row("runs"),
        "nc": Row("network"),
        # code
        **dict.fromkeys(_CODE, Row("runs")),
    }
)


# What a packer puts behind a file's name.
_PACKED = {"gzip": ".gz", "bzip2": ".bz2", "xz": ".xz", "zstd": ".zst"}


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


def by_row(
    name: str, row: Row, args: list[str], is_folder: Callable[[str], bool], cwd: str | None
) -> tuple[str, list[Target]]:
    """The kind and the targets of a program that a row describes."""
    if row.kind in ("runs", "network", "unknown"):
        return row.kind, []
    found, operands = options(args, row.values)
    names = {option for option, _ in found}
    targets: list[Target] = [("write", value) for option, value in found if option in row.out and value]
    if row.kind == "reads":
        return ("writes" if targets else "reads"), targets
    if names & row.unless or (row.only and not names & row.only) or names & {"--help", "--version"}:
        return "reads", []
    how = "tree" if names & row.deep else row.how
    if row.operands == "dest":
        return "writes", _destination(name, row, found, operands, is_folder)
    chosen = {
        "none": [],
        "all": operands,
        "first": operands[:1],
        "second": operands[1:2],
        "rest": operands[1:],
        "last": operands[-1:],
        "cwd": [cwd or ""],
    }[row.operands]
    if name == "split":
        chosen = [(operands[1] if len(operands) > 1 else "x") + PIECE]
    elif name in _PACKED:
        chosen = [each for one in operands for each in (one, one + _PACKED[name])]
    targets += [(how, one) for one in chosen if not (row.operands != "cwd" and one == "-")]
    return (
        "writes" if targets or row.operands in ("all", "rest", "none", "first", "cwd") else "reads"
    ), targets


def _destination(
    name: str, row: Row, found: list[tuple[str, str]], operands: list[str], is_folder: Callable[[str], bool]
) -> list[Target]:
    """cp, mv, ln, install, rsync, scp: sources and a file or a folder that takes them."""
    flags = {option for option, _ in found}
    folder = next((value for option, value in found if option in row.out), None)
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
        into = folder.endswith("/") or len(sources) > 1 or is_folder(folder)
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
        deep = (name == "mv" or (name in ("cp", "rsync") and recursive)) and is_folder(source)
        if (into and last in ("", ".", "..")) or (name == "rsync" and source.endswith("/")):
            targets.append(("spread", folder))
        else:
            targets.append(("tree" if deep else "write", folder + "/" + last if into else folder))
        if name == "mv":
            targets.append(("tree", source))
        elif name in ("ln", "link") or (flags & {"-l", "-s", "--link", "--symbolic-link"} and name == "cp"):
            soft = flags & {"-s", "--symbolic", "--symbolic-link"}
            base = folder if into else folder.rpartition("/")[0] or "."
            targets.append(("link", base + "/" + source if soft and not source.startswith("/") else source))
    if "--remove-source-files" in flags:
        targets += [("tree", source) for source in sources]
    return targets


def kind_of(program: Program) -> str:
    """ "reads", "writes", "runs" (code that may do anything), "network" or "unknown"."""
    return program.kind
