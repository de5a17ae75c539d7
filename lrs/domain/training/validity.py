"""Until when a line is good."""

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
    """A certificate's last day; but what was done again after it counts from its own day. Nothing
    that was done before a certificate was taken back is good for longer than that day. And what
    that rests on.
    """
    done = [completed, *renewals(state.evidence)] if completed else []
    certificate, forfeited = state.certificate, state.forfeited
    if forfeited is None or (certificate and certificate.reference >= forfeited):
        return _of_certificate(certificate, done, months)
    until, grounds = _of_certificate(None, done, months)
    grounds += [certificate.reference, forfeited] if certificate else [forfeited]
    if any(reference.instant > forfeited.instant for reference in done):
        return until, grounds
    day = forfeited.moment.day
    return min(day, until or day), grounds


def _of_certificate(
    certificate: EarnedCertificate | None, done: Sequence[Reference], months: int | None
) -> tuple[date | None, list[Reference]]:
    """The last day of a certificate that was not taken back, and of what was done."""
    earned = [certificate.reference] if certificate else []
    latest = max(done, key=lambda reference: reference.instant, default=None)
    if certificate and certificate.expires:
        renewed = latest is not None and latest.instant > certificate.reference.instant
        if not renewed or months is None:
            return date.fromisoformat(certificate.expires), earned
    if latest is None or months is None:
        return None, earned
    return plus_months(latest.moment.day, months), [latest, *earned]
