"""The two versions of the standard that are spoken, and which one a request means."""

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
    """The version that a request's header, or a statement, names; None for one not spoken.

    xAPI 1.0.3 part 2, 2.4.10 and part 3, 3.3: `1.0`, and whatever begins with `1.0.` and is made of
    the characters that a semantic version has, is one data model. 2.0, 4.1.7: from 2.0.0 on and
    below 2.1.0; what semantic versioning places before 2.0.0, such as 2.0.0-rc1, is none.
    """
    if _1_0(named):
        return Version.V1_0_3
    return Version.V2_0_0 if _2_0(named) else None


negotiate = lru_cache(maxsize=64)(version_of)
"""The same for headers, which are short and few: what was found is kept."""
