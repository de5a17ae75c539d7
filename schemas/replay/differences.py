"""What differs between two moments, as data with words beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrs.domain.time import iso
from lrs.service.replay import Differences, PersonDifference
from lrs.service.reports.snapshot import PlaceNames
from schemas.replay.explanations import Ids, changes_view, step_view, words_for
from schemas.reports.people import trainee_view


def differences_view(
    found: Differences, called: PlaceNames, languages: Sequence[str]
) -> dict[str, Any]:
    """The people of whom anything differs, each with the events that did it."""
    before = found.before
    return {
        "since": {"position": before.position, "consistent_through": iso(before.through)},
        "compared": found.compared,
        "people": [_person(one, found.ids, called, languages) for one in found.people],
    }


def _person(
    one: PersonDifference, ids: Ids, called: PlaceNames, languages: Sequence[str]
) -> dict[str, Any]:
    words = words_for(one.titles, languages)
    return {
        "trainee": trainee_view(one.trainee, called, languages),
        "changes": changes_view(one.changes, ids, words, languages),
        "events": [step_view(step, ids, words, languages) for step in one.steps],
    }
