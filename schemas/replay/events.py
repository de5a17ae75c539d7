"""An event of the log: its place, what it says, what it changed, and what changed it later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrs.domain.time import iso
from lrs.service.replay import EventReport, ExplainedStep, LaterEvent
from schemas.replay.explanations import by_view, changes_view, words_for
from schemas.replay.words import ExplanationWords


def event_view(found: EventReport, languages: Sequence[str]) -> dict[str, Any]:
    """Everything that is known of the event."""
    logged, words = found.logged, words_for(found.titles, languages)
    return {
        "position": logged.position,
        "stored": iso(logged.stored),
        "topic": logged.topic,
        "stream": str(logged.originator_id),
        "version": logged.originator_version,
        "commitment": found.commitment.hex(),
        "erased": found.is_erased,
        "by": by_view(found.by),
        "content": found.content,
        "of": found.of,
        "entry": _entry(found),
        "people": [
            {
                "identifier": effect.identifier,
                "key": effect.trainee.key if effect.trainee else effect.identifier,
                "name": effect.trainee.name if effect.trainee else None,
                **_effect(explained, found, words, languages),
            }
            for effect, explained in found.people
        ],
        "people_named": found.people_named,
        "found_by": found.found_by,
        "read_models": [
            {"projection": one.projection, "state": one.state, "reason": one.reason or None}
            for one in found.read_models
        ],
        "later": [_later(one, words) for one in found.later],
    }


def _entry(found: EventReport) -> dict[str, Any] | None:
    """What the catalogue said before the event, and after it."""
    if found.entry is None:
        return None
    kind, before, after = found.entry.kind.value, found.entry.before, found.entry.after
    return {"kind": kind, "before": before, "after": after}


def _effect(
    explained: ExplainedStep | None,
    found: EventReport,
    words: ExplanationWords,
    languages: Sequence[str],
) -> dict[str, Any]:
    if explained is None:
        return {"changes": [], "words": words.sentence("untouched")}
    changes = changes_view(explained.step.changes, found.ids, words, languages)
    return {"changes": changes, "words": words.event(explained)}


def _later(later: LaterEvent, words: ExplanationWords) -> dict[str, Any]:
    change = later.change
    return {
        "what": change.kind.value,
        "position": change.position,
        "stored": iso(later.stored),
        "statement": later.statement,
        "by": by_view(later.by),
        "subject": change.subject or None,
        "before": change.before or None,
        "after": change.after or None,
        "words": words.later(change),
    }
