"""Basic authentication with a key (xAPI 1.0.3 part 3, 4.1)."""

from __future__ import annotations

import base64
import binascii

from flask import Request, current_app

from api.failed_logins import Attempts
from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import Unauthenticated
from lrs.service import Lrs

ATTEMPTS = "zachetka.attempts"
"""Where the application holds its Attempts."""


def authenticated(lrs: Lrs, request: Request) -> Credential:
    """The credential of the request. Raises Unauthenticated, and TooManyFailures for a wrong key
    from an address with many failed logins.
    """
    name, secret = _basic(request.environ.get("HTTP_AUTHORIZATION"))
    try:
        return lrs.credentials.check(name, secret)
    except Unauthenticated as error:
        if error.code == "unauthenticated":
            attempts: Attempts = current_app.extensions[ATTEMPTS]
            attempts.failed(request.environ.get("REMOTE_ADDR", ""), name)
        raise


def _basic(header: str | None) -> tuple[str, str]:
    if header is None:
        raise Unauthenticated("no-credentials")
    scheme, _, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError("scheme")
        name, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        if not colon:
            raise ValueError("colon")
    except (ValueError, binascii.Error):
        raise Unauthenticated("malformed-credentials") from None
    return name, secret
