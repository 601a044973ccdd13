"""PreToolUse Bash, Monitor: what a command line may run and write (rules guarded-paths, main-thread-commands, scope …)."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.judging import judge_shell
from planweir.host import broken, main

main(judge_shell, broken("guard_state_file"))
