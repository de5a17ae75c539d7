"""The start of a program: creates missing projections, and requests rebuilds of those of an older
version.

Older processes go on folding and reading a projection of their version until its successor is
swapped in; this program does not answer from it. It does not touch a projection of a newer version:
to go back, an operator runs `lrs projections rebuild`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from time import sleep
from uuid import uuid4

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.schema import CreateSchema

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.ledger import Ledger, ReadableLog
from lrs.projections.base import Projection, is_newer
from lrs.projections.tables import metadata
from lrs.projector import checkpoints, quarantine, rebuild_requests, schema
from lrs.projector.checkpoints import NOT_BUILT, Checkpoint
from lrs.projector.continuity import reconcile
from lrs.projector.rebuild_requests import RebuildRequest
from lrs.projector.status import MIN_ANNOUNCEMENT

log = structlog.get_logger(__name__)

SHORT = 10_000
"""A missing projection is folded in place, in a second or two, if the log has at most so many
events.
"""


class FoundProjection(Enum):
    """The state in which a start finds a projection."""

    OURS = "as it should be"
    NEWER = "of a newer version"
    OLDER = "of an older version, of other words for training or in another time zone"
    NOTHING = "not there yet"


def prepare(ledger: Ledger, views: Database, projections: Iterable[Projection]) -> None:
    """Create missing projections, and request rebuilds of those that are of an older version or
    have folded events that the log has lost.
    """
    projections = list(projections)
    with _starting(views) as connection:
        schema.make(connection)
        given_up = reconcile(ledger, connection, projections)
    if given_up and ledger.reader.head()[0] <= SHORT:
        sleep(MIN_ANNOUNCEMENT)  # by then present readers have finished, or check again
    with _starting(views) as connection:
        requests = rebuild_requests.read_all(connection)
        for projection in projections:
            at = checkpoints.read(connection, projection.NAME)
            state = _found(projection, at)
            if state is not FoundProjection.OURS:
                log.info("projection-found", projection=projection.NAME, found=state.value)
                if projection.NAME in given_up:
                    requests.pop(projection.NAME, None)
                _mend(ledger, connection, projection, state, requests.get(projection.NAME))


@contextmanager
def _starting(views: Database) -> Iterator[Connection]:
    """A transaction that excludes the starts of other processes."""
    with translate_db_errors(), views.write.begin() as connection:
        if views.dialect == "postgresql":
            connection.execute(_MIGRATION_LOCK)
            connection.execute(CreateSchema("views", if_not_exists=True))
        yield connection


def _found(projection: Projection, at: Checkpoint | None) -> FoundProjection:
    if at is None:
        return FoundProjection.NOTHING
    if is_newer(at.version, projection.VERSION):
        return FoundProjection.NEWER
    if at.version == projection.VERSION:
        return FoundProjection.OURS
    return FoundProjection.OLDER if at.position else FoundProjection.NOTHING


def _mend(
    ledger: Ledger,
    connection: Connection,
    projection: Projection,
    state: FoundProjection,
    request: RebuildRequest | None,
) -> None:
    name, version = projection.NAME, projection.VERSION
    if state is FoundProjection.NEWER:
        return
    requested = request is not None and (
        request.version == version or is_newer(request.version, version)
    )
    if requested and state in (FoundProjection.OLDER, FoundProjection.NOTHING):
        return
    if state is not FoundProjection.OLDER:
        if ledger.reader.head()[0] <= SHORT:
            begin(connection, projection, ledger)
            return
        quarantine.remove(connection, name)
        checkpoints.begin(connection, name, NOT_BUILT, ledger.log_id)
    rebuild_requests.ask(connection, RebuildRequest(name, uuid4().hex, version, True, ledger.now()))


def begin(connection: Connection, projection: Projection, ledger: ReadableLog) -> None:
    """Create the projection in place, with empty tables."""
    tables = list(projection.TABLES)
    # The row first: this waits for the running batch, which would otherwise wait for dropped
    # tables.
    checkpoints.begin(connection, projection.NAME, projection.VERSION, ledger.log_id)
    quarantine.remove(connection, projection.NAME)
    rebuild_requests.remove(connection, projection.NAME)
    metadata.drop_all(connection, tables=tables)
    metadata.create_all(connection, tables=tables)


_MIGRATION_LOCK = select(func.pg_advisory_xact_lock(0x7A61_6368_7669_6577))
