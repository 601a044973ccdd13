"""node, npm and their like: where a script's name stands, node's own options, and which file a package manager rewrites."""

from __future__ import annotations

from planweir.shell.lazy import pattern

# What jest wants for modules, and options that load no code.
PLAIN_NODE = pattern(
    r"NODE_OPTIONS=(?:--(?:experimental-vm-modules|max-old-space-size=\d+|no-warnings|enable-source-maps)(?: +|\Z))+\Z"
)


# What npm and its like take before the script's name: folders and packages of the project; and what only says how.
_PLACED = frozenset("-w --workspace --filter -F --prefix -C --dir --cwd".split())
SPOKEN = frozenset("-r --recursive --workspaces -ws --if-present -s --silent --stream --parallel --offline".split())
_PLACE = pattern(r"(?!/|~)(?!(?:.*/)?\.\.(?:/|\Z))[\w@./*{}!^-]+\Z")


def script_first(words: list[str]) -> list[str]:
    """`npm -w packages/core test` as `npm test`; words that have something else before the script stay as they are."""
    if words[:1] not in (["npm"], ["pnpm"], ["yarn"], ["bun"]):
        return words
    at = 1
    while at < len(words) and words[at].startswith("-"):
        option, equals, value = words[at].partition("=")
        if option in _PLACED and option not in SPOKEN:
            if not equals:
                at += 1
                value = words[at] if at < len(words) else ""
            if not _PLACE.match(value):
                return words
        elif words[at] not in SPOKEN:
            return words
        at += 1
    if words[0] == "yarn" and words[at : at + 1] == ["workspace"]:
        at += 2
    return [words[0], *words[at:]]


NODE_CHECKS = frozenset(("--test", "--check", "-c", "--version", "-v", "--help", "-h"))
_NODE_VALUES = frozenset(
    """--test-reporter --test-reporter-destination --test-name-pattern --test-skip-pattern --test-concurrency
    --test-timeout --test-shard --test-isolation --test-coverage-include --test-coverage-exclude -C --conditions
    --disable-warning --max-old-space-size""".split()
)


def own_options(words: list[str]) -> frozenset[str]:
    """node's own options: those that stand before the file that it runs."""
    found, at = [], 1
    while at < len(words) and words[at].startswith("-") and words[at] not in ("-", "--"):
        found.append(words[at])
        at += 2 if words[at] in _NODE_VALUES else 1
    return frozenset(found)


# Package managers: the words that add, take away or change what the manifest names, and the manifest. "+" asks for an operand.
_MANIFESTS: dict[str, tuple[str, str]] = {
    "npm": ("install+ i+ in+ add+ uninstall un remove rm r unlink pkg version init", "package.json"),
    "pnpm": ("add install+ i+ remove rm un uninstall", "package.json"),
    "yarn": ("add remove up", "package.json"),
    "bun": ("add install+ i+ remove rm", "package.json"),
    "cargo": ("add remove rm", "Cargo.toml"),
    "uv": ("add remove", "pyproject.toml"),
    "poetry": ("add remove", "pyproject.toml"),
    "pdm": ("add remove", "pyproject.toml"),
    "composer": ("require remove", "composer.json"),
}
_ELSEWHERE = frozenset(
    """-g --global --no-save --dry-run --version -h --help -w --workspace --prefix -C --dir --cwd -F --filter -r --recursive
    -p --package --manifest-path --project --directory -P --script""".split()
)
_CLEAN = frozenset("ci clean-install ic install-clean isntall-clean".split())


def manifest(words: list[str]) -> str:
    """The file that a package manager, in the folder where it is started, rewrites with these words; empty for none."""
    if words[:2] in (["npm", "config"], ["npm", "c"]) and words[2:3] in (["set"], ["delete"], ["fix"]):
        return ".npmrc" if {"--location=project", "-Lproject"} & set(words) or ("project" in words and {"-L", "--location"} & set(words)) else ""
    row = _MANIFESTS.get(words[0]) if words else None
    if row is None or any(one.partition("=")[0] in _ELSEWHERE for one in words):
        return ""
    operands = [one for one in words[1:] if not one.startswith("-")]
    verbs, file = row
    if not operands or operands[:2] == ["pkg", "get"] or operands == ["version"]:
        return ""
    for verb in verbs.split():
        if operands[0] == verb.rstrip("+") and (operands[1:] or not verb.endswith("+")):
            return file
    return ""


def installs_anew(words: list[str]) -> bool:
    """`npm ci`: takes node_modules away first."""
    return words[:1] == ["npm"] and "--dry-run" not in words and next((one for one in words[1:] if not one.startswith("-")), "") in _CLEAN
