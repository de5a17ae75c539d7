"""A store over HTTP on each backend; one for all tests of a module, so they use ids of their own.

The projector's thread is not started: reads catch up themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from api.app import create_app
from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from tests.api.caller import Caller
from tests.api.opening import Calling, caller_of, opened
from tests.api.reports.centre import open_centre
from tests.conftest import BACKENDS, Place
from tests.support.places import Places


@pytest.fixture(scope="module", params=BACKENDS)
def shared_place(
    request: pytest.FixtureRequest, places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A store for the tests of one module, on each backend in turn."""
    with places.place(request.param, tmp_path_factory.mktemp("store"), True) as place:
        yield place


@pytest.fixture(scope="module")
def lrs(shared_place: Place) -> Iterator[Lrs]:
    """The module's store."""
    with opened(shared_place) as lrs:
        yield lrs


@pytest.fixture(scope="module")
def calling(lrs: Lrs) -> Calling:
    """Makes clients of the module's store: `calling(Scope.STATEMENTS_READ)`, each a new key."""
    http = create_app(lrs).test_client()

    def call(*scopes: Scope) -> Caller:
        return Caller(http, lrs.credentials.create("test", scopes or [Scope.ALL]))

    return call


@pytest.fixture(scope="module")
def client(calling: Calling) -> Caller:
    """A client whose key has the scope `all`."""
    return calling(Scope.ALL)


@pytest.fixture
def own_lrs(made: Place, tmp_path: Path) -> Iterator[Lrs]:
    """A store of the test's own, empty but for keys."""
    with opened(made, replica_folder=str(tmp_path / "replicas")) as lrs:
        yield lrs


@pytest.fixture
def own(own_lrs: Lrs) -> Caller:
    """A client with the scope `all` of a store of the test's own."""
    return caller_of(own_lrs)


@pytest.fixture(scope="module")
def centre(client: Caller) -> Mapping[str, str]:
    """The ids of its statements by name: the module's store has the training centre of
    tests/api/reports/centre.py in it, and nothing else.
    """
    return open_centre(client)


@pytest.fixture(scope="module")
def centre_client(client: Caller, centre: object) -> Caller:
    """A client of the module's store, in which all of that has happened."""
    return client
