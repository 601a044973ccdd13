"""The import graph of whole packages, by grimp: it parses in Rust, so ten thousand modules cost seconds and not a minute.

It looks packages up on `sys.path`, where ours are too, and a project may be called like one of them. So it is asked in a process
of its own that sees the project's folders alone and imports nothing of them.
"""

from __future__ import annotations

import json
import subprocess
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from planweir.reach.python.layout import Layout

_CHILD = """
import json, sys
import grimp, grimp.exceptions
given = json.load(sys.stdin)
for name in given["names"]:
    sys.modules.pop(name, None)
sys.path[:] = [*given["roots"], *(row for row in sys.path if "-packages" not in row)]
sys.path_importer_cache.clear()
sys.dont_write_bytecode = True
try:
    graph = grimp.build_graph(*given["names"], exclude_type_checking_imports=True, cache_dir=None)
except Exception as error:
    json.dump({"why": f"{type(error).__name__}: {error}"}, sys.stdout)
else:
    json.dump({"edges": {name: sorted(graph.find_modules_directly_imported_by(name)) for name in graph.modules}}, sys.stdout)
"""
FEWEST = 40  # modules; fewer are parsed sooner than a process starts


def graph(layout: Layout, few: int = FEWEST) -> dict[str, list[str]]:
    """file -> files that it imports, for the packages that grimp can take; nothing of the others."""
    tops: dict[str, set[str]] = {}
    count = 0
    for path in layout.files:
        top = layout.top_of(path)
        if top in layout.packages:
            count += 1
            root, _, name = top.rpartition("/")
            if name.isidentifier() and top and name not in sys.stdlib_module_names:
                tops.setdefault(name, set()).add(root)
    names = {name: next(iter(roots)) for name, roots in tops.items() if len(roots) == 1}
    if not names or count < few:
        return {}
    edges = _asked(layout, names)
    found: dict[str, list[str]] = {}
    for module, imported in edges.items():
        path = _file(layout, names, module)
        if path:
            found[path] = [file for name in imported if (file := _file(layout, names, name))]
    return found


def _file(layout: Layout, names: dict[str, str], module: str) -> str:
    root = names.get(module.partition(".")[0])
    return (layout.at(root, module) or "") if root is not None else ""


def _asked(layout: Layout, names: dict[str, str]) -> dict[str, list[str]]:
    """grimp's answer; none where it is not there or gives up (a module that cannot be parsed): each file is parsed by us then."""
    base = layout.tree.root
    roots = [f"{base}/{root}" if root else base for root in dict.fromkeys(names.values())]
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _CHILD],
            input=json.dumps({"names": sorted(names), "roots": roots}),
            capture_output=True,
            text=True,
            cwd="/",
            timeout=layout.tree.seconds_left(),
            check=False,
        )
        answer = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    edges = answer.get("edges") if isinstance(answer, dict) else None
    return edges if isinstance(edges, dict) else {}
