"""Explanations of what reports say of a person, as data with words beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lrs.domain.aggregates.catalogue_entry import SHAPES, EntryKind
from lrs.domain.certification.verdict import Verdict
from lrs.domain.time import iso
from lrs.service.replay import (
    Author,
    ClearanceChange,
    EvidenceSource,
    ExplainedStep,
    ExplainedVerdict,
    Explanation,
    LineChange,
    MissingCourse,
    ReportChange,
    Touch,
    TouchKind,
)
from lrs.service.reports.snapshot import PlaceNames
from schemas.fast_serializer import Dumping
from schemas.replay.wording import wording
from schemas.replay.words import ExplanationWords
from schemas.reports.certificates import programme_view, verdict_view
from schemas.reports.courses import course_view
from schemas.reports.fields import title_view
from schemas.reports.people import trainee_view
from schemas.reports.transcripts import LineView

_FACTS = Dumping(
    LineView(
        only=(
            "status",
            "reached",
            "completed",
            "attempts",
            "score",
            "success",
            "hours",
            "sessions_attended",
            "sessions_missed",
            "valid_until",
        )
    )
)
_ENTRIES = {
    TouchKind.LINK: EntryKind.LINK,
    TouchKind.RECORD: EntryKind.PERSON,
    TouchKind.EXEMPTION: EntryKind.EXEMPTION,
    TouchKind.REVOCATION: EntryKind.REVOCATION,
    TouchKind.COURSE: EntryKind.COURSE,
    TouchKind.PROGRAMME: EntryKind.PROGRAMME,
}

Ids = Mapping[int, str]
"""The ids of statements, by position."""


def explanation_view(
    found: Explanation, called: PlaceNames, languages: Sequence[str]
) -> dict[str, Any]:
    """The person, the events with what they changed, and the conclusion."""
    words, conclusion, scope = words_for(found.titles, languages), found.conclusion, found.scope
    clearance = conclusion.certified.clearance
    return {
        "trainee": trainee_view(conclusion.certified.trainee, called, languages),
        "course": course_view(scope.course, languages) if scope.course else None,
        "programme": programme_view(scope.programme, languages) if scope.programme else None,
        "events": [step_view(one, found.ids, words, languages) for one in found.steps],
        "line": _line(found),
        "verdicts": [_verdict(one, found, words, languages) for one in conclusion.verdicts],
        "may_serve": clearance.may_serve,
        "in_the_way": clearance.in_the_way,
        "words": words.clearance(clearance.may_serve, clearance.in_the_way),
    }


def words_for(
    titles: Mapping[str, Mapping[str, str]], languages: Sequence[str]
) -> ExplanationWords:
    """ExplanationWords in the reader's language."""
    return ExplanationWords(wording(languages), titles)


def step_view(
    explained: ExplainedStep, ids: Ids, words: ExplanationWords, languages: Sequence[str]
) -> dict[str, Any]:
    """An event: where it stands in the log, what it is about, who said it, what it changed."""
    step = explained.step
    return {
        "position": step.touch.position,
        "stored": iso(explained.stored),
        "what": step.touch.kind.value,
        "statement": explained.statement,
        "entry": _entry(step.touch),
        "erased": explained.is_erased,
        "by": by_view(explained.by),
        "identifiers": step.touch.identifiers,
        "known_as_theirs": step.were_theirs,
        "outcomes": step.kinds,
        "courses": step.courses,
        "voids": [ids[position] for position in step.touch.targets],
        "words": words.event(explained),
        "changes": changes_view(step.changes, ids, words, languages),
    }


def changes_view(
    changes: Sequence[ReportChange], ids: Ids, words: ExplanationWords, languages: Sequence[str]
) -> list[dict[str, Any]]:
    """What is not the same before an event and after it."""
    return [{**_change(one, ids, languages), "words": words.change(one)} for one in changes]


def by_view(by: Author | None) -> dict[str, Any] | None:
    """Who said it; None where that was not kept, or is erased."""
    return None if by is None else by._asdict()


def _entry(touch: Touch) -> dict[str, Any] | None:
    """The catalogue entry that an event is about, by its kind and key, with its version."""
    if touch.about is None:
        return None
    kind = _ENTRIES[touch.kind]
    key = {name: touch.about[name] for name in SHAPES[kind].key}
    withdrawn = {"withdrawn": True} if touch.is_withdrawal else {}
    return {"kind": kind.value, **key, "version": touch.version, **withdrawn}


def _change(change: ReportChange, ids: Ids, languages: Sequence[str]) -> dict[str, Any]:
    before, after = change.before, change.after
    if isinstance(change, LineChange):
        course = {"id": change.course.iri, **title_view(change.course.title, languages)}
        lines = {"before": _facts(before), "after": _facts(after)}
        return {"what": "line", "course": course, **lines}
    if isinstance(change, ClearanceChange):
        clearances = [one._asdict() for one in (change.before, change.after)]
        return {"what": "may serve", "before": clearances[0], "after": clearances[1]}
    verdicts = [_judged(one, ids) for one in (change.before, change.after)]
    return {
        "what": "verdict",
        "programme": programme_view(change.programme, languages),
        "before": verdicts[0],
        "after": verdicts[1],
    }


def _facts(facts: object) -> Any:
    return None if facts is None else _FACTS.dump(facts)


def _judged(verdict: Verdict | None, ids: Ids) -> dict[str, Any] | None:
    if verdict is None:
        return None
    shown = verdict_view(None, verdict)
    del shown["programme"]
    return {**shown, "evidence": [ids[position] for position in verdict.evidence]}


def _line(found: Explanation) -> dict[str, Any] | None:
    entry = found.conclusion.entry
    if entry is None:
        return None
    return {**_facts(entry.line), "evidence": _evidence(entry.line.evidence, found.evidence)}


def _verdict(
    explained: ExplainedVerdict,
    found: Explanation,
    words: ExplanationWords,
    languages: Sequence[str],
) -> dict[str, Any]:
    programme, verdict = explained.standing
    return {
        **verdict_view(programme_view(programme, languages), verdict),
        "evidence": _evidence(verdict.evidence, found.evidence),
        "missing": _missing(explained, found, languages),
        "words": [words.verdict(explained), *words.missing(explained)],
    }


def _missing(
    explained: ExplainedVerdict, found: Explanation, languages: Sequence[str]
) -> dict[str, Any] | None:
    """What is missing for the next certificate; None where one holds that is not due yet."""
    lack = explained.lack
    if lack is None:
        return None
    rule = lack.rule
    return {
        "version": rule.number,
        "counts_from": lack.since,
        "wanted": rule.wanted,
        "achieved": [
            {"course": one.iri, "on": one.achieved} for one in lack.courses if one.achieved
        ],
        "courses": [_missing_course(one, found, languages) for one in explained.missing],
        "min_score": rule.min_score,
        "min_hours": rule.min_hours,
        "hours": round(lack.milliseconds / 3_600_000, 2) if rule.min_hours else None,
        "valid_until": rule.valid_until,
    }


def _missing_course(
    missing: MissingCourse, found: Explanation, languages: Sequence[str]
) -> dict[str, Any]:
    return {
        "course": course_view(missing.course, languages),
        "equivalents": [course_view(one, languages) for one in missing.equivalents],
        "lines": [
            {
                "course": one.course.iri,
                **_facts(one.line),
                "evidence": _evidence(one.line.evidence, found.evidence),
            }
            for one in missing.entries
        ],
    }


def _evidence(
    positions: Sequence[int], sources: Mapping[int, EvidenceSource]
) -> list[dict[str, Any]]:
    return [
        {
            "statement": sources[position].statement,
            "position": position,
            "stored": iso(sources[position].stored),
            "by": by_view(sources[position].by),
        }
        for position in positions
    ]
