"""What decoders print is computed as the programs themselves would print it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from planweir.shell.decoded import decodes
from planweir.shell.scan import scan

PRINTS = [
    "echo cm0gZg== | base64 -d",
    "base64 --decode <<< cm0gZg==",
    "echo 726d2066 | xxd -r -p",
    "openssl base64 -d <<< cm0gZg==",
    "echo 'f mr' | rev",
    "printf 'ab\\ncd\\n' | rev",
    "echo 'ez s' | tr a-z n-za-m",
    "echo 'RM F' | tr '[:upper:]' '[:lower:]'",
    "echo 'r-m- f' | tr -d -- -",
    "echo 'r.m. f' | tr -d .",
    "sed -n 's/^# run: //p' <<< '# run: rm f'",
    "printf 'a b\\na c\\n' | sed 's/a/rm/'",
    "printf 'aa\\n' | sed 's/a/b/g'",
    "sed 's,x$,y,' <<< 'xx'",
    "awk 'BEGIN{print \"rm f\"}'",
    "perl -e 'print \"rm f\"'",
    "python3 -c \"print('rm f')\"",
    "printf '\\162\\x6d f'",
    "echo aab | tr aa bc",
]


@pytest.mark.parametrize("command", PRINTS)
def test_what_is_handed_to_a_shell_is_what_the_program_prints(command: str) -> None:
    name = command.split("|")[-1].split()[0]
    if not shutil.which(name):
        pytest.skip(f"there is no {name} here")
    real = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
    told = scan(f"{command} | cat | sh", "/tmp")
    given = next(one.stdin_text for one in told.programs if one.name == "sh")
    assert given == real


@pytest.mark.parametrize(
    "command",
    ["echo '%%%' | base64 -d", "tr -s a b < /none", "sed 's/a.*/b/' <<< ab", "xxd -r -p <<< zz", "base64 -d /none", "xxd -r <<< 726d", "openssl enc -d -a -aes-256-cbc -k y <<< cm0gZg==", "sed -E 's/a+/b/' <<< aa"],
)
def test_what_cannot_be_computed_is_not_known(command: str) -> None:
    found = scan(f"{command} | sh", "/tmp")
    assert next(one.stdin_text for one in found.programs if one.name == "sh") is None


def test_a_decoder_is_told_by_what_it_is_asked_for() -> None:
    def one(command: str) -> bool:
        return decodes(scan(command, "/tmp").programs[0])

    assert one("base64 -d f")
    assert one("gunzip -c f")
    assert not one("base64 f")
    assert not one("gzip f")
    assert not one("openssl sha256 f")
