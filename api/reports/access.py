"""Who may read reports, and in which language they are written."""

from __future__ import annotations

from typing import Any

from flask import g, request

from api.auth import authenticated
from lrs.domain.clock import iso
from lrs.domain.errors import Forbidden
from lrs.domain.format import accepted_languages
from lrs.projector import Reach
from lrs.service import Lrs


def require_reports(lrs: Lrs) -> None:
    """Raises Unauthenticated, and Forbidden without `all` or `all/read`."""
    g.credential = authenticated(lrs, request)
    if not g.credential.may_report():
        raise Forbidden("scope-too-narrow", scopes="`all/read` and `all`")


def languages() -> list[str]:
    return accepted_languages(request.headers.get("Accept-Language", ""))


def as_of(reach: Reach) -> dict[str, Any]:
    """The log position an answer holds as of, and the instant it is complete to."""
    return {"position": reach.position, "consistent_through": iso(reach.through)}
