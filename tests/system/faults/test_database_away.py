"""A database that is stopped, hung or locked: a prompt 503, and then everything goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from lrs import bootstrap
from lrs.domain.errors import Unavailable
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import Place
from tests.support.postgres import PostgresServer
from tests.support.processes import running, wait_until
from tests.support.stores import appending, copies, statement, store
from tests.system.faults.web import Web

BOUND = 8.0
"""Seconds within which a client is to hear that the database is away."""

AWAY = frozenset({"unavailable", "outcome-unknown", "write-timeout"})
"""A write may have been refused, given up, or sent before the database went."""


@pytest.fixture
def web(mortal_lrs: Lrs) -> Web:
    return Web(mortal_lrs)


@pytest.fixture
def known(web: Web) -> UUID:
    """A statement stored before the trouble."""
    id = uuid4()
    assert web.post(id).status == 200
    return id


def require_503_then_recovery(web: Web, lrs: Lrs, known: UUID, server: PostgresServer) -> None:
    """What a client meets while the server is away, and after it has come back."""
    unsure = uuid4()
    for answer in (web.post(unsure), web.get(known)):
        assert (answer.status, answer.retry_after) == (503, "2")
        assert answer.code in AWAY
        assert answer.seconds < BOUND
    server.resume()
    wait_until(lambda: web.post(unsure).status == 200, BOUND)
    wait_until(lambda: web.get(known).status == 200, BOUND)
    assert web.get(unsure).status == 200
    assert copies(lrs.databases[0], unsure) == 1
    through = lrs.projector.reads.through
    wait_until(lambda: lrs.projector.reads.through > through)


def test_a_stopped_database_is_503_until_it_is_back(
    web: Web, mortal_lrs: Lrs, known: UUID, mortal: PostgresServer
) -> None:
    """Writes and reads say so within the bound; no restart of ours is needed afterwards."""
    mortal.stop()
    require_503_then_recovery(web, mortal_lrs, known, mortal)


def test_a_hung_database_is_503_until_it_is_back(
    web: Web, mortal_lrs: Lrs, known: UUID, mortal: PostgresServer
) -> None:
    """Its connections stay open and nobody answers on them: reads do not wait for ever either."""
    mortal.hang()
    require_503_then_recovery(web, mortal_lrs, known, mortal)


def test_a_crashed_database_keeps_what_was_acknowledged(
    web: Web, mortal_lrs: Lrs, known: UUID, mortal: PostgresServer
) -> None:
    """An immediate shutdown, its recovery, and the statement is there."""
    last = uuid4()
    assert web.post(last).status == 200
    mortal.crash()
    mortal.resume()
    for id in (known, last):
        wait_until(lambda id=id: web.get(id).status == 200, BOUND)  # type: ignore[misc]


def test_a_restart_that_nobody_noticed_costs_nobody_a_request(
    mortal_settings: Settings, mortal: PostgresServer
) -> None:
    """The connections kept from before are found closed before one of them is used."""
    bootstrap.migrate(mortal_settings)
    lrs = bootstrap.build(mortal_settings)
    web, known = Web(lrs), uuid4()
    assert (web.post(known).status, web.get(known).status) == (200, 200)
    mortal.stop()
    mortal.start()
    assert (web.get(known).status, web.post(uuid4()).status) == (200, 200)
    lrs.close()


_DEADLOCK_ONCE = """
CREATE SEQUENCE attempts;
CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('attempts') = 1 THEN
        RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER deadlock AFTER INSERT ON ledger.content EXECUTE FUNCTION deadlock();
"""


def test_a_transaction_that_the_database_gives_up_is_repeated(mortal_lrs: Lrs) -> None:
    """A deadlock with somebody else's work in the database is nobody's error."""
    with mortal_lrs.databases[0].write.begin() as connection:
        connection.exec_driver_sql(_DEADLOCK_ONCE)
    id = uuid4()
    assert store(mortal_lrs, statement(id)) == [id]
    assert copies(mortal_lrs.databases[0], id) == 1


def test_a_slow_answer_is_waited_for(mortal_lrs: Lrs) -> None:
    """Silence alone is no reason to give up, while the server greets newcomers."""
    with mortal_lrs.databases[1].read.connect() as connection:
        assert connection.execute(text("SELECT 1 FROM pg_sleep(3)")).scalar_one() == 1


def test_appends_that_waited_in_vain_leave_no_connection_that_fails(
    mortal_settings: Settings,
) -> None:
    """What the driver means to have prepared, and the server skipped because the lock before it
    was not had in time, must not be used.
    """
    bootstrap.migrate(mortal_settings)
    lrs = bootstrap.build(replace(mortal_settings, write_timeout=0.3))
    store(lrs, statement())
    with appending(mortal_settings.ledger_url):
        for _ in range(8):
            with pytest.raises(Unavailable):
                store(lrs, statement())
    for _ in range(3):
        store(lrs, statement())
    lrs.close()


def hold(url: str, sign: Path) -> None:
    """A process with an append in flight, for as long as it lives."""
    with appending(url):
        sign.touch()
        wait_until(lambda: False, 60)


def test_a_log_locked_by_another_process_is_503_for_writes_alone(
    made: Place, settings: Settings, tmp_path: Path
) -> None:
    """Nothing is stored of what was refused, unless its outcome was said to be unknown; reads go
    on, and writes do when the lock is free.
    """
    lrs = bootstrap.build(replace(settings, write_timeout=0.7))
    web, known, refused = Web(lrs), uuid4(), uuid4()
    assert web.post(known).status == 200
    sign = tmp_path / "locked"
    with running(hold, [[made.ledger_url, sign]]) as (holder,):
        wait_until(sign.exists, 60)
        answer = web.post(refused)
        assert answer.status == 503
        assert answer.code in AWAY
        assert 0.6 < answer.seconds < BOUND
        assert web.get(known).status == 200
        holder.kill()
        wait_until(lambda: web.post(uuid4()).status == 200, BOUND)
    assert copies(lrs.databases[0], refused) <= (answer.code == "outcome-unknown")
    assert store(lrs, statement(refused)) == [refused]
    lrs.close()
