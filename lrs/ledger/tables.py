"""The log's tables: the immutable events, and separately their content, which may be erased.

`event` holds what never changes: position, stream, version, topic, stored and a commitment to the
content. `content` holds the content and the salt of its commitment. A row of `content` can be
deleted; the log, its order and its hashes stay complete. `blob` and `blob_chunk` hold the bytes of
attachments and documents, `document_owner` the random keys from which the ids of documents' streams
are computed; their rows can be deleted too.

`blob_account` holds, for each hash, the key whose request sent the bytes and how many documents
still need them; `space_used` holds the sums by key. Both change, as do the tables of pruning
(`document_bytes`, `pruning`, `blob_discard`): all of it follows from the log and the stored bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    insert,
    not_,
)
from sqlalchemy import (
    event as on,
)

from lrs.db.types import UuidKey

metadata = MetaData(schema="ledger")

SCHEMA_VERSION = 3
"""The version of the tables below. Version 2 added those of blobs and documents, version 3 those
that count and prune bytes. The program does not start if the store has another version.
"""

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

# Events other than statements are few: finding them by topic must not scan the log.
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

blob = Table(
    "blob",
    metadata,
    Column("sha2", LargeBinary(32), primary_key=True),
    Column("size", BigInteger, nullable=False),
)

blob_chunk = Table(
    "blob_chunk",
    metadata,
    Column("sha2", LargeBinary(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

document_owner = Table(
    "document_owner",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("key", LargeBinary(32), nullable=False),
)

blob_account = Table(
    "blob_account",
    metadata,
    Column("sha2", LargeBinary(32), primary_key=True),
    # the name of the key whose request sent the bytes; empty if unknown
    Column("key", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    # whether the bytes are, or may be, an attachment's: then they are never pruned
    Column("kept", Boolean, nullable=False),
    # how many versions of documents need the bytes, as far as the log was read
    Column("uses", BigInteger, nullable=False),
    # since when none needs them: the `stored` of the event that superseded the last one
    Column("superseded", BigInteger),
)
_PRUNABLE = and_(blob_account.c.superseded.is_not(None), not_(blob_account.c.kept))
Index(
    "blob_account_superseded",
    blob_account.c.superseded,
    postgresql_where=_PRUNABLE,
    sqlite_where=_PRUNABLE,
)

space_used = Table(
    "space_used",
    metadata,
    Column("key", Text, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)

# The versions of State documents whose bytes are stored, as far as the log was read.
document_bytes = Table(
    "document_bytes",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=False),
    Column("sha2", LargeBinary(32), nullable=False, index=True),
)

FOLLOWED, NEXT = "followed", "next"
"""The rows of `pruning`: the position up to which the log was read, and the time of the next
pruning in microseconds since the epoch.
"""

pruning = Table(
    "pruning",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Hashes of pruned bytes whose files are still to be removed from the folder.
blob_discard = Table("blob_discard", metadata, Column("sha2", LargeBinary(32), primary_key=True))

_POSTGRES_GUARD = """
CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""
REFUSED = {
    event: ("UPDATE", "DELETE", "TRUNCATE"),
    content: ("UPDATE", "TRUNCATE"),
    blob: ("UPDATE",),
    blob_chunk: ("UPDATE",),
}


def _guard(_target: MetaData, connection: Connection, *, tables: list[Table], **_: object) -> None:
    """Create the triggers by which the database refuses changes of the log, with its tables."""
    on_postgres = connection.dialect.name == "postgresql"
    if on_postgres:
        connection.exec_driver_sql(_POSTGRES_GUARD.replace("%", "%%"))
    for table in tables:
        verbs = REFUSED.get(table, ())
        triggers = _on_postgres(table, verbs) if on_postgres else _on_sqlite(table, verbs)
        for trigger in triggers:
            connection.exec_driver_sql(trigger)


def _on_postgres(table: Table, verbs: Sequence[str]) -> list[str]:
    trigger = (
        f"CREATE TRIGGER append_only BEFORE {' OR '.join(verbs)} ON ledger.{table.name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse()"
    )
    return [trigger] if verbs else []


def _on_sqlite(table: Table, verbs: Sequence[str]) -> list[str]:
    name = table.name
    return [
        f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {name} BEGIN "
        f"SELECT RAISE(ABORT, 'the log is append-only: {verb} on {name} is refused'); END"
        for verb in verbs
        if verb != "TRUNCATE"  # which SQLite does not have
    ]


# A role that may append must also be able to count and prune bytes. `lrs migrate` runs as the
# owner, the only role that can grant these rights.
_POSTGRES_RIGHTS = """
DO $$
DECLARE writer regrole;
BEGIN
    FOR writer IN
        SELECT DISTINCT a.grantee::regrole FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = 'ledger.event'::regclass AND a.privilege_type = 'INSERT'
            AND a.grantee NOT IN (0, c.relowner)
    LOOP
        EXECUTE format('GRANT DELETE ON ledger.blob, ledger.blob_chunk TO %s', writer);
        EXECUTE format('GRANT UPDATE, DELETE ON ledger.blob_account, ledger.document_bytes, '
            'ledger.blob_discard, ledger.space_used, ledger.pruning TO %s', writer);
    END LOOP;
END $$
"""


def grant_rights(connection: Connection) -> None:
    """On PostgreSQL, grant every role that may append the rights to count and prune."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES_RIGHTS.replace("%", "%%"))


def _begin(_target: MetaData, connection: Connection, *, tables: list[Table], **_: object) -> None:
    """Start at the log's beginning, with the first pruning due at once."""
    if pruning in tables:
        rows = [{"name": name, "value": 0} for name in (FOLLOWED, NEXT)]
        connection.execute(insert(pruning), rows)


on.listen(metadata, "after_create", _guard)
on.listen(metadata, "after_create", _begin)
