"""What each database does in its own way: the append without conflicts, and a look at the head."""

from __future__ import annotations

from collections.abc import Callable

from lrs.db.engine import Database, begin_without_waiting
from lrs.ledger.append import (
    AppendGroup,
    AppendResult,
    BytesMissing,
    Head,
    StoredAt,
    appending,
    by_the_clock,
    insert_rows,
    read_head,
)
from lrs.ledger.sqlite import append_as_writer


def append(
    database: Database,
    taken: Callable[[], AppendGroup],
    now: Callable[[], int],
    stored_at: StoredAt = by_the_clock,
) -> AppendResult:
    """Append what `taken` gives, in a transaction of its own. Raises BytesMissing.

    `taken` is called as late as can be: with a connection in hand, on SQLite with the right to
    append. The quicker ways leave all dates to the clock: an invented past takes the other one.
    """
    if stored_at is not by_the_clock:
        with appending(database, now) as (connection, head):
            rows, needing = taken()
            if needing:
                raise BytesMissing  # let the exact way look
            return insert_rows(connection, rows, head, stored_at)
    if database.dialect == "postgresql":
        from lrs.ledger.postgres import append_at_once  # which needs psycopg

        return append_at_once(database.pipeline, taken)
    return append_as_writer(database.write, taken, now)


def quiet_head(database: Database, now: Callable[[], int]) -> Head | None:
    """The head, read while no append is in flight; None if one is. Never waits."""
    if database.dialect == "postgresql":
        from lrs.ledger import postgres  # which needs psycopg

        return postgres.quiet_head(database.pipeline)
    with begin_without_waiting(database) as connection:
        return None if connection is None else read_head(connection, now)
