"""A projection for tests: a row for each statement, and on demand trouble of every kind."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, insert, select

from lrs.database import Database, Options, open_database
from lrs.projections import quarantine
from lrs.projections.projection import STATEMENTS, Batch, Projection
from lrs.projector import Projector
from tests.conftest import Place
from tests.support.stores import opened

rows = Table(
    "tally",
    MetaData(schema="views"),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("verb", Text, nullable=False),
)


class Tally:
    """Folding a position twice breaks its primary key; a statement `poisonous` cannot be folded."""

    NAME: ClassVar[str] = "tally"
    VERSION: ClassVar[int] = 1
    TABLES: ClassVar[Sequence[Table]] = (rows,)
    TOPICS: ClassVar[frozenset[str]] = STATEMENTS

    def apply(self, batch: Batch, connection: Connection) -> None:
        for s in batch.statements:
            verb = s.statement["verb"]["id"].rpartition("/")[2]
            connection.execute(insert(rows), {"position": s.position, "verb": verb})
            if verb == "poisonous":
                raise ValueError("this statement cannot be folded")

    def forget(self) -> None:
        """Nothing is kept in memory."""


class Stuck(Tally):
    """Stops for ever in the middle of a batch, having said so in a file."""

    def __init__(self, sign: Path) -> None:
        self._sign = sign

    def apply(self, batch: Batch, connection: Connection) -> None:
        super().apply(batch, connection)
        self._sign.touch()
        time.sleep(600)


class Newer(Tally):
    """The next version of the program."""

    VERSION: ClassVar[int] = 2


def tallied(views: Database) -> list[int]:
    """The positions folded, in order."""
    with views.read.connect() as connection:
        return list(connection.scalars(select(rows.c.position).order_by(rows.c.position)))


@contextmanager
def following(place: Place, projection: Projection, **options: float) -> Iterator[Projector]:
    """A projector over the log there, as a process of its own would have it."""
    views = open_database(place.views_url, Options(durable=False))
    with opened(place.ledger_url) as ledger:
        projector = Projector(ledger, views, [projection], **options)  # type: ignore[arg-type]
        projector.prepare()
        try:
            yield projector
        finally:
            projector.stop()
            views.close()


def quarantined(views: Database) -> list[tuple[int, str]]:
    """The positions set aside, and why."""
    with views.read.connect() as connection:
        return [(q.position, q.error) for q in quarantine.events(connection)]
