"""The log's tables: the immutable fact, and apart from it the content that may be erased.

`event` holds what is never changed: position, stream, version, topic, stored and a commitment to
the content. `content` holds the content and the salt that ties it to the commitment; a row of it
can be deleted for real while the log, its order and its hashes stay whole.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import (
    event as on,
)

from lrs.columns import UuidKey

metadata = MetaData(schema="ledger")

SCHEMA_VERSION = 1
"""Version of the tables below. A store with another one is refused at start."""

_POSITION = BigInteger().with_variant(Integer, "sqlite")  # an alias of SQLite's rowid


meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=False),
    Column("originator_id", UuidKey, nullable=False),
    Column("originator_version", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    UniqueConstraint("originator_id", "originator_version", name="event_stream"),
    UniqueConstraint("stored", name="event_stored"),
)

# Facts other than statements are few: finding them by topic must not scan the log.
Index(
    "event_topic",
    event.c.topic,
    event.c.position,
    postgresql_where=event.c.topic != "statement-stored",
    sqlite_where=event.c.topic != "statement-stored",
)

content = Table(
    "content",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary(32), nullable=False),
    Column("state", LargeBinary, nullable=False),
)

_POSTGRES_GUARD = """
CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""
_POSTGRES_TRIGGERS = tuple(
    f"CREATE TRIGGER append_only BEFORE {verbs} ON ledger.{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse()"
    for table, verbs in (
        ("event", "UPDATE OR DELETE OR TRUNCATE"),
        ("content", "UPDATE OR TRUNCATE"),
    )
)
_SQLITE_TRIGGERS = tuple(
    f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
    f"SELECT RAISE(ABORT, 'the log is append-only: {verb} on {table} is refused'); END"
    for table, verb in (("event", "UPDATE"), ("event", "DELETE"), ("content", "UPDATE"))
)


def _guard(_target: MetaData, connection: Connection, **_: object) -> None:
    """Make the database itself refuse to rewrite the past."""
    if connection.dialect.name == "postgresql":
        statements: tuple[str, ...] = (_POSTGRES_GUARD, *_POSTGRES_TRIGGERS)
    else:
        statements = _SQLITE_TRIGGERS
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))


on.listen(metadata, "after_create", _guard)
