"""One course as the store knew it at an earlier position: its statements folded into a file.

The projection's own fold takes the events that may concern the course, out of the log up to there,
and its own queries then answer. The read model of today says which events these are: the statements
whose subject names the course or belongs to it, of the people who have lines that they may count
in, and what the catalogue says of courses, programmes, places and those people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from lrs.db.engine import Options, open_database
from lrs.db.errors import translate_db_errors
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.events import RecordedEvent
from lrs.domain.training.course_resolution import course_of, listings
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import ReadableLog
from lrs.projections.base import Batch, BatchEvent
from lrs.projections.tables import metadata
from lrs.projections.training import catalogue_history, lines, people, subjects
from lrs.projections.training.courses import Course
from lrs.projections.training.projection import TrainingProjection
from lrs.projector.event_batches import log_part

OF_ALL = (EntryKind.COURSE, EntryKind.PROGRAMME, EntryKind.LINK)
"""What the catalogue says of these is folded whole; personnel records of those concerned alone."""


@contextmanager
def course_as_of(
    live: Connection,
    log: ReadableLog,
    course: Course,
    upto: int,
    words: Vocabulary = STANDARD,
    zone: tzinfo = UTC,
) -> Iterator[Connection]:
    """A connection to the tables of the projection `training`, in which the lines of this course
    are as known at position `upto`. `live` is a connection to the present ones.
    """
    projection = TrainingProjection(words, zone)
    with TemporaryDirectory(prefix="zachetka-") as folder:
        file = Path(folder, "course.db")
        database = open_database(f"sqlite:///{file}", Options(durable=False, connections=2))
        try:
            with translate_db_errors(), database.write.begin() as connection:
                metadata.create_all(connection, tables=list(projection.TABLES))
                events = _events(live, log, course, upto)
                within = log_part(log, 1, upto)
                batch = Batch(1, upto, within.find, within.at, events)
                projection.new_fold().apply(batch, connection)
                yield connection
        finally:
            database.close()


def _events(live: Connection, log: ReadableLog, course: Course, upto: int) -> list[BatchEvent]:
    """The events that may concern the course, in the order of the log."""
    concerned = _subjects(live, course, upto)
    persons = {lines.person_of(id_) for id_ in lines.lines_in(live, set(concerned.values()))}
    numbers = people.identifiers(live, persons)
    positions: set[int] = set()
    for row in lines.rows_about(live, numbers):
        if row.subject in concerned and row.position <= upto:
            positions |= {row.position, row.voided or 0}
    statements = log.reader.at(sorted(at for at in positions if at <= upto))
    found: list[BatchEvent] = [row.recorded() for row in statements.values()]
    found += _described(live, log, people.keys_of(live, numbers).values(), upto)
    return sorted(found, key=lambda event: event.position)


def _subjects(live: Connection, course: Course, upto: int) -> dict[int, int]:
    """The subjects that name the course, or belong to it now or as it was described then: by
    number, with the number of the course that each belongs to now.
    """
    history = catalogue_history.history(live, [EntryKind.COURSE])
    entries = [one.entry for one in catalogue_history.current(history, upto)]
    described = listings(entry for entry in entries if entry is not None)
    return {
        subject.id: subject.course
        for subject in subjects.every(live)
        if course.id == subject.course
        or course.iri in subject.names
        or course.iri == course_of(subject.read, described).course
    }


def _described(
    live: Connection, log: ReadableLog, keys: Collection[str], upto: int
) -> Iterator[RecordedEvent]:
    """What the catalogue said of courses, programmes and links, and of these people."""
    history = catalogue_history.history(live, OF_ALL)
    links = [one.entry for one in history if one.kind is EntryKind.LINK and one.entry]
    people_ = _with_linked(set(keys), links)
    history += catalogue_history.of_people(live, people_, [EntryKind.PERSON])
    streams = {entry.stream for entry in history if entry.position <= upto}
    for logged in log.reader.histories(streams):
        if logged.position <= upto:
            event = log.decoded(logged)
            if event is not None:
                yield RecordedEvent(logged.position, logged.stored, event)


def _with_linked(keys: set[str], links: Sequence[JsonObject]) -> set[str]:
    """These identifiers, and those that were ever linked with any of them."""
    pairs = [{link["agent"], link["person"]} for link in links]
    while more := {key for pair in pairs if pair & keys for key in pair} - keys:
        keys |= more
    return keys
