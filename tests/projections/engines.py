"""Databases with nothing in them but the empty tables of a projection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.schema import CreateSchema

from lrs.db.engine import Options, open_database
from lrs.projections.tables import metadata
from tests.support.postgres import PostgresServer


@contextmanager
def standing(
    request: pytest.FixtureRequest, folder: pytest.TempPathFactory, tables: Sequence[Table]
) -> Iterator[Engine]:
    """An engine on the backend that the fixture is asked for, on which the tables stand."""
    url = f"sqlite:///{folder.mktemp('views')}/views.db"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database(f"views_{uuid4().hex[:12]}")
    database = open_database(url, Options(durable=False))
    with database.write.begin() as connection:
        if request.param == "postgresql":
            connection.execute(CreateSchema("views"))
        metadata.create_all(connection, tables=list(tables))
    yield database.write
    database.close()


@contextmanager
def undone(engine: Engine) -> Iterator[Connection]:
    """A connection whose changes are undone at the end."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
