"""The real Claude Code client: a pinned version from npm, kept outside the work tree.

`scripts/client` fetches it and prints where it lies. Standard library only, so that it runs before anything is
installed. `PLANWEIR_CLIENT` names another version than the pinned one, or `oldest`.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PINNED = "2.1.329"
OLDEST = "2.1.240"  # `engines` in the manifest says the same
FETCH_SECONDS = 600


class Unavailable(Exception):
    """The client cannot be had here; the text says why."""


def package() -> str:
    """The npm package that holds the binary for this machine. Raises Unavailable where there is none."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower()
    )
    if sys.platform != "linux" or machine is None:
        raise Unavailable(f"no client is pinned for {sys.platform} on {platform.machine()}")
    libc = "" if platform.libc_ver()[0] == "glibc" else "-musl"
    return f"@anthropic-ai/claude-code-linux-{machine}{libc}"


def version() -> str:
    """The version that runs: the pinned one, where nobody asks for another. `PLANWEIR_CLIENT=oldest` is the oldest."""
    asked = os.environ.get("PLANWEIR_CLIENT") or PINNED
    return OLDEST if asked == "oldest" else asked


def cache_base() -> Path:
    """Where what is dear to fetch or to make is kept, outside the work tree."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "planweir"


def cached(wanted: str) -> Path:
    """Where the binary of this version lies once it is fetched."""
    return cache_base() / "client" / wanted / "claude"


def client(wanted: str = "") -> Path:
    """Path of the client's binary, fetched on first use. Raises Unavailable.

    npm verifies the package against the registry's checksum. The binary appears under its name only when it is
    whole, so two fetches at once, or one that was killed, leave nothing half done.
    """
    wanted = wanted or version()
    binary = cached(wanted)
    place = binary.parent
    if binary.is_file():
        return binary
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed and no client was fetched before")
    spec = f"{package()}@{wanted}"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix="fetch-") as temporary:
        try:
            packed = subprocess.run(
                [npm, "pack", spec, "--json", "--silent", "--pack-destination", temporary],
                cwd=temporary,
                capture_output=True,
                text=True,
                timeout=FETCH_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise Unavailable(f"npm pack {spec} took longer than {FETCH_SECONDS} s") from None
        if packed.returncode != 0:
            raise Unavailable(f"npm pack {spec} failed: {_npm_error(packed.stdout, packed.stderr)}")
        tarball = next(Path(temporary).glob("*.tgz"))
        with tarfile.open(tarball) as archive:
            member = archive.extractfile("package/claude")
            if member is None:
                raise Unavailable(f"{spec} holds no package/claude")
            whole = Path(temporary) / "claude"
            with whole.open("wb") as target:
                shutil.copyfileobj(member, target, 1 << 20)
        whole.chmod(0o755)
        os.replace(whole, binary)
    return binary


def _npm_error(stdout: str, stderr: str) -> str:
    try:
        answer = json.loads(stdout)
        return str(answer["error"]["summary"] or answer["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return (stderr or stdout).strip()[-300:] or "no message"


def main() -> int:
    try:
        print(client())
    except Unavailable as problem:
        print(f"client: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
