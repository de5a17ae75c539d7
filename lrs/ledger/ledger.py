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
    """Gives the application the one recorder that it was constructed with."""

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
    """One totally ordered log of events. Raises UnknownSchema if the database holds no log of this
    version.

    `now` gives the time in microseconds; it dates events if the database has no clock (SQLite).
    `stored_at` dates the events of invented history, and only those: see StoredAt.
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
        """The log's own id, as of the last read."""
        self.place = database.url
        """The URL of the log's database, printable."""
        self.reader = LogReader(database)
        self.owners = StreamKeys(database)
        self.database = database
        self.now = now
        """This process's clock, in microseconds since the epoch."""
        self._writer = Writer(database, now, timeout=timeout, stored_at=stored_at)
        self._recorder = LedgerRecorder(self.reader, self._writer)
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Ignore the eventsourcing library's settings, so that none can replace the recorder."""
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
        """The last event of each commit of this process since the previous call, up to a limit."""
        return self._writer.take_acknowledged()

    def read_identity(self) -> UUID:
        """Read the log's own id again, because the database may have been replaced. Returns the
        id that was known before. Raises UnknownSchema, Unavailable.
        """
        before, self.log_id = self.log_id, log_identity(self.database)
        return before

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` after each commit of this process. It must be quick."""
        self._writer.on_commit = call

    def append(self, events: Sequence[Event], needing: Collection[str] = ()) -> list[int]:
        """Append all of the events or none; return their positions once they are durable.

        `needing` are the hashes of bytes that the events name and that were stored before this
        request (Blobs.put): the append checks that they have not been pruned since.

        Raises VersionTaken, BytesGone, Unavailable (outcome unknown) or StorageFull.
        """
        # Not through the library's event store, which makes two more objects for each event.
        stored = [self.mapper.to_stored_event(event) for event in events]
        needed = [bytes.fromhex(sha2) for sha2 in needing]
        return list(self._recorder.insert_events(stored, needing=needed))

    def record_with(self, work: Callable[[Connection, Head], Sequence[Event]]) -> list[int]:
        """Let `work` change other tables of the log's database, and append the events that it
        returns in the same transaction, under the append lock. Returns the events' positions.

        Raises Unavailable or StorageFull.
        """
        with translate_db_errors(), appending(self.database, self.now) as (connection, head):
            events = work(connection, head)
            rows = self._recorder.rows([self.mapper.to_stored_event(event) for event in events])
            appended = insert_rows(connection, rows, head) if rows else None
        if appended is None:
            return []
        self._writer.acknowledge(appended.last(rows))
        return list(range(appended.position, appended.position + len(rows)))

    def events_of(self, topics: Sequence[type[Event]]) -> list[Event]:
        """All events of these types, in log order."""
        pages = self.reader.pages([event_type.TOPIC for event_type in topics])
        rows = (row for page in pages for row in page)
        return [event for row in rows if (event := self.decoded(row))]

    def stream(self, originator_id: UUID) -> list[Event]:
        """The events of one stream, oldest first."""
        return list(self.events.get(originator_id))  # type: ignore[arg-type]

    def decoded(self, logged: LoggedEvent) -> Event | None:
        """The event of a row; None if its content is erased."""
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
        """The head's position and the time, while no append is in progress; None if one is.

        Every later event has a `stored` after that time.
        """
        with translate_db_errors():
            head = append_sql(self.database.dialect).quiet_head(self.database, self.now)
        return None if head is None else (head.position, max(head.clock, head.stored))

    def close(self) -> None:
        self._writer.close()
        super().close()
