"""How the log is searched while the append lock is held: by an index, however long the log is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from lrs.db.engine import Database
from lrs.ledger.append import appending, existing
from tests.support.stores import now


@pytest.mark.parametrize("count", [1, 2, 400, 900])
def test_taken_streams_are_found_by_an_index(database: Database, count: int) -> None:
    """A statement that is sent again must not cost more the longer the log is."""
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL has statistics to plan by, and none in an empty table")
    plans: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        plans.extend(row[-1] for row in cursor.fetchall())

    with appending(database, now) as (connection, _):
        event.listen(connection, "before_cursor_execute", explain)
        assert existing(connection, [(uuid4(), 1) for _ in range(count)]) == {}
    assert len(plans) >= count
    assert not [plan for plan in plans if plan.startswith("SCAN")]
