"""One text in the many spellings that bash has for it: quotes, escapes, expansions that come out as this text."""

from __future__ import annotations

from tests.oracle.choice import Choice
from tests.oracle.world import HERE

_SPECIAL = frozenset(" \t|&;<>()$`\\\"'*?[]#~=%!{}^,")


def bare(text: str) -> str:
    """Backslashes before all that is special; a line end, which has no such spelling, in quotes."""
    return "".join("$'\\n'" if c == "\n" else "\\" + c if c in _SPECIAL else c for c in text) or "''"


def single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def double(text: str) -> str:
    return '"' + "".join("\\" + c if c in '$`"\\' else c for c in text) + '"'


def ansi(choice: Choice, text: str) -> str:
    out = []
    for c in text:
        style = choice.number(0, 4)
        if c in "'\\":
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\n")
        elif style == 1 and c.isascii():
            out.append(f"\\x{ord(c):02x}")
        elif style == 2 and c.isascii():
            out.append(f"\\{ord(c):03o}")
        elif style == 3:
            out.append(f"\\u{ord(c):04x}")
        else:
            out.append(c)
    return "$'" + "".join(out) + "'"


def continued(choice: Choice, text: str) -> str:
    """With a line's end in the middle that the shell takes out, bare or inside double quotes."""
    at = choice.number(0, len(text))
    head, tail = text[:at], text[at:]
    if choice.chance(2):
        return double(head)[:-1] + "\\\n" + double(tail)[1:]
    return (bare(head) if head else "") + "\\\n" + (bare(tail) if tail else "")


def quoted(choice: Choice, text: str) -> str:
    """One word that is exactly this text, by quoting alone."""
    style = choice.number(0, 6)
    if style == 0:
        return text if text and not _SPECIAL & set(text) and "\n" not in text else single(text)
    if style == 1:
        return double(text)
    if style == 2:
        return bare(text)
    if style == 3:
        return ansi(choice, text)
    if style == 4:
        return continued(choice, text)
    if style == 5 and len(text) > 1:
        at = choice.number(1, len(text) - 1)
        return quoted(choice, text[:at]) + (single(text[at:]) if choice.chance(2) else double(text[at:]))
    # Inside the double quotes of "${x:=…}" neither of these means what it says.
    return "$" + double(text) if choice.chance(3) and not set(text) & set("{}") else single(text)


def expanded(choice: Choice, text: str) -> tuple[str, str]:
    """What is to be run before, and a word that expands to this text alone."""
    x = choice.fresh("x")
    q = quoted(choice, text)
    plain = not _SPECIAL & set(text) and "\n" not in text
    ways = [
        (f"{x}={q}; ", f'"${x}"'),
        (f"{x}={q}; ", f'"${{{x}}}"'),
        (f"{x}={q}\n", f'"${{{x}:?no}}"'),
        (f"{x}={quoted(choice, text + '.bak')}; ", f'"${{{x}%.bak}}"'),
        (f"{x}={quoted(choice, text + '.t.bak')}; ", f'"${{{x}%.t*}}"'),
        (f"{x}={quoted(choice, 'up/' + text)}; ", f'"${{{x}#up/}}"'),
        (f"{x}={quoted(choice, 'k=j=' + text)}; ", f'"${{{x}##*j=}}"'),
        (f"{x}={quoted(choice, 'ZZ' + text)}; ", f'"${{{x}:2}}"'),
        (f"{x}={quoted(choice, 'Z' + text + 'YY')}; ", f'"${{{x}:1:{len(text)}}}"'),
        (f"{x}={quoted(choice, text + 'ZZ')}; ", f'"${{{x}/ZZ/}}"'),
        (f"{x}={quoted(choice, 'ZZ' + text + 'ZZ')}; ", f'"${{{x}//ZZ}}"'),
        (f"{x}={quoted(choice, 'QQ' + text)}; ", f'"${{{x}/#QQ/}}"'),
        (f"{x}={quoted(choice, text + 'QQ')}; ", f'"${{{x}/%QQ/}}"'),
        (f"{x}=(zz {q}); ", f'"${{{x}[1]}}"'),
        (f"{x}=(zz {q}); ", f'"${{{x}[-1]}}"'),
        (f"{x}=({q}); ", f'"${{{x}[@]}}"'),
        (f"{x}=({q}); ", f'"${{{x}[*]}}"'),
        (f"{x}=(zz {q}); ", f'"${{{x}[@]:1:1}}"'),
        (f"{x}[3]={q}; ", f'"${{{x}[3]}}"'),
        (f"{x}=(zz); {x}+=({q}); ", f'"${{{x}[1]}}"'),
        (f"declare -A {x}=([k]={q}); ", f'"${{{x}[k]}}"'),
        (f"{x}={q}; {x}n={x}; ", f'"${{!{x}n}}"'),
        (f"declare -n {x}n={x}; {x}={q}; ", f'"${x}n"'),
        (f"{x}=; {x}+={q}; ", f'"${x}"'),
        (f"declare {x}={q}; ", f'"${x}"'),
        (f"export {x}={q}; ", f'"${x}"'),
        (f"local_{x}={q}; {x}=$local_{x}; ", f'"${x}"'),
        (f"read -r {x} <<< {q}; ", f'"${x}"') if plain else ("", q),
        (f"printf -v {x} %s {q}; ", f'"${x}"'),
        (f"set -- zz {q}; ", '"$2"'),
        (f"set -- {q}; ", '"$@"'),
        (f"set -- zz {q}; shift; ", '"$1"'),
        ("", f'"${{EMPTY:-{text}}}"' if plain else q),
        ("", f"${{EMPTY:-{q}}}" if plain else q),
        ("", f'"${{nope{x}:={text}}}"' if plain else q),
        ("", f'"${{V:+{text}}}"' if plain else q),
        ("", f'"${{EMPTY:-${{nope-{text}}}}}"' if plain else q),
        ("", f'"$(echo {q})"'),
        ("", f'"$(printf %s {q})"'),
        ("", f"\"$(printf '%s\\n' {q})\""),
        ("", f'"$(cat <<< {q})"'),
        ("", f'"$(cat <<E\n{text}\nE\n)"' if plain else q),
        ("", f'"$(basename up/{text})"' if plain and "/" not in text else q),
        ("", f"`echo {text}`" if plain else q),
        ("", f'"`echo {text}`"' if plain else q),
        ("", f'"$(echo "$(echo {text})")"' if plain else q),
        ("", f'"$(case x in x) echo {q};; esac)"'),
        ("", f'"$(if true; then echo {q}; fi)"'),
        (f"{x}=$(echo {q}); ", f'"${x}"'),
        (f"{x}=`echo {text}`; " if plain else f"{x}={q}; ", f'"${x}"'),
        (f"{x}() {{ echo {q}; }}; ", f'"$({x})"'),
        (f"for {x} in {q}; do :; done; ", f'"${x}"'),
        (f"IFS=: read -r _ {x} <<< u:{text}; " if plain else f"{x}={q}; ", f'"${x}"'),
        (f"mapfile -t {x} <<< {q}; " if "\n" not in text else f"{x}=({q}); ", f'"${{{x}[0]}}"'),
    ]
    if text.isascii() and text.islower() and plain and "'" not in text:
        ways.append((f"{x}={text.upper()}; ", f'"${{{x},,}}"'))
        ways.append((f"declare -l {x}; {x}={text.upper()}; ", f'"${x}"'))
    return choice.one(ways)


# Words that are more than one text, or that depend on the world: what they come out as is bash's to say.
OPEN_WORDS = (
    "$V", "${!R}", "$W", "$X/one.txt", '"$X"/two.txt', "${V%.txt}.md", "${V/a/b}", "$EMPTY$V", "${W#* }", "${W%% *}",
    "*.txt", "d/*", "?.txt", "[ab].txt", "[!a].txt", "d/*.txt", "./*.md", ".hid*", "d/*/*.txt", "[[:alpha:]].txt", "x\\*y",
    "x*y", "*'s'*", "{a,b}.txt", "n{1..3}", "{a..c}.new", "n{1..5..2}", "{01..03}z", "a{.txt,.bak}", "{d/,}n", "n{x,{y,z}}",
    "{c..a}q", "\"$V\"{,.bak}", "pre{$V,x}", "{n,}", "d/{one,two}.txt", "{a,b}*.txt", "n$((1 + 2))", "n$((3 * (2 - 1)))",
    "n$[4]", "~/h.txt", "~/h/new", "$HOME/h.txt", '"${HOME}"/n', "~+/a.txt", '"$PWD/b.txt"', "$PWD/n", f"{HERE}/a.txt",
    f"{HERE}/d/../n", "./a.txt", "d/../b.txt", "dl/../up", "dl/deep.txt", "d//one.txt", "d/./two.txt", "ln.txt", "d/e/../n",
    "$(pwd)/n", '"$(pwd)"/a.txt', "$(echo a.txt b.txt)", "$(echo '*.txt')", '"$(dirname d/e/x)"/n', "$(ls d/one.txt)",
    "$(cat names.lst)", "$(< names.lst)", '"${W}"', "${V:0:1}.md", "${#V}", "n$#", "n$?", "${V^^}", "${V^}", "${V@U}", "${X}${X}",
    "~nobody/x", "a.t''xt", '""a.txt', "b.'t'\"x\"t", "\\a.txt", "n1\\\n2", "$'n\\x41\\102'", "$'n\\tq'", "''n", 'n""', "@(a|b)", "+x",
    "n{a,b", "n}", "{x}", "{}", "{a}", "n{1..}", "n{,}", "a,b", "n#", "n=1", "n~", "n^", "n:1", "n%", "n@", "{a,b}{1,2}",
    "'{a,b}'", '"*"', "'*.txt'", "\\*.txt", "{'a b',c}", '{"$V",n}', "${V+n}", "${nope-n}", "${EMPTY-}n", "${V//t/s}", "${V/#a/z}",
    "${V/%txt/q}", "${V/[ab]/z}", "${V/?/z}", "${V/*/z}", "${V,,}n", "${V%%.*}", "${V##*.}", "${V:(-3)}", "${V: -3:2}", "$'it\\'s'",
)  # fmt: skip
