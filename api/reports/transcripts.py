"""/api/v1/transcripts: who there is, and what each has done."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import as_of, languages, require_reports
from lrs.domain.attempt import RULES, Rule
from lrs.domain.errors import InvalidQuery
from lrs.service import Lrs
from schemas.parameters import parameters
from schemas.reports import correction_view, course_view, line_view, totals_view, trainee_view

PAGE = 100
MOST = 1_000
LONGEST = 200
"""Characters of what is looked for: SQLite takes no pattern of any length."""


def blueprint(lrs: Lrs) -> Blueprint:
    """Transcripts of a store."""
    bp = Blueprint("transcripts", __name__, url_prefix="/api/v1")

    @bp.before_request
    def begin() -> None:
        require_reports(lrs)

    @bp.get("/transcripts")
    def trainees() -> Response:
        """Trainees by part of a name or personnel number, a page at a time."""
        given = parameters(request.query_string, frozenset({"q", "after", "limit"}))
        after, limit = _number(given, "after", 0, 2**31 - 1), _number(given, "limit", PAGE, MOST)
        held = lrs.training.trainees(_looked_for(given), after, limit)
        more = ""
        if len(held.value) == limit:
            query = {**given, "after": held.value[-1].id, "limit": limit}
            more = f"{request.script_root}/api/v1/transcripts?{urlencode(query)}"
        body = {"trainees": [trainee_view(t) for t in held.value], "more": more}
        return as_json(body | {"as_of": as_of(held.reach)})

    @bp.get("/transcripts/<path:trainee>")
    def transcript(trainee: str) -> Response:
        """One trainee's transcript: by agent key, or by personnel number."""
        given = parameters(request.query_string, frozenset({"rule"}))
        held = lrs.training.transcript(trainee, _rule(given))
        found, ids = held.value.transcript, held.value.statements
        spoken = languages()
        return as_json(
            {
                "trainee": trainee_view(found.trainee),
                "lines": [
                    {"course": course_view(e.course, spoken), **line_view(e.line, ids)}
                    for e in found.entries
                ],
                "corrections": [correction_view(c, ids, spoken) for c in found.corrections],
                "totals": totals_view(found),
                "as_of": as_of(held.reach),
            }
        )

    return bp


def _looked_for(given: dict[str, str]) -> str:
    q = given.get("q", "")
    if len(q) > LONGEST:
        form = f"a text of {LONGEST} characters at most"
        raise InvalidQuery("invalid-parameter", parameter="q", form=form)
    return q


def _rule(given: dict[str, str]) -> Rule | None:
    asked = given.get("rule")
    for rule in RULES:
        if asked in (None, rule):
            return None if asked is None else rule
    known = ", ".join(RULES)
    raise InvalidQuery("invalid-parameter", parameter="rule", form=f"one of {known}")


def _number(given: dict[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise InvalidQuery("invalid-parameter", parameter=name, form="a whole number")
    number = min(int(text), most)
    return number or (default if name == "limit" else 0)
