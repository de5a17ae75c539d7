"""Read models after a crash of PostgreSQL, and over a log that has lost its end: never wrong in
silence. After each trouble every filter answers what a scan of the log gives, and every read model
holds the rows that a rebuild gives.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from api.cli.doctor import examine
from lrs import bootstrap
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import Unavailable
from lrs.domain.xapi.filters import Criteria
from lrs.domain.xapi.version import Version
from lrs.service import Lrs, StatementQuery
from lrs.service.catalogue import Stated
from lrs.settings import Settings
from tests.conftest import Place
from tests.support.agreement import differences, differences_over_http
from tests.support.entries import entry
from tests.support.mortal import CRASHING, MortalServer, Standby
from tests.support.postgres import PostgresServer
from tests.support.processes import wait_until
from tests.support.server import Server
from tests.support.stores import WRITER, statement, store
from tests.support.varied import parsed, tell, varied

pytestmark = pytest.mark.usefixtures("hurried")

SOAKING = "LRS_TEST_SOAK" in os.environ
ROUNDS = 24 if SOAKING else 1
"""How often a crash is repeated on one store."""
SOME = 6 if SOAKING else 12
"""Statements between two crashes: every filter is asked for after each."""
BEFORE, AFTER = (30, 20) if SOAKING else (16, 10)
"""Statements that survive a loss, and those that do not."""
again = pytest.mark.parametrize("time", range(8 if SOAKING else 1))
"""How often a loss is repeated, each time on a new store."""


@pytest.fixture(scope="module")
def crashing() -> Iterator[MortalServer]:
    """A PostgreSQL that loses commits without synchronous_commit in a crash."""
    server = MortalServer(CRASHING)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def settings_there(crashing: MortalServer) -> Settings:
    """A store of its own on that server."""
    url = crashing.create_database(f"test_{uuid4().hex[:12]}")
    return Settings(ledger_url=url, views_url=url)


@contextmanager
def running(settings: Settings, *, start: bool = True) -> Iterator[Lrs]:
    """The store of these settings, in this process."""
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    if start:
        lrs.start()
    try:
        yield lrs
    finally:
        lrs.close()


def settled(lrs: Lrs) -> None:
    """Wait until no read model is being made any more, and all are level with the log."""

    def is_settled() -> bool:
        with suppress(Unavailable):
            return all(p.state == "running" and not p.lag for p in lrs.health().projections)
        return False

    wait_until(is_settled, 40)


def test_a_backend_killed_just_after_a_fold_leaves_no_read_model_wrong(
    crashing: MortalServer, settings_there: Settings
) -> None:
    """The crash undoes what was folded last, and the process goes on: it must not go by the numbers
    and names that it remembers of what is undone.
    """
    with running(settings_there, start=False) as lrs:
        for n in range(ROUNDS):
            with crashing.hold_log_writer():
                tell(lrs, SOME, 1 + 40 * n)
                lrs.projector.runner.catch_up()
                at = lrs.projector.runner.position("statements").position
                crashing.kill_backend(settings_there.ledger_url.rpartition("/")[2])
            assert lrs.projector.runner.position("statements").position < at, "it was undone"
            tell(lrs, SOME, 21 + 40 * n)
            assert differences(lrs) == []


def test_two_workers_agree_with_the_log_after_their_database_was_killed(
    crashing: MortalServer, settings_there: Settings, tmp_path: Path
) -> None:
    """Every process of PostgreSQL at once; neither worker is restarted."""
    place = Place("postgresql", settings_there.ledger_url, settings_there.views_url)
    server = Server(place, tmp_path / "server.log")
    server.start()
    try:
        for n in range(ROUNDS):
            with running(settings_there, start=False) as writer:
                tell(writer, SOME, 1 + 30 * n)
            wait_until(lambda: server.ask("GET", "/xapi/statements?limit=1")[0] == 200)
            crashing.kill()
            crashing.start()
            wait_until(lambda: server.ask("GET", "/xapi/statements?limit=1")[0] == 200, 60)
            assert differences_over_http(server) == []
    finally:
        server.kill()


def lose(lrs: Lrs, snapshot: Callable[[], Callable[[], None]]) -> tuple[int, int]:
    """Have the log lose its end while the store runs, and take others after it: how many events
    survive, and how many there were.
    """
    tell(lrs, BEFORE)
    restore = snapshot()
    surviving = lrs.ledger.reader.head()[0]
    tell(lrs, AFTER, 31)
    lrs.projector.runner.catch_up()
    highest = lrs.ledger.reader.head()[0]
    restore()
    wait_until(lambda: recovered(lrs), 60)
    # Statements alone: what describes the catalogue asks a read model first.
    lrs.statements.store(parsed(varied(5, 101)), WRITER, Version.V2_0_0)
    return surviving, highest


def recovered(lrs: Lrs) -> bool:
    with suppress(Unavailable):
        return lrs.ledger.reader.head()[0] > 0
    return False


def require_loss_is_told(lrs: Lrs, settings: Settings, surviving: int, highest: int) -> None:
    """By health and the doctor, with the number of events, until it is acknowledged."""
    wait_until(lambda: bool(lrs.health().divergences), 60)
    (found,) = lrs.health().divergences
    assert (found.surviving, found.highest) == (surviving, highest)
    assert lrs.health().is_wrong
    assert any(f"lost {highest - surviving} events" in t for t in examine(settings).troubles)
    assert lrs.projection_admin.acknowledge() == 1
    assert examine(settings).troubles == []


def on_server(server: MortalServer) -> Callable[[], Callable[[], None]]:
    """Takes a copy of all that the server holds; gives what puts it back."""

    def snapshot() -> Callable[[], None]:
        copy = server.snapshot()
        return lambda: server.restore(copy)

    return snapshot


@again
def test_a_log_that_lost_its_end_under_read_models_elsewhere_has_them_rebuilt(
    crashing: MortalServer, settings_there: Settings, postgres: PostgresServer, time: int
) -> None:
    """They hold events that the log does not; others stand at these positions by now."""
    elsewhere = postgres.create_database(f"test_{uuid4().hex[:12]}")
    settings = Settings(ledger_url=settings_there.ledger_url, views_url=elsewhere)
    with running(settings) as lrs:
        surviving, highest = lose(lrs, on_server(crashing))
        settled(lrs)
        tell(lrs, 5, 201)
        assert differences(lrs) == []
        require_loss_is_told(lrs, settings, surviving, highest)


@again
def test_a_database_that_lost_its_end_with_its_read_models_is_not_remembered(
    crashing: MortalServer, settings_there: Settings, time: int
) -> None:
    """Read models go back with the log: what the process remembers of them must go, too, and it
    tells what it knows to be missing.
    """
    with running(settings_there) as lrs:
        surviving, highest = lose(lrs, on_server(crashing))
        settled(lrs)
        tell(lrs, 5, 201)
        assert differences(lrs) == []
        require_loss_is_told(lrs, settings_there, surviving, highest)


def test_readers_get_no_answer_from_a_read_model_that_is_ahead_of_the_log(
    crashing: MortalServer, settings_there: Settings, postgres: PostgresServer
) -> None:
    """503 at once, before anybody has looked: no thread runs here. The next start rebuilds it."""
    elsewhere = postgres.create_database(f"test_{uuid4().hex[:12]}")
    settings = Settings(ledger_url=settings_there.ledger_url, views_url=elsewhere)
    with running(settings, start=False) as lrs:
        surviving, highest = lose(lrs, on_server(crashing))
        for name in ("statements", "training", "documents", "catalogue"):
            with pytest.raises(Unavailable) as refused:
                lrs.projector.reads.fresh(name)
            assert refused.value.code == "view-ahead-of-log"
    with running(settings, start=False) as lrs:
        assert differences(lrs) == []
        require_loss_is_told(lrs, settings, surviving, highest)


@again
def test_a_standby_promoted_too_early_is_gone_on_with(
    crashing: MortalServer, settings_there: Settings, time: int
) -> None:
    """It lacks the last events; the store finds it by itself and tells how many are missing."""
    standby = Standby(crashing)
    standby.start()
    name = settings_there.ledger_url.rpartition("/")[2]
    hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (crashing, standby))
    url = f"postgresql://postgres@/{name}?{hosts}&target_session_attrs=read-write"
    settings = Settings(ledger_url=url, views_url=url)

    def snapshot() -> Callable[[], None]:
        standby.catch_up()
        standby.cut_off()

        def fail_over() -> None:
            crashing.kill()
            standby.promote()

        return fail_over

    try:
        with running(settings) as lrs:
            surviving, highest = lose(lrs, snapshot)
            settled(lrs)
            assert differences(lrs) == []
            require_loss_is_told(lrs, settings, surviving, highest)
    finally:
        standby.remove()
        crashing.resume()


@pytest.fixture
def files(tmp_path: Path) -> Settings:
    """A store on SQLite's two files."""
    return Settings(
        ledger_url=f"sqlite:///{tmp_path}/ledger.db", views_url=f"sqlite:///{tmp_path}/views.db"
    )


def copied(url: str) -> Callable[[], None]:
    """A copy of the file is taken, as a backup is; gives what puts it back."""
    file = Path(url.removeprefix("sqlite:///"))
    copy = file.with_name(f"{file.name}.copy")
    overwrite(file, copy)
    return lambda: overwrite(copy, file)


def overwrite(source: Path, target: Path) -> None:
    """Write one database over another one, which other connections may have open meanwhile."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


@again
def test_a_copy_of_the_log_restored_under_a_running_store_is_noticed(
    files: Settings, time: int
) -> None:
    """SQLite's backup can be written into a file that is in use."""
    with running(files) as lrs:
        surviving, highest = lose(lrs, lambda: copied(files.ledger_url))
        settled(lrs)
        tell(lrs, 5, 201)
        assert differences(lrs) == []
        require_loss_is_told(lrs, files, surviving, highest)


def test_another_log_put_in_the_place_of_the_first_is_taken_for_another(
    files: Settings, tmp_path: Path
) -> None:
    """Its id is another one; none of the events that were known is in it."""
    other = Settings(
        ledger_url=f"sqlite:///{tmp_path}/other.db", views_url=f"sqlite:///{tmp_path}/others.db"
    )
    with running(other, start=False) as theirs:
        tell(theirs, 40, 301)
    with running(files) as lrs:
        tell(lrs, 20)
        lrs.projector.runner.catch_up()
        highest = lrs.ledger.reader.head()[0]
        wait_until(lambda: not lrs.health().divergences)
        overwrite(tmp_path / "other.db", tmp_path / "ledger.db")
        wait_until(lambda: bool(lrs.health().divergences), 60)
        settled(lrs)
        assert differences(lrs) == []
        (found,) = lrs.health().divergences
        assert (found.is_another_log, found.missing) == (True, highest)


def test_read_models_restored_under_a_running_store_are_folded_on(files: Settings) -> None:
    """The log holds all; what the process remembers of the newer file does not count."""
    with running(files, start=False) as lrs:
        for n in range(ROUNDS):
            tell(lrs, SOME, 1 + 60 * n)
            lrs.projector.runner.catch_up()
            restore = copied(files.views_url)
            tell(lrs, SOME, 21 + 60 * n)
            lrs.projector.runner.catch_up()
            restore()
            tell(lrs, SOME, 41 + 60 * n)
            assert differences(lrs) == []
        assert lrs.health().divergences == []


def test_a_reader_does_not_go_by_events_that_it_has_read_and_the_log_has_lost(
    files: Settings,
) -> None:
    """What is behind the index is matched in memory: others stand at these positions by now."""
    with running(files, start=False) as lrs:
        store(lrs, statement(verb="first"))
        restore = copied(files.ledger_url)
        for verb in ("lost", "kept"):
            store(lrs, *(statement(verb=verb) for _ in range(3)))
            for other in ("lost", "kept"):
                assert len(found(lrs, other)) == 3 * (verb == other)
            if verb == "lost":
                restore()


def found(lrs: Lrs, verb: str) -> list[int]:
    """The positions of the statements with that verb."""
    query = StatementQuery(Criteria(verb=f"http://example.org/verbs/{verb}"), 50)
    return [s.position for s in lrs.statements.find(query, WRITER).statements]


def test_a_report_does_not_go_by_a_catalogue_that_the_log_has_lost(files: Settings) -> None:
    """Log and read models go back together, and another title comes to stand at the position."""
    with running(files, start=False) as lrs:
        store(lrs, statement())
        lrs.projector.runner.catch_up()
        restores = [copied(files.ledger_url), copied(files.views_url)]
        for title in ("Север", "Юг"):
            described = entry(EntryKind.OFFICE, title={"ru": title})
            lrs.catalogue.describe([Stated(EntryKind.OFFICE, described)], WRITER)
            assert [o.thing.entry["title"] for o in lrs.offices.all().value] == [{"ru": title}]
            for restore in restores:
                restore()


@pytest.mark.parametrize("older", ["ledger", "views"])
def test_either_file_may_be_the_older_one_at_a_start(files: Settings, older: str) -> None:
    """As after a restore of one of the two, and then with others at the lost positions."""
    url = files.ledger_url if older == "ledger" else files.views_url
    path = Path(url.removeprefix("sqlite:///"))
    with running(files, start=False) as lrs:
        tell(lrs, BEFORE)
        lrs.projector.runner.catch_up()
    shutil.copy(path, f"{path}.copy")
    with running(files, start=False) as lrs:
        tell(lrs, AFTER, 31)
        lrs.projector.runner.catch_up()
    shutil.copy(f"{path}.copy", path)
    with running(files, start=False) as lrs:
        tell(lrs, 25, 201)
        assert differences(lrs) == []
        assert bool(lrs.health().divergences) is (older == "ledger")
