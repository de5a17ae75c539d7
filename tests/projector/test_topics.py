"""Which events a projection gets: those of its topics, whatever they are, in the log's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, insert, select

from lrs.db.engine import Database
from lrs.domain.events import CredentialRevoked, DocumentDeleted, RecordedEvent, StatementStored
from lrs.ledger import Ledger
from lrs.projections.base import STATEMENT_TOPICS, Batch
from lrs.projector.event_batches import BatchSource
from tests.conftest import Place
from tests.support.own_projection import following
from tests.support.stores import statement_event

seen = Table(
    "seen",
    MetaData(schema="views"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", Text, nullable=False),
)


class Both:
    """Notes each event that it is given, statements and deleted documents."""

    NAME: ClassVar[str] = "seen"
    VERSION: ClassVar[int] = 1
    TABLES: ClassVar[Sequence[Table]] = (seen,)
    TOPICS: ClassVar[frozenset[str]] = STATEMENT_TOPICS | {DocumentDeleted.TOPIC}

    def apply(self, batch: Batch, connection: Connection) -> None:
        for event in batch.events:
            topic = StatementStored.TOPIC
            if isinstance(event, RecordedEvent):
                topic = event.event.TOPIC
            connection.execute(insert(seen), {"position": event.position, "topic": topic})

    def new_fold(self) -> Both:
        return self


class Statements(Both):
    """The same of statements alone."""

    TOPICS: ClassVar[frozenset[str]] = STATEMENT_TOPICS


def noted(views: Database) -> list[tuple[int, str]]:
    with views.read.connect() as connection:
        rows = connection.execute(select(seen.c.position, seen.c.topic).order_by(seen.c.position))
        return [(row.position, row.topic) for row in rows]


def fill(ledger: Ledger) -> None:
    stream: UUID = uuid4()
    ledger.append([statement_event(), DocumentDeleted(stream, 1), statement_event()])
    ledger.append([CredentialRevoked(uuid4(), 1), DocumentDeleted(stream, 2)])


def test_a_topic_that_is_folded_with_statements_arrives_among_them(
    place: Place, ledger: Ledger, views: Database
) -> None:
    fill(ledger)
    statement, deleted = StatementStored.TOPIC, DocumentDeleted.TOPIC
    expected = [(1, statement), (2, deleted), (3, statement), (5, deleted)]
    with following(place, Both()) as projector:
        projector.runner.catch_up()
        assert noted(views) == expected
        projector.rebuild(["seen"])
        assert noted(views) == expected


def test_a_projection_gets_no_event_of_another_topic(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """Those of the others come with the same reading of the log."""
    fill(ledger)
    with following(place, Statements()) as projector:
        projector.runner.catch_up()
    assert [position for position, _ in noted(views)] == [1, 3]


def test_projections_that_share_a_reading_get_their_own_topics(ledger: Ledger) -> None:
    """One batch is read for both."""
    fill(ledger)
    both, alone = Both(), Statements()
    source = BatchSource(ledger, [both, alone])
    found = [source.next(projection, (0, None), 100) for projection in (both, alone)]
    positions = [[event.position for event in one.batch.events] for one in found if one]
    assert positions == [[1, 2, 3, 5], [1, 3]]
