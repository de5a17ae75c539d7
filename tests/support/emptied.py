"""A store's PostgreSQL database, used by one test after another: it is made as it was."""

from __future__ import annotations

import psycopg
from psycopg import Connection

_OTHERS_ENDED = """
    SELECT bool_and(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

# Whatever was made, altered, dropped, swapped or analysed shows here. Writing rows and emptying
# tables does not: neither changes an object's id, nor its columns.
_BY_ID = """
    SELECT '{0}', count(*), sum(oid::bigint), sum(xmin::text::bigint) FROM {0} UNION ALL
"""
_OBJECTS = f"""
    {"".join(map(_BY_ID.format, ("pg_attrdef", "pg_constraint", "pg_extension", "pg_namespace")))}
    {"".join(map(_BY_ID.format, ("pg_proc", "pg_trigger", "pg_type")))}
    SELECT 'pg_attribute', count(*), sum(attrelid::bigint), sum(xmin::text::bigint)
    FROM pg_attribute UNION ALL
    SELECT 'pg_class', count(*), sum(oid::bigint), sum(hashtext(relname)) FROM pg_class UNION ALL
    SELECT 'pg_statistic', count(*), 0, 0 FROM pg_statistic WHERE starelid >= 16384 UNION ALL
    SELECT 'pg_largeobject', count(*), 0, 0 FROM pg_largeobject_metadata UNION ALL
    SELECT 'pg_db_role_setting', count(*), 0, 0 FROM pg_db_role_setting
"""

_TABLES = """
    SELECT oid::regclass::text, pg_relation_size(oid) > 0 FROM pg_class
    WHERE oid >= 16384 AND relkind = 'r' ORDER BY oid
"""


class Emptied:
    """What such a database holds while it is new, to compare with and to restore."""

    def __init__(self, url: str) -> None:
        """Of the database there, which nobody has used."""
        with psycopg.connect(url, autocommit=True) as connection:
            self._objects = connection.execute(_OBJECTS).fetchall()
            used = connection.execute("SELECT 1 FROM pg_sequences WHERE last_value IS NOT NULL")
            assert used.fetchone() is None, "restored sequences begin anew"
            self._rows = {
                name: _copied(connection, name)
                for name, is_filled in connection.execute(_TABLES)
                if is_filled
            }

    def restore(self, url: str) -> bool:
        """Give the database there back what it held; whether that can be told to be all."""
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.execute(_OTHERS_ENDED).fetchone() == (False,):
                return False
            if connection.execute(_OBJECTS).fetchall() != self._objects:
                return False
            filled = [name for name, is_filled in connection.execute(_TABLES) if is_filled]
            # Without its triggers, of which some keep the log as it is.
            connection.execute("SET session_replication_role = replica")
            with connection.transaction():
                connection.execute(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY".encode())
                for name, rows in self._rows.items():
                    into = f"COPY {name} FROM STDIN (FORMAT binary)"
                    with connection.cursor().copy(into.encode()) as copy:
                        copy.write(rows)
        return True


def _copied(connection: Connection, name: str) -> bytes:
    with connection.cursor().copy(f"COPY {name} TO STDOUT (FORMAT binary)".encode()) as out:
        return b"".join(bytes(block) for block in out)
