"""Where clients reach the store: under the path of LRS_PUBLIC_URL, if a proxy puts it there.

The setting alone says so. A header of the request, such as X-Forwarded-Prefix, is not read: any
client can send it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from flask import request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = "zachetka.prefix"
"""Where a request's environment holds the path of the public address, percent-encoded."""

_OWN = re.compile("/*(?:(?:x(?:api|API)|api|health)(?:/|$)|$)").match
"""What the store answers, so that a proxy may pass paths on with the prefix or without it."""


def public_path(path: str) -> str:
    """A path of the store as its clients reach it."""
    prefix: str = request.environ.get(_PREFIX, request.script_root)
    return prefix + path


def under(app: WSGIApplication, public_url: str) -> WSGIApplication:
    """WSGI middleware: links begin with the path of `public_url`, and requests may. Without such a
    path it is the application itself.
    """
    prefix = urlsplit(public_url).path
    if not prefix:
        return app
    as_wsgi = unquote_to_bytes(prefix).decode("latin-1")

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ[_PREFIX] = prefix
        path = environ.get("PATH_INFO", "")
        rest = path.removeprefix(as_wsgi)
        if rest != path and _OWN(rest):
            environ["PATH_INFO"] = rest or "/"
        return app(environ, start)

    return wrapped
