"""Normalises the paths that real clients send, without a redirect.

Older cmi5.js asks for `/xapi//statements`, and a redirect would fail its preflight; Ralph's
command line asks for `/xAPI/statements`. Below /api nothing is touched: a trainee's key may hold
an address with two slashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SLASHES = re.compile("/{2,}")
_XAPI = re.compile(r"/+x(?:api|API)(?=/|$)")


def normalised(app: WSGIApplication) -> WSGIApplication:
    """WSGI middleware around an app that knows only `/xapi/...` with single slashes."""

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        match = _XAPI.match(path)
        if match is not None:
            environ["PATH_INFO"] = "/xapi" + _SLASHES.sub("/", path[match.end() :])
        return app(environ, start)

    return wrapped
