"""No room left: 507 within the bound, nothing half-stored, and writing resumes by itself."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import event

from lrs.db.engine import Database
from lrs.service import Lrs
from tests.system.faults.filling import MEGABYTE, require_507_then_recovery
from tests.system.faults.web import Web

_TRIGGER = """
CREATE FUNCTION full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER a_full BEFORE INSERT ON ledger.content EXECUTE FUNCTION full();
"""


class Limit:
    """Lets a log grow no more, and then again."""

    def __init__(self, log: Database) -> None:
        self._log = log
        self._pages = 4_000_000_000
        if log.dialect == "sqlite":
            event.listen(log.write, "checkout", self._restrict)

    def set(self) -> None:
        self._pages = 1  # as few as there are
        self._execute(_TRIGGER)

    def lift(self) -> None:
        self._pages = 4_000_000_000
        self._execute("DROP TRIGGER a_full ON ledger.content")

    def _restrict(self, connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={self._pages}")

    def _execute(self, statement: str) -> None:
        if self._log.dialect == "postgresql":
            with self._log.write.begin() as connection:
                connection.exec_driver_sql(statement)


def test_a_log_that_may_not_grow_is_507_until_it_may(lrs: Lrs) -> None:
    """As the database reports it: SQLITE_FULL, SQLSTATE 53100."""
    lrs.start()
    limit = Limit(lrs.databases[0])
    require_507_then_recovery(lrs, limit.set, limit.lift)


def test_a_full_disk_that_takes_no_log_entry_either_stops_no_thread(lrs: Lrs) -> None:
    """The server's own log is often on the same disk: that an entry cannot be written must end
    neither the writer nor the projector.
    """

    class Full:
        def msg(self, *_: object) -> None:
            raise OSError(28, "No space left on device")

        debug = info = warning = error = msg

    web, later = Web(lrs), uuid4()
    limit = Limit(lrs.databases[0])
    limit.set()
    structlog.configure(logger_factory=lambda *_: Full())
    try:
        lrs.start()
        assert web.post(uuid4(), padding=MEGABYTE).status in (500, 507)
    finally:
        structlog.reset_defaults()
    limit.lift()
    assert web.post(later, padding=MEGABYTE).status == 200
    assert {"ledger-writer", "projector"} <= {thread.name for thread in threading.enumerate()}
