"""Simple commands that write: every redirection, the programs that copy, move, link, delete and edit in place."""

from __future__ import annotations

from tests.oracle.choice import Choice
from tests.oracle.quoting import OPEN_WORDS, expanded, quoted, single

THERE = ("a.txt", "b.txt", "c.md", "d/one.txt", "with space.txt", "x*y", "it's", "ln.txt", "dl/deep.txt", ".hidden")
NEW = (
    "n1", "d/n2", "n 3", "é", "$odd", "nl\nx", "{br,ace}", "#h", "!b", "back\\slash", 'dq"x', "d/n;x", "n&y", "n|z", "(n)", "a>b",
    "`n`", "~t", "[n]", "n?", "tab\tx", "s/y",
)  # fmt: skip
FOLDERS = ("d", "s", "d/e", "nd", "dl", ".", "nd/x/y")

# %s: a word that names one file; %m: one that may name many; %d: a folder; %n: a plain name without quotes.
ON_FILES = (
    "touch %m", "touch %m", "rm -f %m", "rm -rf %m", "rm -- %s", "tee %m < b.txt", "tee -a %s <<< x", "cp a.txt %s", "cp %s b.txt",
    "cp -f %s %s", "cp %s %d", "cp -t d %m", "cp %m d", "cp -r d %s", "cp -a d/. s", "cp -R %s %d", "cp -T %s %s",
    "cp --target-directory=d %s", "cp -b a.txt %s", "cp --backup=numbered a.txt %s", "cp -S.old -b a.txt %s", "cp -u a.txt %s",
    "cp --parents d/one.txt s", "cp -l a.txt %s", "cp -s \"$PWD/a.txt\" %s", "cp -rT d s", "cp -at s d",
    "mv %s %s", "mv -f %s %s", "mv %s %d", "mv -t d %m", "mv %m d", "mv d %s", "mv -T d n9", "mv -n %s n8", "mv -b a.txt b.txt",
    "ln -s a.txt %s", "ln -sf a.txt %s", "ln %s n7", "ln -f a.txt %s", "ln -sfn s dl", "ln -s ../a.txt d", "ln -sr a.txt d/n6",
    "ln -t d a.txt", "ln -s d/one.txt", "link a.txt %s", "unlink %s",
    "install a.txt %s", "install -m 600 a.txt %s", "install -D a.txt nd/%n/f", "install -d %s", "install -t d %m", "install a.txt b.txt d",
    "truncate -s 0 %m", "truncate --size=3 %s", "chmod 600 %m", "chmod -R u+x d", "chmod +x %s", "chmod --reference=a.txt %s",
    "chmod -x %s", "chmod a-w,u+w %s", "touch -d yesterday %s", "touch -r a.txt %s", "touch -c %s", "touch -am %s",
    "sed -i s/o/0/ %m", "sed -i.bak s/o/0/ %s", "sed -i -e s/o/0/ -e s/x/y/ %s", "sed -Ei 's/(o)/\\1\\1/' %s", "sed -n -i p %s",
    "sed --in-place=.orig s/o/0/ %s", "sed -i'' 1d %s", "sed --in-place -e 1d %s", "sed -n 'w n5' %s", "sed 's/o/0/w n4' %s",
    "sed -e 1wn41 a.txt", "sed -e '/o/{w n42' -e '}' a.txt", "sed -i'bk/*' s/o/0/ a.txt", "sed -s -i 1d a.txt b.txt",
    "dd if=a.txt of=%s", "dd of=%s < a.txt", "dd if=a.txt of=%s conv=notrunc", "sort -o %s a.txt", "sort a.txt -o %s", "sort a.txt --output=%s",
    "sort -uo %s a.txt", "sort -ro%n a.txt", "uniq a.txt %s", "shuf -o %s a.txt", "mkdir -p %s", "mkdir %s", "mkdir -p %m", "mkdir -pm 700 %s",
    "mkdir -p nd/{a,b}/c", "mkdir nd; rmdir nd", "mkdir -p nd/q; rmdir -p nd/q", "rm -r d", "rm -d %s", "rm -rf ./d/", "rm -rf d/*",
    "split -l 1 a.txt", "split -l 1 a.txt %n", "split -dl 1 a.txt", "split -n 2 a.txt d/", "split --lines=1 --additional-suffix=.s a.txt n",
    "csplit -s a.txt 2", "csplit -sf %n a.txt 2", "tar cf %s a.txt", "tar -cf %s d", "tar xf t.tar", "tar -xf t.tar -C d", "tar -C s -xf t.tar",
    "tar xf t.tar b.txt", "tar --extract --file=t.tar --directory=d", "tar -czf %s d", "tar rf t.tar a.txt", "tar -cf n.tar --remove-files %s",
    "tar xOf t.tar", "tar xf t.tar --strip-components=1", "tar cvf - a.txt | tar xf - -C d", "patch < fix.diff", "patch -p0 -i fix.diff",
    "patch %s fix.diff", "patch -b < fix.diff", "patch a.txt < fix.diff", "patch -o %s a.txt fix.diff", "patch -d . < fix.diff",
    "perl -pi -e s/o/0/ %m", "perl -i.bak -pe s/o/0/ %s", "perl -e 'unlink shift' %s", "perl -ne 'print' %s", "perl -i -ne print %s",
    "python3 -c 'open(\"py1\", \"w\")'", "python3 -c 'import sys; open(sys.argv[1], \"a\")' %s", "python3 -c 'print(open(\"a.txt\").read())'",
    "awk '{print > \"aw1\"}' a.txt", "awk '{print >> \"aw2\"}' a.txt", "awk '{print | \"cat > aw3\"}' a.txt", "awk -v o=%n '{print > o}' a.txt",
    "awk '{print $1 > (\"aw\" NR)}' a.txt", "awk 'BEGIN {system(\"touch aw4\")}'", "awk 'BEGIN { printf \"x\" > \"aw5\" }'",
    "gzip %s", "gzip -k %s", "gzip -c %s > n.gz", "gzip a.txt; gunzip a.txt.gz", "gzip -k a.txt; gzip -dkf a.txt.gz", "bzip2 %s", "xz -k %s",
    "find . -name '*.txt' -delete", "find d -type f -delete", "find %s -delete", "find . -name '*.md' -exec rm {} +", "find d -name one.txt -exec touch {}.x \\;",
    "find . -maxdepth 1 -name 'a.*' -exec cp {} n3 ';'", "find . -name a.txt -execdir touch n31 \\;", "find d -type f | xargs rm",
    "find d -name '*.txt' -print0 | xargs -0 touch", "find . -name a.txt -exec sh -c 'echo x > \"$1\".y' _ {} \\;", "find . -fprint %s",
    "find . -path './d/*' -type f -delete", "find . -name '[ab].txt' -delete", "find . ! -name '*.txt' -name '*.md' -delete", "find . -empty -delete",
    "echo %n %n.x | xargs touch", "xargs rm < names.lst", "xargs -a names.lst rm", "xargs -I{} cp {} {}.c < names.lst", "printf '%%s\\0' %s | xargs -0 touch",
    "echo %n | xargs -I@ touch @.at", "echo %n | xargs -n 1 touch", "ls *.md | xargs -n1 touch", "echo %n | xargs -r -t touch",
    "mktemp %n.XXXX", "mktemp -p d", "mktemp -d %nXXXX", "mktemp --suffix=.q tXXX", "mkfifo %s", "cat a.txt | tee %s > n2", "cat a.txt | tee >(cat > tp) > n2; wait",
    "echo x | tee %s %s > /dev/null", "shred -n 1 %s", "shred -u %s", "zip -q n.zip a.txt", "zip -qr n d; unzip -qo n.zip -d s", "cmp a.txt b.txt",
    "ed -s a.txt <<< $'1d\\nw'", "diff a.txt b.txt > %s", "cat %s %s", "grep -r o d", "ls -l %m", "head -1 %s", "wc -l < %s", ": > %s", "true > %s",
    "printf '%%s\\n' x > %s", "iconv -f utf8 -t utf16 -o %s a.txt", "cp a.txt {n61,n62} d", "mv {a,n63}.txt", "cp a.txt{,.bak}", "touch -- -n6; rm -- -n6",
    "realpath a.txt > %s", "readlink ln.txt | xargs touch", "echo \"$RANDOM\" > n.$$", "touch n.$$; rm n.$$", "date > n-$(date +%%s)", "rename 's/a/b/' a.txt",
    "git init -q g1", "xxd a.txt %s", "base64 a.txt > %s", "envsubst < a.txt > %s", "column a.txt > %s", "paste a.txt b.txt > %s", "tac a.txt | sponge a.txt",
)  # fmt: skip
REDIRECTED = (
    "echo x > %s", "echo x >> %s", "echo x >| %s", "echo x 1> %s", "echo x>%s", "echo x &> %s", "echo x &>> %s", "echo x >& %s", "ls nothing 2> %s",
    "ls nothing a.txt > %s 2>&1", "ls nothing a.txt 2> %s >&2", "cat <> %s", "echo x 1<> %s", "> %s", ">> %s", "> %s echo x", "echo > %s x", "echo x > %s > %s",
    "echo x 2> %s 1>&2", "exec 3> %s; echo x >&3; exec 3>&-", "exec 4>> %s; echo x 1>&4", "exec {fd}> %s; echo x >&$fd; exec {fd}>&-", "echo x 3> %s >&3",
    "{ echo x; echo y; } > %s", "( echo x ) >> %s", "cat <<E > %s\nbody $V $(touch hd1)\nE", "cat > %s <<'E'\n$(touch never)\n> never\nE", "cat <<-E > %s\n\tx `touch hd2`\n\tE",
    "cat <<E1 - <<\"E2\" > %s\n1\nE1\n2 $(touch never)\nE2", "cat <<< \"$(touch hs1)\" > %s", "echo x > >(cat > %s); wait", "cat < <(echo x; touch ps1) > %s", "echo x | cat > %s",
    "echo x |& cat > %s", "if true; then echo x; fi > %s", "for i in 1 2; do echo $i; done >> %s", "while read -r l; do echo $l; done < a.txt > %s", "case x in x) echo x;; esac > %s",
    "echo x '>' never > %s", "echo \"> never\" > %s # > never2", "echo x \\> never >%s", "(( 3 > 2 )) && echo x > %s", "[[ b > a ]] && echo x > %s", "[ b \\> a ] && echo x > %s",
    "echo $((3 > 2)) > %s", "! echo x > %s", "time echo x > %s", "f() { echo x; } > %s; f", "echo x >%s;echo y>n1", "echo x >&2 2> %s", "exec 5<> %s; echo x >&5", "echo x 7> %s 1>&7-",
    "echo x > %s & wait", "cat <<\\E > %s\n$(touch never)\nE", "cat << E\"\"  > %s\n`touch never`\nE", "cat <<E | tee %s\nx\nE", "wc -l <<E >%s && touch n1\nx\nE\ntouch n4",
    "exec > %s; echo x", "exec 2> %s; ls nothing", "(exec > %s; echo x)", "echo x {a}> %s", "until echo x > %s; do break; done", "{ echo x >&3; } 3> %s", "echo x>%s 2>&1 </dev/null",
)  # fmt: skip


def name(choice: Choice) -> str:
    """A file's name, there already or new."""
    if choice.dead:
        return choice.one(("never1", "never 2", "never*3"))
    return choice.one(THERE) if choice.chance(2) else choice.one(NEW)


def word(choice: Choice, many: bool) -> tuple[str, str]:
    """What is to be run before, and a word for a file (many: or for several)."""
    if choice.dead:
        return "", quoted(choice, name(choice))
    style = choice.number(0, 9)
    if style < 4:
        return "", quoted(choice, name(choice))
    if style < 7:
        return expanded(choice, name(choice))
    fitting = OPEN_WORDS if many else tuple(one for one in OPEN_WORDS if not set(one) & set("*?[{"))
    return "", choice.one(fitting)


def filled(choice: Choice, template: str) -> str:
    """The template with its holes filled, and what its words want run before."""
    before: list[str] = []
    out: list[str] = []
    for index, piece in enumerate(template.split("%")):
        if index == 0 or (out and out[-1] == "%" and not piece):
            out.append(piece)
            continue
        kind, rest = piece[:1], piece[1:]
        if kind in ("s", "m"):
            first, text = word(choice, kind == "m")
            before.append(first)
            out.append(text)
        elif kind == "d":
            out.append(quoted(choice, choice.one(FOLDERS)))
        elif kind == "n":
            out.append("never9" if choice.dead else choice.one(("p1", "p2", "q-3")))
        else:
            out.append("%" + kind)
        out.append(rest)
    return "".join(before) + "".join(out)


def writer(choice: Choice) -> str:
    """One command that writes, or one that only looks so."""
    if choice.dead:
        return filled(choice, choice.one(("echo x > %s", "touch %s", "rm -f %s", "cp a.txt %s", "echo x | tee %s")))
    return filled(choice, choice.one(ON_FILES if choice.chance(2) else REDIRECTED))


def shown(text: str) -> str:
    """A text as one word, plainly quoted."""
    return single(text)
