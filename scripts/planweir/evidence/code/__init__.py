"""What stands in a source file, read by a parser: its tests and what they assert, its functions and which of them are stubs.

Python by `ast`; other languages by tree-sitter, one module each, where its wheels are installed. What cannot be parsed is None.
"""

from __future__ import annotations

from planweir.evidence.code.model import Function, Read, Test
from planweir.evidence.code.reading import LARGEST, language, read

__all__ = ["LARGEST", "Function", "Read", "Test", "language", "read"]
