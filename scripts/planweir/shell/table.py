"""What programs do to files: one row a program, kept as text, of which a row is read when a command names its program.

A row: name, kind, and words `key=value,value`. Kinds: "reads"; "writes" (what its arguments tell); "runs" (code, which
may do anything); "network" (only talks to one); "unknown"; "wraps" (its arguments hold another command); "sh" (a shell);
"builtin" (changes the shell's own memory, see builtins.py). A name without a row is "unknown".

operands  which operands are changed: all, first, second, last, rest (all but the first), modes (rest, where a mode comes first), third (from the third on), dest (the
          last, or a file in it if it is a folder), members (the rest, inside `into`; without any: the folder), cwd (the folder),
          folders (the folder, and the operands as folders), pieces, split (numbered files: `split`, `csplit`)
how       write (content or attributes; the default), delete, tree (with all below it), spread (something in it)
values    options that take a value
out       options whose value is a file that is written
into      options whose value is the folder in which the operands lie
prefix    what the operands that are written begin with (dd: of=)
add       what is put behind the names of the operands for a further file that is written
only      it changes its operands only with one of these; unless: with one of these it changes and runs nothing
deep      with one of these `how` is tree
odd       words and options with which it is "unknown"
runs      options with which it runs code; code: options whose value is that code
by        the module whose HANDLERS judge it: for what is no row's matter
wraps: skip  operands before the command; settings: NAME=value may come before it; inputs: words come from standard input too;
          text: its words are a shell's text, texts: each of them is one; shell: options whose value is such a text, also among
          the first `late` operands; stdin: it runs what it reads; cd: options that name its folder
"""

from __future__ import annotations

_READERS = frozenset(
    """[ test true false : cat tac head tail grep egrep fgrep zgrep zcat bzcat xzcat rg ag ack ls dir vdir exa eza wc cut
    paste tr column fold fmt nl od xxd hexdump strings rev comm cmp diff diff3 colordiff stat file readlink realpath
    basename dirname pwd echo printf seq expr factor bc dc date cal sleep id whoami groups who w uname arch hostname uptime
    free df du nproc lscpu lsblk lsof ps pgrep pstree top htop vmstat which type whereis hash jobs wait man help info
    whatis apropos printenv locale getconf tty tree cksum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum sum
    base64 base32 jq pr join look numfmt tsort ldd nm objdump readelf size cloc tokei scc bat batcat ss netstat ping dig
    nslookup host getent ulimit umask times let return exit break continue shopt dirs compgen complete history bind caller
    logout suspend disown fg bg unalias iconv expand unexpand less more most gzcat lzcat zless zmore xmllint zdiff zcmp pygmentize
    shellcheck mktemp env command exec time nohup xargs hexyl glow delta difft ts pv isutf8 namei lsattr getfacl
    getfattr findmnt tput stty clear  lspci lsusb dmesg journalctl zipinfo lsar
    pdfinfo identify ffprobe mediainfo b3sum xxhsum crc32 otool""".split()
)

_CODE = frozenset(
    """python python2 python3 pypy pypy3 node nodejs deno bun perl ruby php lua luajit Rscript R
    julia tclsh expect osascript pwsh make gmake cmake ninja npm npx pnpm pnpx yarn bunx
    cargo go gradle gradlew mvn mvnw ant sbt dotnet msbuild bazel pip pip3 pipx uv uvx poetry pdm hatch rye
    pipenv tox nox pytest py.test jest vitest mocha ts-node tsx tsc eslint prettier ruff black isort mypy
    bundle rake rspec gem composer phpunit mix elixir iex swift ctest docker podman kubectl terraform
    fish csh tcsh source . eval coproc systemd-run screen tmux gdb lldb psql mysql redis-cli m4
    javac java kotlin scala ghc just task pre-commit claude logrotate lftp sftp fc""".split()
)

_BUILTINS = frozenset(
    """cd pushd popd export declare local readonly typeset unset read mapfile readarray getopts printf set shift eval source .
    trap alias""".split()
)

_TABLE = """
# -- what only reads, unless it is told to write
sort reads values=-k,-t,-S,-T,--key,--field-separator,--parallel out=-o,--output runs=--compress-program
uniq writes operands=second values=-f,-s,-w
shuf reads values=-n,-i out=-o,--output
xxd writes operands=second values=-c,-g,-l,-s,-o,-n
tree reads values=-L,-I,-P,-H,-T,--filelimit,--charset out=-o
less reads out=-o,-O,--log-file,--LOG-FILE
bat reads values=-l,-r,-H,--language,--line-range,--theme,--style,--paging runs=--pager
rg reads runs=--pre,--hostname-bin
iconv reads values=-f,-t out=-o,--output
xmllint reads values=--xpath,--schema out=--output,-o
pygmentize reads values=-l,-f out=-o
mktemp reads operands=made values=-p,--suffix,--tmpdir unless=-u,--dry-run
base64 reads values=-w,-b out=-o,--output
history reads out=-w,-a
date reads odd=-s,--set values=-d,-f,-r
ip reads odd=add,del,delete,set,replace,change,flush,exec
crontab unknown unless=-l
openssl runs out=-out values=-in,-inkey,-keyout,-CAfile,-passin,-passout
# -- files as a whole
tee writes operands=all
sponge writes operands=all
touch writes operands=all values=-d,-r,-t,--date,--reference
truncate writes operands=all values=-s,-r,--size,--reference
fallocate writes operands=all values=-l,-o,-n
mkdir writes operands=all values=-m,--mode
mkfifo writes operands=all values=-m,--mode
mknod writes operands=first values=-m,--mode
rm writes operands=all how=tree
rmdir writes operands=all how=delete
unlink writes operands=all how=delete
shred writes operands=all values=-n,-s,--iterations,--size,--random-source
srm writes operands=all how=tree
trash writes operands=all how=tree
trash-put writes operands=all how=tree
split writes operands=pieces values=-a,-b,-C,-l,-n runs=--filter
csplit writes operands=split values=-f,-b,-n,--prefix,--suffix-format,--digits
cp writes operands=dest values=-S,--suffix into=-t,--target-directory
install writes operands=dest values=-m,-o,-g,-S,--mode,--owner,--group into=-t,--target-directory runs=--strip-program
mv writes operands=dest values=-S,--suffix into=-t,--target-directory
ln writes operands=dest values=-S,--suffix into=-t,--target-directory
link writes operands=dest
ditto writes operands=dest how=tree
rsync writes operands=dest how=tree values=-e,-f,--exclude,--include,--rsh,--exclude-from,--files-from,--backup-dir out=--log-file,--write-batch unless=-n,--dry-run,--list-only runs=--rsync-path
scp writes operands=dest values=-i,-P,-o,-F,-c,-l runs=-S
rename writes operands=rest how=tree
mmv writes operands=cwd how=spread
vidir runs
dd writes prefix=of=
mount writes operands=all how=tree values=-t,-o,--types,--options
umount writes operands=all how=tree
losetup writes operands=all
nano writes operands=all
sudoedit writes operands=all
# -- modes, owners, attributes
chmod writes operands=modes values=--reference deep=-R,--recursive
chown writes operands=modes values=--reference,--from deep=-R,--recursive
chgrp writes operands=modes values=--reference deep=-R,--recursive
chattr writes operands=rest values=-v,-p deep=-R
setfacl writes operands=all values=-m,-x,-M,-X,--modify,--remove deep=-R,--recursive unless=--test
setfattr writes operands=all values=-n,-v,-x
xattr writes operands=rest unless=-l,-p
chcon writes operands=rest values=-t,-u,-r,-l,--reference deep=-R,--recursive
# -- packers and archives
gzip writes operands=all add=.gz values=-S unless=-c,--stdout,-l,--list,-t,--test
gunzip writes operands=unpacked values=-S unless=-c,--stdout,-l,--list,-t,--test
pigz writes operands=all add=.gz values=-p,-b unless=-c,--stdout,-l,--list,-t,--test
bzip2 writes operands=all add=.bz2 unless=-c,--stdout,-t,--test
bunzip2 writes operands=unpacked unless=-c,--stdout,-t,--test
xz writes operands=all add=.xz values=-T,--threads unless=-c,--stdout,-l,--list,-t,--test
unxz writes operands=unpacked unless=-c,--stdout,-l,--list,-t,--test
lzma writes operands=all add=.lzma unless=-c,--stdout,-t,--test
zstd writes operands=all add=.zst unless=-c,--stdout,-l,--list,-t,--test out=-o
unzstd writes operands=unpacked unless=-c,--stdout,-l,--list,-t,--test out=-o
lz4 writes operands=second unless=-c,--stdout,-t,--test
brotli writes operands=all add=.br unless=-c,--stdout,-t,--test out=-o,--output
compress writes operands=all add=.Z unless=-c
uncompress writes operands=unpacked unless=-c
zip writes by=archives
tar runs by=archives
gtar runs by=archives
bsdtar runs by=archives
unzip writes by=archives
patch writes by=archives
cpio writes operands=folders how=spread into=-D,--directory values=-E,-H,-F,-I unless=-t,--list,-o,--create out=-O
pax writes operands=folders how=spread values=-f,-s,-x
ar writes by=archives
jar writes operands=cwd how=spread into=-C unless=tf,tvf,-tf,-tvf,--list,-t
7z writes operands=cwd how=spread unless=l,t
7za writes operands=cwd how=spread unless=l,t
7zr writes operands=cwd how=spread unless=l,t
unrar writes operands=cwd how=spread unless=l,lb,lt,p,t,v,vb
unar writes operands=cwd how=spread into=-o,-output-directory
cabextract writes operands=cwd how=spread into=-d unless=-l,-t,-p
uudecode writes operands=cwd how=spread out=-o
unshar runs
shar reads out=-o
dpkg unknown unless=-l,-L,-s,-S,-c,-I,--list,--status,--version
rpm2cpio reads
# -- text in place
sed runs by=editing
gsed runs by=editing
awk runs by=editing
gawk runs by=editing
mawk runs by=editing
nawk runs by=editing
ed runs operands=all values=-p
red runs operands=all values=-p
ex runs operands=all values=-c,-S,-u,--cmd code=-c,--cmd
vi runs operands=all values=-c,-S,-u,-i,-U,--cmd out=-w,-W code=-c,--cmd
vim runs operands=all values=-c,-S,-u,-i,-U,--cmd out=-w,-W code=-c,--cmd
nvim runs operands=all values=-c,-S,-u,-i,-l,--cmd out=-w,-W code=-c,--cmd
kak runs operands=all values=-e,-E,-f,-k,-s,-p code=-e,-E,-f
emacs runs operands=all values=-l,-f,-u,-L,--eval,--load,--funcall,--visit code=--eval,-f,--funcall
emacsclient runs operands=all values=-e,-s,-f,--eval code=-e,--eval
micro runs operands=all
joe runs operands=all
yq writes operands=rest only=-i,--inplace values=-o,-p,--output-format
jaq writes operands=rest only=-i,--in-place values=-L,--indent
sd writes operands=third values=-f,-n,--flags unless=-p,--preview
rpl writes operands=third unless=-s,--dry-run
crudini writes operands=first unless=--get
xmlstarlet writes operands=rest only=-L,--inplace
tidy writes operands=all only=-m,-modify out=-o,-output
dos2unix writes operands=all unless=-i,--info,-O,--to-stdout
unix2dos writes operands=all unless=-i,--info,-O,--to-stdout
comby runs
gofmt writes operands=all how=tree only=-w
clang-format writes operands=all only=-i
shfmt writes operands=all how=tree only=-w,--write values=-i,-ln
indent writes operands=all
# -- what makes one file of others
gcc runs out=-o,-MF
g++ runs out=-o,-MF
cc runs out=-o,-MF
c++ runs out=-o,-MF
clang runs out=-o,-MF
clang++ runs out=-o,-MF
ld runs out=-o
as runs out=-o
rustc runs out=-o
strip writes operands=all out=-o
ctags unknown out=-o,-f
etags unknown out=-o,-f
ranlib writes operands=all
objcopy writes operands=last values=-O,-I,-j,-R,-F
patchelf writes operands=all unless=--print-rpath,--print-needed,--print-interpreter
dot reads values=-T,-K,-G,-N,-E out=-o
pandoc runs out=-o,--output values=-f,-t,--from,--to
ffmpeg writes operands=last values=-i,-f,-c,-vf,-af,-map,-ss,-t,-r,-b,-codec
convert writes operands=last
magick writes operands=last
mogrify writes operands=all
pdftotext writes operands=second values=-f,-l,-r,-x,-y,-W,-H,-enc unless=-v
qpdf writes operands=last
sqlite3 runs by=editing
# -- search, which may run or delete
find reads by=searching
fd reads by=searching
fdfind reads by=searching
git reads by=git
git-merge-file writes operands=first values=-L unless=-p,--stdout
git-unpack-file writes operands=cwd how=spread
git-mailinfo writes operands=all values=--encoding
git-mailsplit writes operands=cwd how=spread values=-b,-d,-f into=-o
git-fast-export reads out=--export-marks
git-interpret-trailers writes operands=all only=--in-place values=--where,--if-exists,--if-missing,--trailer
git-pack-objects writes operands=last unless=--stdout
git-index-pack writes operands=first out=-o
git-credential-store writes out=--file
# -- from elsewhere
curl network by=network
wget network by=network
gh network by=network
aria2c writes operands=cwd how=spread into=-d,--dir values=-o,--out
http network out=-o,--output
https network out=-o,--output
ssh runs by=network
nc network
ncat network
socat runs
# -- code
cmake runs by=cmake
python runs by=interpreters
python2 runs by=interpreters
python3 runs by=interpreters
pypy runs by=interpreters
pypy3 runs by=interpreters
perl runs by=interpreters
ruby runs by=interpreters
node runs by=interpreters
nodejs runs by=interpreters
php runs by=interpreters
lua runs by=interpreters
luajit runs by=interpreters
bun runs by=interpreters
deno runs by=interpreters
# -- signals
kill unknown by=machine
pkill unknown by=machine
killall unknown by=machine
skill unknown by=machine
# -- shells
sh sh
bash sh
dash sh
zsh sh
ksh sh
ash sh
mksh sh
rbash sh
# -- what has another command in its arguments
env wraps values=-u,--unset,-C,--chdir,-S,--split-string cd=-C,--chdir settings
timeout wraps values=-s,--signal,-k,--kill-after skip=1
gtimeout wraps values=-s,--signal,-k,--kill-after skip=1
nice wraps values=-n,--adjustment
ionice wraps values=-c,-n,-p,--class,--classdata
chrt wraps skip=1
taskset wraps skip=1
numactl wraps values=-C,-N,-m,-i,-p
nohup wraps
setsid wraps
stdbuf wraps values=-i,-o,-e,--input,--output,--error
unbuffer wraps
command wraps
builtin wraps
noglob wraps
nocorrect wraps
exec wraps values=-a
time wraps values=-o,-f,--output,--format out=-o,--output
sudo wraps values=-u,-g,-h,-p,-C,-r,-t,-T,-U,-D,-R,--user,--group,--chdir cd=-D,--chdir settings
doas wraps values=-u,-C settings
pkexec wraps values=--user
gosu wraps skip=1
su-exec wraps skip=1
su wraps values=-c,--command,-s,--shell,-g,-G shell=-c,--command skip=1 late=3
runuser wraps values=-c,--command,-s,--shell,-g,-G,-u,--user shell=-c,--command late=3
sg wraps skip=1 shell=-c late=2
setpriv wraps values=--reuid,--regid,--groups
busybox wraps
toybox wraps
fakeroot wraps
fakechroot wraps
proot wraps values=-r,-b,-w
firejail wraps
eatmydata wraps
faketime wraps values=-f skip=1
torsocks wraps
proxychains wraps values=-f
proxychains4 wraps values=-f
rlwrap wraps
chronic wraps
ifne wraps
direnv wraps skip=2
setarch wraps skip=1
linux64 wraps
linux32 wraps
prlimit wraps
choom wraps values=-n
cpulimit wraps values=-l,-p,-e
strace wraps values=-o,-e,-p,-s,-u,-E,-P,-a out=-o
ltrace wraps values=-o,-e,-p,-s,-u out=-o
valgrind wraps out=--log-file
catchsegv wraps
dbus-run-session wraps
dbus-launch wraps
xvfb-run wraps values=-n,-s,-e,-f,-p,-w
unshare wraps values=-S,-G,-R,-w
nsenter wraps values=-t,-S,-G
chroot wraps skip=1
flock wraps values=-w,-E,--timeout,-c,--command skip=1 shell=-c,--command late=2
script wraps values=-c,--command,-I,-O,-B,-T,-E,-o out=-I,-O,-B,-T shell=-c,--command operands=typescript late=2
at wraps values=-f,-q,-t stdin
batch wraps values=-f,-q stdin
xargs wraps values=-a,-d,-E,-I,-i,-L,-n,-P,-s,--arg-file,--delimiter,--max-args,--max-procs,--max-lines,--replace,--max-chars inputs
sem wraps values=-j,--id,--jobs
parallel wraps values=-j,-a,-I,-N,-n,-L,--jobs,--arg-file,--colsep,-d,--delimiter,--joblog,--results inputs
watch wraps values=-n,--interval text
entr wraps values=-s shell=-s
hyperfine wraps values=-w,-r,-m,-M,-p,-c,--warmup,--runs,--prepare,--cleanup,-L,-n,-u shell=-p,--prepare,-c,--cleanup out=--export-json,--export-markdown,--export-csv texts
pee wraps texts
nix-shell wraps values=-p,--run,--command shell=--run,--command
caffeinate wraps values=-t,-w
"""


class Row:
    """One row; what it does not say is as here."""

    operands = ""
    how = "write"
    by = ""
    prefix = ""
    add = ""
    skip = late = 0
    settings = inputs = text = texts = stdin = False
    values = out = into = only = unless = deep = odd = runs = code = shell = cd = frozenset[str]()

    def __init__(self, kind: str) -> None:
        self.kind = kind


_PLAIN = {kind: Row(kind) for kind in ("reads", "runs", "unknown", "builtin")}
_FLAGS = ("settings", "inputs", "text", "texts", "stdin")
_WORDS = ("operands", "how", "by", "prefix", "add")
_VALUED = ("out", "into", "runs", "code", "shell", "cd")  # sets of options that take a value


_KNOWN: dict[str, Row] = {}


def row_of(name: str) -> Row:
    """What the table says about a program."""
    row = _KNOWN.get(name)
    if row is None:
        row = _KNOWN[name] = _read(name)
    return row


def _read(name: str) -> Row:
    if name in _BUILTINS:
        return _PLAIN["builtin"]
    line = _line(name)
    if line is None:
        return reads(name) if name in _READERS else _PLAIN["runs" if name in _CODE else "unknown"]
    _, kind, *words = line.split()
    row = Row(kind)
    values: set[str] = set()
    for word in words:
        key, _, value = word.partition("=")
        if key in _FLAGS:
            setattr(row, key, True)
        elif key in _WORDS:
            setattr(row, key, value)
        elif key in ("skip", "late"):
            setattr(row, key, int(value))
        else:
            some = frozenset(value.split(","))
            setattr(row, key, some)
            if key in _VALUED or key == "values":
                values |= some
    row.values = frozenset(values)
    return row


def reads(name: str) -> Row:
    """Of a program that runs no other one here."""
    return _PLAIN["reads" if name in _READERS else "unknown"]


def _line(name: str) -> str | None:
    start = _TABLE.find(f"\n{name} ")
    if start < 0 or "\n" in name or "#" in name or " " in name:
        return None
    return _TABLE[start + 1 : _TABLE.find("\n", start + 1)]


def names() -> list[str]:
    """Every program that has a row of its own."""
    return [line.split()[0] for line in _TABLE.splitlines() if line and not line.startswith("#")]
