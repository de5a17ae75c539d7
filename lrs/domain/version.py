"""The two versions of the standard that are spoken, and which one a request means."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Version(StrEnum):
    """A version as the response header X-Experience-API-Version prints it."""

    V1_0_3 = "1.0.3"
    V2_0_0 = "2.0.0"


_SPOKEN = re.compile(r"([12])\.0(?:\.[0-9]+)?")


@lru_cache(maxsize=64)
def negotiate(header: str) -> Version | None:
    """The version that a request header names; None for one that is not spoken.

    xAPI 1.0.3 part 3, 3.3: every `1.0` and `1.0.x` is one data model, and so with 2.0.
    """
    match = _SPOKEN.fullmatch(header)
    if match is None:
        return None
    return Version.V1_0_3 if match[1] == "1" else Version.V2_0_0
