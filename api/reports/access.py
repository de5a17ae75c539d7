"""Access to reports, their language, and the position as of which they are requested."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, g, request

from api.auth import authenticated
from api.rendering import as_json
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.time import iso
from lrs.domain.xapi.formats import accepted_languages
from lrs.service import Lrs, ReadConsistency
from lrs.service.reports.as_known import ReplicaBeingMade
from lrs.service.reports.report_set import ReportSet
from schemas.links import link
from schemas.parameters import AFTER, NUMBER, KnownParameter

PAGE = 100
MOST = 1_000

ACCEPTED = 202

SOON, LATEST = 2, 30
"""Seconds after which to ask again for a report whose replica is being made: while nobody can tell
how long that takes, and at most.
"""

PAGES = {"after": AFTER, "limit": NUMBER}
"""The parameters of a list in pages by people's numbers."""


def reading_reports(lrs: Lrs, learners: Collection[str] = ()) -> Callable[[], None]:
    """For a blueprint's `before_request`. The key of a launch link may use only the endpoints
    `learners`; their views decide about which person.
    """

    def begin() -> None:
        """Raises Unauthenticated, and Forbidden without `all` or `all/read`."""
        g.credential = authenticated(lrs, request)
        if g.credential.launch is None or request.endpoint not in learners:
            require_reader(g.credential)

    return begin


def require_reader(credential: Credential) -> None:
    """Raises Forbidden without `all` or `all/read`."""
    if not credential.may_report():
        raise too_narrow(credential, "`all/read` and `all`")


def reports_of(bp: Blueprint, lrs: Lrs, learners: Collection[str] = ()) -> None:
    """Restrict the blueprint to keys that may read reports; keys of learners may use these
    endpoints, too.
    """
    bp.before_request(reading_reports(lrs, learners))
    waiting_for_replicas(bp)


def waiting_for_replicas(bp: Blueprint) -> None:
    """Have the blueprint answer 202 while a replica is being made."""
    bp.register_error_handler(ReplicaBeingMade, _being_made)


def _being_made(wait: ReplicaBeingMade) -> Response:
    """202: how far the replica is that will answer, and where to ask again."""
    progress = wait.progress
    response = as_json(
        {
            "known": progress.position,
            "folded": progress.folded,
            "seconds_left": progress.seconds,
            "ask_again": link(f"{quote(request.path)}?{request.query_string.decode()}"),
        }
    )
    response.status_code = ACCEPTED
    seconds = SOON if progress.seconds is None else progress.seconds
    response.headers["Retry-After"] = str(max(1, min(LATEST, ceil(seconds))))
    return response


def languages() -> list[str]:
    return accepted_languages(request.headers.get("Accept-Language", ""))


def as_of(consistency: ReadConsistency) -> dict[str, Any]:
    """The log position of a reply's data, and the instant up to which it is complete."""
    return {"position": consistency.position, "consistent_through": iso(consistency.through)}


def reports_known(lrs: Lrs, given: Mapping[str, Any]) -> ReportSet:
    """The reports as known at the position or instant of the parameter `known`; as known now
    without it. Raises InvalidQuery for what is still to come, and ReplicaBeingMade.
    """
    return lrs.reports_known(position_of(lrs, given.get("known")))


def position_of(lrs: Lrs, known: KnownParameter | None, parameter: str = "known") -> int | None:
    """The requested log position. Raises InvalidQuery for a future instant."""
    if known is None or known.instant is None:
        return known.position if known else None
    return lrs.clock.position_at(known.instant, parameter)


def limit_of(given: dict[str, Any], most: int = MOST, default: int = PAGE) -> int:
    """The number of entries on a page, MOST at most; 0 means the default."""
    return min(given.get("limit") or default, most)


def same_known(path: str, **query: str) -> str:
    """The address of another report, as of what was known when this one is told."""
    known = request.args.get("known")
    given = query if known is None else {**query, "known": known}
    return f"{path}?{urlencode(given)}" if given else path


def more(path: str, after: object | None) -> str:
    """The address of the page after `after`, with the same parameters; empty without `after`."""
    if after is None:
        return ""
    query = urlencode({**request.args.to_dict(), "after": after})
    return link(f"{path}?{query}")
