"""Whom a part of the log may have concerned: candidates, by the number of their person today."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, Connection, bindparam, or_, select

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.projections.training import catalogue_history, lines, staff, subjects
from lrs.projections.training.courses import Course
from lrs.projections.training.lines import outcome
from lrs.projections.training.people import trainee

_AFTER, _UPTO = bindparam("after", type_=BigInteger), bindparam("upto", type_=BigInteger)
_TOUCHED = (
    select(trainee.c.person)
    .join_from(outcome, trainee, trainee.c.id == outcome.c.trainee)
    .where(
        or_(
            outcome.c.position.between(_AFTER + 1, _UPTO),
            outcome.c.voided.between(_AFTER + 1, _UPTO),
        )
    )
    .distinct()
)
_EVERYBODY = select(trainee.c.person).distinct()

OF_ANYBODY = (EntryKind.COURSE, EntryKind.PROGRAMME)
"""What is said of these may change what holds for anybody."""

OF_PEOPLE = (EntryKind.PERSON, EntryKind.LINK, EntryKind.EXEMPTION, EntryKind.REVOCATION)


def touched(connection: Connection, after: int, upto: int) -> set[int]:
    """Those of whom the events after one position, up to another, may have changed something."""
    entries_between = [
        one
        for one in catalogue_history.history(connection, [*OF_ANYBODY, *OF_PEOPLE])
        if after < one.position <= upto
    ]
    if any(one.kind in OF_ANYBODY for one in entries_between):
        return set(connection.scalars(_EVERYBODY))
    streams = {one.stream for one in entries_between}
    entries = [one.entry for one in catalogue_history.of_streams(connection, streams) if one.entry]
    keys = {entry[name] for entry in entries for name in ("agent", "person") if name in entry}
    found = set(connection.scalars(_TOUCHED, {"after": after, "upto": upto}))
    return ever_linked(connection, found | _persons(connection, keys))


def in_office(connection: Connection, code: str) -> set[int]:
    """Those whose personnel record ever named the office."""
    history = catalogue_history.history(connection, [EntryKind.PERSON])
    entries = (one.entry for one in history if one.entry is not None)
    keys = {one["agent"] for one in entries if one.get("office") == code}
    return ever_linked(connection, _persons(connection, keys))


def in_course(connection: Connection, course: Course) -> set[int]:
    """Those who have statements that name the course, or an activity that it ever listed."""
    history = catalogue_history.history(connection, [EntryKind.COURSE])
    entries = [one.entry for one in history if one.entry and one.entry["id"] == course.iri]
    names = {course.iri, *(iri for entry in entries for iri in entry.get("activities", ()))}
    about = {
        subject.course
        for subject in subjects.every(connection)
        if course.id == subject.course or not names.isdisjoint(subject.names)
    }
    persons = {lines.person_of(id_) for id_ in lines.lines_in(connection, {course.id, *about})}
    return ever_linked(connection, persons)


def ever_linked(connection: Connection, numbers: set[int]) -> set[int]:
    """These people, and those with whom they were one person at any time, over any number of
    links: what was known then may be told under any of them.
    """
    history = catalogue_history.history(connection, [EntryKind.LINK])
    links = [(one.entry["agent"], one.entry["person"]) for one in history if one.entry]
    known = staff.known_by(connection, {key for link in links for key in link})
    pairs = [{known[key].id for key in link if key in known} for link in links]
    found = set(numbers)
    while more := {number for pair in pairs if pair & found for number in pair} - found:
        found |= more
    return found


def _persons(connection: Connection, keys: Collection[str]) -> set[int]:
    return {one.id for one in staff.known_by(connection, keys).values()}
