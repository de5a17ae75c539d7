"""How much room read models take."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors

_VIEWS = text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class AS c "
    "JOIN pg_namespace AS n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'views' AND c.relkind = 'r'"
)


def size_of(views: Database) -> int:
    """Bytes on disk of the read models with their indexes; on SQLite of the whole file."""
    if views.dialect == "sqlite":
        return Path(views.read.url.database or "").stat().st_size
    with translate_db_errors(), views.read.connect() as connection:
        return int(connection.scalar(_VIEWS) or 0)
