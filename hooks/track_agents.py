"""PostToolUse of Agent and TaskStop, UserPromptSubmit, StopFailure: bindings, ends of attempts, the turn."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.events import track
from planweir.hooked.hand import from_client
from planweir.host import main, silent

main(from_client(track, "track_agents"), silent)
