"""The eventsourcing library's ApplicationRecorder on SQLAlchemy Core, for both databases.

The library's SQLite and PostgreSQL recorders are not used: docs/decisions/0002 says why.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    StoredEvent,
    Subscription,
)

from lrs.ledger.encoding import Salts, commitment
from lrs.ledger.event_rows import EventRow
from lrs.ledger.reader import LogReader
from lrs.ledger.records import LoggedEvent
from lrs.ledger.writer import Writer


class LedgerRecorder(ApplicationRecorder):
    """Records events in the log. Its positions are the library's notification ids: without a gap
    and in commit order.
    """

    def __init__(self, reader: LogReader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer
        self._salts = Salts()

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        needing: Collection[bytes] = (),
        **_kwargs: Any,
    ) -> Sequence[int]:
        """Append all of the events or none; return their positions. Raises VersionTaken (an
        IntegrityError), and BytesGone if bytes with the hashes `needing` are no longer stored.
        """
        return self._writer.append(self.rows(stored_events), needing)

    def rows(self, stored_events: Sequence[StoredEvent]) -> list[EventRow]:
        """The events as rows to be written, each with its own salt."""
        return [_row(event, self._salts.new()) for event in stored_events]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """A stream's events by version, without erased ones."""
        rows = self._reader.versions(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)
        return [StoredEvent(*_stored(row)) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in log order, without erased ones."""
        first = (start or 0) + (not inclusive_of_start)
        rows = self._reader.sequence(first, limit, stop, topics)
        return [Notification(*_stored(row), row.position) for row in rows]

    def max_notification_id(self) -> int | None:
        """The log's highest position, or None while it is empty."""
        position, _ = self._reader.head()
        return position or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Events after `gt`, then each new event when polling finds it."""
        return PollingSubscription(self, gt, topics)


class PollingSubscription(Subscription[ApplicationRecorder]):
    """Polls for new events every tenth of a second, so a lost notification cannot stop it."""

    PAGE = 500
    INTERVAL = 0.1

    def __init__(
        self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._page: list[Notification] = []
        self._stopped = threading.Event()

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._page:
                notification = self._page.pop(0)
                self._last_notification_id = notification.id
                return notification
            self._page = list(
                self._recorder.select_notifications(
                    self._last_notification_id,
                    self.PAGE,
                    topics=self._topics,
                    inclusive_of_start=False,
                )
            )
            if not self._page:
                self._stopped.wait(self.INTERVAL)
        raise StopIteration


def _row(stored_event: StoredEvent, salt: bytes) -> EventRow:
    originator_id = stored_event.originator_id
    if not isinstance(originator_id, UUID):
        raise TypeError("the id of a stream must be a UUID")
    return EventRow(
        originator_id=originator_id,
        originator_version=stored_event.originator_version,
        topic=stored_event.topic,
        commitment=commitment(salt, stored_event.state),
        salt=salt,
        state=stored_event.state,
    )


def _stored(logged: LoggedEvent) -> tuple[UUID, int, str, bytes]:
    """The fields of the library's StoredEvent."""
    return logged.originator_id, logged.originator_version, logged.topic, logged.state or b""
