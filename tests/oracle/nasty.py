"""Texts that are meant to cost the analysis much, each of a wanted size."""

from __future__ import annotations

from collections.abc import Callable


def _filled(head: str, piece: str, tail: str = "") -> Callable[[int], str]:
    return lambda size: head + piece * max(1, (size - len(head) - len(tail)) // len(piece)) + tail


def _numbered(head: str, piece: str, tail: str = "") -> Callable[[int], str]:
    def made(size: int) -> str:
        parts, length, number = [head], len(head) + len(tail), 0
        while length < size:
            parts.append(piece.replace("@", str(number)))
            length += len(parts[-1])
            number += 1
        return "".join(parts) + tail

    return made


KINDS: dict[str, Callable[[int], str]] = {
    "one word": _filled("echo ", "a"),
    "words": _filled("echo ", "ab "),
    "quoted words": _filled("echo ", "'a' "),
    "quotes in one word": _filled("echo ", "'a'"),
    "double quotes with variables": _filled('echo "', "$a ", '"'),
    "escapes": _filled("echo ", "\\a"),
    "dollar quotes": _filled("echo $'", "\\x41", "'"),
    "open quotes": _filled("echo ", "\"'"),
    "continued lines": _filled("echo ", "a\\\n"),
    "commands": _filled("", "ls a\n"),
    "commands of a pipeline": _filled("ls", " | cat"),
    "a long list": _filled("true", " && true"),
    "background jobs": _filled("", "a & "),
    "comments": _filled("", "# a 'b\n"),
    "assignments": _numbered("", "a@=b\n"),
    "appended": _filled("a=\n", "a+=b\n"),
    "doubling": _filled("x=aa\n", "x=$x$x\n"),
    "an array": _filled("a=(", "b ", ")"),
    "braces": _filled("echo ", "{a,b}"),
    "nested braces": lambda size: "echo " + "{a," * (size // 4) + "b" + "}" * (size // 4),
    "open braces": _filled("echo ", "{a,"),
    "a range": _filled("echo {1..99999999}", " {1..9}"),
    "stars": _filled("ls ", "*"),
    "patterns": _filled("ls ", "/*/*x "),
    "brackets": _filled("ls ", "[a"),
    "tildes": _filled("ls ", "~ "),
    "trims": _filled("x=aaaaaaaaaaaaaaaa; echo ", "${x%%*a*b} "),
    "replacements": _filled("x=" + "a" * 1000 + "; echo ", "${x//a/bb} "),
    "nested parameters": lambda size: "echo " + "${a:-" * (size // 6) + "b" + "}" * (size // 6),
    "open parameters": _filled("echo ", "${a:-"),
    "substitutions": _filled("echo ", "$(echo a)"),
    "nested substitutions": lambda size: "echo " + "$(echo " * (size // 8) + "b" + ")" * (size // 8),
    "open substitutions": _filled("echo ", "$("),
    "backticks": _filled("echo ", "`a`"),
    "escaped backticks": _filled("echo `", "\\`", "`"),
    "process substitutions": _filled("cat ", "<(ls) "),
    "sums": _filled("echo ", "$((1+2))"),
    "open sums": _filled("echo ", "$(("),
    "doubtful sums": _filled("echo ", "$((a) (b)) "),
    "parentheses": _filled("", "("),
    "subshells": lambda size: "(" * (size // 2) + "a" + ")" * (size // 2),
    "subshells in a row": _filled("", "(a);"),
    "groups": lambda size: "{ " * (size // 4) + "a;" + " }" * (size // 4),
    "conditions": lambda size: "if a; then " * (size // 15) + "b;" + " fi;" * (size // 15),
    "loops": lambda size: "for i in a b; do " * (size // 22) + "b;" + "done;" * (size // 22),
    "loops in a row": _filled("", "for i in a b; do c; done\n"),
    "loops in loops": lambda size: _filled("for i in a b c d e f g h; do " * 4, "echo $i; ", "done;" * 4)(size),
    "while loops": _filled("", "while a; do x=b; done\n"),
    "deep while loops": lambda size: "while a; do x=b; " * 14 + "c " * (size // 4) + ";done" * 14,
    "cases": _filled("case a in ", "b) c;; ", "esac"),
    "tests": _filled("[[ a ", "&& b ", "]]"),
    "functions": _numbered("", "f@() { a; }\n"),
    "calls": lambda size: "".join(f"f{i}() {{ f{i + 1}; f{i + 1}; }};" for i in range(30)) + _filled("", "f0;")(size),
    "here-document": _filled("cat <<E\n", "a b c\n", "E\n"),
    "quoted here-document": _filled("cat <<'E'\n", "a $b `c`\n", "E\n"),
    "expanded here-document": _filled("cat <<E\n", "$b ", "\nE\n"),
    "here-documents": _filled("", "cat <<E\na\nE\n"),
    "here-documents of one line": lambda size: "cat " + "<<E " * (size // 8) + "\n" + "\nE\n" * (size // 8),
    "unended here-documents": _filled("", "cat <<E\n"),
    "near delimiters": _filled("cat <<EOF\n", " EOF\n", "EOF\n"),
    "here-strings": _filled("", "cat <<< a\n"),
    "redirections": _numbered("", "> f@ "),
    "redirections of one command": _filled("echo ", "2>&1 "),
    "evals": _filled("", "eval ", "ls"),
    "nested shells": _filled("", "bash -c ", "ls"),
    "quoted evals": lambda size: "eval '" * 40 + _filled("", "a ")(size) + "'" * 40,
    "aliases": _numbered("", "alias a@=b\n"),
    "changes of folder": _numbered("", "cd d@\n"),
    "doubtful folders": _numbered("", "a || cd d@; echo > f\n"),
    "files to remove": _numbered("rm ", "a@/../b "),
    "files to copy": _numbered("cp ", "a@ ", "d"),
    "sed scripts": _filled("sed '", "s/a/b/;", "'"),
    "sed's files": _filled("sed '", "w f\n", "'"),
    "awk": _filled("awk '", 'print "', "'"),
    "awk's patterns": _filled("awk '", "/a/ ", "'"),
    "python": _filled("python3 -c '", "f(1)\n", "'"),
    "deep python": lambda size: "python3 -c '" + "(" * (size // 2) + ")" * (size // 2) + "'",
    "find": _filled("find . ", "-name a -o "),
    "find's commands": _filled("find . ", "-exec a {} ; "),
    "xargs": _filled("echo ", "a ", "| xargs rm"),
    "wrappers": _filled("", "env ", "ls"),
    "git": _filled("git ", "-c a.b=c ", "status"),
    "spaces": _filled("echo", " ", "a"),
    "line ends": _filled("echo a", "\n"),
    "semicolons": _filled("", ";"),
    "nulls": _filled("echo ", "\0"),
    "private characters": _filled("echo ", "\ue000\ue002"),
    "letters beyond ASCII": _filled("echo ", "é漢 "),
}  # fmt: skip
