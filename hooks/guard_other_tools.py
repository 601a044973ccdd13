"""PreToolUse, every other tool that can write: MCP servers, tools that we do not know (rules guarded-paths, other-tools)."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.judging import judge_others
from planweir.host import broken, main

main(judge_others, broken("guard_other_tools"))
