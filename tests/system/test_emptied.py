"""What the tests themselves stand on: a database that is handed on is as good as a new one."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from lrs import bootstrap
from lrs.settings import Settings
from tests.support.emptied import Emptied
from tests.support.places import Places
from tests.support.postgres import PostgresServer
from tests.support.stores import statement, store


@pytest.fixture
def url(places: Places, postgres: PostgresServer) -> Iterator[str]:
    """A store's database of the test's own."""
    template = places.template("postgresql").ledger_url.rpartition("/")[2]
    yield postgres.create_database("handed_on", template)
    postgres.execute("DROP DATABASE handed_on WITH (FORCE)")


def held(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    names = "SELECT oid::regclass::text FROM pg_class WHERE oid >= 16384 AND relkind = 'r'"
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1".encode()).fetchall()
            for (name,) in connection.execute(names).fetchall()
        }


def test_a_store_that_was_used_holds_again_what_a_new_one_does(url: str) -> None:
    """Though something of it is open still."""
    emptied, new = Emptied(url), held(url)
    lrs = bootstrap.build(Settings(ledger_url=url, views_url=url))
    store(lrs, statement())
    lrs.projector.runner.catch_up()
    assert held(url) != new
    assert emptied.restore(url)
    assert held(url) == new
    lrs.close()


@pytest.mark.parametrize("change", [
    "CREATE INDEX more ON views.line (course)",
    "ALTER TABLE views.line ADD COLUMN more int",
    "ALTER TABLE ledger.event DISABLE TRIGGER append_only",
    "DROP TABLE views.line; CREATE TABLE views.line (id int)",
    "CREATE SCHEMA more",
    "ANALYZE ledger.meta",
    "ALTER DATABASE handed_on SET work_mem = '1MB'",
])  # fmt: skip
def test_one_that_was_changed_in_another_way_is_not_handed_on(url: str, change: str) -> None:
    emptied = Emptied(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(change.encode())
    assert not emptied.restore(url)
