"""The throw-away world that a made-up command runs in, and the environment that it runs with."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

# What the project folder holds. The names are the ones that the grammar writes about.
FILES = {
    "a.txt": "one\ntwo\nthree\n",
    "b.txt": "b\n",
    "c.md": "# c\n",
    "d/one.txt": "1\n",
    "d/two.txt": "2\n",
    "d/e/deep.txt": "deep\n",
    "s/x.log": "x\n",
    "with space.txt": "s\n",
    "x*y": "star\n",
    "it's": "quote\n",
    "names.lst": "b.txt\nd/one.txt\n",
    "lib.sh": "LIBVAR=c.md\nlibf() { touch from-lib; }\n",
    "run.sh": "touch from-run\n",
    "fix.diff": "--- a.txt\n+++ a.txt\n@@ -1,3 +1,3 @@\n-one\n+uno\n two\n three\n",
    ".hidden": "h\n",
}
LINKS = {"ln.txt": "b.txt", "dl": "d/e"}
# The project lies so deep that a few `cd ..` stay inside the command's own world.
DEPTH = "1/2/3/4"
# What the grammar writes for the project's own path, which it does not know.
HERE = "@HERE@"


def project(world: Path) -> Path:
    return world / DEPTH / "p"


def environment(world: Path) -> dict[str, str]:
    """What the command's shell gets, and the analysis too."""
    return {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": str(world / DEPTH / "home"),
        "TMPDIR": str(world / "tmp"),
        "PWD": str(project(world)),
        "V": "a.txt",
        "W": "b.txt c.md",
        "X": "d",
        "R": "V",
        "EMPTY": "",
    }


def plant(world: Path) -> Path:
    """Makes the world; answers with its project folder."""
    folder = project(world)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)
    with tarfile.open(folder / "t.tar", "w") as archive:
        for name in ("t/in.txt", "b.txt"):
            member = tarfile.TarInfo(name)
            member.size = 3
            archive.addfile(member, io.BytesIO(b"tar"))
    (world / DEPTH / "home" / "h").mkdir(parents=True)
    (world / DEPTH / "home" / "h.txt").write_text("h\n")
    (world / "tmp").mkdir()
    return folder


def snapshot(world: Path) -> dict[str, tuple[int, bytes]]:
    """Path -> mode and content (of a link its target) of all below the folder."""
    found: dict[str, tuple[int, bytes]] = {}
    waiting = [str(world)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    found[entry.path] = (0, os.readlink(entry.path).encode())
                    continue
                content = b""
                if entry.is_dir():
                    waiting.append(entry.path)
                elif entry.is_file():
                    content = Path(entry.path).read_bytes()
                found[entry.path] = (entry.stat().st_mode, content)
    return found
