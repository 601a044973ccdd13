"""Stop: the owner's working turn does not end while the next step is its own."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.events import stop_event
from planweir.host import main, silent

main(stop_event, silent)
