"""The log as it was known at an earlier position, for whoever folds it.

An audit folds it from a log that somebody may have taken events out of, so the bound is one of
positions, and not of how many events are read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.events import Event
from lrs.ledger import queries
from lrs.ledger.ledger import Ledger
from lrs.ledger.reader import LogReader
from lrs.ledger.records import LoggedEvent
from lrs.ledger.stream_keys import StreamKeys


class ReadableLog(Protocol):
    """A log as projections read it: the whole one (Ledger), or the events up to a position."""

    @property
    def log_id(self) -> UUID:
        """The log's own id."""

    @property
    def place(self) -> str:
        """The URL of the log's database, printable, where a query over the tables of that database
        sees this log as it is.
        """

    @property
    def reader(self) -> LogReader:
        """Reads of this log."""

    @property
    def owners(self) -> StreamKeys:
        """The secrets of people from which the ids of their streams are made."""

    @property
    def now(self) -> Callable[[], int]:
        """This process's clock, in microseconds since the epoch."""

    def decoded(self, logged: LoggedEvent) -> Event | None:
        """The event of a row; None once its content is erased."""


class KnownLog:
    """The events of a log up to a position, that included."""

    def __init__(self, ledger: Ledger, until: int) -> None:
        self.log_id = ledger.log_id
        self.now = ledger.now
        self.owners = ledger.owners
        self.place = ""  # no query over its tables sees the log that ends there
        self.reader: LogReader = KnownLogReader(ledger.database, until)
        self._ledger = ledger

    def decoded(self, logged: LoggedEvent) -> Event | None:
        """The event of a row; None once its content is erased."""
        return self._ledger.decoded(logged)


class KnownLogReader(LogReader):
    """Reads of the events up to a position. Reads of given positions are those of the whole log."""

    def __init__(self, database: Database, until: int) -> None:
        super().__init__(database)
        self._until = until

    def head(self) -> tuple[int, int]:
        """Position and `stored` of the last event; (0, 0) before the first one."""
        position, stored, *_ = self.end()
        return position or 0, stored or 0

    def end(self, topics: tuple[str, ...] = (), at: Sequence[int] = ()) -> tuple[Any, ...]:
        """As LogReader.end has it."""
        asked = {f"at{n}": position for n, position in enumerate(at)}
        query = queries.ends(topics, len(at), bounded=True)
        with translate_db_errors(), self._database.read.connect() as connection:
            return tuple(connection.execute(query, asked | {"until": self._until}).one())

    def waiting(self, position: int, topics: tuple[str, ...] = ()) -> tuple[int, int]:
        """As LogReader.waiting has it."""
        bounds = {"after": position, "until": self._until}
        with translate_db_errors(), self._database.read.connect() as connection:
            count, first = connection.execute(queries.waiting(topics, bounded=True), bounds).one()
        return max(0, count or 0), first or 0

    def _rows_from(self, connection: Connection, first: int, limit: int) -> Sequence[Sequence[Any]]:
        bounds = {"first": first, "limit": limit, "until": self._until}
        return queries.ROWS_BETWEEN.all(connection, **bounds)

    def _end(self, position: int) -> Any:
        return self._first(queries.END_UNTIL, after=position, until=self._until)

    def history(self, stream: UUID) -> list[LoggedEvent]:
        """As LogReader.history has it."""
        return self._known(super().history(stream))

    def histories(self, streams: Collection[UUID]) -> list[LoggedEvent]:
        """As LogReader.histories has it."""
        return self._known(super().histories(streams))

    def _known(self, events: Sequence[LoggedEvent]) -> list[LoggedEvent]:
        return [logged for logged in events if logged.position <= self._until]
