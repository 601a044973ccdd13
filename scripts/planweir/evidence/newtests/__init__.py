"""The tests that a task adds, and those that it takes away: what stands in its files now against what stood there at its start.

Read by parsers (`planweir.evidence.code`); where there is none for a file, the lines of its diff are read by patterns.
"""

from __future__ import annotations

from planweir.evidence.newtests.compare import Changes, Place, changes, new_tests
from planweir.evidence.newtests.names import is_test_path

__all__ = ["Changes", "Place", "changes", "is_test_path", "new_tests"]
