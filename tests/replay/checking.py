"""A store verified in this process, and ways to open and to alter it past its own rules."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO, Any

import orjson

from lrs import bootstrap
from lrs.db.engine import Database
from lrs.projector.rebuild.split import InThisThread, Workers
from lrs.settings import Settings
from replay.verify import Verification, verify

NAMES = [projection.NAME for projection in bootstrap.projections()]


def verified(
    settings: Settings, names: Collection[str] = NAMES, out: IO[bytes] | None = None
) -> Verification:
    alone = InThisThread()
    workers = Workers(alone, 0, partial(bootstrap.log_only, settings, standby=True))
    store = partial(bootstrap.read_only_store, settings)
    return verify([*names], store, workers, alone, out=out)


def findings(settings: Settings, names: Collection[str] = NAMES) -> list[dict[str, Any]]:
    """Everything that a verification finds, and a line for each model that cannot be compared."""
    file = io.BytesIO()
    found = verified(settings, names, file)
    lines = [orjson.loads(line) for line in file.getvalue().splitlines()]
    return lines + [{"projection": m.projection, "reason": m.reason}
                    for m in found.models if m.reason]  # fmt: skip


@contextmanager
def unguarded(log: Database) -> Iterator[None]:
    """The log's triggers are gone for a while, as somebody does who rewrites the past."""
    on_postgres = log.dialect == "postgresql"
    tables = ("event", "content", "blob", "blob_chunk")
    dropped: Sequence[Any] = []
    with log.write.begin() as connection:
        if on_postgres:
            for table in tables:
                connection.exec_driver_sql(
                    f"ALTER TABLE ledger.{table} DISABLE TRIGGER append_only"
                )
        else:
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            dropped = connection.exec_driver_sql(query).all()
            for name, _ in dropped:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
    try:
        yield
    finally:
        with log.write.begin() as connection:
            for table in tables if on_postgres else ():
                connection.exec_driver_sql(f"ALTER TABLE ledger.{table} ENABLE TRIGGER append_only")
            for _, sql in dropped:
                connection.exec_driver_sql(sql)
