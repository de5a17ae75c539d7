"""One store per test, on every backend; PostgreSQL comes from a wheel, with nothing to set up."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from lrs import bootstrap
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.version import Version
from lrs.projector import fresh_reads, startup, status
from lrs.projector.rebuild import job
from lrs.service import Lrs
from lrs.settings import Settings
from tests.schemas import shapes
from tests.support.examples import SOAKS, drawn
from tests.support.once import once
from tests.support.places import Place, Places
from tests.support.postgres import QUICK, PostgresServer
from tests.support.routes import remember_routes
from tests.support.statements import remember_statements
from tests.support.surroundings import keep_bytecode, use_memory

__all__ = ["Place"]

keep_bytecode()
use_memory()
remember_routes()
remember_statements()
# How long something takes on a loaded machine is no fault of it.
hypothesis.settings.register_profile(
    "drawn",
    max_examples=drawn(100),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("drawn")

BACKENDS = ("sqlite", "postgresql")
LONG = (
    "tests/system/faults/test_lost_events.py",
    "tests/system/demo/test_store.py",
    "tests/system/test_docs.py",
    "tests/projector/test_beside.py",
    "tests/projections/test_reshaping.py",
    "tests/system/benchmarks/",
    "tests/system/faults/",
    "tests/system/fuzz/test_fuzz.py",
    "tests/system/test_tccc.py",
    "tests/system/demo/test_past.py",
    "tests/schemas/test_defects.py",
    "tests/api/test_slow_clients.py",
    "tests/api/test_memory.py",
    "tests/system/browser/",
    "tests/cli/",
    "tests/system/deploy/",
)
"""Where tests take long, the longest first."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of rules run on SQLite alone: which database keeps it makes no difference to them. What
    is dear and goes the same way on both runs on one of them, but for the long runs.

    Files that take long come first, so that no worker is left alone with one at the end.
    """
    deselected = {item for item in items if _is_left_out(item)}
    config.hook.pytest_deselected(items=list(deselected))
    selected = [item for item in items if item not in deselected]
    items[:] = sorted(selected, key=_turn)


def _turn(item: pytest.Item) -> int:
    places = (n for n, name in enumerate(LONG) if item.nodeid.startswith(name))
    return next(places, len(LONG))


def pytest_collection_finish() -> None:
    """Six thousand tests and what they import stay to the end: each full garbage collection would
    go through them for half a second.
    """
    gc.collect()
    gc.freeze()


def _is_left_out(item: pytest.Item) -> bool:
    """Because of the database that the test would run on."""
    called = getattr(item, "callspec", None)
    backends = set(BACKENDS) & {str(v) for v in called.params.values()} if called else set()
    briefly = None if SOAKS else item.get_closest_marker("briefly")
    if item.get_closest_marker("rules"):
        return "postgresql" in backends
    return bool(briefly and backends - {*briefly.args})


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for the whole run; each test gets a database of its own in it."""
    server = PostgresServer(QUICK)
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Makes places for stores, on either backend."""
    return Places(tmp_path_factory.mktemp("made"), lambda: request.getfixturevalue("postgres"))


Witnesses = Callable[[Version], list[JsonObject]]
"""Gives statements of a version that together have every shape there is."""


@pytest.fixture(scope="session")
def witnesses(tmp_path_factory: pytest.TempPathFactory) -> Witnesses:
    """They are drawn once for a run."""

    def found(version: Version) -> list[JsonObject]:
        def draw(folder: Path) -> None:
            (folder / "all.json").write_text(json.dumps(shapes.witnesses(version)), "utf-8")

        folder = once(tmp_path_factory, f"witnesses-{version.value}", draw)
        drawn: list[JsonObject] = json.loads((folder / "all.json").read_text("utf-8"))
        return drawn

    return found


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> Iterator[Place]:
    """An empty database of its own for the test, on each backend in turn; with a store in it for
    a test that asks for one, see `made`.
    """
    with places.place(request.param, tmp_path, "made" in request.fixturenames) as place:
        yield place


@pytest.fixture
def made(place: Place) -> Place:
    """The place, where a store is made already."""
    return place


@pytest.fixture
def settings(place: Place, tmp_path: Path) -> Settings:
    """The settings of a store there; `dataclasses.replace` changes some. A disk may stall for
    seconds: tests of time limits set their own.
    """
    return Settings(
        ledger_url=place.ledger_url,
        views_url=place.views_url,
        replica_folder=str(tmp_path / "replicas"),
        write_timeout=30,
        fresh_timeout=30,
    )


@pytest.fixture
def lrs(made: Place, settings: Settings) -> Iterator[Lrs]:
    """A store of its own for the test, on each backend; nothing folds in the background."""
    lrs = bootstrap.build(settings)
    yield lrs
    lrs.close()


@pytest.fixture
def reachable(tmp_path: Path) -> Iterator[None]:
    """Lets every user of the machine go into the test's folder, which pytest closes."""
    folders = [tmp_path, *tmp_path.parents]
    before = {f: f.stat().st_mode for f in folders if not f.stat().st_mode & 0o1}
    for folder, mode in before.items():
        folder.chmod(mode | 0o5)
    yield
    for folder, mode in before.items():
        folder.chmod(mode)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebuilds of this process are known of for a shorter time before they swap. Whoever reads the
    projections must take it to be as short, so it is not for tests in which other processes read.
    Its projectors look ten times as often whether there is something to do.
    """
    for module in (job, startup, fresh_reads, status):
        monkeypatch.setattr(module, "MIN_ANNOUNCEMENT", 0.25)
    monkeypatch.setattr(job, "TELLING", 0.1)
    defaults = bootstrap.compose_projector.__kwdefaults__ or {}
    for name, seconds in (("poll", 0.1), ("pause", 0.05)):
        monkeypatch.setitem(defaults, name, seconds)
    monkeypatch.setattr(bootstrap, "PAUSE", dict.fromkeys(BACKENDS, 0.05))
