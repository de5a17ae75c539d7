"""The xAPI version of a request (1.0.3 part 3, 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from lrs.domain.errors import Invalid
from lrs.domain.xapi.version import Version, negotiate

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HEADER = "X-Experience-API-Version"
_VARIABLE = "HTTP_X_EXPERIENCE_API_VERSION"


def spoken(environ: WSGIEnvironment) -> Version | None:
    """The version that a request names; None if it names none, or an unknown one."""
    return negotiate(environ.get(_VARIABLE, ""))


def require_version() -> Version:
    """The version of the current request. Raises Invalid."""
    environ = request.environ
    if _VARIABLE not in environ:
        raise Invalid("missing-version", header=HEADER)
    version = spoken(environ)
    if version is None:
        raise Invalid("unknown-version", header=HEADER)
    return version
