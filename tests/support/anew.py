"""Read models compared with what the log gives when it is folded again, from its beginning."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lrs import bootstrap
from lrs.db.engine import Database, Options, open_database, snapshot_transaction
from lrs.ledger import Ledger
from lrs.projector import Projector, schema
from lrs.projector.checksum import checksum
from lrs.projector.startup import begin


def other_rows(ledger: Ledger, views: Database) -> list[str]:
    """The read models there that hold other rows than they would if the log were folded now, in a
    file of its own: what is there stays as it is, as a rebuild would not leave it.
    """
    with _folded(ledger) as projector:
        return [
            f"{name}: other rows than a rebuild gives"
            for name in projector.runner.projections
            if _checksum(views, projector, name) != projector.runner.checksum(name)
        ]


def _checksum(views: Database, projector: Projector, name: str) -> str:
    with snapshot_transaction(views) as connection:
        return checksum(connection, projector.runner.projections[name].TABLES)


@contextmanager
def _folded(ledger: Ledger) -> Iterator[Projector]:
    """Every read model of that log, made anew."""
    with tempfile.TemporaryDirectory(prefix="zachetka-anew-") as folder:
        views = open_database(f"sqlite:///{Path(folder) / 'views.db'}", Options(durable=False))
        projector = bootstrap.compose_projector(ledger, views, bootstrap.projections)
        try:
            with views.write.begin() as connection:
                schema.make(connection)
                for projection in projector.runner.projections.values():
                    begin(connection, projection, ledger)
            projector.runner.catch_up()
            yield projector
        finally:
            views.close()
