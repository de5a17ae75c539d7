"""The port Projection (lrs/projections/base.py): what each read model of this program promises.

Its rows follow from the log alone: from no clock, no other read model's rows, nothing that a fold
remembers, and no matter how the log is cut into batches. It folds the events of its TOPICS and no
others, and writes its own tables and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from lrs import bootstrap
from lrs.db.engine import Options, open_database
from lrs.domain.aggregates.credential import Scope
from lrs.ledger import Ledger
from lrs.projections.base import Projection
from lrs.projector import Projector
from lrs.projector.batch_runner import BatchRunner
from lrs.service import Lrs
from lrs.settings import Settings
from tests.support.anew import other_rows
from tests.support.places import Places
from tests.support.stores import opened, statement, store
from tests.support.varied import describe, keep, tell

COUNT = 45
ALL = [projection.NAME for projection in bootstrap.projections()]
_TABLES = text("SELECT name FROM sqlite_master WHERE type = 'table'")
each = pytest.mark.parametrize("name", ALL)


@pytest.fixture(scope="module")
def log(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A log in which everything occurs that a read model folds, and keys beside."""
    with places.place("sqlite", tmp_path_factory.mktemp("log"), True) as place:
        settings = Settings(ledger_url=place.ledger_url, views_url=place.views_url)
        with closing(bootstrap.build(settings)) as lrs:
            tell(lrs, COUNT)
            lrs.credentials.create("between", [Scope.ALL])
            tell(lrs, COUNT, COUNT + 1)
        with opened(place.ledger_url) as ledger:
            yield ledger


@contextmanager
def folding(
    ledger: Ledger, folder: Path, made: Callable[[], Sequence[Projection]], batch: int
) -> Iterator[Projector]:
    """A projector of these over the log, whose read models are made in the folder."""
    folder.mkdir()
    views = open_database(f"sqlite:///{folder}/views.db", Options(durable=False))
    projector = bootstrap.compose_projector(ledger, views, made, batch=batch)
    projector.prepare()
    try:
        yield projector
    finally:
        views.close()


def rows(projector: Projector) -> dict[str, str]:
    """A checksum of each read model's rows, once all is folded."""
    projector.runner.catch_up()
    return {name: projector.runner.checksum(name) for name in projector.runner.projections}


@pytest.fixture(scope="module")
def whole(log: Ledger, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The rows where the log is folded in one batch."""
    folder = tmp_path_factory.mktemp("whole") / "views"
    with folding(log, folder, bootstrap.projections, 1_000) as projector:
        return rows(projector)


def test_what_followed_the_log_is_what_the_log_gives(lrs: Lrs) -> None:
    """Live rows are rebuilt rows, on each database: folded as they came, and folded at once."""
    for start in (1, 16, 31):
        tell(lrs, 15, start)
        lrs.projector.runner.catch_up()
    assert other_rows(lrs.ledger, lrs.databases[1]) == []


@pytest.mark.usefixtures("hurried")
def test_a_rebuild_gives_the_rows_that_are_there(lrs: Lrs) -> None:
    """Made beside the live one and put in its stead, row for row."""
    tell(lrs, COUNT)
    lrs.projector.runner.catch_up()
    assert [done.same for done in lrs.projector.rebuild(ALL, compare=True)] == [True] * len(ALL)


@pytest.mark.parametrize("batch", [1, 2, 7, 50])
def test_how_the_log_is_cut_makes_no_difference(
    log: Ledger, whole: dict[str, str], batch: int, tmp_path: Path
) -> None:
    """One event at a time, or many."""
    with folding(log, tmp_path / "cut", bootstrap.projections, batch) as projector:
        assert rows(projector) == whole


def test_a_fold_remembers_nothing_that_the_tables_do_not_say(
    log: Ledger, whole: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch is folded by a process that has just begun."""
    step = BatchRunner.step

    def forgetful(runner: BatchRunner, projection: Projection, *arguments: int) -> object:
        runner.reset_cache()
        return step(runner, projection, *arguments)

    monkeypatch.setattr(BatchRunner, "step", forgetful)
    with folding(log, tmp_path / "forgetful", bootstrap.projections, 5) as projector:
        assert rows(projector) == whole


@each
def test_by_itself_it_holds_what_it_holds_among_others(
    log: Ledger, whole: dict[str, str], name: str, tmp_path: Path
) -> None:
    """Nobody reads another one's rows, and each writes its own tables alone."""

    def alone() -> list[Projection]:
        return [one for one in bootstrap.projections() if name == one.NAME]

    with folding(log, tmp_path / "alone", alone, 1_000) as projector:
        assert rows(projector) == {name: whole[name]}
        with projector._views.read.connect() as connection:
            present = set(connection.scalars(_TABLES))
    others = [one for one in bootstrap.projections() if name != one.NAME]
    assert present.isdisjoint(table.name for one in others for table in one.TABLES)


@each
def test_events_of_other_topics_change_no_row(lrs: Lrs, name: str) -> None:
    """What is stored beside its own topics is not its business."""
    told: dict[str, Callable[[], object]] = {
        "statement-stored": lambda: store(lrs, statement()),
        "document-stored": lambda: keep(lrs, 7),
        "office-described": lambda: describe(lrs, 7),
        "credential-created": lambda: lrs.credentials.create("beside", [Scope.ALL]),
    }
    (projection,) = (p for p in lrs.projector.runner.projections.values() if name == p.NAME)
    others = told.keys() - projection.TOPICS
    tell(lrs, 10)
    lrs.projector.runner.catch_up()
    before, head = lrs.projector.runner.checksum(name), lrs.health().head
    for topic in sorted(others):
        told[topic]()
    assert others
    assert lrs.health().head > head
    lrs.projector.runner.catch_up()
    assert lrs.projector.runner.checksum(name) == before


def test_each_has_a_name_and_tables_of_its_own() -> None:
    """And all of them stand in the one schema."""
    tables = [table for one in bootstrap.projections() for table in one.TABLES]
    assert len(set(ALL)) == len(ALL)
    assert len({table.name for table in tables}) == len(tables)
    assert {table.schema for table in tables} == {"views"}
