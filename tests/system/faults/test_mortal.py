"""The faults that tests of crashes and failovers rely on do what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from psycopg import OperationalError

from tests.support.mortal import CRASHING, MortalServer, Standby


@pytest.fixture(scope="module")
def crashing() -> Iterator[MortalServer]:
    """A server with one empty table."""
    server = MortalServer(CRASHING)
    server.start()
    server.execute("CREATE TABLE kept (number integer)")
    yield server
    server.remove()


@pytest.fixture
def server(crashing: MortalServer) -> MortalServer:
    """The server, its table empty, which a crash does not undo."""
    crashing.execute("TRUNCATE kept")
    return crashing


@contextmanager
def following(primary: MortalServer) -> Iterator[Standby]:
    standby = Standby(primary)
    standby.start()
    yield standby
    standby.remove()


def keep(server: MortalServer, number: int, waiting: str = "on") -> None:
    with server.connected() as connection:
        connection.execute(f"SET synchronous_commit = {waiting}".encode())
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def kept(server: MortalServer) -> list[int]:
    with server.connected() as connection:
        return [n for (n,) in connection.execute("SELECT number FROM kept ORDER BY number")]


def killed_and_started(server: MortalServer) -> None:
    server.kill()
    server.start()


def test_a_restored_snapshot_holds_what_it_did_and_may_be_restored_again(
    server: MortalServer,
) -> None:
    """Twice over, each time with other things to forget."""
    keep(server, 1)
    copy = server.snapshot()
    for number in (2, 3):
        keep(server, number)
        server.restore(copy)
        assert kept(server) == [1]


@pytest.mark.parametrize("crash", [MortalServer.kill_backend, killed_and_started])
def test_a_crash_loses_the_commit_that_did_not_wait_and_no_other(
    server: MortalServer, crash: Callable[[MortalServer], None]
) -> None:
    """What had waited is there, and so is what was written afterwards."""
    keep(server, 1)
    with server.hold_log_writer():
        keep(server, 2, waiting="off")
        assert kept(server) == [1, 2]
        crash(server)
    assert kept(server) == [1]
    keep(server, 3, waiting="off")
    server.written()
    crash(server)
    assert kept(server) == [1, 3]


def test_a_killed_backend_ends_every_client(server: MortalServer) -> None:
    """So a store's connections all break at once, whosever backend it was."""
    postmaster = server.pid
    with server.connected() as other:
        server.kill_backend()
        with pytest.raises(OperationalError):
            other.execute("SELECT 1")
    assert server.pid == postmaster


def test_a_standby_that_was_cut_off_lacks_what_came_after_and_takes_writes(
    server: MortalServer,
) -> None:
    """A failover: from there on the two have different histories."""
    with following(server) as standby:
        keep(server, 1, waiting="off")
        standby.catch_up()
        standby.cut_off()
        keep(server, 2)
        standby.promote()
        keep(standby, 3)
        assert (kept(server), kept(standby)) == ([1, 2], [1, 3])
        killed_and_started(standby)
        assert kept(standby) == [1, 3]
