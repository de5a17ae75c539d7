"""How durable the connections of a store are, by what the database itself says of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from lrs import bootstrap
from lrs.db.engine import wait_for_disk
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import Place
from tests.support.postgres import PostgresServer


@pytest.fixture
def lrs(made: Place, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Lrs]:
    """A store in a database whose own settings are PostgreSQL's, and not those of quick tests."""
    if made.backend == "sqlite":
        lrs = bootstrap.build(settings)
        yield lrs
        lrs.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = made.ledger_url.rpartition("/")[2]
    server.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    lrs = bootstrap.build(settings)
    yield lrs
    lrs.close()
    server.execute(f"ALTER DATABASE {name} RESET synchronous_commit")


def says(engine: Engine, question: str) -> str:
    with engine.connect() as connection:
        return str(connection.exec_driver_sql(question).scalar_one())


def test_what_is_appended_waits_for_the_disk(lrs: Lrs) -> None:
    """On each connection over which the log is written: SQLite's FULL is 2."""
    log, _ = lrs.databases
    for engine in {log.write, log.pipeline}:
        if log.dialect == "sqlite":
            assert (says(engine, "PRAGMA journal_mode"), says(engine, "PRAGMA synchronous")) == (
                "wal",
                "2",
            )
        else:
            assert says(engine, "SHOW synchronous_commit") == "on"


def test_read_models_need_not_wait(lrs: Lrs) -> None:
    """They are made from the log again: SQLite's NORMAL is 1."""
    _, views = lrs.databases
    if views.dialect == "sqlite":
        assert says(views.write, "PRAGMA journal_mode") == "wal"
        assert says(views.write, "PRAGMA synchronous") == "1"
    else:
        assert says(views.write, "SHOW synchronous_commit") == "off"


def test_a_transaction_of_read_models_can_wait_for_the_disk(lrs: Lrs) -> None:
    """That one alone: the next one on the connection does not."""
    _, views = lrs.databases
    question = "PRAGMA synchronous" if views.dialect == "sqlite" else "SHOW synchronous_commit"
    with views.write.begin() as connection:
        wait_for_disk(connection)
        waits = connection.exec_driver_sql(question).scalar_one()
    assert str(waits) == ("1" if views.dialect == "sqlite" else "on")
    assert says(views.write, question) in ("1", "off")
