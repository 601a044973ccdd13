from __future__ import annotations

from tests.unit.gate.fixture import alone, shop, template

__all__ = ["alone", "shop", "template"]
