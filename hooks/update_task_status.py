"""SubagentStart and SubagentStop: heartbeat; at the end, evidence or review judged."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.events import agent_event
from planweir.hooked.hand import from_client
from planweir.host import main, silent

main(from_client(agent_event, "update_task_status"), silent)
