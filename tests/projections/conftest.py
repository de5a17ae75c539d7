"""The read models' tables, empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, StaticPool, create_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from lrs.projections.training import Training


@pytest.fixture(scope="module")
def views_engine() -> Iterator[Engine]:
    """An engine on which the projection's tables stand, empty."""
    engine = create_engine("sqlite://", poolclass=StaticPool).execution_options(
        schema_translate_map={"views": None}
    )
    with engine.begin() as connection:
        for table in Training.TABLES:
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
    yield engine
    engine.dispose()


@pytest.fixture
def views(views_engine: Engine) -> Iterator[Connection]:
    """A connection whose changes are undone after the test."""
    with views_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
