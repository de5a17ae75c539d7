"""How many examples a test of laws draws, and how often a race is run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

SOAKS = "LRS_TEST_SOAK" in os.environ
STEP = 1 if SOAKS else 8
"""Of a long enumeration every so-manieth is tried."""

T = TypeVar("T")


def drawn(count: int) -> int:
    """So many in `make soak`, and an eighth of them elsewhere, but five at least."""
    return count if SOAKS else max(count // STEP, min(count, 5))


def spread(things: Iterable[T], begin: int = 0) -> Iterator[T]:
    """All of them in `make soak`, and every eighth elsewhere, from that one on."""
    return islice(things, begin % STEP, None, STEP)
