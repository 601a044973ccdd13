"""Command lines made by hypothesis: a grammar of what bash has, over the writers of writers.py.

A branch that bash does not take writes only names that begin with `never`, so that a path foretold there is told from a false one.
Everything stays inside the world of world.py: no absolute path but its own, no more `cd ..` than it is deep.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from hypothesis import strategies as st
from tests.oracle.choice import DEEPEST, UPS, Choice
from tests.oracle.quoting import double, quoted, single
from tests.oracle.writers import word, writer


def _wrapped(choice: Choice) -> str:
    """A simple command under a program or a builtin that runs it."""
    inner = writer(choice)
    way = choice.number(0, 24)
    plain = (
        "env %s", "env N=1 %s", "nice -n 5 %s", "nohup %s", "timeout 4 %s", "timeout -s KILL 4s %s", "command %s", "time -p %s", "stdbuf -oL %s",
        "env -u V %s", "command -p %s", "env -i PATH=\"$PATH\" nice %s", "setsid -w %s", "timeout -k 1 4 env %s", "env -C d %s", "exec %s", "\\%s",
    )  # fmt: skip
    if way < len(plain):
        first, word_ = word(choice, True)
        simple = choice.one(("touch %s", "rm -f %s", "cp a.txt %s", "tee %s < a.txt", "truncate -s 1 %s")).replace("%s", word_)
        if choice.dead and plain[way] == "exec %s":
            return simple
        line = first + plain[way].replace("%s", simple)
        return f"({line})" if plain[way] == "exec %s" else line
    ways = (
        "bash -c " + quoted(choice, inner), "bash -uc " + single(inner), "eval " + quoted(choice, inner), "bash <<'EOF'\n" + inner + "\nEOF",
        "echo " + single(inner) + " | bash", "bash -c " + single(inner) + " name arg", "source <(echo " + single(inner) + ")",
        "source /dev/stdin <<< " + single(inner), "bash -s <<< " + double(inner), "bash -ec " + single(inner), "printf '%s\\n' " + single(inner) + " | bash",
        "bash -o pipefail -c " + single(inner), "eval eval " + single(single(inner)), "bash -xc " + single(inner), "$BASH -c " + single(inner),
        "timeout 4 bash -c " + single(inner), "env bash -c " + single(inner), "nohup bash -c " + single(inner), "xargs -I{} bash -c " + single(inner) + " <<< x",
    )  # fmt: skip
    return choice.one(ways)


def _with_words(choice: Choice) -> str:
    """A nested shell or a loop that is handed its words."""
    first, one = word(choice, False)
    _, many = word(choice, True)
    if choice.dead:
        return first + f"touch {one}"
    return first + choice.one(
        (
            f"bash -c 'touch \"$1\"' _ {one}", f"bash -c 'touch \"$0\"' {one}", f"bash -c 'touch \"$@\"' _ {many}", f"sh -c 'for f; do touch \"$f.l\"; done' _ {many}",
            f"for i in {many}; do touch \"$i.f\"; done", f"for i in {many} n1; do cp a.txt \"d/${{i##*/}}\"; done", f"for ((i = 0; i < 2; i++)); do touch {one}$i; done",
            f"echo {many} | while read -r l; do touch \"$l.w\"; done", f"f() {{ touch \"$1\"; }}; f {one}", f"g() {{ local v=$1; echo x > \"$v.g\"; }}; g {one}",
            f"function h {{ rm -f -- \"$@\"; }}; h {many}", f"f() {{ echo x > \"${{2:-n1}}\"; }}; f {one}", f"a=({many}); touch \"${{a[@]}}\"", f"a=({many}); touch \"${{a[@]/%/.q}}\"",
            f"a=({many}); touch \"${{a[0]}}\"", f"set -- {many}; touch \"$@\"", f"set -- {many}; for i; do touch \"$i.s\"; done", f"set -- {many}; while [ $# -gt 0 ]; do touch \"$1.z\"; shift; done",
            f"case {one} in *.txt) touch ct;; *) touch ct;; esac", f"x={one}; x+=.more; touch \"$x\"", f"x={one} bash -c 'touch \"$x\"'", f"x={one}; (x=n1; touch \"$x\"); touch \"$x\"",
            f"x={one}; if true; then x=n2; fi; touch \"$x\"", f"x={one}; f() {{ x=n2; }}; f; touch \"$x\"", f"x=$(touch {one}; echo n3); touch $x", f"export x={one}; bash -c 'touch \"$x\"'",
            f"x={one}; unset x; touch \"${{x:-n4}}\"", f"x=n1; x={one} true; touch \"$x\"", f"x={one}; readonly x; touch \"$x\"", f"x={one}; for x in n5; do :; done; touch \"$x\"",
            f"x={one}; true && x=n6; touch \"$x\"", f"x={one}; false && x=n7; touch \"$x\"", f"x={one}; echo | x=n8; touch \"$x\"", f"f() {{ local x=n9; }}; x={one}; f; touch \"$x\"",
            f"select x in {one}; do touch \"$x\"; break; done <<< 1", f"printf '%s\\n' {many} > lst; while IFS= read -r l; do touch \"$l.r\"; done < lst", "i=0; while [ $i -lt 2 ]; do touch q$i; i=$((i + 1)); done",
            f"touch \"${{x:={one}}}\"; touch \"$x\".2", "let 'x = 3 + 4'; touch n$x", "((x = 5)); touch n$x", "x=3; ((x++)); touch n$x", "n=1; touch n$((n + 1)) n$n",
        )
    )  # fmt: skip


def _list(choice: Choice) -> str:
    joiner = choice.one(("; ", "\n", " && ", " & wait; ", "\n\n# > never\n", " ;", " && \\\n", "; # touch never\n", " &&\n"))
    first = statement(choice)
    return first + ("\n" if re.search(r"<<-?\s*['\"\\A-Z]", first) or "# " in first else joiner) + statement(choice)


def _either(choice: Choice) -> str:
    """A list of which bash runs one part alone."""
    taken = statement(choice)
    dead = _dead(choice)
    return choice.one(
        (
            f"true || {{ {dead}\n}}", f"false && {{ {dead}\n}}; {taken}", f"false || {{ {taken}\n}}", f"if true; then {taken}\nelse {dead}\nfi",
            f"if false; then {dead}\nelif true; then {taken}\nelse {dead}\nfi", f"if ! false; then\n{taken}\nfi", f"case $V in *.md) {dead}\n;; a*) {taken}\n;; *) {dead}\nesac",
            f"case a in (b|c) {dead}\n;; (a) {taken}\n;; esac", f"case x in y) {dead}\n;; *) {taken}\nesac", f"case a in a) {taken}\n;& b) touch fall\n;; esac", f"while false; do {dead}\ndone; {taken}",
            f"until false; do {taken}\nbreak; done", f"for i in; do {dead}\ndone; {taken}", f"[[ $V == a* && -f a.txt ]] && {{ {taken}\n}}", f"[[ $V == b* ]] || {{ {taken}\n}}",
            f"[ -d nowhere ] && {{ {dead}\n}}; {taken}", f"[[ -e nowhere || x < w ]] && {{ {dead}\n}}; {taken}", f"(( 1 > 2 )) && {{ {dead}\n}}; {taken}", f"{{ false\n}} && {{ {dead}\n}}\n{taken}",
            f"f() {{ {dead}\n}}; {taken}", f"f() {{ return; {dead}\n}}; f; {taken}", f"({taken}\nexit\n{dead}\n)", f"(exit; {dead}\n); {taken}", f"for i in 1 2; do continue; {dead}\ndone; {taken}",
            f"if [[ \"$V\" =~ ^a.*t$ ]]; then {taken}\nfi", f"test -f a.txt && {{ {taken}\n}}", f"alias ll={single(dead)}; {taken}", f": {single(dead)}; {taken}", f"trap {single(dead)} USR1; {taken}",
        )
    )  # fmt: skip


def _dead(choice: Choice) -> str:
    before, choice.dead = choice.dead, True
    made = statement(choice)
    choice.dead = before
    return made


def _around(choice: Choice) -> str:
    """One construct around a statement."""
    inner = statement(choice)
    q = single(inner)
    return choice.one(
        (
            f"({inner}\n)", f"{{ {inner}\n}}", f"( ( {inner}\n) )", f"{{ {inner}\n}} | cat", f": | {{ {inner}\n}}", f"echo \"$({inner}\n)\"", f"echo $({inner}\n) > /dev/null", f"x=$({inner}\n)",
            f"for i in 1 2; do {inner}\ndone", f"if true; then {inner}\nfi", f"while :; do {inner}\nbreak; done", f"f() {{ {inner}\n}}; f", f"function f {{ {inner}\n}}\nf", f"f() ( {inner}\n); f; f",
            f"bash -c {q}", f"eval {q}", f"bash -c {single('bash -c ' + q)}", f"trap {q} EXIT", f"trap {q} 0; :", f"coproc {{ {inner}\n}}; wait", f"{{ {inner}\n}} & wait", f"! {{ {inner}\n}}", f"time {{ {inner}\n}}",
            f"cat <<E\n$({inner}\n)\nE", f"cat < <({inner}\n)", f": \"${{nope:-$({inner}\n)}}\"", f"[[ -n $({inner}\n) ]]; :", f"echo $(( $({inner}\n) 1 ))", f"case x in x) {inner}\n;; esac", f"shopt -s expand_aliases\nalias zz={q if '<<' not in inner else 'true'}\nzz",
            f"case $({inner}\n) in *) ;; esac", f"for i in $({inner}\n); do :; done", f"echo {{1,\"$({inner}\n)\"}}", f"a=($({inner}\n))", f"a[$({inner}\n)0]=1", f"export y=\"$({inner}\n)\"", f"set -e; {inner}", f"set -u\n{inner}",
            f"true && {{ {inner}\n}}", f"false; {inner}", f"f() {{ {inner}\n}}; g() {{ f; }}; g", f"f() {{ {inner}\n}}; bash -c f; f", f"f() {{ {inner}\n}}; unset -f f; {inner}", f"trap {q} DEBUG; :; trap - DEBUG", f"exec bash -c {q}",
            f"f() if true; then {inner}\nfi; f", f"coproc {inner}\nwait", f"wait; {inner}\nwait", f"bash -c {q} & wait $!", f"{{ {inner}\n}} 2>&1 | tee log1", f"exec 3>&1; {inner}", f"set -f; {inner}", f"shopt -s nullglob; {inner}", f"shopt -s dotglob extglob\n{inner}",
        )
    )  # fmt: skip


def _moved(choice: Choice) -> str:
    """In another folder."""
    inner = statement(choice)
    up = ()
    if choice.ups < UPS:
        choice.ups += 1
        up = (f"cd ..; {inner}", f"cd d/..; {inner}", f"(cd .. && {inner}\n); {inner}", f"cd dl; cd ..; {inner}", f"cd -P dl/..; {inner}")  # type: ignore[assignment]
    return choice.one(
        (
            f"cd d; {inner}", f"cd d && {inner}", f"cd \"$X\"; {inner}", f"(cd d; {inner}\n); {inner}", f"cd d; cd -; {inner}", f"pushd d > /dev/null; {inner}", f"pushd d > /dev/null; {inner}\npopd > /dev/null; {inner}", f"cd ./d/e; {inner}",
            f"cd {{d,}}; {inner}", f"cd; {inner}", f"cd ~; {inner}", f"cd dl && {inner}", f"cd -P dl && {inner}", f"cd nowhere; {inner}", f"cd nowhere || {{ {inner}\n}}", f"cd a.txt; {inner}", f"mkdir -p m1 && cd m1 && {inner}", f"cd $(echo d); {inner}",
            f"cd \"$(dirname d/x)\"; {inner}", f"cd d > /dev/null; {inner}", f"builtin cd d; {inner}", f"command cd d; {inner}", f"CDPATH=d cd e; {inner}", f"CDPATH=d; cd e; {inner}", f"cd d | :; {inner}", f"cd d & wait; {inner}", f"$(cd d); {inner}",
            f"f() {{ cd d; }}; f; {inner}", f"for i in d s; do (cd $i; {inner}\n); done", f"for i in d; do cd $i; done; {inner}", f"if cd d; then {inner}\nfi", f"true && cd d; {inner}", f"false && cd d; {inner}", f"false || cd d; {inner}", f"true || cd d; {inner}",
            f"bash -c 'cd d'; {inner}", f"eval 'cd d'; {inner}", f"{{ cd d; }}; {inner}", f"pushd d > /dev/null; pushd e > /dev/null 2>&1; popd > /dev/null; {inner}", f"cd d/e; OLDPWD=$PWD; cd -; {inner}", f"case x in x) cd d;; esac; {inner}", f"cd s; cd ../d; {inner}",
            f"cd -- d; {inner}", f"cd d e; {inner}", f"while cd e 2> /dev/null || cd d 2> /dev/null; do :; done; {inner}", f"dirs > /dev/null; pushd -n d > /dev/null; {inner}", f"HOME=$PWD/d; cd; {inner}", f"HOME=$PWD/d cd; {inner}", f"x=d; cd $x; x=s; {inner}", *up,
        )
    )  # fmt: skip


_SIMPLE: tuple[Callable[[Choice], str], ...] = (writer, writer, _wrapped, _with_words)
_COMPOUND: tuple[Callable[[Choice], str], ...] = (_list, _either, _around, _moved)


def statement(choice: Choice) -> str:
    choice.depth += 1
    simple = choice.depth > DEEPEST or (choice.dead and choice.depth > 1) or not choice.chance(2)
    made = choice.one(_SIMPLE if simple else _COMPOUND)(choice)
    choice.depth -= 1
    return made


@st.composite
def command_lines(draw: Callable[[st.SearchStrategy[int]], int]) -> str:
    """A command line; what fails is shrunk by hypothesis."""
    return statement(Choice(lambda low, high: draw(st.integers(low, high))))


def seeded(count: int, seed: int) -> list[str]:
    """`count` different command lines, the same ones for the same seed: hypothesis varies what it has, these differ."""
    source = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[statement(Choice(source.randint))] = None
    return list(found)
