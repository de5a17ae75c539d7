"""How many examples a test of laws draws, and how often a race is run."""

from __future__ import annotations

import os


def drawn(count: int) -> int:
    """So many in `make soak`, and a quarter of them elsewhere, but five at least."""
    return count if "LRS_TEST_SOAK" in os.environ else max(count // 4, min(count, 5))
