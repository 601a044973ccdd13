"""Whether a piece of Python code surely only reads. Loaded only when such code is met: `ast` is dear."""


from __future__ import annotations

import ast

_MODULES = frozenset(
    """json sys re os os.path pathlib math collections itertools functools string textwrap datetime time
    decimal
    statistics hashlib base64 csv io pprint ast tokenize difflib random operator typing tomllib configparser
    xml.etree.ElementTree platform unicodedata locale struct enum dataclasses fractions""".split()
)
_CALLS = frozenset(
    """print len sorted open str int float bool list dict set tuple range enumerate zip map filter any all
    min max sum
    repr abs round isinstance type reversed next iter format ord chr hash id hex bin oct divmod pow bytes
    frozenset
    vars dir callable Path PurePath Counter defaultdict OrderedDict""".split()
)
_METHODS = frozenset(
    """load loads dumps read readline readlines read_text read_bytes splitlines split rsplit strip lstrip
    rstrip
    join get items keys values startswith endswith lower upper title format count index find rfind encode
    decode
    isdigit isalpha exists is_file is_dir isfile isdir islink lexists listdir iterdir glob rglob scandir
    walk stat getsize
    getmtime getcwd abspath realpath basename dirname splitext relpath normpath expanduser resolve absolute
    relative_to
    search match fullmatch findall finditer group groups most_common append extend add sort pprint pformat
    hexdigest digest md5 sha1 sha256 sha512 b64decode b64encode reader DictReader parse getroot iter findtext
    now today time isoformat strftime parse fromisoformat dump literal_eval get_docstring partition
    rpartition zfill ljust rjust
    version_info pop sqrt floor ceil mean median fromkeys issubset union intersection difference
    setdefault
    exit write flush""".split()
)
_WRITES_ONLY_TO = ("sys.stdout", "sys.stderr")
_ATTRIBUTES = _METHODS | frozenset(
    """path environ argv stdin stdout stderr name stem suffix parent parents parts version platform st_size
    st_mtime
    st_mode executable prefix sep linesep pi e inf nan Path Counter defaultdict OrderedDict DictReader
    reader body
    maxsize byteorder implementation modules text tag attrib lineno id func args value values targets
    FunctionDef ClassDef Call Import ImportFrom Name Attribute names ElementTree etree
    DOTALL MULTILINE I M S IGNORECASE""".split()
)


def only_reads(code: str) -> bool:
    """True where every name, attribute and call of the code is one that cannot change a file or run another
    program."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    # `open` is judged where it is called; handed on or renamed it may be called with any mode.
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return all(_harmless(node) and _plain_name(node, called) for node in ast.walk(tree))


def _plain_name(node: ast.AST, called: set[int]) -> bool:
    """No `open` but as a call's target, and no other thing under the name of what may be called."""
    if isinstance(node, ast.Name):
        if node.id == "open" and id(node) not in called:
            return False
        return isinstance(node.ctx, ast.Load) or node.id not in _CALLS
    if isinstance(node, ast.arg):
        return node.arg not in _CALLS
    if isinstance(node, (ast.FunctionDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return node.name not in _CALLS
    return True


def _harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return all(one.name in _MODULES and one.asname is None for one in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module in _MODULES and all(
            (one.name in _CALLS or one.name in _METHODS) and one.asname is None for one in node.names
        )
    if isinstance(node, ast.Attribute):
        return node.attr in _ATTRIBUTES and _quiet(node)
    if isinstance(node, ast.Name):
        return not node.id.startswith("__") and node.id not in _BANNED
    if isinstance(node, ast.Call):
        return _call(node)
    return not isinstance(node, (ast.Global, ast.Nonlocal, ast.ClassDef, ast.AsyncFunctionDef, ast.Delete))


_BANNED = frozenset(
    "exec eval compile getattr setattr delattr globals locals __import__ input breakpoint super".split()
)


def _quiet(node: ast.Attribute) -> bool:
    """`write`, `flush`, `dump` go to the standard streams alone; `exit` is that of sys."""
    if node.attr in ("write", "flush"):
        return ast.unparse(node.value) in _WRITES_ONLY_TO
    if node.attr in ("dump", "exit"):
        return isinstance(node.value, ast.Name) and node.value.id in ("ast", "sys")
    return True


def _call(node: ast.Call) -> bool:
    target = node.func
    if isinstance(target, ast.Attribute):
        return True  # judged as an attribute
    if not isinstance(target, ast.Name):
        return False
    if target.id == "open":
        modes = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "mode")]
        return (
            not any(one.arg in (None, "opener") for one in node.keywords)
            and all(
                isinstance(one, ast.Constant) and isinstance(one.value, str) and set(one.value) <= set("rbtU")
                for one in modes
            )
            and not any(isinstance(one, ast.Starred) for one in node.args)
        )
    return target.id in _CALLS or target.id in _METHODS
