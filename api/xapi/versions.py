"""Which version of xAPI a request speaks (1.0.3 part 3, 3.3)."""

from __future__ import annotations

from flask import request

from lrs.domain.errors import Invalid
from lrs.domain.version import Version, negotiate

HEADER = "X-Experience-API-Version"


def spoken() -> Version | None:
    """The version that the current request names; None if it names none, or one unknown here."""
    return negotiate(request.headers.get(HEADER, ""))


def require_version() -> Version:
    """The version of the current request. Raises Invalid."""
    if HEADER not in request.headers:
        raise Invalid(f"Send the header {HEADER}: 1.0.3 or 2.0.0.", code="missing-version")
    version = spoken()
    if version is None:
        raise Invalid(
            f"{HEADER} names a version that is not spoken here: 1.0.x and 2.0.x are.",
            code="unknown-version",
        )
    return version
