"""SessionStart: how the plan stands and what comes next, in under 40 lines."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.events import session_event
from planweir.host import main, silent

main(session_event, silent)
