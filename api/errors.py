"""Maps each error class to its HTTP status, and formats errors as problem+json (RFC 9457)."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import orjson
import structlog
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from api.middleware.request_id import REQUEST_ID
from api.middleware.route_words import shown, words_of
from lrs.domain import errors
from lrs.domain.error_catalogue import PROBLEMS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger(__name__)

STATUS: dict[type[errors.LrsError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.TooSlow: 408,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.TooManyFailures: 429,
    errors.InternalError: 500,
    errors.QuotaExceeded: 507,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
}

CODE = "zachetka.code"
"""The key of a request's environment for the code of its refusal, for /metrics."""

RETRY_AFTER = 2
"""Seconds a client should wait after 503, and after 507 where the disk is full."""

RETRY_LATER = {"view-being-made": 15}
"""The same for codes of longer conditions."""

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}


def status_of(kind: type[errors.LrsError]) -> int:
    """The status of the nearest base class in the table."""
    return next(STATUS[c] for c in kind.__mro__ if c in STATUS)


def described() -> list[tuple[str, list[tuple[str, int, str]]]]:
    """What each group of codes means, with its rows: code, status, sentence with its places."""
    found = []
    for name, group in PROBLEMS.items():
        status = status_of(getattr(errors, name))
        rows = [(code, status, group.sentences[code]) for code in sorted(group.sentences)]
        found.append((group.meaning, rows))
    return found


def install(app: Flask) -> None:
    """Answer every error of the app as problem+json."""
    app.register_error_handler(errors.LrsError, _from_domain)
    app.register_error_handler(HTTPException, _from_werkzeug)
    app.register_error_handler(errors.OperatorError, _unexpected)
    app.register_error_handler(Exception, _unexpected)


def _from_domain(error: errors.LrsError) -> Response:
    status = status_of(type(error))
    if status >= 500:
        log.warning("refused", status=status, code=error.code, detail=error.detail)
    return _problem(error)


def _from_werkzeug(error: HTTPException) -> Response:
    response = _problem(_meant_by(error.code or 500))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _meant_by(status: int) -> errors.LrsError:
    """The store's own error for a status that werkzeug raised."""
    if status == 404:
        return errors.NotFound("no-such-resource")
    if status == 405:
        return errors.MethodNotAllowed("method-not-allowed")
    return errors.Invalid("bad-request") if status < 500 else errors.InternalError("internal-error")


def _unexpected(error: Exception) -> Response:
    log.exception(
        "unexpected", path=shown(request.path, words_of(current_app)), method=request.method
    )
    return _problem(errors.InternalError("internal-error"))


class Problem(NamedTuple):
    """An error in the form of its response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def line(self) -> str:
        """The status as WSGI writes it."""
        return f"{self.status} {_TITLES[self.status]}"


def problem(error: errors.LrsError, request_id: str | None) -> Problem:
    """The application/problem+json of an error; members that it does not have are left out."""
    status = status_of(type(error))
    place = {name: getattr(error, name, None) for name in ("pointer", "parameter")}
    body = {
        "type": "about:blank",
        "title": _TITLES[status],
        "status": status,
        "code": error.code,
        "detail": error.detail,
        **{name: value for name, value in place.items() if value is not None},
        **_all_of(error),
        "request_id": request_id,
    }
    headers = [("Content-Type", "application/problem+json")]
    if status == 401:
        headers.append(("WWW-Authenticate", 'Basic realm="Zachetka", charset="UTF-8"'))
    if isinstance(error, errors.Unavailable):  # waiting does not raise a quota
        headers.append(("Retry-After", str(RETRY_LATER.get(error.code, RETRY_AFTER))))
    if isinstance(error, errors.TooManyFailures):
        headers.append(("Retry-After", str(ceil(error.retry_after))))
    return Problem(status, headers, orjson.dumps(body))


def refuse(error: errors.LrsError, environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    """For WSGI middleware: the answer to a request that does not reach the application."""
    environ[CODE] = error.code
    refusal = problem(error, environ.get(REQUEST_ID))
    start(refusal.line, refusal.headers)
    return [refusal.body]


def _problem(error: errors.LrsError) -> Response:
    request.environ[CODE] = error.code
    status, headers, body = problem(error, request.environ.get(REQUEST_ID))
    return Response(body, status, headers)


def _all_of(error: errors.LrsError) -> dict[str, list[dict[str, str]]]:
    """The member `errors`, with all faults, where all of an input are looked for."""
    if not isinstance(error, errors.InvalidEntry):
        return {}
    faults = [{"code": f.code, "detail": f.detail, "pointer": f.place} for f in error.faults]
    return {"errors": faults}
