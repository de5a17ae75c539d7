"""The alternate request syntax of 1.0.x (xAPI 1.0.3 part 3, 1.3): a request written as a form.

Old browsers could not send PUT or headers to another origin, and the length of a URL is limited. So
a POST with `?method=` has the method there, and headers, parameters and body as form fields.
tincanjs still does that where a URL would have 2,048 characters. 2.0 has no such syntax.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_input_stream

from api.xapi.versions import spoken
from lrs.domain.errors import Invalid, LrsError, TooLarge, Unavailable, UnsupportedMedia
from lrs.domain.xapi.version import Version

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_REFUSED = "zachetka.refused"
_FORM = "application/x-www-form-urlencoded"
_METHODS = frozenset({"GET", "PUT", "POST", "DELETE"})
_METHOD = re.compile("(?:^|&)method=")
_WITH_CONTENT = frozenset({"PUT", "POST"})
_HEADERS = {
    "authorization": "HTTP_AUTHORIZATION",
    "x-experience-api-version": "HTTP_X_EXPERIENCE_API_VERSION",
    "content-type": "CONTENT_TYPE",
    "content-length": "",  # that of the content itself is known
    "if-match": "HTTP_IF_MATCH",
    "if-none-match": "HTTP_IF_NONE_MATCH",
}
"""The form fields that are headers, and where WSGI has these."""

_MOST_FIELDS = 100
_LONGEST_FORM = 3_000_000
"""Bytes of a form: it is read before authentication, as the key may be in it."""

FORMS = 4
"""Forms without a key in a header that a process receives at once."""


def understood(
    app: WSGIApplication, limit: int, require_key: Callable[[WSGIEnvironment], None]
) -> WSGIApplication:
    """WSGI middleware: replaces a form by the request that it encodes. `limit` is that of the
    content, in bytes; a form may encode each byte as three.

    A form is read after `require_key`, which raises Unauthenticated, has accepted the key of its
    header. Only a few forms that contain their key are read at the same time.
    """
    forms = threading.Semaphore(FORMS)

    def rewrite(environ: WSGIEnvironment) -> None:
        method = _method(environ["QUERY_STRING"])
        if "HTTP_ORIGIN" in environ:
            # Any page can make a browser send a form, and with it a key that the browser remembers.
            environ.pop("HTTP_AUTHORIZATION", None)
        longest = min(3 * limit, _LONGEST_FORM)
        if "HTTP_AUTHORIZATION" in environ:
            require_key(environ)
            fields = _fields(environ, longest)
        elif forms.acquire(blocking=False):
            try:
                fields = _fields(environ, longest)
            finally:
                forms.release()
        else:
            raise Unavailable("forms-awaited")
        _rewrite(environ, method, fields)

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if is_alternate(environ):
            try:
                rewrite(environ)
            except LrsError as error:
                environ[_REFUSED] = error
        return app(environ, start)

    return wrapped


def install(app: Flask) -> None:
    """Answer a form that is malformed."""

    @app.before_request
    def refuse() -> None:
        error = request.environ.get(_REFUSED)
        if error is not None:
            raise error


def is_alternate(environ: WSGIEnvironment) -> bool:
    """Whether the request is a form that encodes another one."""
    return (
        _METHOD.search(environ.get("QUERY_STRING", "")) is not None
        and environ["REQUEST_METHOD"] == "POST"
        and environ["PATH_INFO"].startswith("/xapi/")
        and spoken(environ) is not Version.V2_0_0
    )


def _rewrite(environ: WSGIEnvironment, method: str, fields: dict[str, str]) -> None:
    """Turn the environment into that of the encoded request. Raises Invalid."""
    content = fields.pop("content", None)
    if (content is not None) != (method in _WITH_CONTENT):
        raise Invalid("alternate-content")
    environ["CONTENT_TYPE"] = "application/json" if content is not None else ""
    for name in list(fields):
        if name.lower() in _HEADERS:
            value, place = fields.pop(name), _HEADERS[name.lower()]
            if place:
                environ[place] = value
    if spoken(environ) is Version.V2_0_0:
        raise Invalid("no-alternate-syntax")
    body = (content or "").encode()
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["REQUEST_METHOD"] = method
    environ["QUERY_STRING"] = urlencode(fields)


def _method(query: str) -> str:
    try:
        given = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        given = []
    if len(given) != 1 or given[0][0] != "method":
        raise Invalid("alternate-parameters")
    if given[0][1] not in _METHODS:
        raise Invalid("alternate-method")
    return given[0][1]


def _fields(environ: WSGIEnvironment, limit: int) -> dict[str, str]:
    """The fields of the form. Raises Invalid, TooLarge, UnsupportedMedia, TooSlow."""
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != _FORM:
        raise Invalid("no-form")
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia("unsupported-content-encoding")
    try:
        length = int(environ.get("CONTENT_LENGTH") or limit + 1)
    except ValueError:
        length = limit + 1
    if length > limit:
        raise TooLarge("form-too-large", limit=limit)
    try:
        form = get_input_stream(environ, max_content_length=limit).read()
        if len(form) != length:
            raise ValueError("length")
        pairs = parse_qsl(
            form.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except (ValueError, HTTPException):  # the latter where the client went away
        raise Invalid("malformed-form", limit=_MOST_FIELDS) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Invalid("repeated-field")
    return fields
