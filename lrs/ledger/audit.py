"""What an audit of the log reads: every row with its salt, the order within streams, the triggers.

Nothing here writes. Each function reads in constant memory, and none trusts a constraint of the
database: whoever altered a row may have dropped the constraint first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, bindparam, case, func, select, text

from lrs.db.compiled_query import CompiledQuery
from lrs.db.engine import Database, snapshot_transaction
from lrs.db.errors import translate_db_errors
from lrs.ledger.queries import LARGE
from lrs.ledger.tables import REFUSED, content, event

PAGE = 500
"""Events that are read at once; contents above LARGE bytes are read one by one."""


class AuditedEvent(NamedTuple):
    """A row of the log as the driver gives it, whatever the types of its values are. `salt` and
    `state` are None once the content is erased.
    """

    position: Any
    stored: Any
    stream: Any
    version: Any
    topic: Any
    commitment: Any
    salt: Any
    state: Any
    size: int | None


class Misplaced(NamedTuple):
    """An event that does not continue its stream: its version, and the version and the position of
    the event before it in the stream, None at the stream's beginning.
    """

    position: int
    stream: UUID | bytes
    version: Any
    version_before: Any
    position_before: int | None


_SIZE = func.length(content.c.state)
_ROWS: Select[Any] = (
    select(
        event.c.position,
        event.c.stored,
        event.c.originator_id,
        event.c.originator_version,
        event.c.topic,
        event.c.commitment,
        content.c.salt,
        case((_SIZE <= LARGE, content.c.state)).label("state"),
        _SIZE.label("size"),
    )
    .select_from(event.outerjoin(content, content.c.position == event.c.position))
    .where(event.c.position > bindparam("after"), event.c.position <= bindparam("until"))
    .order_by(event.c.position)
    .limit(bindparam("limit"))
)
_PAGE = CompiledQuery(_ROWS, plain=True)
_STATE = select(content.c.state).where(content.c.position == bindparam("at"))
_BEFORE_ALL = -(2**63)
AFTER_ALL = 2**63 - 1
"""A position after all that there can be."""


def rows(database: Database, until: int) -> Iterator[Sequence[AuditedEvent]]:
    """All events at or below that position, by the page, in the order of their positions."""
    after = _BEFORE_ALL
    while True:
        with translate_db_errors(), database.read.connect() as connection:
            page = _PAGE.all(connection, after=after, until=until, limit=PAGE)
        if not page:
            return
        yield [AuditedEvent(*row) for row in page]
        after = page[-1][0]


def state_of(database: Database, audited: AuditedEvent) -> Any:
    """The content of an event, also of one whose content is large."""
    if audited.state is not None or audited.size is None:
        return audited.state
    with translate_db_errors(), database.read.connect() as connection:
        return connection.scalar(_STATE, {"at": audited.position})


_OWN = event.alias("own")
_LEFT_BEHIND = (
    select(content.c.position)
    .where(
        content.c.position > bindparam("after"),
        content.c.position < bindparam("before"),
        ~select(_OWN.c.position).where(_OWN.c.position == content.c.position).exists(),
    )
    .order_by(content.c.position)
    .limit(bindparam("limit"))
)


def contents_without_event(database: Database, after: int | None, before: int) -> Iterator[int]:
    """The positions between these two at which there is a content, but no event."""
    last = _BEFORE_ALL if after is None else after
    while True:
        asked = {"after": last, "before": before, "limit": PAGE}
        with translate_db_errors(), database.read.connect() as connection:
            found = connection.scalars(_LEFT_BEHIND, asked).all()
        yield from found
        if len(found) < PAGE:
            return
        last = found[-1]


_VERSION = event.c.originator_version


def _before(column: Column[Any]) -> ColumnElement[Any]:
    """That column of the event before in the stream."""
    order = (_VERSION, event.c.position)
    return func.lag(column).over(partition_by=event.c.originator_id, order_by=order)


_ORDERED = (
    select(
        event.c.position,
        event.c.originator_id,
        _VERSION,
        _before(_VERSION).label("version_before"),
        _before(event.c.position).label("position_before"),
    )
    .where(event.c.position <= bindparam("until"))
    .subquery()
)
_MISPLACED = select(_ORDERED).where(
    (_ORDERED.c.originator_version != func.coalesce(_ORDERED.c.version_before, 0) + 1)
    | (_ORDERED.c.position_before > _ORDERED.c.position)
)


def misplaced(database: Database, until: int) -> Iterator[Misplaced]:
    """The events at or below that position whose version is not the one after that of the event
    before them in their stream, or whose position is not after it. Versions begin at 1.
    """
    with translate_db_errors(), snapshot_transaction(database) as connection:
        if database.dialect == "postgresql":  # reading it all and sorting is faster than an index
            connection.exec_driver_sql("SET LOCAL enable_seqscan = on")
        query = _MISPLACED.execution_options(yield_per=PAGE)
        for row in connection.execute(query, {"until": until}):
            yield Misplaced(*row)


_TRIGGERS = {
    "sqlite": text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"),
    # tgtype: 1 for each row, 2 before, 8 DELETE, 16 UPDATE, 32 TRUNCATE (pg_trigger.h)
    "postgresql": text(
        "SELECT c.relname, t.tgtype, p.prosrc FROM pg_trigger AS t"
        " JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid"
        " WHERE c.relnamespace = 'ledger'::regnamespace AND t.tgenabled IN ('O', 'A')"
        " AND t.tgqual IS NULL AND t.tgattr = ''"
    ),
}
_BITS = {"DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_ROW, _BEFORE = 1, 2


def unguarded(database: Database) -> list[tuple[str, str]]:
    """The tables, each with an SQL verb that no trigger in force refuses on it and should."""
    with translate_db_errors(), database.read.connect() as connection:
        found = connection.execute(_TRIGGERS[database.dialect]).all()
    refuses = _refused_on_postgres if database.dialect == "postgresql" else _refused_on_sqlite
    refused = {(table, verb) for table, *what in found for verb in refuses(table, *what)}
    wanted = ((t.name, verb) for t, verbs in REFUSED.items() for verb in verbs)
    if database.dialect == "sqlite":  # which has no TRUNCATE
        wanted = (each for each in wanted if each[1] != "TRUNCATE")
    return [each for each in wanted if each not in refused]


def _refused_on_postgres(_table: str, kind: int, source: str) -> list[str]:
    words = " ".join(source.split())
    if kind & _ROW or not kind & _BEFORE or not words.startswith("BEGIN RAISE EXCEPTION"):
        return []
    return [verb for verb, bit in _BITS.items() if kind & bit]


def _refused_on_sqlite(table: str, _name: str, sql: str) -> list[str]:
    words = " ".join(sql.split())
    return [
        verb for verb in _BITS if f" BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT," in words
    ]
