"""/xapi/about (xAPI 1.0.3 part 3, 2.8; 2.0, 4.1.6.7)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.xapi.versions import spoken
from lrs.domain.xapi.version import Version
from schemas.parameters import parameters

_OLDER = ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]


def blueprint() -> Blueprint:
    """The supported versions: the request needs neither a version nor a key."""
    bp = Blueprint("about", __name__, url_prefix="/xapi")

    @bp.get("/about")
    def about() -> Response:
        parameters(request.query_string, frozenset())
        # A client of 1.0.x may refuse a list that holds a version it has never heard of.
        older = spoken(request.environ) is Version.V1_0_3
        return as_json({"version": _OLDER if older else [*_OLDER, "2.0.0"]})

    return bp
