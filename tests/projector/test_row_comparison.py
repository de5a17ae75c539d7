"""Two copies of a table compared: what differs is told by key, however a database sorts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, insert, text

from lrs.db import scanning
from lrs.db.engine import Database, Options, open_database, snapshot_transaction
from lrs.db.types import UuidKey
from lrs.projector.checksum import RowDigest
from lrs.projector.row_comparison import RowDifference, compare_tables
from tests.conftest import Place
from tests.support.examples import drawn


@pytest.fixture
def views(made: Place) -> Iterator[Database]:
    database = open_database(made.views_url)
    yield database
    database.close()


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'scratch.db'}", Options(durable=False))
    yield database
    database.close()


def table(collation: str | None = None) -> Table:
    return Table(
        "compared",
        MetaData(schema="views"),
        Column("name", Text(collation=collation), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("id", UuidKey),
        Column("is_true", Boolean),
    )


Rows = dict[tuple[str, int], bool | None]
NAMES = st.text(st.sampled_from("aBbéяЯ-_ 1\U0001f600"), max_size=3)
ROWS = st.dictionaries(st.tuples(NAMES, st.integers(0, 3)), st.none() | st.booleans(), max_size=12)


def fill(database: Database, made: Table, rows: Rows) -> None:
    with database.write.begin() as connection:
        made.drop(connection, checkfirst=True)
        made.create(connection)
        for (name, number), is_true in rows.items():
            row = {"name": name, "number": number, "is_true": is_true}
            connection.execute(insert(made), row)


def compared(
    views: Database, scratch: Database, made: Sequence[Table]
) -> tuple[list[RowDifference], RowDigest]:
    digest = RowDigest()
    with ExitStack() as stack:
        served, folded = (stack.enter_context(snapshot_transaction(d)) for d in (views, scratch))
        return [*compare_tables(served, folded, made, digest)], digest


def collation(views: Database) -> str | None:
    """One that sorts otherwise than by code points, where the database has one."""
    if views.dialect == "sqlite":
        return None
    with views.read.connect() as connection:
        query = text("SELECT collname FROM pg_collation WHERE collname = 'en-x-icu'")
        found: str | None = connection.scalar(query)
        return found


@settings(
    max_examples=drawn(200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ours=ROWS, theirs=ROWS, page=st.integers(1, 5))
def test_each_row_that_differs_is_told_once(
    views: Database, scratch: Database, ours: Rows, theirs: Rows, page: int
) -> None:
    """However the rows are cut into pages; a row is missing, one too many, or altered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "PAGE", page)
        fill(views, table(collation(views)), ours)
        fill(scratch, table(), theirs)
        found, digest = compared(views, scratch, [table()])
    told = {(one.key["name"], one.key["number"]): one.kind.value for one in found}
    assert len(told) == len(found)
    assert digest.rows == len(theirs)
    assert told == {
        key: "extra" if key not in theirs else "missing" if key not in ours else "altered"
        for key in ours.keys() | theirs.keys()
        if ours.get(key, "none") != theirs.get(key, "none")
    }


def test_values_that_only_one_database_has_are_told_by_their_type(
    scratch: Database, tmp_path: Path
) -> None:
    """SQLite takes a text where a number is due; that ends no comparison."""
    other = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    made = table()
    rows: Any = {("a", 1): True, ("a", "one"): True, ("b", 2): True}
    fill(other, made, {key: rows[key] for key in (("a", 1), ("b", 2))})
    fill(scratch, made, {})
    with scratch.write.begin() as connection:
        for name, number in rows:
            connection.exec_driver_sql(
                "INSERT INTO compared (name, number, is_true) VALUES (?, ?, 1)", (name, number)
            )
    (one,), _ = compared(other, scratch, [made])
    other.close()
    assert (one.kind.value, one.key) == ("missing", {"name": "a", "number": "one"})
