"""Prevents pages of other sites from sending commands through a browser that is logged in.

A browser sends the name and password that it remembers for the store with every request, from any
page. It also sends the page's origin (Fetch Metadata Request Headers, W3C).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.errors import refuse
from api.middleware.alternate_syntax import is_alternate
from api.middleware.cors import lets_in
from lrs.domain.errors import Forbidden

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})


def refused_to_foreign_pages(
    app: WSGIApplication, origins: Collection[str], public_url: str
) -> WSGIApplication:
    """WSGI middleware: refuses commands of pages at other addresses than the store's own, except
    xAPI requests of pages at these origins, and forms that contain a key.
    """
    public = _origin_of(public_url)

    def is_foreign(environ: WSGIEnvironment) -> bool:
        if is_alternate(environ):  # a key that the browser remembers does not authenticate these
            return False
        origin = environ.get("HTTP_ORIGIN", "").lower()
        if origin and environ["PATH_INFO"].startswith("/xapi/") and lets_in(origins, origin):
            return False
        host = environ.get("HTTP_HOST", "").lower()
        if origin and origin not in (public, f"http://{host}", f"https://{host}"):
            return True
        return environ.get("HTTP_SEC_FETCH_SITE", "none").lower() not in _OWN

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in _SAFE or not is_foreign(environ):
            return app(environ, start)
        return refuse(Forbidden("foreign-page"), environ, start)

    return wrapped


def _origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
