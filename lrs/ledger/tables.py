"""The log's tables: the immutable event, and apart from it the content that may be erased.

`event` holds what is never changed: position, stream, version, topic, stored and a commitment to
the content. `content` holds the content and the salt that ties it to the commitment; a row of it
can be deleted for real while the log, its order and its hashes stay whole. `blob` and `blob_chunk`
hold the bytes of attachments and documents, `document_owner` the random keys that documents'
streams are named under; they can be deleted in the same way.

`blob_account` says of each of these bytes whose request brought them and who still needs them,
`space_used` adds them up by key. Both change, as do the notes of pruning (`document_bytes`,
`pruning`, `blob_discard`): what they hold follows from the log and the bytes that are there.
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
"""Version of the tables below; 2 added those of blobs and documents, 3 those that count bytes and
prune them. A store with another one is refused at start.
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
    # the name of the key whose request brought the bytes; empty where nobody knows
    Column("key", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    # whether an attachment is these bytes, or may be: then pruning keeps off them
    Column("kept", Boolean, nullable=False),
    # how many versions of documents need them, as far as the log was followed
    Column("uses", BigInteger, nullable=False),
    # since when none does: the `stored` of the event that superseded the last one
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

# The State versions whose bytes are there, as far as the log was followed.
document_bytes = Table(
    "document_bytes",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=False),
    Column("sha2", LargeBinary(32), nullable=False, index=True),
)

FOLLOWED, NEXT = "followed", "next"
"""The position up to which the log was followed, and when it is to be pruned next, in microseconds
since the epoch.
"""

pruning = Table(
    "pruning",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Files of pruned bytes that are still to be removed from the folder.
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
    """Make the database itself refuse to rewrite the past, as its tables are made."""
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


# Whoever may append must also be able to count and to prune. `lrs migrate` runs as the owner, who
# alone can hand these rights on.
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
    """Give every role that may append what counting and pruning need, on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES_RIGHTS.replace("%", "%%"))


def _begin(_target: MetaData, connection: Connection, *, tables: list[Table], **_: object) -> None:
    """The log is yet to be followed from its beginning, and to be pruned for the first time."""
    if pruning in tables:
        rows = [{"name": name, "value": 0} for name in (FOLLOWED, NEXT)]
        connection.execute(insert(pruning), rows)


on.listen(metadata, "after_create", _guard)
on.listen(metadata, "after_create", _begin)
