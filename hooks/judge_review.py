"""PreToolUse StructuredOutput: the review of an agent of the wave's script (rules review-object, review-unread, review-void)."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.reviewing import judge_review
from planweir.host import broken, main

main(judge_review, broken("judge_review"))
