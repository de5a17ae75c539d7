"""What changed an event later: voidings, references, links, and what the catalogue said since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.events import (
    CredentialRevoked,
    DocumentBytesPruned,
    DocumentDeleted,
    DocumentStored,
    EntryWithdrawn,
)
from lrs.domain.training.course_resolution import course_of, listings, subject_of_text
from lrs.domain.training.outcomes import Outcome
from lrs.domain.xapi.statement import RecordedStatement, voids
from lrs.ledger import Ledger, LoggedEvent
from lrs.projections.statements.references import referring_to
from lrs.projections.training import catalogue_history, courses
from lrs.projections.training.catalogue_history import HistoryEntry
from replay.person_sources import PersonSources, concerning
from replay.timeline import PersonTimeline


class LaterKind(StrEnum):
    """What happened to an event later."""

    VOIDED = "voided"
    NOT_VOIDED = "not voided"
    """A voiding statement names it, and may not void it, or came after another one."""
    REFERRED = "referred to"
    LINKED = "identifier linked"
    MOVED = "moved to another course"
    MEASURED = "course described"
    """Its course counts another attempt, or is valid for another time."""
    PROGRAMME = "programme described"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"
    PRUNED = "bytes pruned"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class LaterChange:
    """What the event at `position` did to an earlier one; `before` and `after` are courses or
    identifiers, `subject` says of what, where these tell no more.
    """

    position: int
    kind: LaterKind
    subject: str = ""
    before: str = ""
    after: str = ""


def references_to(
    connection: Connection, ledger: Ledger, logged: LoggedEvent, target: RecordedStatement | None
) -> Iterator[LaterChange]:
    """The statements that refer to one, in the order of the log: the first that may void it does.
    Whether one may cannot be told of an erased statement.
    """
    found = referring_to(connection, logged.originator_id)
    statements = ledger.reader.at([one.position for one in found])
    is_voided = False
    for one in found:
        later = statements.get(one.position)
        kind = LaterKind.NOT_VOIDED if one.voiding and target else LaterKind.REFERRED
        if one.voiding and not is_voided and later and target and voids(later.recorded(), target):
            kind, is_voided = LaterKind.VOIDED, True
        yield LaterChange(one.position, kind)


def links_after(sources: PersonSources, identifier: str, position: int) -> Iterator[LaterChange]:
    """The links, and withdrawals of such, by which the identifier became another person's."""
    timeline = PersonTimeline(sources)
    before = timeline.identity(position).representative
    for link in sources.links:
        if link.position > position:
            after = timeline.identity(link.position).representative
            if after != before:
                yield LaterChange(link.position, LaterKind.LINKED, identifier, before, after)
            before = after


def meanings_after(
    connection: Connection, outcomes: Iterable[Outcome], position: int, until: int
) -> Iterator[LaterChange]:
    """The descriptions that moved the outcomes of a statement to another course, that measure its
    course otherwise, or that changed the rule of a programme in which its course counts.
    """
    described = _until(connection, EntryKind.COURSE, until)
    asked_for = _until(connection, EntryKind.PROGRAMME, until)
    for subject in dict.fromkeys(outcome.subject for outcome in outcomes):
        places = list(_places(subject, described))
        yield from _moves(places, position)
        yield from _measures(places, described, position)
        yield from _programmes(places, asked_for, position)


def versions_after(ledger: Ledger, logged: LoggedEvent) -> Iterator[LaterChange]:
    """The event that follows in the same stream: what was described, stored or created was
    described otherwise, withdrawn, deleted or revoked then.
    """
    for one in ledger.reader.history(logged.originator_id):
        if one.originator_version == logged.originator_version + 1:
            yield LaterChange(one.position, _FOLLOWING.get(one.topic, LaterKind.REPLACED))


_FOLLOWING = {
    EntryWithdrawn.TOPIC: LaterKind.WITHDRAWN,
    DocumentDeleted.TOPIC: LaterKind.DELETED,
    CredentialRevoked.TOPIC: LaterKind.REVOKED,
}


def pruning_of(ledger: Ledger, logged: LoggedEvent) -> Iterator[LaterChange]:
    """The event that says that the bytes of a document's version were deleted."""
    if logged.topic != DocumentStored.TOPIC:
        return
    for page in ledger.reader.pages([DocumentBytesPruned.TOPIC]):
        for one in page:
            event = ledger.decoded(one)
            if isinstance(event, DocumentBytesPruned) and logged.position in event.positions:
                yield LaterChange(one.position, LaterKind.PRUNED)


_Place = tuple[int, str]
"""From which position on a subject belongs to which course."""


def _places(subject: str, described: Sequence[HistoryEntry]) -> Iterator[_Place]:
    read = subject_of_text(subject)
    yield 0, course_of(read).course
    relevant = concerning(described, {read.object, *(iri for _, iri in read.around)})
    for count, one in enumerate(relevant, start=1):
        current = catalogue_history.current(relevant[:count])
        listed = listings(entry.entry for entry in current if entry.entry)
        yield one.position, course_of(read, listed).course


def _moves(places: Sequence[_Place], position: int) -> Iterator[LaterChange]:
    for (_, before), (at, after) in pairwise(places):
        if at > position and before != after:
            yield LaterChange(at, LaterKind.MOVED, "", before, after)


def _measures(
    places: Sequence[_Place], described: Sequence[HistoryEntry], position: int
) -> Iterator[LaterChange]:
    measures: dict[str, tuple[object, object]] = {}
    streams: dict[object, str] = {}
    for one in described:
        entry = one.entry or {}
        iri = streams.setdefault(one.stream, entry.get("id", ""))
        before = measures.get(iri, ("best", None))
        after = entry.get("attempt_rule", "best"), entry.get("valid_months")
        measures[iri] = after
        if one.position > position and before != after and iri == _course_at(places, one.position):
            yield LaterChange(one.position, LaterKind.MEASURED, iri)


def _programmes(
    places: Sequence[_Place], described: Sequence[HistoryEntry], position: int
) -> Iterator[LaterChange]:
    last: dict[object, HistoryEntry] = {}
    for one in described:
        before = last.get(one.stream)
        last[one.stream] = one
        entries = [version.entry for version in (before, one) if version and version.entry]
        asked = {iri for entry in entries for iri in courses.courses_in(entry)}
        if one.position > position and _course_at(places, one.position) in asked:
            yield LaterChange(one.position, LaterKind.PROGRAMME, entries[-1]["code"])


def _course_at(places: Sequence[_Place], position: int) -> str:
    return [course for at, course in places if at <= position][-1]


def _until(connection: Connection, kind: EntryKind, until: int) -> list[HistoryEntry]:
    history = catalogue_history.history(connection, [kind])
    return [one for one in history if one.position <= until]
