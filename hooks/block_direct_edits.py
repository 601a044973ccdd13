"""PreToolUse Edit, Write, NotebookEdit: who may change which file (rules main-thread-edits, reviewer-edits, scope …)."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.guard.edits import judge_edit
from planweir.hooked.judging import judge_with
from planweir.host import broken, main

main(judge_with(judge_edit), broken("block_direct_edits"))
