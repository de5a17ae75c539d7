"""Short reads find what SQLAlchemy's own find, and fail as those do."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, select
from sqlalchemy.exc import DBAPIError

from lrs.db.compiled_query import CompiledQuery
from lrs.ledger.tables import event
from lrs.service import Lrs
from tests.support.stores import statement, store

_AMONG = CompiledQuery(select(event.c.position), among=event.c.position)
_BY_ID = CompiledQuery(
    select(event.c.position, event.c.originator_id).where(event.c.originator_id == bindparam("of"))
)
_NOWHERE = Table("nowhere", MetaData(schema="ledger"), Column("id", Integer))


@pytest.mark.parametrize("count", [0, 1, 2, 8, 9, 512, 2_000])
def test_however_many_are_asked_for_each_is_found_once(lrs: Lrs, count: int) -> None:
    """Those that are not there, and those named twice, are no rows."""
    store(lrs, *(statement() for _ in range(9)))
    positions = [*range(1, count + 1), *range(1, count % 7)]
    with lrs.databases[0].read.connect() as connection:
        found = sorted(position for (position,) in _AMONG.among(connection, positions))
    assert found == list(range(1, min(count, 9) + 1))


def test_values_go_and_come_as_their_columns_types_say(lrs: Lrs) -> None:
    """A UUID is 16 bytes on SQLite, and none of the answer's business."""
    first, second = store(lrs, statement(), statement())
    with lrs.databases[0].read.connect() as connection:
        assert _BY_ID.all(connection, of=second) == [(2, second)]
        assert _BY_ID.first(connection, of=UUID(int=1)) is None
    assert lrs.ledger.reader.ids_at([1, 2, 3]) == {1: str(first), 2: str(second)}


def test_a_query_that_fails_raises_what_sqlalchemy_would(lrs: Lrs) -> None:
    """So that whoever tells a full disk from a fault of the program's can go on doing it."""
    with (
        lrs.databases[0].read.connect() as connection,
        pytest.raises(DBAPIError, match="nowhere"),
    ):
        CompiledQuery(select(_NOWHERE.c.id)).all(connection)


def test_a_query_within_a_transaction_sees_what_that_sees(lrs: Lrs) -> None:
    """And its end is left to whoever began it."""
    with lrs.projector.reads.snapshot_read("training") as (connection, at):
        store(lrs, statement())
        lrs.projector.runner.catch_up()
        assert connection.in_transaction() or lrs.databases[1].dialect == "sqlite"
        assert lrs.projector.runner.status_reader.in_snapshot(connection, "training").at == at
    with lrs.projector.reads.snapshot_read("training") as (_, at):
        assert at.position == 1
