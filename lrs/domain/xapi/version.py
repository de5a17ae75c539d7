"""The two supported versions of the standard, and which of them a request names."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Version(StrEnum):
    """A version as the response header X-Experience-API-Version prints it."""

    V1_0_3 = "1.0.3"
    V2_0_0 = "2.0.0"


_1_0 = re.compile(r"1\.0(?:\.[0-9A-Za-z.+\-]*+)?").fullmatch
_2_0 = re.compile(r"2\.0(?:\.[0-9]++)?").fullmatch


def version_of(named: str) -> Version | None:
    """The version that a request's header or a statement names; None for an unsupported one.

    xAPI 1.0.3 part 2, 2.4.10 and part 3, 3.3: `1.0`, and any text of a semantic version's
    characters that begins with `1.0.`, names one data model. 2.0, 4.1.7: 2.0.0 and later, below
    2.1.0; a pre-release such as 2.0.0-rc1 comes before 2.0.0 and is not supported.
    """
    if _1_0(named):
        return Version.V1_0_3
    return Version.V2_0_0 if _2_0(named) else None


negotiate = lru_cache(maxsize=64)(version_of)
"""`version_of` with a cache, for headers, which have few different values."""
