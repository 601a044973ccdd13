"""PreToolUse Agent, SendMessage, Workflow: whose turn it is, and what the agent is told (rules out-of-turn, role-and-status …)."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.judging import judge_start
from planweir.host import broken, main

main(judge_start, broken("validate_task_execution"))
