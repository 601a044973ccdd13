"""The wrappers in front of a runner: what starts it in the end, and which program a path means."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.evidence.runners.base import Words

_UV = (
    "--with --with-editable --with-requirements --extra --no-extra --group --no-group --only-group "
    "--python -p "
    "--project --directory --env-file --package --index --default-index --index-url "
    "--extra-index-url --find-links "
    "--refresh-package --color --cache-dir --config-file --from"
)
_COVERS = (
    "-r --reporter -x --exclude -n --include -o --reports-dir --report-dir --temp-directory --temp-dir --src "
    "--cwd --lines --functions --branches --statements -e --extension"
)
_IN_CONTAINER = "-e --env --env-file -u --user -w --workdir --detach-keys"
_COMPOSE = "-f --file -p --project-name --profile --env-file --project-directory --ansi --progress --parallel"
_COMPOSE_RUN = f"{_IN_CONTAINER} --name --entrypoint -v --volume -p --publish -l --label --cap-add --cap-drop --pull --index"
_KUBECTL = "-n --namespace -c --container --context --kubeconfig --cluster -s --server --as --user --token --pod-running-timeout -f --filename"
_CONDA = "-n --name -p --prefix --cwd"
# What stands between a wrapper's options and the program: nothing, so many words, or everything up to a word.
# program -> rows of (the subcommand that starts another program, "" for none; its options that take a value as the next
# word; what is passed over before the program)
Row = tuple[str, str, "int | str"]
WRAPPERS: dict[str, tuple[Row, ...]] = {
    "uv": (("run", _UV, 0), ("tool run", _UV, 0)),
    "uvx": (("", _UV, 0),),
    "poetry": (("run", "--directory -C --project -P", 0),),
    "pipenv": (("run", "", 0),),
    "pdm": (("run", "--project -p --venv", 0),),
    "rye": (("run", "", 0),),
    "hatch": (("run", "--env -e", 0),),
    "pipx": (("run", "--python --spec --index-url", 0),),
    "pixi": (("run", "-e --environment --manifest-path -p --platform --color", 0),),
    "conda": (("run", _CONDA, 0),),
    "mamba": (("run", _CONDA, 0),),
    "micromamba": (("run", f"{_CONDA} -e --env -r --root-prefix -a --attach", 0),),
    "npx": (("", "-p --package -w --workspace", 0),),
    "bunx": (("", "-p --package", 0),),
    "npm": (("exec", "-p --package -w --workspace", 0), ("x", "-p --package -w --workspace", 0)),
    "pnpm": (("exec", "-F --filter", 0), ("dlx", "--package", 0), ("run", "-F --filter", 0), ("", "-F --filter", 0)),
    "yarn": (("exec", "", 0), ("dlx", "-p --package", 0), ("run", "", 0), ("", "", 0)),
    "corepack": (("", "", 0),),
    "cross-env": (("", "", 0),),
    "dotenv": (("", "-e -c -f -v", 0),),
    "c8": (("", _COVERS, 0),),
    "nyc": (("", _COVERS, 0),),
    "xvfb-run": (("", "-n -s -w --server-args --server-num", 0),),
    "bundle": (("exec", "--gemfile", 0),),
    "spring": (("", "", 0),),
    "composer": (("exec", "-d --working-dir", 0),),
    "mise": (("exec", "-C --cd -E --env -j --jobs", "--"), ("x", "-C --cd -E --env -j --jobs", "--")),
    "rtx": (("exec", "-C --cd", "--"), ("x", "-C --cd", "--")),
    "asdf": (("exec", "", 0),),
    "direnv": (("exec", "", 1),),
    "devbox": (("run", "-c --config -e --env --env-file --environment", 0),),
    "nix": (("develop", "", "-c --command"), ("shell", "", "-c --command")),
    "flox": (("activate", "", "--"),),
    # In another file system: which files were tested there is not known.
    "docker": (
        ("exec", _IN_CONTAINER, 1),
        ("compose exec", f"{_COMPOSE} {_IN_CONTAINER} --index", 1),
        ("compose run", f"{_COMPOSE} {_COMPOSE_RUN}", 1),
    ),
    "docker-compose": (("exec", f"{_COMPOSE} {_IN_CONTAINER} --index", 1), ("run", f"{_COMPOSE} {_COMPOSE_RUN}", 1)),
    "podman": (("exec", _IN_CONTAINER, 1), ("compose exec", f"{_COMPOSE} {_IN_CONTAINER}", 1)),
    "podman-compose": (("exec", f"{_COMPOSE} {_IN_CONTAINER}", 1), ("run", f"{_COMPOSE} {_COMPOSE_RUN}", 1)),
    "nerdctl": (("exec", _IN_CONTAINER, 1),),
    "kubectl": (("exec", _KUBECTL, "--"),),
    "oc": (("exec", _KUBECTL, "--"),),
    "devcontainer": (("exec", "--workspace-folder --config --container-id --remote-env --docker-path", 0),),
    # The shell scan sees through these by itself; after another wrapper they come to us.
    "env": (("", "-u --unset -C --chdir", 0),),
    "timeout": (("", "-s --signal -k --kill-after", 1),),
    "nice": (("", "-n --adjustment", 0),),
    "nohup": (("", "", 0),),
    "time": (("", "", 0),),
    "stdbuf": (("", "-i -o -e", 0),),
    "command": (("", "", 0),),
    "xcrun": (("", "--sdk --toolchain", 0),),
}
# Those that fetch a program by its name in a registry, with its version behind an @.
_FETCH = ("npx", "bunx", "npm", "pnpm", "yarn", "uvx", "pipx", "uv")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_HATCH_ENVIRONMENT = r"[\w.+-]+:(?=\S)"
_NPX_CODE = ("-c", "--call", "--shell-mode")


def forms(words: Words) -> list[list[str | None]]:
    """The words as they stand and as each wrapper in turn leaves them; the last form holds the program that is started
    in the end: `uv run --extra test pytest -q` -> `pytest -q`. A word that cannot be known (None) where the program should
    stand leaves the list as it is from there."""
    rest = list(words)
    found: list[list[str | None]] = []
    for _ in range(8):  # wrappers within wrappers
        while rest and rest[0] is not None and _ASSIGNMENT.match(rest[0]):
            rest = rest[1:]
        found.append(rest)
        if not rest or rest[0] is None:
            break
        name = os.path.basename(rest[0])
        # One that stands first is read by the shell scan, which lists what it starts.
        line = _of_shell(rest) if name in _SHELLS and len(found) > 1 else None
        if line is not None:
            rest = line
            continue
        for subcommand, valued, until in WRAPPERS.get(name, ()):
            inner = _after(rest, name, subcommand, valued.split(), until)
            if inner is not None:
                rest = inner
                break
        else:
            break
    return found


_SHELLS = frozenset(("bash", "sh", "dash", "zsh", "ash"))
# One simple command, with a `cd` before it: nothing that would hide its exit status.
_SIMPLE = r"(?:\s*cd\s+[\w./~-]+\s*&&)?\s*([^;&|<>$`(){}*?!\n\\#]+)"


def _of_shell(words: list[str | None]) -> list[str | None] | None:
    """The words of the one command that a shell behind another wrapper is given: `docker exec app bash -lc 'pytest -q'`."""
    if len(words) < 3 or not re.fullmatch(r"-[lieu]*c", words[-2] or "") or any(not re.fullmatch(r"-[lieu]+", word or "") for word in words[1:-2]):
        return None
    simple = re.fullmatch(_SIMPLE, words[-1] or "")
    if simple is None:
        return None
    import shlex

    try:
        return list(shlex.split(simple[1]))
    except ValueError:
        return None


def unwrap(words: Words) -> list[str | None]:
    """The last of the forms."""
    return forms(words)[-1]


def _after(words: list[str | None], name: str, subcommand: str, valued: list[str], until: int | str) -> list[str | None] | None:
    """The words behind a wrapper's own; None where it starts no program so."""
    at = 1
    wanted = subcommand.split()
    if isinstance(until, str):
        end = next((place for place, word in enumerate(words) if word in until.split()), 0)
        own = [word for before, word in zip(words, words[1:end], strict=False) if before not in valued]
        if not end or [word for word in own if word and not word.startswith("-")][: len(wanted)] != wanted:
            return None
        return words[end + 1 :]
    while wanted or (at < len(words) and (words[at] or "").startswith("-")):
        if at >= len(words):
            return None
        word = words[at]
        if word is None:
            return None
        if not word.startswith("-"):
            if word != wanted[0]:
                return None
            wanted.pop(0)
        elif word == "--":
            at += 1
            break
        elif name == "command" and word in ("-v", "-V"):
            return None  # asks where the program is, does not start it
        elif name in ("npx", "npm", "bunx", "yarn", "pnpm") and word.partition("=")[0] in _NPX_CODE:
            return None  # a line for a shell, or another folder
        elif word in ("-m", "--module") and name == "uv":
            return ["python", "-m", *words[at + 1 :]]
        elif word in valued:
            at += 1
        at += 1
    at += until  # a time limit, a container
    rest = words[at:]
    if until and rest[:1] == ["--"]:
        rest = rest[1:]
    if name == "hatch" and rest and rest[0] is not None:
        rest[0] = re.sub(_HATCH_ENVIRONMENT, "", rest[0], count=1)
    if name in _FETCH and rest and rest[0] is not None and re.match(r"[\w-]+@[\w.^~-]+$", rest[0]):
        rest[0] = rest[0].partition("@")[0]
    return rest


_PYTHON = re.compile(r"(?:python|pypy)(?:\d+(?:\.\d+)*)?t?(?:\.exe)?")
_ENVIRONMENT = (
    r"(?:^|/)(?:(?:\.?v?env[^/]*|\.?virtualenv[^/]*|\.tox/[^/]+|\.nox/[^/]+)/(?:bin|Scripts)|node_modules/\.bin|vendor/bin)/[^/]+$"
)


def program_name(word: str | None, cwd: str | None) -> str | None:
    """The name of a program that is meant when this word starts it: a bare name, or a path into a folder of
    programs. A file of that name in the work tree (`./pytest`, `bin/pytest`) is another program; one of an
    environment that was installed there (`.venv`, `node_modules`) is not."""
    if not word:
        return None
    name = os.path.basename(word)
    if "/" not in word or re.search(_ENVIRONMENT, word):
        return name
    if not os.path.isabs(word) or os.path.basename(os.path.dirname(word)) not in ("bin", "Scripts"):
        return None
    if cwd is not None and os.path.normpath(word).startswith(os.path.normpath(cwd).rstrip("/") + "/"):
        return None
    return name


def python_module(words: Words, cwd: str | None) -> list[str | None] | None:
    """`python3 -B -m pytest -q` -> ["pytest", "-q"]: the module that a Python runs, and its arguments."""
    if not words or not _PYTHON.fullmatch(program_name(words[0], cwd) or ""):
        return None
    at = 1
    while at < len(words):
        word = words[at]
        if word is None or not word.startswith("-") or word in ("-", "--"):
            return None
        if word.startswith("--"):
            at += 1
            continue
        for place, letter in enumerate(word[1:], 1):
            if letter == "m":
                return [word[place + 1 :], *words[at + 1 :]] if word[place + 1 :] else list(words[at + 1 :])
            if letter == "c":
                return None
            if letter in "WX":
                at += 0 if word[place + 1 :] else 1
                break
        at += 1
    return None


def under_coverage(words: Words, cwd: str | None) -> list[str | None] | None:
    """`coverage run --branch -m pytest -q` -> ["pytest", "-q"], also as a module of Python."""
    module = python_module(words, cwd)
    if module is not None:
        if not module or module[0] != "coverage":
            return None
        rest = module[1:]
    elif words and re.fullmatch(r"coverage-?[\d.]*", program_name(words[0], cwd) or ""):
        rest = list(words[1:])
    else:
        return None
    if not rest or rest[0] != "run":
        return None
    at = 1
    while at < len(rest):
        word = rest[at]
        if word is None or not word.startswith("-"):
            return None
        if word in ("-m", "--module"):
            return list(rest[at + 1 :])
        at += 2 if word in _COVERAGE_VALUES else 1
    return None


_COVERAGE_VALUES = (
    "--rcfile",
    "--source",
    "--include",
    "--omit",
    "--context",
    "--data-file",
    "--concurrency",
)

# A tool of Node given as a file of its package: `node node_modules/jest/bin/jest.js`.
_NODE_VALUES = ("-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "-C", "--conditions")


def node_tool(words: Words, cwd: str | None, name: str) -> list[str | None] | None:
    """The arguments of a tool of npm that these words start, directly or by `node [options] node_modules/…`."""
    if not words:
        return None
    started = program_name(words[0], cwd)
    if started in (name, f"{name}.cmd"):
        return list(words[1:])
    if started not in ("node", "nodejs"):
        return None
    at = 1
    while at < len(words) and (words[at] or "").startswith("-"):
        if words[at] in ("-e", "--eval", "-p", "--print", "-c", "--check", "--"):
            return None
        at += 2 if words[at] in _NODE_VALUES else 1
    script = words[at] if at < len(words) else None
    if script is not None and re.search(
        rf"(?:^|/)node_modules/(?:\.bin/{name}|{name}/(?:bin/)?_?{name}\.(?:m?js|cjs))$", script
    ):
        return list(words[at + 1 :])
    return None
