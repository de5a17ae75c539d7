"""The log as an event-sourced application: events in, events out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Mapper,
    NotSupportedError,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType
from sqlalchemy import Connection

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.events import Event, LogMark
from lrs.ledger.append import append_sql, appending, insert_rows
from lrs.ledger.encoding import mapper
from lrs.ledger.event_rows import Head, StoredAt, by_the_clock
from lrs.ledger.reader import LogReader
from lrs.ledger.recorder import LedgerRecorder
from lrs.ledger.records import LoggedEvent
from lrs.ledger.schema import log_identity
from lrs.ledger.stream_keys import StreamKeys
from lrs.ledger.writer import Writer


class _Factory(InfrastructureFactory[TrackingRecorder]):
    """Gives the application the recorder it was made with, and no other."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        super().__init__(Environment("Ledger", {}))
        self._recorder = recorder

    def application_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        return self._recorder

    def tracking_recorder(self, _class: type[Any] | None = None) -> Any:
        raise NotSupportedError("projections keep their own position")

    def process_recorder(self) -> ProcessRecorder:
        raise NotSupportedError("projections keep their own position")


class Ledger(Application[UUID]):
    """One totally ordered log of events. Raises UnknownSchema when the database holds none.

    `now` gives the clock in microseconds where the database has none of its own (SQLite).
    `stored_at` dates the events of an invented past, and only those: see StoredAt.
    """

    name = "Ledger"

    def __init__(
        self,
        database: Database,
        now: Callable[[], int],
        *,
        timeout: float = 4.0,
        stored_at: StoredAt = by_the_clock,
    ) -> None:
        self.log_id = log_identity(database)
        """The log's own id, as it was read last."""
        self.place = database.url
        """The URL of the log's database, printable."""
        self.reader = LogReader(database)
        self.owners = StreamKeys(database)
        self._database = database
        self.now = now
        """This process's clock, in microseconds since the epoch."""
        self._writer = Writer(database, now, timeout=timeout, stored_at=stored_at)
        self._recorder = LedgerRecorder(self.reader, self._writer)
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """None of the library's settings reach this log, so none can replace its recorder."""
        return Environment(name, {})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return _Factory(self._recorder)

    def construct_mapper(self) -> Mapper[UUID]:
        return mapper()

    @property
    def waiting(self) -> int:
        """How many appends of this process wait for the next commit."""
        return self._writer.waiting

    def acknowledged(self) -> list[LogMark]:
        """The last event of each commit of this process that was confirmed since this was asked
        last, of the latest ones.
        """
        return self._writer.take_acknowledged()

    def read_identity(self) -> UUID:
        """Read the log's own id again, which a database that was replaced may have changed; the
        one that was known before. Raises UnknownSchema, Unavailable.
        """
        before, self.log_id = self.log_id, log_identity(self._database)
        return before

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have `call` run after each commit of this process; it must be quick."""
        self._writer.on_commit = call

    def append(self, events: Sequence[Event], needing: Collection[str] = ()) -> list[int]:
        """Append the events whole and return their positions, once they are durable. `needing` are
        the hashes of bytes that the events name and that this request has not brought itself
        (Blobs.put): between them and the events no pruning can come.

        Raises VersionTaken, BytesGone, Unavailable (outcome unknown) or StorageFull.
        """
        # Past the library's event store, which would make two more objects for each event.
        stored = [self.mapper.to_stored_event(event) for event in events]
        needed = [bytes.fromhex(sha2) for sha2 in needing]
        return list(self._recorder.insert_events(stored, needing=needed))

    def record_with(self, work: Callable[[Connection, Head], Sequence[Event]]) -> list[int]:
        """Have `work` change other tables of the log's database, and append the events that it
        gives in the same transaction: both or neither. Nobody appends meanwhile. Their positions.

        Raises Unavailable or StorageFull.
        """
        with translate_db_errors(), appending(self._database, self.now) as (connection, head):
            events = work(connection, head)
            rows = self._recorder.rows([self.mapper.to_stored_event(event) for event in events])
            appended = insert_rows(connection, rows, head) if rows else None
        if appended is None:
            return []
        self._writer.acknowledge(appended.last(rows))
        return list(range(appended.position, appended.position + len(rows)))

    def events_of(self, topics: Sequence[type[Event]]) -> list[Event]:
        """Every event of these kinds, in log order."""
        pages = self.reader.pages([event_type.TOPIC for event_type in topics])
        rows = (row for page in pages for row in page)
        return [event for row in rows if (event := self.decoded(row))]

    def stream(self, originator_id: UUID) -> list[Event]:
        """One subject's events, oldest first."""
        return list(self.events.get(originator_id))  # type: ignore[arg-type]

    def decoded(self, logged: LoggedEvent) -> Event | None:
        """The event of a row; None once its content is erased."""
        if logged.state is None:
            return None
        event = StoredEvent(
            originator_id=logged.originator_id,
            originator_version=logged.originator_version,
            topic=logged.topic,
            state=logged.state,
        )
        return self.mapper.to_domain_event(event)  # type: ignore[return-value]

    def quiet_clock(self) -> tuple[int, int] | None:
        """Head position and clock while no append is in flight; None if one is.

        Whatever is recorded later is stored after that clock's instant.
        """
        with translate_db_errors():
            head = append_sql(self._database.dialect).quiet_head(self._database, self.now)
        return None if head is None else (head.position, max(head.clock, head.stored))

    def close(self) -> None:
        self._writer.close()
        super().close()
