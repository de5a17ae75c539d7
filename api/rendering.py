"""JSON answers: compact for programs, laid out for a person's browser."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request


def no_content() -> Response:
    """A 204, which has no body and so no type of one."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def as_json(value: Any) -> Response:
    """A 200 with the value as UTF-8 JSON."""
    wants_html = "text/html" in request.headers.get("Accept", "")
    options = orjson.OPT_INDENT_2 if wants_html else 0
    return Response(
        orjson.dumps(value, option=options), content_type="application/json; charset=utf-8"
    )
