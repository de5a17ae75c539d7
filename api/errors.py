"""From meaning to status: the one table, and the one shape of an error (RFC 9457)."""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from api.envelope import REQUEST_ID
from lrs.domain import errors

log = structlog.get_logger(__name__)

STATUS: dict[type[errors.LrsError], int] = {
    errors.Invalid: 400,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Conflict: 409,
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.StorageFull: 507,
    errors.Unavailable: 503,
    errors.Misconfigured: 500,
}

RETRY_AFTER = 2
"""Seconds a client should wait after 503 and 507."""


def status_of(error: errors.LrsError) -> int:
    """The status of the nearest class that the table names."""
    return next((STATUS[c] for c in type(error).__mro__ if c in STATUS), 500)


def problem(status: int, code: str, detail: str, **members: Any) -> Response:
    """An application/problem+json answer. `members` that are None are left out."""
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        **{name: value for name, value in members.items() if value is not None},
        "request_id": request.environ.get(REQUEST_ID),
    }
    response = Response(orjson.dumps(body), status, content_type="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Zachetka", charset="UTF-8"'
    if status in (503, 507):
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}


def install(app: Flask) -> None:
    """Answer every error of the app as problem+json."""
    app.register_error_handler(errors.LrsError, _from_domain)
    app.register_error_handler(HTTPException, _from_werkzeug)
    app.register_error_handler(Exception, _unexpected)


def _from_domain(error: errors.LrsError) -> Response:
    pointer = getattr(error, "pointer", None)
    parameter = getattr(error, "parameter", None)
    status = status_of(error)
    if status >= 500:
        log.warning("refused", status=status, code=error.code, detail=error.detail)
    return problem(status, error.code, error.detail, pointer=pointer, parameter=parameter)


def _from_werkzeug(error: HTTPException) -> Response:
    status = error.code or 500
    codes = {404: "no-such-resource", 405: "method-not-allowed", 413: "too-large"}
    details = {
        404: "There is no such resource: check the path.",
        405: "This resource does not take that method.",
        413: "The body is too large.",
    }
    response = problem(
        status, codes.get(status, "bad-request"), details.get(status, "The request is malformed.")
    )
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected", path=request.path, method=request.method)
    return problem(
        500,
        "internal-error",
        "The store failed in a way it should not. The log has the details under this request id.",
    )
