"""SQLite: the staging area is a file of its own, from which the swap copies the tables.

The projections' file has one writer; a separate file does not block it. The rebuild lock is the
lock of another file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table

from lrs.db.engine import Database, Options, open_database
from lrs.db.errors import translate_db_errors
from lrs.db.file_lock import FileLock
from lrs.domain.errors import RebuildConflict, Unavailable
from lrs.file_access import make_folder
from lrs.projections.tables import metadata


class SqliteStaging:
    """A file in a folder next to the projections' file."""

    def __init__(self, views: Database, projection: str) -> None:
        self._views = views
        self._projection = projection
        live = Path(views.write.url.database or "")
        self._folder = live.with_name(f"{live.name}.beside")
        self._file = self._folder / f"{projection}.db"
        self._lock = FileLock(self._folder / f"{projection}.claim", views.group_access)
        self._made: Database | None = None

    @property
    def database(self) -> Database:
        if self._made is None:
            options = Options(durable=False, group_access=self._views.group_access)
            self._made = open_database(f"sqlite:///{self._file}", options)
        return self._made

    @contextmanager
    def locked(self) -> Iterator[None]:
        with translate_folder_errors():
            make_folder(self._folder, self._views.group_access)
        with self._lock.held(self._is_under_way):
            yield

    def is_locked(self) -> bool:
        return self._lock.is_held()

    def _is_under_way(self) -> RebuildConflict:
        return RebuildConflict("rebuild-under-way", projection=self._projection)

    def require_lock(self) -> None:
        """The lock ends with the process, and not before."""

    def clear(self) -> None:
        if self._made is not None:
            self._made.close()
            self._made = None
        with translate_folder_errors():
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)

    def make(self) -> None:
        """SQLite creates the file with its first table."""

    def finish(self, tables: Sequence[Table]) -> None:
        """Not needed: the swap creates the indexes of the tables that it copies into."""

    @contextmanager
    def swapping(self, patience: float) -> Iterator[Connection]:
        with translate_db_errors(), self._views.write.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("ATTACH DATABASE ? AS beside", (str(self._file),))
            try:
                driver.execute(
                    "BEGIN"
                )  # BEGIN IMMEDIATE would block folding into the staged tables
                with connection.begin():
                    connection.exec_driver_sql("UPDATE projection SET name = name WHERE false")
                    yield connection
            finally:
                driver.execute("DETACH DATABASE beside")

    def put(self, connection: Connection, tables: Sequence[Table]) -> None:
        for table in tables:
            _copy(connection, table)


@contextmanager
def translate_folder_errors() -> Iterator[None]:
    """Raise Unavailable if the folder cannot be used."""
    try:
        yield
    except OSError as error:
        raise Unavailable("unavailable") from error


def _copy(connection: Connection, table: Table) -> None:
    """Copy the rows, then create the indexes: sorting once is faster than inserting in order."""
    metadata.drop_all(connection, tables=[table])
    metadata.create_all(connection, tables=[table])
    for index in table.indexes:
        index.drop(connection)
    # Identifiers are this program's own.
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    connection.exec_driver_sql(
        f'INSERT INTO main."{table.name}" ({names}) '  # noqa: S608
        f'SELECT {names} FROM beside."{table.name}"'
    )
    for index in table.indexes:
        index.create(connection)
