"""How many examples a test of laws draws."""

from __future__ import annotations

import os


def drawn(count: int) -> int:
    """So many in `make soak`, and half of them elsewhere."""
    return count if "LRS_TEST_SOAK" in os.environ else count // 2
