"""Access to reports, their language, and the position as of which they are requested."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, request

from api.auth import authenticated
from lrs.domain.aggregates.credential import too_narrow
from lrs.domain.time import iso
from lrs.domain.xapi.formats import accepted_languages
from lrs.service import Lrs, ReadConsistency
from schemas.links import link
from schemas.parameters import AFTER, NUMBER, KnownParameter

PAGE = 100
MOST = 1_000

PAGES = {"after": AFTER, "limit": NUMBER}
"""The parameters of a list in pages by people's numbers."""


def reading_reports(lrs: Lrs, learners: Collection[str] = ()) -> Callable[[], None]:
    """For a blueprint's `before_request`. The key of a launch link may use only the endpoints
    `learners`; their views decide about which person.
    """

    def begin() -> None:
        """Raises Unauthenticated, and Forbidden without `all` or `all/read`."""
        g.credential = authenticated(lrs, request)
        if g.credential.may_report():
            return
        if g.credential.launch is None or request.endpoint not in learners:
            raise too_narrow(g.credential, "`all/read` and `all`")

    return begin


def reports_of(bp: Blueprint, lrs: Lrs, learners: Collection[str] = ()) -> None:
    """Restrict the blueprint to keys that may read reports; keys of learners may use these
    endpoints, too.
    """
    bp.before_request(reading_reports(lrs, learners))


def languages() -> list[str]:
    return accepted_languages(request.headers.get("Accept-Language", ""))


def as_of(consistency: ReadConsistency) -> dict[str, Any]:
    """The log position of a reply's data, and the instant up to which it is complete."""
    return {"position": consistency.position, "consistent_through": iso(consistency.through)}


def position_of(lrs: Lrs, known: KnownParameter | None) -> int | None:
    """The requested log position. Raises InvalidQuery for a future instant."""
    if known is None or known.instant is None:
        return known.position if known else None
    return lrs.clock.position_at(known.instant)


def limit_of(given: dict[str, Any], most: int = MOST, default: int = PAGE) -> int:
    """The number of entries on a page, MOST at most; 0 means the default."""
    return min(given.get("limit") or default, most)


def more(path: str, after: object | None) -> str:
    """The address of the page after `after`, with the same parameters; empty without `after`."""
    if after is None:
        return ""
    query = urlencode({**request.args.to_dict(), "after": after})
    return link(f"{path}?{query}")
