"""What transcripts and statistics are by definition: decided at once from all that is known.

Nothing here is incremental or knows of batches: first what stands in the catalogue, who is whom
and what is voided, then every line from its outcomes, then every counter from the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from lrs.domain.aggregates.catalogue_entry import KINDS, EntryKind
from lrs.domain.certification.evidence import evidence_in, first_activity
from lrs.domain.certification.grants import Grant, grants
from lrs.domain.certification.rule import rule_of, vouches
from lrs.domain.events import Described, EntryWithdrawn, ProgrammeDescribed
from lrs.domain.identity import representatives
from lrs.domain.time import Moment
from lrs.domain.training.course_resolution import Listings, listings
from lrs.domain.training.course_statistics import Counters, delivered
from lrs.domain.training.line import summary
from lrs.domain.training.line_counters import part_of, sessions_of
from lrs.domain.training.line_state import LineState, concerns, gather, note_voided
from lrs.domain.training.outcomes import outcomes
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement, is_voiding, target_of, voids
from tests.projections.folding import Recorded

States = dict[tuple[str, str], LineState]
"""Lines by person's agent key and course IRI."""


@dataclass
class Whole:
    """Lines by person's agent key and course IRI; counters by course, and by slice."""

    states: States = field(default_factory=dict)
    courses: dict[str, Counters] = field(default_factory=dict)
    slices: dict[tuple[str, str, str], Counters] = field(default_factory=dict)
    earned: dict[tuple[str, str], tuple[date, tuple[Grant, ...]]] = field(default_factory=dict)
    """Begun when, and the grants, by person's agent key and programme."""


def standing(log: Sequence[Recorded]) -> dict[EntryKind, list[JsonObject]]:
    """What is described and not withdrawn, what was described last at the end."""
    last: dict[UUID, tuple[EntryKind, JsonObject]] = {}
    for recorded in log:
        if isinstance(recorded, RecordedStatement):
            continue
        event = recorded.event
        if isinstance(event, Described):
            last.pop(event.originator_id, None)
            last[event.originator_id] = (KINDS[type(event)], event.entry)
        elif isinstance(event, EntryWithdrawn):
            del last[event.originator_id]
    found: dict[EntryKind, list[JsonObject]] = {kind: [] for kind in EntryKind}
    for kind, entry in last.values():
        found[kind].append(entry)
    return found


def voided(statements: Sequence[RecordedStatement]) -> set[UUID]:
    """The ids of what some voiding statement takes out."""
    by_id = {s.id: s for s in statements}
    return {
        target.id
        for s in statements
        if is_voiding(s.statement)
        and (target := by_id.get(target_of(s.statement) or s.id)) is not None
        and voids(s, target)
    }


def by_definition(log: Sequence[Recorded]) -> Whole:
    """Everything at once."""
    statements = [r for r in log if isinstance(r, RecordedStatement)]
    said, voided_ids, whole = standing(log), voided(statements), Whole()
    listed = listings(said[EntryKind.COURSE])
    people = representatives({link["agent"]: link["person"] for link in said[EntryKind.LINK]})
    whole.states = _states(statements, listed, people, voided_ids)
    rules = {entry["id"]: entry.get("attempt_rule", "best") for entry in said[EntryKind.COURSE]}
    offices = {people.get(e["agent"], e["agent"]): e.get("office") for e in said[EntryKind.PERSON]}
    for (who, iri), state in whole.states.items():
        _count(whole, iri, state, rules.get(iri, "best"), offices.get(who))
    whole.slices = {key: counters for key, counters in whole.slices.items() if counters}
    for (iri, by, _), counters in whole.slices.items():
        if by == "session":
            _add(whole.courses[iri], {"delivered": delivered(counters)})
    counted = [one for one in statements if one.id not in voided_ids]

    def vouched(authorities: frozenset[str]) -> States:
        own = [one for one in counted if vouches(one.authority, authorities)]
        return _states(own, listed, people, set())

    _certify(whole, log, people, said[EntryKind.REVOCATION], vouched)
    return whole


def _states(
    statements: Sequence[RecordedStatement],
    listed: Listings,
    people: Mapping[str, str],
    voided_ids: Container[UUID],
) -> States:
    """The lines that these statements make, without those that are gone."""
    states: States = {}
    said_of: set[tuple[str, str, int]] = set()
    for recorded in statements:
        for outcome in outcomes(recorded, listings=listed):
            who = people.get(outcome.trainee, outcome.trainee)
            if not concerns(outcome) or (who, outcome.course, outcome.position) in said_of:
                continue
            said_of.add((who, outcome.course, outcome.position))
            state = states.setdefault((who, outcome.course), LineState())
            if recorded.id in voided_ids:
                note_voided(state, [outcome.position])
            else:
                gather(state, [outcome])
    return states


def _certify(
    whole: Whole,
    log: Sequence[Recorded],
    people: Mapping[str, str],
    revocations: Sequence[JsonObject],
    vouched: Callable[[frozenset[str]], States],
) -> None:
    for code, said in _programmes(log).items():
        versions = [rule_of(entry, n, day) for n, (entry, day) in enumerate(said, start=1)]
        courses = {
            c for rule in versions for c in (*rule.courses, *(e for e, _ in rule.equivalents))
        }
        for who in {who for who, iri in whole.states}:
            states = {i: s for (w, i), s in whole.states.items() if w == who and i in courses}
            done = [reference for state in states.values() if (reference := first_activity(state))]
            if not done:
                continue
            marks = [mark for iri, state in states.items() for mark in evidence_in(iri, state)]
            revoked = [
                date.fromisoformat(r["on"])
                for r in revocations
                if r["programme"] == code and people.get(r["agent"], r["agent"]) == who
            ]
            first = min(done)
            by = {rule.authorities: vouched(rule.authorities) for rule in versions}
            own = {
                authorities: [
                    mark
                    for (w, iri), state in of.items()
                    if w == who and iri in courses
                    for mark in evidence_in(iri, state)
                ]
                for authorities, of in by.items()
            }
            made = tuple(grants(versions, marks, revoked, own))
            whole.earned[who, code] = (Moment(first[0], first[2]).day, made)


def _programmes(log: Sequence[Recorded]) -> dict[str, list[tuple[JsonObject | None, date]]]:
    """All versions of each programme with the day they were stored on; None: withdrawn."""
    codes: dict[UUID, str] = {}
    found: dict[str, list[tuple[JsonObject | None, date]]] = {}
    for recorded in log:
        if isinstance(recorded, RecordedStatement):
            continue
        event, day = recorded.event, Moment(recorded.stored, 0).day
        if isinstance(event, ProgrammeDescribed):
            codes[event.originator_id] = event.entry["code"]
            found.setdefault(event.entry["code"], []).append((event.entry, day))
        elif isinstance(event, EntryWithdrawn) and event.originator_id in codes:
            found[codes[event.originator_id]].append((None, day))
    return found


def _count(whole: Whole, iri: str, state: LineState, rule: Any, office: str | None) -> None:
    part = part_of(summary(state, rule), state, office)
    _add(whole.courses.setdefault(iri, {}), {**part.counters, "lines": 1})
    for by, value in (
        ("office", part.office),
        ("instructor", part.instructor),
        ("month", part.month),
    ):
        if value is not None:
            _add(whole.slices.setdefault((iri, by, value), {}), part.counters)
            _add(whole.slices.setdefault(("", by, value), {}), part.counters)
    if part.office is not None and part.month is not None:
        both = f"{part.office} {part.month}"
        _add(whole.slices.setdefault(("", "office month", both), {}), part.counters)
    for value, counters in sessions_of(state).items():
        _add(whole.slices.setdefault((iri, "session", value), {}), counters)


def _add(total: Counters, more: Counters) -> None:
    for name, number in more.items():
        if number:
            total[name] = total.get(name, 0) + number
