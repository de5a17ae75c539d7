"""The path of LRS_PUBLIC_URL, under which clients reach the store behind a proxy.

Only the setting counts. Headers such as X-Forwarded-Prefix are not read: any client can send them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes, urlsplit

from schemas.links import reached_under

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_OWN = re.compile("/*(?:(?:x(?:api|API)|api|health|metrics)(?:/|$)|$)").match
"""The store's own path prefixes: so a proxy may pass paths on with the public prefix or without it.
"""


def under(app: WSGIApplication, public_url: str) -> WSGIApplication:
    """WSGI middleware: links begin with the path of `public_url`, and requests may. Without such a
    path, links begin with the path that the WSGI server has mounted the application under.
    """
    prefix = urlsplit(public_url).path
    as_wsgi = unquote_to_bytes(prefix).decode("latin-1")

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        rest = path.removeprefix(as_wsgi)
        if rest != path and _OWN(rest):
            environ["PATH_INFO"] = rest or "/"
        mounted = prefix or quote(environ.get("SCRIPT_NAME", "").rstrip("/"), encoding="latin-1")
        with reached_under(mounted):
            return app(environ, start)

    return wrapped
