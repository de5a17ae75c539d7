"""Which version of xAPI a request speaks (1.0.3 part 3, 3.3)."""

from __future__ import annotations

from flask import g, request

from lrs.domain.errors import Invalid
from lrs.domain.version import Version, negotiate

HEADER = "X-Experience-API-Version"


def require_version(default: Version) -> Version:
    """The version of the current request, kept for the answer's header. Raises Invalid.

    `default` is what the answer speaks when the request names none, or one that is not spoken.
    """
    g.xapi_version = default
    named = request.headers.get(HEADER)
    if named is None:
        raise Invalid(f"Send the header {HEADER}: 1.0.3 or 2.0.0.", code="missing-version")
    version = negotiate(named)
    if version is None:
        raise Invalid(
            f"{HEADER} names a version that is not spoken here: 1.0.x and 2.0.x are.",
            code="unknown-version",
        )
    g.xapi_version = version
    return version
