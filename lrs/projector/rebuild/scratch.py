"""Folding a log from its start into tables of their own, which nobody reads yet."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.ledger import ReadableLog
from lrs.projections.base import Projection
from lrs.projections.tables import metadata, reading_indexes
from lrs.projector import schema
from lrs.projector.batch_runner import LARGE_BATCH, BatchRunner
from lrs.projector.rebuild.split import OnPosition, SplitFailed, Workers, fold_split
from lrs.projector.startup import begin

log = structlog.get_logger(__name__)


def begin_tables(
    database: Database, projections: Sequence[Projection], source: ReadableLog
) -> None:
    """Create the empty tables of these projections, without the indexes that only readers need."""
    with translate_db_errors(), database.write.begin() as connection:
        metadata.create_all(connection, tables=list(schema.TABLES))
        for projection in projections:
            begin(connection, projection, source)
            for index in reading_indexes(projection.TABLES):
                index.drop(connection)


def fold_from_start(
    source: ReadableLog,
    database: Database,
    projections: Sequence[Projection],
    workers: Workers,
    progress: OnPosition = lambda _: None,
    *,
    for_readers: bool = True,
) -> None:
    """Fold the whole of this log into new tables, and create their indexes: without `for_readers`
    only those that folding needs.

    The work is split among the workers. If an event cannot be folded, this process folds the log
    again, batch by batch, to find that event.
    """
    begin_tables(database, projections, source)
    try:
        fold_split(source, database, projections, workers, progress)
    except SplitFailed as error:
        log.warning("folding-begins-again", error=str(error))
        begin_tables(database, projections, source)
        fold_on(source, database, projections, progress)
    if not for_readers:
        return
    with translate_db_errors(), database.write.begin() as connection:
        for projection in projections:
            for index in reading_indexes(projection.TABLES):
                index.create(connection)


def fold_on(
    source: ReadableLog,
    database: Database,
    projections: Sequence[Projection],
    progress: OnPosition = lambda _: None,
) -> None:
    """Fold what these tables do not hold yet of this log."""
    BatchRunner(source, database, projections, LARGE_BATCH).catch_up(progress=progress)
