"""Words of statements that tell nothing of training."""

from __future__ import annotations

from typing import Any

from lrs.domain.time import iso
from lrs.service.reports.unrecognised import UnrecognisedReport, UnrecognisedWords


def unrecognised_view(found: UnrecognisedReport, most: int) -> dict[str, Any]:
    """The commonest words, `most` of them, and of how much of the log they are."""
    return {
        "since": iso(found.since),
        "read": {"statements": found.read, "after": found.after, "cut": found.cut},
        "words": [_silent(one) for one in found.words[:most]],
        "left_off": max(0, len(found.words) - most),
        "as_of": {"position": found.position, "consistent_through": iso(found.through)},
    }


def _silent(one: UnrecognisedWords) -> dict[str, Any]:
    return {
        "verb": one.verb,
        "type": one.type,
        "statements": one.statements,
        "nearest": one.nearest,
        "latest": {"id": one.latest, "stored": iso(one.stored)},
    }
