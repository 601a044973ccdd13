"""Whether a piece of JavaScript or Perl surely only reads. Loaded only when such code stands in a command.

Not a parser: what is not plainly of the harmless kind counts as code that may do anything.
"""

from __future__ import annotations

import re

_JS_TOKEN = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<note>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<regex>(?<=[(,=:\[!&|?{};>])\s*/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])*/[a-z]*)""",
    re.S,
)
_JS_MODULES = frozenset("fs path os util url assert querystring string_decoder".split())
_JS_CALLED = frozenset(
    """require console JSON Object Array String Number Boolean Math Date Set Map RegExp URL parseInt parseFloat isNaN if for while
    switch catch return typeof of in new await function Symbol BigInt encodeURIComponent decodeURIComponent Error""".split()
)
_JS_MEMBERS = frozenset(
    """log error warn info table dir stdin on once setEncoding parse stringify readFileSync readdirSync existsSync statSync lstatSync realpathSync accessSync
    keys values entries fromEntries isArray from length name version map filter forEach reduce find findIndex some every includes
    indexOf lastIndexOf join split slice splice concat flat flatMap sort reverse push pop shift unshift trim trimEnd trimStart
    startsWith endsWith match matchAll test exec search replace replaceAll toString toFixed toLowerCase toUpperCase padEnd padStart
    substring substr charAt charCodeAt codePointAt at size has get set add delete clear isFile isDirectory mtime mtimeMs
    basename dirname extname resolve relative normalize sep argv cwd exit version versions platform arch stdout
    getTime toISOString now max min round floor ceil abs random PI index groups repeat localeCompare format inspect EOL cpus
    homedir scripts dependencies devDependencies main type exports engines workspaces message""".split()
)
_JS_NEVER = re.compile(
    r"\b(?:eval|Function|import\s*\(|globalThis|global|constructor|prototype|__\w+__|child_process|flags?|with|arguments|Reflect|Proxy|Worker)\b"
)


def js_only_reads(code: str) -> bool:
    """True where every member, module and called name is one that cannot change a file or run another program."""
    texts: list[str] = []

    def put(found: re.Match[str]) -> str:
        if found.group("note"):
            return " "
        if found.group("regex"):
            return " 0 "
        texts.append(found.group())
        return f"\x01{len(texts) - 1}\x01"

    if any(ord(one) < 32 and one not in "\n\t\r" for one in code) or len(code) > 20_000:
        return False
    bare = _JS_TOKEN.sub(put, code)
    if any(one in bare for one in "\\`'\"") or _JS_NEVER.search(bare) or any("flag" in one for one in texts):
        return False
    for one in texts:
        if one[0] == "`":
            for inner in re.findall(r"\$\{((?:[^{}])*)\}?", one):
                if not js_only_reads(inner):
                    return False
    for found in re.finditer(r"([\w$]+|[)\]])\s*\x01(\d+)\x01", bare):
        if texts[int(found.group(2))][0] == "`" and found.group(1) not in ("return", "typeof", "of", "in", "case"):
            return False  # a function that takes the template
    if not _modules_kept(bare, texts):
        return False
    # modules by their name, nothing else
    for found in re.finditer(r"\brequire\b\s*(\(?)\s*(?:\x01(\d+)\x01)?\s*(\)?)", bare):
        if not (found.group(1) and found.group(2) and found.group(3)) or not _js_module(texts[int(found.group(2))]):
            return False
    for found in re.finditer(r"\bimport\b([^\x01;\n]*)\x01(\d+)\x01", bare):
        if not _js_module(texts[int(found.group(2))]):
            return False
    if len(re.findall(r"\bimport\b", bare)) != len(re.findall(r"\bimport\b[^\x01;\n]*\x01", bare)):
        return False
    plain = re.sub(r"\x01\d+\x01", "\x01", bare)
    if re.search(r"[\])\x01]\s*\(|\x01\s*\x01|\w\s*\x01\s*\(", re.sub(r"\)\s*\(\s*\)", ") ", plain).replace("=>(", "=> (")):
        return False  # what is called has no name
    if re.search(r"\[\s*(?!\d+\s*\]|-?\w+\s*\]|\.\.\.)[^\],]*\]\s*\(", plain):
        return False
    members = re.findall(r"\??\.\s*([A-Za-z_$][\w$]*)", re.sub(r"\.\.\.", " ", plain))
    if not all(one in _JS_MEMBERS for one in members):
        # a member that is merely looked at, and neither called nor set, may have any name
        for found in re.finditer(r"\??\.\s*([A-Za-z_$][\w$]*)\s*(\(|=(?!=)|\)|,|)", re.sub(r"\.\.\.", " ", plain)):
            if found.group(1) not in _JS_MEMBERS and (found.group(2) in ("(", "=") or found.group(1).endswith(("Sync", "File"))):
                return False
        if re.search(r"\b(?:fs|process|os)\s*\.\s*(?!" + "|".join(sorted(_JS_MEMBERS)) + r")\w", plain):
            return False
        if re.search(r"require\s*\(\s*\x01\s*\)\s*\.\s*(?:write|append|rm|unlink|rename|copy|mkdir|open|cp|truncate|chmod|promises)", plain):
            return False
    if re.search(r"\bfs\s*\[|\bprocess\s*\[|require\s*\(\s*\x01\s*\)\s*\[", plain):
        return False
    called = re.findall(r"(?<![.\w$])([A-Za-z_$][\w$]*)\s*\(", plain)
    if not all(one in _JS_CALLED for one in called):
        return False
    # taken out of a module under a name of its own: `const {rmSync: x} = require('fs')`
    return not re.search(r"\{[^{}]*\b\w*(?:write|append|rm|unlink|rename|copy|mkdir|open|cp|truncate|chmod|promises|spawn|exec)\w*[^{}]*\}\s*(?:=|from)", plain)


def _modules_kept(bare: str, texts: list[str]) -> bool:
    """Whether modules are only looked into by a member's name: never handed on, renamed or gone through."""
    names = {"fs", "process", "os", "module", "exports"}
    for found in re.finditer(r"\brequire\s*\(\s*\x01(\d+)\x01\s*\)\s*(\.)?", bare):
        if texts[int(found.group(1))][1:-1].endswith(".json"):
            continue
        bound = re.search(r"(?:const|let|var)\s+([\w$]+)\s*=\s*\Z", bare[: found.start()])
        if bound:
            names.add(bound.group(1))
        elif not found.group(2):
            return False
    for found in re.finditer(r"\bimport\s+(?:\*\s*as\s+)?([\w$]+)\s+from\b", bare):
        names.add(found.group(1))
    for found in re.finditer(r"(?<![.\w$])([A-Za-z_$][\w$]*)", bare):
        if found.group(1) in names:
            after, before = bare[found.end() :].lstrip(), bare[: found.start()].rstrip()
            if not after.startswith((".", "?.")) and not re.search(r"(?:const|let|var|import|\bas)\Z", before):
                return False
    return not re.search(r"[{,]\s*\[[^\]]*\]\s*:", bare)


def _js_module(text: str) -> bool:
    name = text[1:-1].removeprefix("node:")
    return name in _JS_MODULES or (name.startswith((".", "/")) and name.endswith(".json"))


_PERL_READ = re.compile(r"""\bopen\s*\(?\s*(?:my\s+)?\$?\w+\s*,\s*(?:"<(?::[\w()-]+)?"|'<(?::[\w()-]+)?')\s*,""")
_PERL_NEVER = re.compile(
    r"""`|\b(?:system|exec|qx|open|unlink|rename|rmdir|mkdir|chmod|chown|utime|truncate|symlink|link|eval|evalbytes|require|use|no|do
    |syswrite|sysopen|fork|kill|dbmopen|socket|pipe|dump|bless|tie|glob|CORE|ARGVOUT|INPLACE|STDOUT|select|write|format)\b
    |->|::|\*\{|&|\$\^|\^I|\$\{\^|<<|\|\s*["']|["']\s*\|""",
    re.X,
)
_PERL_CODE = re.compile(r"\bs\s*([^\w\s])(?:\\.|(?!\1).)*\1(?:\\.|(?!\1).)*\1[a-z]*e|\bs\s*[{(\[<]|\(\?\??\{", re.S)


def perl_only_reads(code: str, operands: list[str]) -> bool:
    """True where no word of the code could write or run anything, and no operand is one that perl would open to write."""
    if any(one.startswith((">", "|", "+", "<")) or one.endswith("|") for one in operands):
        return False
    rest = _PERL_READ.sub(" ", code)
    return len(code) < 4_000 and not _PERL_NEVER.search(rest) and not _PERL_CODE.search(rest)
