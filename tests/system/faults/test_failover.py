"""A store on two servers: it keeps to the primary, whichever that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from lrs import bootstrap
from lrs.db.engine import open_database
from lrs.service import Lrs
from lrs.settings import Settings
from tests.replay.checking import findings, verified
from tests.support.mortal import MortalServer, Standby
from tests.support.postgres import DURABLE
from tests.support.processes import wait_until
from tests.support.stores import copies
from tests.support.varied import tell
from tests.system.faults.web import Web


@dataclass(frozen=True)
class Pair:
    """A primary, and a standby that follows it."""

    primary: MortalServer
    standby: Standby

    @property
    def url(self) -> str:
        """Of both; the standby is named first."""
        ports = self.standby.port, self.primary.port
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in ports)
        return f"postgresql://postgres@/postgres?{hosts}&target_session_attrs=read-write"


@pytest.fixture
def pair() -> Iterator[Pair]:
    primary = MortalServer(DURABLE)
    primary.start()
    standby = Standby(primary)
    standby.start()
    yield Pair(primary, standby)
    primary.remove()
    standby.remove()


@pytest.fixture
def settings(pair: Pair) -> Settings:
    return Settings(ledger_url=pair.url, views_url=pair.url)


@pytest.fixture
def lrs(settings: Settings) -> Iterator[Lrs]:
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    lrs.start()
    yield lrs
    lrs.close()


def test_a_store_goes_on_with_the_standby_that_is_promoted(pair: Pair, lrs: Lrs) -> None:
    """Without a restart; until then it is 503, and nothing acknowledged is lost to a standby that
    is synchronous.
    """
    pair.primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    pair.primary.execute("SELECT pg_reload_conf()")
    web, before, after = Web(lrs), uuid4(), uuid4()
    wait_until(lambda: pair.primary.value("SELECT sync_state FROM pg_stat_replication") == "sync")
    assert web.post(before).status == 200
    pair.primary.crash()
    assert (web.post(uuid4()).status, web.get(before).status) == (503, 503)
    pair.standby.promote()
    wait_until(lambda: web.post(after).status == 200, 60)
    assert (web.get(before).status, web.get(after).status) == (200, 200)
    assert copies(lrs.databases[0], before) == 1


def test_a_dead_machine_is_not_asked_first_again_and_again(pair: Pair) -> None:
    """The host that took the last connection is tried first: one that says nothing costs every
    connection two seconds else.
    """
    database = open_database(pair.url)
    with database.read.connect():
        pair.standby.hang()
        began = monotonic()
        with database.read.connect() as other:
            assert other.scalar(text("SELECT pg_is_in_recovery()")) is False
        assert monotonic() - began < 1
    database.close()


def test_a_standby_alone_is_enough_to_verify_the_store(pair: Pair, lrs: Lrs) -> None:
    """It holds what the primary holds, and no server of the store has more work for that."""
    tell(lrs, 40)
    lrs.projector.runner.catch_up()
    pair.standby.catch_up()
    alone = Settings(ledger_url=pair.standby.url(), views_url=pair.standby.url())
    assert verified(alone).is_clean
    pair.primary.execute("UPDATE views.course SET title = '\"Altered\"' WHERE id = 1")
    pair.standby.catch_up()
    (found,) = findings(alone)
    assert (found["table"], found["kind"], found["key"]) == ("course", "altered", {"id": 1})


def test_a_standby_alone_is_no_store(pair: Pair, lrs: Lrs) -> None:
    """It is behind its primary; a store that reads it would take that for lost events. Both hosts
    together are one database, whose position and log are read in one query.
    """
    assert lrs.projector.runner.status_reader._one_database
    alone = open_database(pair.standby.url())
    with pytest.raises(OperationalError, match="read-only"):
        alone.read.connect()
    alone.close()
