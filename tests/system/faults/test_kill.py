"""Server or database killed under load: what was acknowledged is there, nothing is half-stored."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from uuid import UUID, uuid4

import pytest

from lrs.db.engine import open_database
from lrs.ledger import LogReader
from tests.conftest import Place
from tests.support.postgres import PostgresServer
from tests.support.processes import wait_until
from tests.support.server import Load, Server

CLIENTS = 8

soak = pytest.mark.skipif("LRS_TEST_SOAK" not in os.environ, reason="takes minutes: make soak")


@dataclass
class Tally:
    """What some rounds met. Batches and rounds are counted."""

    rounds: int = 0
    acknowledged: int = 0
    unsure_but_stored: int = 0
    unsure_and_lost: int = 0
    statements: int = 0

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds; {self.acknowledged} batches acknowledged, all there; "
            f"{self.unsure_but_stored} not acknowledged but stored whole, "
            f"{self.unsure_and_lost} neither; {self.statements} statements at the end, each once"
        )


def started(place: Place, folder: Path) -> Iterator[Server]:
    """A server of that store, killed at the end; its log is in the folder."""
    server = Server(place, folder / "server.log")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(place: Place, tmp_path: Path) -> Iterator[Server]:
    yield from started(place, tmp_path)


@pytest.fixture
def mortal_place(mortal: PostgresServer) -> Place:
    """On a PostgreSQL that may be crashed: its commits are durable."""
    url = mortal.create_database(f"test_{uuid4().hex[:12]}")
    return Place("postgresql", url, url)


@pytest.fixture
def served(mortal_place: Place, tmp_path: Path) -> Iterator[Server]:
    yield from started(mortal_place, tmp_path)


def round_of(
    place: Place,
    server: Server,
    tally: Tally,
    end: Callable[[], None],
    begin: Callable[[], None],
) -> None:
    """Load, a sudden end, a new beginning; look, send again what was not acknowledged, look."""
    before = events(place)
    load = Load(server, CLIENTS)
    sleep(random.uniform(0.3, 0.9))
    end()
    load.join()
    begin()
    acknowledged = [id for batch in load.acknowledged for id in batch]
    assert acknowledged
    assert stored(place, acknowledged) == len(acknowledged)
    copies = [stored(place, batch) for batch in load.unsure]
    assert set(copies) <= {0, Load.BATCH}, "every batch is whole or absent"
    for batch in load.unsure:
        wait_until(lambda batch=batch: server.post(batch) == 200, 60)  # type: ignore[misc]
    assert server.get(acknowledged[-1]) == 200
    assert server.get(load.unsure[0][0]) == 200
    new = len(acknowledged) + CLIENTS * Load.BATCH
    assert events(place) == before + new, "no second copy"
    tally.rounds += 1
    tally.acknowledged += len(load.acknowledged)
    tally.unsure_but_stored += sum(map(bool, copies))
    tally.unsure_and_lost += copies.count(0)
    tally.statements += new


def stored(place: Place, ids: list[UUID]) -> int:
    """How many copies of statements with these ids the log holds."""
    database = open_database(place.ledger_url)
    try:
        return len(LogReader(database).statements(ids))
    finally:
        database.close()


def events(place: Place) -> int:
    database = open_database(place.ledger_url)
    try:
        return LogReader(database).head()[0]
    finally:
        database.close()


def kill(place: Place, server: Server, rounds: int) -> Tally:
    """SIGKILL to every process of the server."""
    tally = Tally()
    for _ in range(rounds):
        round_of(place, server, tally, server.kill, server.start)
    return tally


def crash(place: Place, server: Server, database: PostgresServer, rounds: int) -> Tally:
    """The database goes down without tidying up, and comes back; the server stays."""
    tally = Tally()
    for _ in range(rounds):
        round_of(place, server, tally, database.crash, database.resume)
    return tally


def test_a_killed_server_has_kept_what_it_acknowledged(place: Place, server: Server) -> None:
    """Every acknowledged statement is there, every batch is whole or absent, the store starts
    again and serves, and sending again succeeds without a second copy.
    """
    kill(place, server, 1)


def test_a_crashed_database_has_kept_what_was_acknowledged(
    mortal_place: Place, served: Server, mortal: PostgresServer
) -> None:
    """The same when PostgreSQL goes down under load; our server is not restarted."""
    crash(mortal_place, served, mortal, 1)


@pytest.mark.soak
@soak
def test_a_server_killed_fifty_times(
    place: Place, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """On one store."""
    tally = kill(place, server, 50)
    with capsys.disabled():
        print(f"\n{place.backend}, server killed: {tally}")


@pytest.mark.soak
@soak
def test_a_database_crashed_fifty_times(
    mortal_place: Place,
    served: Server,
    mortal: PostgresServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On one store, under one server that is never restarted."""
    tally = crash(mortal_place, served, mortal, 50)
    with capsys.disabled():
        print(f"\npostgresql, database crashed: {tally}")
