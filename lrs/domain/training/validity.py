"""The last valid day of a line, from its certificates and completions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lrs.domain.certification.calendar import plus_months
from lrs.domain.training.evidence_log import renewals
from lrs.domain.training.line_state import EarnedCertificate, LineState
from lrs.domain.training.reference import Reference


def validity(
    state: LineState, completed: Reference | None, months: int | None
) -> tuple[date | None, list[Reference]]:
    """The last valid day, None if there is none, and the statements that it rests on. `completed`
    is the ground of a finished line, `months` for how many months the course is valid.

    It is the last day that the certificate states. A later completion replaces that by its own day
    plus `months`. After a forfeiture only later completions count; without any, the line is valid
    at most to the day of the forfeiture.
    """
    completions = [completed, *renewals(state.evidence)] if completed else []
    certificate, forfeited = state.certificate, state.forfeited
    if forfeited is None or (certificate and certificate.reference >= forfeited):
        return _of_certificate(certificate, completions, months)
    until, grounds = _of_certificate(None, completions, months)
    grounds += [certificate.reference, forfeited] if certificate else [forfeited]
    if any(reference.instant > forfeited.instant for reference in completions):
        return until, grounds
    day = forfeited.moment.day
    return min(day, until or day), grounds


def _of_certificate(
    certificate: EarnedCertificate | None, completions: Sequence[Reference], months: int | None
) -> tuple[date | None, list[Reference]]:
    """The last valid day by completions and a certificate without a forfeiture; its grounds."""
    earned = [certificate.reference] if certificate else []
    latest = max(completions, key=lambda reference: reference.instant, default=None)
    if certificate and certificate.expires:
        is_renewed = latest is not None and latest.instant > certificate.reference.instant
        if not is_renewed or months is None:
            return date.fromisoformat(certificate.expires), earned
    if latest is None or months is None:
        return None, earned
    return plus_months(latest.moment.day, months), [latest, *earned]
