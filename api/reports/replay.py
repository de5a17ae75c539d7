"""/api/v1/replay: why a person is certified or not, and what became of an event of the log."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import PAGES, as_of, languages, limit_of, more, position_of, reports_of
from lrs.service import Lrs
from lrs.service.replay import CHANGE_KINDS, DifferenceQuery, ExplainQuery
from schemas.parameters import AFTER, CODE, DAY, KNOWN, NUMBER, TEXT, event_meant, one_of, parsed
from schemas.replay.differences import differences_view
from schemas.replay.events import event_view
from schemas.replay.explanations import explanation_view

PATH = "/api/v1/replay"

_EXPLAIN = {
    "person": TEXT,
    "course": TEXT,
    "programme": CODE,
    "on": DAY,
    "known": KNOWN,
    "after": AFTER,
    "limit": NUMBER,
}

_DIFF = {
    "from": KNOWN,
    "to": KNOWN,
    "on": DAY,
    "person": TEXT,
    "office": CODE,
    "course": TEXT,
    "programme": CODE,
    "what": one_of(*CHANGE_KINDS),
    **PAGES,
}


def blueprint(lrs: Lrs) -> Blueprint:
    """The log of a store, step by step."""
    bp = Blueprint("replay", __name__)
    reports_of(bp, lrs)

    @bp.get(f"{PATH}/explain")
    def explain() -> Response:
        """One person's events, a page at a time, with what each changed; then the verdicts."""
        query = _query(lrs)
        answer = lrs.explanations.explain(query)
        return as_json(
            {
                "on": query.on,
                **explanation_view(answer.value, answer.place_names, languages()),
                "more": more(f"{PATH}/explain", answer.value.more),
                "as_of": as_of(answer.consistency),
            }
        )

    @bp.get(f"{PATH}/diff")
    def diff() -> Response:
        """What differs between two moments: a page looks at so many people."""
        query = _difference(lrs)
        answer = lrs.differences.between(query)
        return as_json(
            {
                "on": query.on,
                **differences_view(answer.value, answer.place_names, languages()),
                "more": more(f"{PATH}/diff", answer.value.more),
                "as_of": as_of(answer.consistency),
            }
        )

    @bp.get(f"{PATH}/events/<event>")
    def show(event: str) -> Response:
        """One event, by the id of a statement or by its position in the log."""
        given = parsed(request.query_string, {"on": DAY})
        on = given.get("on") or lrs.clock.today()
        answer = lrs.log_events.show(event_meant(event), on)
        shown = event_view(answer.value, languages())
        return as_json({"on": on, **shown, "as_of": as_of(answer.consistency)})

    return bp


def _difference(lrs: Lrs) -> DifferenceQuery:
    given: dict[str, Any] = parsed(request.query_string, _DIFF, required=("from",))
    return DifferenceQuery(
        before=position_of(lrs, given["from"], "from") or 0,
        after=position_of(lrs, given.get("to"), "to"),
        on=given.get("on") or lrs.clock.today(),
        person=given.get("person"),
        office=given.get("office"),
        course=given.get("course"),
        programme=given.get("programme"),
        what=given.get("what"),
        start=given.get("after", 0),
        limit=limit_of(given),
    )


def _query(lrs: Lrs) -> ExplainQuery:
    given: dict[str, Any] = parsed(request.query_string, _EXPLAIN, required=("person",))
    return ExplainQuery(
        person=given["person"],
        on=given.get("on") or lrs.clock.today(),
        course=given.get("course"),
        programme=given.get("programme"),
        known=position_of(lrs, given.get("known")),
        after=given.get("after", 0),
        limit=limit_of(given),
    )
