"""PostToolUse of Bash and StructuredOutput, PostToolUseFailure of Bash: a bound agent's runs of checks and its review, noted when
they happen."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.events import note_run
from planweir.hooked.hand import from_client
from planweir.host import main, silent

main(from_client(note_run, "record_run"), silent)
