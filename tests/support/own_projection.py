"""A projection for tests: a row for each statement, and on demand trouble of every kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
)

from lrs import bootstrap
from lrs.db.engine import Database, Options, open_database
from lrs.projections.base import STATEMENT_TOPICS, Batch, Projection
from lrs.projections.tables import READING
from lrs.projector import Projector, quarantine
from lrs.projector.rebuild.job import RebuildJob
from tests.conftest import Place
from tests.support.processes import wait_until
from tests.support.stores import opened

rows = Table(
    "tally",
    MetaData(schema="views"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("verb", Text, nullable=False),
    Index("tally_by_verb", "verb", info=READING),
)


class Tally:
    """Folding a position twice breaks its primary key; a statement `poisonous` cannot be folded."""

    NAME: ClassVar[str] = "tally"
    VERSION: ClassVar[int] = 1
    TABLES: ClassVar[Sequence[Table]] = (rows,)
    TOPICS: ClassVar[frozenset[str]] = STATEMENT_TOPICS

    def apply(self, batch: Batch, connection: Connection) -> None:
        for s in batch.statements:
            verb = s.statement["verb"]["id"].rpartition("/")[2]
            connection.execute(insert(rows), {"position": s.position, "verb": verb})
            if verb == "poisonous":
                raise ValueError("this statement cannot be folded")

    def new_fold(self) -> Tally:
        return self  # it remembers nothing


class Stuck(Tally):
    """Stops for ever in the middle of a batch, having said so in a file."""

    def __init__(self, sign: Path) -> None:
        self._sign = sign

    def apply(self, batch: Batch, connection: Connection) -> None:
        super().apply(batch, connection)
        self._sign.touch()
        time.sleep(600)


class Marked(Tally):
    """Writes a mark of its own into every row."""

    def __init__(self, mark: str = "marked") -> None:
        self._mark = mark

    def apply(self, batch: Batch, connection: Connection) -> None:
        for s in batch.statements:
            connection.execute(insert(rows), {"position": s.position, "verb": self._mark})


class Newer(Marked):
    """The next version of the program, whose rows say something else."""

    VERSION: ClassVar[int] = 2


class Gated(Tally):
    """Stops before each batch until a file is there, having said so by another; 20 s at most."""

    def __init__(self, folder: Path) -> None:
        self.entered, self.go = folder / "entered", folder / "go"

    def apply(self, batch: Batch, connection: Connection) -> None:
        self.entered.touch()
        wait_until(self.go.exists, 60)
        super().apply(batch, connection)


def tallied(views: Database) -> list[int]:
    """The positions folded, in order."""
    with views.read.connect() as connection:
        return list(connection.scalars(select(rows.c.position).order_by(rows.c.position)))


def marks(views: Database) -> set[str]:
    """What the rows say."""
    with views.read.connect() as connection:
        return set(connection.scalars(select(rows.c.verb)))


@contextmanager
def following(
    place: Place,
    projection: Projection,
    copy: Projection | None = None,
    *,
    anew: Callable[[], list[Projection]] | None = None,
    **options: float,
) -> Iterator[Projector]:
    """A projector over the log there, as a process of its own would have it. `copy`, or what
    `anew` gives, is what its rebuilds fold, if not another one of that kind.
    """
    views = open_database(place.views_url, Options(durable=False))
    kind = type(projection)
    with opened(place.ledger_url) as ledger:
        projector = bootstrap.compose_projector(
            ledger,
            views,
            lambda: [projection],
            for_rebuilds=(lambda: [copy]) if copy is not None else anew or (lambda: [kind()]),
            **options,  # type: ignore[arg-type]
        )
        projector.prepare()
        try:
            yield projector
        finally:
            projector.stop()
            views.close()


def swaps_given_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by a projection's name each time that a rebuild in this process has tried to swap, and
    somebody was in its way.
    """
    found: list[str] = []
    swap = RebuildJob._swap

    def noted(job: RebuildJob, patience: float, compare: bool) -> object:
        try:
            return swap(job, patience, compare)
        except Exception:
            found.append(job._projection.NAME)
            raise

    monkeypatch.setattr(RebuildJob, "_swap", noted)
    return found


def quarantined(views: Database) -> list[tuple[int, str]]:
    """The positions set aside, and why."""
    with views.read.connect() as connection:
        return [(q.position, q.error) for q in quarantine.events(connection)]


def leftovers(place: Place) -> list[str]:
    """What stands beside the read models, of rebuilds."""
    if place.backend == "sqlite":
        live = Path(place.views_url.removeprefix("sqlite:///"))
        return [path.name for path in live.parent.glob(f"{live.name}.beside/*.db*")]
    views = open_database(place.views_url)
    try:
        with views.read.connect() as connection:
            return [name for name in inspect(connection).get_schema_names() if "beside" in name]
    finally:
        views.close()
