"""What of a line's attempts counts toward a programme: passes, failures, completions and scores,
and waivers of the course.

A line's rule picks one attempt; a programme that has to be renewed looks at all of them. So a
line's state keeps these by time. MOST are kept: the latest, and what may achieve a course before
failures and scores alone.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from typing import Literal, NamedTuple

from lrs.domain.training.reference import Reference
from lrs.domain.training.score import Number

CountingKind = Literal["passed", "failed", "completed", "scored", "waived"]

MOST = 500
_FLEETING = ("failed", "scored")


class EvidenceEntry(NamedTuple):
    """One thing that counts: of which attempt, with which scaled score, and whether it is the
    course's `own` or that of one of its parts.
    """

    reference: Reference
    kind: CountingKind
    attempt: str = ""
    scaled: Number | None = None
    own: bool = True


def note_evidence(entries: list[EvidenceEntry], entry: EvidenceEntry) -> None:
    """Keeps one more among a line's entries, which are changed."""
    insort(entries, entry, key=_reference)
    if len(entries) > MOST:
        # which go does not depend on the order of arrival: the least of all, by one order
        entries.remove(min(entries, key=lambda e: (e.kind not in _FLEETING, e.reference)))


def attempts_until_pass(entries: Sequence[EvidenceEntry]) -> int:
    """The failures before the first pass, and that pass: of the course's own verdicts if it has
    any, else of those of its tests.
    """
    verdicts = [entry for entry in entries if entry.kind in ("passed", "failed")]
    count = 1
    for entry in [entry for entry in verdicts if entry.own] or verdicts:
        if entry.kind == "passed":
            break
        count += 1
    return count


def renewals(entries: Sequence[EvidenceEntry]) -> list[Reference]:
    """The passes of the course itself; and its completions, but of an attempt that failed last."""
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
