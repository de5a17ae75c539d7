"""The read models' tables, empty, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.schema import CreateSchema

from lrs.db.engine import Options, open_database
from lrs.projections.tables import metadata
from lrs.projections.training.projection import TrainingProjection
from tests.conftest import BACKENDS


@pytest.fixture(scope="module", params=BACKENDS)
def views_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An engine on which the projection's tables stand, empty."""
    url = f"sqlite:///{tmp_path_factory.mktemp('views')}/views.db"
    if request.param == "postgresql":
        name = f"views_{uuid4().hex[:12]}"
        url = request.getfixturevalue("postgres").create_database(name)
    database = open_database(url, Options(durable=False))
    with database.write.begin() as connection:
        if request.param == "postgresql":
            connection.execute(CreateSchema("views"))
        metadata.create_all(connection, tables=list(TrainingProjection.TABLES))
    yield database.write
    database.close()


@pytest.fixture
def views(views_engine: Engine) -> Iterator[Connection]:
    """A connection whose changes are undone after the test."""
    with views_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
