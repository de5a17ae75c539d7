"""The evidence of a line's attempts for programmes: passes, failures, completions, scores, and
waivers of the course.

A line's rule picks one attempt, but a programme with renewals needs all of them. So a line's state
keeps these entries by time, at most MOST: beyond that the oldest failure or score is dropped, and
only without any of these the oldest other entry.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from typing import Literal, NamedTuple

from lrs.domain.training.reference import Reference
from lrs.domain.training.score import Number

CountingKind = Literal["passed", "failed", "completed", "scored", "waived"]

MOST = 500
_DROPPED_FIRST = ("failed", "scored")


class EvidenceEntry(NamedTuple):
    """One result that counts: its kind, the registration of its attempt, its scaled score, and
    whether it is the course's `own` or that of one of its parts.
    """

    reference: Reference
    kind: CountingKind
    attempt: str = ""
    scaled: Number | None = None
    own: bool = True


def note_evidence(entries: list[EvidenceEntry], entry: EvidenceEntry) -> None:
    """Adds an entry to a line's entries, which are changed."""
    insort(entries, entry, key=_reference)
    if len(entries) > MOST:
        # dropping the least by a total order makes the result independent of the order of arrival
        entries.remove(min(entries, key=lambda e: (e.kind not in _DROPPED_FIRST, e.reference)))


def attempts_until_pass(entries: Sequence[EvidenceEntry]) -> int:
    """The number of failures before the first pass, plus one for that pass: among the course's own
    verdicts if it has any, else among those of its tests.
    """
    verdicts = [entry for entry in entries if entry.kind in ("passed", "failed")]
    count = 1
    for entry in [entry for entry in verdicts if entry.own] or verdicts:
        if entry.kind == "passed":
            break
        count += 1
    return count


def renewals(entries: Sequence[EvidenceEntry]) -> list[Reference]:
    """The passes of the course itself, and its completions except in an attempt whose last verdict
    is a failure.
    """
    own = [entry for entry in entries if entry.own]
    last = {entry.attempt: entry.kind for entry in own if entry.kind in ("passed", "failed")}
    return [
        entry.reference
        for entry in own
        if entry.kind == "passed"
        or (entry.kind == "completed" and last.get(entry.attempt) != "failed")
    ]


def _reference(entry: EvidenceEntry) -> Reference:
    return entry.reference
