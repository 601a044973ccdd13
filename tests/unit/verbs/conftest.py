from __future__ import annotations

import pytest
from tests.unit.gate.fixture import alone, shop, template

from planweir.journal import came

__all__ = ["alone", "shop", "template"]


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls a verb in these tests is a person who typed it."""
    monkeypatch.setattr(came, "_said", {"came": came.TYPED})
