"""The command line's entry, started by bin/task-planner with -I: nothing but our own folder is put on the path."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

if __name__ == "__main__":
    try:
        from planweir.cli.main import main
    except ImportError as error:
        print(f"task-planner: something of ours failed: {error}", file=sys.stderr)
        sys.exit(3)
    main()
