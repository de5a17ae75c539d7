"""Creates the log's tables and checks their version. Safe to repeat and to run concurrently."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, inspect, select, text, update
from sqlalchemy.schema import CreateSchema

from lrs.db.engine import Database, require_utf8
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import NoStore, UnknownSchema
from lrs.ledger.adoption import adopt
from lrs.ledger.append import lock
from lrs.ledger.blobs import Blobs, BlobTable
from lrs.ledger.tables import SCHEMA_VERSION, grant_rights, meta, metadata


def migrate(database: Database, *, log_id: UUID | None = None, blobs: Blobs | None = None) -> bool:
    """Create the missing tables, under the append lock. Returns whether any were missing.

    Tables of an earlier version are upgraded, and the bytes in `blobs` (by default those in the
    database) are counted. Raises Misconfigured for a database that is not UTF-8, UnknownSchema for
    tables of a later version of the program.
    """
    require_utf8(database)
    with translate_db_errors(), database.write.begin() as connection:
        lock(connection)
        if database.dialect == "postgresql":
            connection.execute(CreateSchema("ledger", if_not_exists=True))
        schema = "ledger" if database.dialect == "postgresql" else None
        if inspect(connection).has_table("meta", schema=schema):
            return _upgrade(connection, blobs or BlobTable(database))
        _make_tables(connection)
        values = {"schema_version": str(SCHEMA_VERSION), "log_id": str(log_id or uuid4())}
        connection.execute(insert(meta), [{"name": k, "value": v} for k, v in values.items()])
        return True


def _make_tables(connection: Connection) -> None:
    metadata.create_all(connection)
    grant_rights(connection)


def _upgrade(connection: Connection, blobs: Blobs) -> bool:
    """Whether the tables were of an earlier version. All versions so far only added tables."""
    rows = connection.execute(select(meta.c.name, meta.c.value)).all()
    current = dict(map(tuple, rows)).get("schema_version", "")
    if not current.isdigit() or int(current) >= SCHEMA_VERSION:
        _require(rows)
        return False
    _make_tables(connection)
    adopt(connection, blobs)
    version = update(meta).where(meta.c.name == "schema_version")
    connection.execute(version.values(value=str(SCHEMA_VERSION)))
    return True


def log_identity(database: Database) -> UUID:
    """The log's own id, which was made with its tables. Raises NoStore if there is no log,
    UnknownSchema for a log of another version.
    """
    missing = NoStore(f"There is no store at {database.url}: run `lrs migrate` first.")
    if database.dialect == "sqlite" and not Path(database.read.url.database or "").exists():
        raise missing  # without connecting, which would create an empty file
    with translate_db_errors(), database.read.connect() as connection:
        exists = text(
            "SELECT to_regclass('ledger.meta') IS NOT NULL"
            if database.dialect == "postgresql"
            else "SELECT count(*) FROM sqlite_master WHERE name = 'meta'"
        )
        if not connection.execute(exists).scalar_one():
            raise missing
        return _require(connection.execute(select(meta.c.name, meta.c.value)).all())


def _require(rows: object) -> UUID:
    values = dict(rows)  # type: ignore[call-overload]
    version = values.get("schema_version")
    if version != str(SCHEMA_VERSION):
        raise UnknownSchema(
            f"The store has schema version {version}, this program knows {SCHEMA_VERSION}: "
            "run `lrs migrate` if the program is the newer one, else upgrade the program."
        )
    return UUID(values["log_id"])
