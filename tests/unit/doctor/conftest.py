from __future__ import annotations

import pytest
from tests.unit.doctor.clinic import Clinic
from tests.unit.gate.fixture import alone, shop, template
from tests.unit.gate.shop import Shop

__all__ = ["alone", "shop", "template"]


@pytest.fixture
def clinic(shop: Shop) -> Clinic:
    return Clinic(shop)
