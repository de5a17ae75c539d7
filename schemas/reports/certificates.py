"""Verdicts: who is certified, and who may serve visitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from lrs.domain.verdict import Verdict
from lrs.projections.rulebook import Programme
from lrs.service.certifications import Certificates, Certified, Founded
from lrs.service.reading import Called
from schemas.reports.fields import title_view
from schemas.reports.people import trainee_view


def programme_view(programme: Programme, languages: Sequence[str]) -> dict[str, Any]:
    return {"code": programme.code, **title_view(programme.title, languages)}


def verdict_view(verdict: Verdict) -> dict[str, Any]:
    """A verdict, without what it rests on. By hand, for an answer may hold many thousands."""
    return {
        "status": verdict.status,
        "applies": verdict.applies,
        "before_visitors": verdict.before_visitors,
        "version": verdict.version,
        "due_by": verdict.due_by,
        "completed": verdict.completed,
        "valid_from": verdict.valid_from,
        "valid_until": verdict.valid_until,
        "renewal_from": verdict.renewal_from,
    }


def founded_view(founded: Founded, called: Called, languages: Sequence[str]) -> dict[str, Any]:
    """One person's verdicts with their evidence."""
    certified, ids = founded.certified, founded.statements
    return {
        "trainee": trainee_view(certified.trainee, called, languages),
        **clearance_view(certified),
        "verdicts": [
            {
                "programme": programme_view(standing.programme, languages),
                **verdict_view(standing.verdict),
                "evidence": _ids(standing.verdict, ids),
            }
            for standing in certified.standings
        ],
    }


def clearance_view(certified: Certified) -> dict[str, Any]:
    """Whether somebody may serve visitors, null where that is not known, and the codes of the
    programmes in the way.
    """
    clearance = certified.clearance
    return {"may_serve": clearance.may_serve, "in_the_way": clearance.in_the_way}


def certificates_view(
    found: Certificates, called: Called, languages: Sequence[str]
) -> dict[str, Any]:
    """Many people's verdicts; the programmes are named once."""
    programmes = {s.programme.code: s.programme for one in found.people for s in one.standings}
    if found.programme:
        programmes[found.programme.code] = found.programme
    return {
        "programmes": [programme_view(programmes[code], languages) for code in sorted(programmes)],
        "people": [
            {
                "trainee": trainee_view(one.trainee, called, languages),
                **clearance_view(one),
                "verdicts": [
                    {"programme": standing.programme.code, **verdict_view(standing.verdict)}
                    for standing in one.standings
                ],
            }
            for one in found.people
        ],
    }


def _ids(verdict: Verdict, ids: Mapping[int, UUID]) -> list[str]:
    return [str(ids[position]) for position in verdict.evidence]
