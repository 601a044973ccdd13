"""PostToolBatch: what the main thread's calls changed in the tree, looked at after each batch while no agent runs."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.noticing import after_batch
from planweir.host import main, silent

main(after_batch, silent)
