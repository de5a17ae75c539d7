"""Verdicts: who is certified, and who may serve visitors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrs.domain.certification.verdict import Verdict
from lrs.service.reports import ProgrammeRules
from lrs.service.reports.certifications import (
    Certificates,
    Certified,
    RecordedVerdict,
    VerdictsWithEvidence,
)
from lrs.service.reports.snapshot import PlaceNames
from schemas.reports.authorities import authorities_view, authority_view
from schemas.reports.fields import title_view
from schemas.reports.people import trainee_view, trainee_views


def programme_view(programme: ProgrammeRules, languages: Sequence[str]) -> dict[str, Any]:
    return {"code": programme.code, **title_view(programme.title, languages)}


def verdict_view(programme: Any, verdict: Verdict) -> dict[str, Any]:
    """A verdict in a programme, without what it rests on. By hand, taken apart at once: an answer
    may hold tens of thousands.
    """
    status, applies, before, version, due_by, completed, since, until, renewal, _ = verdict
    return {
        "programme": programme,
        "status": status,
        "applies": applies,
        "before_visitors": before,
        "version": version,
        "due_by": due_by,
        "completed": completed,
        "valid_from": since,
        "valid_until": until,
        "renewal_from": renewal,
    }


def founded_view(
    founded: VerdictsWithEvidence, called: PlaceNames, languages: Sequence[str]
) -> dict[str, Any]:
    """One person's verdicts with their evidence."""
    certified, ids = founded.certified, founded.statements
    return {
        "trainee": trainee_view(certified.trainee, called, languages),
        **clearance_view(certified),
        "verdicts": [
            {
                **verdict_view(programme_view(programme, languages), verdict),
                "evidence": [ids[position] for position in verdict.evidence],
                "authority": authority_view(verdict.evidence, founded.authorities),
            }
            for programme, verdict in certified.standings
        ],
        "authorities": authorities_view(founded.authorities),
    }


def clearance_view(certified: Certified) -> dict[str, Any]:
    """Whether somebody may serve visitors, null where that is not known, and the codes of the
    programmes in the way.
    """
    clearance = certified.clearance
    return {"may_serve": clearance.may_serve, "in_the_way": clearance.in_the_way}


def certificates_view(
    found: Certificates, called: PlaceNames, languages: Sequence[str]
) -> dict[str, Any]:
    """Many people's verdicts; the programmes are named once."""
    programmes = {} if found.programme is None else {found.programme.code: found.programme}
    shown: dict[int, dict[str, Any]] = {}

    known = shown.get

    def view(standing: RecordedVerdict) -> dict[str, Any]:
        """Made once for each object: those without a certificate are many people's."""
        programme, verdict = standing
        programmes[programme.code] = programme
        made = shown[id(standing)] = verdict_view(programme.code, verdict)
        return made

    trainee = trainee_views(called, languages)
    people = [
        {
            "trainee": trainee(one.trainee),
            **clearance_view(one),
            "verdicts": [known(id(standing)) or view(standing) for standing in one.standings],
        }
        for one in found.people
    ]
    named = [programme_view(programmes[code], languages) for code in sorted(programmes)]
    return {"programmes": named, "people": people}
