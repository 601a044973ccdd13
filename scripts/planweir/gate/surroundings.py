"""What a command finds around it in a checkout of our own: the same variables, with the checkout where the project was.

An environment of Python that is active (a person's `.venv`) has the project installed from the work tree, as a rule. Where the plan's
Setup installs packages into whatever Python is there, it gets one of its own: the person's would be pointed at a folder that is
gone afterwards. Their packages and programs stay in reach behind it, their installed copy of the project does not.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# These lead to another repository than the one that a command stands in.
_LEADING = tuple("GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_PREFIX GIT_COMMON_DIR".split())
# A person's own folders stay theirs, wherever the project lies.
_THEIRS = re.compile(r"HOME|TMPDIR|PLANWEIR_HOME|XDG_\w+|CLAUDE_CONFIG_DIR|CLAUDE_PLUGIN_\w+")
# What installs into whatever Python is there. A path before the name (`.venv/bin/pip`) says which one it is.
_INSTALLS = re.compile(
    r"(?:^|[\s;&|(])(?:(?:pip[\d.]*|easy_install)\s|(?:poetry|pdm|pipenv|flit)\s+(?:install|sync|update|add)"
    r"|uv\s+pip\s|python[\d.]*\s+(?:-\S+\s+)*-m\s*(?:pip|poetry|pdm|pipenv|flit)\b|python[\d.]*\s+setup\.py\s+(?:develop|install))"
)
PATIENCE = 180.0  # seconds for making an environment
MOST_PROGRAMS = 500
LONGEST_PROGRAM = 4_096  # bytes of a script that only starts a package's function


def moved(text: str, project: str, there: str) -> str:
    """`text` with the checkout where it names the project's folder or what lies below."""
    for spelling in dict.fromkeys((project, os.path.realpath(project))):
        text = re.sub(rf"(?<![\w./-]){re.escape(spelling)}(?![\w.-])", lambda _match: there, text)
    return text


def variables(project: str, there: str, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    return {
        name: value if _THEIRS.fullmatch(name) else moved(value, project, there)
        for name, value in env.items()
        if name not in _LEADING
    }


def installs(commands: Sequence[str]) -> bool:
    return any(_INSTALLS.search(command) is not None for command in commands)


_ASK = (
    "import importlib.util, json, site, sys, sysconfig; print(json.dumps([sys.executable, sysconfig.get_path('scripts'),"
    " [*getattr(site, 'getsitepackages', list)(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])],"
    " importlib.util.find_spec('pip') is not None]))"
)


def python(folder: str, project: str, env: dict[str, str]) -> dict[str, str] | None:
    """Make an environment of Python in `folder` and return the variables with it active; None where none can be made."""
    outer = os.environ.get("PATH", os.defpath)
    found = shutil.which("python3", path=outer) or shutil.which("python", path=outer)
    asked = _asked(found) if found else None
    if asked is None or found is None:
        return None
    theirs, scripts, packages, pip = asked
    try:
        # Their pip serves ours, and is there at once; bringing one takes seconds.
        done = subprocess.run(
            [found, "-I", "-m", "venv", *(["--without-pip"] if pip else []), folder], cwd=project, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    own = _asked(f"{folder}/bin/python") if done.returncode == 0 else None
    if own is None or not own[2]:
        return None
    with open(f"{own[2][0]}/zz-in-reach.pth", "w", encoding="utf-8") as file:
        file.writelines(f"{place}\n" for place in packages if os.path.isdir(place))
    _programs(scripts, theirs, f"{folder}/bin")
    theirs_bin = os.path.join(env.get("VIRTUAL_ENV", ""), "bin")
    path = [place for place in env.get("PATH", os.defpath).split(os.pathsep) if place != theirs_bin]
    made = {**env, "VIRTUAL_ENV": folder, "PATH": os.pathsep.join([f"{folder}/bin", *path])}
    for name in ("PYTHONHOME", "CONDA_PREFIX"):
        made.pop(name, None)
    return made


def _asked(found: str) -> tuple[str, str, list[str], bool] | None:
    """A Python's own path, the folder of its programs and those of its packages; whether it has pip."""
    try:
        done = subprocess.run([found, "-I", "-c", _ASK], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
        path, scripts, packages, pip = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return str(path), str(scripts), [str(place) for place in packages], bool(pip)


# The interpreter in a program's first line, or in its second where the path was too long for a first one.
_INTERPRETER = re.compile(r"#!(?P<first>/\S*/)python[\d.]*[ \t]*\n|#!/bin/sh\n\'\'\'exec\' \"?(?P<second>/[^\"\n]*/)python[\d.]*\"? ")


def _programs(scripts: str, theirs: str, own: str) -> None:
    """Programs of the person's Python (pytest, mypy) as programs of ours: they would import the project from their packages."""
    folders = {f"{os.path.dirname(theirs)}/", f"{scripts}/"}
    try:
        listed = sorted(os.listdir(scripts))[:MOST_PROGRAMS]
    except OSError:
        return
    for name in listed:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if os.path.getsize(f"{scripts}/{name}") > LONGEST_PROGRAM or os.path.lexists(f"{own}/{name}"):
                continue
            with open(f"{scripts}/{name}", encoding="utf-8") as file:
                words = file.read()
            head = _INTERPRETER.match(words)
            if head is None or (head["first"] or head["second"]) not in folders:
                continue
            rest = words[head.end() :] if head["first"] else words[head.end() :].partition("\n")[2].partition("\n")[2]
            with open(f"{own}/{name}", "w", encoding="utf-8") as file:
                file.write(f"#!{own}/python\n{rest}")
            os.chmod(f"{own}/{name}", 0o755)
