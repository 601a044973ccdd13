"""Puts Python files in order: imports sorted, no blanks at the ends of lines, one line break at the end.

`python3 tools/tidy.py [--check] PATH ...` rewrites the files below the paths and names those that were out of order;
with --check it only names them, and ends with 1 if there are any.
"""

import argparse
import sys
from pathlib import Path


def tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    out: list[str] = []
    imports: list[str] = []
    for line in [*lines, ""]:
        if line.startswith(("import ", "from ")):
            imports.append(line)
            continue
        out += sorted(imports, key=lambda line: (line.startswith("from "), line))
        imports.clear()
        out.append(line)
    return "\n".join(out)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tidy", description="Put Python files in order.")
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("paths", nargs="+", type=Path)
    given = parser.parse_args()
    found = 0
    for top in given.paths:
        for path in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
            text = path.read_text(encoding="utf-8")
            if tidy(text) != text:
                found += 1
                print(f"{'out of order' if given.check else 'put in order'}: {path}")
                if not given.check:
                    path.write_text(tidy(text), encoding="utf-8")
    return 1 if given.check and found else 0


if __name__ == "__main__":
    sys.exit(main())
