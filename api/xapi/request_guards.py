"""The checks of every xAPI request before its view: a supported version, and a valid key."""

from __future__ import annotations

from collections.abc import Callable

from flask import g, request

from api.auth import authenticated
from api.xapi.versions import require_version
from lrs.service import Lrs


def entered(lrs: Lrs) -> Callable[[], None]:
    """For `before_request`: sets `g.xapi_version` and `g.credential`. Raises Invalid,
    Unauthenticated.
    """

    def enter() -> None:
        if request.method != "OPTIONS":
            g.xapi_version = require_version()
            g.credential = authenticated(lrs, request)

    return enter
