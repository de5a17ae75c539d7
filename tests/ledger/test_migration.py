"""Making a store, once, whoever comes first; and refusing what is none."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update

from lrs import bootstrap
from lrs.db.engine import Database, open_database, require_utf8
from lrs.domain.errors import Misconfigured, UnknownSchema
from lrs.ledger import Ledger, migrate
from lrs.ledger.tables import meta
from lrs.settings import Settings
from tests.conftest import Place
from tests.support.postgres import PostgresServer
from tests.support.processes import finish, running
from tests.support.stores import now


def make(settings: Settings, folder: Path, number: int) -> None:
    """Migrate and open the store; note the log's id."""
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    (folder / f"log-{number}").write_text(str(lrs.ledger.log_id))
    lrs.close()


def test_eight_processes_may_make_the_store_at_once(settings: Settings, tmp_path: Path) -> None:
    """None fails, and all of them find the same log."""
    with running(make, [[settings, tmp_path, n] for n in range(8)]) as makers:
        finish(makers, 40)
    ids = [file.read_text() for file in tmp_path.glob("log-*")]
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_migrating_again_changes_nothing(settings: Settings) -> None:
    """The command may be repeated before each start."""
    assert bootstrap.migrate(settings) is True
    assert bootstrap.migrate(settings) is False


def test_a_place_without_a_store_is_refused(place: Place) -> None:
    """The message names the command that makes one."""
    database = open_database(place.ledger_url)
    require_utf8(database)  # on SQLite this makes an empty file
    with pytest.raises(UnknownSchema, match="lrs migrate"):
        Ledger(database, now)
    database.close()


def test_a_file_that_does_not_exist_is_refused_and_not_made(tmp_path: Path) -> None:
    """A mistyped path gives the same advice, in a folder that is missing too."""
    for file in (tmp_path / "ledger.db", tmp_path / "missing" / "ledger.db"):
        database = open_database(f"sqlite:///{file}")
        with pytest.raises(UnknownSchema, match="lrs migrate"):
            Ledger(database, now)
        database.close()
        assert not file.exists()


def test_a_store_of_another_version_is_refused(database: Database) -> None:
    """Both the start and another migration say what to do about it."""
    with database.write.begin() as connection:
        version = meta.c.name == "schema_version"
        connection.execute(update(meta).where(version).values(value="999"))
    for refused in (lambda: Ledger(database, now), lambda: migrate(database)):
        with pytest.raises(UnknownSchema, match=r"version 999.*knows 3.*upgrade"):
            refused()


def test_a_postgresql_database_that_is_not_utf8_is_refused(postgres: PostgresServer) -> None:
    """It would take statements and not keep their characters."""
    name = f"test_{uuid4().hex[:12]}"
    postgres.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    database = open_database(postgres.url(name))
    with pytest.raises(Misconfigured, match="SQL_ASCII; it must be UTF-8"):
        migrate(database)
    database.close()
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_sqlite_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """SQLite keeps the encoding a file was made with."""
    database = open_database(f"sqlite:///{tmp_path}/ledger.db")
    with database.read.connect() as connection:
        connection.exec_driver_sql("PRAGMA encoding = 'UTF-16le'")
        connection.exec_driver_sql("CREATE TABLE t (a)")
    with pytest.raises(Misconfigured, match="UTF-16le; it must be UTF-8"):
        migrate(database)
    database.close()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "no url at all"]
)
def test_no_store_opens_where_the_record_would_be_lost(url: str) -> None:
    """Not in memory, not in a database the store does not know."""
    with pytest.raises(Misconfigured):
        open_database(url)


def test_a_new_file_is_waited_for_while_another_process_makes_it(tmp_path: Path) -> None:
    """SQLite does not wait by itself for its turn to make a file one with a write-ahead log."""
    file = tmp_path / "ledger.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (a)")
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.rollback)
    release.start()
    database = open_database(f"sqlite:///{file}")
    assert migrate(database) is True
    release.join()
    other.close()
    database.close()
