"""Rebuilds through a proxy that closes what is silent for too long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import ClassVar

import pytest
from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, Table, Text, func, select

from lrs.db import keepalive
from lrs.db.engine import Database
from lrs.domain.errors import Unavailable
from lrs.ledger import Ledger
from lrs.projections.base import Batch
from lrs.projections.tables import READING
from lrs.projector import Projector
from lrs.projector.batch_runner import BatchRunner
from lrs.projector.rebuild import job
from tests.conftest import Place
from tests.support.examples import SOAKS
from tests.support.own_projection import Tally, following, leftovers, quarantined, tallied
from tests.support.postgres import PostgresServer
from tests.support.processes import wait_until
from tests.support.proxy import Proxy
from tests.support.stores import statement_event

CUT = 1.0 if SOAKS else 0.6
"""Seconds of silence after which the proxy closes a connection."""

pytestmark = pytest.mark.parametrize("place", ["postgresql"], indirect=True)


@pytest.fixture
def proxy(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setattr(keepalive, "INTERVAL", CUT / 4)
    proxy = Proxy(postgres.port, CUT)
    yield proxy
    proxy.close()


@pytest.fixture
def distant(place: Place, views: Database, postgres: PostgresServer, proxy: Proxy) -> Place:
    """The store as it is reached through the proxy; its database can make indexes slowly."""
    with views.write.begin() as connection:
        connection.exec_driver_sql(_LAZILY)
    url = place.ledger_url.replace(f":{postgres.port}/", f":{proxy.port}/")
    return Place("postgresql", url, url)


_LAZILY = """
CREATE FUNCTION public.lazily(value text, seconds float) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN PERFORM pg_sleep(seconds); RETURN value; END $$
"""


def tables(*seconds: float) -> tuple[Table, ...]:
    """The table of a tally, with an index for each of these, whose making takes so long a row."""
    made = Table(
        "tally",
        MetaData(schema="views"),
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("verb", Text, nullable=False),
    )
    for n, wait in enumerate(seconds):
        Index(f"tally_lazy_{n}", func.public.lazily(made.c.verb, wait), info=READING)
    return (made,)


class Leisurely(Tally):
    """Takes its time over everything, but never says nothing for as long as the proxy allows."""

    TABLES: ClassVar[Sequence[Table]] = tables(CUT / 2, CUT / 2, CUT / 2)

    def apply(self, batch: Batch, connection: Connection) -> None:
        for _ in range(3):
            connection.execute(select(1))
            sleep(CUT / 2)
        super().apply(batch, connection)

    def new_fold(self) -> Leisurely:
        return self


def test_a_rebuild_outlives_a_proxy_that_closes_idle_connections(
    distant: Place, place: Place, ledger: Ledger, views: Database, proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Each phase takes longer than a connection may be silent: folding, making indexes,
    waiting for a long report to end, comparing.
    """
    slow(monkeypatch, BatchRunner, "step")
    slow(monkeypatch, BatchRunner, "checksum")
    slow(monkeypatch, job, "checksum")
    ledger.append([statement_event()])
    with following(distant, Tally(), Leisurely()) as projector, ThreadPoolExecutor(1) as pool:
        projector.runner.catch_up()
        with views.write.begin() as report:
            report.execute(select(func.count()).select_from(Tally.TABLES[0]))
            rebuild = pool.submit(projector.rebuild, ["tally"], compare=True)
            wait_until(lambda: "tally_lazy_2" in indexes(views), 90)
            sleep(2 * CUT)
        (done,) = rebuild.result(90)
    assert (done.same, tallied(views), leftovers(place)) == (True, [1], [])
    assert proxy.cut > 0


def slow(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """Have that take longer, before it begins, than a connection may be silent."""
    act: Callable[..., object] = getattr(owner, name)

    def slowly(*arguments: object) -> object:
        sleep(1.5 * CUT)
        return act(*arguments)

    monkeypatch.setattr(owner, name, slowly)


def indexes(views: Database) -> set[str]:
    """The names of all indexes there are by now."""
    with views.read.connect() as connection:
        return set(connection.exec_driver_sql("SELECT indexname FROM pg_indexes").scalars())


class Endless(Tally):
    """Has an index whose making is one statement that takes longer than the proxy allows."""

    TABLES: ClassVar[Sequence[Table]] = tables(15 * CUT)


def test_a_long_statement_that_is_cut_says_which_timeouts_to_set(
    distant: Place, place: Place, ledger: Ledger, views: Database
) -> None:
    """What was there is still read; nothing is left of the copy, though PostgreSQL is still at
    work on it; and the next rebuild, past the proxy, takes it up.
    """
    ledger.append([statement_event()])
    with following(place, Tally()) as projector:
        projector.runner.catch_up()
    began = monotonic()
    with (
        following(distant, Tally(), Endless()) as projector,
        pytest.raises(Unavailable, match="timeout client") as error,
    ):
        projector.rebuild(["tally"])
    assert error.value.code == "connection-cut"
    assert monotonic() - began < 10 * CUT
    assert (tallied(views), leftovers(place)) == ([1], [])
    with following(place, Tally(), Leisurely()) as projector:
        assert [done.position for done in projector.rebuild(["tally"])] == [1]


def test_a_rebuild_in_the_background_that_was_cut_is_taken_up_again(
    distant: Place, place: Place, ledger: Ledger, views: Database, projector: Projector
) -> None:
    """Why it failed can be seen meanwhile; whoever reaches the database otherwise makes it."""
    ledger.append([statement_event()])
    projector.runner.catch_up()
    projector.rebuilds.ask("tally")
    with following(distant, Tally(), Endless()) as cut:
        cut.start()
        wait_until(lambda: "timeout client" in (failure(views) or ""), 60)
    assert leftovers(place) == []
    projector.start()
    wait_until(lambda: failure(views) is None, 60)
    assert (tallied(views), quarantined(views)) == ([1], [])


def failure(views: Database) -> str | None:
    """What stands in the database as the reason why it could not be made."""
    with views.read.connect() as connection:
        query = "SELECT error FROM views.projection WHERE name = 'tally'"
        found: str | None = connection.exec_driver_sql(query).scalar()
        return found
