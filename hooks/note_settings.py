"""ConfigChange: a change of settings is journaled and told; an agent's is stopped at the edit, a person's never."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.events import settings_event
from planweir.host import main, silent

main(settings_event, silent)
