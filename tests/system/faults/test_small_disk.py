"""A real disk that is full. Only root can make one small enough; others skip this."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from lrs import bootstrap
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import BACKENDS, Place
from tests.support.disks import SmallDisk
from tests.support.postgres import PostgresServer
from tests.system.faults.filling import require_507_then_recovery


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    try:
        disk = SmallDisk(64)
    except (PermissionError, FileNotFoundError):
        pytest.skip("only root can mount a small disk")
    yield disk
    disk.remove()


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, disk: SmallDisk) -> Iterator[Place]:
    """On the small disk: the files, or the database's tablespace."""
    folder = disk.folder
    if request.param == "sqlite":
        yield Place("sqlite", f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/views.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name, space = f"test_{uuid4().hex[:12]}", folder / "tablespace"
    space.mkdir()
    server.own(space)
    server.execute(f"CREATE TABLESPACE {name} LOCATION '{space}'")
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0 TABLESPACE {name}")
    yield Place("postgresql", server.url(name), server.url(name))
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.execute(f"DROP TABLESPACE {name}")


@pytest.fixture
def made(place: Place) -> Place:
    """A store that is made there."""
    bootstrap.migrate(Settings(ledger_url=place.ledger_url, views_url=place.views_url))
    return place


def test_a_full_disk_is_507_until_there_is_room(lrs: Lrs, disk: SmallDisk) -> None:
    """The read models are on it as well: reads go on meanwhile."""
    lrs.start()
    require_507_then_recovery(lrs, disk.fill, disk.empty)
