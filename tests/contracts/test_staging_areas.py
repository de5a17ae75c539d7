"""The port StagingArea (lrs/projector/rebuild/staging.py): where a read model is made anew, a
schema of its own on PostgreSQL and a file of its own on SQLite.

One at a time works there, and everybody sees that somebody does. What is made there is not seen by
readers; it takes the live tables' place in one transaction, with its indexes, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, inspect, select

from lrs.db.engine import Database
from lrs.domain.errors import RebuildConflict, Unavailable
from lrs.ledger import Ledger
from lrs.projections.tables import metadata, reading_indexes
from lrs.projector.rebuild.staging import StagingArea, staging_area
from tests.conftest import Place
from tests.projector.conftest import ledger, views
from tests.support.own_projection import Tally, following, marks
from tests.support.own_projection import rows as tally
from tests.support.processes import running, wait_until
from tests.support.stores import statement_event

__all__ = ["ledger", "views"]

TABLES = Tally.TABLES


@pytest.fixture
def live(place: Place, ledger: Ledger) -> None:
    """A read model that is read: one row, whose mark is `attended`."""
    ledger.append([statement_event()])
    with following(place, Tally()) as projector:
        projector.reads.fresh("tally")


@pytest.fixture
def area(live: None, views: Database) -> Iterator[StagingArea]:
    """The place beside it, in which nothing is, and which this test alone uses."""
    area = staging_area(views, "tally")
    with area.locked():
        area.clear()
        area.make()
        yield area
        area.clear()


def fill(area: StagingArea, *verbs: str) -> None:
    """Make the tables there, with a row for each of these, as a rebuild does."""
    with area.database.write.begin() as connection:
        metadata.create_all(connection, tables=list(TABLES))
        for index in reading_indexes(TABLES):
            index.drop(connection)
        for position, verb in enumerate(verbs, start=1):
            connection.execute(insert(tally), {"position": position, "verb": verb})
    area.finish(TABLES)


def count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(tally)) or 0


def test_what_is_made_there_is_not_read(area: StagingArea, views: Database) -> None:
    """It stands under the same names, in another place."""
    fill(area, "new", "newer")
    assert marks(views) == {"attended"}
    with area.database.read.connect() as connection:
        assert count(connection) == 2


def break_off(area: StagingArea, connection: Connection) -> None:
    area.put(connection, TABLES)
    raise EOFError


def test_it_takes_the_live_ones_place_in_one_step(area: StagingArea, views: Database) -> None:
    """Whoever reads before the commit sees the old rows, and afterwards the new ones."""
    fill(area, "new", "newer")
    if views.dialect == "sqlite":  # on PostgreSQL readers wait for the moment that it takes
        with area.swapping(1.0) as connection:
            area.put(connection, TABLES)
            assert marks(views) == {"attended"}
    else:
        with area.swapping(1.0) as connection:
            area.put(connection, TABLES)
    assert marks(views) == {"new", "newer"}


def test_a_swap_that_is_not_committed_has_not_been(area: StagingArea, views: Database) -> None:
    """What was there is there, and what was made can be put another time."""
    fill(area, "new")
    with pytest.raises(EOFError), area.swapping(1.0) as connection:
        break_off(area, connection)
    assert marks(views) == {"attended"}
    with area.swapping(1.0) as connection:
        area.put(connection, TABLES)
    assert marks(views) == {"new"}


def test_the_tables_have_all_their_indexes(area: StagingArea, views: Database) -> None:
    """Also those that only readers need, which are made last."""
    fill(area, "new")
    with area.swapping(1.0) as connection:
        area.put(connection, TABLES)
    schema = None if views.dialect == "sqlite" else "views"
    with views.write.connect() as connection:
        found = inspect(connection).get_indexes("tally", schema=schema)
    assert [index["name"] for index in found] == ["tally_by_verb"]


def test_a_swap_gives_up_where_somebody_is_in_its_way(area: StagingArea, views: Database) -> None:
    """Whoever holds the live table still: Unavailable after as long as it has patience."""
    fill(area, "new")
    with views.write.begin() as holder:
        holder.execute(insert(tally), {"position": 2, "verb": "attended"})
        with pytest.raises(Unavailable), area.swapping(0.1) as connection:
            area.put(connection, TABLES)
    assert marks(views) == {"attended"}


def test_a_place_is_made_with_nothing_in_it(area: StagingArea) -> None:
    """What somebody has left there is thrown away first."""
    fill(area, "left over")
    area.clear()
    area.make()
    fill(area)
    with area.database.read.connect() as connection:
        assert count(connection) == 0


def test_one_at_a_time_works_there(area: StagingArea, views: Database) -> None:
    """Another one is refused at once; the place beside another read model is free."""
    other = staging_area(views, "tally")
    area.require_lock()
    assert other.is_locked()
    with pytest.raises(RebuildConflict, match="already"), other.locked():
        pass
    second = staging_area(views, "another")
    assert not second.is_locked()
    with second.locked():
        second.require_lock()


def test_the_lock_ends_with_whoever_held_it(live: None, views: Database) -> None:
    """Nothing has to expire."""
    area = staging_area(views, "tally")
    with pytest.raises(EOFError), area.locked():
        raise EOFError
    wait_until(lambda: not area.is_locked())
    with area.locked():
        assert area.is_locked()


def hold(place: Place, sign: Path) -> None:
    """A process that works there for as long as it lives."""
    with following(place, Tally()) as projector:
        area = staging_area(projector._views, "tally")
        with area.locked():
            sign.touch()
            wait_until(lambda: False, 60)


def test_the_lock_of_a_process_that_is_killed_ends(
    live: None, place: Place, views: Database, tmp_path: Path
) -> None:
    """Every process sees it for as long as the other lives."""
    area, sign = staging_area(views, "tally"), tmp_path / "holds"
    with running(hold, [[place, sign]]) as (holder,):
        wait_until(sign.exists, 60)
        assert area.is_locked()
        holder.kill()
        holder.join(60)
        wait_until(lambda: not area.is_locked(), 60)
    with area.locked():
        area.clear()
