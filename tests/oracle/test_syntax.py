"""`bash -n` as the judge of what can be read at all."""

from __future__ import annotations

import subprocess

from tests.oracle.grammar import seeded
from tests.oracle.world import HERE

from planweir.shell.scan import scan

COUNT = 600
SEED = 4
# bash reads a here-document that ends inside its own substitution, and patterns of extglob, in its own ways.
UNREADABLE_SHARE = 0.005


def accepted(commands: list[str]) -> list[bool]:
    """What `bash -n` says to each, in one process: eval reads under -n as a shell of its own would."""
    script = 'while IFS= read -r -d "" one; do bash -n -c "$one" < /dev/null 2> /dev/null && echo y || echo n; done'
    given = "".join(one + "\0" for one in commands)
    done = subprocess.run(["bash", "-c", script], input=given, capture_output=True, text=True, check=True)
    return [one == "y" for one in done.stdout.split()]


def test_what_bash_accepts_is_readable() -> None:
    commands = [one.replace(HERE, "/w/p") for one in seeded(COUNT, SEED)]
    fine = [one for one, ok in zip(commands, accepted(commands), strict=True) if ok]
    assert len(fine) > COUNT * 0.95
    unreadable = [(why, one) for one in fine if (why := scan(one, "/nowhere", env={}).why)]
    assert len(unreadable) <= len(fine) * UNREADABLE_SHARE, unreadable


def test_each_construct_that_bash_accepts_is_readable() -> None:
    for one, ok in zip(CONSTRUCTS, accepted(list(CONSTRUCTS)), strict=True):
        assert ok, one
        found = scan(one, "/nowhere", env={})
        assert found.readable, (one, found.why)


CONSTRUCTS = (
    "for ((i=0;i<3;i++)); do echo $i; done", "for ((;;)) { break; }", "for i do echo $i; done", "for i; do :; done", "for i in a b\ndo\n:\ndone",
    "select x in a b; do break; done", "case $x in a|b) ;; (c) echo;; *) : ;& d) ;;& esac", "case x in esac", "case in in in) ;; esac",
    "if a; then b; elif c; then d; else e; fi", "while a; b; do c; done", "until a\ndo b\ndone", "{ a; b; }", "( a; b )", "((a=1)) && b", "[[ a == b && ( c < d || ! e ) ]]",
    "[[ $a =~ ^(x|y)$ ]]", "[[ a =~ \\( ]]", "[[ -f a\n&& -d b ]]", "f() { a; }", "f () ( a )", "function f { a; }", "function f() { a; } > x", "f() if a; then b; fi", "f() [[ a ]]",
    "coproc a b", "coproc N { a; }", "time a", "time -p a | b", "! a", "! ! a", "time ! a", "a |& b", "a & b &", "a\n\n\nb", "a;b;", "# c", "a # c\nb",
    "a <<E\nx\nE", "a <<-E\n\tx\n\tE", "a <<'E F'\nx\nE F", "a <<E; b <<F\nx\nE\ny\nF", "a <<E && b\nx\nE\nc", "a <<E\nx", "a <<<b", "a <<< 'b c' d", "$(a <<E\nx\nE\n)", "a $(b <<E\n)\nE\n)",
    "a > b 2>&1 < c", "a >| b", "a <> b", "a &> b", "a &>> b", "a >& b", "a {x}> b", "a 3>&- 4<&0", "> a", "a=b > c", "a > b c > d", "exec 3> a", "a=b", "a+=b c=d e", "a=(b c [3]=d)", "a[1]=b",
    "declare -a a=(b c)", "local a=(b)", "declare -A a=([b]=c)", "a=$(b) c=`d`", "echo ${a} ${a:-b} ${a:=b} ${a:+b} ${a:?b}", "echo ${#a} ${#a[@]} ${!a} ${!a@} ${!a[@]} ${a@Q}", "echo ${a/b/c} ${a//b} ${a#b} ${a%%b} ${a^} ${a,,}",
    "echo ${a:1} ${a:1:2} ${a: -1} ${a[@]:1}", "echo ${a[b]} ${a[$b]} ${a[${b}]} ${a[\"b c\"]}", "echo \"${a:-\"b c\"}\"", "echo ${a:-$(b)} ${a:-`b`} ${a:-'}'}", "echo $((1+2)) $((a[1])) $(( (1) ))", "echo $[1+2]", "echo $( (a); b )",
    "echo $((a); (b))", "echo `a \\`b\\``", "echo $'a\\'b' $\"c\"", "echo {a,b}{1..3} {a,{b,c}}", "echo ~ ~a ~+ a~", "echo * ? [a] [!a] [[:alpha:]]", "echo \\\n a", "echo a\\\nb", "a\\\n | b", "a &&\n b ||\n c", "a | \n b", "{ a\n}",
    "echo 'a\nb' \"c\nd\"", "diff <(a) <(b) > >(c)", "a > $b > \"$c\"", "echo $@ $* $# $? $- $$ $! $0 $1 ${10}", "echo \"$(case a in a) b;; esac)\"", "echo $(case a in (a) b;; esac)", "eval 'a' \"b\"", "alias a=b", "trap 'a' EXIT", "[ a ] && [ b ]",
    "echo if then else fi do done", "echo a=b", "a=b; b=c", "if { a; }; then b; fi", "if (a) then b; fi", "while read a; do b; done < c", "for i in $(a); do b; done | c", "echo \"`a \"b\"`\"", "echo \"$(a \"b\" 'c')\"", "echo a#b", "echo ${a#\\#}", "echo \"${a#'#'}\"",
    "echo $(a # b)\n)", "echo $(\na\n)", "a() { b; }; a", "a ( ) { b; }", "echo [a", "echo a]", "echo }", "echo {", "echo !", "let a=1", "((a++))", "echo $((`a`))", "echo $(<a)", "cat < a | b", "2>a b", "echo 2 >a", "a 2>&1 | b", "echo \"\\$(a)\"", "echo \\$a \\`b\\`",
)  # fmt: skip
