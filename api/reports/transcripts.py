"""/api/v1/transcripts: the trainees, and the transcript of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g, request

from api.rendering import as_json
from api.reports.access import (
    PAGES,
    as_of,
    languages,
    limit_of,
    more,
    position_of,
    reports_known,
    reports_of,
)
from lrs.domain.errors import OutsideLaunch
from lrs.domain.training.attempt import RULES
from lrs.service import Lrs
from lrs.service.reports.snapshot import ReportAnswer
from lrs.service.reports.transcripts import TranscriptWithEvidence
from schemas.parameters import KNOWN, SOUGHT, one_of, parsed
from schemas.reports.authorities import authorities_view
from schemas.reports.people import trainee_view
from schemas.reports.transcripts import correction_view, line_view, totals_view

PATH = "/api/v1/transcripts"


def blueprint(lrs: Lrs) -> Blueprint:
    """Transcripts of a store."""
    bp = Blueprint("transcripts", __name__)
    reports_of(bp, lrs, learners={"transcripts.transcript"})

    @bp.get(PATH)
    def trainees() -> Response:
        """Trainees by part of a name or personnel number, a page at a time."""
        given = parsed(request.query_string, {"q": SOUGHT, "known": KNOWN, **PAGES})
        limit, spoken = limit_of(given), languages()
        reports = reports_known(lrs, given).transcripts
        answer = reports.trainees(given.get("q", ""), given.get("after", 0), limit + 1)
        page = answer.value[:limit]
        last = page[-1].id if len(answer.value) > limit else None
        return as_json(
            {
                "trainees": [trainee_view(one, answer.place_names, spoken) for one in page],
                "more": more(PATH, last),
                "as_of": as_of(answer.consistency),
            }
        )

    @bp.get(f"{PATH}/<path:trainee>")
    def transcript(trainee: str) -> Response:
        """One trainee's transcript: by agent key, or by personnel number. A learner's key gets only
        the learner's own present transcript: an identifier may have belonged to another person
        earlier.
        """
        given = parsed(request.query_string, {"rule": one_of(*RULES), "known": KNOWN})
        if g.credential.launch is not None:
            if "known" in given:
                raise OutsideLaunch("launch-scope")
            trainee = lrs.transcripts.own(trainee, g.credential)
        known = position_of(lrs, given.get("known"))
        answer = lrs.transcripts.transcript(trainee, given.get("rule"), known)
        return as_json(_transcript_view(answer, languages()))

    return bp


def _transcript_view(
    answer: ReportAnswer[TranscriptWithEvidence], spoken: Sequence[str]
) -> dict[str, Any]:
    transcript, ids = answer.value.transcript, answer.value.statements
    by, position = answer.value.authorities, answer.consistency.position
    return {
        "trainee": trainee_view(transcript.trainee, answer.place_names, spoken),
        "lines": [line_view(entry, ids, by, position, spoken) for entry in transcript.entries],
        "corrections": [correction_view(c, ids, spoken) for c in transcript.corrections],
        "totals": totals_view(transcript),
        "authorities": authorities_view(by),
        "as_of": as_of(answer.consistency),
    }
