"""UserPromptExpansion of our three commands: a person's verbs, done here without a request to the model."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts"))

from planweir.hooked.typed import failed, typed
from planweir.host import main

main(typed, failed)
