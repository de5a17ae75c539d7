"""A connection that breaks around its COMMIT: whether it was stored is found out, not guessed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from lrs import bootstrap
from lrs.domain.errors import StatementConflict, Unavailable
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import Place
from tests.support.postgres import PostgresServer
from tests.support.proxy import Loss, Proxy
from tests.support.stores import copies, statement, store

LOSSES: tuple[Loss, ...] = ("request", "reply")


class Forgetful(sqlite3.Connection):
    """A connection to a disk that fails once around a COMMIT."""

    lose: Loss | None = None

    def commit(self) -> None:
        loss, Forgetful.lose = Forgetful.lose, None
        if loss != "request":
            super().commit()
        if loss is not None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error


@pytest.fixture
def proxy(place: Place, request: pytest.FixtureRequest) -> Iterator[Proxy | None]:
    if place.backend == "sqlite":
        yield None
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    proxy = Proxy(server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def distant(place: Place, settings: Settings, proxy: Proxy | None) -> Iterator[Lrs]:
    """A store whose log is reached through what loses things."""
    bootstrap.migrate(settings)
    if proxy is not None:
        before, _, name = place.ledger_url.rpartition("/")
        host = before.rpartition(":")[0]
        settings = replace(settings, ledger_url=f"{host}:{proxy.port}/{name}")
    lrs = bootstrap.build(settings)
    if proxy is None:

        def connect(
            _dialect: object, _record: object, args: Any, options: Any
        ) -> sqlite3.Connection:
            return sqlite3.connect(*args, factory=Forgetful, **options)

        event.listen(lrs.databases[0].write, "do_connect", connect)
    yield lrs
    lrs.close()


@pytest.fixture
def lose(proxy: Proxy | None) -> Callable[[Loss], None]:
    """Lose that part of the next COMMIT."""

    def arm(loss: Loss) -> None:
        if proxy is None:
            Forgetful.lose = loss
        else:
            proxy.lose = loss

    return arm


@pytest.mark.parametrize("loss", LOSSES)
def test_a_connection_lost_around_its_commit_gives_success_and_one_copy(
    loss: Loss, distant: Lrs, lose: Callable[[Loss], None]
) -> None:
    """The writer looks whether its own row is there: if so that was it, if not it writes again."""
    store(distant, statement())
    ids = [uuid4(), uuid4()]
    lose(loss)
    assert store(distant, *map(statement, ids)) == ids
    log = distant.databases[0]
    assert [copies(log, id) for id in ids] == [1, 1]
    assert [s.id for s in distant.ledger.reader.after(1, 9).statements] == ids
    assert [s.position for s in distant.ledger.reader.after(1, 9).statements] == [2, 3]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_same_request_again_succeeds_and_a_different_one_conflicts(
    loss: Loss, distant: Lrs, lose: Callable[[Loss], None]
) -> None:
    """Whatever became of the first, a client may send its request again."""
    id = uuid4()
    lose(loss)
    store(distant, statement(id))
    assert store(distant, statement(id)) == [id]
    with pytest.raises(StatementConflict):
        store(distant, statement(id, "left"))
    assert copies(distant.databases[0], id) == 1


def test_an_outcome_that_cannot_be_found_out_is_said_to_be_unknown(
    distant: Lrs, proxy: Proxy | None
) -> None:
    """The database stays away after the COMMIT: the request fails in time, says that it may be
    sent again, and when it is, it succeeds without a second copy.
    """
    if proxy is None:
        pytest.skip("a file does not go away behind a connection")
    id = uuid4()
    store(distant, statement())
    proxy.away, proxy.lose = True, "reply"
    began = monotonic()
    with pytest.raises(Unavailable, match=r"unknown.*sent again"):
        store(distant, statement(id))
    assert monotonic() - began < 15
    assert proxy.lost == 1
    proxy.away = False
    assert store(distant, statement(id)) == [id]
    assert copies(distant.databases[0], id) == 1
