"""Applying the projection `training` to a log held in a list."""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import SHAPES, EntryKind, key_of, stream_of
from lrs.domain.events import EntryWithdrawn, RecordedEvent
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement
from lrs.projections.base import Batch, SplitProjection
from lrs.projections.training.courses import course_by_iri
from lrs.projections.training.projection import TrainingProjection
from lrs.projections.training.statistics import CourseReport, statistics
from tests.domain.stories import STORED, recorded

OTHER = "https://centre.example.org/courses/stress"

Recorded = RecordedStatement | RecordedEvent


def project(
    connection: Connection,
    log: Sequence[Recorded],
    cuts: Collection[int] = (),
) -> None:
    """Applies the log in batches that end at each of the cuts, and at the end."""
    fold = TrainingProjection().new_fold()
    for batch in batches(log, cuts):
        fold.apply(batch, connection)


def batches(log: Sequence[Recorded], cuts: Collection[int]) -> Iterator[Batch]:
    """The log in batches that end at each of the cuts, and at the end."""
    by_id = {s.id: s for s in log if isinstance(s, RecordedStatement)}
    first = 1
    for last in sorted({*cuts, len(log)}):

        def find(ids: Collection[UUID], last: int = last) -> dict[UUID, RecordedStatement]:
            return {i: by_id[i] for i in ids if i in by_id and by_id[i].position <= last}

        def at(positions: Sequence[int]) -> dict[int, RecordedStatement]:
            found = {p: log[p - 1] for p in positions}
            return {p: s for p, s in found.items() if isinstance(s, RecordedStatement)}

        yield Batch(first, last, find, at, log[first - 1 : last])
        first = last + 1


def project_split(
    connection: Connection,
    projection: SplitProjection,
    log: Sequence[Recorded],
    cuts: Collection[int],
    shards: int,
) -> None:
    """Folds the log in that many shards, with a scan for each part between cuts, as other processes
    would: all that goes between them is pickled. The shards are merged in reverse order.
    """
    fold = projection.new_split_fold()
    others = [event for event in log if isinstance(event, RecordedEvent)]
    context = passed_on(fold.begin(others, shards, connection))
    parts: defaultdict[int, list[bytes]] = defaultdict(list)
    for batch in batches(log, cuts):
        scanned = passed_on(projection.scan(batch, context))
        for shard, part in scanned.shards.items():
            parts[shard].append(part)
        fold.write(scanned, batch, connection)
    fold.settle(connection)
    for shard in sorted(parts, reverse=True):
        work = passed_on(fold.work(shard))
        fold.merge(passed_on(projection.fold_shard(work, parts[shard])), connection)
    fold.finish(connection)


def passed_on(value: Any) -> Any:
    """What another process gets of it."""
    return pickle.loads(pickle.dumps(value))


Told = JsonObject | tuple[EntryKind, JsonObject] | tuple[EntryKind, JsonObject, None]


def mixed(*told: Told) -> list[Recorded]:
    """A log of statements, descriptions (kind, entry) and withdrawals (kind, entry, None)."""
    log: list[Recorded] = []
    versions: dict[UUID, int] = {}
    for position, said in enumerate(told, start=1):
        if isinstance(said, dict):
            log.append(recorded(said, position))
            continue
        kind, entry = said[:2]
        stream = stream_of(kind, key_of(kind, entry), b"")
        versions[stream] = version = versions.get(stream, 0) + 1
        event = (
            SHAPES[kind].event_type(stream, version, entry)
            if len(said) == 2
            else EntryWithdrawn(stream, version, "gone")
        )
        log.append(RecordedEvent(position, STORED + position, event))
    return log


def report(connection: Connection, iri: str) -> CourseReport:
    """The figures of a course that was named."""
    course = course_by_iri(connection, iri)
    assert course
    return statistics(connection, course)
